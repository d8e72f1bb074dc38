"""Gets the service's own messages out: claims rows of the outbox, checks them once more, says them, writes it down.

A row is written down as sent after Telegram has taken the message, so a kill at any moment loses nothing; the one
message in flight may come twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog
from prometheus_client import Counter
from telegram import Bot, InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.core.calendar import may_go_from
from bot.db.tables import Client, OutboxMessage, Staff
from bot.db.work import giving_way
from bot.i18n import speaking
from bot.limits import Pace, seconds
from bot.notices import Notice, for_asker, for_client, for_phone, for_worker
from bot.services import (
    caseload,
    clients,
    enquiries,
    enquiry_desk,
    housekeeping,
    outbox,
    staff,
    text_messages,
)
from bot.services.base import Services
from bot.services.due import Chat, chat_of
from bot.services.enquiries import Asker
from bot.services.outbox import BY_SMS, MOST_ATTEMPTS, Row
from bot.services.subjects import looked_up, worker_of
from bot.sms import MOST_AT_ONCE, Gateway, Went
from bot.staff.requests import take_away

log = structlog.get_logger()

SETTLED = Counter("rinnalla_messages", "Messages of the service by what became of them", ["kind", "state"])
UNCERTAIN = Counter(
    "rinnalla_messages_uncertain",
    "Sends whose line broke: the message may have arrived, and is sent once more",
)
NOT_DELIVERED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, TelegramError)
"""What may be behind an error after which the message has not arrived: no connection, or a refusal. python-telegram-bot
puts a refusal that is no JSON, such as the page of a gateway, behind a NetworkError."""
MOST_IN_FLIGHT = 32
"""Messages that are just being sent and written down, and no more than so many can come twice after a kill. The pace
lets far fewer fly, as long as Telegram answers within a second: about 29 times the seconds that this takes."""
MOST_IN_HAND = 160
"""Messages that are claimed: what is urgent waits for these, less than three seconds."""
ENOUGH_IN_HAND = 80
"""With no more than these left, it is time to claim more."""
EVERYBODY = 0
"""Number of no chat: with it all telephones wait."""
SHORTEST_LEASE = timedelta(seconds=30)
"""Nothing is sent on a lease that could run out before the answer comes: another courier would send it, too."""


class Courier:
    """One courier; several may share the work, each claiming its own rows."""

    def __init__(
        self,
        services: Services,
        client_bot: Bot,
        staff_bot: Bot | None,
        pace: Callable[[], Pace] = Pace,
        gateway: Gateway | None = None,
    ) -> None:
        self._services, self._client_bot, self._staff_bot = services, client_bot, staff_bot
        self._gateway = gateway
        self._to_clients, self._to_workers = pace(), pace()  # each bot has limits of its own
        self._to_phones = pace()
        self._to_clients.share(services.window)
        self._in_flight = asyncio.Semaphore(MOST_IN_FLIGHT)
        self._texts_in_flight = asyncio.Semaphore(MOST_AT_ONCE)  # a slow gateway holds up no chat
        self._in_hand, self._wanted_left = 0, 0
        self._few = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: look for what is due whenever little is left in hand or the bell rings, and at the latest after
        every COURIER_INTERVAL. What is in hand at the end is still delivered. Conversations go before it all."""
        with giving_way():
            await self._rounds(stop)

    async def _rounds(self, stop: asyncio.Event) -> None:
        interval = self._services.settings.courier_interval.total_seconds()
        bell = self._services.bell
        while not stop.is_set():
            bell.clear()
            claimed = 0
            try:
                await housekeeping.tick(self._services)
                claimed = await self._take_up()
            except Exception:
                log.exception("courier round failed")
            if claimed:
                await self._until_left(ENOUGH_IN_HAND, stop)
            else:  # for a chat that is being served there may be more
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._until_left(self._in_hand // 2, stop, bell), interval)
        await self._until_left(0)

    async def round(self) -> int:
        """Claim what is due and deliver it; returns how many rows were claimed."""
        claimed = await self._take_up()
        await self._until_left(0)
        return claimed

    async def _take_up(self) -> int:
        """Claim what is due and begin to deliver it, one chat's messages in order."""
        rows = await outbox.claim(self._services, MOST_IN_HAND - self._in_hand)
        self._in_hand += len(rows)
        by_chat: dict[Chat, list[OutboxMessage]] = defaultdict(list)
        for row in rows:
            by_chat[chat_of(row)].append(row)
        for chat in by_chat.values():
            task = asyncio.create_task(self._in_order(chat))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(rows)

    async def _until_left(self, most: int, *events: asyncio.Event) -> None:
        """Until no more than `most` messages are in hand, or one of the events is there. With nothing in hand only the
        events count, if there are any."""
        self._wanted_left = most
        self._few.clear()
        if self._in_hand > most:
            await _either(self._few, *events)
        elif not most and events:
            await _either(*events)

    async def _in_order(self, rows: Iterable[OutboxMessage]) -> None:
        """When one message has to wait, those after it in the chat wait, too."""
        until: datetime | None = None
        for row in rows:
            try:
                until = await self._after(until, row)
            except Exception:  # the row stays claimed, and is free again when its lease is out
                log.exception("message not written down", kind=row.kind, row=row.id)
            finally:
                self._in_hand -= 1
                if self._in_hand <= self._wanted_left:
                    self._few.set()

    async def _after(self, until: datetime | None, row: OutboxMessage) -> datetime | None:
        """Returns until when those behind this one in its chat have to wait."""
        if until is not None:
            await outbox.put_back(self._services, row, until, tried=False)
            return until
        try:
            return await self._deliver(row)
        except Exception:
            log.exception("delivery failed", kind=row.kind, row=row.id)
            return await self._retry(row, "error")

    async def _deliver(self, row: OutboxMessage) -> datetime | None:
        """Returns until when this chat has to wait, if it has to."""
        services = self._services
        now = services.clock()
        later = may_go_from(now, services.settings.quiet_hours, services.settings.zone, urgent=row.urgent)
        if row.lease_until is None or row.lease_until < now + SHORTEST_LEASE:
            await outbox.put_back(services, row, row.due_at, tried=False)
        elif row.expires_at is not None and row.expires_at <= now:
            await self._settle(row, Row.DROPPED, reason="expired")
        elif later > now:
            await outbox.put_back(services, row, later, tried=False)
        else:
            return await self._in_turn(row)
        return None

    async def _in_turn(self, row: OutboxMessage) -> datetime | None:
        """What may be said is looked up when it is this message's turn, so that nothing changes while it waits."""
        pace, chat = self._pace(row)
        if left := max(pace.pause_left(chat), pace.pause_left(EVERYBODY)):
            until = self._services.clock() + timedelta(seconds=left)
            await outbox.put_back(self._services, row, until, reason="retry after", tried=False)
            return until
        await pace.wait(chat)
        if row.channel == BY_SMS:
            async with self._texts_in_flight:
                return await self._to_phone(row)
        async with self._in_flight:
            to = {"client": self._to_client, "asker": self._to_asker, "worker": self._to_worker}
            return await to[chat_of(row)[0]](row)

    def _pace(self, row: OutboxMessage) -> tuple[Pace, int]:
        whose, number = chat_of(row)
        if whose == "phone":
            return self._to_phones, number
        pace = self._to_workers if whose == "worker" else self._to_clients
        return pace, -number if whose == "asker" else number

    async def _to_client(self, row: OutboxMessage) -> datetime | None:
        async with looked_up(self._services, row) as about:
            client = about.client
            if client is None or client.blocked_at is not None:
                await self._settle(row, Row.DROPPED, reason="no chat")
                return None
            with speaking(client.locale):
                notice = await for_client(self._services, row, client)
        return await self._say(row, notice, self._client_bot, client)

    async def _to_asker(self, row: OutboxMessage) -> datetime | None:
        """Only here, and only for the length of a send, is it known where the answer to an enquiry goes."""
        asker = await enquiries.asker(self._services, row.enquiry_id or 0)
        if asker is None:
            await self._settle(row, Row.DROPPED, reason="no chat")
            return None
        with speaking(asker.locale):
            notice = await for_asker(self._services, row)
        return await self._say(row, notice, self._client_bot, asker)

    async def _to_worker(self, row: OutboxMessage) -> datetime | None:
        worker = await worker_of(self._services, row)
        if worker is None or self._staff_bot is None or worker.blocked_at is not None:
            await self._settle(row, Row.DROPPED, reason="no chat")
            return None
        with speaking(worker.locale):
            notice = await for_worker(self._services, row, worker)
        return await self._say(row, notice, self._staff_bot, worker)

    async def _to_phone(self, row: OutboxMessage) -> datetime | None:
        """A text message, if it is still wanted and true. It also goes where the chat is blocked: it has a consent and
        an end of its own."""
        phone = await text_messages.number_for(self._services, row)
        async with looked_up(self._services, row) as about:
            client = about.client
            if client is None or phone is None or self._gateway is None:
                await self._settle(row, Row.DROPPED, reason="no number" if self._gateway else "no gateway")
                return None
            with speaking(client.locale):
                text = await for_phone(self._services, row, client, phone)
        if text is None:
            await self._settle(row, Row.DROPPED, reason="no longer true")
            return None
        went = await self._gateway.send(phone.number, text)
        if went is Went.SENT:
            await self._settle(row, Row.SENT)
            return None
        log.warning("text message not sent", kind=row.kind, row=row.id, error=went)
        if went is not Went.REFUSED:
            self._to_phones.pause(EVERYBODY, self._gateway.rests)
        return await (self._uncertain(row) if went is Went.UNCERTAIN else self._retry(row, "not delivered"))

    async def _say(
        self, row: OutboxMessage, notice: Notice | None, bot: Bot, to: Client | Staff | Asker
    ) -> datetime | None:
        if notice is None:
            await self._settle(row, Row.DROPPED, reason="no longer true")
            return None
        pace, chat = self._pace(row)
        try:
            async with pace.passage():
                message_id = await _send(bot, to.chat_id, notice)
        except RetryAfter as error:
            pace.pause(chat, seconds(error))
            until = self._services.clock() + timedelta(seconds=seconds(error))
            await outbox.put_back(self._services, row, until, reason="retry after", tried=False)
            return until
        except Forbidden:
            await self._unreachable(to)
            await self._settle(row, Row.DROPPED, reason="blocked")
        except BadRequest as error:
            log.warning("message refused", kind=row.kind, row=row.id, error=str(error))
            await self._settle(row, Row.FAILED, reason=str(error)[:200])
        except TelegramError as error:
            return await self._broken_line(row, error, notice)
        else:
            await self._said(row, notice, bot, to, message_id)
        return None

    async def _said(
        self, row: OutboxMessage, notice: Notice, bot: Bot, to: Client | Staff | Asker, message_id: int | None
    ) -> None:
        """Write it down; what has changed while the message was on its way is put right."""
        if row.staff_id is not None and message_id is not None:
            earlier = await self._note_card(row.staff_id, notice, message_id)
            if earlier is not None:
                await take_away(bot, to.chat_id, earlier)
        ours = await self._settle(row, Row.SENT, message_id=message_id)
        if not ours and row.kind in outbox.PASSED_ON:
            async with self._services.db.work() as session:
                await outbox.put_retraction(session, self._services, row, message_id)

    async def _note_card(self, worker_id: int, notice: Notice, message_id: int) -> int | None:
        """Remember what a card shows now; returns an earlier message that shows the same and has to go."""
        services, edited = self._services, notice.edit is not None
        if isinstance(notice.card, caseload.Card):
            if not edited:
                return await caseload.remember_shown(services, worker_id, notice.card, message_id)
            await caseload.keep_true(services, worker_id, notice.card)
        elif isinstance(notice.card, enquiry_desk.Card):
            if not edited:
                return await enquiry_desk.remember_shown(services, worker_id, notice.card, message_id)
            await enquiry_desk.keep_true(services, worker_id, notice.card)
        return None

    async def _broken_line(self, row: OutboxMessage, error: TelegramError, notice: Notice) -> datetime | None:
        """After a cut, or an answer that cannot be read, the message may have arrived or not; these look alike: it is
        sent once more, not twice. Bringing a message up to date or taking it away does no harm however often."""
        log.warning("message not sent", kind=row.kind, row=row.id, error=type(error).__name__)
        cause = error.__cause__
        if cause is None or isinstance(cause, NOT_DELIVERED) or notice.repeatable:
            return await self._retry(row, "not delivered")
        return await self._uncertain(row)

    async def _uncertain(self, row: OutboxMessage) -> datetime | None:
        UNCERTAIN.inc()
        if row.reason == outbox.UNCERTAIN:
            await self._settle(row, Row.FAILED, reason="uncertain twice")
            return None
        return await self._retry(row, outbox.UNCERTAIN)

    async def _retry(self, row: OutboxMessage, reason: str) -> datetime | None:
        if row.attempts >= MOST_ATTEMPTS:
            await self._settle(row, Row.FAILED, reason=reason)
            return None
        until = self._services.clock() + outbox.backoff(row.attempts)
        await outbox.put_back(self._services, row, until, reason=reason)
        return until

    async def _settle(
        self, row: OutboxMessage, state: Row, *, reason: str | None = None, message_id: int | None = None
    ) -> bool:
        SETTLED.labels(row.kind, state).inc()
        return await outbox.settle(self._services, row, state, reason=reason, message_id=message_id)

    async def _unreachable(self, to: Client | Staff | Asker) -> None:
        if isinstance(to, Asker):
            await enquiries.unreachable(self._services, to.enquiry_id)
        elif isinstance(to, Client):
            await clients.chat_reachable(self._services, to.chat_id, False)
        else:
            await staff.chat_reachable(self._services, to.chat_id, False)


async def _send(bot: Bot, chat_id: int, notice: Notice) -> int | None:
    """Returns the id of the message that now shows the notice."""
    if notice.remove is not None:
        await take_away(bot, chat_id, notice.remove)
        return None
    if notice.edit is not None:
        try:
            await bot.edit_message_text(
                notice.text, chat_id, notice.edit, parse_mode=ParseMode.HTML, reply_markup=notice.keyboard
            )
        except BadRequest as error:
            if "not modified" not in str(error) and "not found" not in str(error):
                raise
        return notice.edit
    look: dict[str, Any] = {
        "parse_mode": ParseMode.HTML,
        "reply_markup": notice.keyboard,
        "protect_content": notice.protect,
    }
    if notice.file is not None:
        file = InputFile(notice.file.content, notice.file.name)
        return (await bot.send_document(chat_id, file, caption=notice.text, **look)).message_id
    if notice.picture is not None:
        return (await bot.send_photo(chat_id, notice.picture, caption=notice.text, **look)).message_id
    return (await bot.send_message(chat_id, notice.text, **look)).message_id


async def _either(*events: asyncio.Event) -> None:
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
