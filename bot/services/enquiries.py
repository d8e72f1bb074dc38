"""Anonymous enquiries (nimetön kysymys) from the side of whoever asks, and their end.

Somebody who asks needs no account. What is kept is what was said and the way back, encrypted, and a fingerprint that
cannot be matched with that of an account.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random, SystemRandom
from typing import TYPE_CHECKING

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import enquiries as rules
from bot.core.enquiries import LIVE, Ended, Refused, Side, State
from bot.db.tables import Enquiry, EnquiryBlock, EnquiryMessage, Staff
from bot.services import outbox, staff
from bot.services.base import Services

if TYPE_CHECKING:
    from bot.services.clients import Chat

LOCKED = {"key_share": True}
SHOWN = 10
"""One's own enquiries that are listed, newest first."""
BATCH = 500
"""Rows that are removed in one unit of work."""
_RANDOM = SystemRandom()


@dataclass(frozen=True)
class Draft:
    """A question as it was shown before sending. `token` is made with the draft: sent twice is asked once."""

    token: str
    organisation_id: str
    alias: str
    words: str


@dataclass(frozen=True)
class Said:
    """One message, as both sides see it."""

    id: int
    side: Side
    worker: str | None
    words: str
    at: datetime


@dataclass(frozen=True)
class Thread:
    """An enquiry as its asker sees it. Without `said` only how it stands."""

    id: int
    alias: str
    organisation_id: str
    state: State
    ended_by: Ended | None
    gone_at: datetime | None  # when the words go
    said: tuple[Said, ...] = ()

    @property
    def live(self) -> bool:
        return self.state in LIVE


@dataclass(frozen=True)
class Asker:
    """Where an answer goes and in which language: known to the courier while it sends."""

    enquiry_id: int
    chat_id: int
    locale: str


def _key(services: Services, chat_id: int) -> str:
    return services.vault.fingerprint(chat_id, "enquiry")


def of(services: Services, chat_id: int) -> Select[Enquiry]:
    """The person's enquiries whose words are still there."""
    return select(Enquiry).where(Enquiry.asker_key == _key(services, chat_id), Enquiry.route.is_not(None))


def _thread(enquiry: Enquiry, said: Iterable[Said] = ()) -> Thread:
    ended_by = Ended(enquiry.ended_by) if enquiry.ended_by else None
    return Thread(
        id=enquiry.id,
        alias=enquiry.alias,
        organisation_id=enquiry.organisation_id,
        state=State(enquiry.state),
        ended_by=ended_by,
        gone_at=enquiry.ended_at + rules.KEPT_AFTER_END if enquiry.ended_at else None,
        said=tuple(said),
    )


async def said(session: AsyncSession, enquiry_id: int) -> tuple[Said, ...]:
    """All messages of an enquiry, in order."""
    rows = await session.execute(
        select(EnquiryMessage, Staff.name)
        .outerjoin(Staff, EnquiryMessage.staff_id == Staff.id)
        .where(EnquiryMessage.enquiry_id == enquiry_id)
        .order_by(EnquiryMessage.id)
    )
    return tuple(Said(row.id, Side(row.side), name, row.words, row.at) for row, name in rows)


# --- asking


async def askable(services: Services, chat_id: int) -> frozenset[str]:
    """Organisations in which somebody would answer this person."""
    blocking = select(EnquiryBlock.organisation_id).where(
        EnquiryBlock.asker_key == _key(services, chat_id),
        EnquiryBlock.at > services.clock() - rules.BLOCK_LASTS,
    )
    reachable = await staff.reachable_organisations(services)
    async with services.db.read() as session:
        return reachable - frozenset(await session.scalars(blocking))


async def new_alias(services: Services, organisation_id: str, random: Random = _RANDOM) -> str:
    """A name that the organisation does not know from another enquiry."""
    async with services.db.read() as session:
        taken = await session.scalars(
            select(Enquiry.alias).where(
                Enquiry.organisation_id == organisation_id, Enquiry.route.is_not(None)
            )
        )
        return rules.alias(random, frozenset(taken))


