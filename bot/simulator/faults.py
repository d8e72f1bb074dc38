"""Trouble on order: the answers that Telegram and the network give on a bad day, and Telegram's limits."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from bot.simulator.errors import ApiError, too_many

Kind = Literal["flood", "forbidden", "error", "bad_gateway", "cut_before", "cut_after", "delay"]
LIMITED = ("send", "edit", "copy", "forward")


@dataclass(eq=False)
class Fault:
    kind: Kind
    method: str | None  # in small letters; None: any but getUpdates
    chat_id: int | None
    bot_id: int | None
    left: int
    seconds: float

    def fits(self, bot_id: int, method: str, chat_id: int | None) -> bool:
        return (
            self.left > 0
            and (self.method == method if self.method else method != "getupdates")
            and self.chat_id in {None, chat_id}
            and self.bot_id in {None, bot_id}
        )

    def refuse(self) -> None:
        """Raise what this fault answers, if it answers with an error of the Bot API."""
        match self.kind:
            case "flood":
                raise too_many(max(1, math.ceil(self.seconds)))
            case "forbidden":
                raise ApiError(403, "bot was blocked by the user")
            case "error":
                raise ApiError(500)


@dataclass
class Faults:
    """Faults wait in the order in which they were added; each is used up by the calls that it fits."""

    waiting: list[Fault] = field(default_factory=list)

    def add(
        self,
        kind: Kind,
        method: str | None = None,
        *,
        times: int = 1,
        chat_id: int | None = None,
        bot_id: int | None = None,
        seconds: float = 1,
    ) -> Fault:
        """Let the next `times` calls fail.

        `flood` (429, retry after `seconds`), `forbidden` (403), `error` (500), `bad_gateway` (502 with HTML),
        `cut_before` and `cut_after` (the line breaks before or after the call takes effect),
        `delay` (the answer takes `seconds` longer).
        """
        fault = Fault(kind, method.lower() if method else None, chat_id, bot_id, times, seconds)
        self.waiting.append(fault)
        return fault

    def take(self, bot_id: int, method: str, chat_id: int | None) -> Fault | None:
        for fault in self.waiting:
            if fault.fits(bot_id, method, chat_id):
                fault.left -= 1
                if not fault.left:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self.waiting.clear()


@dataclass
class Limits:
    """What Telegram allows a bot: messages a second in all, and about one a second in a private chat."""

    per_second: int = 30
    per_chat: float = 1.0
    burst: int = 3  # a chat may get so many at once before the pace counts
    _sent: dict[int, deque[float]] = field(default_factory=dict)
    _paid: dict[tuple[int, int | None], float] = field(default_factory=dict)

    def check(self, now: float, bot_id: int, method: str, chat_id: int | None) -> None:
        """Count a call at the (monotonic) time `now`, or refuse it with 429."""
        if not method.startswith(LIMITED) or method == "sendchataction":
            return
        sent = self._sent.setdefault(bot_id, deque())
        while sent and sent[0] <= now - 1:
            sent.popleft()
        if len(sent) >= self.per_second:
            raise too_many(1)
        # The moment up to which the chat has used up its pace; it may run ahead of the clock by the burst.
        paid = max(self._paid.get((bot_id, chat_id), 0.0), now)
        ahead = paid - now - (self.burst - 1) / self.per_chat
        if ahead > 1e-9:
            raise too_many(max(1, math.ceil(ahead)))
        self._paid[bot_id, chat_id] = paid + 1 / self.per_chat
        sent.append(now)

    def forget(self) -> None:
        self._sent.clear()
        self._paid.clear()
