"""What the courier says: a row of the outbox turned into a message, or into nothing when it is no longer true or no
longer allowed. One function for each kind of message; files by what they are about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.db.tables import Client, OutboxMessage, PhoneNumber, Staff
from bot.i18n import fill
from bot.i18n import gettext as _
from bot.notices import (
    appointments,
    closing,
    follow_ups,
    for_clients,
    for_workers,
    own_times,
    rescue,
    text_messages,
)
from bot.notices.for_askers import for_asker
from bot.notices.notice import Notice
from bot.services.base import Services
from bot.services.outbox import UNASKED, Kind

__all__ = ["Notice", "for_asker", "for_client", "for_phone", "for_worker"]

TO_CLIENTS: dict[str, Callable[[Services, OutboxMessage, Client], Awaitable[Notice | None]]] = {
    Kind.RECEIPT: for_clients.receipt,
    Kind.STEP: for_clients.step,
    Kind.CLOSING: closing.asked,
    Kind.UNANSWERED: rescue.unanswered,
    Kind.WORD: for_clients.word,
    Kind.CONSENT_ENDING: for_clients.consent_ending,
    Kind.CONSENT_ENDED: for_clients.consent_ended,
    Kind.FOLLOW_UP: follow_ups.follow_up,
    Kind.CLAIM_ASKED: for_clients.claim_asked,
    Kind.OWN_REMINDER: own_times.reminder,
    Kind.APPOINTMENT: appointments.appointment,
    Kind.REMINDER: appointments.reminder,
}

TO_WORKERS: dict[str, Callable[[Services, OutboxMessage, Staff], Awaitable[Notice | None]]] = {
    Kind.CARD: for_workers.card,
    Kind.CLIENT_WORD: for_workers.client_word,
    Kind.OUTCOME: for_workers.outcome,
    Kind.CONSENT_OVER: for_workers.consent_over,
    Kind.CLAIM_REFUSED: for_workers.claim_refused,
    Kind.APPOINTMENT_NEWS: appointments.news,
    Kind.ENQUIRY: for_workers.enquiry,
    Kind.RETRACT: for_workers.retract,
    Kind.RESCUE: rescue.late,
    Kind.CLOSING_TOLD: closing.told,
    Kind.MISMATCH: rescue.mismatch,
    Kind.UNREACHED: rescue.unreached,
}


async def _unveiled(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    if row.kind in UNASKED and client.opted_out_at is not None:
        return None
    return await TO_CLIENTS[row.kind](services, row, client)


async def for_phone(services: Services, row: OutboxMessage, client: Client, phone: PhoneNumber) -> str | None:
    """What a row says to its client now as a text message."""
    if row.kind == Kind.NUMBER_CODE:
        return text_messages.code(services, phone)
    notice = await _unveiled(services, row, client)
    return text_messages.told(services, notice, client, phone) if notice else None


async def for_client(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """What a row says to its client now. A reminder is veiled, so that nothing personal can be read on a phone that
    lies on a table, unless the client wants it open."""
    notice = await _unveiled(services, row, client)
    if notice is None or row.kind not in UNASKED or client.open_notices:
        return notice
    veiled = fill(
        _("🔔 Sinulle on viesti. Paina harmaata kohtaa, niin näet sen.\n\n<tg-spoiler>{text}</tg-spoiler>"),
        text=notice.text,
    )
    return replace(notice, text=veiled)


async def for_worker(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """What a row says to a worker now."""
    return await TO_WORKERS[row.kind](services, row, worker)
