"""Two stories about one request: the worker says contacted, the client says that nobody called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.core.requests import LIVE, State
from bot.db.tables import ContactRequest, Staff
from bot.services import closing, requests
from bot.services.base import Services
from bot.services.rescue import overseer


async def nobody_called(services: Services, chat_id: int, request_id: int) -> bool:
    """The client says that nobody has been in touch. Said twice it is said once."""
    async with services.db.work() as session:
        found = await closing.of_client(session, services, chat_id, request_id)
        if found is None:
            return False
        request, client = found
        if request.state == State.ACCEPTED and request.disputed_at is not None:
            return True
        return await requests.dispute(session, services, client, request)


async def was_contacted(services: Services, chat_id: int, request_id: int) -> bool:
    """The client says that somebody has been in touch. False if the request is not theirs or is over."""
    async with services.db.work() as session:
        found = await closing.of_client(session, services, chat_id, request_id)
        if found is None or found[0].state not in LIVE:
            return False
        await requests.confirm_contact(session, services, found[0])
    return True


@dataclass(frozen=True)
class Mismatch:
    """What is on the list: no area, no name of a client, no word."""

    request_id: int
    organisation_id: str
    state: State
    since: datetime
    worker: str | None
    """Who has it; known in their own organisation alone."""


async def listed(services: Services, worker_id: int) -> list[Mismatch] | None:
    """Open ones, oldest first: a contact person's of their organisation, a coordinator's of all. None for others."""
    async with services.db.read() as session:
        scope = await overseer(session, worker_id)
        if scope is None:
            return None
        rows = await session.execute(
            select(ContactRequest, Staff.name)
            .outerjoin(Staff, ContactRequest.accepted_by == Staff.id)
            .where(
                ContactRequest.disputed_at.is_not(None),
                ContactRequest.state.in_(LIVE),
                *scope.conditions,
            )
            .order_by(ContactRequest.disputed_at)
        )
        return [
            Mismatch(
                request.id,
                request.organisation_id,
                State(request.state),
                request.disputed_at,
                name if scope.own else None,
            )
            for request, name in rows
            if request.disputed_at
        ]
