"""What must happen by itself: terms that end, conversations that are forgotten, old rows that go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Delete, Update, delete, not_, or_, select, update

from bot.core import retention
from bot.core.consent import ConsentState
from bot.core.requests import ENDED, LIVE
from bot.db.tables import (
    Appointment,
    Client,
    Consent,
    ContactRequest,
    DialogState,
    FeedbackWord,
    HandledUpdate,
    Invite,
    PhoneNumber,
    Staff,
)
from bot.db.work import Database, changed
from bot.services import (
    access,
    claims,
    clients,
    closing,
    consents,
    enquiries,
    follow_ups,
    outbox,
    own_times,
    rescue,
)
from bot.services.base import Services

PURGE_EVERY = timedelta(hours=1)
LOOK_EVERY = timedelta(minutes=1)
"""How often it is looked whether a request waits too long, for a worker or for a word about its end."""
SCRUB_EVERY = timedelta(minutes=1)
"""What was deleted or replaced is gone from SQLite's files this long after, or as soon as nobody is in the way."""
ADVANCE_EVERY = timedelta(seconds=10)
"""How often what clients keep in mind goes on to its next time."""

Work = Callable[[Services], Awaitable[Any]]
_done: WeakKeyDictionary[Database, dict[Work, datetime]] = WeakKeyDictionary()


async def tick(services: Services) -> None:
    """Cheap, and called at every round of the courier: ended consents close at once, the rest now and then. What is
    due is read from the rows, so a restart changes nothing."""
    await consents.expire_due(services)
    for work, every in NOW_AND_THEN:
        if _due(services, work, every):
            await work(services)


def _due(services: Services, work: Work, every: timedelta) -> bool:
    now, done = services.clock(), _done.setdefault(services.db, {})
    if work in done and now - done[work] < every:
        return False
    done[work] = now
    return True


async def scrub(services: Services) -> None:
    await services.db.scrub()


async def purge(services: Services) -> dict[str, int]:
    """Remove what has passed its time; returns how many of each kind."""
    now = services.clock()
    removed = {kind: await remove(services, now) for kind, remove in KINDS.items()}
    await services.db.scrub()
    return removed


# --- what goes, and when


async def _dialogs(services: Services, now: datetime) -> int:
    """A chat has many rows: they go together when none of them has been used."""
    since = now - services.settings.idle_forget_after
    used = select(DialogState.chat_key).where(DialogState.touched_at >= since)
    return await _run(services, delete(DialogState).where(DialogState.chat_key.not_in(used)))


async def _updates(services: Services, now: datetime) -> int:
    return await _run(
        services, delete(HandledUpdate).where(HandledUpdate.at < now - retention.HANDLED_UPDATES)
    )


async def _messages(services: Services, now: datetime) -> int:
    return await outbox.forget_sent(services, now - retention.MESSAGES)


async def _invites(services: Services, now: datetime) -> int:
    return await _run(services, delete(Invite).where(Invite.expires_at < now - retention.INVITES))


async def _clients(services: Services, now: datetime) -> int:
    """Whoever has not been here for long, and has nothing open, is forgotten as if they had asked for it. They get no
    message before: it would reach a telephone that may be another's by now."""
    live = select(ContactRequest.client_id).where(_in(LIVE), ContactRequest.client_id.is_not(None))
    idle = Client.last_seen_at < now - services.settings.retention
    async with services.db.read() as session:
        chats = list(
            await session.scalars(select(Client.chat_id).where(idle, Client.id.not_in(live)).limit(500))
        )
    return sum([await clients.forget(services, chat_id) for chat_id in chats])


async def _requests(services: Services, now: datetime) -> int:
    """An old request stays as a figure, of nobody."""
    old = (_in(ENDED), ContactRequest.closed_at < now - retention.CLOSED_REQUESTS)
    told = ContactRequest.client_id.is_not(None) | ContactRequest.accepted_by.is_not(None)
    nobody: dict[str, Any] = {"client_id": None, "accepted_by": None, "offer_id": None, "areas": []}
    return await _run(services, update(ContactRequest).where(*old, told).values(nobody))


async def _consents(services: Services, now: datetime) -> int:
    old = (Consent.state != ConsentState.GIVEN, Consent.ended_at < now - retention.ENDED_CONSENTS)
    told = Consent.client_id.is_not(None)
    return await _run(services, update(Consent).where(*old, told).values(client_id=None, record=None))


async def _workers(services: Services, now: datetime) -> int:
    """A worker who was removed, with all their messages. Requests they had stay, without their name."""
    return await _run(services, delete(Staff).where(Staff.removed_at < now - retention.REMOVED_STAFF))


async def _enquiries(services: Services, now: datetime) -> int:
    """Of an enquiry that is over: its words and its route. One that is silent for long is ended."""
    return await enquiries.purge(services)


async def _readings(services: Services, now: datetime) -> int:
    return await access.forget_old(services, now - retention.READINGS)


async def _claims(services: Services, now: datetime) -> int:
    """Codes that are over, and the wrong ones that were entered."""
    return await claims.forget_old(services)


async def _appointments(services: Services, now: datetime) -> int:
    """A meeting long past, or one about which nothing has happened for as long."""
    long_ago = now - retention.APPOINTMENTS
    old = or_(
        Appointment.starts_at < long_ago,
        Appointment.starts_at.is_(None) & (Appointment.changed_at < long_ago),
    )
    own = Appointment.request_id.is_(None) & (Appointment.state == "agreed")
    return await _run(services, delete(Appointment).where(old, not_(own)))


async def _follow_ups(services: Services, now: datetime) -> int:
    """Those that got no answer in their time are let be."""
    return await follow_ups.let_be(services)


async def _feedback(services: Services, now: datetime) -> int:
    month = (now - retention.FEEDBACK_WORDS).strftime("%Y-%m")
    return await _run(services, delete(FeedbackWord).where(FeedbackWord.month < month))


async def _numbers(services: Services, now: datetime) -> int:
    """Telephone numbers that were never confirmed."""
    return await _run(
        services, delete(PhoneNumber).where(PhoneNumber.confirmed_at.is_(None), PhoneNumber.code_until < now)
    )


NOW_AND_THEN: tuple[tuple[Work, timedelta], ...] = (
    (closing.run_out, LOOK_EVERY),
    (rescue.run, LOOK_EVERY),
    (own_times.advance, ADVANCE_EVERY),
    (purge, PURGE_EVERY),
    (scrub, SCRUB_EVERY),
)

KINDS: dict[str, Callable[[Services, datetime], Awaitable[int]]] = {
    "dialogs": _dialogs,
    "updates": _updates,
    "messages": _messages,
    "invites": _invites,
    "readings": _readings,
    "claims": _claims,
    "clients": _clients,
    "requests": _requests,
    "consents": _consents,
    "workers": _workers,
    "enquiries": _enquiries,
    "appointments": _appointments,
    "follow_ups": _follow_ups,
    "feedback": _feedback,
    "numbers": _numbers,
}
"""One line for each kind of thing that ends; each limit is in the settings or in `bot.core.retention`."""


def _in(states: frozenset[Any]) -> ColumnElement[bool]:
    return ContactRequest.state.in_(states)


async def _run(services: Services, statement: Delete | Update) -> int:
    async with services.db.work() as session:
        result = await session.execute(statement)
    return changed(result)
