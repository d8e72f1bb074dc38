"""A clock that can be moved: a reminder due in two weeks is tried in a second."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

Hook = Callable[[], Awaitable[None]]


class Clock:
    """Runs like the real clock, but from any moment, and can jump."""

    def __init__(self, start: datetime | None = None, on_move: Hook | None = None) -> None:
        self._start = start
        self._on_move = on_move
        self._offset = timedelta()
        self.rewind()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def forward(self, step: timedelta) -> None:
        """Jump ahead, then let those who asked to know (`on_forward`) do what has become due."""
        self._offset += step
        if self._on_move:
            await self._on_move()

    async def move_to(self, moment: datetime) -> None:
        """Jump to an aware moment, which may also lie in the past."""
        await self.forward(moment - self.now())

    def rewind(self) -> None:
        """Back to where the clock started."""
        self._offset = self._start - datetime.now(UTC) if self._start else timedelta()
