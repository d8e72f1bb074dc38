"""The page on which a client reads what is held: whole, in their language, and asking nothing from anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from bot import follow_up_words, looks, my_page
from bot.core.access import KINDS
from bot.core.check_in import CheckIn
from bot.core.consent import EventKind
from bot.core.follow_ups import Answers, Pace
from bot.core.follow_ups import State as FollowUpState
from bot.db.columns import Vault
from bot.db.work import Database
from bot.i18n import LOCALES, speaking
from bot.services import feedback, follow_ups, memos, my_data
from bot.services.base import Services
from bot.services.outbox import Kind
from tests.conftest import HandClock
from tests.services.people import CLIENT, HELPS, NAME, PHONE, WORDS, asks, services_on
from tests.services.test_services_my_data import FROM_WORKER, TO_WORKER, whole_story

VOID = {"meta", "br"}


class Outline(HTMLParser):
    """The tree of a page: every element closed where it was opened, and its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[tuple[str, str]] = []
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"h1", "h2", "h3"}:
            self.headings.append((self.open[-1], data))


@pytest.fixture
async def services(sqlite_url: str, vault: Vault, clock: HandClock) -> AsyncIterator[Services]:
    database = Database(sqlite_url, vault, clock)
    yield services_on(database, clock)
    await database.close()


async def page_of(services: Services, locale: str) -> str:
    data = await my_data.everything(services, CLIENT.id)
    assert data is not None
    with speaking(locale):
        return my_page.page(data, services)


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_page_is_whole_and_tells_everything(services: Services, locale: str) -> None:
    await whole_story(services)
    written = await page_of(services, locale)
    outline = Outline()
    outline.feed(written)
    assert outline.open == []
    assert ("html", "lang", locale.partition("@")[0]) in outline.attributes
    assert [level for level, _ in outline.headings].count("h1") == 1
    assert [level for level, _ in outline.headings].count("h2") == 12
    levels = [int(level[1]) for level, _ in outline.headings]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for told in (NAME, PHONE, WORDS, HELPS, FROM_WORKER, TO_WORKER, str(CLIENT.id), "Leena"):
        assert told in written, told
    assert "{" not in written.replace("{max-width", "").partition("</style>")[2]


async def test_what_was_said_later_stands_there_in_words(services: Services) -> None:
    await asks(services)
    await follow_ups.say(services, CLIENT.id, 1, "helped", "partly")
    await follow_ups.say(services, CLIENT.id, 1, "needs", 4)
    await follow_ups.set_pace(services, CLIENT.id, Pace.SPARSE)
    written = await page_of(services, "fi")
    for told in (
        "Sait apua: osittain",
        "Vastasi siihen, mitä tarvitsit: 4/5",
        "Tätä ei ole vielä kysytty.",
        "harvemmin",
    ):
        assert told in written, told


def test_every_answer_and_state_has_its_words() -> None:
    for state in FollowUpState:
        assert follow_up_words.state(state)
    everything = Answers(contacted="yes", helped="no", enough="partly", needs=1, expectations=5, goals=3)
    assert len(follow_up_words.answers(everything)) == len(Answers.model_fields)
    assert follow_up_words.answers(Answers()) == []
    assert my_page._pace(None) == ""
    assert all(my_page._pace(pace) for pace in Pace)


async def test_the_page_fetches_nothing_and_runs_nothing(services: Services) -> None:
    await whole_story(services)
    outline = Outline()
    outline.feed(await page_of(services, "fi"))
    assert not {name for _, name, _ in outline.attributes} & {"src", "href", "onclick", "action"}
    policy = [
        value for _, name, value in outline.attributes if name == "content" and value and "src" in value
    ]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


async def test_words_cannot_become_tags(services: Services) -> None:
    nasty = "<script>alert('&')</script>"
    await asks(
        services, name=nasty, check_in=CheckIn(ratings={"money": 1}, words={"money": nasty}, helps=nasty)
    )
    written = await page_of(services, "fi")
    assert "<script" not in written
    assert written.count("&lt;script&gt;") >= 4


async def test_a_page_with_hardly_anything_says_so(services: Services) -> None:
    await memos.save(services, CLIENT, "kello-kohtaamispaikka", None)
    written = await page_of(services, "fi")
    assert written.count("Tässä ei ole mitään.") == 9
    assert "Kenellekään ei ole vielä näytetty tietojasi." in written


def test_everything_has_a_name_in_words() -> None:
    for kind in EventKind:
        assert my_page._event(kind) != kind
    for code in KINDS:
        assert looks.kind_names([code]) != code
    told = {
        Kind.RECEIPT,
        Kind.STEP,
        Kind.CLOSING,
        Kind.UNANSWERED,
        Kind.WORD,
        Kind.CLAIM_ASKED,
        Kind.FOLLOW_UP,
        Kind.CONSENT_ENDING,
        Kind.CONSENT_ENDED,
        Kind.OWN_REMINDER,
        Kind.APPOINTMENT,
        Kind.REMINDER,
        Kind.CLIENT_WORD,
        Kind.OUTCOME,
        Kind.ENQUIRY_ANSWER,
        Kind.ENQUIRY_ENDED,
        Kind.NUMBER_CODE,
    }
    to_workers_only = {
        *(Kind.CARD, Kind.RETRACT, Kind.CONSENT_OVER, Kind.ENQUIRY, Kind.CLAIM_REFUSED),
        *(Kind.RESCUE, Kind.CLOSING_TOLD, Kind.MISMATCH, Kind.UNREACHED, Kind.APPOINTMENT_NEWS),
    }
    assert told | to_workers_only == set(Kind)
    for one in told:
        assert my_page._message_name(one) != one


async def test_when_feedback_was_asked_is_told(services: Services) -> None:
    await memos.save(services, CLIENT, "kello-kohtaamispaikka", None)
    assert "kysyttiin palautetta" not in await page_of(services, "fi")
    assert await feedback.note_asked(services, CLIENT.id, "early-welcomed")
    assert "Sinulta kysyttiin palautetta viimeksi: 11.3.2026" in await page_of(services, "fi")
