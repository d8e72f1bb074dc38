"""Requests that nobody takes: who is told next, and what contact persons and coordinators see of them and can do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import rescue as rules
from bot.core.grants import Role, WorkerFacts, oversees
from bot.core.requests import State
from bot.core.rescue import Reached
from bot.db.tables import ContactRequest, Staff
from bot.db.work import changed
from bot.services import closing, outbox
from bot.services.base import Services
from bot.services.outbox import Kind

AN_HOUR = timedelta(hours=1)
"""A working day can be so much shorter than 24 hours when the clock is moved."""
MOST = 40
"""Requests in one list."""


def since(request: ContactRequest) -> datetime:
    return request.waiting_since or request.created_at


def days_waited(services: Services, request: ContactRequest) -> int:
    return rules.waited(since(request), services.clock(), services.settings.zone)


async def run(services: Services) -> int:
    """Let every request that nobody has taken go as far as it should have gone by now; returns how many went. The step
    is written down together with the messages, from the step it was read in, so that nobody is told twice."""
    now, settings = services.clock(), services.settings
    shortest = min(settings.rescue_after, default=timedelta(days=2)) - AN_HOUR
    waits = (
        ContactRequest.state == State.OPEN,
        ContactRequest.rescue_step < Reached.CLIENT,
        func.coalesce(ContactRequest.waiting_since, ContactRequest.created_at) <= now - shortest,
    )
    async with services.db.read() as session:
        late = list(
            await session.scalars(select(ContactRequest.id).where(*waits).order_by(ContactRequest.id))
        )
    return sum([await _go_further(services, request_id) for request_id in late])


async def _go_further(services: Services, request_id: int) -> bool:
    async with services.db.work() as session:
        request = await _open(session, request_id)
        if request is None:
            return False
        persons = await outbox.overseers(session, Role.CONTACT_PERSON, request.organisation_id)
        coordinators = await outbox.overseers(session, Role.COORDINATOR)
        told = rules.due(
            Reached(request.rescue_step),
            since(request),
            services.clock(),
            services.settings.rescue_after,
            services.settings.zone,
            contact_person=bool(persons),
            coordinator=bool(coordinators),
        )
        if not told or not await _reach(session, request, told[-1]):
            return False
        if Reached.CONTACT_PERSON in told:
            await _tell_workers(session, services, request, persons)
        if Reached.COORDINATOR in told:
            await _tell_workers(session, services, request, coordinators)
        if Reached.CLIENT in told:
            await _tell_client(session, services, request)
    return True


async def _open(session: AsyncSession, request_id: int) -> ContactRequest | None:
    found: ContactRequest | None = await session.scalar(
        select(ContactRequest)
        .where(ContactRequest.id == request_id, ContactRequest.state == State.OPEN)
        .with_for_update(key_share=True)
    )
    return found


async def _reach(session: AsyncSession, request: ContactRequest, reached: Reached) -> bool:
    unchanged = (
        ContactRequest.id == request.id,
        ContactRequest.state == State.OPEN,
        ContactRequest.rescue_step == request.rescue_step,
    )
    result = await session.execute(update(ContactRequest).where(*unchanged).values(rescue_step=reached))
    return bool(changed(result))


async def _tell_workers(
    session: AsyncSession,
    services: Services,
    request: ContactRequest,
    worker_ids: list[int],
    why: str = "late",
    occasion: str | None = None,
) -> None:
    """A message of its own to each. `occasion` names it, so that there is one of a kind."""
    waits = closing.stamp(since(request))
    for worker_id in worker_ids:
        await outbox.put(
            session,
            services,
            Kind.RESCUE,
            f"rescue:{request.id}:{occasion or waits}:{worker_id}",
            staff_id=worker_id,
            request_id=request.id,
            detail={"since": waits, "why": why},
        )


async def _tell_client(session: AsyncSession, services: Services, request: ContactRequest) -> None:
    if request.client_id is None:
        return
    waits = closing.stamp(since(request))
    await outbox.put(
        session,
        services,
        Kind.UNANSWERED,
        f"unanswered:{request.id}:{waits}",
        client_id=request.client_id,
        request_id=request.id,
        consent_id=request.consent_id,
        detail={"since": waits},
    )


# --- what contact persons and coordinators see and can do


@dataclass(frozen=True)
class Scope:
    """Whose requests somebody oversees."""

    worker: WorkerFacts

    @property
    def own(self) -> bool:
        """Only their own organisation's."""
        return self.worker.role is not Role.COORDINATOR

    @property
    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        here = ContactRequest.organisation_id == self.worker.organisation_id
        return (here,) if self.own else ()

    def covers(self, request: ContactRequest) -> bool:
        return oversees(self.worker, request.organisation_id)


