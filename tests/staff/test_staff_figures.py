"""/figures: each sees what is their business, in words and in a picture, and never a small number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.figures import Split
from bot.core.grants import Role
from bot.i18n import LOCALES, speaking
from bot.services import feedback, figures, staff
from bot.staff import figures as shown
from tests.services.people import KELLO, OTHER
from tests.staff.office import Office, WorkersPhone


async def somebody(office: Office, role: Role, organisation: str = KELLO) -> WorkersPhone:
    phone = office.telephone("Kaisa")
    invitation = await staff.invite(office.services, organisation, "Kaisa", role)
    await phone.says(f"/start {invitation.code}")
    return phone


async def answered(office: Office, organisation: str, **answers: dict[str, int]) -> None:
    async with office.services.db.work() as session:
        for question, counts in answers.items():
            for answer, count in counts.items():
                for _time in range(count):
                    await figures.add(session, office.services, organisation, [(question, answer)])


async def a_month_of_answers(office: Office) -> None:
    await answered(
        office,
        KELLO,
        helped={"yes": 6, "partly": 3, "no": 2},
        contacted={"yes": 40, "no": 1},
        needs={"5": 3, "4": 2},
        goals={"5": 4},
    )
    for value in (5, 5, 4, 4, 3):
        await feedback.rate(office.services, KELLO, "organisation-wishes", value)
        await feedback.rate(office.services, "", "digital-privacy", value)
    for number in range(5):
        await feedback.say(office.services, KELLO, f"sana <{number}>")
    for _time in range(5):
        await figures.count_unmet(office.services, {"housing"}, "Multia")
    await office.simulator.clock.forward(timedelta(days=31))
    await office.settled()


async def test_a_worker_reads_figures_of_their_own_organisation(office: Office) -> None:
    leena = await office.worker()
    await leena.says("/luvut")
    assert "Lukuja ei vielä voi näyttää" in leena.sees
    await a_month_of_answers(office)
    await leena.says("/luvut")
    seen = leena.sees.replace("\N{NO-BREAK SPACE}", " ")
    assert "Sai apua: kyllä 55 %, osittain tai ei 45 % (11 vastausta, 3/2026)" in seen.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "Joku otti yhteyttä: kyllä vähintään 90 %" in seen
    assert "Apu vastasi tarpeita: 4,6 (5 vastausta" in seen
    assert "tavoitteita" not in seen, "four are too few"
    assert "Toiveitani kysyttiin, ja niistä pidettiin kiinni: 4,2" in seen
    assert [message.kind for message in leena.messages if message.from_bot][-1] == "photo"
    assert "sana" not in seen


async def test_a_contact_person_reads_words_five_together(office: Office) -> None:
    person = await somebody(office, Role.CONTACT_PERSON)
    await a_month_of_answers(office)
    await person.says("/luvut")
    await person.presses("Lue palautteet")
    assert sum(f"sana <{number}>" in person.sees for number in range(5)) == 5
    assert "3/2026" in person.sees


async def test_a_coordinator_reads_the_service_and_each_organisation(office: Office) -> None:
    chief = await somebody(office, Role.COORDINATOR)
    await a_month_of_answers(office)
    await chief.says("/luvut")
    assert "Rinnalla-palvelu" in chief.sees
    assert "Multia, 3/2026: 5" in chief.sees
    assert "Sai apua" not in chief.sees
    await chief.presses(shown._name(office.services, KELLO))
    assert "Sai apua" in chief.sees


async def test_a_forged_press_shows_nothing(office: Office) -> None:
    other = await office.worker("Olli", OTHER)
    await a_month_of_answers(office)
    await other.says("/help")
    for data in (f"f:show:{KELLO}", "f:show:", f"f:words:{KELLO}:0", "f:words::0"):
        await other.press_raw(other.messages[-1].id, data)
        assert "nähtävilläsi" in other.sees
        assert "Sai apua" not in other.sees


@pytest.mark.parametrize("locale", LOCALES)
def test_shares_are_said_in_every_language(locale: str) -> None:
    with speaking(locale):
        text = shown.shares(Split(((("yes",), 9), (("partly", "no"), 6)), 15))
        assert "60" in text
        assert "40" in text
        assert "90" in shown.shares(Split((), 51, ("yes", 9)))
        assert shown.shares(Split((), 12))


def test_figures_need_no_more_than_what_is_counted() -> None:
    """What a follow-up counts has a name in the figures."""
    with speaking("fi"):
        assert set(shown.questions()) >= {
            "contacted",
            "helped",
            "enough",
            "needs",
            "expectations",
            "goals",
            "change",
        }
