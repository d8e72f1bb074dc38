"""Whatever somebody is called, and whatever they write: it is shown as they wrote it, and never taken for markup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from bot import views
from bot.core.check_in import Strength
from bot.core.consent import BestTime, ConsentRecord, Notice, Purpose, Reach, Shared
from bot.core.requests import Outcome, State, Step, Urgency
from bot.db.tables import Consent, ContactRequest, OutboxMessage, Staff
from bot.i18n import LOCALES, fill, speaking
from bot.i18n import gettext as _
from bot.notices import for_clients
from bot.services import access
from bot.services.access import Personal
from bot.services.base import Services
from bot.services.caseload import Card
from bot.services.outbox import Kind
from bot.services.subjects import Subject
from bot.simulator.parsing import parse_html
from bot.staff import cards
from tests.conftest import START
from tests.services.people import services_on

PIECES = [
    *(
        "<",
        ">",
        "&",
        '"',
        "'",
        "/",
        "{",
        "}",
        "{0}",
        "{name}",
        "{words}",
        "{0.__class__}",
        "%s",
        "%(name)s",
        "\\",
    ),
    *("<b>", "</b>", "</blockquote>", "<a href='tg://user?id=1'>", "</a>", "<script>", "<!--", "-->", "]]>"),
    *(
        "&lt;",
        "&amp;",
        "&#60;",
        "&#x3c;",
        "&nbsp;",
        "<br/>",
        "<tg-spoiler>",
        "<pre><code class='language-x'>",
    ),
    *(
        "Aino",
        "ä",
        "🙂",
        "\u202e",
        "\u200d",
        "\u00ad",
        "*lihava*",
        "_",
        "`",
        "[x](http://x)",
        "@rinnalla",
        "/stop",
    ),
]
nasty = (
    st.lists(
        st.sampled_from(PIECES) | st.text(st.characters(codec="utf-8", categories=["L", "P", "S", "N"])),
        min_size=1,
        max_size=8,
    )
    .map("".join)
    .filter(str.strip)
)
maybe = st.none() | nasty
UNTIL = START + timedelta(days=30)
MOST = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


def gaps_of(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}


def with_gaps() -> list[str]:
    """All that can be said into which something is filled."""
    file = Path(__file__).parents[1] / "locales" / "sv" / "LC_MESSAGES" / "rinnalla.po"
    with file.open("rb") as opened:
        ids = [message.id for message in read_po(opened)]
    return [one for one in ids if isinstance(one, str) and gaps_of(one)]


SENTENCES = with_gaps()


@pytest.fixture(scope="module")
def services() -> Services:
    class Nowhere:
        vault = None

    return services_on(Nowhere(), lambda: START)  # type: ignore[arg-type]


@pytest.fixture(autouse=True, params=LOCALES)
def language(request: pytest.FixtureRequest) -> Iterator[None]:
    with speaking(request.param):
        yield


def shown(message: Markup | str) -> tuple[str, list[str]]:
    """What Telegram would show, and which kinds of markup it would see. Raises ValueError for what it would refuse."""
    text, entities = parse_html(str(message))
    return text, sorted(entity["type"] for entity in entities)


def holds(message: Markup | str, harmless: Markup | str, *told: str | None) -> None:
    """Every word is there as it was written, and the markup is that of the same message about harmless things."""
    text, markup = shown(message)
    for words in told:
        if words is not None:
            assert words in text
    assert markup == shown(harmless)[1]


def all_of(name: str | None, words: str, **more: Any) -> Shared:
    tame = {"about": "self", "reach": Reach.PHONE, "best_time": BestTime.ANY, "strength": Strength.BESIDE}
    told = {"name": name, "phone": words, "helps": words, "people": words, "next_step": words}
    return Shared(areas={"money": 1}, words={"money": words}, **{**tame, **told, **more})


def card(shared: Shared | None, taken_by: str | None, state: State = State.ACCEPTED) -> Card:
    return Card(
        request_id=7,
        organisation_id="kello",
        offer_id="kello-keskusteluapu",
        state=state,
        outcome=Outcome.GOT_HELP if state is State.CLOSED else None,
        areas=("money",),
        urgency=Urgency.SOON,
        wish=Reach.PHONE,
        created_at=START,
        own=taken_by is None,
        taken_by=taken_by,
        steps=frozenset(Step),
        personal=Personal(access._SEAL, shared, UNTIL, chat_reaches=False) if shared else None,
        version="",
    )


@MOST
@given(name=maybe, words=nasty)
def test_what_is_shared_reads_as_it_was_written(services: Services, name: str | None, words: str) -> None:
    tame = all_of(name and "Aino", "sanat")
    holds(
        views.shared(all_of(name, words), services.catalog),
        views.shared(tame, services.catalog),
        *(name, words),
    )
    holds(
        cards.text(card(all_of(name, words), None), services), cards.text(card(tame, None), services), words
    )


@MOST
@given(name=nasty, state=st.sampled_from(State))
def test_a_colleagues_name_is_only_a_name(services: Services, name: str, state: State) -> None:
    told = (name,) if state not in (State.OPEN, State.CLOSED, State.WITHDRAWN) else ()
    holds(
        cards.text(card(None, name, state), services), cards.text(card(None, "Leena", state), services), *told
    )


def row(kind: Kind, note: str | None = None, **detail: Any) -> OutboxMessage:
    return OutboxMessage(id=1, kind=kind, note=note, detail=detail or None, request_id=7)


def about(worker: str, organisation: str, state: State) -> Subject:
    request = ContactRequest(id=7, organisation_id=organisation, state=state, wish=Reach.CHAT)
    record = ConsentRecord(
        record_id="c",
        pii_principal_id="client:1",
        pii_controller=organisation,
        recipients=[organisation],
        purposes=[Purpose.CONTACT],
        pii_types=[],
        contact_method=Reach.CHAT,
        contact_time=BestTime.ANY,
        notice=Notice(version="1", language="fi"),
        given_at=START,
        valid_until=UNTIL,
    )
    consent = Consent(
        id="c",
        organisation_id=organisation,
        given_at=START,
        valid_until=UNTIL,
        record=record.model_dump(mode="json"),
    )
    return Subject(request, consent, Staff(name=worker))


@MOST
@given(name=nasty, organisation=nasty, words=nasty, state=st.sampled_from([State.ACCEPTED, State.CONTACTED]))
def test_notices_say_names_and_words_as_they_are(
    services: Services, name: str, organisation: str, words: str, state: State
) -> None:
    """`organisation` is one that has left the catalogue: its id is shown."""
    nasty_one, tame = about(name, organisation, state), about("Leena", "kello", state)
    word, same = row(Kind.WORD, words), row(Kind.WORD, "sanat")
    holds(
        for_clients._word(services, word, nasty_one).text,
        for_clients._word(services, same, tame).text,
        *(name, organisation, words),
    )
    step = row(Kind.STEP, state=state)
    said, harmless = for_clients._step(services, step, nasty_one), for_clients._step(services, step, tame)
    assert said is not None
    assert harmless is not None
    holds(said.text, harmless.text, name, organisation)
    one, other = nasty_one.consent, tame.consent
    assert one is not None
    assert other is not None
    one.shared = all_of(name, words).model_dump(mode="json")
    other.shared = all_of("Aino", "sanat").model_dump(mode="json")
    said_of_it, same_of_it = (
        for_clients._receipt(services, one).text,
        for_clients._receipt(services, other).text,
    )
    holds(said_of_it, same_of_it, name, organisation, words)
    ended, same_ended = (
        for_clients._consent_ended(services, one).text,
        for_clients._consent_ended(services, other).text,
    )
    holds(ended, same_ended, organisation)


@MOST
@given(words=nasty)
def test_every_sentence_with_a_gap_takes_anything(words: str) -> None:
    """In all of them each gap is filled with the same nasty words."""
    assert len(SENTENCES) > 50
    for sentence in SENTENCES:
        gaps = dict.fromkeys(gaps_of(_(sentence)), words)
        text, _kinds = shown(fill(_(sentence), **gaps))
        assert all(words in text for _gap in gaps)
