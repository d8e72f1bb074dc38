"""A courier may be killed at any moment, while Telegram refuses, stalls and breaks the line: nothing is lost, and twice
comes only what was in flight at a kill or at a cut. At the pace of Telegram that is mostly one message or none."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.courier import MOST_IN_FLIGHT
from bot.db.columns import Vault
from bot.db.work import Database
from bot.services.due import Row
from bot.services.outbox import LEASE
from bot.simulator.chats import User
from bot.simulator.faults import Limits
from tests.conftest import KEY, HandClock
from tests.courier.postman import CLIENT_TOKEN, STAFF_TOKEN, Post, post_office
from tests.services.crowd import count, make_due, states

PROCESS = Path(__file__).with_name("courier_process.py")
LONGEST_LIFE = 0.3
"""Seconds that a courier may live after it has begun to send; one in five may not even begin."""
TROUBLE = ("flood", "error", "bad_gateway", "cut_before", "cut_after", "delay")
ALL_THE_REST = 8
"""Seconds that a courier is left alone at the end, before another one looks after what has to be tried again."""


class Couriers:
    """Starts couriers one after another; each next one finds the leases of the last one run out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._started = process, 0
        self._last: int | None = None

    def kill(self) -> None:
        """Leave no courier behind, whatever became of the test: it would go on delivering for the next one."""
        if self._last is not None:
            with suppress(ProcessLookupError):
                os.kill(self._last, signal.SIGKILL)
            self._last = None

    async def starts(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        ahead = self._started * (LEASE.total_seconds() + 1)
        self._started += 1
        self._process.stdin.write(f"{ahead}\n".encode())
        self._last = int(await self._process.stdout.readline())


@asynccontextmanager
async def couriers(database_url: str, telegram: str, **more: str) -> AsyncIterator[Couriers]:
    settings = {
        "DATABASE_URL": database_url,
        "TELEGRAM_API": telegram,
        "CLIENT_TOKEN": CLIENT_TOKEN,
        "STAFF_TOKEN": STAFF_TOKEN,
        "ENCRYPTION_KEYS": KEY,
        "COURIER_INTERVAL": "PT0.2S",
        "LOG_LEVEL": "ERROR",
        **more,
    }
    environment = os.environ | {f"RINNALLA_{name}": value for name, value in settings.items()}
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "tests.courier.courier_process")
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment)
    line = Couriers(process)
    try:
        assert process.stdout
        assert await process.stdout.readline() == b"ready\n"
        yield line
    finally:
        line.kill()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@dataclass
class Found:
    """What was seen of each client's message, by the client's number."""

    blocked: set[int]
    cut: set[int]
    at_kills: Counter[int] = field(default_factory=Counter)
    """How often a kill came between its arrival and its being written down."""
    most_at_one_kill: int = 0
    arrived: dict[int, int] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        twice = sum(many - 1 for many in self.arrived.values() if many > 1)
        return (
            f"{len(self.arrived)} messages, {len(self.blocked)} to blocked chats, {twice} repeats; in flight at kills "
            f"{self.at_kills.total()}, at one kill at most {self.most_at_one_kill}; {dict(self.ends)}"
        )

    def check(self) -> None:
        for number, many in self.arrived.items():
            if number in self.blocked:
                assert many == 0
            else:
                assert 1 <= many <= 1 + self.at_kills[number] + (number in self.cut), (number, many)
        assert self.ends == {Row.SENT: len(self.arrived) - len(self.blocked), Row.DROPPED: len(self.blocked)}
        assert self.most_at_one_kill <= MOST_IN_FLIGHT


def make_trouble(post: Post, users: list[User], rng: random.Random) -> Found:
    """Some have blocked the bot; the messages of many others meet something on their way, once each."""
    found = Found(set(), set())
    post.simulator.limits = Limits()
    for number, user in enumerate(users, start=1):
        dice = rng.random()
        if dice < 0.04:
            post.simulator.chat(post.client_bot, user).block()
            found.blocked.add(number)
        elif dice < 0.2:
            kind = rng.choice(TROUBLE)
            post.simulator.faults.add(kind, "sendMessage", chat_id=user.id, seconds=0.3)  # type: ignore[arg-type]
            if kind == "cut_after":
                found.cut.add(number)
    post.client_bot.confirm(before=10**9)  # nobody here is told who has blocked it
    return found


async def soak(database_url: str, vault: Vault, people: int, kills: int, rng: random.Random) -> Found:
    """Kill a courier so many times at random moments of its life, while that many messages are due."""
    clock = HandClock()
    database = Database(database_url, vault, clock)
    try:
        async with post_office(database, clock) as post:
            users = [post.somebody(str(number)) for number in range(people)]
            await make_due(post.services, people, [user.id for user in users])
            found = make_trouble(post, users, rng)
            async with couriers(database_url, post.simulator.url) as line:
                for _ in range(kills):
                    await line.starts()
                    if rng.random() < 0.8:
                        await until_it_sends(post)
                    await asyncio.sleep(rng.uniform(0, LONGEST_LIFE))
                    line.kill()
                    await note_in_flight(post, users, found)
                while await count(post.services, Row.WAITING, Row.LEASED):
                    await line.starts()
                    await until_all_is_settled(post)
                    line.kill()
                    await note_in_flight(post, users, found)
            found.arrived = arrived(post, users)
            found.ends = Counter((await states(post.services)).values())
            return found
    finally:
        await database.close()


def arrived(post: Post, users: list[User]) -> dict[int, int]:
    return {number: len(post.of_client(user)) for number, user in enumerate(users, start=1)}


async def until_it_sends(post: Post) -> None:
    def sends() -> int:
        return sum(many for (method, _), many in post.simulator.answers.items() if method == "sendmessage")

    before = sends()
    async with asyncio.timeout(60):
        while sends() == before and await count(post.services, Row.WAITING, Row.LEASED):
            await post.simulator.activity.changes(0.2)


async def note_in_flight(post: Post, users: list[User], found: Found) -> None:
    """What has arrived, or still does, and is not written down."""
    while post.simulator.activity.pending:
        await post.simulator.activity.changes(0.1)
    became = await states(post.services)
    seen = arrived(post, users)
    in_flight = [number for number, many in seen.items() if many and became[number] == Row.LEASED]
    found.at_kills.update(in_flight)
    found.most_at_one_kill = max(found.most_at_one_kill, len(in_flight))


async def until_all_is_settled(post: Post) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(ALL_THE_REST):
            while await count(post.services, Row.WAITING, Row.LEASED):
                await post.simulator.activity.changes(0.2)


@pytest.mark.timeout(120)
async def test_kills_at_any_moment_lose_nothing_and_repeat_only_what_was_in_flight(
    database_url: str, vault: Vault
) -> None:
    found = await soak(database_url, vault, people=60, kills=12, rng=random.Random(1))
    found.check()


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_two_hundred_kills_lose_nothing_and_repeat_only_what_was_in_flight(
    database_url: str, vault: Vault
) -> None:
    found = await soak(database_url, vault, people=1500, kills=200, rng=random.Random(2))
    print(found)
    found.check()
