"""How it went: counted for everybody, and told to an organisation when its client says so."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.check_in import CheckIn
from bot.core.consent import ConsentState, EventKind, Item, Shared
from bot.core.follow_ups import Answers, changes
from bot.core.grants import Action, Role
from bot.core.outcomes import Changed, Told, counted, told
from bot.core.requests import IN_HAND, LEARNING, Outcome
from bot.db import tables
from bot.db.tables import Client, Consent, ContactRequest, FollowUp, Staff
from bot.services import access, caseload, consents, figures, outbox
from bot.services.access import Learned
from bot.services.base import Services
from bot.services.clients import Chat


async def count(
    session: AsyncSession, services: Services, organisation_id: str, answers: Answers, changed: Changed
) -> None:
    """Add what was answered in a follow-up to the counts of the month, inside the unit of work that notes the answer.
    No row leads to a person."""
    await figures.add(session, services, organisation_id, counted(answers, changed))


@dataclass(frozen=True)
class Recipient:
    """An organisation that could be told, and exactly what."""

    consent_id: str
    organisation_id: str
    told: Told
    helper: bool
    """Whether this is who was asked for help in the first place; the others have guided the client on, or help too."""
    heard: bool
    """Whether it was told already."""


async def recipients(services: Services, chat_id: int, follow_up_id: int) -> list[Recipient]:
    """Whom the client can tell how it went: those whose consent is valid now and who have somebody to hear it.
    First the one the follow-up is about, then who has guided the client on, then the others."""
    key = services.vault.fingerprint(chat_id, "client")
    async with services.db.read() as session:
        follow_up = await _answered(session, follow_up_id, key)
        if follow_up is None:
            return []
        answers, changed = await said(session, follow_up)
        rows = await session.execute(
            select(Consent, ContactRequest)
            .join(ContactRequest, ContactRequest.consent_id == Consent.id)
            .where(
                Consent.client_id == follow_up.client_id,
                Consent.state == ConsentState.GIVEN,
                Consent.valid_until > services.clock(),
                ContactRequest.state.in_(LEARNING),
            )
            .order_by(ContactRequest.id)
        )
        found: list[tuple[int, Recipient]] = []
        for consent, request in rows:
            shared = Shared.model_validate(consent.shared)
            outcome = told(answers, changed, shared)
            if not outcome or not await _listeners(session, request):
                continue
            heard = follow_up.id in shared.outcome
            helper = request.id == follow_up.request_id
            place = 0 if helper else 1 if request.outcome == Outcome.REFERRED_ON else 2
            found.append((place, Recipient(consent.id, consent.organisation_id, outcome, helper, heard)))
    return [one for _place, one in sorted(found, key=lambda each: each[0])]


async def tell(services: Services, chat: Chat, follow_up_id: int, consent_id: str) -> bool:
    """The client wants this organisation to know how it went: written down on its consent, and left to be said. True
    also if that was done before; False if the consent is not in force (any more) or there is nobody to hear it."""
    key = services.vault.fingerprint(chat.id, "client")
    async with services.db.work() as session:
        follow_up = await _answered(session, follow_up_id, key)
        consent = await _in_force(session, services, key, consent_id)
        if follow_up is None or consent is None:
            return False
        shared = Shared.model_validate(consent.shared)
        if follow_up.id in shared.outcome:
            return True
        request = await session.scalar(
            select(ContactRequest)
            .where(ContactRequest.consent_id == consent.id, ContactRequest.state.in_(LEARNING))
            .with_for_update(key_share=True)
        )
        listeners = await _listeners(session, request) if request else []
        if request is None or not listeners:
            return False
        await _allow(session, services, chat, consent, shared, follow_up.id)
        for worker_id in listeners:
            await _put(session, services, request, worker_id, follow_up.id)
    return True


async def _allow(
    session: AsyncSession, services: Services, chat: Chat, consent: Consent, shared: Shared, follow_up_id: int
) -> None:
    once = Shared.model_validate(consent.once_given or consent.shared)
    more = shared.model_copy(update={"outcome": (*shared.outcome, follow_up_id)})
    once = once.model_copy(update={"outcome": (*once.outcome, follow_up_id)})
    consent.shared, consent.once_given = more.model_dump(mode="json"), once.model_dump(mode="json")
    event_id = str(uuid5(UUID(consent.id), f"outcome:{follow_up_id}"))
    await consents.append_event(
        session, services, consent, EventKind.CHANGED, chat.locale, event_id=event_id, shared=more
    )


async def _put(
    session: AsyncSession, services: Services, request: ContactRequest, worker_id: int, follow_up_id: int
) -> None:
    await outbox.put(
        session,
        services,
        outbox.Kind.OUTCOME,
        f"outcome:{follow_up_id}:{request.id}:{worker_id}",
        staff_id=worker_id,
        request_id=request.id,
        detail={"follow_up": follow_up_id},
    )
    if request.state in IN_HAND and request.accepted_by == worker_id:
        await outbox.put_card(session, services, worker_id, request.id, urgent=False)


async def learned(services: Services, worker_id: int, request_id: int, follow_up_id: int) -> Learned | None:
    """How it went, for the worker who has or had the request; None if that is not allowed now."""
    async with services.db.work() as session:
        follow_up = await session.get(FollowUp, follow_up_id)
        leave = await caseload.granted(
            session, services, worker_id, request_id, Action.LEARN, frozenset({Item.OUTCOME})
        )
        if leave is None or follow_up is None or follow_up.client_id != leave[1].client_id:
            return None
        answers, changed = await said(session, follow_up)
        grant, consent, request = leave
        return await access.learn(session, services, grant, consent, request, follow_up_id, answers, changed)


async def _answered(session: AsyncSession, follow_up_id: int, chat_key: str) -> FollowUp | None:
    """The client's own follow-up, once something has been said in it."""
    follow_up: FollowUp | None = await session.scalar(
        select(FollowUp).join(Client).where(FollowUp.id == follow_up_id, Client.chat_key == chat_key)
    )
    begun = follow_up is not None and (follow_up.answers is not None or follow_up.now_id is not None)
    return follow_up if begun else None


