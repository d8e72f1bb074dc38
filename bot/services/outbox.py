"""Messages the service sends of its own accord: rows written together with the fact that causes them.

A row holds ids and codes, never rendered text: what is said is decided when it is said, in the language of that
moment and only if it is still true and still allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.calendar import may_go_from
from bot.core.consent import ConsentState
from bot.core.grants import MEETS_CLIENTS
from bot.db.tables import Client, Consent, ContactRequest, OutboxMessage, PhoneNumber, Staff
from bot.db.work import on_commit
from bot.services.base import Services

LEASE = timedelta(minutes=2)
"""How long a claimed message is left to its courier before another may take it for dead."""
MOST_ATTEMPTS = 30
"""With the pauses of `backoff` a little less than a day: an outage of Telegram or of our line is no reason to lose
a message."""
MOST_OF_ONE_CHAT = 3
"""Messages of one chat that are claimed together: a chat may get one a second, and others must not wait for it."""
UNCERTAIN = "uncertain"
"""Reason of a message whose line broke: it may have arrived. It stays so marked until it is settled."""


class Kind(StrEnum):
    RECEIPT = "receipt"  # to the client: what you consented to, with one tap to withdraw
    STEP = "step"  # to the client: what happened to your request
    WORD = "word"  # to the client: a worker's own words
    CONSENT_ENDING = "consent_ending"  # to the client: the term is about to run out, and what then?
    CLAIM_ASKED = "claim_asked"  # to the client: a worker has entered your code; may they see it?
    CONSENT_ENDED = "consent_ended"  # to the client: the term ran out
    CARD = "card"  # to a worker: the request as it stands now, sent or brought up to date
    CLIENT_WORD = "client_word"  # to the worker who has the request: the client's own words
    CONSENT_OVER = "consent_over"  # to the worker who had the request: nothing may be done with it any more
    CLAIM_REFUSED = "claim_refused"  # to the worker who has entered a code: the client says no
    ENQUIRY = "enquiry"  # to a worker: an enquiry as it stands now
    ENQUIRY_ANSWER = "enquiry_answer"  # to somebody known by a route only: what a worker has answered
    ENQUIRY_ENDED = "enquiry_ended"  # to the same: somebody else, or time, has ended the enquiry
    NUMBER_CODE = "number_code"  # to a telephone: the code that shows whose it is
    RETRACT = "retract"  # to a worker: an earlier message that held a client's words is taken away


UNASKED = frozenset({Kind.CONSENT_ENDING})
"""What nobody waits for: it does not come to a client who has said stop. News of their own request and of their own
consent still come."""

SMS_KINDS = frozenset({Kind.CONSENT_ENDING})
"""What also comes as a text message to a client who wants them."""
IN_CHAT, BY_SMS = "chat", "sms"

CHAT = (
    case((OutboxMessage.channel == IN_CHAT, OutboxMessage.client_id)),
    case((OutboxMessage.channel == BY_SMS, OutboxMessage.client_id)),
    OutboxMessage.staff_id,
    case((OutboxMessage.staff_id.is_(None), OutboxMessage.enquiry_id)),
)
"""Whose chat a message goes to, or whose telephone: the one does not wait for the other. The chat of somebody who has
asked without a name is known by the enquiry alone."""


class Row(StrEnum):
    """State of an outbox row."""

    WAITING = "waiting"
    LEASED = "leased"
    SENT = "sent"
    DROPPED = "dropped"  # no longer true, no longer allowed, or past its moment
    FAILED = "failed"


async def put(
    session: AsyncSession,
    services: Services,
    kind: Kind,
    key: str,
    *,
    client_id: int | None = None,
    staff_id: int | None = None,
    request_id: int | None = None,
    consent_id: str | None = None,
    enquiry_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
    note: str | None = None,
    urgent: bool = False,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    anew: bool = False,
    channel: str = IN_CHAT,
) -> None:
    """Leave a message to be sent. A second one with the same key changes nothing, or, with `anew`, makes the first
    one go again: that is how a worker's card is brought up to date. `urgent` is for answers to what a person just
    did; all else waits for quiet hours and holidays to end. What is in SMS_KINDS goes as a text message as well, if
    its client wants them."""
    earliest = not_before or services.clock()
    values = {
        "key": key,
        "kind": kind,
        "client_id": client_id,
        "staff_id": staff_id,
        "request_id": request_id,
        "consent_id": consent_id,
        "enquiry_id": enquiry_id,
        "detail": dict(detail) if detail else None,
        "note": note,
        "channel": channel,
        "due_at": may_go_from(earliest, services.settings.quiet_hours, services.settings.zone, urgent=urgent),
        "expires_at": expires_at,
        "urgent": urgent,
        "state": Row.WAITING,
        "attempts": 0,
    }
    await insert(session, services, values, anew=anew)
    if kind in SMS_KINDS and client_id is not None and await _wants_texts(session, services, client_id):
        await insert(session, services, as_text(values), anew=anew)
    on_commit(session, services.bell.set)


async def _wants_texts(session: AsyncSession, services: Services, client_id: int) -> bool:
    confirmed = (PhoneNumber.client_id == client_id, PhoneNumber.confirmed_at.is_not(None))
    return services.settings.sms_url is not None and bool(
        await session.scalar(select(PhoneNumber.client_id).where(*confirmed))
    )


def as_text(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same message once more, as a text message."""
    return {**values, "key": f"{values['key']}:{BY_SMS}", "channel": BY_SMS}


