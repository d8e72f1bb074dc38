"""Appointments (tapaaminen) as both sides know them, and what the client may do. Each use case is one unit of work;
every change raises the sequence, so that calendars follow and what was to be said before is no longer true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import appointments as rules
from bot.core.appointments import LIVE, Act, Answer, Attended, By, Details, State, Way
from bot.core.calendar import may_go_from
from bot.core.consent import ConsentState
from bot.core.reminders import to_send
from bot.core.requests import IN_HAND
from bot.db.tables import Appointment, Client, Consent, ContactRequest, OutboxMessage, Staff
from bot.services import outbox
from bot.services.base import Services
from bot.services.outbox import Kind, Row

SOON = timedelta(hours=2)
"""A meeting that is so near when its cancelling could be told at a decent hour is told of at once."""
HOW_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Meeting:
    """An appointment on a request, as it stands now."""

    id: int
    request_id: int
    organisation_id: str
    worker: str | None
    uid: str
    sequence: int
    state: State
    way: Way | None
    details: Details
    times: tuple[datetime, ...]
    starts_at: datetime | None
    minutes: int
    answer: Answer | None
    attended: Attended | None
    cancelled_by: By | None
    changed_at: datetime
    acts: frozenset[Act]
    """What whoever looks at it may do."""


def meeting(row: Appointment, request: ContactRequest, worker: Staff | None, acts: frozenset[Act]) -> Meeting:
    return Meeting(
        id=row.id,
        request_id=request.id,
        organisation_id=request.organisation_id,
        worker=worker.name if worker else None,
        uid=row.uid,
        sequence=row.sequence,
        state=State(row.state),
        way=Way(row.way) if row.way else None,
        details=Details.model_validate(row.details),
        times=tuple(map(datetime.fromisoformat, row.options or ())),
        starts_at=row.starts_at,
        minutes=row.minutes,
        answer=Answer(row.answer) if row.answer else None,
        attended=Attended(row.attended) if row.attended else None,
        cancelled_by=By(row.cancelled_by) if row.cancelled_by else None,
        changed_at=row.changed_at,
        acts=acts,
    )


# --- what follows from a change


def change(services: Services, row: Appointment, state: State, **values: Any) -> None:
    """Take an appointment further. Words being put together stay where they are."""
    row.state, row.sequence, row.changed_at = state, row.sequence + 1, services.clock()
    row.answer = row.answered_at = None
    for name, value in values.items():
        setattr(row, name, value)


async def put_reminders(session: AsyncSession, services: Services, row: Appointment) -> None:
    """Leave the reminders that are still to come, instead of those of before."""
    await drop_reminders(session, row)
    if row.state != State.AGREED or row.starts_at is None:
        return
    settings = services.settings
    for reminder in to_send(
        row.starts_at, settings.remind_before, services.clock(), settings.quiet_hours, settings.zone
    ):
        await outbox.put(
            session,
            services,
            Kind.REMINDER,
            f"reminder:{row.id}:{row.sequence}:{int(reminder.before.total_seconds())}",
            client_id=row.client_id,
            request_id=row.request_id,
            detail={"appointment": row.id, "sequence": row.sequence},
            not_before=reminder.at,
            expires_at=reminder.until,
            anew=True,  # one that was taken back comes all the same: its moment is still ahead
        )


async def remind_again(session: AsyncSession, services: Services, client: Client) -> None:
    """The client, who had said stop, wants reminders again: those of meetings agreed on meanwhile or before."""
    agreed = Appointment.client_id == client.id, Appointment.state == State.AGREED
    for row in await session.scalars(select(Appointment).where(*agreed, Appointment.request_id.is_not(None))):
        await put_reminders(session, services, row)


async def drop_reminders(session: AsyncSession, row: Appointment) -> None:
    mine = OutboxMessage.client_id == row.client_id, OutboxMessage.key.startswith(f"reminder:{row.id}:")
    unsent = OutboxMessage.state.in_([Row.WAITING, Row.LEASED])
    await session.execute(
        update(OutboxMessage).where(*mine, unsent).values(state=Row.DROPPED, reason="changed")
    )


async def tell_client(
    session: AsyncSession, services: Services, row: Appointment, what: str, **choices: Any
) -> None:
    """`what` has happened; said only while nothing has happened after it."""
    await outbox.put(
        session,
        services,
        Kind.APPOINTMENT,
        f"appointment:{what}:{row.id}:{row.sequence}",
        client_id=row.client_id,
        request_id=row.request_id,
        detail={"appointment": row.id, "sequence": row.sequence, "what": what, **choices.pop("detail", {})},
        **choices,
    )


async def tell_worker(
    session: AsyncSession,
    services: Services,
    row: Appointment,
    request: ContactRequest,
    what: str,
    **choices: Any,
) -> None:
    """To the worker who has the request, at once: they are the ones who wait."""
    if request.accepted_by is None:
        return
    await outbox.put(
        session,
        services,
        Kind.APPOINTMENT_NEWS,
        f"appointment_news:{what}:{row.id}:{row.sequence}",
        staff_id=request.accepted_by,
        request_id=request.id,
        detail={"appointment": row.id, "sequence": row.sequence, "what": what, **choices.pop("detail", {})},
        **{"urgent": True, **choices},
    )


async def cancel_row(session: AsyncSession, services: Services, row: Appointment, by: By) -> None:
    """A meeting that was agreed on keeps its time, so that calendars find it."""
    change(services, row, State.CANCELLED, cancelled_by=by, options=None)
    await drop_reminders(session, row)


def cannot_wait(services: Services, starts_at: datetime) -> bool:
    """Whether news of a meeting would come too late if they waited for quiet hours to end."""
    settings = services.settings
    decent = may_go_from(services.clock(), settings.quiet_hours, settings.zone)
    return decent >= starts_at - SOON


async def end_of_request(
    session: AsyncSession,
    services: Services,
    request: ContactRequest,
    *,
    tell: bool = True,
    by: By = By.NOBODY,
) -> None:
    """Inside a unit of work: the request has ended, the consent that it rests on, or, `by` the worker, their part in
    it. Nothing that was proposed or agreed on holds any longer, and both are told of a meeting that falls away."""
    now = services.clock()
    await session.execute(
        delete(Appointment).where(Appointment.request_id == request.id, Appointment.state == State.DRAFT)
    )
    live = select(Appointment).where(Appointment.request_id == request.id, Appointment.state.in_(LIVE))
    for row in await session.scalars(live.with_for_update(key_share=True)):
        agreed = row.starts_at if row.state == State.AGREED else None
        row.details = Details.model_validate(row.details).model_dump(exclude_none=True)
        if agreed is not None and agreed <= now:
            change(services, row, State.OVER)
            continue
        await cancel_row(session, services, row, by)
        if agreed is not None:
            urgent = by is By.NOBODY or cannot_wait(services, agreed)
            await tell_client(session, services, row, "ended", urgent=urgent)
            if tell:
                at = {"at": agreed.isoformat()}
                await tell_worker(session, services, row, request, "ended", detail=at)


# --- the client's side


@dataclass(frozen=True)
class _Mine:
    row: Appointment
    request: ContactRequest
    worker: Staff | None
    open: bool
    """Whether a worker may still have to do with it: the request is in hand and the consent valid."""

    def acts(self, now: datetime) -> frozenset[Act]:
        attended = Attended(self.row.attended) if self.row.attended else None
        acts = rules.for_client(State(self.row.state), self.row.starts_at, now, attended)
        return acts if self.open else acts - {Act.CHOOSE, Act.ASK}

    def shown(self, now: datetime) -> Meeting:
        return meeting(self.row, self.request, self.worker, self.acts(now))


async def _find(
    session: AsyncSession, services: Services, chat_id: int, *conditions: Any, lock: bool = False
) -> list[_Mine]:
    key, now = services.vault.fingerprint(chat_id, "client"), services.clock()
    found = (
        select(Appointment, ContactRequest, Consent, Staff)
        .join(Client, Appointment.client_id == Client.id)
        .join(ContactRequest, Appointment.request_id == ContactRequest.id)
        .join(Consent, ContactRequest.consent_id == Consent.id)
        .outerjoin(Staff, Appointment.staff_id == Staff.id)
        .where(Client.chat_key == key, Appointment.state != State.DRAFT, *conditions)
        .order_by(Appointment.id.desc())
        .limit(20)
    )
    rows = await session.execute(found.with_for_update(of=Appointment, key_share=True) if lock else found)
    return [
        _Mine(
            row,
            request,
            worker,
            request.state in IN_HAND
            and request.accepted_by is not None
            and consent.state == ConsentState.GIVEN
            and now < consent.valid_until,
        )
        for row, request, consent, worker in rows
    ]


async def mine(services: Services, chat_id: int) -> list[Meeting]:
    """The client's appointments with workers: those to come first, then the newest."""
    now = services.clock()
    async with services.db.read() as session:
        found = [one.shown(now) for one in await _find(session, services, chat_id)]
    return sorted(found, key=lambda one: (one.state not in LIVE, -one.id))


