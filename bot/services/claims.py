"""Claim codes from both sides: made and answered by a client, entered by a worker. Of a code only its fingerprint is
kept."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import claims as rules
from bot.core import retention
from bot.core.check_in import CheckIn
from bot.core.claims import ClaimState
from bot.core.consent import BestTime, Item, Reach
from bot.core.grants import MEETS_CLIENTS
from bot.db.tables import ClaimAttempt, ClaimCode, Client, Staff
from bot.db.work import changed
from bot.services import clients, outbox, requests
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.requests import Draft

log = structlog.get_logger()

LOCKED = {"key_share": True}
WAITING = (ClaimState.OPEN, ClaimState.ASKED)


def draft(organisation_id: str, check_in: CheckIn, items: Collection[Item], consent_id: str = "") -> Draft:
    """What the worker will see once the client says yes, and for how long."""
    return Draft(
        consent_id=consent_id,
        organisation_id=organisation_id,
        offer_id=None,
        check_in=check_in,
        items=frozenset(items),
        reach=Reach.CHAT,
        best_time=BestTime.ANY,
        days=rules.VALID.days,
    )


async def create(
    services: Services, chat: Chat, organisation_id: str, check_in: CheckIn, items: Collection[Item]
) -> str:
    """A new code for one organisation; an earlier one for the same is no longer valid. The client has agreed that what
    it shows is kept. The code itself is told now and never again."""
    code, now = rules.make(secrets.choice), services.clock()
    async with services.db.work() as session:
        client = await clients.agree(session, services, chat)
        await session.execute(
            update(ClaimCode)
            .where(ClaimCode.client_id == client.id, ClaimCode.organisation_id == organisation_id, _waiting())
            .values(state=ClaimState.REVOKED, draft=None)
        )
        session.add(
            ClaimCode(
                code_hash=_hash(services, code),
                client_id=client.id,
                organisation_id=organisation_id,
                consent_id=str(uuid4()),
                draft={"check_in": check_in.model_dump(mode="json"), "items": sorted(items)},
                state=ClaimState.OPEN,
                created_at=now,
                expires_at=now + rules.VALID,
            )
        )
    return code


def _hash(services: Services, code: str) -> str:
    return services.vault.fingerprint(code, "claim")


def _waiting() -> ColumnElement[bool]:
    return ClaimCode.state.in_(WAITING)


@dataclass(frozen=True)
class MyCode:
    id: int
    organisation_id: str
    expires_at: datetime


async def mine(services: Services, chat_id: int) -> list[MyCode]:
    """The client's codes that can still be used, the newest first."""
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.read() as session:
        rows = await session.scalars(
            select(ClaimCode)
            .join(Client)
            .where(Client.chat_key == key, _waiting(), ClaimCode.expires_at > services.clock())
            .order_by(ClaimCode.id.desc())
        )
        return [MyCode(row.id, row.organisation_id, row.expires_at) for row in rows]


async def revoke(services: Services, chat_id: int, claim_id: int) -> bool:
    """False if the code was used or over before."""
    owner = select(Client.id).where(Client.chat_key == services.vault.fingerprint(chat_id, "client"))
    async with services.db.work() as session:
        result = await session.execute(
            update(ClaimCode)
            .where(ClaimCode.id == claim_id, ClaimCode.client_id.in_(owner), _waiting())
            .values(state=ClaimState.REVOKED, draft=None)
        )
    return bool(changed(result))


class Entered(StrEnum):
    ASKED = "asked"  # the client is asked now
    UNKNOWN = "unknown"  # no such code, used, over, or another organisation's: which one is not told
    TOO_MANY = "too_many"


async def enter(services: Services, worker_id: int, code: str) -> Entered:
    """A worker enters the code that a client has shown. Nothing of the client is shown before the client says yes."""
    now = services.clock()
    async with services.db.work() as session:
        worker = await session.get(Staff, worker_id, with_for_update=LOCKED)
        if worker is None or worker.removed_at is not None or worker.role not in MEETS_CLIENTS:
            return Entered.UNKNOWN
        if await _guessed_too_often(session, worker_id, now):
            log.warning("too many wrong claim codes", worker=worker_id)
            return Entered.TOO_MANY
        claim = await session.scalar(
            select(ClaimCode)
            .where(
                ClaimCode.code_hash == _hash(services, code),
                ClaimCode.organisation_id == worker.organisation_id,
                _waiting(),
                ClaimCode.expires_at > now,
            )
            .with_for_update(key_share=True)
        )
        if claim is None:
            session.add(ClaimAttempt(staff_id=worker_id, at=now))
            log.warning("wrong claim code", worker=worker_id)
            return Entered.UNKNOWN
        claim.state, claim.staff_id, claim.asked_at = ClaimState.ASKED, worker_id, now
        await outbox.put(
            session,
            services,
            outbox.Kind.CLAIM_ASKED,
            f"claim:{claim.id}:{worker_id}:{now.timestamp()}",
            client_id=claim.client_id,
            detail={"claim": claim.id, "worker": worker_id},
            urgent=True,
            expires_at=now + rules.ASKING,
        )
    return Entered.ASKED


