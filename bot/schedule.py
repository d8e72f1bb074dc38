"""When something is open or takes place, in words: weekly hours, days that differ, and recurring times (RRULE)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from bot.i18n import current_locale, day, hour, listed
from bot.i18n import gettext as _
from catalog.registers.hours import told
from catalog.schema import Day, Offer, OpeningHours, Unit

AHEAD = timedelta(days=30)
"""How long before them the days that differ are told of."""


def when(offer: Offer, unit: Unit | None, today: date) -> str | None:
    """The entry's own words, or else its recurring time and its opening hours, or else those of its unit."""
    if offer.when:
        return offer.when.best(current_locale())
    hours = offer.opening_hours or (unit.opening_hours if unit and not offer.rrule else ())
    weekly = told(hours, today).get(current_locale())
    recurring_time = recurring(offer.rrule, today) if offer.rrule else None
    return "; ".join(part for part in (recurring_time, weekly) if part) or None


def exceptions(offer: Offer, unit: Unit | None, today: date) -> list[str]:
    """The days of the next weeks on which it is shut or open at other times."""
    hours = offer.opening_hours or (unit.opening_hours if unit else ())
    return list(_exceptions(hours, today))


def _exceptions(hours: Sequence[OpeningHours], today: date) -> Iterator[str]:
    for one in hours:
        first, last = one.valid_from, one.valid_to or one.valid_from
        if not one.exception or first is None or last is None or last < today or first > today + AHEAD:
            continue
        days = day(first) if first == last else f"{day(first)} – {day(last)}"
        if one.closed:
            yield _("Suljettu: {days}.").format(days=days)
        else:
            opens, closes = hour(one.opens), hour(one.closes)
            yield _("Poikkeus: {days} avoinna {opens}–{closes}.").format(
                days=days, opens=opens, closes=closes
            )


def recurring(rule: str, today: date) -> str | None:
    """An iCalendar RRULE in words; None when it is over.

    Of a rule for which there are no short words only that it recurs, and whom to ask.
    """
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
    until = _until(parts.get("UNTIL", ""))
    if until and until < today:
        return None
    said = _said(parts) or _("toistuvasti; kysy päivät järjestäjältä")
    return _("{when}, viimeisen kerran {day}").format(when=said, day=day(until)) if until else said


def _until(text: str) -> date | None:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 – a day of the calendar
    except ValueError:
        return None


def _said(parts: dict[str, str]) -> str | None:
    interval = parts.get("INTERVAL", "1")
    days = [code.strip() for code in parts.get("BYDAY", "").split(",") if code.strip()]
    if parts.get("FREQ") == "DAILY" and interval in ("1", "2") and not days:
        return _("joka päivä") if interval == "1" else _("joka toinen päivä")
    if parts.get("FREQ") == "WEEKLY":
        return _weekly(days, interval)
    if parts.get("FREQ") == "MONTHLY" and interval == "1":
        return _monthly(days, parts)
    return None


def _weekly(codes: list[str], interval: str) -> str | None:
    names = _weekdays()
    if not all(code in names for code in codes) or not interval.isdigit() or interval == "0":
        return None
    days = listed([names[code] for code in Day if code in codes]) or None
    if interval == "1":
        return days or _("joka viikko")
    often = (
        _("joka toinen viikko") if interval == "2" else _("{count} viikon välein").format(count=int(interval))
    )
    return f"{often} {days}" if days else often


def _monthly(codes: list[str], parts: dict[str, str]) -> str | None:
    """`1TH`, or TH with BYSETPOS=1: the first Thursday; or a day of the month."""
    if not codes and (number := parts.get("BYMONTHDAY", "")).isdigit():
        return _("joka kuukauden {number}. päivä").format(number=int(number))
    orders, names = _orders(), _days_of_a_month()
    place = parts.get("BYSETPOS", "")
    if place and len(codes) != 1:
        return None
    said = []
    for code in codes:
        order, name = code[:-2].lstrip("+") or place.lstrip("+"), code[-2:]
        if order not in orders or name not in names:
            return None
        said.append(f"{orders[order]} {names[name]}")
    return _("kuukauden {days}").format(days=listed(said)) if said else None


def _weekdays() -> dict[str, str]:
    return {
        "MO": _("maanantaisin"),
        "TU": _("tiistaisin"),
        "WE": _("keskiviikkoisin"),
        "TH": _("torstaisin"),
        "FR": _("perjantaisin"),
        "SA": _("lauantaisin"),
        "SU": _("sunnuntaisin"),
    }


def _orders() -> dict[str, str]:
    return {
        "1": _("ensimmäisenä"),
        "2": _("toisena"),
        "3": _("kolmantena"),
        "4": _("neljäntenä"),
        "5": _("viidentenä"),
        "-1": _("viimeisenä"),
    }


def _days_of_a_month() -> dict[str, str]:
    return {
        "MO": _("maanantaina"),
        "TU": _("tiistaina"),
        "WE": _("keskiviikkona"),
        "TH": _("torstaina"),
        "FR": _("perjantaina"),
        "SA": _("lauantaina"),
        "SU": _("sunnuntaina"),
    }
