"""Giving, ending and checking consents. Events are appended to one hash chain and never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import consent as rules
from bot.core.consent import ConsentRecord, ConsentState, EventKind, Purpose, Shared
from bot.core.requests import LIVE, State
from bot.db.tables import Client, Consent, ConsentChain, ConsentEvent, ContactRequest, PhoneNumber, Staff
from bot.services import appointments, follow_up_plan, outbox, texts
from bot.services.base import Services


async def append_event(
    session: AsyncSession,
    services: Services,
    consent: Consent,
    kind: EventKind,
    locale: str,
    *,
    event_id: str | None = None,
    shared: Shared | None = None,
) -> None:
    """Write down what has happened to a consent: in its record, and as one more event of the chain, whose head is
    locked, so that two events never follow the same one. `shared` is what is told from now on, if that has changed."""
    head = await session.get(ConsentChain, 1, with_for_update=True)
    if head is None:
        head = ConsentChain(id=1, length=0, head_hash=rules.GENESIS)
        session.add(head)
    at = services.clock()
    record = ConsentRecord.model_validate(consent.record).after(
        kind,
        event_id=event_id or str(uuid4()),
        at=at,
        valid_until=consent.valid_until,
        language=locale,
        shared=shared,
    )
    consent.record = record.model_dump(mode="json")
    event = ConsentEvent(
        consent_id=consent.id,
        kind=kind,
        at=at,
        valid_until=consent.valid_until,
        text_version=rules.TEXT_VERSION,
        locale=locale,
        record_hash=rules.record_hash(consent.record),
        previous_hash=head.head_hash,
    )
    event.hash = _hash_of(event)
    session.add(event)
    head.length, head.head_hash = head.length + 1, event.hash
    await session.flush()


async def put_question(session: AsyncSession, services: Services, consent: Consent, request_id: int) -> None:
    """Before the term ends the client is asked what then; once a term, at a decent hour, and never after it."""
    term = rules.stamp(consent.valid_until)
    await outbox.put(
        session,
        services,
        outbox.Kind.CONSENT_ENDING,
        f"ending:{consent.id}:{term}",
        client_id=consent.client_id,
        request_id=request_id,
        consent_id=consent.id,
        detail={"term": term},
        not_before=consent.valid_until - rules.ASK_BEFORE,
        expires_at=consent.valid_until,
    )


async def end(
    session: AsyncSession, services: Services, consent: Consent, kind: EventKind, locale: str
) -> None:
    """End a consent inside a unit of work: the shared data is erased, live requests resting on it end, and every
    worker's card is brought up to date at once, which takes the personal data away, as are words passed on and words
    being written; meetings agreed on fall away. The worker who had the request is told so."""
    await append_event(session, services, consent, kind, locale)
    consent.state = ConsentState(kind.value)
    consent.ended_at, consent.shared, consent.once_given = services.clock(), None, None
    if consent.purpose == Purpose.REMIND and consent.client_id is not None:
        await session.execute(delete(PhoneNumber).where(PhoneNumber.consent_id == consent.id))
        await texts.drop(session, consent.client_id)
    resting = select(ContactRequest).where(ContactRequest.consent_id == consent.id)
    writing = Staff.writing_to.in_(resting.with_only_columns(ContactRequest.id))
    await session.execute(update(Staff).where(writing).values(writing_to=None, draft=None))
    for request in await session.scalars(resting.with_for_update(key_share=True)):
        if request.state in LIVE:
            request.state, request.closed_at = State.WITHDRAWN, services.clock()
            request.outcome = request.closing_by = request.closing_at = None
            if request.accepted_by is not None:
                await outbox.put(
                    session,
                    services,
                    outbox.Kind.CONSENT_OVER,
                    f"over:{request.id}",
                    staff_id=request.accepted_by,
                    request_id=request.id,
                )
        await appointments.end_of_request(session, services, request)
        await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=True)
        await outbox.put_retractions(session, services, request_id=request.id)
        if kind is EventKind.WITHDRAWN:
            await follow_up_plan.stop_about(session, services, request)


async def end_texts(session: AsyncSession, services: Services, client: Client) -> bool:
    """Inside a unit of work: no more text messages to this client, also if the number is not confirmed yet. False if
    there were none."""
    held = select(Consent).where(
        Consent.client_id == client.id,
        Consent.purpose == Purpose.REMIND,
        Consent.state == ConsentState.GIVEN,
    )
    ended = False
    for consent in await session.scalars(held.with_for_update(key_share=True)):
        await end(session, services, consent, EventKind.WITHDRAWN, client.locale)
        ended = True
    unconfirmed = await session.get(PhoneNumber, client.id)
    if unconfirmed is not None:
        await session.delete(unconfirmed)
        await texts.drop(session, client.id)
    return ended or unconfirmed is not None


async def withdraw(services: Services, chat_id: int, consent_id: str) -> Purpose | None:
    """The client withdraws. Returns what the consent was for, also if it had ended already; None if it is not this
    client's consent."""
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
            return None
        consent, client = row
        if consent.state == ConsentState.GIVEN:
            await end(session, services, consent, EventKind.WITHDRAWN, client.locale)
    return Purpose(consent.purpose)


