"""The client's own list of what could happen next (asioinnin muistilista)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import follow_ups
from bot.db.tables import Appointment, Client, ContactRequest, FollowUp, MemoEntry, Staff
from bot.services import clients, own_times
from bot.services.base import Services
from bot.services.clients import Chat

PROPOSED, WANTED = "proposed", "wanted"
LONGEST = 20
"""Entries; a longer list would help nobody."""


@dataclass(frozen=True)
class Entry:
    id: int
    offer_id: str
    reason: str | None
    saved_at: datetime


async def save(services: Services, chat: Chat, offer_id: str, reason: str | None) -> bool:
    """Put an offer on the list: the client has agreed that it is kept. False if the list is full."""
    async with services.db.work() as session:
        client = await clients.agree(session, services, chat)
        key = services.vault.fingerprint(offer_id, f"memo:{client.id}")
        entries = list(
            await session.scalars(select(MemoEntry.offer_key).where(MemoEntry.client_id == client.id))
        )
        if key in entries:
            return True
        if len(entries) >= LONGEST:
            return False
        session.add(
            MemoEntry(
                client_id=client.id,
                offer_key=key,
                offer_id=offer_id,
                reason=reason,
                saved_at=services.clock(),
            )
        )
    return True


async def entries(services: Services, chat_id: int) -> list[Entry]:
    """The list, oldest first."""
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.read() as session:
        rows = await session.scalars(
            select(MemoEntry).join(Client).where(Client.chat_key == key).order_by(MemoEntry.id)
        )
        return [Entry(row.id, row.offer_id, row.reason, row.saved_at) for row in rows]


async def remove(services: Services, chat_id: int, entry_id: int) -> None:
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.work() as session:
        owner = select(Client.id).where(Client.chat_key == key).scalar_subquery()
        await session.execute(delete(MemoEntry).where(MemoEntry.id == entry_id, MemoEntry.client_id == owner))


@dataclass(frozen=True)
class Meeting:
    """A meeting to come: with a worker, or one that the client keeps in mind for themselves."""

    own: bool
    starts_at: datetime | None  # None: no time has been agreed on yet
    chosen: bool = True  # False: times are proposed, and it is the client's turn to choose
    way: str | None = None  # place, phone, video
    title: str | None = None
    where: str | None = None
    bring: str | None = None
    rule: str | None = None
    worker: str | None = None
    organisation_id: str | None = None


@dataclass(frozen=True)
class Ahead:
    """What has a day: meetings, those without a chosen time first, and the next follow-up."""

    meetings: tuple[Meeting, ...]
    follow_up: datetime | None


async def ahead(services: Services, chat_id: int) -> Ahead:
    own = [
        Meeting(True, one.starts_at, title=one.title, where=one.where, rule=one.rule)
        for one in await own_times.mine(services, chat_id)
    ]
    async with services.db.read() as session:
        client = await clients.find(session, services, chat_id)
        if client is None:
            return Ahead((), None)
        with_workers = await _with_workers(session, services, client.id)
        follow_up = await session.scalar(
            select(FollowUp.due_at)
            .where(FollowUp.client_id == client.id, FollowUp.state == follow_ups.State.WAITING)
            .order_by(FollowUp.due_at)
            .limit(1)
        )
    meetings = sorted([*with_workers, *own], key=_order)
    quiet = client.opted_out_at is not None  # who has said stop is not asked
    return Ahead(tuple(meetings), None if quiet else follow_up)


def _order(meeting: Meeting) -> float:
    return meeting.starts_at.timestamp() if meeting.starts_at else 0


async def _with_workers(session: AsyncSession, services: Services, client_id: int) -> list[Meeting]:
    """Proposed, wished for or agreed on, and not over yet."""
    rows = await session.execute(
        select(Appointment, ContactRequest.organisation_id, Staff.name)
        .join(ContactRequest, Appointment.request_id == ContactRequest.id)
        .outerjoin(Staff, Appointment.staff_id == Staff.id)
        .where(
            Appointment.client_id == client_id, Appointment.state.in_([PROPOSED, WANTED, own_times.AGREED])
        )
        .order_by(Appointment.id)
    )
    now, found = services.clock(), []
    for row, organisation_id, worker in rows:
        agreed = row.state == own_times.AGREED
        if agreed and (row.starts_at is None or row.starts_at + timedelta(minutes=row.minutes) <= now):
            continue
        told = {name: row.details.get(name) for name in ("title", "where", "bring")}
        who = row.details.get("who") or worker
        found.append(
            Meeting(
                False,
                row.starts_at if agreed else None,
                chosen=row.state != PROPOSED,
                way=row.way,
                worker=who,
                organisation_id=organisation_id,
                **told,
            )
        )
    return found
