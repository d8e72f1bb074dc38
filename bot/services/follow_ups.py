"""Follow-ups (seuranta): what a client says some time after guidance, kept as it is said, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, exists, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from bot.core import follow_ups as rules
from bot.core.check_in import CheckIn
from bot.core.consent import Reach
from bot.core.follow_ups import OPEN, Answers, Contacted, Pace, State
from bot.core.requests import IN_HAND
from bot.core.requests import State as RequestState
from bot.db import tables
from bot.db.tables import Client, ContactRequest, FollowUp, OutboxMessage, Staff
from bot.services import clients, follow_up_plan, outcomes, requests
from bot.services.base import Services
from bot.services.feedback import SERVICE
from bot.services.follow_up_plan import FIRST, REMINDER
from bot.services.outbox import Row


@dataclass(frozen=True)
class About:
    """The request that a follow-up is about."""

    id: int
    organisation_id: str
    offer_id: str | None
    state: RequestState
    worker: str | None
    reach: Reach

    @property
    def in_hand(self) -> bool:
        return self.state in IN_HAND


@dataclass(frozen=True)
class MyFollowUp:
    """A follow-up as its client sees it."""

    id: int
    number: int
    state: State
    due_at: datetime
    answers: Answers
    then: CheckIn | None
    now: CheckIn
    about: About | None

    @property
    def begun(self) -> bool:
        return self.answers != Answers() or bool(self.now.ratings)


async def of(services: Services, chat_id: int, follow_up_id: int) -> MyFollowUp | None:
    """One follow-up of this client; None if it is not there, is somebody else's, or was called off."""
    async with services.db.read() as session:
        row = await _mine(session, services, chat_id, follow_up_id)
        return await _told(session, row) if row else None


async def _mine(
    session: AsyncSession, services: Services, chat_id: int, follow_up_id: int, *, lock: bool = False
) -> FollowUp | None:
    key = services.vault.fingerprint(chat_id, "client")
    mine = (
        select(FollowUp)
        .join(Client)
        .where(FollowUp.id == follow_up_id, Client.chat_key == key, FollowUp.state != State.CANCELLED)
    )
    found: FollowUp | None = await session.scalar(mine.with_for_update(of=FollowUp) if lock else mine)
    return found


async def _told(session: AsyncSession, row: FollowUp) -> MyFollowUp:
    then = await session.get(tables.CheckIn, row.then_id) if row.then_id else None
    now = await session.get(tables.CheckIn, row.now_id) if row.now_id else None
    return MyFollowUp(
        id=row.id,
        number=row.number,
        state=State(row.state),
        due_at=row.due_at,
        answers=Answers.model_validate(row.answers or {}),
        then=CheckIn.model_validate(then.answers) if then else None,
        now=CheckIn.model_validate(now.answers) if now else CheckIn(),
        about=await _about(session, row.request_id),
    )


async def _about(session: AsyncSession, request_id: int | None) -> About | None:
    request = await session.get(ContactRequest, request_id) if request_id else None
    if request is None:
        return None
    worker = await session.get(Staff, request.accepted_by) if request.accepted_by else None
    return About(
        id=request.id,
        organisation_id=request.organisation_id,
        offer_id=request.offer_id,
        state=RequestState(request.state),
        worker=worker.name if worker else None,
        reach=Reach(request.wish),
    )


# --- asking


@dataclass(frozen=True)
class Asking:
    """What the courier needs to ask: which follow-up, its place in the plan, and about whom."""

    id: int
    number: int
    organisation_id: str | None


async def asking(services: Services, follow_up_id: int, number: int) -> Asking | None:
    """What the courier is about to ask; None when it need not be asked any more. Once more is asked only who has been
    asked, a while ago, and has said nothing."""
    row, organisation_id, asked_at = await services.db.look(_askings, follow_up_id)
    if row is None or row.state not in OPEN or row.answered_at is not None:
        return None
    if number == REMINDER and (asked_at is None or services.clock() - asked_at < rules.REMIND_LEAST):
        return None
    return Asking(row.id, row.number, organisation_id)


_Found = tuple[FollowUp | None, str | None, datetime | None]


async def _askings(session: AsyncSession, ids: Sequence[int]) -> list[_Found]:
    """Follow-ups with the organisation that each is about and when it was asked first: one look for all that are asked
    about in the same moment."""
    first = {follow_up_plan.key(one, FIRST): one for one in ids}
    sent = await session.execute(
        select(OutboxMessage.key, OutboxMessage.sent_at).where(
            OutboxMessage.key.in_(first), OutboxMessage.state == Row.SENT
        )
    )
    asked_at = {first[key]: at for key, at in sent}
    rows = await session.execute(
        select(FollowUp, ContactRequest.organisation_id)
        .outerjoin(ContactRequest, FollowUp.request_id == ContactRequest.id)
        .where(FollowUp.id.in_(ids))
        .options(defer(FollowUp.answers, raiseload=True))  # what was said stays sealed
    )
    found: dict[int, _Found] = {row.id: (row, name, asked_at.get(row.id)) for row, name in rows}
    return [found.get(one, (None, None, None)) for one in ids]


