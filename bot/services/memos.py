"""The client's own list of what could happen next (asioinnin muistilista)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.db.tables import Client, MemoEntry
from bot.services import clients
from bot.services.base import Services
from bot.services.clients import Chat

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
