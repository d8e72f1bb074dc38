"""Contact requests from the worker's side. Every use case looks up anew who is asking and what is allowed now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import requests as rules
from bot.core import rescue
from bot.core.consent import ConsentRecord, ConsentState, Item, Purpose, Reach, canonical
from bot.core.grants import OF_STEP, Action, ConsentFacts, Grant, Role, WorkerFacts, meets, permits
from bot.core.requests import AFTER, ENDED, IN_HAND, Outcome, Side, State, Step, Urgency
from bot.db.tables import Client, Consent, ContactRequest, OutboxMessage, Staff, StaffCard
from bot.db.work import changed
from bot.services import access, closing, follow_up_plan, outbox
from bot.services.access import Heard, Personal
from bot.services.base import Services

LOCKED = {"key_share": True}
LONGEST_WORD = 1000
"""Characters of a message that a worker sends through the bot, or a client back."""


@dataclass(frozen=True)
class Card:
    """A request as one worker may see it now. `personal` is there only by a grant."""

    request_id: int
    organisation_id: str
    offer_id: str | None
    state: State
    outcome: Outcome | None
    areas: tuple[str, ...]
    urgency: Urgency
    wish: Reach
    created_at: datetime
    own: bool
    taken_by: str | None
    steps: frozenset[Step]
    version: str
    """Another one whenever something personal in it would be another."""
    closing_by: Side | None = None
    closes_at: datetime | None = None
    """When it closes by itself, if nobody answers."""
    waited: int = 0
    """Working days, once that is so long that others have been told."""
    disputed: bool = False
    personal: Personal | None = None


@dataclass(frozen=True)
class _Facts:
    """One request with all that decides over it, read together."""

    request: ContactRequest
    consent: Consent
    client: Client | None
    taker: Staff | None
    worker: Staff

    def grant(self, now: datetime, action: Action, kinds: frozenset[Item] | None = None) -> Grant | None:
        record = ConsentRecord.model_validate(self.consent.record) if self.consent.record else None
        facts = ConsentFacts(
            consent_id=self.consent.id,
            organisation_id=self.consent.organisation_id,
            purposes=(Purpose(self.consent.purpose),),
            kinds=frozenset(record.pii_types if record else ()),
            state=ConsentState(self.consent.state),
            valid_until=self.consent.valid_until,
            request_state=State(self.request.state),
            accepted_by=self.request.accepted_by,
        )
        return permits(facts, _worker(self.worker), Purpose.CONTACT, now, action, kinds)

    def may(self, step: Step, now: datetime) -> bool:
        return step in self.steps and self.grant(now, OF_STEP[step]) is not None

    @property
    def reached(self) -> bool:
        """Whether a message would come to the client's chat."""
        return self.client is not None and self.client.blocked_at is None

    @property
    def own(self) -> bool:
        return self.request.accepted_by == self.worker.id

    @property
    def steps(self) -> frozenset[Step]:
        by = self.request.closing_by
        return rules.steps(State(self.request.state), own=self.own, closing_by=Side(by) if by else None)


def _worker(row: Staff) -> WorkerFacts:
    return WorkerFacts(row.id, row.organisation_id, Role(row.role), row.removed_at is not None)


async def _facts(
    session: AsyncSession, worker_id: int, request_id: int, *, lock: bool = False
) -> _Facts | None:
    """None when the request is not there or is none of this worker's business. `lock` keeps the worker as they are
    until the unit of work ends, so that what is allowed now cannot be done by somebody who is just being removed."""
    worker = await session.get(Staff, worker_id, with_for_update=LOCKED if lock else None)
    row = (
        await session.execute(
            select(ContactRequest, Consent, Client)
            .join(Consent, ContactRequest.consent_id == Consent.id)
            .outerjoin(Client, ContactRequest.client_id == Client.id)
            .where(ContactRequest.id == request_id)
        )
    ).first()
    if row is None or worker is None:
        return None
    request, consent, client = row
    if not meets(_worker(worker), request.organisation_id):
        return None
    taker = await session.get(Staff, request.accepted_by) if request.accepted_by else None
    return _Facts(request, consent, client, taker, worker)


def _outline(facts: _Facts, now: datetime, zone: ZoneInfo) -> Card:
    """The request without anything personal, which is all that most may see of it."""
    request, shown = facts.request, facts.grant(now, Action.SEE)
    personal = (
        (facts.consent.shared, sorted(shown.kinds), facts.consent.valid_until, facts.reached)
        if shown
        else None
    )
    return Card(
        request_id=request.id,
        organisation_id=request.organisation_id,
        offer_id=request.offer_id,
        state=State(request.state),
        outcome=Outcome(request.outcome) if request.outcome else None,
        areas=tuple(request.areas),
        urgency=Urgency(request.urgency),
        wish=Reach(request.wish),
        created_at=request.created_at,
        own=facts.own,
        taken_by=facts.taker.name if facts.taker and not facts.own else None,
        steps=facts.steps,
        closing_by=Side(request.closing_by) if request.closing_by else None,
        closes_at=request.closing_at + rules.CLOSES_AFTER if request.closing_at else None,
        waited=_waited(request, now, zone) if request.rescue_step else 0,
        disputed=request.disputed_at is not None and facts.own,
        version=hashlib.sha256(canonical(personal)).hexdigest(),
    )


