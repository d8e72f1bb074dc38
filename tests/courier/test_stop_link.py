"""The link at the end of a text message: a page with one button, which changes nothing until it is pressed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html.parser import HTMLParser

import pytest
from aiohttp import ClientSession, web
from pydantic import AnyHttpUrl, SecretStr
from sqlalchemy import select

from bot import web as pages
from bot.db.tables import PhoneNumber
from bot.db.work import Database
from bot.i18n import LOCALES
from bot.services import clients, consents, text_messages
from bot.services.base import Services
from bot.services.clients import Chat
from tests.conftest import HandClock
from tests.services.people import CLIENT, PHONE, asks, services_on


@pytest.fixture
def services(database: Database, clock: HandClock) -> Services:
    return services_on(
        database,
        clock,
        sms_url=SecretStr("json://127.0.0.1:9/{number}"),
        public_url=AnyHttpUrl("https://rinnalla.example/tuki/"),
    )


class Site:
    def __init__(self, url: str, http: ClientSession) -> None:
        self.url, self.http = url, http

    async def asks(self, method: str, path: str) -> tuple[int, str, dict[str, str]]:
        async with self.http.request(method, self.url + path) as response:
            return response.status, await response.text(), dict(response.headers)


@pytest.fixture
async def site(services: Services) -> AsyncIterator[Site]:
    runner = web.AppRunner(pages.build(services, []), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as http:
        yield Site(f"http://127.0.0.1:{runner.addresses[0][1]}", http)
    await runner.cleanup()


async def link(services: Services, locale: str = "fi") -> str:
    """The path in the link of a client who gets text messages."""
    chat = Chat(CLIENT.id, locale)
    await asks(services, chat)
    await text_messages.ask_code(services, chat.id, PHONE)
    await text_messages.confirm(services, chat, text_messages.code_of(services, await phone(services)))
    whole = text_messages.link(services, await phone(services))
    assert whole is not None
    assert whole.startswith("https://rinnalla.example/tuki/s/")
    return whole.removeprefix("https://rinnalla.example/tuki")


async def phone(services: Services) -> PhoneNumber:
    async with services.db.read() as session:
        (found,) = await session.scalars(select(PhoneNumber))
        return found


async def gets_texts(services: Services) -> bool:
    return await text_messages.mine(services, CLIENT.id) is not None


async def test_looking_changes_nothing_and_pressing_ends_them(services: Services, site: Site) -> None:
    path = await link(services)
    for method in ("GET", "HEAD", "GET"):
        assert (await site.asks(method, path))[0] == 200
        assert await gets_texts(services)
    _, page, _ = await site.asks("GET", path)
    assert '<form method="post"><button>Lopeta tekstiviestit</button></form>' in page
    status, said, _ = await site.asks("POST", path)
    assert (status, "Tekstiviestit on nyt lopetettu" in said) == (200, True)
    assert not await gets_texts(services)
    assert [one.purpose for one in await consents.mine(services, CLIENT.id)] == ["contact"]
    assert (await consents.verify(services)).whole


async def test_pressed_again_it_says_that_it_is_done(services: Services, site: Site) -> None:
    path = await link(services)
    await site.asks("POST", path)
    for method in ("GET", "POST"):
        status, said, _ = await site.asks(method, path)
        assert status == 200
        assert "ei ole enää voimassa" in said
        assert "<button" not in said


async def test_another_token_ends_nothing(services: Services, site: Site) -> None:
    path = await link(services)
    for wrong in (
        path[:-1],
        path + "A",
        "/s/" + path[3:].swapcase(),
        "/s/" + "A" * 16,
        "/s/%00",
        "/s/ä",
        "/s/" + "x" * 5000,
    ):
        status, said, _ = await site.asks("POST", wrong)
        assert status == 200, wrong
        assert "ei ole enää voimassa" in said
    assert await gets_texts(services)


async def test_only_a_fingerprint_of_the_token_is_kept(services: Services) -> None:
    token = (await link(services)).rpartition("/")[2]
    kept = await phone(services)
    assert len(token) == 16
    assert token not in {str(getattr(kept, column.name)) for column in PhoneNumber.__table__.columns}
    assert kept.stop_key == services.vault.fingerprint(token, "stop")


async def test_a_link_from_before_ends_nothing_of_a_later_yes(services: Services, site: Site) -> None:
    old = await link(services)
    await site.asks("POST", old)
    assert await link(services) != old
    await site.asks("POST", old)
    assert await gets_texts(services)


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_page_speaks_the_clients_language_and_tells_nobody_whose_it_is(
    services: Services, site: Site, locale: str
) -> None:
    path = await link(services, locale)
    _, page, headers = await site.asks("GET", path)
    assert f'<html lang="{locale.partition("@")[0]}">' in page
    assert PHONE[1:] not in page
    assert "http" not in page, "nothing is fetched from anywhere"
    HTMLParser().feed(page)
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    _, said, _ = await site.asks("POST", path)
    assert "<button" not in said


async def test_whoever_is_forgotten_has_no_link(services: Services, site: Site) -> None:
    path = await link(services)
    await clients.forget(services, CLIENT.id)
    assert "ei ole enää voimassa" in (await site.asks("GET", path))[1]


async def test_without_a_public_address_there_is_no_link(database: Database, clock: HandClock) -> None:
    services = services_on(database, clock, sms_url=SecretStr("json://127.0.0.1:9/{number}"))
    await asks(services)
    await text_messages.ask_code(services, CLIENT.id, PHONE)
    await text_messages.confirm(services, CLIENT, text_messages.code_of(services, await phone(services)))
    assert text_messages.link(services, await phone(services)) is None
