"""How fast messages go out: below Telegram's limits, with no burst, and one chat's pause never stops the others."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.core.window import MOST_A_SECOND, Window

PER_SECOND = 29.6
"""Messages a second to all chats together, evenly apart. `bot.core.window` sees to it that those held up on their way
and those after them do not crowd together."""
PER_CHAT = 1.0
"""Messages a second to one private chat."""
REMEMBERED_CHATS = 10_000
LONGEST_WAIT = 5
"""Seconds that a reply waits when Telegram asks for a pause; after that it is given up."""


class Pace:
    """Hands out moments to send at, evenly apart: overall and for each chat. Time is the loop's own, and a chat any
    number that tells it from others."""

    def __init__(self, per_second: float = PER_SECOND, per_chat: float = PER_CHAT) -> None:
        self._gap, self._chat_gap = 1 / per_second, 1 / per_chat
        self._window = Window() if per_second <= MOST_A_SECOND else None
        self._free = 0.0
        self._chat_free: OrderedDict[int, float] = OrderedDict()
        self._paused: dict[int, float] = {}

    async def wait(self, chat: int) -> None:
        """Until it is this message's turn."""
        loop = asyncio.get_running_loop()
        chat_turn = max(self._chat_free.get(chat, 0.0), loop.time())
        self._note(chat, chat_turn + self._chat_gap)
        await asyncio.sleep(max(chat_turn - loop.time(), 0))
        turn = max(self._free, loop.time())
        self._free = turn + self._gap
        await asyncio.sleep(max(turn - loop.time(), 0))

    def share(self, window: Window) -> None:
        """Have the bot's replies and these messages keep the limit together."""
        if self._window is not None:
            self._window = window

    def passage(self) -> AbstractAsyncContextManager[None]:
        """While a message is under way; it may have to wait a moment before it leaves."""
        return nullcontext() if self._window is None else self._window.message()

    def pause(self, chat: int, seconds: float) -> None:
        """Telegram has asked this chat to wait. The others go on."""
        until = asyncio.get_running_loop().time() + seconds
        self._paused[chat] = max(until, self._paused.get(chat, 0.0))

    def pause_left(self, chat: int) -> float:
        """Seconds that Telegram still wants this chat to wait."""
        now = asyncio.get_running_loop().time()
        self._paused = {each: until for each, until in self._paused.items() if until > now}
        return max(self._paused.get(chat, now) - now, 0.0)

    def _note(self, chat: int, until: float) -> None:
        self._chat_free[chat] = max(until, self._chat_free.pop(chat, 0.0))
        if len(self._chat_free) > REMEMBERED_CHATS:
            self._chat_free.popitem(last=False)


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after = error.retry_after
    return float(after if isinstance(after, int) else after.total_seconds())


class PatientRateLimiter(BaseRateLimiter[int]):
    """For replies: no pacing, but when Telegram asks for a short pause the reply waits and is tried once more."""

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as error:
            if seconds(error) > LONGEST_WAIT:
                raise
            await asyncio.sleep(seconds(error))
            return await callback(*args, **kwargs)
