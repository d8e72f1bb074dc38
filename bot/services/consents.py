"""Giving, ending and checking consents. Events are appended to one hash chain and never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import consent as rules
from bot.core.consent import ConsentRecord, ConsentState, EventKind
from bot.core.requests import LIVE, State
from bot.db.tables import Client, Consent, ConsentChain, ConsentEvent, ContactRequest, Staff
from bot.services import outbox
from bot.services.base import Services


async def append_event(
    session: AsyncSession, services: Services, consent: Consent, kind: EventKind, locale: str
) -> None:
    """Append one event to the chain. The chain's head is locked, so that two events never follow the same one."""
    head = await session.get(ConsentChain, 1, with_for_update=True)
    if head is None:
        head = ConsentChain(id=1, length=0, head_hash=rules.GENESIS)
        session.add(head)
    record = rules.record_hash(ConsentRecord.model_validate(consent.record))
    at = services.clock()
    digest = rules.event_hash(
        head.head_hash,
        consent_id=consent.id,
        kind=kind,
        at=at,
        valid_until=consent.valid_until,
        text_version=rules.TEXT_VERSION,
        locale=locale,
        record=record,
    )
    session.add(
        ConsentEvent(
            consent_id=consent.id,
            kind=kind,
            at=at,
            valid_until=consent.valid_until,
            locale=locale,
            text_version=rules.TEXT_VERSION,
            record_hash=record,
            previous_hash=head.head_hash,
            hash=digest,
        )
    )
    head.length, head.head_hash = head.length + 1, digest
    await session.flush()


async def end(
    session: AsyncSession, services: Services, consent: Consent, kind: EventKind, locale: str
) -> None:
    """End a consent inside a unit of work: the shared data is erased, live requests resting on it end, and every
    worker's card is brought up to date at once, which takes the personal data away, as are words passed on and words
    being written."""
    await append_event(session, services, consent, kind, locale)
    consent.state = ConsentState(kind.value)
    consent.ended_at, consent.shared = services.clock(), None
    resting = select(ContactRequest).where(ContactRequest.consent_id == consent.id)
    writing = Staff.writing_to.in_(resting.with_only_columns(ContactRequest.id))
    await session.execute(update(Staff).where(writing).values(writing_to=None, draft=None))
    for request in await session.scalars(resting.with_for_update(key_share=True)):
        if request.state in LIVE:
            request.state, request.closed_at = State.WITHDRAWN, services.clock()
        await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=True)
        await outbox.put_retractions(session, services, request_id=request.id)


async def withdraw(services: Services, chat_id: int, consent_id: str) -> bool:
    """The client withdraws. True also if it had ended already; False if it is not this client's consent."""
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.work() as session:
        row = (
            await session.execute(
                select(Consent, Client)
                .join(Client)
                .where(Consent.id == consent_id, Client.chat_key == key)
                .with_for_update(of=Consent, key_share=True)
            )
        ).first()
        if row is None:
            return False
        consent, client = row
        if consent.state == ConsentState.GIVEN:
            await end(session, services, consent, EventKind.WITHDRAWN, client.locale)
    return True


@dataclass(frozen=True)
class MyConsent:
    id: str
    organisation_id: str
    given_at: datetime
    valid_until: datetime
    shared: rules.Shared


async def mine(services: Services, chat_id: int) -> list[MyConsent]:
    """The client's consents in force, newest first."""
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.read() as session:
        rows = await session.scalars(
            select(Consent)
            .join(Client)
            .where(
                Client.chat_key == key,
                Consent.state == ConsentState.GIVEN,
                Consent.valid_until > services.clock(),
            )
            .order_by(Consent.given_at.desc())
        )
        return [
            MyConsent(
                c.id, c.organisation_id, c.given_at, c.valid_until, rules.Shared.model_validate(c.shared)
            )
            for c in rows
        ]


async def expire_due(services: Services) -> int:
    """End the consents whose term has run out and tell their clients; returns how many."""
    now = services.clock()
    async with services.db.work() as session:
        due = await session.execute(
            select(Consent, Client)
            .join(Client)
            .where(Consent.state == ConsentState.GIVEN, Consent.valid_until <= now)
            .limit(100)
            .with_for_update(of=Consent, skip_locked=True)
        )
        ended = 0
        for consent, client in due:
            await end(session, services, consent, EventKind.EXPIRED, client.locale)
            await outbox.put(
                session,
                services,
                outbox.Kind.CONSENT_ENDED,
                f"ended:{consent.id}",
                client_id=client.id,
                consent_id=consent.id,
            )
            ended += 1
    return ended


@dataclass(frozen=True)
class ChainReport:
    events: int
    broken_at: int | None = None
    problem: str | None = None

    @property
    def whole(self) -> bool:
        return self.problem is None


async def verify(services: Services) -> ChainReport:
    """Walk the chain from its first event; any edit, deletion or reordering is found, and the first one named."""
    async with services.db.read() as session:
        previous, count = rules.GENESIS, 0
        for event in await session.scalars(select(ConsentEvent).order_by(ConsentEvent.seq)):
            if event.previous_hash != previous:
                return ChainReport(count, event.seq, "does not follow the event before it")
            digest = rules.event_hash(
                previous,
                consent_id=event.consent_id,
                kind=event.kind,
                at=event.at,
                valid_until=event.valid_until,
                text_version=event.text_version,
                locale=event.locale,
                record=event.record_hash,
            )
            if digest != event.hash:
                return ChainReport(count, event.seq, "has been changed")
            previous, count = digest, count + 1
        head = await session.get(ConsentChain, 1)
    expected = (head.length, head.head_hash) if head else (0, rules.GENESIS)
    if expected != (count, previous):
        return ChainReport(count, count + 1, f"is missing: the chain should have {expected[0]} events")
    return ChainReport(count)
