"""Whom and what a message is about, read when it is to be said, in one look for all that are to be said now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import Client, Consent, ContactRequest, OutboxMessage, Staff
from bot.services.base import Services

Person = TypeVar("Person", Client, Staff)


@dataclass(frozen=True)
class Subject:
    """What a row to a client is about, read together."""

    request: ContactRequest | None = None
    consent: Consent | None = None
    worker: Staff | None = None


async def subject(services: Services, row: OutboxMessage) -> Subject:
    return await services.db.look(_subjects, row.id)


async def client_of(services: Services, row: OutboxMessage) -> Client | None:
    return await services.db.look(_clients, row.client_id)


async def worker_of(services: Services, row: OutboxMessage) -> Staff | None:
    return await services.db.look(_workers, row.staff_id)


async def _subjects(session: AsyncSession, rows: Sequence[int]) -> list[Subject]:
    about = (
        select(OutboxMessage.id, ContactRequest, Consent, Staff)
        .outerjoin(ContactRequest, ContactRequest.id == OutboxMessage.request_id)
        .outerjoin(Consent, Consent.id == func.coalesce(OutboxMessage.consent_id, ContactRequest.consent_id))
        .outerjoin(Staff, Staff.id == ContactRequest.accepted_by)
        .where(OutboxMessage.id.in_(rows))
    )
    found = {number: Subject(*parts) for number, *parts in await session.execute(about)}
    return [found.get(row, Subject()) for row in rows]


async def _clients(session: AsyncSession, ids: Sequence[int | None]) -> list[Client | None]:
    return await _people(session, Client, ids)


async def _workers(session: AsyncSession, ids: Sequence[int | None]) -> list[Staff | None]:
    return await _people(session, Staff, ids)


async def _people(
    session: AsyncSession, kind: type[Person], ids: Sequence[int | None]
) -> list[Person | None]:
    people = await session.scalars(select(kind).where(kind.id.in_({each for each in ids if each})))
    found = {person.id: person for person in people}
    return [None if each is None else found.get(each) for each in ids]
