"""Everything that is held about a client, to be handed to that client: facts of theirs and of nobody else, but for the
names of workers, which they know."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import (
    AccessEntry,
    Appointment,
    Base,
    CheckIn,
    ClaimCode,
    Client,
    Consent,
    ConsentEvent,
    ContactRequest,
    Enquiry,
    EnquiryMessage,
    FollowUp,
    MemoEntry,
    OutboxMessage,
    PhoneNumber,
    Staff,
)
from bot.services import clients, enquiries
from bot.services.base import Services
from bot.services.outbox import PASSED_ON

FORMAT = "rinnalla/my-data/1"
"""Changes when a key of the file gets another meaning."""

WITHHELD = {
    "clients.chat_key": "a fingerprint of chat_id, which is told",
    "check_ins.client_id": "the account's id, told once",
    "memo_entries.client_id": "the account's id, told once",
    "memo_entries.offer_key": "a fingerprint of offer_id, which is told",
    "consents.client_id": "the account's id, told once",
    "contact_requests.client_id": "the account's id, told once",
    "contact_requests.accepted_by": "a worker's id; the name is told as worker",
    "access_log.client_id": "the account's id, told once",
    "access_log.staff_id": "a worker's id; the name is told as worker",
    "enquiries.asker_key": "a fingerprint of the chat's id, which route tells",
    "enquiries.answering": "a worker's id; the name is told as worker of each answer",
    "enquiry_messages.enquiry_id": "the enquiry that it stands in",
    "enquiry_messages.staff_id": "a worker's id; the name is told as worker",
    "enquiry_messages.token": "so that nothing is sent twice",
    "claim_codes.client_id": "the account's id, told once",
    "claim_codes.code_hash": "a fingerprint of a code that only the client has",
    "claim_codes.staff_id": "a worker's id; the name is told as worker",
    "appointments.client_id": "the account's id, told once",
    "appointments.staff_id": "a worker's id; the name is told as worker",
    "follow_ups.client_id": "the account's id, told once",
    "phone_numbers.client_id": "the account's id, told once",
    "phone_numbers.code_hash": "a fingerprint of a code that only the client has",
    "phone_numbers.stop_key": "a fingerprint of a link that only the client has",
    "outbox.client_id": "the account's id, told once",
    "outbox.staff_id": "a worker's id; whom it goes to is told as direction",
    "outbox.key": "made of ids that are told, so that nothing is sent twice",
    "outbox.detail": "a worker's id, or how a request stood, which the request tells",
    "outbox.message_id": "a message's number in a chat, which may be the worker's",
}
"""Columns of the client's rows that are not handed over, and why."""

SECTIONS = (
    *("check_ins", "memo", "consents", "requests", "claims", "readings"),
    *("appointments", "follow_ups", "phone_numbers"),
)
"""What hangs on the account, by its names in the file."""


async def everything(services: Services, chat_id: int) -> dict[str, Any] | None:
    """All that is kept, by sections with English keys that stay the same; None if there is neither an account nor an
    enquiry. What was asked without a name is found by the chat, and stands in no row of the account."""
    async with services.db.read() as session:
        client = await clients.find(session, services, chat_id)
        asked = await _enquiries(session, services, chat_id)
        if client is None and not asked:
            return None
        return {
            "format": FORMAT,
            "made_at": services.clock(),
            "account": _told(client) if client else None,
            **await _account(session, client),
            "enquiries": asked,
            "messages": await _messages(session, client, [one["id"] for one in asked]),
        }


async def _account(session: AsyncSession, client: Client | None) -> dict[str, list[dict[str, Any]]]:
    """What hangs on the account."""
    if client is None:
        return {name: [] for name in SECTIONS}
    return {
        "check_ins": await _all(session, CheckIn, client),
        "memo": await _all(session, MemoEntry, client),
        "consents": await _consents(session, client),
        "requests": await _with_worker(session, ContactRequest, ContactRequest.accepted_by, client),
        "claims": await _with_worker(session, ClaimCode, ClaimCode.staff_id, client),
        "readings": await _with_worker(session, AccessEntry, AccessEntry.staff_id, client),
        "appointments": await _with_worker(session, Appointment, Appointment.staff_id, client),
        "follow_ups": await _all(session, FollowUp, client),
        "phone_numbers": await _all(session, PhoneNumber, client),
    }


async def _enquiries(session: AsyncSession, services: Services, chat_id: int) -> list[dict[str, Any]]:
    told = []
    for enquiry in await session.scalars(enquiries.of(services, chat_id).order_by(Enquiry.id)):
        rows = await session.execute(
            select(EnquiryMessage, Staff.name)
            .outerjoin(Staff, EnquiryMessage.staff_id == Staff.id)
            .where(EnquiryMessage.enquiry_id == enquiry.id)
            .order_by(EnquiryMessage.id)
        )
        said = [_told(row) | {"worker": name} for row, name in rows]
        told.append(_told(enquiry) | {"messages": said})
    return told


def as_json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the file")


def _told(row: Base) -> dict[str, Any]:
    return {
        column.name: getattr(row, column.name)
        for column in row.__table__.columns
        if str(column) not in WITHHELD
    }


async def _all(session: AsyncSession, table: Any, client: Client) -> list[dict[str, Any]]:
    rows = await session.scalars(
        select(table).where(table.client_id == client.id).order_by(inspect(table).primary_key[0])
    )
    return [_told(row) for row in rows]


async def _with_worker(
    session: AsyncSession, table: Any, worker: Any, client: Client
) -> list[dict[str, Any]]:
    rows = await session.execute(
        select(table, Staff.name)
        .outerjoin(Staff, worker == Staff.id)
        .where(table.client_id == client.id)
        .order_by(table.id)
    )
    return [_told(row) | {"worker": name} for row, name in rows]


async def _consents(session: AsyncSession, client: Client) -> list[dict[str, Any]]:
    told = []
    for consent in await session.scalars(
        select(Consent).where(Consent.client_id == client.id).order_by(Consent.given_at, Consent.id)
    ):
        events = await session.scalars(
            select(ConsentEvent).where(ConsentEvent.consent_id == consent.id).order_by(ConsentEvent.seq)
        )
        told.append(_told(consent) | {"events": [_told(event) for event in events]})
    return told


async def _messages(session: AsyncSession, client: Client | None, asked: list[int]) -> list[dict[str, Any]]:
    """What the service has to say or has said to the client, and what a worker is told of the client's own words."""
    to_asker = OutboxMessage.staff_id.is_(None) & OutboxMessage.enquiry_id.in_(asked)
    mine = select(ContactRequest.id).where(ContactRequest.client_id == (client.id if client else None))
    own = OutboxMessage.kind.in_(PASSED_ON) & OutboxMessage.request_id.in_(mine)
    to_client = OutboxMessage.client_id == (client.id if client else 0)
    rows = await session.scalars(
        select(OutboxMessage).where(or_(to_client, own, to_asker)).order_by(OutboxMessage.id)
    )
    return [
        {"direction": "to the client" if row.staff_id is None else "to the worker"} | _told(row)
        for row in rows
    ]
