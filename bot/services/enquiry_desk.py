"""Anonymous enquiries from the worker's side. Every use case looks up anew who is asking and what is allowed now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.enquiries import LIVE, WRITING_LASTS, Ended, Side, State
from bot.core.grants import MEETS_CLIENTS
from bot.db.tables import Enquiry, EnquiryBlock, EnquiryCard, EnquiryMessage, Staff
from bot.services import enquiries, outbox
from bot.services.base import Services
from bot.services.caseload import LOCKED, LONGEST_WORD, mark
from bot.services.enquiries import Said

MOST = 30
"""Enquiries that are listed at a time."""


@dataclass(frozen=True)
class Card:
    """An enquiry as one worker may see it now: nothing about who asks is in it, for nobody here knows."""

    enquiry_id: int
    alias: str
    state: State
    ended_by: Ended | None
    created_at: datetime
    said: tuple[Said, ...]
    answering: str | None
    own: bool
    writing: bool
    blocked: bool
    can_block: bool

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def can_answer(self) -> bool:
        return self.live and (self.own or not self.writing)

    @property
    def last(self) -> int:
        """The newest message on the card."""
        return self.said[-1].id if self.said else 0


class Sent(StrEnum):
    """What became of words that were to be sent."""

    SENT = "sent"
    NOT = "not"
    LOOK_FIRST = "look first"  # somebody has written since the preview


@dataclass(frozen=True)
class _Facts:
    enquiry: Enquiry
    worker: Staff
    answering: Staff | None
    blocked: bool


async def _facts(
    session: AsyncSession, worker_id: int, enquiry_id: int, *, lock: bool = False
) -> _Facts | None:
    """None when the enquiry is not there or is none of this worker's business."""
    worker = await session.get(Staff, worker_id, with_for_update=LOCKED if lock else None)
    enquiry = await session.get(Enquiry, enquiry_id, with_for_update=LOCKED if lock else None)
    if worker is None or enquiry is None or worker.removed_at is not None:
        return None
    if worker.organisation_id != enquiry.organisation_id or worker.role not in MEETS_CLIENTS:
        return None
    answering = await session.get(Staff, enquiry.answering) if enquiry.answering else None
    block = await session.get(EnquiryBlock, (enquiry.organisation_id, enquiry.asker_key or ""))
    return _Facts(enquiry, worker, answering, block is not None)


async def _card(session: AsyncSession, facts: _Facts, now: datetime) -> Card:
    enquiry = facts.enquiry
    since = enquiry.answering_since
    return Card(
        enquiry_id=enquiry.id,
        alias=enquiry.alias,
        state=State(enquiry.state),
        ended_by=Ended(enquiry.ended_by) if enquiry.ended_by else None,
        created_at=enquiry.created_at,
        said=await enquiries.said(session, enquiry.id),
        answering=facts.answering.name if facts.answering else None,
        own=enquiry.answering == facts.worker.id,
        writing=since is not None and now - since < WRITING_LASTS,
        blocked=facts.blocked,
        can_block=enquiry.route is not None and not facts.blocked,
    )


async def card(services: Services, worker_id: int, enquiry_id: int) -> Card | None:
    """The enquiry as this worker may see it now; None if it is none of their business."""
    async with services.db.read() as session:
        facts = await _facts(session, worker_id, enquiry_id)
        return await _card(session, facts, services.clock()) if facts else None


async def going_on(services: Services, worker_id: int) -> list[Card]:
    """Enquiries of the worker's organisation that have not ended, those that wait for an answer first."""
    async with services.db.read() as session:
        worker = await session.get(Staff, worker_id)
        if worker is None:
            return []
        ids = await session.scalars(
            select(Enquiry.id)
            .where(Enquiry.organisation_id == worker.organisation_id, Enquiry.state.in_(LIVE))
            .order_by(Enquiry.state.desc(), Enquiry.last_at)
            .limit(MOST)
        )
        found = [await _facts(session, worker_id, enquiry_id) for enquiry_id in ids]
        return [await _card(session, facts, services.clock()) for facts in found if facts]


# --- answering


