"""What is still going on, and what has changed: for tests that wait until all is quiet, and for the page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")


class Activity:
    """Counts what is pending (an update not yet confirmed, a request not answered); wakes who waits."""

    def __init__(self) -> None:
        self.pending: dict[int, str] = {}
        self._keys = count()
        self._waiting: list[asyncio.Future[None]] = []

    def stir(self) -> None:
        """Something happened: wake everyone who waits for a change."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def begin(self, what: str) -> int:
        key = next(self._keys)
        self.pending[key] = what
        self.stir()
        return key

    def end(self, key: int) -> None:
        self.pending.pop(key, None)
        self.stir()

    @contextmanager
    def going_on(self, what: str) -> Iterator[None]:
        key = self.begin(what)
        try:
            yield
        finally:
            self.end(key)

    async def changes(self, seconds: float) -> bool:
        """Wait for the next change; False if none came in `seconds`."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        done, _ = await asyncio.wait([future], timeout=max(seconds, 0))
        if not done:
            future.cancel()
            if future in self._waiting:
                self._waiting.remove(future)
        return bool(done)


class Subscription(Generic[T]):
    """An endless `async for` over events. Close it (or leave its `with` block) to stop listening."""

    def __init__(self, listeners: set[Subscription[T]]) -> None:
        self._queue: asyncio.Queue[T | None] = asyncio.Queue()
        self._listeners = listeners
        listeners.add(self)

    def put(self, event: T) -> None:
        self._queue.put_nowait(event)

    def close(self) -> None:
        self._listeners.discard(self)
        self._queue.put_nowait(None)

    def __enter__(self) -> Subscription[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __aiter__(self) -> Subscription[T]:
        return self

    async def __anext__(self) -> T:
        event = await self._queue.get()
        if event is None:
            raise StopAsyncIteration
        return event