async def said(session: AsyncSession, follow_up: FollowUp) -> tuple[Answers, Changed]:
    """What was answered in a follow-up, and how each area was then and is now."""
    rounds = [
        await session.get(tables.CheckIn, one) if one else None
        for one in (follow_up.then_id, follow_up.now_id)
    ]
    then, now = (CheckIn.model_validate(one.answers if one else {}) for one in rounds)
    return Answers.model_validate(follow_up.answers or {}), changes(then, now)


async def _in_force(
    session: AsyncSession, services: Services, chat_key: str, consent_id: str
) -> Consent | None:
    """The client's own consent, locked, so that it cannot end meanwhile."""
    found: Consent | None = await session.scalar(
        select(Consent)
        .join(Client)
        .where(
            Consent.id == consent_id,
            Client.chat_key == chat_key,
            Consent.state == ConsentState.GIVEN,
            Consent.valid_until > services.clock(),
        )
        .with_for_update(of=Consent, key_share=True)
    )
    return found


async def _listeners(session: AsyncSession, request: ContactRequest) -> list[int]:
    """Who hears how it went: the worker who has or had the request; if they have left, the contact persons."""
    taker = await session.get(Staff, request.accepted_by) if request.accepted_by else None
    if taker is not None and taker.removed_at is None and taker.organisation_id == request.organisation_id:
        return [taker.id]
    persons = await session.scalars(
        select(Staff.id)
        .where(
            Staff.organisation_id == request.organisation_id,
            Staff.role == Role.CONTACT_PERSON,
            Staff.removed_at.is_(None),
        )
        .order_by(Staff.id)
    )
    return list(persons)