async def one_of_mine(services: Services, chat_id: int, appointment_id: int) -> Meeting | None:
    async with services.db.read() as session:
        found = await _find(session, services, chat_id, Appointment.id == appointment_id)
        return found[0].shown(services.clock()) if found else None


async def _locked(
    session: AsyncSession, services: Services, chat_id: int, appointment_id: int
) -> _Mine | None:
    found = await _find(session, services, chat_id, Appointment.id == appointment_id, lock=True)
    return found[0] if found else None


async def choose(services: Services, chat_id: int, appointment_id: int, at: datetime) -> bool:
    """The client takes one of the times. True also when it is taken already; False when it cannot be any more."""
    now = services.clock()
    async with services.db.work() as session:
        one = await _locked(session, services, chat_id, appointment_id)
        if one is None:
            return False
        row = one.row
        if row.state == State.AGREED and row.starts_at == at:
            return True
        if Act.CHOOSE not in one.acts(now) or at not in one.shown(now).times or at <= now:
            return False
        change(services, row, State.AGREED, starts_at=at, options=None)
        await put_reminders(session, services, row)
        await tell_client(session, services, row, "agreed", urgent=True)
        await tell_worker(session, services, row, one.request, "chosen")
        over = at + timedelta(minutes=row.minutes)
        until = over + HOW_FOR
        await tell_worker(
            session, services, row, one.request, "how", urgent=False, not_before=over, expires_at=until
        )
    return True