async def begin(services: Services, chat_id: int) -> int | None:
    """The follow-up the client wants to answer right away: one that waits for an answer, or else one made for it, about
    the newest request. None for somebody we do not know."""
    async with services.db.work() as session:
        client = await clients.find(session, services, chat_id, lock=True)
        if client is None:
            return None
        moment = services.clock()
        mine = select(FollowUp).where(FollowUp.client_id == client.id)
        waiting = mine.where(FollowUp.state.in_(OPEN), FollowUp.due_at <= moment)
        if (row := await session.scalar(waiting.order_by(FollowUp.due_at.desc()).limit(1))) is not None:
            return row.id
        request = await session.scalar(
            select(ContactRequest)
            .where(ContactRequest.client_id == client.id, ContactRequest.state != RequestState.WITHDRAWN)
            .order_by(ContactRequest.id.desc())
            .limit(1)
        )
        made = select(tables.CheckIn).where(tables.CheckIn.client_id == client.id)
        of_request = made.where(tables.CheckIn.made_at == request.created_at) if request else made
        then = await session.scalar(of_request.order_by(tables.CheckIn.id).limit(1))
        row = FollowUp(
            client_id=client.id,
            request_id=request.id if request else None,
            number=0,  # of its own, beside the plan
            state=State.ASKED,
            due_at=moment,
            asked_at=moment,
            then_id=then.id if then else None,
        )
        session.add(row)
        await session.flush()
        return row.id


# --- what is said


async def say(services: Services, chat_id: int, follow_up_id: int, question: str, value: Any) -> bool:
    """Keep one answer as it is given; None takes it back. False if there is no such follow-up (any more)."""
    async with services.db.work() as session:
        row = await _mine(session, services, chat_id, follow_up_id, lock=True)
        if row is None:
            return False
        said = Answers.model_validate({**(row.answers or {}), question: value})
        row.answers = said.model_dump(mode="json", exclude_none=True)
        row.answered_at = row.answered_at or services.clock()
        if question == "contacted" and row.request_id is not None:
            await _compare_stories(session, services, row, said.contacted)
    return True


async def tell_now(
    services: Services, chat_id: int, follow_up_id: int, change: Callable[[CheckIn], None]
) -> bool:
    """Keep how things are now, answer by answer as they come: a round of its own, which `change` brings up to date."""
    async with services.db.work() as session:
        row = await _mine(session, services, chat_id, follow_up_id, lock=True)
        if row is None:
            return False
        kept = await session.get(tables.CheckIn, row.now_id) if row.now_id else None
        said = CheckIn.model_validate(kept.answers) if kept else CheckIn()
        change(said)
        if kept is None:
            kept = tables.CheckIn(client_id=row.client_id, made_at=services.clock(), answers={})
            session.add(kept)
        kept.answers = said.model_dump(mode="json")
        await session.flush()
        row.now_id, row.answered_at = kept.id, row.answered_at or services.clock()
    return True


async def finish(services: Services, chat_id: int, follow_up_id: int) -> None:
    """The client has gone through it; what was skipped stays unsaid. Gone through twice, it is finished once."""
    async with services.db.work() as session:
        row = await _mine(session, services, chat_id, follow_up_id, lock=True)
        if row is not None:
            await _finish(session, services, row)


async def _finish(session: AsyncSession, services: Services, row: FollowUp) -> None:
    if row.state == State.ANSWERED:
        return
    row.state, row.answered_at = State.ANSWERED, row.answered_at or services.clock()
    await _count(session, services, row)


async def _count(session: AsyncSession, services: Services, row: FollowUp) -> None:
    """A follow-up is complete: once for each, in the unit of work that completes it, its answers go into the figures of
    the organisation that it is about, or of the service itself; without whose they are."""
    request = await session.get(ContactRequest, row.request_id) if row.request_id else None
    organisation_id = request.organisation_id if request else SERVICE
    await outcomes.count(session, services, organisation_id, *await outcomes.said(session, row))


async def _compare_stories(
    session: AsyncSession, services: Services, row: FollowUp, contacted: Contacted | None
) -> None:
    """Has somebody been in touch? When the worker says otherwise, the request opens again and is on a list; when both
    say so, it comes off the list."""
    request = await session.get_one(ContactRequest, row.request_id)
    if contacted is Contacted.NO:
        client = await session.get_one(Client, row.client_id)
        await requests.dispute(session, services, client, request)
    elif contacted is Contacted.YES:
        await requests.confirm_contact(session, services, request)


# --- what the client chooses


