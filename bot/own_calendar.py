"""What a client keeps in mind, as a file for the calendar of their telephone (RFC 5545)."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

from bot.core.repeating import plain
from bot.services.own_times import OwnTime


def calendar_file(own: OwnTime, zone: ZoneInfo) -> bytes:
    """One event, in local time with its time zone, so that it stays at its hour; UID and SEQUENCE make a newer file
    replace an older one."""
    event = Event()
    starts_at = own.starts_at.astimezone(zone)
    event.add("uid", f"{own.uid}@rinnalla")
    event.add("sequence", own.sequence)
    event.add("dtstamp", own.changed_at)
    event.add("dtstart", starts_at)
    event.add("dtend", (own.starts_at + timedelta(minutes=own.minutes)).astimezone(zone))
    event.add("summary", own.title)
    if own.where:
        event.add("location", own.where)
    if own.rule:
        event.add("rrule", vRecur.from_ical(plain(own.rule)))
    calendar = Calendar()
    calendar.add("prodid", "-//Rinnalla//FI")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    calendar.add_missing_timezones(first_date=starts_at.date() - timedelta(days=366))
    return bytes(calendar.to_ical())
