"""When a request that nobody takes goes further: in working days, whatever the calendar and the clock do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.calendar import is_working_day
from bot.core.rescue import Reached, due, may_tell_client, times, waited

HELSINKI = ZoneInfo("Europe/Helsinki")
AFTER = (timedelta(days=2), timedelta(days=4))
EVERYBODY = (Reached.CONTACT_PERSON, Reached.COORDINATOR, Reached.CLIENT)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
# Two years with both changes of the clock, Easter, midsummer and Christmas.
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
settings = st.lists(st.integers(1, 30).map(lambda days: timedelta(days=days)), min_size=1, max_size=3)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI).astimezone(UTC)


def told(since: datetime, now: datetime, reached: Reached = Reached.NOBODY, **there: bool) -> list[Reached]:
    people = {"contact_person": True, "coordinator": True, **there}
    return list(due(reached, since, now, AFTER, HELSINKI, **people))


def test_two_and_four_working_days_go_over_a_weekend() -> None:
    """Asked on a Thursday at ten: the contact person on Monday, the coordinator on Wednesday, the client after it."""
    found = times(local("2026-03-12 10:00"), AFTER, HELSINKI)
    assert [at.astimezone(HELSINKI).strftime("%a %d %H:%M") for at in found] == [
        "Mon 16 10:00",
        "Wed 18 10:00",
        "Thu 19 10:00",
    ]


@pytest.mark.parametrize(
    ("since", "first", "why"),
    [
        ("2026-04-02 10:00", "2026-04-08 10:00", "Good Friday and Easter Monday"),
        ("2026-12-23 10:00", "2026-12-29 10:00", "Christmas Eve, Christmas and the weekend after it"),
        ("2026-06-18 10:00", "2026-06-23 10:00", "Midsummer Eve"),
        ("2026-03-27 03:30", "2026-03-31 03:30", "the night when an hour is missing"),
        ("2026-10-23 03:30", "2026-10-27 03:30", "the night when an hour comes twice"),
        ("2026-03-14 23:00", "2026-03-17 23:00", "asked on a Saturday"),
    ],
)
def test_holidays_and_weekends_do_not_count_and_the_clock_on_the_wall_does(
    since: str, first: str, why: str
) -> None:
    assert times(local(since), AFTER, HELSINKI)[0] == local(first), why


@pytest.mark.parametrize(
    ("there", "at_first", "at_second", "at_last"),
    [
        ({}, [1], [2], [3]),
        ({"contact_person": False}, [2], [], [3]),
        ({"coordinator": False}, [1], [3], []),
        ({"contact_person": False, "coordinator": False}, [], [3], []),
    ],
)
def test_who_is_not_there_is_passed_over_and_nobody_is_left_out(
    there: dict[str, bool], at_first: list[int], at_second: list[int], at_last: list[int]
) -> None:
    since = local("2026-03-09 10:00")
    reached = Reached.NOBODY
    heard = []
    for at in times(since, AFTER, HELSINKI):
        assert told(since, at - timedelta(seconds=1), reached, **there) == []
        now = told(since, at, reached, **there)
        heard.append(now)
        reached = max([reached, *now])
    assert heard == [at_first, at_second, at_last]


def test_after_a_long_silence_of_the_service_everybody_is_told_at_once() -> None:
    since = local("2026-03-09 10:00")
    assert told(since, since + timedelta(days=60)) == list(EVERYBODY)


def test_a_coordinator_may_tell_the_client_once_others_have_had_their_chance() -> None:
    assert [may_tell_client(reached) for reached in Reached] == [False, True, True, False]


@given(since=moments, after=settings)
def test_the_times_come_in_order_on_working_days_and_at_the_hour_of_asking(
    since: datetime, after: list[timedelta]
) -> None:
    first, second, last = times(since, after, HELSINKI)
    assert since < first <= second < last
    for at in (first, second, last):
        assert is_working_day(at.astimezone(HELSINKI).date())
    hours = {at.astimezone(HELSINKI).hour for at in (since, first, second, last)}
    assert len(hours) == 1 or 3 in {since.astimezone(HELSINKI).hour}  # the missing hour of a night in March


@given(
    since=moments,
    after=settings,
    looks=st.lists(st.integers(0, 90 * 24), min_size=1, max_size=30),
    contact_person=st.booleans(),
    coordinator=st.booleans(),
)
def test_however_often_it_is_looked_nobody_is_told_twice_and_the_client_in_the_end(
    since: datetime, after: list[timedelta], looks: list[int], contact_person: bool, coordinator: bool
) -> None:
    reached, heard = Reached.NOBODY, []
    for hours in [*sorted(looks), 200 * 24]:
        now = since + timedelta(hours=hours)
        step = due(
            reached, since, now, after, HELSINKI, contact_person=contact_person, coordinator=coordinator
        )
        assert now >= times(since, after, HELSINKI)[0] or not step
        heard += step
        reached = max([reached, *step])
    assert heard == sorted(set(heard))
    assert (Reached.CONTACT_PERSON in heard) is contact_person
    assert (Reached.COORDINATOR in heard) is coordinator
    assert heard[-1] is Reached.CLIENT


@given(since=moments, days=st.integers(0, 30))
def test_what_has_waited_is_counted_in_whole_working_days(since: datetime, days: int) -> None:
    from bot.core.calendar import add_working_days

    at = add_working_days(since, days, HELSINKI)
    # add_working_days(…, 0) is the moment itself, also at a weekend
    assert waited(since, max(at, since), HELSINKI) == days
    if days:
        assert waited(since, at - timedelta(hours=2), HELSINKI) == days - 1


def test_a_weekend_is_no_time_of_waiting() -> None:
    friday = local("2026-03-13 16:00")
    assert waited(friday, local("2026-03-15 23:00"), HELSINKI) == 0
    assert waited(friday, local("2026-03-16 16:00"), HELSINKI) == 1
    assert date(2026, 3, 13).weekday() == 4
