"""What a worker is shown of a client. A view is made here and nowhere else, from a grant, and in the same unit of work
it is written into the log that its client can read: there is no view without an entry."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import access as rules
from bot.core.consent import Item, Shared
from bot.core.follow_ups import Answers
from bot.core.grants import Action, Grant, covered
from bot.core.outcomes import Changed, Told, told
from bot.db.tables import AccessEntry, Client, Consent, ContactRequest, Staff
from bot.db.work import changed
from bot.services.base import Services

_SEAL = object()


@dataclass(frozen=True)
class _View:
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a view of a client comes from see(), hear() or learn() alone")


@dataclass(frozen=True)
class Personal(_View):
    """What the client shares with this worker. Only `see` makes one."""

    shared: Shared
    valid_until: datetime
    chat_reaches: bool


@dataclass(frozen=True)
class Heard(_View):
    """The client's own words to this worker. Only `hear` makes one."""

    words: str


@dataclass(frozen=True)
class Learned(_View):
    """How it went, as far as the client wants this organisation to know. Only `learn` makes one."""

    told: Told


async def see(
    session: AsyncSession, services: Services, grant: Grant | None, consent: Consent, request: ContactRequest
) -> Personal | None:
    """What this grant shows of what is shared. The session has to be one that can write."""
    if grant is None or grant.action is not Action.SEE or consent.shared is None:
        return None
    shared = covered(Shared.model_validate(consent.shared), grant)
    kinds = [rules.CONTACT, *sorted(grant.kinds)]
    client = await _logged(session, services, grant, consent, request, kinds)
    if client is None:
        return None
    return Personal(_SEAL, shared, consent.valid_until, client.blocked_at is None)


async def hear(
    session: AsyncSession,
    services: Services,
    grant: Grant | None,
    consent: Consent,
    request: ContactRequest,
    words: str,
) -> Heard | None:
    """The client's words, which this grant lets through. The session has to be one that can write."""
    if grant is None or grant.action is not Action.HEAR:
        return None
    client = await _logged(session, services, grant, consent, request, [rules.MESSAGE])
    return Heard(_SEAL, words) if client else None


async def learn(
    session: AsyncSession,
    services: Services,
    grant: Grant | None,
    consent: Consent,
    request: ContactRequest,
    follow_up_id: int,
    answers: Answers,
    changed: Changed,
) -> Learned | None:
    """What the client has said in this follow-up, if it is one that may be told on this consent. The session has to
    be one that can write."""
    if grant is None or grant.action is not Action.LEARN or consent.shared is None:
        return None
    shared = Shared.model_validate(consent.shared)
    if follow_up_id not in covered(shared, grant).outcome:
        return None
    client = await _logged(session, services, grant, consent, request, [Item.OUTCOME])
    return Learned(_SEAL, told(answers, changed, shared)) if client else None


async def _logged(
    session: AsyncSession,
    services: Services,
    grant: Grant,
    consent: Consent,
    request: ContactRequest,
    kinds: list[str],
) -> Client | None:
    """Write down who is shown what. None if the grant is for another consent, or the client is just being forgotten."""
    if grant.consent_id != consent.id or request.consent_id != consent.id:
        return None
    client: Client | None = await session.scalar(
        select(Client)
        .where(Client.id == consent.client_id)
        .with_for_update(read=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    if client is None:
        return None
    session.add(
        AccessEntry(
            client_id=client.id,
            consent_id=consent.id,
            request_id=request.id,
            staff_id=grant.worker_id,
            organisation_id=consent.organisation_id,
            kinds=kinds,
            at=services.clock(),
        )
    )
    await session.flush()  # a session that can only read refuses here
    return client


# --- the client's side


@dataclass(frozen=True)
class Reading:
    worker: str | None  # None for somebody who is no longer known
    organisation_id: str
    kinds: tuple[str, ...]
    at: datetime


async def mine(services: Services, chat_id: int) -> list[Reading]:
    """Who has been shown what of this client, the newest first."""
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.read() as session:
        rows = await session.execute(
            select(AccessEntry, Staff.name)
            .join(Client, AccessEntry.client_id == Client.id)
            .outerjoin(Staff, AccessEntry.staff_id == Staff.id)
            .where(Client.chat_key == key)
            .order_by(AccessEntry.id.desc())
        )
        return [Reading(name, row.organisation_id, tuple(row.kinds), row.at) for row, name in rows]


async def forget_old(services: Services, before: datetime) -> int:
    """Remove the entries that were made before `before`; returns how many."""
    async with services.db.work() as session:
        result = await session.execute(delete(AccessEntry).where(AccessEntry.at < before))
    return changed(result)
