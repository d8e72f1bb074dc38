"""Very many clients for whom a message is due in the same minute.

One client comes to it as a real one does, through the use cases; the rows that this left are copied for all others by
the database itself. What is sealed is thus sealed alike, and costs as much to open as if it were not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Table, func, select, text, update

from bot.db.tables import Client, Consent, ContactRequest, OutboxMessage
from bot.services.base import Services
from bot.services.due import Row
from bot.services.outbox import Kind
from tests.services.people import CLIENT, asks

KIND = Kind.CONSENT_ENDING
"""What is sent: like a follow-up, nobody has asked for it, it waits for decent hours, it is looked up whether it is
still allowed, and it comes veiled, with buttons."""
COPIED: dict[type, dict[str, str]] = {
    Client: {"id": "i", "chat_key": "'bench:' || i"},
    Consent: {"id": "'00000000-0000-4000-800' || (1000000000000 + i)", "client_id": "i"},
    ContactRequest: {
        "id": "i",
        "client_id": "i",
        "consent_id": "'00000000-0000-4000-800' || (1000000000000 + i)",
    },
    OutboxMessage: {
        "id": "10 + i",
        "key": "'bench:' || i",
        "client_id": "i",
        "request_id": "i",
        "consent_id": "'00000000-0000-4000-800' || (1000000000000 + i)",
    },
}
"""What of a row is its own, where `i` counts from 2 on; all else is as the first client's."""


async def make_due(services: Services, many: int, chats: Sequence[int] = ()) -> None:
    """Leave `many` messages that are due now, the first ones for these chats. The clients are numbered from 1 on."""
    await asks(services, CLIENT)
    async with services.db.work() as session:
        await session.execute(OutboxMessage.__table__.delete().where(OutboxMessage.kind != KIND))  # type: ignore[attr-defined]
        due = {"due_at": services.clock() - timedelta(seconds=1), "state": Row.WAITING}
        await session.execute(update(OutboxMessage).values(due))
        for model, own in COPIED.items():
            await session.execute(text(_copying(model.__table__, own)), {"many": many})  # type: ignore[attr-defined]
        for number, chat in enumerate(chats, start=1):
            await session.execute(update(Client).where(Client.id == number).values(chat_id=chat))
        if not services.db.is_sqlite:
            for model in COPIED:
                await session.execute(text(f"ANALYZE {model.__table__}"))  # type: ignore[attr-defined]


def _copying(rows: Table, own: dict[str, str]) -> str:
    names = [column.name for column in rows.columns]
    values = ", ".join(own.get(name, f"first.{name}") for name in names)
    first = f"(SELECT * FROM {rows} ORDER BY id LIMIT 1) AS first"
    numbers = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < :many)"
    return f"INSERT INTO {rows} ({', '.join(names)}) {numbers} SELECT {values} FROM {first}, n"


async def states(services: Services) -> dict[int, str]:
    """What has become of each client's message."""
    async with services.db.read() as session:
        rows = await session.execute(select(OutboxMessage.client_id, OutboxMessage.state))
        return {number: state for number, state in rows if number is not None}


async def count(services: Services, *wanted: Row) -> int:
    async with services.db.read() as session:
        rows = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state.in_(wanted))
        return int(await session.scalar(rows) or 0)
