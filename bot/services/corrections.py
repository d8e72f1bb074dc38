"""A client puts right what is held about them: a name or number that was told, or an answer that should go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, select

from bot.core.check_in import CheckIn
from bot.core.consent import Item, kinds_of
from bot.db import tables
from bot.db.tables import Client
from bot.db.work import changed
from bot.services import consents, revisions
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.revisions import Revision

CORRECTABLE = {Item.NAME: "name", Item.PHONE: "phone"}


async def correct(services: Services, chat: Chat, consent_id: str, item: Item, value: str) -> bool:
    """Put the name or telephone number right that a consent in force shares; the worker's card is brought up to date at
    once. True also if it was so already. False if the consent does not share it (any more): a correction never tells
    more than was told."""
    mine = await consents.mine(services, chat.id)
    told = next((one.shared for one in mine if one.id == consent_id), None)
    if told is None or item not in CORRECTABLE or item not in kinds_of(told):
        return False
    revision = Revision(
        id=str(uuid4()),
        consent_id=consent_id,
        items=frozenset(kinds_of(told)),
        reach=told.reach,
        best_time=told.best_time,
        name=value if item is Item.NAME else told.name,
        phone=value if item is Item.PHONE else told.phone,
    )
    return await revisions.confirm(services, chat, revision)


@dataclass(frozen=True)
class Round:
    """One round of *How are you doing?* as it is kept."""

    id: int
    made_at: datetime
    answers: CheckIn


async def rounds(services: Services, chat_id: int) -> list[Round]:
    """The client's rounds that are kept, newest first."""
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.read() as session:
        rows = await session.scalars(
            select(tables.CheckIn)
            .join(Client)
            .where(Client.chat_key == key)
            .order_by(tables.CheckIn.id.desc())
        )
        return [Round(row.id, row.made_at, CheckIn.model_validate(row.answers)) for row in rows]


async def forget_round(services: Services, chat_id: int, round_id: int) -> bool:
    """False if it is not there (any more), or not this client's."""
    owner = select(Client.id).where(Client.chat_key == services.vault.fingerprint(chat_id, "client"))
    async with services.db.work() as session:
        result = await session.execute(
            delete(tables.CheckIn).where(tables.CheckIn.id == round_id, tables.CheckIn.client_id.in_(owner))
        )
    return bool(changed(result))
