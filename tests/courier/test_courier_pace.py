"""29 to 30 messages a second and one a second to a chat, with no burst: measured on a clock that jumps."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.core.window import Window
from bot.courier import Courier
from bot.limits import Pace, PatientRateLimiter
from bot.simulator.faults import Limits
from tests.conftest import HandClock
from tests.courier.postman import Post, chat_of
from tests.services.people import asks


class JumpingLoop(asyncio.SelectorEventLoop):
    """Where others sleep, this one moves its clock: an hour of waiting takes no time at all."""

    def __init__(self) -> None:
        super().__init__(_Jump(self))
        self.now = 1000.0

    def time(self) -> float:
        return self.now


class _Jump(selectors.DefaultSelector):
    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            self._loop.now += timeout
        return ready


def jumping(work: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(work)


async def moments(pace: Pace, chats: list[int]) -> list[float]:
    """When each of these messages may go, if all are ready at once."""
    loop = asyncio.get_running_loop()
    went: list[float] = []

    async def goes(chat: int) -> None:
        await pace.wait(chat)
        went.append(loop.time())

    await asyncio.gather(*(goes(chat) for chat in chats))
    return went


def most_in_a_second(went: list[float]) -> int:
    return max(sum(start <= moment < start + 1 for moment in went) for start in went)


def test_messages_to_many_chats_go_evenly_and_nearly_as_fast_as_allowed() -> None:
    went = jumping(moments(Pace(), list(range(600))))
    assert most_in_a_second(went) <= 30
    assert 29 <= (len(went) - 1) / (went[-1] - went[0]) <= 30
    gaps = [later - earlier for earlier, later in pairwise(went)]
    assert max(gaps) - min(gaps) < 1e-6


def test_what_is_held_up_on_its_way_does_not_crowd_with_what_comes_after_it() -> None:
    """Telegram counts when messages arrive, not when they leave."""

    async def arrivals() -> list[float]:
        loop, pace, random = asyncio.get_running_loop(), Pace(), Random(1)
        arrived: list[float] = []

        async def goes(chat: int) -> None:
            await pace.wait(chat)
            async with pace.passage():
                await asyncio.sleep(0.03 + random.choice((0, 0, 0, 0.05, 0.4)))
                arrived.append(loop.time())
                await asyncio.sleep(0.03)

        await asyncio.gather(*(goes(chat) for chat in range(600)))
        return sorted(arrived)

    arrived = jumping(arrivals())
    assert most_in_a_second(arrived) <= 30
    assert len(arrived) / (arrived[-1] - arrived[0]) > 20, "and it is not slow for that"


def test_replies_go_before_the_queue_and_slow_it_down() -> None:
    async def talks() -> tuple[list[float], list[float], list[float]]:
        loop, pace, window = asyncio.get_running_loop(), Pace(), Window()
        pace.share(window)
        went: list[float] = []
        replied: list[float] = []
        waits: list[float] = []

        async def goes(chat: int) -> None:
            await pace.wait(chat)
            async with pace.passage():
                went.append(loop.time())

        async def replies(moment: float) -> None:
            await asyncio.sleep(moment)
            asked = loop.time()
            async with window.reply("editmessagetext"):
                waits.append(loop.time() - asked)
                replied.append(loop.time())

        moments = (3, 3, 4.01, 5.3, 5.31, 6)
        await asyncio.gather(*(goes(chat) for chat in range(300)), *map(replies, moments))
        return went, replied, waits

    went, replied, waits = jumping(talks())
    assert max(waits) < 0.1
    assert most_in_a_second(sorted(went + replied)) <= 30


def test_replies_alone_are_not_held_up() -> None:
    async def talks() -> float:
        loop, window = asyncio.get_running_loop(), Window()
        began = loop.time()
        for _ in range(100):
            async with window.reply("sendmessage"):
                pass
        return loop.time() - began

    assert jumping(talks()) == 0


def test_after_a_pause_there_is_no_burst() -> None:
    async def twice() -> list[float]:
        pace = Pace()
        await moments(pace, [1, 2, 3])
        await asyncio.sleep(60)
        return await moments(pace, list(range(100)))

    assert most_in_a_second(jumping(twice())) <= 30


def test_a_chat_gets_one_message_a_second() -> None:
    went = jumping(moments(Pace(), [7] * 10))
    assert [round(later - earlier, 6) for earlier, later in pairwise(went)] == [1.0] * 9


def test_a_chat_that_gets_many_messages_keeps_nobody_waiting() -> None:
    went = jumping(moments(Pace(), [7] * 20 + list(range(100, 129))))
    assert sum(moment < went[0] + 1.1 for moment in went) >= 30


def test_a_pause_of_one_chat_is_its_own() -> None:
    async def paused() -> tuple[float, float, float]:
        pace = Pace()
        pace.pause(7, 30)
        before = pace.pause_left(7), pace.pause_left(8)
        await asyncio.sleep(31)
        return (*before, pace.pause_left(7))

    assert jumping(paused()) == (30, 0, 0)


def test_a_reply_waits_out_a_short_pause_once_and_no_long_one() -> None:
    async def replies(pauses: list[int]) -> tuple[str, float]:
        loop, limiter = asyncio.get_running_loop(), PatientRateLimiter()
        began, left = loop.time(), list(pauses)

        async def send() -> str:
            if left:
                raise RetryAfter(left.pop(0))
            return "sent"

        try:
            said = await limiter.process_request(send, (), {}, "sendMessage", {"chat_id": 7}, None)
        except RetryAfter:
            said = "given up"
        return str(said), loop.time() - began

    assert jumping(replies([3])) == ("sent", pytest.approx(3))
    assert jumping(replies([3, 3])) == ("given up", pytest.approx(3))
    assert jumping(replies([60])) == ("given up", 0)


async def test_a_strict_telegram_never_says_slow_down(post: Post, clock: HandClock) -> None:
    """In real time, with the pace the service really has, against a Telegram that allows thirty and no more."""
    people = [post.somebody(str(number)) for number in range(75)]
    for user in people:
        await asks(post.services, chat_of(user))
    post.simulator.limits = Limits()
    courier = Courier(post.services, *post.telegram)
    loop = asyncio.get_running_loop()
    began = loop.time()
    while await courier.round():
        pass
    took = loop.time() - began
    while not all(map(post.of_client, people)):
        clock.go(timedelta(seconds=2))
        await asyncio.sleep(1.1)
        await courier.round()
    assert [len(post.of_client(user)) for user in people] == [1] * 75
    assert post.simulator.answers["sendmessage", 429] == 0
    assert 70 / 30 <= took < 75 / 10, "as fast as is allowed, or the machine is very busy"
