"""Times as people type them: "ma 16.3. klo 10", "huomenna 12.30", several of them in one message."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.appointments import FURTHEST

JUST_GONE = timedelta(days=60)
"""A day without a year that was at most so long ago is meant to be that day, and is past; others are next year's."""

_DAYS = (
    "maa ma mån man mon",
    "tii ti tis tue",
    "kes ke ons wed",
    "tor to thu",
    "per pe fre fri",
    "lau la lör sat",
)
_WEEKDAYS = {name: number for number, names in enumerate((*_DAYS, "sun su sön")) for name in names.split()}
_AHEAD = {
    **dict.fromkeys(("tänään", "idag", "today"), 0),
    **dict.fromkeys(("huomenna", "imorgon", "tomorrow"), 1),
    **dict.fromkeys(("ylihuomenna", "övermorgon"), 2),
}
_DATE = r"(?P<day>\d{1,2})[./]\s?(?P<month>\d{1,2})(?:[./]\s?(?P<year>\d{4}))?\.?"
_ONE = re.compile(
    rf"[\s,;]*(?:(?P<word>[a-zåäö]+)\.?\s*)?(?:{_DATE})?[\s,]*"
    r"(?:(?:klo|kello|kl|at)\.?\s*)?(?<![\d.:/])(?P<hour>\d{1,2})(?:[.:](?P<minute>\d{2}))?(?![\d.:/-]*\d)"
)
_BETWEEN = re.compile(r"[\s,;.]|\b(?:tai|ja|eller|och|or|and)\b")
_BEFORE = re.compile(r"\b(?:tai|ja|eller|och|or|and)\b")


class Problem(StrEnum):
    UNREADABLE = "unreadable"
    NO_SUCH_DAY = "no_such_day"
    NO_SUCH_TIME = "no_such_time"
    WRONG_WEEKDAY = "wrong_weekday"
    PAST = "past"
    FAR = "far"


class Unclear(ValueError):
    """A time that cannot be taken as it stands."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def read(text: str, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """The moments in `text`, in UTC; raises Unclear when any of it is not understood."""
    line = _BEFORE.sub(";", text.lower())
    found = list(_ONE.finditer(line))
    if not found or _BETWEEN.sub("", _ONE.sub("", line)):
        raise Unclear(Problem.UNREADABLE)
    return [_moment(match, now.astimezone(zone), zone) for match in found]


def _moment(match: re.Match[str], now: datetime, zone: ZoneInfo) -> datetime:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if hour > 23 or minute > 59:
        raise Unclear(Problem.NO_SUCH_TIME)
    moment = at(_day(match, now, time(hour, minute)), time(hour, minute), zone)
    if moment <= now:
        raise Unclear(Problem.PAST)
    if moment > now + FURTHEST:
        raise Unclear(Problem.FAR)
    return moment


def at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """That time of that day, in UTC; the hour that is left out in spring is no time."""
    moment = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).time() != clock:
        raise Unclear(Problem.NO_SUCH_TIME)
    return moment


def _day(match: re.Match[str], now: datetime, clock: time) -> date:
    word, today = match["word"], now.date()
    weekday = _weekday(word) if word else None
    if match["day"] is not None:
        if word and weekday is None:
            raise Unclear(Problem.UNREADABLE)
        day = _date(match, today)
        if weekday is not None and day.weekday() != weekday:
            raise Unclear(Problem.WRONG_WEEKDAY)
        return day
    if word in _AHEAD:
        return today + timedelta(days=_AHEAD[word])
    if weekday is None:
        raise Unclear(Problem.UNREADABLE)
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    return day if day > today or clock > now.time() else day + timedelta(days=7)


def _weekday(word: str) -> int | None:
    return _WEEKDAYS.get(word, _WEEKDAYS.get(word[:3]) if len(word) > 3 else None)


def _date(match: re.Match[str], today: date) -> date:
    try:
        day = date(int(match["year"] or today.year), int(match["month"]), int(match["day"]))
        if match["year"] is None and day < today - JUST_GONE:
            day = day.replace(year=today.year + 1)
    except ValueError:
        raise Unclear(Problem.NO_SUCH_DAY) from None
    return day
