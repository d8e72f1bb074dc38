"""The memo on paper: what, why, with whom and when, in the client's language, and asking nothing from anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot import memo_page
from bot.db.columns import Vault
from bot.db.work import Database
from bot.i18n import LOCALES, speaking
from bot.services import memos, own_times, requests
from bot.services.base import Services
from bot.services.own_times import Draft
from tests.conftest import HandClock
from tests.services.people import CLIENT, NAME, PHONE, WORDS, accepts, asks, joins, services_on
from tests.services.test_services_memos import is_asked_later, meets
from tests.test_my_page import Outline

TUESDAYS = "FREQ=WEEKLY;BYDAY=TU;BYHOUR=17;BYMINUTE=0"


@pytest.fixture
async def services(sqlite_url: str, vault: Vault, clock: HandClock) -> AsyncIterator[Services]:
    database = Database(sqlite_url, vault, clock)
    yield services_on(database, clock)
    await database.close()


async def busy_client(services: Services, title: str = "Vertaisryhmä") -> None:
    """Something of everything that can stand in a memo."""
    request_id, leena = await asks(services), await joins(services)
    await accepts(services, leena, request_id)
    now = services.clock()
    details = {"where": "Asemakatu 2", "bring": "henkilökortti"}
    await meets(services, request_id, starts_at=now + timedelta(days=2), staff_id=leena.id, details=details)
    tuesday = datetime(2026, 3, 17, 15, tzinfo=UTC)
    await own_times.keep(services, CLIENT, Draft("own", title, "Kauppakatu 5", TUESDAYS, tuesday))
    await is_asked_later(services, "waiting", now + timedelta(days=14))
    await memos.save(services, CLIENT, "kello-kohtaamispaikka", "friends")
    await memos.save(services, CLIENT, "left-the-catalogue", "money")


async def printed(services: Services, locale: str = "fi") -> str:
    entries = await memos.entries(services, CLIENT.id)
    mine, ahead = await requests.mine(services, CLIENT.id), await memos.ahead(services, CLIENT.id)
    with speaking(locale):
        return memo_page.page(entries, mine, ahead, services)


def outline_of(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    return outline


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_page_is_whole_in_every_language(services: Services, locale: str) -> None:
    await busy_client(services)
    page = await printed(services, locale)
    outline = outline_of(page.replace("<br>", ""))
    assert outline.open == []
    assert ("html", "lang", locale.partition("@")[0]) in outline.attributes
    levels = [int(level[1]) for level, _ in outline.headings]
    assert levels.count(1) == 1
    assert levels.count(2) == 6
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for told in ("Leena", "Asemakatu 2", "henkilökortti", "Vertaisryhmä", "Kauppakatu 5", "112"):
        assert told in page, told
    assert "{" not in page.partition("</style>")[2]


async def test_it_tells_what_is_first_when_with_whom_and_why(services: Services) -> None:
    await busy_client(services)
    page = await printed(services)
    first = page.partition("Ensimmäiseksi")[2].partition("</section>")[0]
    assert "pe 13.3. klo 10.00: Tapaaminen" in first
    assert "Kenen kanssa: Leena, " in first
    assert "Ota mukaan: henkilökortti" in first
    dates = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert dates.index("pe 13.3.") < dates.index("ti 17.3. klo 17.00") < dates.index("keskiviikkona 18.3.")
    assert "Toistuu: tiistaisin" in dates
    assert "<dt>Miksi:</dt> <dd>🤝 Ystävät ja yhteys muihin</dd>" in page
    assert "vanha ehdotus" in page
    assert "Leena on ottanut pyyntösi hoitaakseen" in page


async def test_times_to_choose_from_come_before_all_else(services: Services) -> None:
    await busy_client(services)
    await meets(services, state="proposed", starts_at=None, details={})
    page = await printed(services)
    assert "Ajasta ei ole vielä sovittu: Tapaaminen" in page
    assert page.index("Valitse sopiva chatissa.") < page.index("pe 13.3.")


@pytest.mark.parametrize(
    ("way", "told"), [("phone", "Miten: puhelimessa"), ("video", "Miten: videopuheluna")]
)
async def test_how_one_meets_is_told_when_there_is_nowhere_to_go(
    services: Services, way: str, told: str
) -> None:
    await asks(services)
    await meets(services, way=way, starts_at=services.clock() + timedelta(days=1), details={})
    assert told in await printed(services)


async def test_nothing_that_was_told_to_a_worker_is_on_paper(services: Services) -> None:
    """A paper lies about: no name, no number, none of the words of a check-in."""
    await busy_client(services)
    page = await printed(services)
    for personal in (NAME, PHONE, WORDS, str(CLIENT.id)):
        assert personal not in page


async def test_the_page_fetches_nothing_and_runs_nothing(services: Services) -> None:
    await busy_client(services)
    outline = outline_of((await printed(services)).replace("<br>", ""))
    assert not {name for _, name, _ in outline.attributes} & {"src", "href", "onclick", "action"}
    policy = [
        value for _, name, value in outline.attributes if name == "content" and value and "src" in value
    ]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


async def test_words_cannot_become_tags(services: Services) -> None:
    await busy_client(services, title="<script>alert('&')</script>")
    page = await printed(services)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


async def test_an_empty_list_leaves_room_for_writing_and_names_help(services: Services) -> None:
    page = await printed(services)
    assert "Listalla ei ole vielä mitään. Voit kirjoittaa tähän itse." in page
    assert page.count('class="line"') == memo_page.LINES
    assert "<b>112</b>" in page
    assert "<table>" not in page


async def test_who_only_waits_for_a_contact_reads_that(services: Services) -> None:
    await asks(services)
    assert "Odotat yhteydenottoa: " in await printed(services)


@pytest.mark.parametrize(
    ("locale", "number"), [("fi", "09 2525 0111"), ("sv", "09 2525 0112"), ("en", "09 2525 0116")]
)
async def test_the_numbers_for_a_crisis_answer_in_the_clients_language(
    services: Services, locale: str, number: str
) -> None:
    with speaking(locale):
        numbers = [contact.phone for contact in memo_page.crisis_numbers(services)]
    assert numbers[0] == "112"
    assert number in numbers
    assert len(numbers) == memo_page.CONTACTS
