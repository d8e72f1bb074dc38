"""What repeats stays at its hour on the clock, whatever happens to the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.repeating import Often, clock_in, moment, occurrences, plain, rule, upcoming

HELSINKI = ZoneInfo("Europe/Helsinki")
REPEATING = [often for often in Often if often is not Often.ONCE]

days = st.dates(date(2024, 1, 1), date(2031, 12, 31))
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
zones = st.sampled_from([HELSINKI, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")])


def said(often: Often, first: date, at: time, count: int, zone: ZoneInfo = HELSINKI) -> list[str]:
    """The first times, in local time."""
    known = moment(first, at, zone)
    times = islice(occurrences(rule(often, first, at), known, known - timedelta(seconds=1), zone), count)
    return [f"{one.astimezone(zone):%a %Y-%m-%d %H:%M %z}" for one in times]


def test_tuesday_at_five_stays_at_five_over_both_changes_of_the_clock() -> None:
    assert said(Often.WEEKLY, date(2026, 3, 24), time(17), 2) == [
        "Tue 2026-03-24 17:00 +0200",
        "Tue 2026-03-31 17:00 +0300",
    ]
    assert said(Often.WEEKLY, date(2026, 10, 20), time(17), 2) == [
        "Tue 2026-10-20 17:00 +0300",
        "Tue 2026-10-27 17:00 +0200",
    ]


def test_every_second_week_leaves_one_out_also_over_the_new_year() -> None:
    assert said(Often.FORTNIGHTLY, date(2026, 12, 24), time(9, 30), 3) == [
        "Thu 2026-12-24 09:30 +0200",
        "Thu 2027-01-07 09:30 +0200",
        "Thu 2027-01-21 09:30 +0200",
    ]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (date(2026, 3, 10), ["Tue 2026-03-10", "Tue 2026-04-14", "Tue 2026-05-12"]),  # the second Tuesday
        (date(2026, 1, 30), ["Fri 2026-01-30", "Fri 2026-02-27", "Fri 2026-03-27"]),  # a fifth one: the last
    ],
)
def test_once_a_month_is_on_the_same_weekday_of_the_month(first: date, then: list[str]) -> None:
    assert [one[:14] for one in said(Often.MONTHLY, first, time(13), 3)] == then


def test_what_is_once_comes_once() -> None:
    known = moment(date(2026, 3, 24), time(17), HELSINKI)
    assert rule(Often.ONCE, date(2026, 3, 24), time(17)) is None
    assert upcoming(None, known, known - timedelta(minutes=1), HELSINKI) == known
    assert upcoming(None, known, known, HELSINKI) is None


def test_an_hour_that_is_skipped_one_night_is_back_the_next_week() -> None:
    """At half past three there is no half past three on 29 March 2026; later, it is there again."""
    sunday = date(2026, 3, 22)
    weekly = rule(Often.WEEKLY, sunday, time(3, 30))
    skipped = upcoming(
        weekly, moment(sunday, time(3, 30), HELSINKI), moment(sunday, time(4), HELSINKI), HELSINKI
    )
    assert skipped is not None
    assert f"{skipped.astimezone(HELSINKI):%d.%m. %H:%M}" == "29.03. 04:30"
    after = upcoming(weekly, skipped, skipped, HELSINKI)
    assert after is not None
    assert f"{after.astimezone(HELSINKI):%d.%m. %H:%M}" == "05.04. 03:30"


@settings(deadline=None)
@given(days, clocks, st.sampled_from(REPEATING), zones, st.integers(0, 400 * 24 * 60))
def test_the_next_time_is_at_the_same_hour_and_one_period_away(
    first: date, at: time, often: Often, zone: ZoneInfo, minutes: int
) -> None:
    known = moment(first, at, zone)
    after = known + timedelta(minutes=minutes)
    found = upcoming(rule(often, first, at), known, after, zone)
    assert found is not None
    assert found.tzinfo is UTC
    assert found > after
    longest = {Often.WEEKLY: 7, Often.FORTNIGHTLY: 14, Often.MONTHLY: 35}[often]
    assert found - after <= timedelta(days=longest, hours=1)
    local = found.astimezone(zone)
    assert local.weekday() == first.weekday()
    skipped = datetime.combine(local.date(), at, tzinfo=zone).astimezone(UTC).astimezone(zone).time() != at
    assert local.time() == at or skipped


@settings(deadline=None)
@given(days, clocks, st.sampled_from(REPEATING), zones, st.integers(1, 30))
def test_going_on_from_any_time_gives_the_same_times(
    first: date, at: time, often: Often, zone: ZoneInfo, count: int
) -> None:
    """Only the next time is kept: the first one is forgotten, and nothing shifts with it."""
    known, repeats = moment(first, at, zone), rule(often, first, at)
    straight = list(islice(occurrences(repeats, known, known, zone), count))
    step, stepwise = known, []
    for _ in range(count):
        following = upcoming(repeats, step, step, zone)
        assert following is not None
        step = following
        stepwise.append(step)
    assert straight == stepwise
    assert straight == sorted(set(straight))


@given(days, clocks, st.sampled_from(REPEATING))
def test_a_calendar_is_told_the_rule_without_the_hour(first: date, at: time, often: Often) -> None:
    repeats = rule(often, first, at)
    assert repeats is not None
    assert f"BYHOUR={at.hour};BYMINUTE={at.minute}" in repeats
    assert "HOUR" not in plain(repeats)
    assert "MINUTE" not in plain(repeats)
    assert repeats.startswith(plain(repeats))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("17", time(17)),
        ("17.30", time(17, 30)),
        ("17:30", time(17, 30)),
        (" klo 9 ", time(9)),
        ("kello 9.05", time(9, 5)),
        ("kl. 18.15", time(18, 15)),
        ("0.00", time(0)),
        ("24", None),
        ("17.60", None),
        ("viideltä", None),
        ("1730", None),
        ("", None),
        ("-1", None),
        ("²", None),
    ],
)
def test_a_time_of_day_is_read_as_people_write_it(text: str, at: time | None) -> None:
    assert clock_in(text) == at


@given(st.text(max_size=20))
def test_whatever_is_written_is_a_time_of_day_or_none(text: str) -> None:
    assert clock_in(text) is None or isinstance(clock_in(text), time)
