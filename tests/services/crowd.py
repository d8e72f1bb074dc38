"""Very many clients whose follow-up is due in the same minute: nobody has asked for it, it waits for decent hours, it
is looked up whether it is still to be asked, and it comes veiled, with buttons.

One client comes to it as a real one does, through the use cases; the rows that this left are copied for all others by
the database itself. What is sealed is thus sealed alike, and costs as much to open as if it were not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import JSON, Table, delete, func, select, text, update

from bot.db.tables import Client, Consent, ContactRequest, FollowUp, OutboxMessage
from bot.services import follow_up_plan
from bot.services.base import Services
from bot.services.due import Row
from bot.services.follow_up_plan import FIRST
from tests.services.people import CLIENT, asks

COPIED: dict[type, dict[str, str]] = {
    Client: {"id": "i", "chat_key": "'bench:' || i"},
    Consent: {"id": "'00000000-0000-4000-800' || (1000000000000 + i)", "client_id": "i"},
    ContactRequest: {
        "id": "i",
        "client_id": "i",
        "consent_id": "'00000000-0000-4000-800' || (1000000000000 + i)",
    },
    FollowUp: {"id": "100 + i", "client_id": "i", "request_id": "i"},
    OutboxMessage: {
        "id": "100 + i",
        "key": "'bench:' || i",
        "client_id": "i",
        "request_id": "i",
        "detail": f"""CAST('{{"follow_up": ' || (100 + i) || ', "number": {FIRST}}}' AS TEXT)""",
    },
}
"""What of a row is its own, where `i` counts from 2 on; all else is as the first client's."""


async def make_due(services: Services, many: int, chats: Sequence[int] = ()) -> None:
    """Leave `many` messages that are due now, the first ones for these chats. The clients are numbered from 1 on."""
    await asks(services, CLIENT)
    async with services.db.work() as session:
        await session.execute(delete(OutboxMessage).where(OutboxMessage.key != follow_up_plan.key(1, FIRST)))
        await session.execute(delete(FollowUp).where(FollowUp.id != 1))
        due = {"due_at": services.clock() - timedelta(seconds=1), "state": Row.WAITING}
        await session.execute(update(OutboxMessage).values(due))
        for model, own in COPIED.items():
            copying = _copying(model.__table__, own, services.db.is_sqlite)  # type: ignore[attr-defined]
            await session.execute(text(copying), {"many": many})
        for number, chat in enumerate(chats, start=1):
            await session.execute(update(Client).where(Client.id == number).values(chat_id=chat))
        if not services.db.is_sqlite:
            for model in COPIED:
                await session.execute(text(f"ANALYZE {model.__table__}"))  # type: ignore[attr-defined]


def _copying(rows: Table, own: dict[str, str], is_sqlite: bool) -> str:
    names = [column.name for column in rows.columns]
    json = {column.name for column in rows.columns if isinstance(column.type, JSON) and not is_sqlite}
    values = ", ".join(
        f"CAST({own[name]} AS JSON)" if name in own and name in json else own.get(name, f"first.{name}")
        for name in names
    )
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
