"""How updates come in: by polling that confirms only what has been handled, or by webhooks that answer after it.

Both frameworks confirm an update before it is handled unless told otherwise, and so lose those in flight at a kill.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.dialects import postgresql, sqlite

from bot.db.tables import HandledUpdate
from bot.services.base import Services

log = structlog.get_logger()

Json = dict[str, Any]
LONG_POLL = 25
"""Seconds that getUpdates waits for something to come."""
A_MOMENT = 0.1
"""Seconds that those who have just pressed wait at most for those who pressed before them."""
PAUSE = 3.0
"""Seconds before trying again when Telegram or the database is away."""


@dataclass(frozen=True)
class Source:
    """One bot's stream of updates: how to fetch some from an offset on, and how to handle one."""

    name: str
    fetch: Callable[[int, int], Awaitable[Sequence[Json]]]  # offset, seconds to wait
    handle: Callable[[Json], Awaitable[None]]


async def handle_once(services: Services, source: Source, update: Json) -> None:
    """Handle one update unless it has been handled before. An error is logged, not raised: an update that cannot be
    handled must not come back for ever."""
    key = (source.name, int(update["update_id"]))
    async with services.db.read() as session:
        if await session.get(HandledUpdate, key) is not None:
            return
    try:
        await source.handle(update)
    except Exception:
        log.exception("update not handled", bot=source.name, update_id=key[1])
    insert = (sqlite if services.db.is_sqlite else postgresql).insert(HandledUpdate)
    handled = insert.values(bot=key[0], update_id=key[1], at=services.clock())
    async with services.db.work() as session:
        await session.execute(handled.on_conflict_do_nothing())


async def poll(services: Services, source: Source, stop: asyncio.Event) -> None:
    """Until `stop`: fetch updates, handle chats side by side and each chat's in order, and confirm those that have been
    handled by fetching from behind them. While a chat takes long, the others are served all the same: what is not
    confirmed comes again with what is new. Updates in flight at `stop` are handled to their end."""
    flight = _Flight(services, source)
    while not stop.is_set():
        try:
            batch = await _unless(stop, source.fetch(flight.offset, 0 if flight.unconfirmed else LONG_POLL))
            flight.take(batch)
            await flight.goes_on(A_MOMENT)
        except Exception as error:  # nothing is confirmed: what has not been handled comes again
            log.warning("cannot get on with updates", bot=source.name, error=type(error).__name__)
            await flight.gives_up()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE)
    with suppress(Exception):
        await flight.goes_on()
    if flight.offset:
        with suppress(Exception):
            await source.fetch(flight.offset, 0)  # confirms the last ones


class _Flight:
    """Updates that have been fetched and are not confirmed yet."""

    def __init__(self, services: Services, source: Source) -> None:
        self._services, self._source = services, source
        self.offset = 0
        self.unconfirmed: dict[int, asyncio.Task[None]] = {}
        """By number, in order. Those behind one that takes long stay here, though they are handled."""
        self._last_of: dict[object, asyncio.Task[None]] = {}

    def take(self, batch: Sequence[Json]) -> None:
        """Begin to handle what is new."""
        for update in batch:
            number, chat = int(update["update_id"]), _chat_of(update)
            if number not in self.unconfirmed:
                task = asyncio.create_task(self._in_order(self._last_of.get(chat), update))
                self.unconfirmed[number] = self._last_of[chat] = task

    async def goes_on(self, seconds: float | None = None) -> None:
        """Until all are handled, but no longer than `seconds`; raises what kept the first one from being handled."""
        if self.unconfirmed:
            await asyncio.wait(self.unconfirmed.values(), timeout=seconds)
        for number, task in list(self.unconfirmed.items()):
            if not task.done():
                break
            task.result()
            self.offset = number + 1
            del self.unconfirmed[number]
        self._last_of = {chat: task for chat, task in self._last_of.items() if not task.done()}

    async def gives_up(self) -> None:
        """Once all have come to their end: they come again, and must not meet themselves."""
        await asyncio.gather(*self.unconfirmed.values(), return_exceptions=True)
        self.unconfirmed.clear()
        self._last_of.clear()

    async def _in_order(self, before: asyncio.Task[None] | None, update: Json) -> None:
        if before is not None:
            await asyncio.wait([before])
            before.result()
        await handle_once(self._services, self._source, update)


def _chat_of(update: Json) -> object:
    """Whose update it is; one that belongs to nobody we know of stands alone."""
    for event in update.values():
        if isinstance(event, dict) and "from" in event:
            return event["from"]["id"]
    return update["update_id"]


async def _unless(stop: asyncio.Event, work: Awaitable[Sequence[Json]]) -> Sequence[Json]:
    """The result of `work`, or nothing when `stop` comes first."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        return await task
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task
    return []
