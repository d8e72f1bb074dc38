"""Contact requests (yhteydenottopyyntö) from the client's side: sent on a consent, followed, answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import consent as rules
from bot.core.check_in import CheckIn, Strength
from bot.core.consent import (
    BestTime,
    ConsentRecord,
    ConsentState,
    EventKind,
    Item,
    Notice,
    Purpose,
    Reach,
    Shared,
)
from bot.core.grants import Role
from bot.core.requests import CLOSES_AFTER, IN_HAND, LIVE, Side, State, Urgency, urgency
from bot.db import tables
from bot.db.tables import Client, Consent, ContactRequest, Staff
from bot.services import clients, consents, follow_up_plan, outbox
from bot.services.base import Services
from bot.services.clients import Chat


@dataclass(frozen=True)
class Draft:
    """What the client has gone through window by window and now says yes to."""

    consent_id: str  # made when the draft is begun, so that saying yes twice makes one request
    organisation_id: str
    offer_id: str | None
    check_in: CheckIn
    items: frozenset[Item]
    reach: Reach
    best_time: BestTime
    days: int
    name: str | None = None
    phone: str | None = None
    enquiry: str | None = (
        None  # the alias under which the client has asked something of the same organisation
    )

    @property
    def shared(self) -> Shared:
        return rules.share(
            self.check_in,
            self.items,
            reach=self.reach,
            best_time=self.best_time,
            name=self.name,
            phone=self.phone,
            enquiry=self.enquiry,
        )

    @property
    def urgency(self) -> Urgency:
        return urgency_of(self.shared)


def urgency_of(shared: Shared) -> Urgency:
    """From what is told and nothing else: it is on the card before anybody has accepted the request."""
    return urgency(list(shared.areas.values()), shared.strength is Strength.BESIDE)


async def send(services: Services, chat: Chat, draft: Draft) -> int:
    """The client consents: the account, the consent, the request and everything it sets going, in one unit of work.
    Returns the request's id; the same draft sent twice is one request."""
    async with services.db.work() as session:
        if (already := await _sent(session, draft)) is not None:
            return already  # looked at first: a press that comes after forgetting must not make an account
        client = await clients.agree(session, services, chat)
        if (already := await _sent(session, draft)) is not None:
            return already  # by another press of the same moment, which had the account locked
        request = await _open(session, services, client, chat.locale, draft)
        await outbox.put_cards(session, services, draft.organisation_id, request.id, urgent=False)
    return request.id


async def hand_over(
    session: AsyncSession, services: Services, chat: Chat, draft: Draft, worker_id: int
) -> None:
    """Inside a unit of work: the client consents face to face with a worker, who has the request at once."""
    if await _sent(session, draft) is not None:
        return
    client = await clients.agree(session, services, chat)
    request = await _open(session, services, client, chat.locale, draft)
    request.state, request.accepted_by, request.accepted_at = State.ACCEPTED, worker_id, services.clock()
    await session.flush()
    await outbox.put_card(session, services, worker_id, request.id, urgent=True)


async def _open(
    session: AsyncSession, services: Services, client: Client, locale: str, draft: Draft
) -> ContactRequest:
    """The consent with its first event, the request that rests on it, the receipt and the question at its end."""
    now = services.clock()
    until = rules.valid_until(now, draft.days)
    record = _record(draft, locale, client, now, until)
    consent = Consent(
        id=draft.consent_id,
        client_id=client.id,
        organisation_id=draft.organisation_id,
        given_at=now,
        purpose=Purpose.CONTACT,
        state=ConsentState.GIVEN,
        valid_until=until,
        record=record.model_dump(mode="json"),
        shared=draft.shared.model_dump(mode="json"),
        once_given=draft.shared.model_dump(mode="json"),
    )
    request = ContactRequest(
        client_id=client.id,
        consent_id=consent.id,
        organisation_id=draft.organisation_id,
        offer_id=draft.offer_id,
        areas=list(draft.shared.areas),
        urgency=draft.urgency,
        wish=draft.reach,
        state=State.OPEN,
        created_at=now,
    )
    session.add(consent)
    if draft.check_in.ratings:
        answers = draft.check_in.model_dump(mode="json")
        session.add(tables.CheckIn(client_id=client.id, made_at=now, answers=answers))
    await session.flush()
    session.add(request)
    await session.flush()
    given, of = EventKind.GIVEN, draft.consent_id
    await consents.append_event(session, services, consent, given, locale, event_id=of, shared=draft.shared)
    await outbox.put(
        session,
        services,
        outbox.Kind.RECEIPT,
        f"receipt:{consent.id}",
        client_id=client.id,
        request_id=request.id,
        consent_id=consent.id,
        urgent=True,
    )
    await consents.put_question(session, services, consent, request.id)
    await follow_up_plan.plan(session, services, client, request)
    return request


async def _sent(session: AsyncSession, draft: Draft) -> int | None:
    return await session.scalar(
        select(ContactRequest.id).where(ContactRequest.consent_id == draft.consent_id)
    )


