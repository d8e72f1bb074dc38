"""A courier may be killed at any moment: nothing is lost, and at most what is in flight comes twice. At the pace of 28
a second that is mostly one message; on a machine that is busy with other things it may be all that are let fly."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.core.calendar import system_clock
from bot.courier import MOST_IN_FLIGHT
from bot.db.columns import Vault
from bot.db.work import Database
from bot.services.outbox import LEASE, Kind
from bot.simulator.chats import User
from tests.conftest import KEY
from tests.courier.postman import CLIENT_TOKEN, STAFF_TOKEN, Post, chat_of, post_office
from tests.services.people import asks, outbox

PROCESS = Path(__file__).with_name("courier_process.py")


class Couriers:
    """Starts couriers one after another; each next one finds the leases of the last one run out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._started = process, 0
        self._last: int | None = None

    def end(self) -> None:
        """Leave no courier behind, whatever became of the test: it would go on delivering for the next one."""
        if self._last is not None:
            with suppress(ProcessLookupError):
                os.kill(self._last, signal.SIGKILL)

    async def starts(self) -> int:
        assert self._process.stdin
        assert self._process.stdout
        ahead = self._started * (LEASE.total_seconds() + 1)
        self._started += 1
        self._process.stdin.write(f"{ahead}\n".encode())
        self._last = int(await self._process.stdout.readline())
        return self._last


@asynccontextmanager
async def couriers(database_url: str, telegram: str, **more: str) -> AsyncIterator[Couriers]:
    settings = {
        "DATABASE_URL": database_url,
        "TELEGRAM_API": telegram,
        "CLIENT_TOKEN": CLIENT_TOKEN,
        "STAFF_TOKEN": STAFF_TOKEN,
        "ENCRYPTION_KEYS": KEY,
        "COURIER_INTERVAL": "PT0.2S",
        **more,
    }
    environment = os.environ | {f"RINNALLA_{name}": value for name, value in settings.items()}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), stdin=pipe, stdout=pipe, env=environment
    )
    line = Couriers(process)
    try:
        assert process.stdout
        assert await process.stdout.readline() == b"ready\n"
        yield line
    finally:
        line.end()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def soak(post: Post, database_url: str, people: int, kills: int, rng: random.Random) -> tuple[int, int]:
    """Kill a courier so many times while it has that many messages to send; returns how many people got their message
    and how many messages came too often."""
    users = [post.somebody(str(number)) for number in range(people)]
    for user in users:
        await asks(post.services, chat_of(user))

    def arrived() -> int:
        return sum(len(post.of_client(user)) for user in users)

    async with couriers(database_url, post.simulator.url) as line:
        for _ in range(kills):
            courier = await line.starts()
            await until_more(post, users, arrived() + rng.randint(1, max(2, people // kills)))
            await asyncio.sleep(rng.random() * 0.05)
            os.kill(courier, signal.SIGKILL)
        await line.starts()
        while any(row.state != "sent" for row in await outbox(post.services) if row.kind == Kind.RECEIPT):
            await post.simulator.activity.changes(0.1)
    return sum(bool(post.of_client(user)) for user in users), arrived() - people


async def until_more(post: Post, users: list[User], many: int) -> None:
    while sum(len(post.of_client(user)) for user in users) < min(many, len(users)):
        await post.simulator.activity.changes(0.5)


@asynccontextmanager
async def real_time_post(database_url: str, vault: Vault) -> AsyncIterator[Post]:
    database = Database(database_url, vault, system_clock)
    try:
        async with post_office(database, system_clock) as post:
            yield post
    finally:
        await database.close()


@pytest.mark.timeout(300)
async def test_ten_kills_lose_nothing_and_repeat_little(database_url: str, vault: Vault) -> None:
    async with real_time_post(database_url, vault) as post:
        reached, repeated = await soak(post, database_url, 100, 10, random.Random(1))
    assert reached == 100
    assert repeated <= MOST_IN_FLIGHT * 10


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(3))
async def test_sixty_kills_lose_nothing_and_repeat_little(database_url: str, vault: Vault, seed: int) -> None:
    async with real_time_post(database_url, vault) as post:
        reached, repeated = await soak(post, database_url, 1000, 60, random.Random(seed))
    assert reached == 1000
    assert repeated <= MOST_IN_FLIGHT * 60
