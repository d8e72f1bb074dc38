"""What must happen by itself: terms that end, conversations that are forgotten, old rows that go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from bot.core.requests import LIVE
from bot.db.tables import Client, ContactRequest, DialogState, HandledUpdate, Invite
from bot.services import access, clients, consents, outbox
from bot.services.base import Services

KEEP_HANDLED = timedelta(days=2)
"""Telegram keeps an update for 24 hours, so it cannot deliver one again after that."""
KEEP_SENT = timedelta(days=90)
EVERY = timedelta(hours=1)

_last: dict[int, datetime] = {}


@dataclass(frozen=True)
class Purged:
    dialogs: int
    updates: int
    messages: int
    invites: int
    clients: int
    readings: int


async def tick(services: Services) -> None:
    """Cheap, and called at every round of the courier: ended consents close at once, the rest once an hour."""
    await consents.expire_due(services)
    now = services.clock()
    if now - _last.get(id(services), datetime.min.replace(tzinfo=now.tzinfo)) >= EVERY:
        _last[id(services)] = now
        await purge(services)


async def purge(services: Services) -> Purged:
    """Remove what has passed its time; returns how many of each."""
    now, settings = services.clock(), services.settings
    used = select(DialogState.chat_key).where(DialogState.touched_at >= now - settings.idle_forget_after)
    async with services.db.work() as session:
        dialogs = await session.execute(delete(DialogState).where(DialogState.chat_key.not_in(used)))
        updates = await session.execute(delete(HandledUpdate).where(HandledUpdate.at < now - KEEP_HANDLED))
        invites = await session.execute(delete(Invite).where(Invite.expires_at < now - KEEP_HANDLED))
    gone = 0
    for chat_id in await _idle(services, now - settings.retention):
        gone += await clients.forget(services, chat_id)
    messages = await outbox.forget_sent(services, now - KEEP_SENT)
    counts = [int(result.rowcount) for result in (dialogs, updates, invites)]  # type: ignore[attr-defined]
    readings = await access.forget_old(services)
    return Purged(counts[0], counts[1], messages, counts[2], gone, readings)


async def _idle(services: Services, before: datetime) -> list[int]:
    """Chats of clients who have not been here since `before` and have nothing open."""
    live = select(ContactRequest.client_id).where(
        ContactRequest.state.in_(LIVE), ContactRequest.client_id.is_not(None)
    )
    async with services.db.read() as session:
        return list(
            await session.scalars(
                select(Client.chat_id).where(Client.last_seen_at < before, Client.id.not_in(live)).limit(500)
            )
        )
