"""The client's account: made only when the client agrees that something is kept, gone when they ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.consent import ConsentState, EventKind
from bot.core.requests import LIVE
from bot.db.tables import Appointment, CheckIn, Client, Consent, ContactRequest, MemoEntry
from bot.services import appointments, consents, enquiries, follow_up_plan, outbox
from bot.services.base import Services


@dataclass(frozen=True)
class Chat:
    """The client's private chat, as Telegram knows it, and the language spoken in it."""

    id: int
    locale: str


async def find(
    session: AsyncSession, services: Services, chat_id: int, *, lock: bool = False
) -> Client | None:
    """The client of this chat. `lock` keeps it for this unit of work, so that those of one moment take turns."""
    key = services.vault.fingerprint(chat_id, "client")
    mine = select(Client).where(Client.chat_key == key)
    found: Client | None = await session.scalar(mine.with_for_update(key_share=True) if lock else mine)
    return found


async def agree(session: AsyncSession, services: Services, chat: Chat) -> Client:
    """The client's account, made now if there is none: call it only once the client has agreed to be remembered.
    It stays locked until the unit of work ends, so that presses of the same moment go one after another."""
    now, key = services.clock(), services.vault.fingerprint(chat.id, "client")
    new = {"chat_key": key, "chat_id": chat.id, "locale": chat.locale, "agreed_at": now, "last_seen_at": now}
    insert = (sqlite if services.db.is_sqlite else postgresql).insert(Client).values(new)
    await session.execute(insert.on_conflict_do_nothing(index_elements=["chat_key"]))
    client = await find(session, services, chat.id, lock=True)
    assert client is not None
    client.last_seen_at, client.locale, client.blocked_at = now, chat.locale, None
    return client


async def seen(services: Services, chat_id: int) -> str | None:
    """An agreed client is here: noted once a day, so that an account in use is not taken for an idle one. Returns the
    language the client has chosen; None for somebody we do not know, of whom nothing is noted."""
    async with services.db.read() as session:
        client = await find(session, services, chat_id)
    if client is None:
        return None
    now = services.clock()
    if now - client.last_seen_at >= timedelta(days=1):
        async with services.db.work() as session:
            await session.execute(update(Client).where(Client.id == client.id).values(last_seen_at=now))
    return client.locale


async def speak(services: Services, chat: Chat) -> None:
    """Remember an agreed client's new language, and that of answers to enquiries; for others nothing is stored here."""
    async with services.db.work() as session:
        await enquiries.speak(session, services, chat)
        key = services.vault.fingerprint(chat.id, "client")
        await session.execute(update(Client).where(Client.chat_key == key).values(locale=chat.locale))


async def opt_out(services: Services, chat_id: int) -> None:
    """The client has said stop: what nobody waits for is not sent any more, not even what is on its way. Somebody we
    do not know gets no messages anyway, and nothing is noted of them. Text messages end, and their number goes."""
    async with services.db.work() as session:
        client = await find(session, services, chat_id, lock=True)
        if client is not None:
            client.opted_out_at = client.opted_out_at or services.clock()
            await consents.end_texts(session, services, client)
            await outbox.drop_unasked(session, client.id)
            await follow_up_plan.stop(session, services, client)


async def opt_in(services: Services, chat_id: int) -> None:
    """Reminders and follow-ups again: only ever by a press that says so."""
    async with services.db.work() as session:
        client = await find(session, services, chat_id, lock=True)
        if client is not None and client.opted_out_at is not None:
            client.opted_out_at = None
            await appointments.remind_again(session, services, client)
            await follow_up_plan.plan_all(session, services, client)


async def opted_out(services: Services, chat_id: int) -> bool:
    async with services.db.read() as session:
        client = await find(session, services, chat_id)
        return client is not None and client.opted_out_at is not None


async def toggle_open_notices(services: Services, chat_id: int) -> bool:
    """Whether reminders can be read without opening them, from now on."""
    async with services.db.work() as session:
        client = await find(session, services, chat_id, lock=True)
        if client is None:
            return False
        client.open_notices = not client.open_notices
        return client.open_notices


async def open_notices(services: Services, chat_id: int) -> bool:
    async with services.db.read() as session:
        client = await find(session, services, chat_id)
        return client is not None and client.open_notices


async def chat_reachable(services: Services, chat_id: int, reachable: bool) -> None:
    """Note that the client has blocked or unblocked the bot, and let a waiting worker see it."""
    async with services.db.work() as session:
        client = await find(session, services, chat_id)
        if client is None or (client.blocked_at is None) == reachable:
            return
        client.blocked_at = None if reachable else services.clock()
        requests = await session.scalars(
            select(ContactRequest).where(
                ContactRequest.client_id == client.id, ContactRequest.state.in_(LIVE)
            )
        )
        for request in requests:
            await outbox.put_cards(session, services, request.organisation_id, request.id, urgent=False)
            if client.blocked_at is not None and request.accepted_by is not None:
                await outbox.put(
                    session,
                    services,
                    outbox.Kind.UNREACHED,
                    f"unreached:{request.id}:{client.blocked_at.timestamp()}",
                    staff_id=request.accepted_by,
                    request_id=request.id,
                )


@dataclass(frozen=True)
class Kept:
    """How much is held about a client: shown before forgetting."""

    enquiries: int
    check_ins: int
    memo: int
    requests: int
    consents: int
    own_times: int
    meetings: int

    def __bool__(self) -> bool:
        return any(vars(self).values())


async def kept(services: Services, chat_id: int) -> Kept:
    asked = await enquiries.kept(services, chat_id)
    async with services.db.read() as session:
        client = await find(session, services, chat_id)
        if client is None:
            return Kept(asked, 0, 0, 0, 0, 0, 0)
        counts = [
            await session.scalar(select(func.count()).select_from(table).where(table.client_id == client.id))
            or 0
            for table in (CheckIn, MemoEntry, ContactRequest, Consent)
        ]
        for whose in (Appointment.request_id.is_(None), Appointment.request_id.is_not(None)):
            mine = (
                select(func.count()).select_from(Appointment).where(Appointment.client_id == client.id, whose)
            )
            counts.append(await session.scalar(mine) or 0)
    return Kept(asked, *counts)


async def forget(services: Services, chat_id: int) -> bool:
    """Forget a client at once: every consent ends, every recipient's card loses what was shared, the account and all
    that hangs on it goes. What stays: that a request and a consent existed and ended, without saying whose or about
    what. Enquiries end and lose their words as well, account or not. False if nothing was known."""
    async with services.db.work() as session:
        asked = await enquiries.forget(session, services, chat_id)
        client = await find(session, services, chat_id, lock=True)
        if client is None:
            return bool(asked)
        held = select(Consent).where(Consent.client_id == client.id).order_by(Consent.id)
        for consent in await session.scalars(held.with_for_update(key_share=True)):
            if consent.state == ConsentState.GIVEN:
                await consents.end(session, services, consent, EventKind.WITHDRAWN, client.locale)
            consent.record = consent.shared = None
        await session.execute(
            update(ContactRequest)
            .where(ContactRequest.client_id == client.id)
            .values(offer_id=None, areas=[])
        )
        await session.execute(delete(Client).where(Client.id == client.id))
    return True
