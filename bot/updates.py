"""How updates come in: by polling that confirms only what has been handled, or by webhooks that answer after it.

Both frameworks confirm an update before it is handled unless told otherwise, and so lose those in flight at a kill.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
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
    """Until `stop`: fetch a batch, handle its chats side by side and each chat's updates in order, then confirm it by
    fetching from behind it. Updates in flight at `stop` are handled to their end."""
    offset = 0
    while not stop.is_set():
        try:
            batch = await _unless(stop, source.fetch(offset, LONG_POLL))
            if batch:
                await _handle_batch(services, source, batch)
                offset = int(batch[-1]["update_id"]) + 1
        except Exception as error:  # nothing is confirmed: what has not been handled comes again
            log.warning("cannot get on with updates", bot=source.name, error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE)
    if offset:
        with suppress(Exception):
            await source.fetch(offset, 0)  # confirms the last batch


async def _handle_batch(services: Services, source: Source, batch: Sequence[Json]) -> None:
    chats: dict[object, list[Json]] = defaultdict(list)
    for update in batch:
        chats[_chat_of(update)].append(update)

    async def in_order(updates: list[Json]) -> None:
        for update in updates:
            await handle_once(services, source, update)

    ends = await asyncio.gather(*map(in_order, chats.values()), return_exceptions=True)
    for (
        error
    ) in ends:  # only when all have come to their end: the batch comes again, and must not meet itself
        if error is not None:
            raise error


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
