"""When one is reminded of a meeting. A reminder comes before rather than too late, and never when nobody may be
disturbed; one whose moment has passed is not sent at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.calendar import QuietHours, may_go_from

INSIDE = timedelta(minutes=5)
"""So much before quiet hours or a holiday goes what comes before them: the courier needs a while."""
TOGETHER = timedelta(minutes=15)
"""Reminders of one meeting no further apart than this are one."""


@dataclass(frozen=True)
class Reminder:
    """One message to come."""

    before: timedelta
    at: datetime
    until: datetime
    """From then on it would be late and does not go any more."""


def due(starts_at: datetime, before: timedelta, quiet: QuietHours | None, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the reminder `before` a meeting goes; always before the meeting starts.

    On time when it may go then. Otherwise as soon afterwards as it may, unless that would be late: when less than
    half of `before` would be left. Then it goes at the last moment before at which it may, a few minutes inside.
    Reminded the evening before, one still sleeps on it; reminded ten minutes before, one does not get there.
    """
    wanted = _wanted(starts_at, before, zone)
    after = may_go_from(wanted, quiet, zone)
    if after == wanted or after <= starts_at - before / 2:
        return after
    return next(
        moment for moment in _earlier(wanted, quiet, zone) if may_go_from(moment, quiet, zone) == moment
    )


def to_send(
    starts_at: datetime,
    befores: Iterable[timedelta],
    now: datetime,
    quiet: QuietHours | None,
    zone: ZoneInfo,
) -> list[Reminder]:
    """The reminders of a meeting that are still to come at `now`, in their order. Those that would fall together are
    one, also when `now` lies between them: asking again later never brings up another."""
    planned: list[Reminder] = []
    for before in sorted(set(befores), reverse=True):
        at = due(starts_at, before, quiet, zone)
        reminder = Reminder(before, at, until=_late_from(starts_at, before, at))
        if planned and at - planned[-1].at <= TOGETHER:
            planned.pop()
        planned.append(reminder)
    return [reminder for reminder in planned if reminder.at > now]


def _late_from(starts_at: datetime, before: timedelta, at: datetime) -> datetime:
    half_left = starts_at.astimezone(UTC) - before / 2
    return min(starts_at.astimezone(UTC), max(half_left, at + TOGETHER))


def _wanted(starts_at: datetime, before: timedelta, zone: ZoneInfo) -> datetime:
    """Whole days are days of the calendar: a day before ten o'clock is ten o'clock, also when the clock is moved."""
    day = starts_at.astimezone(zone) - timedelta(days=before.days)
    return day.astimezone(UTC) - (before - timedelta(days=before.days))


def _earlier(wanted: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> Iterator[datetime]:
    """Moments before `wanted`, the latest first, at the ends of the stretches in which messages may go; in nights when
    the clock is moved some of them may not do."""
    day = wanted.astimezone(zone).date()
    while True:
        ends = ((start, end) for start, end in _stretches(day, quiet, zone) if start < wanted)
        for start, end in sorted(ends, reverse=True):
            last = min(end, wanted)
            yield last - min(INSIDE, (last - start) / 2)
        day -= timedelta(days=1)


def _stretches(day: date, quiet: QuietHours | None, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """When a day is not quiet, in UTC."""

    def moment(local: time, ahead: int = 0) -> datetime:
        return datetime.combine(day + timedelta(days=ahead), local, tzinfo=zone).astimezone(UTC)

    midnight, next_midnight = moment(time(0)), moment(time(0), ahead=1)
    if quiet is None:
        yield midnight, next_midnight
    elif quiet.start < quiet.end:
        yield midnight, moment(quiet.start)
        yield moment(quiet.end), next_midnight
    else:
        yield moment(quiet.end), moment(quiet.start)
