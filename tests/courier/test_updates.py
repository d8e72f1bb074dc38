"""No update is confirmed before it is handled, none is handled twice, and none is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import select

from bot import updates
from bot.db.tables import HandledUpdate
from bot.db.work import Database
from bot.services.base import Services
from bot.updates import Json, Source, handle_once, poll
from tests.conftest import HandClock
from tests.services.people import services_on


@pytest.fixture
def services(database: Database, clock: HandClock) -> Services:
    return services_on(database, clock)


class Telegram:
    """A queue of updates as getUpdates serves it: an offset confirms all that came before it."""

    def __init__(self, *waiting: Json) -> None:
        self.waiting = list(waiting)
        self.offsets: list[int] = []
        self.handled: list[int] = []
        self.failures: list[Exception] = []
        self.arrived = asyncio.Event()

    async def fetch(self, offset: int, wait: int) -> Sequence[Json]:
        self.offsets.append(offset)
        if self.failures:
            raise self.failures.pop(0)
        self.waiting = [update for update in self.waiting if update["update_id"] >= offset]
        if not self.waiting and wait:
            self.arrived.clear()
            await self.arrived.wait()
        return self.waiting[:100]

    async def handle(self, update: Json) -> None:
        self.handled.append(update["update_id"])

    def comes(self, *new: Json) -> None:
        self.waiting += new
        self.arrived.set()


def message(update_id: int, who: int = 1) -> Json:
    return {"update_id": update_id, "message": {"from": {"id": who}, "text": "hei"}}


def press(update_id: int, who: int = 1) -> Json:
    return {"update_id": update_id, "callback_query": {"from": {"id": who}, "data": "x"}}


def source_of(telegram: Telegram, handle: Callable[[Json], Awaitable[None]] | None = None) -> Source:
    return Source("client", telegram.fetch, handle or telegram.handle)


def held_up(telegram: Telegram, update_id: int) -> tuple[asyncio.Event, Callable[[Json], Awaitable[None]]]:
    """A handler that takes as long for one update as the event lets it."""
    go_on = asyncio.Event()

    async def handle(update: Json) -> None:
        if update["update_id"] == update_id:
            await go_on.wait()
        await telegram.handle(update)

    return go_on, handle


@asynccontextmanager
async def polling(services: Services, source: Source) -> Any:
    stop = asyncio.Event()
    task = asyncio.create_task(poll(services, source, stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(task, 5)


async def until(condition: Callable[[], object]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


async def remembered(services: Services) -> set[int]:
    async with services.db.read() as session:
        return set(await session.scalars(select(HandledUpdate.update_id)))


# Once


async def test_an_update_is_handled_once(services: Services) -> None:
    telegram = Telegram()
    for _ in range(3):
        await handle_once(services, source_of(telegram), message(7))
    assert telegram.handled == [7]


async def test_each_bot_has_updates_of_its_own(services: Services) -> None:
    telegram = Telegram()
    for name in ("client", "staff"):
        await handle_once(services, Source(name, telegram.fetch, telegram.handle), message(7))
    assert telegram.handled == [7, 7]


async def test_an_update_that_cannot_be_handled_does_not_come_back_for_ever(services: Services) -> None:
    async def fails(_update: Json) -> None:
        raise KeyError("a bug")

    await handle_once(services, source_of(Telegram(), fails), message(7))
    assert await remembered(services) == {7}


async def test_the_same_update_delivered_twice_at_once_harms_nothing(services: Services) -> None:
    telegram = Telegram()
    await asyncio.gather(*(handle_once(services, source_of(telegram), message(7)) for _ in range(5)))
    assert set(telegram.handled) == {7}
    assert await remembered(services) == {7}


# Polling


async def test_nothing_is_confirmed_before_all_ahead_of_it_is_handled(services: Services) -> None:
    telegram = Telegram(*(message(number, who=number) for number in (5, 6, 7)))
    last, handle = held_up(telegram, 5)
    async with polling(services, source_of(telegram, handle)):
        await until(lambda: sorted(telegram.handled) == [6, 7])
        assert set(telegram.offsets) == {0}, "nothing is confirmed while the first is being handled"
        last.set()
        await until(lambda: telegram.offsets[-1] == 8)
    assert telegram.waiting == []


async def test_updates_of_a_chat_are_handled_in_order_and_chats_side_by_side(services: Services) -> None:
    telegram = Telegram(message(1, who=1), press(2, who=1), message(3, who=2))
    slow, handle = held_up(telegram, 1)
    async with polling(services, source_of(telegram, handle)):
        await until(lambda: telegram.handled == [3])
        slow.set()
        await until(lambda: len(telegram.handled) == 3)
    assert telegram.handled == [3, 1, 2]


async def test_nobody_waits_for_a_chat_that_takes_long(services: Services) -> None:
    """One update that Telegram asks to slow down, say, and all others who press meanwhile."""
    telegram = Telegram(message(1, who=1))
    slow, handle = held_up(telegram, 1)
    async with polling(services, source_of(telegram, handle)):
        await until(lambda: telegram.offsets)
        telegram.comes(message(2, who=2), press(3, who=1))
        await until(lambda: telegram.handled == [2])
        telegram.comes(message(4, who=2))
        await until(lambda: telegram.handled == [2, 4])
        assert set(telegram.offsets) == {0}, "nothing is lost if the process dies now"
        slow.set()
        await until(lambda: telegram.offsets[-1] == 5)
    assert telegram.handled == [2, 4, 1, 3]


async def test_what_comes_later_is_fetched_too(services: Services) -> None:
    telegram = Telegram(message(1))
    async with polling(services, source_of(telegram)):
        await until(lambda: telegram.handled == [1])
        telegram.comes(message(2), message(3))
        await until(lambda: telegram.handled == [1, 2, 3])
    assert telegram.waiting == [], "the last batch is confirmed at the end"


async def test_a_kill_between_handling_and_confirming_does_no_harm(services: Services) -> None:
    telegram = Telegram(message(1), message(2, who=2))
    handled = asyncio.Event()

    async def dies(offset: int, wait: int) -> Sequence[Json]:
        if offset:
            handled.set()
            await asyncio.Event().wait()
        return await telegram.fetch(offset, wait)

    killed = asyncio.create_task(poll(services, Source("client", dies, telegram.handle), asyncio.Event()))
    await handled.wait()
    killed.cancel()
    with suppress(asyncio.CancelledError):
        await killed
    assert len(telegram.waiting) == 2, "Telegram still has them"
    async with polling(services, source_of(telegram)):
        await until(lambda: 3 in telegram.offsets)
    assert sorted(telegram.handled) == [1, 2]


async def test_what_is_in_flight_at_the_end_is_handled_and_confirmed(services: Services) -> None:
    telegram = Telegram(message(1))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(update: Json) -> None:
        begun.set()
        await go_on.wait()
        await telegram.handle(update)

    stop = asyncio.Event()
    task = asyncio.create_task(poll(services, source_of(telegram, handle), stop))
    await begun.wait()
    stop.set()
    await asyncio.sleep(0.02)
    assert not task.done()
    go_on.set()
    await asyncio.wait_for(task, 5)
    assert telegram.handled == [1]
    assert telegram.waiting == []


async def test_polling_goes_on_after_telegram_was_away(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "PAUSE", 0.01)
    telegram = Telegram(message(1))
    telegram.failures = [ConnectionError("away"), ValueError("no JSON")]
    async with polling(services, source_of(telegram)):
        await until(lambda: telegram.handled == [1])


async def test_polling_goes_on_after_the_database_was_away(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "PAUSE", 0.01)
    telegram = Telegram(message(1), message(2, who=2))
    failures = [ConnectionError("the database is away")]
    original = updates.handle_once

    async def once(services: Services, source: Source, update: Json) -> None:
        if failures:
            raise failures.pop()
        await original(services, source, update)

    monkeypatch.setattr(updates, "handle_once", once)
    async with polling(services, source_of(telegram)):
        await until(lambda: 3 in telegram.offsets)
    assert sorted(telegram.handled) == [1, 2]