async def begin(services: Services, worker_id: int, enquiry_id: int) -> bool:
    """The worker's next text is an answer, after a look at it; colleagues see who is writing. False if somebody else
    is just doing that, or nobody may."""
    async with services.db.work() as session:
        facts = await _answerable(session, services, worker_id, enquiry_id)
        if facts is None:
            return False
        enquiry, worker = facts.enquiry, facts.worker
        enquiry.answering, enquiry.answering_since = worker.id, services.clock()
        worker.writing_enquiry, worker.writing_to, worker.draft = enquiry.id, None, None
        await outbox.put_enquiry_cards(session, services, enquiry.organisation_id, enquiry.id, urgent=True)
    return True


async def _answerable(
    session: AsyncSession, services: Services, worker_id: int, enquiry_id: int
) -> _Facts | None:
    facts = await _facts(session, worker_id, enquiry_id, lock=True)
    if facts is None or not (await _card(session, facts, services.clock())).can_answer:
        return None
    return facts


async def draft(services: Services, worker_id: int, words: str) -> Card | None:
    """Keep the worker's words until they are sent off; returns the enquiry they belong to, if an answer was begun and
    is still allowed."""
    now = services.clock()
    async with services.db.work() as session:
        worker = await session.get(Staff, worker_id, with_for_update=LOCKED)
        if worker is None or worker.writing_enquiry is None:
            return None
        facts = await _answerable(session, services, worker_id, worker.writing_enquiry)
        if facts is None:
            worker.writing_enquiry = worker.draft = None
            return None
        worker.draft = words[:LONGEST_WORD]
        facts.enquiry.answering, facts.enquiry.answering_since = worker.id, now
        return await _card(session, facts, now)


async def stop(services: Services, worker_id: int) -> None:
    """No answer after all: the enquiry is free again for whoever comes first."""
    async with services.db.work() as session:
        worker = await session.get(Staff, worker_id, with_for_update=LOCKED)
        if worker is None or worker.writing_enquiry is None:
            return
        facts = await _facts(session, worker_id, worker.writing_enquiry, lock=True)
        worker.writing_enquiry = worker.draft = None
        if facts is None or facts.enquiry.answering != worker_id:
            return
        enquiry = facts.enquiry
        newest = (
            select(EnquiryMessage.staff_id)
            .where(EnquiryMessage.enquiry_id == enquiry.id, EnquiryMessage.side == Side.WORKER)
            .order_by(EnquiryMessage.id.desc())
            .limit(1)
        )
        enquiry.answering, enquiry.answering_since = await session.scalar(newest), None
        await outbox.put_enquiry_cards(session, services, enquiry.organisation_id, enquiry.id, urgent=True)


async def send(
    services: Services, worker_id: int, enquiry_id: int, marked: str, last: int, press: str
) -> Sent:
    """Answer with the kept words, if they are those that were `marked` in the preview and nobody has written since the
    message `last`. `press` names the press, so that a double tap answers once."""
    now = services.clock()
    async with services.db.work() as session:
        if await session.scalar(select(EnquiryMessage.id).where(EnquiryMessage.token == press)) is not None:
            return Sent.SENT
        facts = await _answerable(session, services, worker_id, enquiry_id)
        if facts is None or facts.worker.writing_enquiry != enquiry_id or not facts.worker.draft:
            return Sent.NOT
        enquiry, worker = facts.enquiry, facts.worker
        if mark(facts.worker.draft) != marked:
            return Sent.NOT
        if (await _card(session, facts, now)).last != last:
            return Sent.LOOK_FIRST
        words, worker.writing_enquiry, worker.draft = worker.draft, None, None
        message = EnquiryMessage(
            enquiry_id=enquiry.id, token=press, side=Side.WORKER, staff_id=worker.id, words=words, at=now
        )
        session.add(message)
        enquiry.state, enquiry.last_at = State.ANSWERED, now
        enquiry.answering, enquiry.answering_since = worker.id, None
        await session.flush()
        await outbox.put(
            session,
            services,
            outbox.Kind.ENQUIRY_ANSWER,
            f"enquiry_answer:{message.id}",
            enquiry_id=enquiry.id,
            detail={"message": message.id},
        )
        await outbox.put_enquiry_cards(session, services, enquiry.organisation_id, enquiry.id, urgent=True)
    return Sent.SENT


