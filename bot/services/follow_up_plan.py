"""When a client is asked how things have gone: planned with what causes it, and anew when that changes.

A plan is rows of follow-ups that wait, each with its question and its one reminder in the outbox. What has been asked
stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import follow_ups as rules
from bot.core.check_in import CheckIn
from bot.core.consent import ConsentState
from bot.core.follow_ups import OPEN, Pace, State
from bot.core.requests import State as RequestState
from bot.db import tables
from bot.db.tables import Client, Consent, ContactRequest, FollowUp, OutboxMessage
from bot.services import outbox
from bot.services.base import Services
from bot.services.outbox import Kind, Row
from catalog.guidance import level_for
from catalog.schema import Density

FIRST, REMINDER = 1, 2
"""Which message of a follow-up it is."""


async def plan(session: AsyncSession, services: Services, client: Client, request: ContactRequest) -> None:
    """Plan, or plan anew, what the client is asked about a request: counted from the first contact, and until there has
    been one from the request itself, for whether anybody has been in touch is asked in any case."""
    then = await session.scalar(
        select(tables.CheckIn).where(
            tables.CheckIn.client_id == client.id, tables.CheckIn.made_at == request.created_at
        )
    )
    own = FollowUp.request_id.is_(None)  # asked about nothing: there is something to ask about now
    await _drop_waiting(session, services, client.id, or_(FollowUp.request_id == request.id, own))
    if _may_ask(client):
        since = request.contacted_at or request.created_at
        await _plan(session, services, client, request.id, then, since)


async def plan_own(
    session: AsyncSession, services: Services, client: Client, then: tables.CheckIn | None
) -> None:
    """Plan what a client is asked who has made no request and wants to be asked all the same, from now on."""
    await _drop_waiting(session, services, client.id, FollowUp.request_id.is_(None))
    if _may_ask(client) and client.follow_up_pace is not None:
        await _plan(session, services, client, None, then, services.clock())


async def plan_all(session: AsyncSession, services: Services, client: Client) -> None:
    """Plan anew everything this client is asked: they have chosen another pace, or said stop or go on."""
    withdrawn = (ContactRequest.state == RequestState.WITHDRAWN) & (Consent.state == ConsentState.WITHDRAWN)
    requests = await session.scalars(
        select(ContactRequest)
        .join(Consent, ContactRequest.consent_id == Consent.id)
        .where(ContactRequest.client_id == client.id, ~withdrawn)
        .order_by(ContactRequest.id)
    )
    found = list(requests)
    for request in found:
        await plan(session, services, client, request)
    if not found:
        newest = select(tables.CheckIn).where(tables.CheckIn.client_id == client.id)
        then = await session.scalar(newest.order_by(tables.CheckIn.id.desc()).limit(1))
        await plan_own(session, services, client, then)


async def stop(session: AsyncSession, services: Services, client: Client) -> None:
    """Nothing more is asked: what waits goes, and what was asked needs no answer."""
    await _drop_waiting(session, services, client.id)
    open_now = (FollowUp.client_id == client.id, FollowUp.state.in_(OPEN), FollowUp.answered_at.is_(None))
    await _drop_messages(session, await session.scalars(select(FollowUp.id).where(*open_now)))
    await session.execute(update(FollowUp).where(*open_now).values(state=State.CANCELLED))


async def stop_about(session: AsyncSession, services: Services, request: ContactRequest) -> None:
    """Who takes a consent back is not asked about it any more."""
    if request.client_id is not None:
        await _drop_waiting(session, services, request.client_id, FollowUp.request_id == request.id)


def _may_ask(client: Client) -> bool:
    return client.opted_out_at is None and client.follow_up_pace != Pace.NONE


async def _plan(
    session: AsyncSession,
    services: Services,
    client: Client,
    request_id: int | None,
    then: tables.CheckIn | None,
    since: datetime,
) -> None:
    settings, now = services.settings, services.clock()
    after = rules.times(
        settings.follow_up_after, _density(services, then), Pace(client.follow_up_pace or "ordinary")
    )
    rows = list(await session.scalars(select(FollowUp).where(FollowUp.client_id == client.id)))
    asked = [row for row in rows if row.request_id == request_id]
    taken = [row.due_at for row in rows if row.request_id != request_id and row.state == State.WAITING]
    last = max((row.due_at for row in asked), default=None)
    number = max((row.number for row in asked), default=0)
    for due in rules.moments(since, after, taken, settings.quiet_hours, settings.zone):
        if due <= now or (last is not None and due - last < rules.LEAST_APART):
            continue
        number += 1
        row = FollowUp(
            client_id=client.id,
            request_id=request_id,
            number=number,
            state=State.WAITING,
            due_at=due,
            then_id=then.id if then else None,
        )
        session.add(row)
        await session.flush()
        await _put(session, services, row)


def _density(services: Services, then: tables.CheckIn | None) -> Density:
    """By the level of guidance that the client's own answers gave."""
    answers = CheckIn.model_validate(then.answers) if then else CheckIn()
    guidance = services.catalog.guidance
    return guidance.follow_up.get(level_for(guidance, answers.ratings, answers.strength), Density())


async def _put(session: AsyncSession, services: Services, row: FollowUp) -> None:
    """The question, and the one reminder; whether it is still due is looked at when it is to be sent."""
    settings = services.settings
    reminder = rules.decent(row.due_at + rules.REMIND_AFTER, settings.quiet_hours, settings.zone)
    for number, at in ((FIRST, row.due_at), (REMINDER, reminder)):
        await outbox.put(
            session,
            services,
            Kind.FOLLOW_UP,
            key(row.id, number),
            client_id=row.client_id,
            request_id=row.request_id,
            detail={"follow_up": row.id, "number": number},
            not_before=at,
            expires_at=at + rules.ASKABLE,
        )


def key(follow_up_id: int, number: int) -> str:
    return f"follow_up:{follow_up_id}:{number}"


async def _drop_waiting(
    session: AsyncSession, services: Services, client_id: int, *which: ColumnElement[bool]
) -> None:
    """A plan that has changed leaves nothing; what is due already stays, for it may have been asked."""
    ahead = (
        FollowUp.client_id == client_id,
        FollowUp.state == State.WAITING,
        FollowUp.due_at > services.clock(),
        FollowUp.answered_at.is_(None),
        *which,
    )
    ids = list(await session.scalars(select(FollowUp.id).where(*ahead)))
    await _drop_messages(session, ids)
    await session.execute(delete(FollowUp).where(FollowUp.id.in_(ids)))


async def _drop_messages(session: AsyncSession, follow_up_ids: Iterable[int]) -> None:
    keys: Sequence[str] = [key(one, number) for one in follow_up_ids for number in (FIRST, REMINDER)]
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.key.in_(keys), OutboxMessage.state.in_([Row.WAITING, Row.LEASED]))
        .values(state=Row.DROPPED, reason="not asked any more")
    )