async def ask(
    services: Services, chat_id: int, appointment_id: int, words: str | None = None, message_id: int = 0
) -> bool:
    """The client wishes for other times, with or without a word; a time agreed on is given up. `message_id` is the
    client's own message, so that the same words go once."""
    async with services.db.work() as session:
        one = await _locked(session, services, chat_id, appointment_id)
        return one is not None and await _ask(session, services, one, words, message_id)


async def _ask(
    session: AsyncSession, services: Services, one: _Mine, words: str | None, message_id: int
) -> bool:
    row, again = one.row, one.row.state == State.WANTED
    if Act.ASK not in one.acts(services.clock()) and not (again and one.open):
        return False
    if row.state == State.OVER:
        row.answer, row.answered_at = Answer.ANOTHER, services.clock()
        await tell_worker(session, services, row, one.request, "again")
    elif not again:
        change(services, row, State.WANTED, starts_at=None, options=None, cancelled_by=None)
        await drop_reminders(session, row)
        await tell_worker(session, services, row, one.request, "wanted")
    if words:
        await outbox.put(
            session,
            services,
            Kind.CLIENT_WORD,
            f"client_word:{row.client_id}:{message_id}",
            staff_id=one.request.accepted_by,
            request_id=one.request.id,
            note=words,
            urgent=True,
        )
    return True


async def decline(services: Services, chat_id: int, appointment_id: int) -> bool:
    """The client does not want to meet now. True also when that was said before."""
    async with services.db.work() as session:
        one = await _locked(session, services, chat_id, appointment_id)
        if one is None or one.row.state == State.DECLINED:
            return one is not None
        if Act.DECLINE not in one.acts(services.clock()):
            return False
        change(services, one.row, State.DECLINED, options=None)
        if one.open:
            await tell_worker(session, services, one.row, one.request, "declined")
    return True


async def cancel(services: Services, chat_id: int, appointment_id: int) -> bool:
    """The client cancels what was agreed on. True also when that is done already."""
    async with services.db.work() as session:
        one = await _locked(session, services, chat_id, appointment_id)
        return one is not None and await _cancel(session, services, one, "cancelled")


async def _cancel(session: AsyncSession, services: Services, one: _Mine, what: str) -> bool:
    if one.row.state == State.CANCELLED:
        return True
    if Act.CANCEL not in one.acts(services.clock()):
        return False
    await cancel_row(session, services, one.row, By.CLIENT)
    await tell_client(session, services, one.row, "cancelled", urgent=True)
    if one.open:
        await tell_worker(session, services, one.row, one.request, what)
    return True


async def answer(
    services: Services, chat_id: int, appointment_id: int, sequence: int, said: Answer
) -> Meeting | None:
    """To a reminder of the appointment as it stood at `sequence`; the worker learns it at once. Returns how it stands
    after it; None when the reminder is about something that is no longer so. Who has said that they cannot come may
    still ask for another time."""
    now = services.clock()
    async with services.db.work() as session:
        one = await _locked(session, services, chat_id, appointment_id)
        if one is None:
            return None
        row = one.row
        settled = row.answer in {Answer.CANNOT, Answer.ANOTHER} and row.sequence == sequence + 1
        if not settled and (row.sequence != sequence or Act.CANCEL not in one.acts(now)):
            return None
        if row.answer == said:
            return one.shown(now)
        if settled and (row.answer, said) != (Answer.CANNOT, Answer.ANOTHER):
            return None
        if said is Answer.COMING:
            await tell_worker(session, services, row, one.request, "coming")
            done = True
        elif said is Answer.CANNOT:
            done = await _cancel(session, services, one, "cannot")
        else:
            done = await _ask(session, services, one, None, 0)
        if not done:
            return None
        row.answer, row.answered_at = said, now
        return one.shown(now)