async def ask(services: Services, chat: Chat, draft: Draft) -> int | Refused:
    """Send a question. Returns the enquiry's id; the same draft sent twice is one enquiry."""
    now, there = services.clock(), draft.organisation_id in await askable(services, chat.id)
    async with services.db.work() as session:
        already = select(EnquiryMessage.enquiry_id).where(EnquiryMessage.token == draft.token)
        if (enquiry_id := await session.scalar(already)) is not None:
            return enquiry_id
        if (why := await _limit(session, services, chat.id, draft.organisation_id)) is not None:
            return why
        if not there:
            return Refused.NOT_THERE
        enquiry = Enquiry(
            alias=draft.alias,
            organisation_id=draft.organisation_id,
            route={"chat": chat.id, "locale": chat.locale},
            asker_key=_key(services, chat.id),
            state=State.OPEN,
            created_at=now,
            last_at=now,
        )
        session.add(enquiry)
        await session.flush()
        _add(session, enquiry, draft.token, draft.words, now)
        await outbox.put_enquiry_cards(session, services, enquiry.organisation_id, enquiry.id, urgent=False)
    return enquiry.id


def _add(session: AsyncSession, enquiry: Enquiry, token: str, words: str, now: datetime) -> None:
    session.add(EnquiryMessage(enquiry_id=enquiry.id, token=token, side=Side.ASKER, words=words, at=now))


async def _limit(
    session: AsyncSession, services: Services, chat_id: int, organisation_id: str
) -> Refused | None:
    """Whether one person, or everybody together, has asked too much."""
    now, own = services.clock(), Enquiry.asker_key == _key(services, chat_id)
    waiting = (Enquiry.organisation_id == organisation_id, Enquiry.state == State.OPEN)
    for most, why, which in (
        (rules.MOST_LIVE, Refused.MOST_LIVE, (own, Enquiry.state.in_(LIVE))),
        (rules.MOST_A_DAY, Refused.MOST_A_DAY, (own, Enquiry.created_at > now - rules.DAY)),
        (rules.MOST_WAITING, Refused.FULL, waiting),
        (rules.MOST_AN_HOUR, Refused.FULL, (Enquiry.created_at > now - rules.HOUR,)),
    ):
        if (await session.scalar(select(func.count(Enquiry.id)).where(*which)) or 0) >= most:
            return why
    return None


async def write(services: Services, chat: Chat, enquiry_id: int, words: str, token: str) -> Refused | None:
    """Go on with an enquiry. None when the message was taken, now or by an earlier press of the same `token`."""
    now, there = services.clock(), await askable(services, chat.id)
    async with services.db.work() as session:
        if await session.scalar(select(EnquiryMessage.id).where(EnquiryMessage.token == token)) is not None:
            return None
        mine = of(services, chat.id).where(Enquiry.id == enquiry_id)
        enquiry = await session.scalar(mine.with_for_update(key_share=True))
        if enquiry is None or enquiry.state not in LIVE:
            return Refused.ENDED
        if enquiry.organisation_id not in there:
            return Refused.NOT_THERE
        last = [one.side for one in await said(session, enquiry_id)][-rules.MOST_UNANSWERED :]
        if last == [Side.ASKER] * rules.MOST_UNANSWERED:
            return Refused.UNANSWERED
        enquiry.state, enquiry.last_at = State.OPEN, now
        enquiry.route = {"chat": chat.id, "locale": chat.locale}
        _add(session, enquiry, token, words, now)
        await outbox.put_enquiry_cards(
            session, services, enquiry.organisation_id, enquiry_id, urgent=False, afresh=True
        )
    return None


# --- looking


async def mine(services: Services, chat_id: int) -> list[Thread]:
    """One's own enquiries, the one last written in first."""
    async with services.db.read() as session:
        rows = of(services, chat_id).order_by(Enquiry.last_at.desc(), Enquiry.id.desc()).limit(SHOWN)
        return [_thread(enquiry) for enquiry in await session.scalars(rows)]


async def thread(services: Services, chat_id: int, enquiry_id: int) -> Thread | None:
    async with services.db.read() as session:
        enquiry = await session.scalar(of(services, chat_id).where(Enquiry.id == enquiry_id))
        return _thread(enquiry, await said(session, enquiry_id)) if enquiry else None


async def speak(session: AsyncSession, services: Services, chat: Chat) -> None:
    """Answers come in the new language."""
    for enquiry in await session.scalars(of(services, chat.id)):
        enquiry.route = {"chat": chat.id, "locale": chat.locale}


async def asker(services: Services, enquiry_id: int) -> Asker | None:
    """The way to whoever asked, if there still is one."""
    async with services.db.read() as session:
        enquiry = await session.get(Enquiry, enquiry_id)
        if enquiry is None or enquiry.route is None or enquiry.ended_by == Ended.UNREACHABLE:
            return None
        return Asker(enquiry.id, enquiry.route["chat"], enquiry.route["locale"])


