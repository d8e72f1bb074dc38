"""The file that brings a meeting into a calendar: read back, and looked at byte by byte."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from bot import calendar_file
from bot.core.appointments import LONGEST, By, Details, State, Way
from bot.db.columns import Vault
from bot.db.work import Database
from bot.i18n import LOCALES, speaking
from bot.services.appointments import Meeting
from bot.services.base import Services
from tests.conftest import START, HandClock
from tests.services.people import KELLO, services_on

STARTS = datetime(2026, 3, 29, 9, tzinfo=UTC)


@pytest.fixture
def services(sqlite_url: str, vault: Vault, clock: HandClock) -> Services:
    return services_on(Database(sqlite_url, vault, clock), clock)


def meeting(**changes: object) -> Meeting:
    usual: dict[str, object] = {
        "id": 1,
        "request_id": 1,
        "organisation_id": KELLO,
        "worker": "Leena",
        "uid": "b2c5@rinnalla",
        "sequence": 3,
        "state": State.AGREED,
        "way": Way.PLACE,
        "details": Details(
            where="Asemakatu 2; B-rappu, 3. krs", who="Pekka", bring="laskut, päätökset\\kuitit"
        ),
        "times": (),
        "starts_at": STARTS,
        "minutes": 45,
        "answer": None,
        "attended": None,
        "cancelled_by": None,
        "changed_at": START,
        "acts": frozenset(),
    }
    return Meeting(**{**usual, **changes})  # type: ignore[arg-type]


def test_the_event_is_read_back_as_it_was_meant(services: Services) -> None:
    written = calendar_file.build(meeting(), services)
    assert written is not None
    calendar = Calendar.from_ical(written)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    assert (event["uid"], event["sequence"], event["status"]) == ("b2c5@rinnalla", 3, "CONFIRMED")
    assert event.decoded("dtstart") == STARTS
    assert event.decoded("dtend") == STARTS + timedelta(minutes=45)
    assert event.decoded("dtstamp") == START
    assert event["summary"] == "Tapaaminen: Leena"
    assert event["location"] == "Asemakatu 2; B-rappu, 3. krs"
    assert "Ota mukaan: laskut, päätökset\\kuitit" in event["description"].split("\n")
    assert not {"ORGANIZER", "ATTENDEE"} & set(event)


def test_lines_end_and_fold_as_calendars_want_them(services: Services) -> None:
    long = Details(where="Ä" * LONGEST, bring="🎒" * (LONGEST // 2))
    written = calendar_file.build(meeting(details=long), services)
    assert written is not None
    assert written.endswith(b"END:VCALENDAR\r\n")
    assert written.count(b"\n") == written.count(b"\r\n")
    lines = written.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no sign is cut in two
    (event,) = Calendar.from_ical(written).walk("VEVENT")
    assert event["location"] == "Ä" * LONGEST
    assert "🎒" * (LONGEST // 2) in event["description"]


def test_commas_semicolons_and_backslashes_are_escaped(services: Services) -> None:
    written = calendar_file.build(meeting(), services)
    assert written is not None
    unfolded = written.replace(b"\r\n ", b"").decode()
    assert "LOCATION:Asemakatu 2\\; B-rappu\\, 3. krs" in unfolded
    assert "laskut\\, päätökset\\\\kuitit" in unfolded
    assert "DTSTART:20260329T090000Z" in unfolded


def test_a_cancelled_meeting_has_the_same_uid_and_says_so_in_its_title(services: Services) -> None:
    cancelled = meeting(state=State.CANCELLED, cancelled_by=By.WORKER, sequence=4)
    (event,) = Calendar.from_ical(calendar_file.build(cancelled, services) or b"").walk("VEVENT")
    assert (event["uid"], event["sequence"], event["status"]) == ("b2c5@rinnalla", 4, "CANCELLED")
    assert event["summary"].startswith("Peruttu:")


def test_a_call_has_no_place(services: Services) -> None:
    call = meeting(way=Way.PHONE, details=Details(where="040 123 4567"))
    (event,) = Calendar.from_ical(calendar_file.build(call, services) or b"").walk("VEVENT")
    assert event["location"] == "Puhelu"
    assert "040 123 4567" in event["description"]


@pytest.mark.parametrize("locale", LOCALES)
def test_it_speaks_every_language(services: Services, locale: str) -> None:
    with speaking(locale):
        written = calendar_file.build(meeting(), services)
    assert written is not None
    assert "{" not in written.decode()


def test_without_a_time_there_is_no_file(services: Services) -> None:
    assert calendar_file.build(meeting(state=State.PROPOSED, starts_at=None), services) is None
