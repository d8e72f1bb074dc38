"""Opening hours: from the rows of a register to the catalogue's own, and from those to words for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from catalog.entries import OpeningHours
from catalog.registers.texts import Words

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Hours = dict[str, Any]
"""One row of Offer.opening_hours, as it is kept."""

HELSINKI = ZoneInfo("Europe/Helsinki")

_NAMES = {
    "fi": ("ma", "ti", "ke", "to", "pe", "la", "su"),
    "fi@selko": (
        *("maanantaisin", "tiistaisin", "keskiviikkoisin", "torstaisin"),
        *("perjantaisin", "lauantaisin", "sunnuntaisin"),
    ),
    "sv": ("mån", "tis", "ons", "tors", "fre", "lör", "sön"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_FROM = (
    *("maanantaista", "tiistaista", "keskiviikosta", "torstaista"),
    *("perjantaista", "lauantaista", "sunnuntaista"),
)
_UNTIL = (
    *("maanantaihin", "tiistaihin", "keskiviikkoon", "torstaihin"),
    *("perjantaihin", "lauantaihin", "sunnuntaihin"),
)
_CLOCK = {"fi": "klo ", "fi@selko": "kello ", "sv": "kl. ", "en": ""}
_AND = {"fi": " ja ", "fi@selko": " ja ", "sv": " och ", "en": " and "}
_ALWAYS = {
    "fi": "aina auki, yötä päivää",
    "fi@selko": "auki päivällä ja yöllä",
    "sv": "alltid öppet, dygnet runt",
    "en": "always open, day and night",
}
_AROUND = {
    "fi": "ympäri vuorokauden",
    "fi@selko": "päivällä ja yöllä",
    "sv": "dygnet runt",
    "en": "day and night",
}
_EVERY_DAY = {"fi": "joka päivä", "fi@selko": "joka päivä", "sv": "varje dag", "en": "every day"}
_BOOKED = {
    "fi": "vain ajanvarauksella",
    "fi@selko": "varaa aika ensin",
    "sv": "endast med tidsbokning",
    "en": "by appointment only",
}
_TILL = {"fi": "{day} asti", "fi@selko": "{day} asti", "sv": "till {day}", "en": "until {day}"}
_WEEKS = {
    "odd": {
        "fi": "parittomilla viikoilla",
        "fi@selko": "joka toinen viikko, kun viikon numero on pariton",
        "sv": "udda veckor",
        "en": "odd weeks",
    },
    "even": {
        "fi": "parillisilla viikoilla",
        "fi@selko": "joka toinen viikko, kun viikon numero on parillinen",
        "sv": "jämna veckor",
        "en": "even weeks",
    },
}
LOCALES = tuple(_NAMES)


def clock(text: object) -> str | None:
    """HH:MM of `9:00`, `09:00` or `09:00:00`; 24:00 is midnight. None when it is no time of day."""
    parts = text.split(":") if isinstance(text, str) else []
    if len(parts) not in (2, 3) or not all(part.isdigit() for part in parts):
        return None
    hour, minute = int(parts[0]), int(parts[1])
    if (hour, minute) == (24, 0):
        hour = 0
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def day_of(text: object) -> date | None:
    """The day in Finland of a date or a moment; a moment without a zone is taken as Finnish."""
    if not isinstance(text, str) or len(text) < 10:
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(HELSINKI) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return None


def row(days: Sequence[str], opens: str, closes: str, **more: Any) -> Hours:
    """A row as it is kept: what has its usual value is left out."""
    usual = {"days": list(days) if tuple(days) != DAYS else None, "weeks": None}
    given = usual | {"opens": opens, "closes": closes} | more
    return {key: value for key, value in given.items() if value not in (None, False, "", "every")}


def current(rows: Iterable[Hours], today: date) -> list[Hours]:
    """Without what has passed."""
    return [one for one in rows if one.get("valid_to", "9999-12-31") >= today.isoformat()]


def in_words(rows: Sequence[Hours], today: date) -> Words:
    """The weekly hours as people say them, in every language; exceptions are not told."""
    weekly = [one for one in rows if not one.get("exception")]
    now = [one for one in weekly if one.get("valid_from", "") <= today.isoformat()] or weekly
    if not now:
        return {}
    return {locale: _capital(_said(now, locale)) for locale in LOCALES}


def told(hours: Sequence[OpeningHours], today: date) -> Words:
    """The weekly hours of an entry in words."""
    rows = [
        row(
            one.days,
            f"{one.opens:%H:%M}",
            f"{one.closes:%H:%M}",
            closes_on=one.closes_on,
            weeks=one.weeks,
            by_appointment=one.by_appointment,
            valid_from=str(one.valid_from or ""),
            valid_to=str(one.valid_to or ""),
            exception=one.exception,
        )
        for one in hours
    ]
    return in_words(current(rows, today), today)


def _said(rows: Sequence[Hours], locale: str) -> str:
    if any(_is_always(one) for one in rows):
        return _ALWAYS[locale]
    days: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in rows:
        some = () if "closes_on" in one else one.get("days", DAYS)
        days.setdefault((_when(one, locale), _notes(one, locale)), []).extend(some)
    times: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (when, notes), some in days.items():
        times.setdefault((_days(some, locale) if some else "", notes), []).append(when)
    shared = set.intersection(*(set(notes) for _, notes in times)) if len(times) > 1 else set()
    parts = []
    for (some_days, notes), whens in times.items():
        own = ", ".join(note for note in notes if note not in shared)
        what = f"{some_days} {_CLOCK[locale]}{_AND[locale].join(whens)}" if some_days else "; ".join(whens)
        parts.append(f"{what} ({own})" if own else what)
    said = "; ".join(parts).replace(_CLOCK[locale] + _AROUND[locale], _AROUND[locale])
    return f"{said} ({', '.join(sorted(shared))})" if shared else said


def _when(one: Hours, locale: str) -> str:
    if "closes_on" in one:
        return _stretch(one, locale)
    if one["opens"] == one["closes"]:
        return _AROUND[locale]
    return f"{_time(one['opens'], locale)}–{_time(one['closes'], locale, end=True)}"


def _notes(one: Hours, locale: str) -> tuple[str, ...]:
    notes = [_WEEKS[weeks][locale]] if (weeks := one.get("weeks")) else []
    if one.get("by_appointment"):
        notes.append(_BOOKED[locale])
    if until := one.get("valid_to"):
        day = date.fromisoformat(until)
        notes.append(_TILL[locale].format(day=f"{day.day}.{day.month}.{day.year}"))
    return tuple(notes)


def _stretch(one: Hours, locale: str) -> str:
    """From Friday at four till Monday at eight."""
    first, last = DAYS.index(one["days"][0]), DAYS.index(one["closes_on"])
    opens, closes = _time(one["opens"], locale), _time(one["closes"], locale, end=True)
    if locale == "fi@selko":
        return f"{_FROM[first]} kello {opens} alkaen {_UNTIL[last]} kello {closes} asti"
    names = _NAMES[locale]
    return f"{names[first]} {_CLOCK[locale]}{opens} – {names[last]} {_CLOCK[locale]}{closes}"


def _days(days: Iterable[str], locale: str) -> str:
    """`ma–pe`, `ti, to`: runs of three days or more are told by their ends."""
    numbers = sorted({DAYS.index(day) for day in days})
    if len(numbers) == len(DAYS):
        return _EVERY_DAY[locale]
    parts, names = [], _NAMES[locale]
    for run in _runs(numbers):
        if len(run) < 3:
            parts += [names[number] for number in run]
        elif locale == "fi@selko":
            parts.append(f"{_FROM[run[0]]} {_UNTIL[run[-1]]}")
        else:
            parts.append(f"{names[run[0]]}–{names[run[-1]]}")
    if locale == "fi@selko" and len(parts) > 1:
        parts[-2:] = [f"{parts[-2]} ja {parts[-1]}"]
    return ", ".join(parts)


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _time(text: str, locale: str, *, end: bool = False) -> str:
    """`9` or `9.30`; the end of a day is 24."""
    hour, minute = text.split(":")
    number = 24 if end and text == "00:00" else int(hour)
    if minute == "00":
        return str(number)
    return f"{number}:{minute}" if locale == "en" else f"{number}.{minute}"


def _is_always(one: Hours) -> bool:
    return (
        one.get("opens") == one.get("closes")
        and "days" not in one
        and "weeks" not in one
        and not one.get("by_appointment")
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
