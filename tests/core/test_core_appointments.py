"""What may be done to an appointment, how a worker puts one together, and times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import times
from bot.core.appointments import (
    LONGEST,
    Act,
    Attended,
    Draft,
    State,
    Step,
    Way,
    for_client,
    for_worker,
    is_unusual,
    looks_like_link,
    next_days,
    shorten,
)
from bot.core.calendar import is_working_day
from bot.core.times import Problem, Unclear

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)  # a Wednesday, ten o'clock
LATER, EARLIER = NOW + timedelta(days=5), NOW - timedelta(hours=1)


# Who may do what


def test_the_client_chooses_asks_declines_and_cancels() -> None:
    assert for_client(State.PROPOSED, None, NOW) == {Act.CHOOSE, Act.ASK, Act.DECLINE}
    assert for_client(State.AGREED, LATER, NOW) == {Act.ASK, Act.CANCEL}
    assert for_client(State.WANTED, None, NOW) == {Act.DECLINE}
    assert for_client(State.DRAFT, None, NOW) == frozenset()


def test_once_it_has_begun_only_attendance_is_left() -> None:
    assert for_client(State.AGREED, EARLIER, NOW) == frozenset()
    assert for_worker(State.AGREED, EARLIER, NOW) == {Act.MARK}
    assert for_worker(State.AGREED, LATER, NOW) == {Act.PROPOSE, Act.CANCEL}


def test_after_a_missed_meeting_another_may_be_asked_for() -> None:
    assert for_client(State.OVER, EARLIER, NOW, Attended.MISSED) == {Act.ASK}
    assert for_client(State.OVER, EARLIER, NOW, Attended.CAME) == frozenset()


@given(st.sampled_from(State), st.sampled_from([None, EARLIER, LATER]))
def test_nobody_does_what_is_the_others(state: State, starts_at: datetime | None) -> None:
    assert not for_client(state, starts_at, NOW) & {Act.PROPOSE, Act.MARK}
    assert not for_worker(state, starts_at, NOW) & {Act.CHOOSE, Act.ASK, Act.DECLINE}


# Putting one together


def test_a_draft_asks_one_thing_after_another() -> None:
    draft = Draft()
    asked = [draft.step]
    for values in (
        {"times": [LATER], "enough": True},
        {"way": Way.PLACE},
        {"where": "Asemakatu 2"},
        {"who": ""},
        {"bring": ""},
    ):
        draft = draft.model_copy(update=values)
        asked.append(draft.step)
    assert asked == [Step.TIMES, Step.WAY, Step.WHERE, Step.WHO, Step.BRING, Step.PREVIEW]
    assert draft.details.model_dump(exclude_none=True) == {"where": "Asemakatu 2"}


def test_times_stand_in_their_order_and_once() -> None:
    draft = Draft().with_times([LATER]).with_times([LATER, EARLIER])
    assert draft.times == [EARLIER, LATER]


@given(st.text())
def test_words_are_kept_short_and_on_one_line(words: str) -> None:
    kept = shorten(words)
    assert len(kept.encode("utf-16-le")) <= 2 * LONGEST
    assert "\n" not in kept


@pytest.mark.parametrize(
    ("words", "link"),
    [
        ("https://video.example/abc", True),
        ("video.example", False),
        ("https://a b.fi", False),
        ("http://a.fi", False),
    ],
)
def test_a_link_is_a_safe_one(words: str, link: bool) -> None:
    assert looks_like_link(words) is link


@given(st.integers(0, 3 * 365 * 24).map(lambda hours: NOW + timedelta(hours=hours)))
def test_the_days_offered_first_are_working_days_to_come(now: datetime) -> None:
    days = next_days(now, HELSINKI)
    assert len(days) == 9
    assert all(is_working_day(day.date()) and day.hour == 0 for day in days)
    assert all(day.date() >= now.astimezone(HELSINKI).date() for day in days)


# Times as people type them


def read(text: str) -> list[str]:
    return [f"{one.astimezone(HELSINKI):%d.%m.%Y %H:%M}" for one in times.read(text, NOW, HELSINKI)]


@pytest.mark.parametrize(
    "text",
    [
        "ma 16.3. klo 10",
        "16.3. 10:00",
        "16.3. 10",
        "16.3.2026 klo 10.00",
        "Maanantaina 16.3. kello 10",
        "ma klo 10",
        "mån 16.3 kl. 10",
        "Mon 16.3. at 10:00",
        "16/3 10:00",
        " 16. 3. klo 10. ",
    ],
)
def test_one_time_is_written_in_many_ways(text: str) -> None:
    assert read(text) == ["16.03.2026 10:00"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tänään klo 14", ["11.03.2026 14:00"]),
        ("huomenna 9.15", ["12.03.2026 09:15"]),
        ("imorgon kl 9", ["12.03.2026 09:00"]),
        ("ke klo 9", ["18.03.2026 09:00"]),
        ("ke klo 11", ["11.03.2026 11:00"]),
        ("5.1. klo 12", ["05.01.2027 12:00"]),
        ("16.3. klo 10 tai 17.3. klo 12", ["16.03.2026 10:00", "17.03.2026 12:00"]),
        (
            "16.3. klo 10, 17.3. klo 12\nke 18.3. 9.15",
            ["16.03.2026 10:00", "17.03.2026 12:00", "18.03.2026 09:15"],
        ),
        ("su 29.3. klo 12", ["29.03.2026 12:00"]),  # the day on which the clock is moved
    ],
)
def test_days_are_understood_from_now(text: str, found: list[str]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("joskus ensi viikolla", Problem.UNREADABLE),
        ("16.3.", Problem.UNREADABLE),
        ("klo 10", Problem.UNREADABLE),
        ("16.3. klo 10-11", Problem.UNREADABLE),
        ("soitan 16.3. klo 10", Problem.UNREADABLE),
        ("", Problem.UNREADABLE),
        ("31.2. klo 10", Problem.NO_SUCH_DAY),
        ("16.13. klo 10", Problem.NO_SUCH_DAY),
        ("16.3. klo 25", Problem.NO_SUCH_TIME),
        ("29.3. klo 3.30", Problem.NO_SUCH_TIME),  # the hour that is left out
        ("ti 16.3. klo 10", Problem.WRONG_WEEKDAY),
        ("10.3. klo 10", Problem.PAST),
        ("tänään klo 9", Problem.PAST),
        ("16.3.2028 klo 10", Problem.FAR),
    ],
)
def test_what_cannot_be_taken_is_told_apart(text: str, problem: Problem) -> None:
    with pytest.raises(Unclear) as told:
        read(text)
    assert told.value.problem is problem


@given(st.text(max_size=40))
def test_nothing_typed_breaks_it(text: str) -> None:
    try:
        found = times.read(text, NOW, HELSINKI)
    except Unclear:
        return
    assert found
    assert all(one > NOW for one in found)


@pytest.mark.parametrize(
    ("hour", "unusual"), [(3, True), (6, True), (7, False), (12, False), (20, False), (21, True)]
)
def test_times_of_the_night_are_unusual(hour: int, unusual: bool) -> None:
    assert is_unusual(datetime(2026, 3, 16, hour, tzinfo=HELSINKI), HELSINKI) is unusual
