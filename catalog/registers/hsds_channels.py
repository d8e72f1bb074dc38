"""Ways to get in touch, places and opening hours as HSDS has them."""

from __future__ import annotations

from typing import Any, TypeGuard

from catalog.entries import Day
from catalog.registers.hours import DAYS, Hours, clock, day_of
from catalog.registers.hours import row as hours_row
from catalog.registers.hsds_words import Told
from catalog.registers.places import Towns
from catalog.registers.ptv_rows import CHAT, web_address

LABEL = 120


def channels_of(told: Told, locations: list[Told]) -> list[dict[str, Any]]:
    """Visits, telephones, contacts and web addresses, each once."""
    found = [
        *(_visit(one) for one in locations),
        *(_phone(one, "description") for one in told.inside("phones")),
    ]
    for location in locations:
        found += [_phone(one, "description") for one in location.inside("phones")]
    contacts = [
        *told.inside("contacts"),
        *(one for location in locations for one in location.inside("contacts")),
    ]
    for contact in contacts:
        found += _contact(contact)
    pages = [*told.inside("additional_urls"), *told.inside("additional_websites")]
    found += [_page(one) for one in pages]
    once: dict[tuple[str, str], dict[str, Any]] = {}
    for channel in found:
        if channel is not None:
            once.setdefault((channel["kind"], channel["value"]), channel)
    listed = {channel["value"] for channel in once.values()}
    alone = {"email": told.string("email"), "web": web_address(told.string("url") or told.string("website"))}
    rest = [
        {"kind": kind, "value": value}
        for kind, value in alone.items()
        if len(value) > 1 and value not in listed
    ]
    return [*once.values(), *rest]


def _channel(told: Told, kind: str, value: str, label: str) -> dict[str, Any] | None:
    if len(value) < 2:
        return None
    found = {
        "kind": kind,
        "value": value,
        "label": told.text(label, LABEL) if label else {},
        "price": told.text("price"),
        "hours": told.text("hours"),
        "languages": told.facts("spoken"),
    }
    return {key: value for key, value in found.items() if value}


def _phone(told: Told, label: str) -> dict[str, Any] | None:
    if told.string("type") == "fax":
        return None
    number = told.string("number").strip('"')
    extension = told.entry.get("extension")
    if number and _is_number(extension) and 0 <= extension < 10**9:
        number = f"{number} ext. {extension:g}"
    return _channel(told, "phone", number, label)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _contact(told: Told) -> list[dict[str, Any] | None]:
    """A contact that stands for a way, or the telephone and e-mail of a person or an office."""
    kind = told.fact("channel")
    if told.ours and not kind:
        return []  # a contact person of the organisation
    if kind == "email":
        return [_channel(told, kind, told.string("email") or told.string("name"), "title")]
    if kind in ("web", "chat", "phone", "visit"):
        return [_channel(told, kind, told.string("name"), "title")]
    name = told.string("name") or told.string("title") or told.string("department")
    email = _channel(told, "email", told.string("email"), "")
    phones = [_phone(one, "description") for one in told.inside("phones")]
    found = [one for one in (*phones, email) if one]
    return [one if one.get("label") or not name else {**one, "label": {told.language: name}} for one in found]


def _page(told: Told) -> dict[str, Any] | None:
    address = web_address(told.string("url"))
    chat = told.fact("channel") == "chat" or bool(CHAT.search(told.string("label")))
    return _channel(told, "chat" if chat else "web", address, "label")


def _visit(told: Told) -> dict[str, Any] | None:
    """Going there; a place that is told to be only the offer's place is no way of its own."""
    if told.fact("place") or told.string("location_type") not in ("physical", ""):
        return None
    for address in told.inside("addresses"):
        if address.string("address_type") in ("physical", ""):
            street = ", ".join(
                part for field in ("address_1", "address_2") if (part := address.string(field))
            )
            town = f"{address.string('postal_code')} {address.string('city')}".strip()
            whole = street if told.fact("channel") else ", ".join(part for part in (street, town) if part)
            return _channel(told, "visit", whole, "name")
    return None


def place_of(told: Told, towns: Towns) -> dict[str, Any] | None:
    """Where it is; None for what is no place, or a way to get in touch that only looks like one."""
    if told.string("location_type") not in ("physical", "") or told.fact("channel"):
        return None
    for address in told.inside("addresses"):
        city = address.string("city")
        if address.string("address_type") not in ("physical", "") or not city:
            continue
        street = ", ".join(part for field in ("address_1", "address_2") if (part := address.string(field)))
        town = city if told.fact("place") else towns.find(city) or city
        access = told.inside("accessibility")
        found: dict[str, Any] = {
            "name": told.text("name"),
            "address": street or city,
            "postcode": address.string("postal_code"),
            "municipality": town,
            "accessibility": access[0].text("description") if access else {},
        }
        found |= _point(told.entry.get("latitude"), told.entry.get("longitude"))
        return {key: value for key, value in found.items() if value}
    return None


def _point(latitude: Any, longitude: Any) -> dict[str, float]:
    """Coordinates in Finland; others are left out."""
    if not (_is_number(latitude) and _is_number(longitude)):
        return {}
    inside = 59 <= latitude <= 70.2 and 19 <= longitude <= 31.7
    return {"latitude": latitude, "longitude": longitude} if inside else {}


def hours_of(told: Told) -> list[Hours]:
    """The schedules that say a time of day."""
    return [hours for one in told.inside("schedules") if (hours := _hours(one)) is not None]


def _hours(told: Told) -> Hours | None:
    opens, closes = (clock(told.string(field)[:5]) for field in ("opens_at", "closes_at"))
    if opens is None or closes is None:
        return None
    days = [day for part in told.string("byday").split(",") if (day := part.strip()[-2:]) in DAYS]
    weeks, closes_on = told.fact("weeks"), told.fact("closes_on")
    dates = {field: day_of(told.string(field)) for field in ("valid_from", "valid_to")}
    return hours_row(
        list(dict.fromkeys(days)) or DAYS,
        opens,
        closes,
        weeks=weeks if weeks in ("odd", "even") else None,
        closes_on=closes_on if closes_on in tuple(Day) else None,
        by_appointment=bool(told.fact("by_appointment")),
        exception=bool(told.fact("exception")),
        closed=bool(told.fact("closed")),
        **{field: day.isoformat() if day else None for field, day in dates.items()},
    )
