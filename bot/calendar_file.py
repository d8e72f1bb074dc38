"""An appointment as a file that a calendar takes (RFC 5545), for Google, Apple and Outlook.

METHOD is PUBLISH, also when a meeting is moved or cancelled: the client opens the file by hand. REQUEST and CANCEL are
for invitations by mail from an ORGANIZER to an ATTENDEE (RFC 5546); we know no addresses and want none, and Outlook
shows a file of that kind without them as one it does not support, while Google's import adds it as a second event.
What was published may be changed by publishing it again: the same UID, a higher SEQUENCE, and STATUS:CANCELLED when
it falls away (RFC 5546, 3.2.1). Not every calendar then takes the entry out, so its title says so as well. An
ORGANIZER, which that table wants, is an address, too: an invented one would make the entry somebody else's, which
Apple's calendar does not let one move or delete.

Times are in UTC, which all of them turn into the time of the telephone; a meeting that repeats would need a VTIMEZONE.
There is no alarm: the reminders come in the chat, and only for as long as the client wants them.
"""

from __future__ import annotations

from datetime import UTC, timedelta

from icalendar import Calendar, Event

from bot.core.appointments import State, Way
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services.appointments import Meeting
from bot.services.base import Services

NAME = "tapaaminen.ics"
PRODID = "-//Rinnalla//Rinnalla//FI"


def build(meeting: Meeting, services: Services) -> bytes | None:
    """None when there is no time to put into a calendar."""
    if meeting.starts_at is None:
        return None
    start = meeting.starts_at.astimezone(UTC)
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=meeting.minutes))
    event.add("summary", _title(meeting))
    if place := _place(meeting):
        event.add("location", place)
    event.add("description", _description(meeting, services))
    event.add("status", "CANCELLED" if meeting.state is State.CANCELLED else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


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