async def pace(services: Services, chat_id: int) -> Pace | None:
    """None for who has not chosen, or is not known."""
    async with services.db.read() as session:
        client = await clients.find(session, services, chat_id)
        return Pace(client.follow_up_pace) if client and client.follow_up_pace else None


async def set_pace(services: Services, chat_id: int, chosen: Pace) -> None:
    """From now on as the client wants; to be asked at all takes back an earlier stop."""
    async with services.db.work() as session:
        client = await clients.find(session, services, chat_id, lock=True)
        if client is None:
            return
        client.follow_up_pace = chosen
        if chosen is Pace.NONE:
            await follow_up_plan.stop(session, services, client)
        else:
            client.opted_out_at = None
            await follow_up_plan.plan_all(session, services, client)


async def keep_round(services: Services, chat_id: int, check_in: CheckIn) -> None:
    """The round that later ones are compared with, of a client who wants to be asked without having made a request."""
    async with services.db.work() as session:
        client = await clients.find(session, services, chat_id, lock=True)
        none_kept = ~exists().where(tables.CheckIn.client_id == client.id) if client else literal(False)
        if client is not None and check_in.ratings and await session.scalar(select(none_kept)):
            answers = check_in.model_dump(mode="json")
            session.add(tables.CheckIn(client_id=client.id, made_at=services.clock(), answers=answers))


@dataclass(frozen=True)
class Standing:
    """Where a client's follow-ups stand."""

    next_at: datetime | None  # when the next one is asked
    open_id: int | None  # one that was asked and waits for an answer
    silent_at: datetime | None  # when the last one was asked, if it got no answer


async def standing(services: Services, chat_id: int) -> Standing:
    key, moment = services.vault.fingerprint(chat_id, "client"), services.clock()
    async with services.db.read() as session:
        rows = list(
            await session.scalars(
                select(FollowUp).join(Client).where(Client.chat_key == key).order_by(FollowUp.due_at)
            )
        )
    ahead = [row.due_at for row in rows if row.state == State.WAITING and row.due_at > moment]
    past = [row for row in rows if row.due_at <= moment and row.state != State.CANCELLED]
    last = past[-1] if past else None
    return Standing(
        next_at=ahead[0] if ahead else None,
        open_id=last.id if last and last.state in OPEN else None,
        silent_at=last.due_at if last and last.state == State.SILENT else None,
    )


async def own_plan(services: Services, chat_id: int) -> str | None:
    """What the client has agreed on with themselves for when things get worse, as they said it last."""
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.read() as session:
        kept = await session.scalars(
            select(tables.CheckIn)
            .join(Client)
            .where(Client.chat_key == key)
            .order_by(tables.CheckIn.id.desc())
        )
        return next((plan for row in kept if (plan := CheckIn.model_validate(row.answers).if_worse)), None)


# --- what happens by itself


async def let_be(services: Services, most: int = 500) -> int:
    """Write down what has been asked, and close what got no answer in its time: one that was broken off is complete
    with what was said; one that was never sent, or that the client opened and left, was never asked; the others are
    silent. Returns how many were closed."""
    over = (FollowUp.state.in_(OPEN), FollowUp.due_at < services.clock() - rules.SILENT_AFTER)
    async with services.db.work() as session:
        for number, state in ((FIRST, State.ASKED), (REMINDER, State.REMINDED)):
            await _note_sent(session, services.clock(), number, state)
        begun = select(FollowUp).where(*over, FollowUp.answered_at.is_not(None)).order_by(FollowUp.id)
        broken_off = list(await session.scalars(begun.limit(most).with_for_update(skip_locked=True)))
        for row in broken_off:
            await _finish(session, services, row)
        never = (*over, FollowUp.answered_at.is_(None))
        closed: list[Any] = [
            await session.execute(update(FollowUp).where(*never, which).values(state=state))
            for which, state in (
                ((FollowUp.state == State.WAITING) | (FollowUp.number == 0), State.CANCELLED),
                (FollowUp.state != State.WAITING, State.SILENT),
            )
        ]
    return len(broken_off) + sum(int(result.rowcount) for result in closed)


async def _note_sent(session: AsyncSession, now: datetime, number: int, state: State) -> None:
    before = State.WAITING if number == FIRST else State.ASKED
    sent_at = (
        select(OutboxMessage.sent_at)
        .where(
            OutboxMessage.key == literal("follow_up:") + cast(FollowUp.id, String) + literal(f":{number}"),
            OutboxMessage.state == Row.SENT,
        )
        .scalar_subquery()
    )
    values: dict[str, Any] = {"state": state} | ({"asked_at": sent_at} if number == FIRST else {})
    await session.execute(
        update(FollowUp)
        .where(FollowUp.state == before, FollowUp.due_at <= now, sent_at.is_not(None))
        .values(values)
        .execution_options(synchronize_session=False)
    )
