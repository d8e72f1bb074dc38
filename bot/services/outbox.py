"""Messages the service sends of its own accord: rows written together with the fact that causes them.

A row holds ids and codes, never rendered text: what is said is decided when it is said, in the language of that
moment and only if it is still true and still allowed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, delete, func, not_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from bot.core.calendar import may_go_from
from bot.core.consent import ConsentState
from bot.core.grants import MEETS_CLIENTS, Role
from bot.db.tables import Client, Consent, ContactRequest, OutboxMessage, PhoneNumber, Staff
from bot.db.work import changed, on_commit
from bot.services.base import Services
from bot.services.due import BY_SMS as BY_SMS
from bot.services.due import IN_CHAT as IN_CHAT
from bot.services.due import Row as Row
from bot.services.due import choose
from bot.services.kinds import PASSED_ON as PASSED_ON
from bot.services.kinds import SMS_KINDS as SMS_KINDS
from bot.services.kinds import UNASKED as UNASKED
from bot.services.kinds import Kind as Kind

LEASE = timedelta(minutes=2)
"""How long a claimed message is left to its courier before another may take it for dead."""
MOST_ATTEMPTS = 30
"""With the pauses of `backoff` a little less than a day: an outage of Telegram or of our line is no reason to lose
a message."""
CLAIM_LOCK = 7_253_672
"""Any number that nobody else locks in this database will do."""
ROWS = cast(Table, OutboxMessage.__table__)
UNCERTAIN = "uncertain"
"""Reason of a message whose line broke: it may have arrived. It stays so marked until it is settled."""


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


async def overseers(session: AsyncSession, role: Role, organisation_id: str | None = None) -> list[int]:
    """Contact persons of an organisation, or coordinators, who belong to the service as a whole; those only whom a
    message would reach, for who has blocked the bot helps nobody."""
    there = () if organisation_id is None else (Staff.organisation_id == organisation_id,)
    found = select(Staff.id).where(
        Staff.role == role, Staff.removed_at.is_(None), Staff.blocked_at.is_(None), *there
    )
    return list(await session.scalars(found.order_by(Staff.id)))


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
    session: AsyncSession,
    services: Services,
    *,
    request_id: int | None = None,
    staff_id: int | None = None,
    kinds: Collection[Kind] = PASSED_ON,
) -> None:
    """Take away every message in which a client's own words went to a worker, sent or still waiting: those that belong
    to a request, or those that a worker has got."""
    of_request = () if request_id is None else (OutboxMessage.request_id == request_id,)
    of_worker = () if staff_id is None else (OutboxMessage.staff_id == staff_id,)
    passed_on = (OutboxMessage.kind.in_(kinds), *of_request, *of_worker)
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
    """Take up to `limit` due messages for this courier, for the length of a lease; what somebody waits for first, then
    the oldest. A chat that another courier is serving is left to it, so that the chat's messages stay in order."""
    now = services.clock()
    async with services.db.work() as session:
        if not services.db.is_sqlite:  # one courier after another: each sees what those before it have taken
            await session.execute(select(func.pg_advisory_xact_lock(CLAIM_LOCK)))
        wanted = await choose(session, now, limit)
        locked = select(OutboxMessage).where(OutboxMessage.id.in_(wanted), OutboxMessage.state == Row.WAITING)
        found = await session.scalars(locked.with_for_update(skip_locked=True)) if wanted else ()
        free = {row.id: row for row in found}
        rows = [free[number] for number in wanted if number in free]
        lease = {"state": Row.LEASED, "lease_until": now + LEASE, "attempts": OutboxMessage.attempts + 1}
        if rows:
            ours = update(OutboxMessage).where(OutboxMessage.id.in_([row.id for row in rows]))
            await session.execute(ours.values(lease).execution_options(synchronize_session=False))
    for row in rows:
        set_committed_value(row, "state", Row.LEASED)
        set_committed_value(row, "lease_until", now + LEASE)
        set_committed_value(row, "attempts", row.attempts + 1)
    return rows


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
    return await services.db.write(_release, (row, values))


async def put_back(
    services: Services, row: OutboxMessage, due_at: datetime, *, reason: str | None = None, tried: bool = True
) -> bool:
    """Let a claimed message wait until `due_at`. With `tried` false this claim counts as no attempt."""
    kept = UNCERTAIN if row.reason == UNCERTAIN else reason
    values = {"state": Row.WAITING, "due_at": due_at, "reason": kept, "attempts": row.attempts - (not tried)}
    return await services.db.write(_release, (row, values))


async def _release(
    session: AsyncSession, released: Sequence[tuple[OutboxMessage, Mapping[str, Any]]]
) -> list[bool]:
    """Let go of rows that are still ours; tells of each whether it was."""
    leased = select(OutboxMessage.id, OutboxMessage.lease_until).where(
        OutboxMessage.id.in_([row.id for row, _ in released]), OutboxMessage.state == Row.LEASED
    )
    found = await session.execute(leased.with_for_update())
    leases = {row.id: row.lease_until for row in found}
    ours = [row.lease_until is not None and leases.get(row.id) == row.lease_until for row, _ in released]
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for (row, values), is_ours in zip(released, ours, strict=True):
        if is_ours:
            by_columns.setdefault(tuple(values), []).append({"number": row.id, **values})
    for columns, rows in by_columns.items():
        release = update(ROWS).where(ROWS.c.id == bindparam("number")).values(lease_until=None)
        await session.execute(release.values({name: bindparam(name) for name in columns}), rows)
    return ours


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
    needed = OutboxMessage.kind.in_(PASSED_ON) & OutboxMessage.request_id.in_(consented)
    async with services.db.work() as session:
        result = await session.execute(
            delete(OutboxMessage).where(ended, OutboxMessage.due_at < before, not_(needed))
        )
    return changed(result)


def backoff(attempts: int) -> timedelta:
    """Wait before trying again: 10 s, 20 s, 40 s … at most an hour."""
    return min(timedelta(seconds=10 * 2 ** (attempts - 1)), timedelta(hours=1))
