"""When a message may go: quiet hours, public holidays, working days. All moments are aware; storage is UTC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

Clock = Callable[[], datetime]
"""Hands out the present moment, aware and in UTC. Handed in, so that tests own the time."""


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class QuietHours:
    """A stretch of the day in which nobody is disturbed; it may go over midnight. Times are local."""

    start: time
    end: time

    @staticmethod
    def parse(text: str) -> QuietHours | None:
        """`21:00-08:00`, or `off` for None. Raises ValueError with a sentence for the operator."""
        if text.strip().lower() in {"off", "none", ""}:
            return None
        try:
            start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
        except ValueError:
            raise ValueError("quiet hours are written like 21:00-08:00, or off") from None
        if start.tzinfo or end.tzinfo:
            raise ValueError("quiet hours have no time zone of their own: write 21:00-08:00, or off")
        if start == end:
            raise ValueError("quiet hours must begin and end at different times, or be off")
        return QuietHours(start, end)

    def covers(self, local: time) -> bool:
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def over(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """A moment that is not quiet, in UTC: `moment` itself, or when the quiet stretch it is in ends. Every end
        near it is tried, for in a night when the clock is moved an hour is missing or comes twice."""
        local = moment.astimezone(zone)
        if not self.covers(local.time()):
            return moment.astimezone(UTC)
        days = (local.date() + timedelta(days=ahead) for ahead in range(3))
        ends = (
            datetime.combine(day, self.end.replace(fold=fold), tzinfo=zone).astimezone(UTC)
            for day in days
            for fold in (0, 1)
        )
        return min(end for end in ends if end > moment and not self.covers(end.astimezone(zone).time()))


@lru_cache(maxsize=32)
def _finnish_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FI", years=year))


def is_working_day(day: date) -> bool:
    """Monday to Friday and no Finnish public holiday."""
    return day.weekday() < 5 and day not in _finnish_holidays(day.year)


def add_working_days(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same local time `days` working days later, in UTC."""
    local = moment.astimezone(zone)
    day = local.date()
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return datetime.combine(day, local.time(), tzinfo=zone).astimezone(UTC)


def may_go_from(
    moment: datetime, quiet: QuietHours | None, zone: ZoneInfo, *, urgent: bool = False
) -> datetime:
    """The first moment from `moment` on at which an unasked message may go: not in quiet hours nor on a public
    holiday, unless it is urgent. Ordinary weekends are fine: people are there, and so is the chat."""
    if urgent:
        return moment.astimezone(UTC)
    while True:
        if quiet is not None:
            moment = quiet.over(moment, zone)
        local = moment.astimezone(zone)
        if local.date() not in _finnish_holidays(local.year):
            return moment.astimezone(UTC)
        moment = datetime.combine(local.date() + timedelta(days=1), time(0), tzinfo=zone)
