"""A follow-up is asked at a decent hour, denser for whom it should be denser, and never beside another."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.calendar import QuietHours
from bot.core.check_in import CheckIn
from bot.core.follow_ups import (
    LEAST_APART,
    TWO_APART,
    Direction,
    Pace,
    asked_about,
    changes,
    decent,
    direction,
    moments,
    times,
)
from bot.settings import CATALOG
from catalog.loading import load
from catalog.schema import Density, Level
from tests.core.test_core_calendar import FREE_DAYS, HELSINKI, NIGHT, local, near_changes, quiets, zones
from tests.core.test_core_calendar import moments as any_moment

USUAL = tuple(timedelta(days=days) for days in (14, 60, 180))
AS_USUAL = Density()
anytime = any_moment | near_changes
usuals = st.lists(st.integers(1, 400).map(lambda days: timedelta(days=days)), min_size=1, max_size=5)
densities = st.builds(Density, share=st.sampled_from([0.3, 0.5, 0.8, 1.0]), between=st.integers(0, 4))


def days(found: list[timedelta]) -> list[int]:
    return [one.days for one in found]


# How often


def test_the_usual_times_are_the_operators() -> None:
    assert days(times(USUAL, AS_USUAL, Pace.ORDINARY)) == [14, 60, 180]


def test_the_catalogue_asks_more_often_where_guidance_is_denser() -> None:
    by_level = load(CATALOG).guidance.follow_up
    assert days(times(USUAL, by_level[Level.STRENGTHENING], Pace.ORDINARY)) == [7, 30, 90, 180]
    assert days(times(USUAL, by_level[Level.INTENSIVE], Pace.ORDINARY)) == [7, 30, 60, 90, 135, 180]


def test_the_client_chooses() -> None:
    intensive = load(CATALOG).guidance.follow_up[Level.INTENSIVE]
    assert days(times(USUAL, AS_USUAL, Pace.DENSE)) == [7, 30, 90, 135, 180]
    assert days(times(USUAL, AS_USUAL, Pace.SPARSE)) == [14, 180]
    assert days(times(USUAL, intensive, Pace.SPARSE)) == [14, 180]
    assert times(USUAL, intensive, Pace.NONE) == []


@given(usuals, densities)
def test_denser_is_denser_at_every_time(usual: list[timedelta], density: Density) -> None:
    """By any day as many questions have come as usual, or more; and the last comes no earlier."""
    ordinary = times(usual, density, Pace.ORDINARY)
    for fewer, more in (
        (times(usual, AS_USUAL, Pace.ORDINARY), ordinary),
        (ordinary, times(usual, density, Pace.DENSE)),
        (times(usual, density, Pace.SPARSE), ordinary),
    ):
        assert len(more) >= len(fewer)
        assert all(early <= late for early, late in zip(more, fewer, strict=False))
        assert more[-1] == fewer[-1]


@given(usuals, densities)
def test_nobody_is_asked_twice_a_week_for_being_asked_more(usual: list[timedelta], density: Density) -> None:
    closest = min((later - earlier for earlier, later in pairwise(sorted(set(usual)))), default=LEAST_APART)
    for pace in Pace:
        found = times(usual, density, pace)
        assert all(later - earlier >= min(closest, LEAST_APART) for earlier, later in pairwise(found))


# When


@given(anytime)
def test_it_is_asked_in_the_daytime_of_a_working_day(moment: datetime) -> None:
    found = decent(moment, NIGHT, HELSINKI)
    there = found.astimezone(HELSINKI)
    assert found >= moment
    assert time(10) <= there.time() < time(17)
    assert there.weekday() < 5
    assert there.date() not in FREE_DAYS
    assert decent(found, NIGHT, HELSINKI) == found


@given(anytime, quiets, zones)
def test_quiet_hours_come_first_whatever_they_are(
    moment: datetime, quiet: QuietHours, zone: ZoneInfo
) -> None:
    found = decent(moment, quiet, zone)
    there = found.astimezone(zone)
    assert found >= moment
    assert not quiet.covers(there.time())
    assert there.date() not in FREE_DAYS


@given(anytime, usuals, densities, st.sampled_from(Pace), st.lists(anytime, max_size=4))
def test_follow_ups_come_in_order_and_not_beside_others(
    since: datetime, usual: list[timedelta], density: Density, pace: Pace, taken: list[datetime]
) -> None:
    found = moments(since, times(usual, density, pace), taken, NIGHT, HELSINKI)
    assert found == sorted(found)
    assert all(moment > since for moment in found)
    assert all(later - earlier >= TWO_APART for earlier, later in pairwise(found))
    assert all(abs(moment - other) >= TWO_APART for moment in found for other in taken)


@pytest.mark.parametrize(
    ("since", "asked"),
    [
        # Over the change to summer time: half past two stays half past two.
        ("2026-03-18 14:30", ["2026-04-01 14:30", "2026-05-18 10:00", "2026-09-14 14:30"]),
        # Good Friday: after Easter.
        ("2026-03-20 14:30", ["2026-04-07 10:00", "2026-05-19 14:30", "2026-09-16 14:30"]),
        # In the night, and on Sundays: the next morning somebody is there.
        ("2026-03-15 23:00", ["2026-03-30 10:00", "2026-05-15 10:00", "2026-09-14 10:00"]),
        # Christmas Day: after the weekend.
        ("2026-10-26 09:00", ["2026-11-09 10:00", "2026-12-28 10:00", "2027-04-26 10:00"]),
    ],
)
def test_days_people_would_expect(since: str, asked: list[str]) -> None:
    found = moments(local(since), USUAL, (), NIGHT, HELSINKI)
    assert [f"{one.astimezone(HELSINKI):%Y-%m-%d %H:%M}" for one in found] == asked


# What has changed


def test_what_was_chosen_at_first_is_asked_about() -> None:
    chosen = CheckIn(ratings={"money": 1, "mind": 2, "friends": 4}, priorities=["mind"])
    assert asked_about(chosen) == ["mind"]
    assert asked_about(CheckIn(ratings={"money": 1, "mind": 2, "friends": 4})) == ["money", "mind"]
    assert asked_about(CheckIn(ratings={"money": 4, "mind": 5})) == ["money", "mind"]
    assert asked_about(CheckIn()) == []


def test_then_and_now_stand_beside_each_other() -> None:
    then = CheckIn(ratings={"money": 1, "mind": 2, "friends": 4})
    now = CheckIn(ratings={"mind": 3, "money": 3, "hope": 5})
    assert changes(then, now) == {"money": (1, 3), "mind": (2, 3)}


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({}, None),
        ({"money": (1, 3)}, Direction.BETTER),
        ({"money": (3, 3)}, Direction.SAME),
        ({"money": (1, 2), "mind": (4, 1)}, Direction.WORSE),
    ],
)
def test_better_the_same_or_worse(changed: dict[str, tuple[int, int]], where: Direction | None) -> None:
    assert direction(changed) is where
