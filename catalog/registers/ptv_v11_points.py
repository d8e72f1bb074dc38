"""Channels of PTV v11, and what joins them to services: ways to get in touch, places and opening hours."""

from __future__ import annotations

import marshal
from typing import Any

from catalog.registers.hours import Hours, clock, day_of
from catalog.registers.ptv_reading import (
    DAY_NAMES,
    HourRows,
    Reading,
    email_way,
    phone_way,
    place,
    settle,
    visit,
    web_way,
)
from catalog.registers.ptv_rows import LinkRow, PointRow
from catalog.registers.ptv_v11_texts import clean, shown_name, texts, typed
from catalog.registers.texts import LANGUAGES, Words, first_of, mapping, objects, plain, short, string

WRAPPERS = ("phoneChannel", "locationChannel", "webPageChannel", "electronicChannel", "printableFormChannel")
_POINTS = {
    "Phone": "phone",
    "ServiceLocation": "location",
    "WebPage": "web",
    "EChannel": "web",
    "PrintableForm": "form",
}
_WEEKLY, _OVER, _EXCEPTION = (
    ("DaysOfTheWeek", "Standard"),
    ("OverMidnight", "Special"),
    ("Exceptional", "Exception"),
)
_OF_ITS_OWN = ("contactDetails", "serviceHours", "description", "serviceChargeType")
ACCESSIBILITY = 400


def town_of(municipality: dict[str, Any], reading: Reading) -> str:
    """The number of a municipality, whose name is learned when it is new."""
    code = string(municipality.get("code"))
    if code not in reading.towns.by_code:
        reading.towns.learn(code, texts(municipality.get("name")))
    return code


def link(entry: dict[str, Any], service: str, reading: Reading) -> LinkRow | str:
    channel = string(mapping(entry.get("serviceChannel")).get("id"))
    if not any(map(entry.get, _OF_ITS_OWN)):
        return channel
    contact = mapping(entry.get("contactDetails"))
    hours, note = _hours(entry.get("serviceHours"), service, reading)
    told = typed(entry.get("description"))
    ways = [*_phones(contact), *_emails(contact.get("emails")), *_pages(contact, {})] if contact else []
    return LinkRow(
        channel=channel,
        ways=settle(ways, {}),
        hours=hours,
        note=first_of(note, clean(told.get("Description", {}))),
        cost=clean(told.get("ChargeTypeAdditionalInfo", {})),
        free=reading.free(service, entry.get("serviceChargeType")),
    )


def point(wrapped: dict[str, Any], reading: Reading) -> PointRow | None:
    """A channel; None when it is of a kind that is not known."""
    entry = next((inside for wrapper in WRAPPERS if (inside := mapping(wrapped.get(wrapper)))), wrapped)
    identifier, sort = string(entry.get("id")), _POINTS.get(string(entry.get("serviceChannelType")))
    if sort is None:
        reading.unknown(identifier, "serviceChannelType", entry.get("serviceChannelType"))
        return None
    name = shown_name(entry, "serviceChannelNames")
    places = [found for one in objects(entry.get("addresses")) if (found := place_of(one, name, reading))]
    ways: list[dict[str, Any] | None] = [*_phones(entry), *_pages(entry, name), *_forms(entry)]
    if sort == "location":
        ways += [*_emails(entry.get("emails")), *_emails(entry.get("supportEmails"))]
    hours, note = _hours(entry.get("serviceHours"), identifier, reading)
    return PointRow(
        id=identifier,
        kind=sort,  # type: ignore[typeddict-item]  # one of the values of _POINTS
        name=name,
        ways=[*map(visit, places), *settle(ways, name)],
        places=places,
        hours=hours,
        note=note,
        services=[
            service
            for one in objects(entry.get("services"))
            if (service := string(mapping(one.get("service")).get("id")))
        ],
    )


def _phones(entry: dict[str, Any]) -> list[dict[str, Any] | None]:
    return [
        phone_way(
            string(one.get("prefixNumber")),
            string(one.get("number")),
            string(one.get("language")),
            plain(string(one.get("additionalInformation"))),
            plain(string(one.get("chargeDescription"))),
            one.get("serviceChargeType"),
            text_message=one.get("type") == "Sms",
        )
        for one in objects(entry.get("phoneNumbers"))
        if one.get("type") != "Fax" and one.get("language") in LANGUAGES
    ]


def _emails(value: Any) -> list[dict[str, Any] | None]:
    return [
        email_way(string(one.get("value")), string(one.get("language")))
        for one in objects(value)
        if one.get("language") in LANGUAGES
    ]


