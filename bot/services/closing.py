"""How a request comes to its end: both sides have said so, or one has been silent for long and both are told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.requests import CLOSES_AFTER, LIVE, Outcome, Side, State, closed, reopened
from bot.db.tables import Client, ContactRequest, OutboxMessage
from bot.db.work import changed
from bot.services import appointments, outbox
from bot.services.base import Services
from bot.services.outbox import Kind, Row


def stamp(moment: datetime) -> str:
    """Names one question about the end among several about one request."""
    return f"{int(moment.timestamp() * 1000)}"


async def by_worker(
    session: AsyncSession, services: Services, request: ContactRequest, outcome: Outcome | None
) -> bool:
    """Inside a unit of work, with leave to do it: the worker says how it ended, or, without an outcome, takes that
    back. False if somebody else was faster."""
    now, before, since = services.clock(), State(request.state), request.closing_at
    already = Side(request.closing_by) if request.closing_by else None
    if outcome is None:
        after = reopened(contacted=request.contacted_at is not None, disputed=request.disputed_at is not None)
        values: dict[str, object] = {
            "state": after, "closing_by": None, "closing_at": None, "outcome": None
        }  # fmt: skip
    else:
        after = closed(Side.WORKER, outcome, before, already)
        values = {"state": after, "outcome": outcome, "closing_by": already or Side.WORKER, "closing_at": now}
        if after is State.CLOSED:
            values["closed_at"] = now
    unchanged = (
        ContactRequest.id == request.id,
        ContactRequest.state == before,
        ContactRequest.closing_at.is_(None) if since is None else ContactRequest.closing_at == since,
    )
    result = await session.execute(update(ContactRequest).where(*unchanged).values(values))
    if not changed(result):
        return False
    if outcome is None:
        await _say_that_it_goes_on(session, services, request, since)
    elif after is State.CLOSED:
        await appointments.end_of_request(session, services, request, tell=False)
        await _tell_client(session, services, request, Kind.STEP, now, state=after, outcome=outcome)
    else:
        await _tell_client(session, services, request, Kind.CLOSING, now, outcome=outcome)
    await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=True)
    return True


async def _say_that_it_goes_on(
    session: AsyncSession, services: Services, request: ContactRequest, since: datetime | None
) -> None:
    """Only to a client who has been asked: a slip that was put right in time disturbs nobody."""
    asked = since and await session.scalar(
        select(OutboxMessage.state).where(OutboxMessage.key == _key(request, Kind.CLOSING, since))
    )
    if asked in {Row.SENT, Row.LEASED}:
        await _tell_client(session, services, request, Kind.STEP, services.clock(), goes_on=True)


def _key(request: ContactRequest, kind: Kind, at: datetime) -> str:
    return f"{kind}:{request.id}:end:{stamp(at)}"


async def _tell_client(
    session: AsyncSession,
    services: Services,
    request: ContactRequest,
    kind: Kind,
    at: datetime,
    **detail: object,
) -> None:
    if request.client_id is None:
        return
    await outbox.put(
        session,
        services,
        kind,
        _key(request, kind, at),
        client_id=request.client_id,
        request_id=request.id,
        detail={**detail, "asked": stamp(at)},
    )


async def _tell_worker(session: AsyncSession, services: Services, request: ContactRequest, news: str) -> None:
    """What became of the end, to the worker who has the request, as a message of its own."""
    if request.accepted_by is None:
        return
    await outbox.put(
        session,
        services,
        Kind.CLOSING_TOLD,
        f"{Kind.CLOSING_TOLD}:{request.id}:{news}:{stamp(services.clock())}",
        staff_id=request.accepted_by,
        request_id=request.id,
        detail={"news": news},
    )


# --- the client's side


async def of_client(
    session: AsyncSession, services: Services, chat_id: int, request_id: int
) -> tuple[ContactRequest, Client] | None:
    """The client's own request, locked until the unit of work ends."""
    row = (
        await session.execute(
            select(ContactRequest, Client)
            .join(Client, ContactRequest.client_id == Client.id)
            .where(
                Client.chat_key == services.vault.fingerprint(chat_id, "client"),
                ContactRequest.id == request_id,
            )
            .with_for_update(of=ContactRequest, key_share=True)
        )
    ).first()
    return (row[0], row[1]) if row else None


