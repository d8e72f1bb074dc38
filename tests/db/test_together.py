"""What many ask for in the same moment is done once for all of them."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.db.together import NotAnswered, Together


async def test_who_comes_while_others_are_served_is_served_together_after_them() -> None:
    served: list[list[int]] = []

    async def double(numbers: Sequence[int]) -> list[int]:
        served.append(list(numbers))
        await asyncio.sleep(0.01)
        return [2 * number for number in numbers]

    together = Together(double)
    first = asyncio.create_task(together(1))
    await asyncio.sleep(0.005)
    answers = await asyncio.gather(first, *(together(number) for number in (2, 3, 4)))
    assert answers == [2, 4, 6, 8]
    assert served == [[1], [2, 3, 4]]


async def test_what_fails_has_failed_for_all_of_these_and_for_nobody_else() -> None:
    async def picky(numbers: Sequence[int]) -> list[int]:
        await asyncio.sleep(0)
        if 13 in numbers:
            raise ValueError("13")
        return list(numbers)

    together = Together(picky)
    both = await asyncio.gather(together(13), together(1), return_exceptions=True)
    assert [type(each) for each in both] == [NotAnswered, NotAnswered]
    assert await together(2) == 2


async def test_who_stops_waiting_takes_nothing_from_the_others() -> None:
    async def slowly(numbers: Sequence[int]) -> list[int]:
        await asyncio.sleep(0.01)
        return list(numbers)

    together = Together(slowly)
    gone, stays = asyncio.create_task(together(1)), asyncio.create_task(together(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 2
    with pytest.raises(asyncio.CancelledError):
        await gone
    await together.finished()