def _pages(entry: dict[str, Any], name: Words) -> list[dict[str, Any] | None]:
    return [
        web_way(string(one.get("url")), string(one.get("language")), plain(string(one.get("value"))), name)
        for one in objects(entry.get("webPages"))
        if one.get("language") in LANGUAGES
    ]


def _forms(entry: dict[str, Any]) -> list[dict[str, Any] | None]:
    return [
        web_way(string(one.get("value")), string(one.get("language")), "", {})
        for one in objects(entry.get("channelUrls"))
        if one.get("language") in LANGUAGES
    ]


def place_of(entry: dict[str, Any], name: Words, reading: Reading) -> dict[str, Any] | None:
    if entry.get("type") not in ("Location", "Visiting"):
        return None
    street = mapping(entry.get("streetAddress")) or mapping(entry.get("otherAddress"))
    municipality = mapping(street.get("municipality"))
    town_name, code = texts(municipality.get("name")), string(municipality.get("code"))
    reading.towns.learn(code, town_name)
    office = texts(street.get("postOffice"))
    town = (
        reading.towns.by_code.get(code)
        or town_name.get("fi")
        or reading.towns.find(office.get("fi", ""))
        or ""
    )
    words = texts(street.get("street")) or texts(street.get("additionalInformation"))
    number = string(street.get("streetNumber"))
    where = f"{words.get('fi') or next(iter(words.values()), '')} {number}".strip()
    metres = (street.get("latitude"), street.get("longitude"))
    return place(name, where, string(street.get("postalCode")), town or "", metres, _accessibility(entry))


def _accessibility(entry: dict[str, Any]) -> Words:
    found: dict[str, list[str]] = {}
    for entrance in objects(entry.get("entrances")):
        for group in objects(entrance.get("accessibilitySentences")):
            for one in objects(group.get("sentences")):
                for language, sentence in texts(one.get("sentence")).items():
                    found.setdefault(language, []).append(sentence)
    return {language: short(" ".join(said), ACCESSIBILITY) for language, said in found.items()}


def _hours(value: Any, entry: str, reading: Reading) -> tuple[list[Hours], Words]:
    """Hours and what is said of them; the same ones are worked out once."""
    if not value or not isinstance(value, list):
        return [], {}
    key = marshal.dumps(value)
    if (known := reading.hours.get(key)) is None:
        hours = _read_hours(value, entry, reading)
        known = hours.rows, hours.note
        reading.remember_hours(key, known)
    return known


def _read_hours(value: Any, entry: str, reading: Reading) -> HourRows:
    hours = HourRows(reading.today)
    for one in objects(value):
        sort = one.get("serviceHourType")
        start, end = day_of(one.get("validFrom")), day_of(one.get("validTo"))
        if sort in _EXCEPTION:
            _exception(hours, one, start, end)
        elif sort in _WEEKLY or sort in _OVER:
            more: dict[str, Any] = {"by_appointment": bool(one.get("isReservation"))}
            more |= {"valid_from": start.isoformat()} if start else {}
            more |= {"valid_to": end.isoformat()} if end else {}
            _weekly(hours, one, more, over=sort in _OVER)
            if more.get("valid_from", "") <= reading.today.isoformat() <= more.get("valid_to", "9"):
                hours.say(texts(one.get("additionalInformation")))
        else:
            reading.unknown(entry, "serviceHourType", sort)
    return hours


def _weekly(hours: HourRows, one: dict[str, Any], more: dict[str, Any], *, over: bool) -> None:
    stretches = objects(one.get("openingHour"))
    if one.get("isAlwaysOpen") and not stretches:
        hours.always(**more)
    for stretch in stretches:
        first, last = (DAY_NAMES.get(string(stretch.get(end)).lower()) for end in ("dayFrom", "dayTo"))
        opens, closes = clock(stretch.get("from")), clock(stretch.get("to"))
        if first and last and first != last and over:
            hours.stretch(first, opens, last, closes, **more)
        elif first:
            hours.weekly(_from_to(first, last or first), opens, closes, **more)


def _exception(hours: HourRows, one: dict[str, Any], start: Any, end: Any) -> None:
    if one.get("isClosed"):
        hours.exception(start, end, closed=True)
        return
    for stretch in objects(one.get("openingHour")):
        opens, closes = clock(stretch.get("from")), clock(stretch.get("to"))
        if opens and closes:
            hours.exception(start, end, opens=opens, closes=closes)


def _from_to(first: str, last: str) -> list[str]:
    days = list(DAY_NAMES.values())
    start, end = days.index(first), days.index(last)
    return days[start : end + 1] if start <= end else days[start:] + days[: end + 1]
