"""The small web server: webhooks that let in only Telegram, health, metrics."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector, web
from pydantic import AnyHttpUrl, SecretStr

from bot import web as pages
from bot.db.work import Database
from bot.services.base import Services
from bot.updates import Json, Source
from bot.web import SECRET_HEADER
from tests.conftest import HandClock
from tests.services.people import services_on

SECRET = "a-secret_of-the-webhook"


class Site:
    def __init__(self, url: str, http: ClientSession) -> None:
        self.url, self.http = url, http
        self.handled: list[int] = []

    async def post(
        self, body: Any = None, secret: str | bytes | None = SECRET, raw: bytes | BytesIO | None = None
    ) -> int:
        headers = (
            {} if secret is None else {SECRET_HEADER: secret if isinstance(secret, str) else secret.decode()}
        )
        content = {"data": raw} if raw is not None else {"json": body}
        async with self.http.post(f"{self.url}/telegram/client", headers=headers, **content) as response:
            return response.status

    async def get(self, path: str) -> tuple[int, str]:
        async with self.http.get(self.url + path) as response:
            return response.status, await response.text()


@pytest.fixture
def services(database: Database, clock: HandClock) -> Services:
    hook = AnyHttpUrl("https://rinnalla.example")
    return services_on(database, clock, webhook_url=hook, webhook_secret=SecretStr(SECRET))


@pytest.fixture
async def site(services: Services) -> AsyncIterator[Site]:
    async with ClientSession(connector=TCPConnector(force_close=True)) as http:
        found = Site("", http)

        async def fetch(_offset: int, _wait: int) -> list[Json]:
            return []

        async def handle(update: Json) -> None:
            found.handled.append(update["update_id"])

        runner = web.AppRunner(pages.build(services, [Source("client", fetch, handle)]), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield found
        await runner.cleanup()


async def test_an_update_is_handled_before_it_is_answered(site: Site) -> None:
    assert await site.post({"update_id": 7}) == 200
    assert site.handled == [7]


async def test_an_update_that_comes_again_is_answered_and_not_handled_again(site: Site) -> None:
    assert [await site.post({"update_id": 7}) for _ in range(3)] == [200, 200, 200]
    assert site.handled == [7]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "ä", SECRET.upper()])
async def test_who_does_not_know_the_secret_is_not_let_in(site: Site, secret: str | None) -> None:
    assert await site.post({"update_id": 7}, secret) == 403
    assert site.handled == []


async def test_a_secret_of_strange_bytes_is_not_let_in_either(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rpartition(":")[2]))
    head = f"POST /telegram/client HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: ".encode() + b"\xff\xfe\r\n"
    writer.write(head + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}")
    assert (await reader.readline()).split()[1] in {b"400", b"403"}
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("secret", [None, SECRET])
async def test_without_a_secret_of_our_own_nobody_is_let_in(
    database: Database, clock: HandClock, secret: str | None
) -> None:
    open_to_none = services_on(database, clock)
    application = pages.build(open_to_none, [Source("client", None, None)])  # type: ignore[arg-type]
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(connector=TCPConnector(force_close=True)) as http:
        site = Site(f"http://127.0.0.1:{runner.addresses[0][1]}", http)
        assert await site.post({"update_id": 7}, secret) == 403
        assert await site.post({"update_id": 7}, "") == 403
    await runner.cleanup()


NO_UPDATES = (
    *(b"", b"{", b"[]", b"[1]", b'"x"', b"null", b"7", b"{}", b"\xff\xfe", b"\xc3\x28"),
    *(
        b'{"update_id": %b}' % value
        for value in (b'"x"', b"null", b"[1]", b"1e400", b"NaN", b"-1", b"9" * 30)
    ),
)


@pytest.mark.parametrize("raw", NO_UPDATES)
async def test_what_is_no_update_is_refused(site: Site, raw: bytes) -> None:
    assert await site.post(raw=raw) == 400
    assert site.handled == []


async def test_an_enormous_body_is_refused(site: Site) -> None:
    assert await site.post(raw=BytesIO(b'{"update_id": 1, "x": "' + b"a" * 2_000_000 + b'"}')) == 413


async def test_other_addresses_and_methods_are_not_there(site: Site) -> None:
    assert (await site.get("/telegram/client"))[0] == 405
    assert (await site.get("/telegram/staff"))[0] == 404
    assert (await site.get("/"))[0] == 404


async def test_health_asks_the_database(
    site: Site, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await site.get("/health") == (200, '{"status": "ok"}')

    def away() -> None:
        raise ConnectionError("the database is away")

    monkeypatch.setattr(services.db, "read", away)
    status, body = await site.get("/health")
    assert status == 503
    assert "away" not in body


async def test_health_tells_of_an_edit_that_is_not_in_use_and_stays_well(
    site: Site, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.shelf, "_of_catalog", "doors.yaml: doors: A list is needed here.")
    status, body = await site.get("/health")
    assert status == 200
    assert "doors.yaml" in body


async def test_metrics_tell_numbers_and_no_people(site: Site) -> None:
    import bot.courier  # noqa: F401 (it registers what is counted)

    status, body = await site.get("/metrics")
    assert status == 200
    assert "rinnalla_messages_uncertain_total" in body