async def _guessed_too_often(session: AsyncSession, worker_id: int, now: datetime) -> bool:
    recent = select(func.count()).select_from(ClaimAttempt).where(ClaimAttempt.at > now - rules.WRONG_WITHIN)
    own = await session.scalar(recent.where(ClaimAttempt.staff_id == worker_id)) or 0
    everybody = await session.scalar(recent) or 0
    return own >= rules.MOST_WRONG or everybody >= rules.MOST_WRONG_IN_ALL


@dataclass(frozen=True)
class Asking:
    """A worker who has entered the code, and what would be shown to them."""

    claim_id: int
    worker_id: int
    worker: str
    draft: Draft


async def asking(services: Services, chat_id: int, claim_id: int, worker_id: int) -> Asking | None:
    """What the client is asked about; None when it is over or not this client's."""
    async with services.db.read() as session:
        return await _asking(session, services, chat_id, claim_id, worker_id)


async def _asking(
    session: AsyncSession,
    services: Services,
    chat_id: int,
    claim_id: int,
    worker_id: int,
    *,
    lock: bool = False,
) -> Asking | None:
    now, key = services.clock(), services.vault.fingerprint(chat_id, "client")
    asked = select(ClaimCode).join(Client).where(ClaimCode.id == claim_id, Client.chat_key == key)
    claim = await session.scalar(asked.with_for_update(of=ClaimCode, key_share=True) if lock else asked)
    worker = await session.get(Staff, worker_id)
    if (
        claim is None
        or worker is None
        or worker.removed_at is not None
        or (claim.state, claim.staff_id) != (ClaimState.ASKED, worker_id)
        or worker.organisation_id != claim.organisation_id
        or claim.asked_at is None
        or now >= min(claim.expires_at, claim.asked_at + rules.ASKING)
        or claim.draft is None
    ):
        return None
    check_in, items = CheckIn.model_validate(claim.draft["check_in"]), map(Item, claim.draft["items"])
    told = draft(claim.organisation_id, check_in, [*items], claim.consent_id)
    return Asking(claim.id, worker.id, worker.name, told)


async def show(services: Services, chat: Chat, claim_id: int, worker_id: int) -> Asking | None:
    """The client says yes: a consent, and a request that is in this worker's hands at once. None when it is over."""
    async with services.db.work() as session:
        asked = await _asking(session, services, chat.id, claim_id, worker_id, lock=True)
        if asked is None:
            return None
        await _settle(session, claim_id, ClaimState.USED)
        await requests.hand_over(session, services, chat, asked.draft, worker_id)
    return asked


async def refuse(services: Services, chat_id: int, claim_id: int, worker_id: int) -> Asking | None:
    """The client says no: nothing is shown, the code is gone, and the worker is told."""
    async with services.db.work() as session:
        asked = await _asking(session, services, chat_id, claim_id, worker_id, lock=True)
        if asked is None:
            return None
        await _settle(session, claim_id, ClaimState.REFUSED)
        await outbox.put(
            session,
            services,
            outbox.Kind.CLAIM_REFUSED,
            f"refused:{claim_id}",
            staff_id=worker_id,
            detail={"claim": claim_id},
            urgent=True,
        )
    return asked


async def _settle(session: AsyncSession, claim_id: int, state: ClaimState) -> None:
    await session.execute(update(ClaimCode).where(ClaimCode.id == claim_id).values(state=state, draft=None))


async def forget_old(services: Services) -> int:
    """Remove codes that are over, and wrong codes that were entered long ago; returns how many."""
    now = services.clock()
    over = or_(ClaimCode.expires_at < now, ClaimCode.state.not_in(WAITING))
    statements: list[Any] = [
        delete(ClaimCode).where(over, ClaimCode.created_at < now - retention.CLAIMS),
        delete(ClaimAttempt).where(ClaimAttempt.at < now - retention.CLAIM_ATTEMPTS),
    ]
    async with services.db.work() as session:
        results: list[Any] = [await session.execute(statement) for statement in statements]
    return sum(map(changed, results))
