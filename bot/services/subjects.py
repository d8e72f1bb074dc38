"""Whom and what a message is about, read when it is to be said, in one look for all that are to be said now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from bot.db.tables import Client, Consent, ContactRequest, OutboxMessage, Staff
from bot.services.base import Services


@dataclass(frozen=True)
class Subject:
    """What a row to a client is about, read together."""

    request: ContactRequest | None = None
    consent: Consent | None = None
    worker: Staff | None = None
    client: Client | None = None


NOTHING = Subject()
_at_hand: ContextVar[tuple[int, Subject]] = ContextVar("subject")


async def subject(services: Services, row: OutboxMessage) -> Subject:
    number, found = _at_hand.get((0, NOTHING))
    return found if number == row.id else await services.db.look(_subjects, row.id)


@asynccontextmanager
async def looked_up(services: Services, row: OutboxMessage) -> AsyncIterator[Subject]:
    """What the row is about; whoever asks for it inside gets the same, without another look."""
    found = await services.db.look(_subjects, row.id)
    token = _at_hand.set((row.id, found))
    try:
        yield found
    finally:
        _at_hand.reset(token)


async def opened(services: Services, consent_id: str) -> Consent | None:
    """A consent with what it holds. That stays sealed for all messages but the one that says it: nobody needs it there,
    and opening it was about a tenth of the courier's work."""
    async with services.db.read() as session:
        return await session.get(Consent, consent_id)


async def worker_of(services: Services, row: OutboxMessage) -> Staff | None:
    return await services.db.look(_workers, row.staff_id)


async def _subjects(session: AsyncSession, rows: Sequence[int]) -> list[Subject]:
    about = (
        select(OutboxMessage.id, ContactRequest, Consent, Staff, Client)
        .outerjoin(Client, Client.id == OutboxMessage.client_id)
        .outerjoin(ContactRequest, ContactRequest.id == OutboxMessage.request_id)
        .outerjoin(Consent, Consent.id == func.coalesce(OutboxMessage.consent_id, ContactRequest.consent_id))
        .outerjoin(Staff, Staff.id == ContactRequest.accepted_by)
        .where(OutboxMessage.id.in_(rows))
        .options(
            *(
                defer(sealed, raiseload=True)
                for sealed in (Consent.once_given, Consent.record, Consent.shared)
            )
        )
    )
    found = {row[0]: Subject(*row[1:]) for row in await session.execute(about)}
    return [found.get(row, NOTHING) for row in rows]


async def _workers(session: AsyncSession, ids: Sequence[int | None]) -> list[Staff | None]:
    workers = await session.scalars(select(Staff).where(Staff.id.in_({each for each in ids if each})))
    found = {worker.id: worker for worker in workers}
    return [None if each is None else found.get(each) for each in ids]