async def overseer(session: AsyncSession, worker_id: int) -> Scope | None:
    """What this person oversees; None for somebody who oversees nothing."""
    row = await session.get(Staff, worker_id)
    if row is None:
        return None
    facts = WorkerFacts(row.id, row.organisation_id, Role(row.role), row.removed_at is not None)
    return Scope(facts) if oversees(facts, row.organisation_id) else None


@dataclass(frozen=True)
class Waiting:
    """A request that waits, as those may see it who oversee it: nothing of the client, not even what it is about."""

    request_id: int
    organisation_id: str
    since: datetime
    days: int
    reached: Reached
    own: bool
    """Whether it is one of the overseer's own organisation, where they see its card, too."""


async def waiting(services: Services, worker_id: int) -> list[Waiting] | None:
    """What waits for somebody, longest first. None for whoever oversees nothing."""
    async with services.db.read() as session:
        scope = await overseer(session, worker_id)
        if scope is None:
            return None
        rows = await session.scalars(
            select(ContactRequest)
            .where(ContactRequest.state == State.OPEN, *scope.conditions)
            .order_by(func.coalesce(ContactRequest.waiting_since, ContactRequest.created_at))
            .limit(MOST)
        )
        return [_waiting(services, request, scope) for request in rows]


def _waiting(services: Services, request: ContactRequest, scope: Scope) -> Waiting:
    days = days_waited(services, request)
    reached = Reached(request.rescue_step)
    return Waiting(request.id, request.organisation_id, since(request), days, reached, scope.own)


async def one(
    services: Services, worker_id: int, request_id: int, waits: str | None = None
) -> Waiting | None:
    """A request that still waits; with `waits` only if it is the same waiting as then. None if it is nobody's business
    here."""
    async with services.db.read() as session:
        scope, request = await overseer(session, worker_id), await session.get(ContactRequest, request_id)
        if scope is None or request is None or not scope.covers(request) or request.state != State.OPEN:
            return None
        if waits is not None and closing.stamp(since(request)) != waits:
            return None
        return _waiting(services, request, scope)


async def remind(services: Services, worker_id: int, request_id: int) -> bool:
    """A coordinator asks the organisation again, once a day: its contact persons, or everybody where there is none."""
    today = services.clock().astimezone(services.settings.zone).date()
    async with services.db.work() as session:
        request = await _of_coordinator(session, worker_id, request_id)
        if request is None:
            return False
        there = outbox.overseers
        people = await there(session, Role.CONTACT_PERSON, request.organisation_id) or await there(
            session, Role.WORKER, request.organisation_id
        )
        await _tell_workers(session, services, request, people, "reminded", f"reminded:{today}")
    return bool(people)


async def tell_client(services: Services, worker_id: int, request_id: int) -> bool:
    """A coordinator lets the client know now that nobody has taken the request. True also if that is done already."""
    async with services.db.work() as session:
        request = await _of_coordinator(session, worker_id, request_id)
        if request is None:
            return False
        reached = Reached(request.rescue_step)
        if reached is Reached.CLIENT:
            return True
        if not rules.may_tell_client(reached) or not await _reach(session, request, Reached.CLIENT):
            return False
        await _tell_client(session, services, request)
    return True


async def _of_coordinator(session: AsyncSession, worker_id: int, request_id: int) -> ContactRequest | None:
    scope = await overseer(session, worker_id)
    if scope is None or scope.own:
        return None
    return await _open(session, request_id)