async def withdraw_all(services: Services, chat_id: int) -> int:
    """The client withdraws every consent in force; returns how many there were."""
    found = await mine(services, chat_id)
    for consent in found:
        await withdraw(services, chat_id, consent.id)
    return len(found)


@dataclass(frozen=True)
class MyConsent:
    """A consent in force, as its client sees it."""

    id: str
    organisation_id: str
    purpose: Purpose
    given_at: datetime
    valid_until: datetime
    shared: Shared
    once_given: Shared
    """The widest that was ever shared on it: what can be switched on again."""
    live: bool
    """Whether a request that rests on it is still under way; after it nobody sees the data."""


async def mine(services: Services, chat_id: int) -> list[MyConsent]:
    """The client's consents in force, newest first."""
    key = services.vault.fingerprint(chat_id, "client")
    live = exists().where(ContactRequest.consent_id == Consent.id, ContactRequest.state.in_(LIVE))
    async with services.db.read() as session:
        rows = await session.execute(
            select(Consent, live)
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
                consent.id,
                consent.organisation_id,
                Purpose(consent.purpose),
                consent.given_at,
                consent.valid_until,
                Shared.model_validate(consent.shared),
                Shared.model_validate(consent.once_given or consent.shared),
                bool(under_way),
            )
            for consent, under_way in rows
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
    """Walk the chain from its first event, and hold every consent against its last one. Any edit, deletion, insertion
    or reordering is found, and the first broken event named."""
    async with services.db.read() as session:
        head = await session.get(ConsentChain, 1)
        length, head_hash = (head.length, head.head_hash) if head else (0, rules.GENESIS)
        previous, count, seq = rules.GENESIS, 0, 0
        last: dict[str, ConsentEvent] = {}
        for event in await session.scalars(select(ConsentEvent).order_by(ConsentEvent.seq)):
            if event.previous_hash != previous:
                return ChainReport(count, event.seq, "does not follow the event before it")
            if _hash_of(event) != event.hash:
                return ChainReport(count, event.seq, "has been changed")
            if count == length:
                return ChainReport(
                    count, event.seq, f"is one too many: the chain should have {length} events"
                )
            previous, count, seq = event.hash, count + 1, event.seq
            last[event.consent_id] = event
        if count < length:
            return ChainReport(count, seq + 1, f"is missing: the chain should have {length} events")
        if previous != head_hash:
            return ChainReport(count, seq, "is not the one that the chain ends with")
        held = {consent.id: consent for consent in await session.scalars(select(Consent))}
    for event in sorted(last.values(), key=lambda each: each.seq):
        if problem := _misfit(event, held.pop(event.consent_id, None)):
            return ChainReport(count, event.seq, problem)
    if held:
        return ChainReport(count, seq + 1, "is missing: there is a consent that no event tells of")
    return ChainReport(count)


def _hash_of(event: ConsentEvent) -> str:
    return rules.event_hash(
        event.previous_hash,
        consent_id=event.consent_id,
        kind=event.kind,
        at=event.at,
        valid_until=event.valid_until,
        text_version=event.text_version,
        locale=event.locale,
        record=event.record_hash,
    )


def _misfit(event: ConsentEvent, consent: Consent | None) -> str | None:
    """What of a consent as it is kept is not as its last event says. Of somebody forgotten there is no record."""
    ended = event.kind in {EventKind.WITHDRAWN, EventKind.EXPIRED}
    if consent is None:
        return None if ended else "tells of a consent that is not there"
    if consent.state != (event.kind if ended else ConsentState.GIVEN):
        return "does not fit the state of its consent"
    if consent.valid_until != event.valid_until:
        return "does not fit the term of its consent"
    if consent.record is None:
        return None if ended and consent.client_id is None else "tells of a record that is not there"
    if rules.record_hash(consent.record) != event.record_hash:
        return "does not fit the record of its consent"
    return None
