"""Updates pushed by Telegram instead of polled for: the same conversation, and nothing lost when we were away."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import AnyHttpUrl, SecretStr

from bot.db.columns import Vault
from bot.services import staff
from bot.web import SECRET_HEADER
from tests.services.people import KELLO, NAME, request
from tests.staff.office import Office, open_office

SECRET = "only-telegram-knows"


@pytest.fixture
def pushed() -> dict[str, Any]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    return {
        "webhook_url": AnyHttpUrl(f"http://{address}"),
        "webhook_secret": SecretStr(SECRET),
        "listen": address,
    }


@pytest.fixture
async def office(sqlite_url: str, vault: Vault, pushed: dict[str, Any]) -> AsyncIterator[Office]:
    async with open_office(sqlite_url, vault, **pushed) as opened:
        yield opened


async def test_the_conversation_is_the_same(office: Office) -> None:
    leena = await office.worker()
    request_id = await office.client().asks()
    await leena.presses("🙋 Otan tämän")
    assert NAME in leena.screen
    assert (await request(office.services, request_id)).state == "accepted"
    assert office.simulator.answers["getupdates", 200] == 0


async def test_somebody_else_cannot_push_updates(office: Office) -> None:
    leena = await office.worker()
    worker_id = await leena.id()
    request_id = await office.client().asks()
    update = {"update_id": 10**9, "callback_query": {"data": f"r:accept:{request_id}"}}
    async with ClientSession() as http:
        for secret in ("", "guess", SECRET.upper()):
            url = f"{office.services.settings.webhook_url}telegram/staff"
            async with http.post(url, json=update, headers={SECRET_HEADER: secret}) as response:
                assert response.status == 403
    assert (await request(office.services, request_id)).state == "open"
    assert worker_id


async def test_what_came_while_we_were_away_is_pushed_again(
    sqlite_url: str, vault: Vault, pushed: dict[str, Any]
) -> None:
    """The server does not answer, Telegram keeps the update and tries again, and it is handled once."""
    async with open_office(sqlite_url, vault, **pushed) as office:
        leena = office.telephone("Leena")
        code = (await staff.invite(office.services, KELLO, "Leena")).code
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(office.services.db, "read", _away)
            await leena.says(f"/start {code}", wait=False)
            await asyncio.sleep(0.3)
            assert leena.written == []
        await leena.quiet()
        assert leena.showing("Tervetuloa, Leena!") == 1


def _away() -> None:
    raise ConnectionError("the database is away")
