"""Feedback: ratings of statements and free words, kept without anybody. Of a client we know, only which statements they
were asked is remembered, so that the same ones do not come again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from bot.core.feedback import still_known
from bot.core.outcomes import FEEDBACK
from bot.core.requests import LEARNING
from bot.db.tables import Client, ContactRequest, FeedbackWord
from bot.services import clients, figures
from bot.services.base import Services

SERVICE = ""
"""In the place of an organisation: the service itself."""
RATINGS = range(1, 6)


async def asked(services: Services, chat_id: int) -> dict[str, datetime] | None:
    """Which statements this client was asked, and when; None for somebody we do not know."""
    async with services.db.read() as session:
        client = await clients.find(session, services, chat_id)
        return read(client.feedback_asked) if client else None


async def note_asked(services: Services, chat_id: int, statement_id: str) -> bool:
    """Remember that this statement was put to this client. Of nobody we know nothing is kept: False then."""
    now = services.clock()
    async with services.db.work() as session:
        client = await clients.find(session, services, chat_id, lock=True)
        if client is None:
            return False
        client.feedback_asked = write({**read(client.feedback_asked), statement_id: now}, now)
    return True


def read(kept: Mapping[str, str] | None) -> dict[str, datetime]:
    return {statement: datetime.fromisoformat(at) for statement, at in (kept or {}).items()}


def write(put: Mapping[str, datetime], now: datetime) -> dict[str, str]:
    return {statement: at.isoformat() for statement, at in still_known(put, now).items()}


async def rate(services: Services, organisation_id: str, statement_id: str, value: int) -> bool:
    """Count one rating. False for a statement or a value that there is none of."""
    if statement_id not in services.catalog.statements_by_id or value not in RATINGS:
        return False
    async with services.db.work() as session:
        answer = [(f"{FEEDBACK}{statement_id}", str(value))]
        await figures.add(session, services, organisation_id, answer)
    return True


async def say(services: Services, organisation_id: str, words: str) -> None:
    """Keep free words with their month: there is no way from them to whoever wrote them."""
    async with services.db.work() as session:
        month = figures.this_month(services)
        session.add(FeedbackWord(organisation_id=organisation_id, words=words, month=month))


async def met(services: Services, chat_id: int) -> str | None:
    """The organisation that has or had this client's newest request, if a worker took it."""
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.read() as session:
        return await session.scalar(
            select(ContactRequest.organisation_id)
            .join(Client)
            .where(Client.chat_key == key, ContactRequest.state.in_(LEARNING))
            .order_by(ContactRequest.id.desc())
            .limit(1)
        )
