"""A consent in force goes on for another term, or tells something else from now on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import consent as rules
from bot.core.consent import BestTime, ConsentRecord, ConsentState, EventKind, Item, Reach, Shared
from bot.core.requests import LIVE
from bot.db.tables import Client, Consent, ContactRequest
from bot.services import consents, outbox, requests
from bot.services.base import Services
from bot.services.clients import Chat


@dataclass(frozen=True)
class Revision:
    """What the client has gone through window by window and now confirms."""

    id: str  # made when it is begun, so that confirming twice is one revision
    consent_id: str
    items: frozenset[Item]
    reach: Reach
    best_time: BestTime
    days: int | None = None  # the term from now on; None leaves it as it is
    name: str | None = None
    phone: str | None = None

    def of(self, once_given: Shared) -> Shared:
        return rules.narrowed(
            once_given,
            self.items,
            reach=self.reach,
            best_time=self.best_time,
            name=self.name,
            phone=self.phone,
        )

    def event_id(self, kind: EventKind) -> str:
        return str(uuid5(UUID(self.id), kind))


async def confirm(services: Services, chat: Chat, revision: Revision) -> bool:
    """Change or renew, or both, in one unit of work. True also if nothing is different or this revision was confirmed
    before; False if the consent is not in force (any more) or its request is over: an ended consent stays ended."""
    async with services.db.work() as session:
        consent = await _in_force(session, services, chat, revision.consent_id)
        if consent is None:
            return False
        record = ConsentRecord.model_validate(consent.record)
        own = {revision.event_id(EventKind.CHANGED), revision.event_id(EventKind.RENEWED)}
        if own & {event.event_id for event in record.events}:
            return True
        if await session.scalar(_live(consent).limit(1)) is None:
            return False
        before = Shared.model_validate(consent.shared)
        told = revision.of(Shared.model_validate(consent.once_given or consent.shared))
        if told != before:
            await _change(session, services, chat, consent, revision, told)
        if revision.days is not None:
            consent.valid_until = rules.valid_until(services.clock(), revision.days)
            renewed = EventKind.RENEWED
            await consents.append_event(
                session, services, consent, renewed, chat.locale, event_id=revision.event_id(renewed)
            )
        if told != before or revision.days is not None:
            await _tell(session, services, consent, revision, told)
    return True


def _live(consent: Consent) -> Select[ContactRequest]:
    return select(ContactRequest).where(
        ContactRequest.consent_id == consent.id, ContactRequest.state.in_(LIVE)
    )


async def _in_force(session: AsyncSession, services: Services, chat: Chat, consent_id: str) -> Consent | None:
    """The client's own consent, locked, so that it cannot end while it is revised."""
    consent: Consent | None = await session.scalar(
        select(Consent)
        .join(Client)
        .where(
            Consent.id == consent_id,
            Client.chat_key == services.vault.fingerprint(chat.id, "client"),
            Consent.state == ConsentState.GIVEN,
            Consent.valid_until > services.clock(),
        )
        .with_for_update(of=Consent, key_share=True)
    )
    return consent


async def _change(
    session: AsyncSession,
    services: Services,
    chat: Chat,
    consent: Consent,
    revision: Revision,
    told: Shared,
) -> None:
    once = Shared.model_validate(consent.once_given or consent.shared)
    once = once.model_copy(update={"name": told.name or once.name, "phone": told.phone or once.phone})
    consent.once_given, consent.shared = once.model_dump(mode="json"), told.model_dump(mode="json")
    changed = EventKind.CHANGED
    await consents.append_event(
        session, services, consent, changed, chat.locale, event_id=revision.event_id(changed), shared=told
    )


async def _tell(
    session: AsyncSession, services: Services, consent: Consent, revision: Revision, told: Shared
) -> None:
    """Every worker's card at once, in both directions; a new receipt; the question at the end of a new term."""
    for request in await session.scalars(_live(consent).with_for_update(key_share=True)):
        request.areas, request.urgency, request.wish = list(told.areas), requests.urgency_of(told), told.reach
        await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=True)
        await consents.put_question(session, services, consent, request.id)
        if not told.outcome:
            outcome = (outbox.Kind.OUTCOME,)
            await outbox.put_retractions(session, services, request_id=request.id, kinds=outcome)
    await outbox.put(
        session,
        services,
        outbox.Kind.RECEIPT,
        f"receipt:{consent.id}:{revision.id}",
        client_id=consent.client_id,
        consent_id=consent.id,
        urgent=True,
    )