# --- the end


async def end(services: Services, chat_id: int, enquiry_id: int) -> bool:
    """The asker ends it. True also if it had ended already; False if it is none of theirs."""
    async with services.db.work() as session:
        mine = of(services, chat_id).where(Enquiry.id == enquiry_id)
        enquiry = await session.scalar(mine.with_for_update(key_share=True))
        if enquiry is not None and enquiry.state in LIVE:
            await close(session, services, enquiry, Ended.ASKER)
    return enquiry is not None


async def unreachable(services: Services, enquiry_id: int) -> None:
    """Telegram takes no messages for the asker: there is no use in answering."""
    async with services.db.work() as session:
        enquiry = await session.get(Enquiry, enquiry_id, with_for_update=LOCKED)
        if enquiry is not None and enquiry.state in LIVE:
            await close(session, services, enquiry, Ended.UNREACHABLE)


async def close(session: AsyncSession, services: Services, enquiry: Enquiry, by: Ended) -> None:
    """End an enquiry inside a unit of work: nobody writes on, and whoever did not end it is told."""
    now, urgent = services.clock(), by is not Ended.IDLE
    enquiry.state, enquiry.ended_at, enquiry.ended_by = State.ENDED, now, by
    enquiry.answering_since = None
    writing = update(Staff).where(Staff.writing_enquiry == enquiry.id)
    await session.execute(writing.values(writing_enquiry=None, draft=None))
    await outbox.put_enquiry_cards(session, services, enquiry.organisation_id, enquiry.id, urgent=urgent)
    if by in {Ended.WORKER, Ended.BLOCKED, Ended.IDLE}:
        key = f"enquiry_ended:{enquiry.id}:{now.timestamp()}"
        await outbox.put(session, services, outbox.Kind.ENQUIRY_ENDED, key, enquiry_id=enquiry.id)


async def forget(session: AsyncSession, services: Services, chat_id: int) -> int:
    """End and erase all that this person has asked; returns how many enquiries. For a day the fingerprint stays: the
    limits would be none if forgetting lifted them."""
    found = list(await session.scalars(of(services, chat_id).order_by(Enquiry.id).with_for_update()))
    for enquiry in found:
        if enquiry.state in LIVE:
            await close(session, services, enquiry, Ended.FORGOTTEN)
        await _erase(session, services, enquiry, urgent=True)
    return len(found)


async def forget_at_once(services: Services, chat_id: int) -> int:
    """`forget` as a unit of work of its own."""
    async with services.db.work() as session:
        return await forget(session, services, chat_id)


async def _erase(session: AsyncSession, services: Services, enquiry: Enquiry, *, urgent: bool) -> None:
    """The words, and the way to whoever asked; workers' cards lose them, too."""
    await session.execute(delete(EnquiryMessage).where(EnquiryMessage.enquiry_id == enquiry.id))
    enquiry.route = enquiry.answering = None
    await outbox.put_enquiry_cards(session, services, enquiry.organisation_id, enquiry.id, urgent=urgent)


async def kept(services: Services, chat_id: int) -> int:
    """How many enquiries of this person are kept."""
    async with services.db.read() as session:
        rows = of(services, chat_id).with_only_columns(func.count(Enquiry.id))
        return await session.scalar(rows) or 0


async def purge(services: Services) -> int:
    """End what has been silent for long, erase what ended long ago; returns how many were erased."""
    now = services.clock()
    silent = select(Enquiry).where(Enquiry.state.in_(LIVE), Enquiry.last_at < now - rules.IDLE_ENDS)
    over = select(Enquiry).where(Enquiry.route.is_not(None), Enquiry.ended_at < now - rules.KEPT_AFTER_END)
    async with services.db.work() as session:
        for enquiry in await session.scalars(silent.limit(BATCH).with_for_update(key_share=True)):
            await close(session, services, enquiry, Ended.IDLE)
        erased = list(await session.scalars(over.limit(BATCH).with_for_update(key_share=True)))
        for enquiry in erased:
            await _erase(session, services, enquiry, urgent=False)
        bare = (Enquiry.route.is_(None), Enquiry.asker_key.is_not(None), Enquiry.created_at < now - rules.DAY)
        await session.execute(update(Enquiry).where(*bare).values(asker_key=None))
        await session.execute(delete(EnquiryBlock).where(EnquiryBlock.at <= now - rules.BLOCK_LASTS))
    return len(erased)
