"""An appointment, or a time of the client's own, as a file that a calendar takes (RFC 5545), for Google, Apple and
Outlook.

METHOD is PUBLISH, also when a meeting is moved or cancelled: the client opens the file by hand. REQUEST and CANCEL are
for invitations by mail from an ORGANIZER to an ATTENDEE (RFC 5546); we know no addresses and want none, and Outlook
shows a file of that kind without them as one it does not support, while Google's import adds it as a second event.
What was published may be changed by publishing it again: the same UID, a higher SEQUENCE, and STATUS:CANCELLED when
it falls away (RFC 5546, 3.2.1). Not every calendar then takes the entry out, so its title says so as well. An
ORGANIZER, which that table wants, is an address, too: an invented one would make the entry somebody else's, which
Apple's calendar does not let one move or delete.

The times of a meeting are in UTC, which all of them turn into the time of the telephone. What repeats stays at its hour
all year, so a time of one's own comes with its time zone.
There is no alarm: the reminders come in the chat, and only for as long as the client wants them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

from bot.core.appointments import State, Way
from bot.core.repeating import plain
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services.appointments import Meeting
from bot.services.base import Services
from bot.services.own_times import OwnTime

NAME, OWN_NAME = "tapaaminen.ics", "rinnalla.ics"
PRODID = "-//Rinnalla//Rinnalla//FI"


def build(meeting: Meeting, services: Services) -> bytes | None:
    """None when there is no time to put into a calendar."""
    if meeting.starts_at is None:
        return None
    event = _event(meeting.uid, meeting.sequence, meeting.changed_at)
    _lasts(event, meeting.starts_at.astimezone(UTC), meeting.minutes)
    event.add("summary", _title(meeting))
    if place := _place(meeting):
        event.add("location", place)
    event.add("description", _description(meeting, services))
    event.add("status", "CANCELLED" if meeting.state is State.CANCELLED else "CONFIRMED")
    return bytes(_calendar(event).to_ical())


def build_own(own: OwnTime, zone: ZoneInfo) -> bytes:
    """A time of the client's own, once or again and again."""
    event, starts_at = (
        _event(f"{own.uid}@rinnalla", own.sequence, own.changed_at),
        own.starts_at.astimezone(zone),
    )
    _lasts(event, starts_at, own.minutes)
    event.add("summary", own.title)
    if own.where:
        event.add("location", own.where)
    if own.rule:
        event.add("rrule", vRecur.from_ical(plain(own.rule)))
    calendar = _calendar(event)
    calendar.add_missing_timezones(first_date=starts_at.date() - timedelta(days=366))
    return bytes(calendar.to_ical())


def _event(uid: str, sequence: int, changed_at: datetime) -> Event:
    """A file with the same UID and a higher SEQUENCE replaces the earlier one."""
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", changed_at.astimezone(UTC).replace(microsecond=0))
    return event


def _lasts(event: Event, starts_at: datetime, minutes: int) -> None:
    """So many minutes, also where the clocks change in between; in the time zone of `starts_at`."""
    ends_at = starts_at.astimezone(UTC) + timedelta(minutes=minutes)
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at.astimezone(starts_at.tzinfo))


def _calendar(event: Event) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar


def _title(meeting: Meeting) -> str:
    """Calendars are seen by others, too: whom one meets is enough, of which organisation stands further down."""
    title = _("Tapaaminen: {name}").format(name=meeting.worker) if meeting.worker else _("Tapaaminen")
    return _("Peruttu: {title}").format(title=title) if meeting.state is State.CANCELLED else title


def _place(meeting: Meeting) -> str | None:
    return _("Puhelu") if meeting.way is Way.PHONE else meeting.details.where


def _description(meeting: Meeting, services: Services) -> str:
    details, phone = meeting.details, meeting.way is Way.PHONE
    lines = (
        organisation_name(services.catalog, meeting.organisation_id),
        _("Soita: {number}").format(number=details.where) if phone and details.where else None,
        _("Sinulle soitetaan.") if phone and not details.where else None,
        _("Mukana: {words}").format(words=details.who) if details.who else None,
        _("Ota mukaan: {words}").format(words=details.bring) if details.bring else None,
    )
    return "\n".join(line for line in lines if line)
