"""What a client keeps in mind for themselves: a group on Tuesdays, a time at the office. No worker sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import reminders
from bot.core.reminders import Reminder
from bot.core.repeating import occurrences, upcoming
from bot.db.tables import Appointment, OutboxMessage
from bot.services import clients, outbox
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.outbox import Kind, Row

LONGEST = 20
"""Times; a longer list would help nobody."""
AGREED = "agreed"
MINUTES = 60
"""How long one is taken to last; nobody is asked."""
AHEAD = 2
"""So many times to come have their reminders waiting: should the next one be looked up late, it is already there."""
BATCH = 200


@dataclass(frozen=True)
class Draft:
    """What is going to be kept. `uid` names the press that keeps it: pressed twice is kept once."""

    uid: str
    title: str
    where: str | None
    rule: str | None
    starts_at: datetime


@dataclass(frozen=True)
class OwnTime:
    id: int
    uid: str
    sequence: int
    title: str
    where: str | None
    rule: str | None
    starts_at: datetime  # the next time
    minutes: int
    changed_at: datetime


async def keep(services: Services, chat: Chat, draft: Draft) -> bool:
    """Keep it, with its reminders: the client has agreed to that. False if the list is full."""
    now = services.clock()
    async with services.db.work() as session:
        client = await clients.agree(session, services, chat)
        mine = list(await session.scalars(_of(client.id)))
        if any(row.uid == draft.uid for row in mine):
            return True
        if len(mine) >= LONGEST:
            return False
        row = Appointment(
            client_id=client.id,
            uid=draft.uid,
            state=AGREED,
            details={"title": draft.title, "where": draft.where, "rule": draft.rule},
            starts_at=draft.starts_at,
            minutes=MINUTES,
            made_at=now,
            changed_at=now,
        )
        session.add(row)
        await session.flush()
        await _remind(session, services, row)
    return True


async def mine(services: Services, chat_id: int) -> list[OwnTime]:
    """What is to come, the next one first."""
    async with services.db.read() as session:
        client = await clients.find(session, services, chat_id)
        rows = await session.scalars(_of(client.id)) if client else ()
        told = [_told(services, row) for row in rows]
    return sorted((one for one in told if one), key=lambda one: (one.starts_at, one.id))


async def one(services: Services, chat_id: int, number: int) -> OwnTime | None:
    return next((own for own in await mine(services, chat_id) if own.id == number), None)


async def due(
    services: Services, client_id: int, detail: Mapping[str, Any]
) -> tuple[OwnTime, datetime] | None:
    """What a reminder is about and when it begins; None when that is not kept any more, or has begun."""
    async with services.db.read() as session:
        row = await session.get(Appointment, detail["appointment"])
    if row is None or row.client_id != client_id or row.request_id is not None or row.state != AGREED:
        return None
    starts_at, told = datetime.fromisoformat(detail["starts_at"]), _told(services, row)
    return (told, starts_at) if told and starts_at > services.clock() else None


async def remove(services: Services, chat_id: int, number: int) -> None:
    """It is forgotten, and nobody is reminded of it."""
    async with services.db.work() as session:
        client = await clients.find(session, services, chat_id, lock=True)
        if client is None:
            return
        await session.execute(
            delete(Appointment).where(
                Appointment.id == number,
                Appointment.client_id == client.id,
                Appointment.request_id.is_(None),
            )
        )
        await session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.client_id == client.id,
                OutboxMessage.kind == Kind.OWN_REMINDER,
                OutboxMessage.key.startswith(f"own:{number}:"),
                OutboxMessage.state.in_([Row.WAITING, Row.LEASED]),
            )
            .values(state=Row.DROPPED, reason="removed")
        )


async def advance(services: Services) -> None:
    """Of what is over: the next time, with its reminders. What came once goes."""
    now, zone = services.clock(), services.settings.zone
    over = (Appointment.state == AGREED, Appointment.starts_at <= now - timedelta(minutes=MINUTES))
    async with services.db.work() as session:
        for row in await session.scalars(
            select(Appointment)
            .where(*over, Appointment.request_id.is_(None))
            .order_by(Appointment.starts_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ):
            following = upcoming(row.details.get("rule"), _known(row), now, zone)
            if following is None:
                await session.delete(row)
                continue
            row.starts_at = following
            await _remind(session, services, row)


async def remind_again(services: Services, chat_id: int) -> None:
    """Reminders again, after they had been stopped."""
    async with services.db.work() as session:
        client = await clients.find(session, services, chat_id, lock=True)
        if client is not None:
            for row in await session.scalars(_of(client.id)):
                await _remind(session, services, row, anew=True)


def to_come(services: Services, starts_at: datetime) -> list[Reminder]:
    """The reminders of this time that are still to be sent."""
    settings = services.settings
    return reminders.to_send(
        starts_at, settings.remind_before, services.clock(), settings.quiet_hours, settings.zone
    )


async def _remind(session: AsyncSession, services: Services, row: Appointment, *, anew: bool = False) -> None:
    """Leave the reminders of the next times to be sent, each once whoever leaves them. With `anew` those that were
    dropped come back: their moment is still to come, so that none of them has been sent."""
    times = occurrences(row.details.get("rule"), _known(row), services.clock(), services.settings.zone)
    for starts_at in islice(times, AHEAD):
        for reminder in to_come(services, starts_at):
            await outbox.put(
                session,
                services,
                Kind.OWN_REMINDER,
                f"own:{row.id}:{starts_at:%Y%m%dT%H%MZ}:{reminder.before.total_seconds():.0f}",
                client_id=row.client_id,
                detail={"appointment": row.id, "starts_at": starts_at.isoformat()},
                not_before=reminder.at,
                expires_at=reminder.until,
                anew=anew,
            )


def _of(client_id: int) -> Select[Appointment]:
    return (
        select(Appointment)
        .where(
            Appointment.client_id == client_id,
            Appointment.request_id.is_(None),
            Appointment.state == AGREED,
        )
        .order_by(Appointment.id)
    )


def _known(row: Appointment) -> datetime:
    assert row.starts_at is not None
    return row.starts_at


def _told(services: Services, row: Appointment) -> OwnTime | None:
    """As it stands now: one that is over is told by its next time, or not at all."""
    now, known = services.clock(), _known(row)
    running = known > now - timedelta(minutes=row.minutes)
    starts_at = known if running else upcoming(row.details.get("rule"), known, now, services.settings.zone)
    if starts_at is None:
        return None
    details = row.details
    return OwnTime(
        *(row.id, row.uid, row.sequence, details["title"], details.get("where"), details.get("rule")),
        *(starts_at, row.minutes, row.changed_at),
    )
