"""One person cannot use up what is there for all, and nobody who simply uses the service notices."""

from datetime import UTC, datetime, timedelta

from bot.core import allowance
from bot.core.allowance import Allowance
from tests.conftest import HandClock


def test_so_many_at_once_and_then_one_by_one() -> None:
    clock = HandClock()
    mine = Allowance(at_once=3, every=timedelta(seconds=10))
    assert [mine.takes(1, clock()) for _ in range(5)] == [True, True, True, False, False]
    clock.go(timedelta(seconds=9))
    assert not mine.takes(1, clock())
    clock.go(timedelta(seconds=1))
    assert [mine.takes(1, clock()) for _ in range(2)] == [True, False]
    clock.go(timedelta(hours=1))
    assert [mine.takes(1, clock()) for _ in range(4)] == [True, True, True, False]


def test_a_flooder_takes_nothing_from_others() -> None:
    clock = HandClock()
    mine = Allowance(at_once=2)
    assert [mine.takes(1, clock()) for _ in range(100)].count(True) == 2
    assert mine.takes(2, clock())


def test_being_refused_does_not_make_it_last_longer() -> None:
    clock = HandClock()
    mine = Allowance(at_once=1, every=timedelta(seconds=10))
    assert mine.takes(1, clock())
    for _ in range(9):
        clock.go(timedelta(seconds=1))
        assert not mine.takes(1, clock())
    clock.go(timedelta(seconds=1))
    assert mine.takes(1, clock())


def test_a_clock_that_is_put_back_locks_nobody_out_for_good() -> None:
    clock = HandClock(datetime(2030, 1, 1, tzinfo=UTC))
    mine = Allowance(at_once=2)
    mine.takes(1, clock())
    clock.set(datetime(2026, 1, 1, tzinfo=UTC))
    assert mine.takes(1, clock())


def test_only_so_many_people_are_remembered() -> None:
    clock = HandClock()
    mine = Allowance(at_once=1)
    for person in range(allowance.REMEMBERED + 1):
        assert mine.takes(person, clock())
    assert mine.takes(0, clock())  # forgotten: the oldest
    assert not mine.takes(allowance.REMEMBERED, clock())