async def insert(
    session: AsyncSession, services: Services, values: Mapping[str, Any], *, anew: bool = False
) -> None:
    """Once for each key."""
    dialect = sqlite if services.db.is_sqlite else postgresql
    statement = dialect.insert(OutboxMessage).values(dict(values))
    if anew:
        again = {name: values[name] for name in ("due_at", "urgent", "state", "attempts", "detail")}
        again["reason"] = None
        await session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=again))
    else:
        await session.execute(statement.on_conflict_do_nothing(index_elements=["key"]))


async def put_cards(
    session: AsyncSession,
    services: Services,
    organisation_id: str,
    request_id: int,
    *,
    urgent: bool,
    afresh: bool = False,
) -> None:
    """Bring the request's card up to date for everybody in the organisation who meets clients; `afresh` as a new
    message, for a change in an old one is noticed by nobody."""
    for worker_id in await session.scalars(_workers(organisation_id)):
        await put_card(session, services, worker_id, request_id, urgent=urgent, afresh=afresh)


def _workers(organisation_id: str) -> Select[int]:
    return (
        select(Staff.id)
        .where(
            Staff.organisation_id == organisation_id,
            Staff.role.in_(MEETS_CLIENTS),
            Staff.removed_at.is_(None),
        )
        .order_by(Staff.id)
    )


async def put_card(
    session: AsyncSession,
    services: Services,
    worker_id: int,
    request_id: int,
    *,
    urgent: bool,
    afresh: bool = False,
) -> None:
    """Bring the request's card up to date for one worker."""
    await put(
        session,
        services,
        Kind.CARD,
        f"card:{request_id}:{worker_id}",
        staff_id=worker_id,
        request_id=request_id,
        detail={"afresh": True} if afresh else None,
        urgent=urgent,
        anew=True,
    )


async def put_enquiry_cards(
    session: AsyncSession,
    services: Services,
    organisation_id: str,
    enquiry_id: int,
    *,
    urgent: bool,
    afresh: bool = False,
) -> None:
    """The same for an enquiry."""
    for worker_id in await session.scalars(_workers(organisation_id)):
        await put_enquiry_card(session, services, worker_id, enquiry_id, urgent=urgent, afresh=afresh)


async def put_enquiry_card(
    session: AsyncSession,
    services: Services,
    worker_id: int,
    enquiry_id: int,
    *,
    urgent: bool,
    afresh: bool = False,
) -> None:
    await put(
        session,
        services,
        Kind.ENQUIRY,
        f"enquiry:{enquiry_id}:{worker_id}",
        staff_id=worker_id,
        enquiry_id=enquiry_id,
        detail={"afresh": True} if afresh else None,
        urgent=urgent,
        anew=True,
    )


async def put_retractions(
    session: AsyncSession, services: Services, *, request_id: int | None = None, staff_id: int | None = None
) -> None:
    """Take away every message in which a client's own words went to a worker, sent or still waiting: those that belong
    to a request, or those that a worker has got."""
    of_request = () if request_id is None else (OutboxMessage.request_id == request_id,)
    of_worker = () if staff_id is None else (OutboxMessage.staff_id == staff_id,)
    passed_on = (OutboxMessage.kind == Kind.CLIENT_WORD, *of_request, *of_worker)
    unsent = OutboxMessage.state.in_([Row.WAITING, Row.LEASED])
    await session.execute(
        update(OutboxMessage).where(*passed_on, unsent).values(state=Row.DROPPED, note=None)
    )
    for row in await session.scalars(
        select(OutboxMessage).where(*passed_on, OutboxMessage.message_id.is_not(None))
    ):
        await put_retraction(session, services, row, row.message_id)


async def put_retraction(
    session: AsyncSession, services: Services, row: OutboxMessage, message_id: int | None
) -> None:
    """Take away one message that a client's own words, `row`, came in."""
    await put(
        session,
        services,
        Kind.RETRACT,
        f"retract:{row.staff_id}:{message_id}",
        staff_id=row.staff_id,
        request_id=row.request_id,
        detail={"message_id": message_id},
        urgent=True,
    )


async def drop_unasked(session: AsyncSession, client_id: int) -> None:
    """Take back what waits for a client and nobody waits for."""
    unsent = OutboxMessage.state.in_([Row.WAITING, Row.LEASED])
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.client_id == client_id, OutboxMessage.kind.in_(UNASKED), unsent)
        .values(state=Row.DROPPED, reason="said stop", note=None)
    )