# --- ending and blocking


async def end(services: Services, worker_id: int, enquiry_id: int) -> bool:
    """False if it had ended already."""
    async with services.db.work() as session:
        facts = await _facts(session, worker_id, enquiry_id, lock=True)
        if facts is None or facts.enquiry.state not in LIVE:
            return False
        await enquiries.close(session, services, facts.enquiry, Ended.WORKER)
    return True


async def block(services: Services, worker_id: int, enquiry_id: int) -> bool:
    """The organisation takes no more enquiries from whoever asked this, and does not learn who it is."""
    now = services.clock()
    async with services.db.work() as session:
        facts = await _facts(session, worker_id, enquiry_id, lock=True)
        if facts is None or facts.blocked or facts.enquiry.asker_key is None:
            return False
        enquiry = facts.enquiry
        session.add(
            EnquiryBlock(organisation_id=enquiry.organisation_id, asker_key=enquiry.asker_key, at=now)
        )
        if enquiry.state in LIVE:
            await enquiries.close(session, services, enquiry, Ended.BLOCKED)
        else:
            await outbox.put_enquiry_cards(
                session, services, enquiry.organisation_id, enquiry.id, urgent=True
            )
    return True


async def unblock(services: Services, worker_id: int, enquiry_id: int) -> bool:
    """Undo a block. An enquiry that ended by it goes on where it was."""
    async with services.db.work() as session:
        facts = await _facts(session, worker_id, enquiry_id, lock=True)
        if facts is None or not facts.blocked:
            return False
        enquiry = facts.enquiry
        mine = (
            EnquiryBlock.organisation_id == enquiry.organisation_id,
            EnquiryBlock.asker_key == enquiry.asker_key,
        )
        await session.execute(delete(EnquiryBlock).where(*mine))
        if enquiry.ended_by == Ended.BLOCKED and enquiry.route is not None:
            last = (await enquiries.said(session, enquiry.id))[-1].side
            enquiry.state = State.OPEN if last is Side.ASKER else State.ANSWERED
            enquiry.ended_at = enquiry.ended_by = None
            enquiry.last_at = services.clock()
        await outbox.put_enquiry_cards(session, services, enquiry.organisation_id, enquiry.id, urgent=True)
    return True


# --- the messages that show it


async def shown(services: Services, worker_id: int, enquiry_id: int) -> int | None:
    """The message that shows the enquiry in the worker's chat."""
    async with services.db.read() as session:
        row = await session.get(EnquiryCard, (enquiry_id, worker_id))
        return row.message_id if row else None


async def remember_shown(services: Services, worker_id: int, card: Card, message_id: int) -> int | None:
    """Note which message shows the enquiry from now on. Returns the one that did so before, if it is another: it has
    to go, for words that are erased must stand in one place only."""
    place = {"enquiry_id": card.enquiry_id, "staff_id": worker_id}
    insert = (sqlite if services.db.is_sqlite else postgresql).insert(EnquiryCard)
    new = insert.values({**place, "message_id": message_id})
    async with services.db.work() as session:
        await session.execute(new.on_conflict_do_nothing(index_elements=list(place)))
        row = await session.get(EnquiryCard, place, with_for_update=LOCKED)
        assert row is not None
        earlier, row.message_id = row.message_id, message_id
        await _keep_true(session, services, worker_id, card)
    return earlier if earlier != message_id else None


async def keep_true(services: Services, worker_id: int, card: Card) -> None:
    """After a message was made to show `card`: what has changed since is shown as well."""
    async with services.db.work() as session:
        await _keep_true(session, services, worker_id, card)


async def _keep_true(session: AsyncSession, services: Services, worker_id: int, card: Card) -> None:
    facts = await _facts(session, worker_id, card.enquiry_id)
    if facts is None or await _card(session, facts, services.clock()) != card:
        await outbox.put_enquiry_card(session, services, worker_id, card.enquiry_id, urgent=True)
