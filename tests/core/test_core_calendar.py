"""Nobody is disturbed at night or on a public holiday, and nothing goes before its time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.calendar import QuietHours, add_working_days, is_working_day, may_go_from

HELSINKI = ZoneInfo("Europe/Helsinki")
NIGHT = QuietHours(time(21), time(8))
FREE_DAYS = holidays.country_holidays("FI", years=range(2023, 2033))

moments = st.integers(0, 7 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
changes_of_clock = st.sampled_from(
    [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
)
near_changes = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes), changes_of_clock, st.integers(-2000, 2000)
)
quiets = st.builds(QuietHours, st.times(), st.times()).filter(lambda quiet: quiet.start != quiet.end)
zones = st.sampled_from(
    [HELSINKI, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")]
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def goes(text: str, quiet: QuietHours | None = NIGHT, *, urgent: bool = False) -> str:
    """When a message of that local moment may go, in local time."""
    return f"{may_go_from(local(text), quiet, HELSINKI, urgent=urgent).astimezone(HELSINKI):%Y-%m-%d %H:%M}"


def is_free_day(moment: datetime, zone: ZoneInfo) -> bool:
    return moment.astimezone(zone).date() in FREE_DAYS


# Quiet hours


@pytest.mark.parametrize(
    ("asked", "goes_at"),
    [
        ("2026-03-11 12:00", "2026-03-11 12:00"),
        ("2026-03-11 20:59", "2026-03-11 20:59"),
        ("2026-03-11 21:00", "2026-03-12 08:00"),
        ("2026-03-11 23:59", "2026-03-12 08:00"),
        ("2026-03-12 00:00", "2026-03-12 08:00"),
        ("2026-03-12 07:59", "2026-03-12 08:00"),
        ("2026-03-12 08:00", "2026-03-12 08:00"),
        ("2026-03-14 12:00", "2026-03-14 12:00"),  # a Saturday is fine
    ],
)
def test_a_message_of_the_night_waits_for_the_morning(asked: str, goes_at: str) -> None:
    assert goes(asked) == goes_at


def test_quiet_hours_within_one_day_end_on_that_day() -> None:
    siesta = QuietHours(time(12), time(13))
    assert goes("2026-03-11 11:59", siesta) == "2026-03-11 11:59"
    assert goes("2026-03-11 12:00", siesta) == "2026-03-11 13:00"
    assert goes("2026-03-11 13:00", siesta) == "2026-03-11 13:00"


def test_morning_is_at_eight_also_when_the_clock_has_been_moved_in_the_night() -> None:
    for eve in ("2026-03-28 22:00", "2026-10-24 22:00"):
        morning = may_go_from(local(eve), NIGHT, HELSINKI).astimezone(HELSINKI)
        assert (morning.hour, morning.minute) == (8, 0)
    assert may_go_from(local("2026-03-28 22:00"), NIGHT, HELSINKI) - local("2026-03-28 22:00") == timedelta(
        hours=9
    )
    assert may_go_from(local("2026-10-24 22:00"), NIGHT, HELSINKI) - local("2026-10-24 22:00") == timedelta(
        hours=11
    )


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_once_more() -> None:
    """At four in the morning of 25.10. it is three again."""
    early = QuietHours(time(21), time(3, 30))
    second_time = datetime(2026, 10, 25, 3, 10, fold=1, tzinfo=HELSINKI)
    assert may_go_from(second_time, early, HELSINKI) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_quiet_hours_that_end_in_the_hour_that_is_left_out_end_after_it() -> None:
    early = QuietHours(time(21), time(3, 30))
    sent = may_go_from(local("2026-03-29 02:00"), early, HELSINKI).astimezone(HELSINKI)
    assert time(4) <= sent.time() <= time(4, 30)


# Holidays


@pytest.mark.parametrize(
    ("asked", "goes_at"),
    [
        ("2026-12-06 12:00", "2026-12-07 08:00"),  # Independence Day
        ("2026-12-24 12:00", "2026-12-27 08:00"),  # Christmas Eve, Christmas and Boxing Day in a row
        ("2026-12-23 22:00", "2026-12-27 08:00"),
        ("2027-01-01 00:00", "2027-01-02 08:00"),
        ("2026-05-01 10:00", "2026-05-02 08:00"),
    ],
)
def test_a_message_of_a_holiday_waits_for_the_morning_after(asked: str, goes_at: str) -> None:
    assert goes(asked) == goes_at


def test_without_quiet_hours_a_holiday_still_counts() -> None:
    assert goes("2026-12-06 12:00", None) == "2026-12-07 00:00"
    assert goes("2026-12-07 02:00", None) == "2026-12-07 02:00"


def test_what_is_urgent_goes_at_once() -> None:
    assert goes("2026-12-25 03:00", urgent=True) == "2026-12-25 03:00"


@given(st.one_of(moments, near_changes), st.one_of(st.none(), quiets), zones)
def test_nothing_goes_in_quiet_hours_nor_on_a_holiday_nor_too_early(
    moment: datetime, quiet: QuietHours | None, zone: ZoneInfo
) -> None:
    sent = may_go_from(moment, quiet, zone)
    assert sent >= moment
    assert sent.tzinfo is UTC
    assert not is_free_day(sent, zone)
    assert quiet is None or not quiet.covers(sent.astimezone(zone).time())


@given(st.one_of(moments, near_changes), quiets, zones)
def test_urgent_things_never_wait(moment: datetime, quiet: QuietHours, zone: ZoneInfo) -> None:
    assert may_go_from(moment, quiet, zone, urgent=True) == moment


@given(moments)
def test_nothing_waits_longer_than_it_must(moment: datetime) -> None:
    sent = may_go_from(moment, NIGHT, HELSINKI)
    just_before = sent - timedelta(seconds=1)
    waited = sent > moment
    assert waited == (NIGHT.covers(moment.astimezone(HELSINKI).time()) or is_free_day(moment, HELSINKI))
    assert (
        not waited
        or NIGHT.covers(just_before.astimezone(HELSINKI).time())
        or is_free_day(just_before, HELSINKI)
    )


@given(moments, quiets)
def test_asking_again_when_it_may_go_changes_nothing(moment: datetime, quiet: QuietHours) -> None:
    sent = may_go_from(moment, quiet, HELSINKI)
    assert may_go_from(sent, quiet, HELSINKI) == sent


# As an operator writes them


def test_quiet_hours_are_read_as_written() -> None:
    assert QuietHours.parse("21:00-08:00") == NIGHT
    assert QuietHours.parse(" 22:30 - 07:15 ") == QuietHours(time(22, 30), time(7, 15))
    assert QuietHours.parse("off") is QuietHours.parse("OFF") is QuietHours.parse("") is None


@pytest.mark.parametrize(
    "text",
    ["21:00", "21-8", "21:00-08:00-09:00", "25:00-08:00", "night", "21:00+02:00-08:00+02:00", "08:00-08:00"],
)
def test_quiet_hours_that_make_no_sense_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"^quiet hours .* off$"):
        QuietHours.parse(text)


# Working days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-03-11", True),
        ("2026-03-14", False),
        ("2026-03-15", False),
        ("2026-01-06", False),  # Epiphany
        ("2026-04-03", False),  # Good Friday
        ("2026-04-06", False),  # Easter Monday
        ("2026-05-14", False),  # Ascension Day
        ("2026-06-19", False),  # Midsummer Eve
        ("2026-12-24", False),
        ("2026-12-28", True),
    ],
)
def test_working_days_are_weekdays_that_are_no_holidays(day: str, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("asked", "days", "due"),
    [
        ("2026-03-11 10:00", 0, "2026-03-11 10:00"),
        ("2026-03-11 10:00", 2, "2026-03-13 10:00"),
        ("2026-03-13 10:00", 1, "2026-03-16 10:00"),  # over a weekend
        ("2026-04-02 10:00", 2, "2026-04-08 10:00"),  # over Easter
        ("2026-03-27 10:00", 1, "2026-03-30 10:00"),  # over the change to summer time
        ("2026-12-23 15:30", 1, "2026-12-28 15:30"),
    ],
)
def test_working_days_are_counted_over_weekends_and_holidays(asked: str, days: int, due: str) -> None:
    found = add_working_days(local(asked), days, HELSINKI)
    assert f"{found.astimezone(HELSINKI):%Y-%m-%d %H:%M}" == due


@given(moments, st.integers(1, 15))
def test_so_many_working_days_lie_between(moment: datetime, days: int) -> None:
    due = add_working_days(moment, days, HELSINKI)
    first, last = moment.astimezone(HELSINKI).date(), due.astimezone(HELSINKI).date()
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(map(is_working_day, between)) == days
    assert is_working_day(last)
