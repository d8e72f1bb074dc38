"""Text messages of the outbox: those that come beside messages in the chat, and their end."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import OutboxMessage
from bot.services import outbox
from bot.services.base import Services
from bot.services.outbox import BY_SMS, IN_CHAT, SMS_KINDS, Row

COPIED = ("kind", "client_id", "request_id", "consent_id", "detail", "due_at", "expires_at", "urgent")


async def put_beside(session: AsyncSession, services: Services, client_id: int) -> None:
    """What waits for a client in the chat comes as a text message as well from now on."""
    waiting = (OutboxMessage.client_id == client_id, OutboxMessage.state == Row.WAITING)
    also = (OutboxMessage.kind.in_(SMS_KINDS), OutboxMessage.channel == IN_CHAT)
    for row in await session.scalars(select(OutboxMessage).where(*waiting, *also)):
        values = {name: getattr(row, name) for name in COPIED}
        again = {"key": row.key, "state": Row.WAITING, "attempts": 0, "reason": None, "channel": BY_SMS}
        await outbox.insert(session, services, outbox.as_text(values | again), anew=True)


async def drop(session: AsyncSession, client_id: int) -> None:
    """Take back every text message that waits for a client."""
    unsent = OutboxMessage.state.in_([Row.WAITING, Row.LEASED])
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.client_id == client_id, OutboxMessage.channel == BY_SMS, unsent)
        .values(state=Row.DROPPED, reason="no more text messages", note=None)
    )
