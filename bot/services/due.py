"""Which messages of the outbox may go now: what somebody waits for first, then the oldest; of one chat a few at a
time, in their order, and none of a chat that is being served.

However many are due, only as many rows are looked at as it takes to find the next ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import OutboxMessage

MOST_OF_ONE_CHAT = 3
"""Messages of one chat that are claimed together: a chat may get one a second, and others must not wait for it."""

Chat = tuple[str, int]
IN_CHAT, BY_SMS = "chat", "sms"
OLDEST = (OutboxMessage.due_at, OutboxMessage.id)
WHOSE = (OutboxMessage.client_id, OutboxMessage.staff_id, OutboxMessage.enquiry_id, OutboxMessage.channel)
NO_CLIENT, NO_WORKER = OutboxMessage.client_id.is_(None), OutboxMessage.staff_id.is_(None)
CHAT: dict[str, ColumnElement[int | None]] = {
    "client": case((OutboxMessage.channel == IN_CHAT, OutboxMessage.client_id)),
    "phone": case((OutboxMessage.channel == BY_SMS, OutboxMessage.client_id)),
    "worker": case((NO_CLIENT, OutboxMessage.staff_id)),
    "asker": case((and_(NO_CLIENT, NO_WORKER), func.coalesce(OutboxMessage.enquiry_id, 0))),
}
"""The number in `chat_of`, in one of these, and NULL in the others."""


class Row(StrEnum):
    """State of an outbox row."""

    WAITING = "waiting"
    LEASED = "leased"
    SENT = "sent"
    DROPPED = "dropped"  # no longer true, no longer allowed, or past its moment
    FAILED = "failed"


def chat_of(row: Any) -> Chat:
    """Whose chat a message goes to: that of a client, of a worker, or of whoever made an enquiry, who is known by the
    enquiry alone; or whose telephone. A client's chat and telephone do not wait for each other."""
    if row.client_id is not None:
        return "phone" if row.channel == BY_SMS else "client", row.client_id
    if row.staff_id is not None:
        return "worker", row.staff_id
    return "asker", row.enquiry_id or 0


async def choose(session: AsyncSession, now: datetime, limit: int) -> list[int]:
    """The ids of up to `limit` messages that may go now, in the order in which they should."""
    closed = {chat_of(row) for row in await _served(session, now)}
    waiting = and_(OutboxMessage.state == Row.WAITING, OutboxMessage.due_at <= now)
    ids: list[int] = []
    for urgent in (True, False):
        while len(ids) < limit:
            page = select(OutboxMessage.id, *WHOSE).where(
                waiting, OutboxMessage.urgent.is_(urgent), *_in_none_of(closed)
            )
            rows = (await session.execute(page.order_by(*OLDEST).limit(limit))).all()
            if not rows:
                break
            chats = {chat_of(row) for row in rows}
            # What is urgent takes along what is older in its chat.
            ids += await _first_of(session, chats, waiting) if urgent else _share(rows)
            closed |= chats
    return ids[:limit]


async def _served(session: AsyncSession, now: datetime) -> list[Any]:
    """What is in some courier's hands. What one has held for too long waits again: that courier is dead, and most of
    what it had was never tried, so that this counts as no attempt."""
    leased = select(OutboxMessage.id, OutboxMessage.lease_until, *WHOSE)
    rows = list(await session.execute(leased.where(OutboxMessage.state == Row.LEASED)))
    if abandoned := [row.id for row in rows if row.lease_until < now]:
        free_again = update(OutboxMessage).where(OutboxMessage.id.in_(abandoned))
        fresh = {"state": Row.WAITING, "lease_until": None, "attempts": OutboxMessage.attempts - 1}
        await session.execute(free_again.values(fresh).execution_options(synchronize_session=False))
    return [row for row in rows if row.lease_until >= now]


def _share(rows: Iterable[Any]) -> list[int]:
    """Of rows in order, the first few of each chat."""
    ids: list[int] = []
    taken: Counter[Chat] = Counter()
    for row in rows:
        taken[chat_of(row)] += 1
        if taken[chat_of(row)] <= MOST_OF_ONE_CHAT:
            ids.append(row.id)
    return ids


async def _first_of(session: AsyncSession, chats: set[Chat], waiting: ColumnElement[bool]) -> list[int]:
    place = func.row_number().over(partition_by=tuple(CHAT.values()), order_by=OLDEST).label("place")
    first = select(*OLDEST, *WHOSE, place).where(waiting, _in_one_of(chats)).subquery()
    rows = select(first).where(first.c.place <= MOST_OF_ONE_CHAT).order_by(first.c.due_at, first.c.id)
    return _share(await session.execute(rows))


def _in_one_of(chats: set[Chat]) -> ColumnElement[bool]:
    """In such a form that the indexes of the columns serve."""
    of_client, of_worker, of_asker = OutboxMessage.client_id, OutboxMessage.staff_id, OutboxMessage.enquiry_id
    forms: dict[str, tuple[Any, tuple[ColumnElement[bool], ...]]] = {
        "client": (of_client, (OutboxMessage.channel == IN_CHAT,)),
        "phone": (of_client, (OutboxMessage.channel == BY_SMS,)),
        "worker": (of_worker, (NO_CLIENT,)),
        "asker": (of_asker, (NO_CLIENT, NO_WORKER)),
    }
    found = [
        and_(*conditions, column.in_(numbers))
        for kind, (column, conditions) in forms.items()
        if (numbers := _numbers(chats, kind))
    ]
    if ("asker", 0) in chats:
        found.append(and_(NO_CLIENT, NO_WORKER, of_asker.is_(None)))
    return or_(*found)


def _in_none_of(chats: set[Chat]) -> list[ColumnElement[bool]]:
    return [
        or_(column.is_(None), column.not_in(numbers))
        for kind, column in CHAT.items()
        if (numbers := _numbers(chats, kind))
    ]


def _numbers(chats: set[Chat], kind: str) -> list[int]:
    return [number for each, number in chats if each == kind]
