"""What a message of the courier is made of, and what is read for it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.consent import ConsentState
from bot.db.tables import Client, OutboxMessage
from bot.services import enquiry_desk
from bot.services.base import Services
from bot.services.caseload import Card
from bot.services.subjects import Subject, subject


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


async def consented(services: Services, row: OutboxMessage, client: Client) -> Subject | None:
    """What a row is about, if it rests on a consent of this client that is valid now."""
    about = await subject(services, row)
    if about.consent is None or about.consent.client_id != client.id:
        return None
    valid = about.consent.state == ConsentState.GIVEN and services.clock() < about.consent.valid_until
    return about if valid else None


def button(text: str, data: str) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton(text, callback_data=data)]
