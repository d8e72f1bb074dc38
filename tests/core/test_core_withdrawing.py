"""Who writes that they take a consent back is heard, however it is written; and nobody who writes of something else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.core.withdrawing import Meant, withdrawal_ear

CATALOG = Path(__file__).resolve().parents[2] / "catalog" / "data"
SAFETY = Path(__file__).resolve().parents[1] / "safety"

PLAIN = """
perun suostumuksen
Perun suostumukseni.
PERUUTAN SUOSTUMUKSEN!!
peruutan suostumukseni
Haluan perua suostumukseni
haluun perua mun suostumuksen
peru mun suostumus
peruuta suostumus kiitos
perukaa suostumukseni heti
suostumuksen perun
perun antamani suostumuksen teille
Hei! Kiitos kaikesta. Perun nyt suostumukseni.
en halua enää yhteydenottoja, perun suostumuksen
en jaksa enää jatkaa joten perun suostumukseni
Vedän suostumukseni pois
vedän suostumuksen takaisin
perun luvan
peruutan suostumksen
perun luvan heti
peru lupa
peruutn suostumuksen
perutan suostumuksen
peurn suostumuksen
perun suostumsen
perun suostumukset
peruuutan suostumuksen
jag återkallar mitt samtycke
Återkallar
återkallar mitt samtycke
aterkallar mitt samtycke
Jag återkallar samtycket.
jag vill återkalla mitt samtycke
jag drar tillbaka mitt samtycke
jag vill dra tillbaka samtycket
jag återkallar mitt samtyke
återkalar samtycket
jag tar tillbaka mitt samtycke
withdraw
I withdraw
withdraw my consent
I withdraw my consent.
i want to withdraw my consent
I'd like to withdraw my consent
please cancel my consent
I revoke my consent
witdraw my consent
withdraw my concent
I take my consent back
I don't want this any more so I withdraw my consent
"""

WONDERING = """
miten perun suostumuksen
Miten suostumuksen voi perua?
voiko suostumuksen perua
mietin pitäisikö perua suostumus
perunko suostumuksen? tai siis perun suostumuksen?
suostumuksen peruminen
mitä tapahtuu jos perun suostumuksen
hur återkallar jag mitt samtycke
kan jag återkalla samtycket?
can I withdraw my consent?
how do I withdraw my consent
what if I revoke my consent
"""

OTHERWISE = """
en peru
en peru suostumusta
en halua perua suostumusta
En missään nimessä peru suostumustani
älä peru suostumusta
älä peruuta suostumustani
en ole perunut suostumusta
peruin jo suostumuksen viime viikolla
perun tapaamisen
peruutan ajan
perun ajan, suostumus saa olla voimassa
perun lupaukseni
peru
peruutus
perunaa ja suostumusta
annan suostumuksen
suostumus on kunnossa
mitä suostumus tarkoittaa
peruskoulu jäi kesken
perin talon ja velat
lopetan juomisen
poistan sovelluksen
haluan lopettaa
onko minulla lupa lopettaa
hän lupaa aina lopettaa
jag återkallar inte mitt samtycke
jag vill inte återkalla mitt samtycke
drar inte tillbaka mitt samtycke
jag har återkallat det
jag ger mitt samtycke
återkallade kursen
jag drar tillbaka mig
I don't withdraw my consent
I do not want to withdraw my consent
never withdraw my consent
I feel withdrawn
withdrawal symptoms
going through withdrawal
I withdraw from people
I want to withdraw money
I withdrew cash
I give my consent
cancel my appointment
take me back
mummo
.
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("text", lines(PLAIN))
def test_a_consent_taken_back_is_heard(text: str) -> None:
    assert withdrawal_ear().hear(text) is Meant.WITHDRAWING


@pytest.mark.parametrize("text", lines(WONDERING))
def test_who_only_wonders_is_asked_back(text: str) -> None:
    assert withdrawal_ear().hear(text) is Meant.WONDERING


@pytest.mark.parametrize("text", lines(OTHERWISE))
def test_what_means_something_else_is_left_alone(text: str) -> None:
    assert withdrawal_ear().hear(text) is Meant.NOTHING


def sentences() -> list[str]:
    """What people say of their lives, from the data that other hearing is measured on."""
    files = [*(CATALOG / "evaluation").glob("*.yaml"), *SAFETY.glob("*.yaml")]
    return [text for file in files for text in texts_in(yaml.safe_load(file.read_text("utf-8")))]


def texts_in(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for each in (*found, *found.values()):
            yield from texts_in(each)
    elif isinstance(found, list):
        for each in found:
            yield from texts_in(each)


def test_thousands_of_sentences_about_life_take_back_nothing() -> None:
    said = sentences()
    assert len(said) > 3000
    assert [text for text in said if withdrawal_ear().hear(text) is not Meant.NOTHING] == []
