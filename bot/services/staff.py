"""Workers: invited by the operator with a one-time code, linked to one organisation, removed at once when needed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.appointments import By
from bot.core.enquiries import LIVE
from bot.core.grants import MEETS_CLIENTS, Role
from bot.core.requests import IN_HAND, State
from bot.db.tables import ContactRequest, Enquiry, EnquiryCard, Invite, OutboxMessage, Staff, StaffCard
from bot.services import appointments, closing, outbox
from bot.services.base import Services

INVITE_VALID = timedelta(days=7)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are easily taken for another
_CODE_LENGTH = 16  # 31^16: about 79 bits, far beyond guessing in seven days


@dataclass(frozen=True)
class Worker:
    """A linked worker, looked up anew at every press: nothing about rights is ever taken from a button."""

    id: int
    name: str
    organisation_id: str
    role: Role
    locale: str
    writing_to: int | None = None
    draft: str | None = None
    writing_enquiry: int | None = None


@dataclass(frozen=True)
class Invitation:
    code: str
    expires_at: datetime


class Refusal(StrEnum):
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"


def _hash(services: Services, code: str) -> str:
    return services.vault.fingerprint(code.strip().lower(), "invite")


def _worker(row: Staff) -> Worker:
    return Worker(
        id=row.id,
        name=row.name,
        organisation_id=row.organisation_id,
        role=Role(row.role),
        locale=row.locale,
        writing_to=row.writing_to,
        draft=row.draft,
        writing_enquiry=row.writing_enquiry,
    )


async def invite(services: Services, organisation_id: str, name: str, role: Role = Role.WORKER) -> Invitation:
    """A one-time code for a new worker, valid for seven days; only its hash is kept."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    now = services.clock()
    async with services.db.work() as session:
        session.add(
            Invite(
                code_hash=_hash(services, code),
                organisation_id=organisation_id,
                role=role,
                name=name,
                created_at=now,
                expires_at=now + INVITE_VALID,
            )
        )
    return Invitation(code, now + INVITE_VALID)


async def redeem(services: Services, code: str, chat_id: int, locale: str) -> Worker | Refusal:
    """Link the person in this chat as the invited worker. Requests that wait reach them at once."""
    now = services.clock()
    async with services.db.work() as session:
        found = await session.get(Invite, _hash(services, code), with_for_update=True)
        if found is None:
            return Refusal.UNKNOWN
        if found.used_at is not None:
            return Refusal.USED
        if found.expires_at <= now:
            return Refusal.EXPIRED
        found.used_at = now
        row = await _find(session, services, chat_id)
        if row is None:
            row = Staff(chat_key=services.vault.fingerprint(chat_id, "staff"), chat_id=chat_id)
            session.add(row)
        elif (
            row.organisation_id != found.organisation_id
            or found.role not in MEETS_CLIENTS
            or row.removed_at is not None
        ):
            await _let_go(session, services, row)
        row.organisation_id, row.role, row.name = found.organisation_id, found.role, found.name
        row.locale, row.joined_at, row.removed_at, row.blocked_at = locale, now, None, None
        await session.flush()
        waiting = select(ContactRequest.id).where(
            ContactRequest.organisation_id == row.organisation_id, ContactRequest.state == State.OPEN
        )
        for request_id in await session.scalars(waiting) if row.role in MEETS_CLIENTS else ():
            await outbox.put_card(session, services, row.id, request_id, urgent=True)
        asked = select(Enquiry.id).where(
            Enquiry.organisation_id == row.organisation_id, Enquiry.state.in_(LIVE)
        )
        for enquiry_id in await session.scalars(asked) if row.role in MEETS_CLIENTS else ():
            await outbox.put_enquiry_card(session, services, row.id, enquiry_id, urgent=True)
    return _worker(row)


async def _find(session: AsyncSession, services: Services, chat_id: int) -> Staff | None:
    found: Staff | None = await session.scalar(
        select(Staff).where(Staff.chat_key == services.vault.fingerprint(chat_id, "staff"))
    )
    return found


async def worker(services: Services, chat_id: int) -> Worker | None:
    """Who works in this chat, if anybody does."""
    async with services.db.read() as session:
        row = await _find(session, services, chat_id)
        return _worker(row) if row and row.removed_at is None else None


