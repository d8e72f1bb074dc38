"""What many ask for in the same moment is done once for all of them: one look, one transaction.

Whoever comes alone is served at once; those who come while others are being served are served together after them.
So nobody waits for a batch to fill, and the busier it is, the less each one costs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


class Together(Generic[_Asked, _Answer]):
    """`answer` is given all that is asked now and returns the answers in the same order. When it fails, it has failed
    for all of these."""

    def __init__(self, answer: Callable[[Sequence[_Asked]], Awaitable[Sequence[_Answer]]]) -> None:
        self._answer = answer
        self._waiting: list[tuple[_Asked, asyncio.Future[_Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, asked: _Asked) -> _Answer:
        future: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._task is None or self._task.done():
            # In a context of its own: what the first caller has bound to its log lines is not ours.
            self._task = asyncio.create_task(self._serve(), context=Context())
        return await future

    async def finished(self) -> None:
        """Until nobody is being served any more, not even those who have stopped waiting for it."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _serve(self) -> None:
        while self._waiting:
            now, self._waiting = self._waiting, []
            try:
                answers = await self._answer([asked for asked, _ in now])
                for (_, future), answer in zip(now, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)
            except Exception as error:
                for _, future in now:
                    if not future.done():
                        future.set_exception(_because(error))


def _because(error: Exception) -> Exception:
    """One exception for each who waits: raising the same one twice would mix up their tracebacks."""
    each = NotAnswered("what was done for several at once has failed")
    each.__cause__ = error
    return each


class NotAnswered(Exception):
    """The look or the transaction that was to serve this caller, and others, has failed."""
