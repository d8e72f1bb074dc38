"""A client puts right what is held about them: a name or number that was told, or an answer that should go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.core.check_in import CheckIn
from bot.core.consent import ConsentState, EventKind, Item, Shared, kinds_of
from bot.db import tables
from bot.db.tables import Client, Consent, ContactRequest
from bot.services import consents, outbox
from bot.services.base import Services
from bot.services.clients import Chat

CORRECTABLE = {Item.NAME: "name", Item.PHONE: "phone"}


async def correct(services: Services, chat: Chat, consent_id: str, item: Item, value: str) -> bool:
    """Put the name or telephone number right that a consent in force shares; the worker's card is brought up to date at
    once. True also if it was so already. False if the consent does not share it (any more): a correction never tells
    more than was told."""
    key = services.vault.fingerprint(chat.id, "client")
    async with services.db.work() as session:
        consent = await session.scalar(
            select(Consent)
            .join(Client)
            .where(
                Consent.id == consent_id,
                Client.chat_key == key,
                Consent.state == ConsentState.GIVEN,
                Consent.valid_until > services.clock(),
            )
            .with_for_update(of=Consent, key_share=True)
        )
        shared = Shared.model_validate(consent.shared) if consent else None
        if consent is None or shared is None or item not in CORRECTABLE or item not in kinds_of(shared):
            return False
        corrected = shared.model_copy(update={CORRECTABLE[item]: value})
        if corrected == shared:
            return True
        consent.shared = corrected.model_dump(mode="json")
        await consents.append_event(session, services, consent, EventKind.CHANGED, chat.locale)
        resting = select(ContactRequest).where(ContactRequest.consent_id == consent.id)
        for request in await session.scalars(resting):
            await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=True)
    return True


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
    return bool(result.rowcount)  # type: ignore[attr-defined]
