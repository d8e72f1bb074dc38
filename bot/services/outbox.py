"""Messages the service sends of its own accord: rows written together with the fact that causes them.

A row holds ids and codes, never rendered text: what is said is decided when it is said, in the language of that
moment and only if it is still true and still allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.calendar import may_go_from
from bot.db.tables import OutboxMessage, Staff
from bot.db.work import on_commit
from bot.services.base import Services

LEASE = timedelta(minutes=2)
"""How long a claimed message is left to its courier before another may take it for dead."""
MOST_ATTEMPTS = 8


class Kind(StrEnum):
    RECEIPT = "receipt"  # to the client: what you consented to, with one tap to withdraw
    STEP = "step"  # to the client: what happened to your request
    WORD = "word"  # to the client: a worker's own words
    CONSENT_ENDED = "consent_ended"  # to the client: the term ran out
    CARD = "card"  # to a worker: the request as it stands now, sent or brought up to date
    CLIENT_WORD = "client_word"  # to the worker who has the request: the client's own words
    RETRACT = "retract"  # to a worker: an earlier message that held a client's words is taken away


class Row(StrEnum):
    """State of an outbox row."""

    WAITING = "waiting"
    LEASED = "leased"
    SENT = "sent"
    DROPPED = "dropped"  # no longer true, no longer allowed, or past its moment
    FAILED = "failed"


async def put(
    session: AsyncSession,
    services: Services,
    kind: Kind,
    key: str,
    *,
    client_id: int | None = None,
    staff_id: int | None = None,
    request_id: int | None = None,
    consent_id: str | None = None,
    detail: Mapping[str, Any] | None = None,
    note: str | None = None,
    urgent: bool = False,
    expires_at: datetime | None = None,
    anew: bool = False,
) -> None:
    """Leave a message to be sent. A second one with the same key changes nothing, or, with `anew`, makes the first
    one go again: that is how a worker's card is brought up to date. `urgent` is for answers to what a person just
    did; all else waits for quiet hours and holidays to end."""
    now = services.clock()
    values = {
        "key": key,
        "kind": kind,
        "client_id": client_id,
        "staff_id": staff_id,
        "request_id": request_id,
        "consent_id": consent_id,
        "detail": dict(detail) if detail else None,
        "note": note,
        "due_at": may_go_from(now, services.settings.quiet_hours, services.settings.zone, urgent=urgent),
        "expires_at": expires_at,
        "urgent": urgent,
        "state": Row.WAITING,
        "attempts": 0,
    }
    dialect = sqlite if services.db.is_sqlite else postgresql
    statement = dialect.insert(OutboxMessage).values(values)
    if anew:
        again = {name: values[name] for name in ("due_at", "urgent", "state", "attempts", "detail")}
        await session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=again))
    else:
        await session.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
    on_commit(session, services.bell.set)


async def put_cards(
    session: AsyncSession, services: Services, organisation_id: str, request_id: int, *, urgent: bool
) -> None:
    """Bring the request's card up to date for every linked worker of the organisation."""
    workers = await session.scalars(
        select(Staff.id).where(Staff.organisation_id == organisation_id, Staff.removed_at.is_(None))
    )
    for worker_id in workers:
        await put(
            session,
            services,
            Kind.CARD,
            f"card:{request_id}:{worker_id}",
            staff_id=worker_id,
            request_id=request_id,
            urgent=urgent,
            anew=True,
        )


async def put_retractions(session: AsyncSession, services: Services, request_id: int) -> None:
    """Take away every message in which the client's own words went to a worker, sent or still waiting."""
    passed_on = (OutboxMessage.request_id == request_id, OutboxMessage.kind == Kind.CLIENT_WORD)
    unsent = OutboxMessage.state.in_([Row.WAITING, Row.LEASED])
    await session.execute(
        update(OutboxMessage).where(*passed_on, unsent).values(state=Row.DROPPED, note=None)
    )
    for row in await session.scalars(
        select(OutboxMessage).where(*passed_on, OutboxMessage.message_id.is_not(None))
    ):
        await put(
            session,
            services,
            Kind.RETRACT,
            f"retract:{row.staff_id}:{row.message_id}",
            staff_id=row.staff_id,
            request_id=request_id,
            detail={"message_id": row.message_id},
            urgent=True,
        )


async def claim(services: Services, limit: int = 100) -> list[OutboxMessage]:
    """Take up to `limit` due messages for this courier, for the length of a lease; oldest first."""
    now = services.clock()
    free = or_(
        OutboxMessage.state == Row.WAITING,
        (OutboxMessage.state == Row.LEASED) & (OutboxMessage.lease_until < now),
    )
    due = (
        select(OutboxMessage)
        .where(free, OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
    )
    async with services.db.work() as session:
        rows = list(await session.scalars(due.with_for_update(skip_locked=True)))
        for row in rows:
            row.state, row.lease_until = Row.LEASED, now + LEASE
            row.attempts += 1
    return rows


async def settle(
    services: Services,
    row: OutboxMessage,
    state: Row,
    *,
    reason: str | None = None,
    message_id: int | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Write down what became of a claimed message; with `due_at` it goes back to wait until then.

    False if the row is no longer ours: somebody asked for it anew meanwhile, or the lease ran out.
    """
    now = services.clock()
    values: dict[str, Any] = {"state": state, "reason": reason, "lease_until": None}
    if due_at is not None:
        values["due_at"] = due_at
    else:
        values |= {"message_id": message_id, "sent_at": now if state is Row.SENT else None, "note": None}
    ours = (
        OutboxMessage.id == row.id,
        OutboxMessage.state == Row.LEASED,
        OutboxMessage.lease_until == row.lease_until,
    )
    async with services.db.work() as session:
        result = await session.execute(update(OutboxMessage).where(*ours).values(values))
    return bool(result.rowcount)  # type: ignore[attr-defined]


async def forget_sent(services: Services, before: datetime) -> int:
    """Remove messages that were settled before `before`; returns how many."""
    ended = OutboxMessage.state.in_([Row.SENT, Row.DROPPED, Row.FAILED])
    async with services.db.work() as session:
        result = await session.execute(delete(OutboxMessage).where(ended, OutboxMessage.due_at < before))
    return int(result.rowcount)  # type: ignore[attr-defined]


def backoff(attempts: int) -> timedelta:
    """Wait before trying again: 10 s, 20 s, 40 s … at most an hour."""
    return min(timedelta(seconds=10 * 2 ** (attempts - 1)), timedelta(hours=1))
