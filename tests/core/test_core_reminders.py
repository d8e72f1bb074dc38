"""A reminder comes in good time, disturbs nobody, and never comes late or twice."""

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.calendar import QuietHours, may_go_from
from bot.core.reminders import TOGETHER, due, to_send

HELSINKI = ZoneInfo("Europe/Helsinki")
NIGHT = QuietHours(time(21), time(8))
DAY, TWO_HOURS = timedelta(days=1), timedelta(hours=2)
FREE_DAYS = holidays.country_holidays("FI", years=range(2023, 2034))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def comes(starts: str, before: timedelta, quiet: QuietHours | None = NIGHT) -> str:
    return f"{due(local(starts), before, quiet, HELSINKI).astimezone(HELSINKI):%Y-%m-%d %H:%M}"


def left(starts: str, now: str, *befores: timedelta) -> list[str]:
    found = to_send(local(starts), befores or (DAY, TWO_HOURS), local(now), NIGHT, HELSINKI)
    return [f"{one.at.astimezone(HELSINKI):%d.%m. %H:%M}" for one in found]


@pytest.mark.parametrize(
    ("starts", "before", "at"),
    [
        ("2026-03-16 13:00", DAY, "2026-03-15 13:00"),  # a Sunday is fine
        ("2026-03-16 13:00", TWO_HOURS, "2026-03-16 11:00"),
        ("2026-03-16 09:00", TWO_HOURS, "2026-03-16 08:00"),  # an hour is time enough
        ("2026-03-16 08:59", TWO_HOURS, "2026-03-15 20:55"),  # less is not: the evening before
        ("2026-03-16 08:00", TWO_HOURS, "2026-03-15 20:55"),
        ("2026-03-16 07:30", DAY, "2026-03-15 08:00"),
        ("2026-03-16 22:00", DAY, "2026-03-16 08:00"),
        ("2026-12-27 10:00", DAY, "2026-12-23 20:55"),  # over Christmas
        ("2026-12-27 10:00", TWO_HOURS, "2026-12-27 08:00"),
        ("2026-12-25 18:00", TWO_HOURS, "2026-12-23 20:55"),
        ("2026-03-30 10:00", DAY, "2026-03-29 10:00"),  # 24 hours
        ("2026-03-29 10:00", DAY, "2026-03-28 10:00"),  # 23 hours: the clock is moved in between
        ("2026-10-25 10:00", DAY, "2026-10-24 10:00"),  # 25 hours
        ("2026-03-29 08:30", TWO_HOURS, "2026-03-28 20:55"),
        ("2026-10-25 08:30", TWO_HOURS, "2026-10-24 20:55"),
    ],
)
def test_a_reminder_of_the_night_comes_before_when_after_would_be_late(
    starts: str, before: timedelta, at: str
) -> None:
    assert comes(starts, before) == at


def test_without_quiet_hours_only_a_holiday_makes_it_come_before() -> None:
    assert comes("2026-03-16 08:00", TWO_HOURS, None) == "2026-03-16 06:00"
    assert comes("2026-12-07 01:00", TWO_HOURS, None) == "2026-12-07 00:00"
    assert comes("2026-12-07 00:30", TWO_HOURS, None) == "2026-12-05 23:55"


def test_a_reminder_whose_moment_has_passed_is_not_sent() -> None:
    assert left("2026-03-16 13:00", "2026-03-11 10:00") == ["15.03. 13:00", "16.03. 11:00"]
    assert left("2026-03-16 13:00", "2026-03-15 13:00") == ["16.03. 11:00"]
    assert left("2026-03-16 13:00", "2026-03-16 11:00") == []


def test_reminders_that_fall_together_are_one() -> None:
    """Both would come on the eve of Christmas Eve."""
    assert left("2026-12-27 08:15", "2026-12-20 10:00") == ["23.12. 20:55"]
    assert left("2026-03-16 13:00", "2026-03-11 10:00", DAY, DAY) == ["15.03. 13:00"]
    assert left("2026-03-16 13:00", "2026-03-11 10:00", TWO_HOURS, timedelta(hours=1, minutes=50)) == [
        "16.03. 11:10"
    ]


def test_a_reminder_is_late_when_half_its_time_has_gone() -> None:
    day, hours = to_send(
        local("2026-03-16 13:00"), (TWO_HOURS, DAY), local("2026-03-11 10:00"), NIGHT, HELSINKI
    )
    assert (day.before, day.until) == (DAY, local("2026-03-16 01:00"))
    assert (hours.before, hours.until) == (TWO_HOURS, local("2026-03-16 12:00"))
    (early,) = to_send(local("2026-03-16 09:00"), (TWO_HOURS,), local("2026-03-11 10:00"), NIGHT, HELSINKI)
    assert early.until == local("2026-03-16 08:15")  # it goes at eight: then there must be a while for it


starts = st.integers(0, 7 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 8, tzinfo=UTC) + timedelta(minutes=minutes)
)
near = st.builds(
    lambda moment, minutes: moment + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
            datetime(2026, 12, 25, tzinfo=UTC),
        ]
    ),
    st.integers(-4000, 4000),
)
any_start = st.one_of(starts, near)
quiets = st.one_of(
    st.none(),
    st.just(NIGHT),
    st.builds(QuietHours, st.times(), st.times()).filter(lambda q: q.start != q.end),
)
befores = st.one_of(
    st.sampled_from([DAY, TWO_HOURS]),
    st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=20)),
)


@given(any_start, befores, quiets)
@example(datetime(2026, 3, 29, 2, tzinfo=UTC), TWO_HOURS, QuietHours(time(4), time(3)))
@example(datetime(2026, 10, 25, 2, tzinfo=UTC), TWO_HOURS, QuietHours(time(3, 30), time(3, 29)))
def test_nobody_is_reminded_in_quiet_hours_on_a_holiday_or_after_the_start(
    starts_at: datetime, before: timedelta, quiet: QuietHours | None
) -> None:
    at = due(starts_at, before, quiet, HELSINKI)
    here = at.astimezone(HELSINKI)
    assert at < starts_at
    assert here.date() not in FREE_DAYS
    assert quiet is None or not quiet.covers(here.time())
    assert may_go_from(at, quiet, HELSINKI) == at


@given(any_start, befores)
def test_a_reminder_is_on_time_or_leaves_half_the_time_or_comes_before(
    starts_at: datetime, before: timedelta
) -> None:
    at = due(starts_at, before, NIGHT, HELSINKI)
    hour = timedelta(hours=1)  # the clock may have been moved in between
    assert at <= starts_at - before + hour or at <= starts_at - before / 2
    assert starts_at - at < before + timedelta(days=6)


@given(any_start, st.lists(befores, max_size=4), quiets, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_no_reminder_comes_twice_or_late_whenever_they_are_planned_again(
    starts_at: datetime, wanted: list[timedelta], quiet: QuietHours | None, ahead: timedelta
) -> None:
    early, now = datetime(2020, 1, 1, tzinfo=UTC), starts_at - ahead
    everything = to_send(starts_at, wanted, early, quiet, HELSINKI)
    assert to_send(starts_at, wanted, now, quiet, HELSINKI) == [one for one in everything if one.at > now]
    for one, another in itertools.pairwise(everything):
        assert another.at - one.at > TOGETHER
    for one in everything:
        assert one.at < one.until <= starts_at
    assert len(everything) <= len(wanted)
    assert bool(everything) == bool(wanted)
