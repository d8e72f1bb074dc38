"""Times that come once or again and again: rules as in RFC 5545, kept in local time, so that Tuesday at five stays at
five when the clock is moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr


class Often(StrEnum):
    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"  # every second week
    MONTHLY = "monthly"  # on the same weekday of the month: the second Tuesday


DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST = -1
"""A fifth Friday does not come every month; the last one does."""


def rule(often: Often, first: date, at: time) -> str | None:
    """The rule by which something repeats that takes place for the first time on `first` at `at`; None for once."""
    weekday, clock = DAYS[first.weekday()], f"BYHOUR={at.hour};BYMINUTE={at.minute}"
    place = (first.day - 1) // 7 + 1
    return {
        Often.ONCE: None,
        Often.WEEKLY: f"FREQ=WEEKLY;BYDAY={weekday};{clock}",
        Often.FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday};{clock}",
        Often.MONTHLY: f"FREQ=MONTHLY;BYDAY={place if place < 5 else LAST}{weekday};{clock}",
    }[often]


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time in UTC: of an hour that comes twice the first one, of one that is skipped as much later."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def occurrences(rule: str | None, known: datetime, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When it takes place after `after`, in UTC and in order, from `known` on, which is one of the times. The hour is
    the rule's own: that of `known` may have been moved by a change of the clock."""
    if rule is None:
        yield from [known.astimezone(UTC)] if known > after else []
        return
    day = known.astimezone(zone).date()
    begin = datetime.combine(day, time(0))
    # The rule counts in local time without a zone; a day more on the safe side, and each is looked at in UTC.
    since = max(begin, after.astimezone(zone).replace(tzinfo=None) - timedelta(days=1))
    for local in rrulestr(rule, dtstart=begin).xafter(since, inc=True):
        at = moment(local.date(), local.time(), zone)
        if at > after:
            yield at


def upcoming(rule: str | None, known: datetime, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The next time after `after`; None when there is none."""
    return next(occurrences(rule, known, after, zone), None)


def plain(rule: str) -> str:
    """The rule for calendars, which take the hour from where it begins and some of which refuse to be told it twice."""
    return ";".join(part for part in rule.split(";") if not part.startswith(("BYHOUR=", "BYMINUTE=")))


def clock_in(text: str) -> time | None:
    """A time of day as people write it: 17, 17.30, 17:30, klo 9, 9.05. None when there is none in it."""
    words = text.strip().casefold().removeprefix("kello").removeprefix("klo").removeprefix("kl").strip(" .")
    hours, _, minutes = words.replace(":", ".").replace(",", ".").partition(".")
    digits = [part.strip() for part in (hours, minutes or "00")]
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in digits):
        return None
    hour, minute = map(int, digits)
    return time(hour, minute) if hour < 24 and minute < 60 else None
