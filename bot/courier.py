"""Gets the service's own messages out: claims rows of the outbox, checks them once more, says them, writes it down.

A row is written down as sent after Telegram has taken the message, so a kill at any moment loses nothing; the one
message in flight may come twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

import httpx
import structlog
from prometheus_client import Counter
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.core.calendar import may_go_from
from bot.db.tables import Client, OutboxMessage, Staff
from bot.i18n import speaking
from bot.limits import seconds
from bot.notices import Notice, client_of, for_client, for_worker, worker_of
from bot.services import caseload, clients, housekeeping, outbox, staff
from bot.services.base import Services
from bot.services.outbox import MOST_ATTEMPTS, Kind, Row
from bot.staff.requests import take_away

log = structlog.get_logger()

SETTLED = Counter("rinnalla_messages", "Messages of the service by what became of them", ["kind", "state"])
UNCERTAIN = Counter(
    "rinnalla_messages_uncertain",
    "Sends whose line broke: the message may have arrived, and is sent once more",
)
NOT_DELIVERED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Errors after which the message surely has not arrived."""


class Courier:
    """One courier; several may share the work, each claiming its own rows."""

    def __init__(self, services: Services, client_bot: Bot, staff_bot: Bot | None) -> None:
        self._services, self._client_bot, self._staff_bot = services, client_bot, staff_bot

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: a round whenever the bell rings, and at the latest after every COURIER_INTERVAL."""
        interval = self._services.settings.courier_interval.total_seconds()
        while not stop.is_set():
            self._services.bell.clear()
            try:
                await housekeeping.tick(self._services)
                while await self.round():
                    if stop.is_set():
                        return
            except Exception:
                log.exception("courier round failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(_either(self._services.bell, stop), interval)

    async def round(self) -> int:
        """Claim what is due and deliver it, one chat's messages in order; returns how many rows were claimed."""
        rows = await outbox.claim(self._services)
        by_chat: dict[tuple[int | None, int | None], list[OutboxMessage]] = defaultdict(list)
        for row in rows:
            by_chat[row.client_id, row.staff_id].append(row)
        await asyncio.gather(*(self._in_order(chat) for chat in by_chat.values()))
        return len(rows)

    async def _in_order(self, rows: Iterable[OutboxMessage]) -> None:
        for row in rows:
            try:
                await self._deliver(row)
            except Exception:
                log.exception("delivery failed", kind=row.kind, row=row.id)
                await self._retry(row, "error")

    async def _deliver(self, row: OutboxMessage) -> None:
        services = self._services
        now = services.clock()
        later = may_go_from(now, services.settings.quiet_hours, services.settings.zone, urgent=row.urgent)
        if row.expires_at is not None and row.expires_at <= now:
            await self._settle(row, Row.DROPPED, reason="expired")
        elif later > now:
            await outbox.settle(services, row, Row.WAITING, due_at=later)
        elif row.client_id is not None:
            await self._to_client(row)
        else:
            await self._to_worker(row)

    async def _to_client(self, row: OutboxMessage) -> None:
        client = await client_of(self._services, row)
        if client is None or client.blocked_at is not None:
            await self._settle(row, Row.DROPPED, reason="no chat")
            return
        with speaking(client.locale):
            notice = await for_client(self._services, row, client)
        await self._say(row, notice, self._client_bot, client)

    async def _to_worker(self, row: OutboxMessage) -> None:
        worker = await worker_of(self._services, row)
        if worker is None or self._staff_bot is None or worker.blocked_at is not None:
            await self._settle(row, Row.DROPPED, reason="no chat")
            return
        with speaking(worker.locale):
            notice = await for_worker(self._services, row, worker)
        await self._say(row, notice, self._staff_bot, worker)

    async def _say(self, row: OutboxMessage, notice: Notice | None, bot: Bot, to: Client | Staff) -> None:
        if notice is None:
            await self._settle(row, Row.DROPPED, reason="no longer true")
            return
        try:
            message_id = await _send(bot, to.chat_id, notice)
        except RetryAfter as error:
            await self._retry(row, "retry after", wait=seconds(error))
        except Forbidden:
            await self._unreachable(to)
            await self._settle(row, Row.DROPPED, reason="blocked")
        except BadRequest as error:
            log.warning("message refused", kind=row.kind, row=row.id, error=str(error))
            await self._settle(row, Row.FAILED, reason=str(error)[:200])
        except NetworkError as error:
            await self._broken_line(row, error)
        except TelegramError as error:
            log.warning("message not sent", kind=row.kind, row=row.id, error=type(error).__name__)
            await self._retry(row, type(error).__name__)
        else:
            if row.kind == Kind.CARD and row.staff_id and row.request_id and message_id:
                await caseload.remember_shown(self._services, row.staff_id, row.request_id, message_id, "")
            await self._settle(row, Row.SENT, message_id=message_id)

    async def _broken_line(self, row: OutboxMessage, error: NetworkError) -> None:
        """After a cut the message may have arrived or not; the two look alike: it is sent once more, not twice."""
        if isinstance(error.__cause__, NOT_DELIVERED) or error.__cause__ is None:
            await self._retry(row, "not delivered")
            return
        UNCERTAIN.inc()
        if row.reason == "uncertain":
            await self._settle(row, Row.FAILED, reason="uncertain twice")
        else:
            await self._retry(row, "uncertain")

    async def _retry(self, row: OutboxMessage, reason: str, *, wait: float | None = None) -> None:
        if row.attempts >= MOST_ATTEMPTS:
            await self._settle(row, Row.FAILED, reason=reason)
            return
        pause = outbox.backoff(row.attempts) if wait is None else timedelta(seconds=wait)
        await outbox.settle(
            self._services, row, Row.WAITING, reason=reason, due_at=self._services.clock() + pause
        )

    async def _settle(
        self, row: OutboxMessage, state: Row, *, reason: str | None = None, message_id: int | None = None
    ) -> None:
        SETTLED.labels(row.kind, state).inc()
        await outbox.settle(self._services, row, state, reason=reason, message_id=message_id)

    async def _unreachable(self, to: Client | Staff) -> None:
        if isinstance(to, Client):
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
    message = await bot.send_message(
        chat_id,
        notice.text,
        parse_mode=ParseMode.HTML,
        reply_markup=notice.keyboard,
        protect_content=notice.protect,
    )
    return message.message_id


async def _either(*events: asyncio.Event) -> None:
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
