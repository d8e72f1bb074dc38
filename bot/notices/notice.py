"""What a message of the courier is made of, and what is read for it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import views
from bot.core.consent import ConsentState
from bot.db.tables import Client, Consent, ContactRequest, OutboxMessage, Staff
from bot.services import enquiry_desk
from bot.services.base import Services
from bot.services.caseload import Card


@dataclass(frozen=True)
class File:
    """A document that comes with a message."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Notice:
    """One message to send, or an earlier one to bring up to date (`edit`) or take away (`remove`)."""

    text: Markup
    keyboard: InlineKeyboardMarkup | None = None
    edit: int | None = None
    remove: int | None = None
    protect: bool = False
    card: Card | enquiry_desk.Card | None = None  # what the message shows, if it is a worker's card
    picture: bytes | None = None  # a PNG, with the text below it
    brief: str | None = None  # what a locked screen may show to anybody: when, and not what about
    file: File | None = None  # comes with the message, such as an appointment for a calendar

    @property
    def repeatable(self) -> bool:
        """Whether it does no harm to do it twice."""
        return self.edit is not None or self.remove is not None


@dataclass(frozen=True)
class Subject:
    """What a row to a client is about, read together."""

    request: ContactRequest | None
    consent: Consent | None
    worker: Staff | None


async def subject(services: Services, row: OutboxMessage) -> Subject:
    async with services.db.read() as session:
        request = await session.get(ContactRequest, row.request_id) if row.request_id else None
        consent_id = row.consent_id or (request.consent_id if request else None)
        consent = await session.get(Consent, consent_id) if consent_id else None
        worker = await session.get(Staff, request.accepted_by) if request and request.accepted_by else None
    return Subject(request, consent, worker)


async def consented(services: Services, row: OutboxMessage, client: Client) -> Subject | None:
    """What a row is about, if it rests on a consent of this client that is valid now."""
    about = await subject(services, row)
    if about.consent is None or about.consent.client_id != client.id:
        return None
    valid = about.consent.state == ConsentState.GIVEN and services.clock() < about.consent.valid_until
    return about if valid else None


def organisation_name(services: Services, organisation_id: str) -> str:
    return views.organisation_name(services.catalog, organisation_id)


def button(text: str, data: str) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton(text, callback_data=data)]