def _waited(request: ContactRequest, now: datetime, zone: ZoneInfo) -> int:
    waits = request.state == State.OPEN
    return rescue.waited(request.waiting_since or request.created_at, now, zone) if waits else 0


async def _card(session: AsyncSession, services: Services, facts: _Facts) -> Card:
    now = services.clock()
    grant = facts.grant(now, Action.SEE)
    personal = await access.see(session, services, grant, facts.consent, facts.request)
    return replace(_outline(facts, now, services.settings.zone), personal=personal)


async def outline(services: Services, worker_id: int, request_id: int) -> Card | None:
    """The request as anybody in the organisation may see it now; None if it is none of this worker's business."""
    async with services.db.read() as session:
        facts = await _facts(session, worker_id, request_id)
        return _outline(facts, services.clock(), services.settings.zone) if facts else None


async def card(services: Services, worker_id: int, request_id: int) -> Card | None:
    """The request as this worker may see it now, to be shown; None if it is none of their business."""
    async with services.db.work() as session:
        facts = await _facts(session, worker_id, request_id)
        return await _card(session, services, facts) if facts else None


async def heard(services: Services, worker_id: int, request_id: int, words: str) -> Heard | None:
    """A client's words about a request, to be passed on to the worker who has it; None if that is not allowed now."""
    async with services.db.work() as session:
        facts = await _facts(session, worker_id, request_id)
        if facts is None:
            return None
        grant = facts.grant(services.clock(), Action.HEAR)
        return await access.hear(session, services, grant, facts.consent, facts.request, words)


async def granted(
    session: AsyncSession,
    services: Services,
    worker_id: int,
    request_id: int,
    action: Action,
    kinds: frozenset[Item],
) -> tuple[Grant, Consent, ContactRequest] | None:
    """Leave for this worker to do one thing with one request now, and what it is about; None if there is none."""
    facts = await _facts(session, worker_id, request_id)
    grant = facts.grant(services.clock(), action, kinds) if facts else None
    return (grant, facts.consent, facts.request) if facts and grant else None


async def waiting_and_own(services: Services, worker_id: int) -> list[Card]:
    """Requests that wait for somebody in the worker's organisation, and the worker's own ones in hand; oldest first."""
    async with services.db.work() as session:
        worker = await session.get(Staff, worker_id)
        if worker is None or not meets(_worker(worker), worker.organisation_id):
            return []
        own = ContactRequest.state.in_(IN_HAND) & (ContactRequest.accepted_by == worker_id)
        ids = await session.scalars(
            select(ContactRequest.id)
            .where(
                ContactRequest.organisation_id == worker.organisation_id,
                (ContactRequest.state == State.OPEN) | own,
            )
            .order_by(ContactRequest.created_at)
            .limit(30)
        )
        found = [await _facts(session, worker_id, request_id) for request_id in ids]
        return [await _card(session, services, facts) for facts in found if facts]


async def take(
    services: Services, worker_id: int, request_id: int, step: Step, outcome: Outcome | None = None
) -> tuple[Card | None, bool]:
    """Take one step with a request. Returns its outline as it stands afterwards and whether the step was taken.

    Of two workers who accept at once one wins: the state is changed only from the state it was read in.
    """
    async with services.db.work() as session:
        facts = await _facts(session, worker_id, request_id, lock=True)
        if facts is None:
            return None, False
        done = await _step(session, services, facts, step, outcome)
    return await outline(services, worker_id, request_id), done


async def _step(
    session: AsyncSession, services: Services, facts: _Facts, step: Step, outcome: Outcome | None
) -> bool:
    now, request = services.clock(), facts.request
    if not facts.may(step, now) or (step is Step.CLOSE) != (outcome is not None):
        return False
    if step in {Step.CLOSE, Step.REOPEN}:
        return await closing.by_worker(session, services, request, outcome)
    if step not in AFTER:
        return False
    after = AFTER[step]
    values: dict[str, object] = {"state": after}
    if step is Step.ACCEPT:
        values |= {"accepted_by": facts.worker.id, "accepted_at": now}
    elif step is Step.CONTACTED:
        values["contacted_at"] = now
    first_contact = step is Step.CONTACTED and request.contacted_at is None
    unchanged = (ContactRequest.id == request.id, ContactRequest.state == request.state)
    result = await session.execute(update(ContactRequest).where(*unchanged).values(values))
    if not changed(result):
        return False
    if first_contact and facts.client is not None:
        await session.refresh(request)
        await follow_up_plan.plan(session, services, facts.client, request)
    if request.client_id is not None:
        await outbox.put(
            session,
            services,
            outbox.Kind.STEP,
            f"step:{request.id}:{after}:{now.timestamp()}",
            client_id=request.client_id,
            request_id=request.id,
            detail={"state": after, "outcome": None},
        )
    await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=True)
    return True