async def speak(services: Services, worker_id: int, locale: str) -> None:
    async with services.db.work() as session:
        await session.execute(update(Staff).where(Staff.id == worker_id).values(locale=locale))


async def chat_reachable(services: Services, chat_id: int, reachable: bool) -> None:
    async with services.db.work() as session:
        row = await _find(session, services, chat_id)
        if row is not None:
            row.blocked_at = None if reachable else services.clock()


async def everyone(services: Services) -> list[tuple[Worker, datetime]]:
    """All linked workers with the time they joined, by organisation."""
    async with services.db.read() as session:
        rows = await session.scalars(
            select(Staff).where(Staff.removed_at.is_(None)).order_by(Staff.organisation_id, Staff.id)
        )
        return [(_worker(row), row.joined_at) for row in rows]


async def reachable_organisations(services: Services) -> frozenset[str]:
    """Organisations in which somebody receives requests: a contact request is offered to no other."""
    if services.settings.staff_token is None:
        return frozenset()
    async with services.db.read() as session:
        rows = await session.scalars(
            select(Staff.organisation_id)
            .where(Staff.role.in_(MEETS_CLIENTS), Staff.removed_at.is_(None), Staff.blocked_at.is_(None))
            .distinct()
        )
        return frozenset(rows)


async def remove(services: Services, worker_id: int) -> bool:
    """Take a worker's rights away at once. Requests in their hands go back to the organisation's others, and their
    cards lose everything. False if there is no such worker."""
    async with services.db.work() as session:
        row = await session.get(Staff, worker_id, with_for_update={"key_share": True})
        if row is None or row.removed_at is not None:
            return False
        row.removed_at = services.clock()
        await _let_go(session, services, row)
    return True


async def _let_go(session: AsyncSession, services: Services, row: Staff) -> None:
    """Requests in this worker's hands are open again for the organisation, and their meetings fall away; the worker's
    own cards close, also those that are just on their way, and clients' words are taken back."""
    row.writing_to = row.writing_enquiry = row.draft = None
    await _let_go_of_enquiries(session, services, row)
    in_hand = (
        select(ContactRequest)
        .where(ContactRequest.accepted_by == row.id, ContactRequest.state.in_(IN_HAND))
        .order_by(ContactRequest.id)
        .with_for_update(key_share=True)
    )
    for request in await session.scalars(in_hand):
        await appointments.end_of_request(session, services, request, tell=False, by=By.WORKER)
        await closing.let_go(session, services, request)
        await session.flush()
        organisation_id = request.organisation_id
        await outbox.put_cards(session, services, organisation_id, request.id, urgent=False, afresh=True)
    cards = select(StaffCard.request_id).where(StaffCard.staff_id == row.id)
    on_their_way = select(OutboxMessage.request_id).where(
        OutboxMessage.staff_id == row.id, OutboxMessage.kind == outbox.Kind.CARD
    )
    for request_id in sorted({*await session.scalars(cards), *await session.scalars(on_their_way)}):
        await outbox.put_card(session, services, row.id, request_id, urgent=True)
    await outbox.put_retractions(session, services, staff_id=row.id)


async def _let_go_of_enquiries(session: AsyncSession, services: Services, row: Staff) -> None:
    """Colleagues see that this worker answers no more, and the worker's own cards close."""
    for enquiry in await session.scalars(select(Enquiry).where(Enquiry.answering == row.id)):
        enquiry.answering = enquiry.answering_since = None
        await outbox.put_enquiry_cards(
            session, services, enquiry.organisation_id, enquiry.id, urgent=False, afresh=enquiry.state in LIVE
        )
    cards = select(EnquiryCard.enquiry_id).where(EnquiryCard.staff_id == row.id)
    on_their_way = select(OutboxMessage.enquiry_id).where(
        OutboxMessage.staff_id == row.id, OutboxMessage.enquiry_id.is_not(None)
    )
    for enquiry_id in sorted({*await session.scalars(cards), *await session.scalars(on_their_way)}):
        await outbox.put_enquiry_card(session, services, row.id, enquiry_id, urgent=True)