def _record(draft: Draft, locale: str, client: Client, now: datetime, until: datetime) -> ConsentRecord:
    return ConsentRecord(
        record_id=draft.consent_id,
        pii_principal_id=f"client:{client.id}",
        pii_controller=draft.organisation_id,
        recipients=[draft.organisation_id],
        purposes=[Purpose.CONTACT],
        pii_types=rules.kinds_of(draft.shared),
        contact_method=draft.reach,
        contact_time=draft.best_time,
        notice=Notice(version=rules.TEXT_VERSION, language=locale),
        given_at=now,
        valid_until=until,
    )


@dataclass(frozen=True)
class MyRequest:
    """A request as its client sees it."""

    id: int
    organisation_id: str
    offer_id: str | None
    state: State
    outcome: str | None
    worker: str | None
    reach: Reach
    created_at: datetime
    consent_id: str
    valid_until: datetime
    closing_by: Side | None = None
    closes_at: datetime | None = None
    disputed: bool = False

    @property
    def live(self) -> bool:
        return self.state in LIVE


async def mine(services: Services, chat_id: int) -> list[MyRequest]:
    """The client's requests, newest first."""
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.read() as session:
        rows = await session.execute(
            select(ContactRequest, Consent, Staff.name)
            .join(Client, ContactRequest.client_id == Client.id)
            .join(Consent, ContactRequest.consent_id == Consent.id)
            .outerjoin(Staff, ContactRequest.accepted_by == Staff.id)
            .where(Client.chat_key == key)
            .order_by(ContactRequest.id.desc())
            .limit(20)
        )
        return [
            MyRequest(
                id=request.id,
                organisation_id=request.organisation_id,
                offer_id=request.offer_id,
                state=State(request.state),
                outcome=request.outcome,
                worker=worker,
                reach=Reach(request.wish),
                created_at=request.created_at,
                consent_id=consent.id,
                valid_until=consent.valid_until,
                closing_by=Side(request.closing_by) if request.closing_by else None,
                closes_at=request.closing_at + CLOSES_AFTER if request.closing_at else None,
                disputed=request.disputed_at is not None,
            )
            for request, consent, worker in rows
        ]


async def dispute(session: AsyncSession, services: Services, client: Client, request: ContactRequest) -> bool:
    """Inside a unit of work: the client says that nobody has been in touch, although the worker says so. It opens again
    for the worker who has it, who is told without blame, as is the contact person. False if no worker says so now."""
    says_contacted = request.state == State.CONTACTED or (
        request.state == State.CLOSING and request.contacted_at is not None and request.disputed_at is None
    )
    if request.client_id != client.id or not says_contacted:
        return False
    now = services.clock()
    request.state, request.disputed_at = State.ACCEPTED, now
    request.closing_by = request.closing_at = request.outcome = None
    await session.flush()
    persons = await outbox.overseers(session, Role.CONTACT_PERSON, request.organisation_id)
    for worker_id in dict.fromkeys([request.accepted_by, *persons]):
        if worker_id is not None:
            await outbox.put(
                session,
                services,
                outbox.Kind.MISMATCH,
                f"mismatch:{request.id}:{now.timestamp()}:{worker_id}",
                staff_id=worker_id,
                request_id=request.id,
            )
    await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=True)
    return True


async def confirm_contact(session: AsyncSession, services: Services, request: ContactRequest) -> bool:
    """Inside a unit of work: the client says that somebody has been in touch; two stories are one again. A worker who
    was in touch and has not marked it yet need not do so."""
    if request.disputed_at is None or request.state not in LIVE:
        return False
    request.disputed_at = None
    if request.state in {State.ACCEPTED, State.UNREACHABLE}:
        request.state, request.contacted_at = State.CONTACTED, services.clock()
    await session.flush()
    await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=True)
    return True


async def answer(services: Services, chat_id: int, request_id: int, words: str, message_id: int) -> bool:
    """Pass the client's own words on to the worker who has the request. False if nobody has it (any more).

    `message_id` is the client's own message: the same one handled twice is passed on once.
    """
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.work() as session:
        row = (
            await session.execute(
                select(ContactRequest, Client)
                .join(Client, ContactRequest.client_id == Client.id)
                .join(Consent, ContactRequest.consent_id == Consent.id)
                .where(
                    Client.chat_key == key,
                    ContactRequest.id == request_id,
                    ContactRequest.state.in_(IN_HAND),
                    Consent.state == ConsentState.GIVEN,
                    Consent.valid_until > services.clock(),
                )
            )
        ).first()
        if row is None or row[0].accepted_by is None:
            return False
        request, client = row
        await outbox.put(
            session,
            services,
            outbox.Kind.CLIENT_WORD,
            f"client_word:{client.id}:{message_id}",
            staff_id=request.accepted_by,
            request_id=request.id,
            note=words,
        )
    return True