async def in_hand(
    session: AsyncSession, services: Services, worker_id: int, request_id: int, *, lock: bool = False
) -> tuple[ContactRequest, Staff] | None:
    """The request and its worker, inside a unit of work, if this worker has it and may turn to its client now."""
    facts = await _facts(session, worker_id, request_id, lock=lock)
    if facts is None or facts.client is None or not facts.may(Step.WRITE, services.clock()):
        return None
    return facts.request, facts.worker


async def begin_writing(services: Services, worker_id: int, request_id: int) -> bool:
    """The worker's next text goes to this request's client, after a look at it. False if that is not allowed."""
    async with services.db.work() as session:
        facts = await _facts(session, worker_id, request_id, lock=True)
        if facts is None or not facts.may(Step.WRITE, services.clock()):
            return False
        facts.worker.writing_to, facts.worker.writing_enquiry, facts.worker.draft = request_id, None, None
    return True


async def draft(services: Services, worker_id: int, words: str) -> int | None:
    """Keep the worker's words until they are sent off; returns the request they belong to, if writing was begun and
    is still allowed."""
    async with services.db.work() as session:
        worker = await session.get(Staff, worker_id, with_for_update=LOCKED)
        if worker is None or worker.writing_to is None:
            return None
        facts = await _facts(session, worker_id, worker.writing_to)
        if facts is None or not facts.may(Step.WRITE, services.clock()):
            worker.writing_to = worker.draft = None
            return None
        worker.draft = words[:LONGEST_WORD]
        return worker.writing_to


async def stop_writing(services: Services, worker_id: int) -> None:
    async with services.db.work() as session:
        await session.execute(update(Staff).where(Staff.id == worker_id).values(writing_to=None, draft=None))


def mark(words: str) -> str:
    """Tells one draft from another in the button under its preview."""
    return hashlib.sha256(words[:LONGEST_WORD].encode()).hexdigest()[:12]


async def send_draft(services: Services, worker_id: int, request_id: int, marked: str, press: str) -> bool:
    """Send the kept words to the client through the bot, if they are those that were `marked` in the preview.
    `press` names the press, so that a double tap sends once: the second one hears, too, that it is sent.
    False if there is nothing to send or it is no longer allowed."""
    key = f"word:{request_id}:{press}"
    async with services.db.work() as session:
        worker = await session.get(Staff, worker_id, with_for_update=LOCKED)
        if await session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
            return True
        if (
            worker is None
            or worker.writing_to != request_id
            or not worker.draft
            or mark(worker.draft) != marked
        ):
            return False
        facts = await _facts(session, worker_id, request_id)
        if facts is None or not facts.may(Step.WRITE, services.clock()):
            return False
        await outbox.put(
            session,
            services,
            outbox.Kind.WORD,
            key,
            client_id=facts.request.client_id,
            request_id=request_id,
            note=worker.draft,
            detail={"worker": worker.id},
        )
        worker.writing_to = worker.draft = None
    return True


async def shown(services: Services, worker_id: int, request_id: int) -> int | None:
    """The message that shows the request in the worker's chat."""
    async with services.db.read() as session:
        row = await session.get(StaffCard, (request_id, worker_id))
        return row.message_id if row else None


async def remember_shown(services: Services, worker_id: int, card: Card, message_id: int) -> int | None:
    """Note which message shows the request from now on. Returns the one that did so before, if it is another: it has
    to go, for what a withdrawn consent must take away may stand in one place only."""
    now, place = services.clock(), {"request_id": card.request_id, "staff_id": worker_id}
    new = {**place, "message_id": message_id, "shown": "", "updated_at": now}
    insert = (sqlite if services.db.is_sqlite else postgresql).insert(StaffCard).values(new)
    async with services.db.work() as session:
        await session.execute(insert.on_conflict_do_nothing(index_elements=list(place)))
        row = await session.get(StaffCard, place, with_for_update=LOCKED)
        assert row is not None
        earlier, row.message_id, row.updated_at = row.message_id, message_id, now
        await _keep_true(session, services, worker_id, card)
    return earlier if earlier != message_id else None


async def keep_true(services: Services, worker_id: int, card: Card) -> None:
    """After a message was made to show `card`: if the request has changed since the card was read, what is shown is
    out of date already, and is brought up to date once more."""
    async with services.db.work() as session:
        await _keep_true(session, services, worker_id, card)


async def _keep_true(session: AsyncSession, services: Services, worker_id: int, card: Card) -> None:
    facts = await _facts(session, worker_id, card.request_id)
    zone = services.settings.zone
    if facts is None or _outline(facts, services.clock(), zone) != replace(card, personal=None):
        await outbox.put_card(session, services, worker_id, card.request_id, urgent=True)


def over(card: Card) -> bool:
    return card.state in ENDED