def _asked_now(request: ContactRequest, asked: str | None) -> bool:
    """Whether a button belongs to the question that is open now; one from a window, which names none, always does."""
    return asked is None or (
        request.state == State.CLOSING
        and request.closing_at is not None
        and stamp(request.closing_at) == asked
    )


async def end(services: Services, chat_id: int, request_id: int, asked: str | None = None) -> State | None:
    """The client says that it is over, or that the end suits them. Returns how the request stands then; None when
    there is nothing to end. Said twice it is said once."""
    async with services.db.work() as session:
        found = await of_client(session, services, chat_id, request_id)
        if found is None or found[0].state not in LIVE or not _asked_now(found[0], asked):
            return None
        request, now = found[0], services.clock()
        before, already = State(request.state), Side(request.closing_by) if request.closing_by else None
        if already is Side.CLIENT:
            return before
        request.state = closed(Side.CLIENT, None, before, already)
        request.closing_by = already or Side.CLIENT
        if request.state == State.CLOSED:
            request.closed_at = now
            await appointments.end_of_request(session, services, request)
        else:
            request.closing_at = now
            await _tell_worker(session, services, request, "over")
        await session.flush()
        await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=True)
        return State(request.state)


async def go_on(services: Services, chat_id: int, request_id: int, asked: str | None = None) -> bool:
    """The client still needs help: it goes back to the worker who has it. Also when it was the client who had said
    that it was over. False when there is no question open."""
    async with services.db.work() as session:
        found = await of_client(session, services, chat_id, request_id)
        if found is None or found[0].state != State.CLOSING or not _asked_now(found[0], asked):
            return False
        request = found[0]
        reopen(request)
        await session.flush()
        await _tell_worker(session, services, request, "needs")
        await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=True)
    return True


def reopen(request: ContactRequest) -> None:
    """As it was before anybody said that it was over."""
    contacted, disputed = request.contacted_at is not None, request.disputed_at is not None
    request.state = reopened(contacted=contacted, disputed=disputed)
    request.closing_by = request.closing_at = request.outcome = None


# --- when nobody answers


async def run_out(services: Services) -> int:
    """Close what has waited for an answer long enough, and tell both sides; returns how many."""
    now = services.clock()
    async with services.db.work() as session:
        due = list(
            await session.scalars(
                select(ContactRequest)
                .where(ContactRequest.state == State.CLOSING, ContactRequest.closing_at <= now - CLOSES_AFTER)
                .order_by(ContactRequest.id)
                .limit(100)
                .with_for_update(skip_locked=True, key_share=True)
            )
        )
        for request in due:
            request.state, request.closed_at = State.CLOSED, now
            await appointments.end_of_request(session, services, request)
            detail = {"state": State.CLOSED, "outcome": request.outcome, "ran_out": True}
            await _tell_client(session, services, request, Kind.STEP, now, **detail)
            await _tell_worker(session, services, request, "ran_out")
            await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=False)
    return len(due)


async def let_go(session: AsyncSession, services: Services, request: ContactRequest) -> None:
    """The worker who had it is gone: it waits for the organisation's others, from now on. What the client has ended
    ends, for nobody is left to ask; what only the worker called over is open, so that somebody asks the client."""
    now = services.clock()
    request.accepted_by = request.accepted_at = None
    if request.state == State.CLOSING and request.closing_by == Side.CLIENT:
        request.state, request.closed_at = State.CLOSED, now
        return
    request.state, request.waiting_since, request.rescue_step = State.OPEN, now, 0
    request.closing_by = request.closing_at = request.outcome = None
