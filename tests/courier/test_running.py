"""`rinnalla run` as an operator runs it: a process of its own that ends when it is told to and gossips about nobody."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from pydantic import AnyHttpUrl

from bot.core.calendar import system_clock
from bot.core.consent import Reach
from bot.db import keys
from bot.db.columns import Vault
from bot.db.work import Database
from bot.services import consents, requests, staff
from bot.services.base import Services
from bot.services.clients import Chat
from bot.simulator.api import Simulator
from bot.simulator.driver import Patience, Phone
from tests.conftest import KEY
from tests.services.people import HELPS, KELLO, NAME, PHONE, WORDS, asks, services_on

CLIENT_TOKEN, STAFF_TOKEN = "1001:token-of-the-client-bot", "1002:token-of-the-staff-bot"
SAID, ANSWERED = "eilen itkin koko illan Tampereella", "soitan sinulle torstaina, t. Leena"

NO_HOLIDAYS = "import bot.core.calendar as calendar; calendar._finnish_holidays = lambda year: frozenset()"
"""The test may be run on any day, and on a holiday the service would keep quiet."""


class Service:
    """The process and what it has written."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process, self._log = process, log

    @property
    def wrote(self) -> str:
        return self._log.read_text()

    async def until(self, words: str) -> None:
        async with asyncio.timeout(90):
            while words not in self.wrote:
                assert self.process.returncode is None, self.wrote
                await asyncio.sleep(0.1)

    async def ends(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 20)


@asynccontextmanager
async def running(log: Path, **settings: str) -> AsyncIterator[Service]:
    usual = {
        "CLIENT_TOKEN": CLIENT_TOKEN,
        "STAFF_TOKEN": STAFF_TOKEN,
        "ENCRYPTION_KEYS": KEY,
        "COURIER_INTERVAL": "PT0.2S",
        "QUIET_HOURS": "off",
        "LISTEN": "127.0.0.1:0",
        "LOG_LEVEL": "DEBUG",
    }
    environment = os.environ | {f"RINNALLA_{name}": value for name, value in {**usual, **settings}.items()}
    with log.open("wb") as out:
        command = (sys.executable, "-c", "from bot.cli import main; main()")
        process = await asyncio.create_subprocess_exec(
            *command, "run", stdout=out, stderr=out, env=environment
        )
        try:
            yield Service(process, log)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def a_whole_story(simulator: Simulator, services: Services) -> None:
    """Everything personal there is goes through the service, and everything that can break does."""
    client_bot, staff_bot = simulator.bots[CLIENT_TOKEN], simulator.bots[STAFF_TOKEN]
    patience = Patience(settle=0.6, timeout=30)
    aino = Phone(simulator, client_bot, simulator.add_user("Aino-Maija", "fi"), patience)
    leena = Phone(simulator, staff_bot, simulator.add_user("Leena-Liisa", "fi"), patience)
    faults = simulator.faults
    await aino.says("/start")
    await aino.says(SAID)
    for kind in ("error", "bad_gateway", "cut_before", "cut_after"):
        faults.add(kind, "sendMessage", chat_id=aino.user.id)  # type: ignore[arg-type]
        await aino.says(f"{SAID} {PHONE}")
    await leena.says(f"/start {(await staff.invite(services, KELLO, 'Leena-Liisa')).code}")
    request_id = await asks(services, Chat(aino.user.id, "fi"), reach=Reach.PHONE, phone=PHONE)
    await leena.waits_for("Uusi yhteydenottopyyntö", 20)
    await leena.quiet()
    faults.add("error", "editMessageText", chat_id=leena.user.id)
    await leena.presses("🙋 Otan tämän")
    await leena.says("/requests")
    await leena.presses("✍️ Kirjoita asiakkaalle")
    faults.add("bad_gateway", "sendMessage", chat_id=leena.user.id)
    await leena.says(ANSWERED)
    await leena.says(ANSWERED)
    await leena.presses("Lähetä")
    await aino.waits_for(ANSWERED, 20)
    await requests.answer(services, aino.user.id, request_id, SAID, 4711)
    await leena.waits_for(SAID, 20)
    for consent in await consents.mine(services, aino.user.id):
        await consents.withdraw(services, aino.user.id, consent.id)
    await leena.quiet()


async def test_a_whole_conversation_leaves_no_word_name_number_or_token_in_the_log(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.calendar._finnish_holidays", lambda year: frozenset())
    database = Database(sqlite_url, Vault([KEY]), system_clock)
    await keys.settle(database)
    async with Simulator(start=system_clock()) as simulator:
        simulator.add_bot(CLIENT_TOKEN, "client_bot", "Rinnalla")
        simulator.add_bot(STAFF_TOKEN, "staff_bot", "Työ")
        services = services_on(
            database, system_clock, telegram_api=AnyHttpUrl(simulator.url), quiet_hours=None
        )
        settings = {"DATABASE_URL": sqlite_url, "TELEGRAM_API": simulator.url}
        async with running(tmp_path / "log", **settings) as service:
            await service.until("Rinnalla is running")
            await a_whole_story(simulator, services)
            assert await service.ends() == 0
    await database.close()
    assert "update failed" in service.wrote, "things broke, and that was logged"
    assert "message not sent" in service.wrote or "staff update failed" in service.wrote
    ids = [str(user.id) for user in simulator.users.values()]
    secret = (SAID, ANSWERED, NAME, PHONE, WORDS, HELPS, "Aino-Maija", "Leena-Liisa", *ids)
    tokens = (CLIENT_TOKEN, STAFF_TOKEN, CLIENT_TOKEN.partition(":")[2], STAFF_TOKEN.partition(":")[2], KEY)
    assert [word for word in (*secret, *tokens) if word in service.wrote] == []
    assert [
        word for word in ("itkin", "Tampereella", "torstaina", "Maija", "Liisa") if word in service.wrote
    ] == []
