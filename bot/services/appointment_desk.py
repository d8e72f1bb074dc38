"""Appointments from the worker's side. Every use case looks up anew whether this worker has the request and the
client's consent is valid; what is being put together is kept with the appointment until it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import appointments as rules
from bot.core.appointments import LIVE, TWICE, TYPED, Act, Attended, By, Details, Draft, State, Way
from bot.db.tables import Appointment, ContactRequest, Staff
from bot.services import appointments, caseload
from bot.services.appointments import Meeting, cannot_wait, meeting, tell_client, tell_worker
from bot.services.base import Services
from bot.services.staff import Worker

TYPING = "meeting:"
"""In a worker's draft: the next text belongs to the appointment whose number follows."""


@dataclass(frozen=True)
class Desk:
    """An appointment as its worker sees it, with what is being put together."""

    meeting: Meeting
    draft: Draft | None
    missed: int
    """Meetings missed on the request."""

    @property
    def mark(self) -> str:
        """Tells one draft from another in the button under its preview."""
        words = self.draft.model_dump_json() if self.draft else ""
        return hashlib.sha256(words.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class _Held:
    row: Appointment
    request: ContactRequest
    worker: Staff

    @property
    def draft(self) -> Draft | None:
        kept = self.row.details.get("draft")
        return Draft.model_validate(kept) if kept else None

    def acts(self, now: datetime) -> frozenset[Act]:
        return rules.for_worker(State(self.row.state), self.row.starts_at, now)

    def keep(self, draft: Draft | None) -> None:
        """Beside what holds until the draft is sent."""
        kept = {name: value for name, value in self.row.details.items() if name != "draft"}
        self.row.details = {**kept, "draft": draft.model_dump(mode="json")} if draft else kept
        if draft is not None and draft.step in TYPED:
            self.worker.writing_to = self.worker.writing_enquiry = None
            self.worker.draft = f"{TYPING}{self.row.id}"
        elif self.worker.draft == f"{TYPING}{self.row.id}":
            self.worker.draft = None


def typing(worker: Worker) -> int | None:
    """The appointment that the worker's next text belongs to."""
    if worker.writing_to or worker.writing_enquiry or not (worker.draft or "").startswith(TYPING):
        return None
    return int((worker.draft or "").removeprefix(TYPING))


async def _hold(
    session: AsyncSession, services: Services, worker_id: int, appointment_id: int, *, lock: bool = False
) -> _Held | None:
    found = select(Appointment).where(Appointment.id == appointment_id, Appointment.request_id.is_not(None))
    row = await session.scalar(found.with_for_update(key_share=True) if lock else found)
    if row is None or row.request_id is None:
        return None
    held = await caseload.in_hand(session, services, worker_id, row.request_id, lock=lock)
    return _Held(row, *held) if held else None


async def _desk(session: AsyncSession, services: Services, held: _Held) -> Desk:
    worker = await session.get(Staff, held.row.staff_id) if held.row.staff_id else None
    return Desk(
        meeting(held.row, held.request, worker or held.worker, held.acts(services.clock())),
        held.draft,
        await _missed(session, held.request.id),
    )


async def view(services: Services, worker_id: int, appointment_id: int) -> Desk | None:
    """None when it is not there or none of this worker's business now."""
    async with services.db.read() as session:
        held = await _hold(session, services, worker_id, appointment_id)
        return await _desk(session, services, held) if held else None


async def begin(services: Services, worker_id: int, request_id: int) -> Desk | None:
    """The appointment that is under way on a request, or a new one to be put together, in which the words of the
    last one stand already. None when the worker may not."""
    async with services.db.work() as session:
        allowed = await caseload.in_hand(session, services, worker_id, request_id, lock=True)
        if allowed is None:
            return None
        request, worker = allowed
        of_request = select(Appointment).where(Appointment.request_id == request_id)
        newest = of_request.order_by(Appointment.id.desc()).limit(1)
        row = await session.scalar(newest.where(Appointment.state.in_({*LIVE, State.DRAFT})))
        if row is None:
            last = await session.scalar(newest)
            row = _new(services, request, worker)
            session.add(row)
            await session.flush()
            held = _Held(row, request, worker)
            held.keep(_again(last) if last else Draft())
        else:
            held = _Held(row, request, worker)
            if held.draft or row.state == State.WANTED:
                held.keep(held.draft or _again(row))  # what is typed now belongs here
        await session.flush()
        return await _desk(session, services, held)


def _new(services: Services, request: ContactRequest, worker: Staff) -> Appointment:
    assert request.client_id is not None
    now = services.clock()
    return Appointment(
        client_id=request.client_id,
        request_id=request.id,
        staff_id=worker.id,
        uid=f"{uuid4()}@rinnalla",
        sequence=0,
        state=State.DRAFT,
        details={},
        minutes=60,
        made_at=now,
        changed_at=now,
    )


def _again(row: Appointment) -> Draft:
    """Other times for a meeting whose words are known already."""
    if row.way is None:
        return Draft()
    words = Details.model_validate(row.details)
    return Draft(
        way=Way(row.way),
        where=words.where or "",
        who=words.who or "",
        bring=words.bring or "",
        minutes=row.minutes,
    )


async def begin_moving(services: Services, worker_id: int, appointment_id: int) -> Desk | None:
    """Other times are put together; what is agreed on holds until they are sent."""
    async with services.db.work() as session:
        held = await _hold(session, services, worker_id, appointment_id, lock=True)
        if held is None or Act.PROPOSE not in held.acts(services.clock()):
            return None
        held.keep(held.draft or _again(held.row))
        return await _desk(session, services, held)


async def edit(
    services: Services, worker_id: int, appointment_id: int, how: Callable[[Draft], Draft]
) -> Desk | None:
    """Change what is being put together. None when nothing is, or the worker may not."""
    async with services.db.work() as session:
        held = await _hold(session, services, worker_id, appointment_id, lock=True)
        if held is None or held.draft is None or Act.PROPOSE not in held.acts(services.clock()):
            return None
        held.keep(how(held.draft))
        return await _desk(session, services, held)


async def drop(services: Services, worker_id: int, appointment_id: int) -> None:
    """Nothing is sent; what was agreed on before stays."""
    async with services.db.work() as session:
        held = await _hold(session, services, worker_id, appointment_id, lock=True)
        if held is None:
            return
        held.keep(None)
        if held.row.state == State.DRAFT:
            await session.delete(held.row)


async def propose(services: Services, worker_id: int, appointment_id: int, marked: str) -> bool:
    """Send what was put together, if it is what was `marked` in the preview. A time agreed on before no longer holds.
    True also when it has been sent already; False when it cannot be, or a time has passed meanwhile."""
    now = services.clock()
    async with services.db.work() as session:
        held = await _hold(session, services, worker_id, appointment_id, lock=True)
        if held is None:
            return False
        row, draft = held.row, held.draft
        if draft is None:
            return row.state == State.PROPOSED
        desk = await _desk(session, services, held)
        if Act.PROPOSE not in held.acts(now) or desk.mark != marked or not _whole(draft, now):
            return False
        held.keep(None)
        moved, values = row.state == State.AGREED, _values(draft, worker_id)
        appointments.change(services, row, State.PROPOSED, **values)
        await appointments.drop_reminders(session, row)
        await tell_client(
            session,
            services,
            row,
            "proposed",
            detail={"moved": moved},
            expires_at=draft.times[-1],
            urgent=cannot_wait(services, draft.times[0]),
        )
    return True


def _whole(draft: Draft, now: datetime) -> bool:
    return draft.step is rules.Step.PREVIEW and len(draft.times) <= rules.MOST_TIMES and draft.times[0] > now


def _values(draft: Draft, worker_id: int) -> dict[str, Any]:
    return {
        "staff_id": worker_id,
        "way": draft.way,
        "details": draft.details.model_dump(exclude_none=True),
        "options": [time.isoformat() for time in draft.times],
        "starts_at": None,
        "minutes": draft.minutes,
    }


async def cancel(services: Services, worker_id: int, appointment_id: int) -> bool:
    """The client is told, at once if it is soon. True also when it is cancelled already."""
    async with services.db.work() as session:
        held = await _hold(session, services, worker_id, appointment_id, lock=True)
        if held is None or held.row.state == State.CANCELLED:
            return held is not None
        if Act.CANCEL not in held.acts(services.clock()):
            return False
        starts_at = held.row.starts_at
        held.keep(None)
        await appointments.cancel_row(session, services, held.row, By.WORKER)
        urgent = starts_at is not None and cannot_wait(services, starts_at)
        await tell_client(session, services, held.row, "cancelled", urgent=urgent)
    return True


async def mark(services: Services, worker_id: int, appointment_id: int, attended: Attended) -> Desk | None:
    """Whether the client came. One who did not gets a kind word and the offer of another time; when it is not the
    first time the worker is told what could help. None when that cannot be said now."""
    async with services.db.work() as session:
        held = await _hold(session, services, worker_id, appointment_id, lock=True)
        if held is None:
            return None
        if held.row.attended != attended:
            if Act.MARK not in held.acts(services.clock()):
                return None
            appointments.change(services, held.row, State.OVER, attended=attended)
            await session.flush()
            if attended is Attended.MISSED:
                await tell_client(session, services, held.row, "missed")
                if await _missed(session, held.request.id) >= TWICE:
                    await tell_worker(session, services, held.row, held.request, "missed_again")
        return await _desk(session, services, held)


async def _missed(session: AsyncSession, request_id: int) -> int:
    """How many meetings have been missed on a request."""
    counted = select(func.count()).select_from(Appointment)
    both = Appointment.request_id == request_id, Appointment.attended == Attended.MISSED
    return await session.scalar(counted.where(*both)) or 0