async def claim(services: Services, limit: int = 100) -> list[OutboxMessage]:
    """Take up to `limit` due messages for this courier, for the length of a lease; oldest first. A chat that another
    courier is serving is left to it, so that the chat's messages stay in order."""
    now = services.clock()
    async with services.db.work() as session:
        due = (*_free(now), *await _not_served(session, now))
        oldest = (OutboxMessage.due_at, OutboxMessage.id)
        place = func.row_number().over(partition_by=CHAT, order_by=oldest).label("place")
        first = select(OutboxMessage.id, place).where(*due).subquery()
        wanted = select(first.c.id).where(first.c.place <= MOST_OF_ONE_CHAT)
        rows = list(
            await session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.id.in_(wanted), *_free(now))
                .order_by(*oldest)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        )
        for row in rows:
            row.state, row.lease_until = Row.LEASED, now + LEASE
            row.attempts += 1
    return rows


def _free(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Due, and in nobody's hands."""
    abandoned = (OutboxMessage.state == Row.LEASED) & (OutboxMessage.lease_until < now)
    return or_(OutboxMessage.state == Row.WAITING, abandoned), OutboxMessage.due_at <= now


async def _not_served(session: AsyncSession, now: datetime) -> list[ColumnElement[bool]]:
    """Conditions that leave out the chats some courier is serving now."""
    leased = (OutboxMessage.state == Row.LEASED, OutboxMessage.lease_until >= now)
    conditions: list[ColumnElement[bool]] = []
    for chat in CHAT:
        served = list(await session.scalars(select(chat).where(*leased, chat.is_not(None)).distinct()))
        if served:
            conditions.append(or_(chat.is_(None), chat.not_in(served)))
    return conditions


async def settle(
    services: Services,
    row: OutboxMessage,
    state: Row,
    *,
    reason: str | None = None,
    message_id: int | None = None,
) -> bool:
    """Write down what became of a claimed message. False if the row is no longer ours: somebody asked for it anew or
    took it back meanwhile, or the lease ran out."""
    sent_at = services.clock() if state is Row.SENT else None
    values = {"state": state, "reason": reason, "message_id": message_id, "sent_at": sent_at, "note": None}
    return await _release(services, row, values)


async def put_back(
    services: Services, row: OutboxMessage, due_at: datetime, *, reason: str | None = None, tried: bool = True
) -> bool:
    """Let a claimed message wait until `due_at`. With `tried` false this claim counts as no attempt."""
    kept = UNCERTAIN if row.reason == UNCERTAIN else reason
    values = {"state": Row.WAITING, "due_at": due_at, "reason": kept, "attempts": row.attempts - (not tried)}
    return await _release(services, row, values)


async def _release(services: Services, row: OutboxMessage, values: Mapping[str, Any]) -> bool:
    ours = (
        OutboxMessage.id == row.id,
        OutboxMessage.state == Row.LEASED,
        OutboxMessage.lease_until == row.lease_until,
    )
    async with services.db.work() as session:
        result = await session.execute(update(OutboxMessage).where(*ours).values(**values, lease_until=None))
    return bool(result.rowcount)  # type: ignore[attr-defined]


async def standing(services: Services, chat_id: int, since: datetime) -> list[int]:
    """The messages that the courier has sent to a client's chat since then."""
    owner = select(Client.id).where(Client.chat_key == services.vault.fingerprint(chat_id, "client"))
    async with services.db.read() as session:
        rows = await session.scalars(
            select(OutboxMessage.message_id).where(
                OutboxMessage.client_id.in_(owner),
                OutboxMessage.sent_at >= since,
                OutboxMessage.message_id.is_not(None),
            )
        )
        return [number for number in rows if number is not None]


async def forget_sent(services: Services, before: datetime) -> int:
    """Remove messages that were settled before `before`; returns how many. Those that brought a client's words to a
    worker stay as long as the consent is given: they tell what to take away when it ends."""
    ended = OutboxMessage.state.in_([Row.SENT, Row.DROPPED, Row.FAILED])
    consented = (
        select(ContactRequest.id)
        .join(Consent, ContactRequest.consent_id == Consent.id)
        .where(Consent.state == ConsentState.GIVEN)
    )
    needed = (OutboxMessage.kind == Kind.CLIENT_WORD) & OutboxMessage.request_id.in_(consented)
    async with services.db.work() as session:
        result = await session.execute(
            delete(OutboxMessage).where(ended, OutboxMessage.due_at < before, not_(needed))
        )
    return int(result.rowcount)  # type: ignore[attr-defined]


def backoff(attempts: int) -> timedelta:
    """Wait before trying again: 10 s, 20 s, 40 s … at most an hour."""
    return min(timedelta(seconds=10 * 2 ** (attempts - 1)), timedelta(hours=1))
