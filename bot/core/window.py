"""Thirty messages in any second, and no more: the queue and the replies of one bot share them, and replies go first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_A_SECOND = 30
"""Messages that Telegram allows in any second, to all chats of a bot together."""
COUNTED = ("send", "edit")
"""The calls that count."""
KNOWN_WELL = 300
A_LITTLE = 0.002


class _Passage:
    """When a message left and, once it is answered, when it arrived at the latest."""

    def __init__(self, left: float, queued: bool) -> None:
        self.left = self.arrived = left
        self.queued = queued


class Window:
    """The last thirty messages of one bot. Time is the loop's own."""

    def __init__(self) -> None:
        self._passages: deque[_Passage] = deque(maxlen=MOST_A_SECOND)
        self._round_trips: deque[float] = deque(maxlen=KNOWN_WELL)
        self._replies_waiting = 0

    @asynccontextmanager
    async def message(self) -> AsyncIterator[None]:
        """While a message of the queue is under way. It leaves a second after the thirtieth before it has arrived."""
        while True:
            wait = max(self._until_free(), A_LITTLE if self._replies_waiting else 0)
            if wait <= 0:
                break
            await asyncio.sleep(wait)
        async with self._passing(queued=True):
            yield

    @asynccontextmanager
    async def reply(self, method: str) -> AsyncIterator[None]:
        """While a reply is under way. Where the queue takes the most part, it waits for the next free place, a
        thirtieth of a second; else it is Telegram's business to say how fast is too fast."""
        if not method.startswith(COUNTED):
            yield
            return
        self._replies_waiting += 1
        try:
            while self._is_of_the_queue():
                if (wait := self._until_free()) <= 0:
                    break
                await asyncio.sleep(wait)
        finally:
            self._replies_waiting -= 1
        async with self._passing(queued=False):
            yield

    def _until_free(self) -> float:
        if len(self._passages) < MOST_A_SECOND:
            return 0
        return self._passages[0].arrived + 1 + A_LITTLE - asyncio.get_running_loop().time()

    def _is_of_the_queue(self) -> bool:
        return sum(passage.queued for passage in self._passages) > MOST_A_SECOND / 2

    @asynccontextmanager
    async def _passing(self, queued: bool) -> AsyncIterator[None]:
        """When it arrived is told by its answer, less what the fastest answer lately took, which is the way itself.
        With few answers so far that is not known well enough to count on it."""
        clock = asyncio.get_running_loop().time
        mine = _Passage(clock(), queued)
        self._passages.append(mine)
        try:
            yield
        finally:
            answered = clock()
            self._round_trips.append(answered - mine.left)
            way = min(self._round_trips) if len(self._round_trips) == KNOWN_WELL else 0.0
            mine.arrived = answered - way
