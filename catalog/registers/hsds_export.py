"""Publishes a catalogue as Open Referral HSDS 3.1: a list of `organization_full` objects with their services.

What is retired or hidden is not published, nor what only a coordinator may know. The file passes the schemas that
Open Referral publishes, and importing it gives the same entries again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from catalog.basics import Dated
from catalog.entries import (
    Channel,
    ChannelKind,
    ContactPerson,
    Offer,
    OpeningHours,
    Organisation,
    Place,
    Unit,
)
from catalog.registers.hsds_words import LANGUAGE, MAIN, Made, is_uuid, uuid_of
from catalog.registers.ptv_rows import web_address
from catalog.schema import Catalog

VERSION = "3.1"
FILE = "rinnalla-hsds.json"
"""The name of the file in a folder."""


def export_hsds(
    catalog: Catalog, target: Path, progress: Callable[[int, int | None], None] | None = None
) -> int:
    """Writes the list into the file `target` and returns how many services it has.

    The file appears when it is whole; one that was there before is replaced.
    """
    export = _Export(catalog)
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            for part in export.parts(progress):
                file.write(part)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return export.services


class _Export:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.services = 0
        self._by_maker: dict[str, list[str]] = {}
        for register in catalog.imported:
            for offer_id in register.ids:
                self._by_maker.setdefault(register.maker(offer_id), []).append(offer_id)

    def parts(self, progress: Callable[[int, int | None], None] | None) -> Iterator[str]:
        """The text of the file, organisation by organisation, so that it need never be in memory whole."""
        makers = [one for one in self._catalog.organisations if not one.hidden and not one.retired]
        for number, maker in enumerate(makers):
            for place, one in enumerate((self._organisation(maker), *self._units(maker))):
                yield ("[\n" if number + place == 0 else ",\n") + json.dumps(one, ensure_ascii=False)
            if progress:
                progress(number + 1, len(makers))
        yield "\n]\n" if makers else "[]\n"

    def _units(self, maker: Organisation) -> Iterator[dict[str, Any]]:
        yield from (self._unit(maker, unit) for unit in maker.units)

    def _offers(self, maker: Organisation) -> Iterator[Offer]:
        """What can be suggested of it: our own, and what was imported."""
        yield from (offer for offer in maker.offers if not offer.hidden and not offer.retired)
        yield from map(self._catalog.offer, self._by_maker.get(maker.id, ()))

    def _organisation(self, maker: Organisation) -> dict[str, Any]:
        made = Made(identifier("organisation", maker))
        made.tell(LANGUAGE, MAIN)
        made.text("name", maker.name)
        made.text("description", maker.about)
        made.set("website", str(maker.url) if maker.url else None)
        made.tell("sector", maker.sector)
        _dated(made, maker)
        made.set(
            "contacts", [_person(one, made.id, number) for number, one in enumerate(maker.contact_persons)]
        )
        units = {unit.id for unit in maker.units}
        made.set(
            "services", [self._service(one, made.id) for one in self._offers(maker) if one.unit not in units]
        )
        return made.done()

    def _unit(self, maker: Organisation, unit: Unit) -> dict[str, Any]:
        """A unit is an organisation whose parent is the whole."""
        made = Made(identifier("unit", unit))
        made.tell(LANGUAGE, MAIN)
        made.text("name", unit.name)
        made.text("description", unit.about or unit.name)
        if unit.about is None:
            made.tell("without", "description")
        made.set("parent_organization_id", identifier("organisation", maker))
        made.set(
            "contacts", [_person(one, made.id, number) for number, one in enumerate(unit.contact_persons)]
        )
        _reached(made, unit.channels, unit.place.municipality if unit.place else "", "organization")
        hours = [_hours(one, made.id, number) for number, one in enumerate(unit.opening_hours)]
        if unit.place or hours:
            here = {"id": uuid_of(made.id, "hours"), "location_type": "virtual"}
            at = _location(unit.place, made.id) if unit.place else here
            others = made.fields.get("locations", [])
            made.set("locations", [{**at, "schedules": hours} if hours else at, *others])
        made.set(
            "services", [self._service(one, made.id) for one in self._offers(maker) if one.unit == unit.id]
        )
        return made.done()

    def _service(self, offer: Offer, organisation: str) -> dict[str, Any]:
        self.services += 1
        made = Made(identifier("offer", offer))
        made.set("organization_id", organisation)
        made.set("status", "active")
        made.tell(LANGUAGE, MAIN)
        made.text("name", offer.name)
        made.text("description", offer.summary)
        made.text("application_process", offer.get_in)
        made.text("referral", offer.referral, native=False)
        self._terms(made, offer)
        _for_whom(made, offer)
        _cost(made, offer)
        _where(made, offer)
        _when(made, offer)
        town = offer.place.municipality if offer.place else next(iter(offer.municipalities), "")
        _reached(made, offer.channels, town, "service")
        made.set(
            "languages",
            [
                {"id": uuid_of(made.id, "language", one), "code": one}
                for one in dict.fromkeys(offer.languages)
            ],
        )
        if offer.capacity:
            made.tell("capacity", offer.capacity.state, str(offer.capacity.until or ""))
        if offer.anonymous is not None:
            made.tell("anonymous", _yes(offer.anonymous))
        if offer.peers:
            made.tell("peers", _yes(True))
        made.tell_all("keyword", dict.fromkeys(offer.keywords))
        _dated(made, offer)
        return made.done()

    def _terms(self, made: Made, offer: Offer) -> None:
        made.term("kind", offer.kind, offer.kind)
        for area in dict.fromkeys(offer.areas):
            name = self._catalog.area(area).name.best("en")
            made.term("areas", area, name)
        for door in dict.fromkeys(offer.doors):
            made.term("doors", door, self._catalog.door(door).says.best("en"))
        for level in offer.levels:
            made.term("levels", level, level)
        for leads_to in offer.leads_to:
            made.term("leads_to", leads_to, leads_to)


def identifier(kind: str, entry: Offer | Organisation | Unit) -> str:
    """The UUID of an entry: its register's own, or one that is always made the same way of our id."""
    origin = getattr(entry, "origin", None)
    if origin is not None and is_uuid(origin.id):
        return str(origin.id).lower()
    _, _, digits = entry.id.partition("-")
    if isinstance(entry, Unit) and len(digits) == 32:  # of an imported unit, whose origin is in its id
        dashed = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        if is_uuid(dashed):
            return dashed
    return uuid_of(kind, origin.id if origin is not None else entry.id)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _dated(made: Made, entry: Dated) -> None:
    """Where the facts come from, of which day they are, and who last confirmed them."""
    source = entry.source
    if isinstance(entry, Offer):
        made.set("last_modified", f"{source.date}T00:00:00.000Z")
        made.set("assured_date", str(entry.verified.on) if entry.verified else None)
    made.tell("source", source.name, str(source.date))
    if source.url:
        made.tell("source_url", source.url)
    if source.licence:
        made.tell("licence", source.licence)
    if entry.verified:
        made.tell("verified", entry.verified.by, str(entry.verified.on))


def _person(person: ContactPerson, owner: str, number: int) -> dict[str, Any]:
    made = Made(uuid_of(owner, "person", number))
    made.set("name", person.name)
    made.text("title", person.title)
    made.set("email", person.email)
    if person.phone:
        made.set("phones", [{"id": uuid_of(made.id, "phone"), "number": person.phone}])
    return made.done()


def _for_whom(made: Made, offer: Offer) -> None:
    if (whom := offer.for_whom) is None:
        return
    made.text("eligibility_description", whom.text)
    made.set("minimum_age", whom.min_age)
    made.set("maximum_age", whom.max_age)
    if whom.close_persons:
        made.tell("close_persons", _yes(True))
    for situation in whom.situations:
        made.term("situations", situation, situation)


def _cost(made: Made, offer: Offer) -> None:
    made.text("fees_description", offer.cost)
    if offer.free is not None:
        option: dict[str, Any] = {
            "id": uuid_of(made.id, "cost"),
            "option": "free" if offer.free else "charged",
        }
        made.set("cost_options", [option | ({"amount": 0, "currency": "EUR"} if offer.free else {})])


def _where(made: Made, offer: Offer) -> None:
    towns = list(dict.fromkeys(offer.municipalities))
    names = ["Suomi", *towns] if offer.nationwide else towns
    made.set("service_areas", [{"id": uuid_of(made.id, "area", one), "name": one} for one in names])
    if offer.nationwide:
        made.tell("nationwide", _yes(True))
    if offer.place:
        location = _location(offer.place, made.id)
        made.set("service_at_locations", [{"id": uuid_of(made.id, "at place"), "location": location}])


def _location(place: Place, owner: str) -> dict[str, Any]:
    made = Made(uuid_of(owner, "place"))
    made.set("location_type", "physical")
    made.tell("place", _yes(True))
    made.text("name", place.name)
    made.set("latitude", place.latitude)
    made.set("longitude", place.longitude)
    made.set("addresses", [_address(made.id, place.address, place.municipality, place.postcode or "")])
    if place.accessibility:
        access = Made(uuid_of(made.id, "accessibility"))
        access.text("description", place.accessibility)
        made.set("accessibility", [access.done()])
    return made.done()


def _address(owner: str, street: str, town: str, postcode: str) -> dict[str, Any]:
    """HSDS wants a state or province of every address; Finland has none that people would write."""
    return {
        "id": uuid_of(owner, "address"),
        "address_1": street,
        "city": town,
        "state_province": "",
        "postal_code": postcode,
        "country": "FI",
        "address_type": "physical",
    }


def _when(made: Made, offer: Offer) -> None:
    schedules = [_hours(one, made.id, number) for number, one in enumerate(offer.opening_hours)]
    if offer.when or offer.rrule:
        said = Made(uuid_of(made.id, "when"))
        said.text("description", offer.when)
        if offer.rrule:
            said.tell("rrule", offer.rrule)
        schedules.append(said.done())
    made.set("schedules", schedules)


def _hours(hours: OpeningHours, owner: str, number: int) -> dict[str, Any]:
    made = Made(uuid_of(owner, "schedule", number))
    made.set("freq", "WEEKLY")
    made.set("interval", 1 if hours.weeks == "every" else 2)
    made.set("byday", ",".join(hours.days))
    made.set("opens_at", f"{hours.opens:%H:%M}")
    made.set("closes_at", f"{hours.closes:%H:%M}")
    made.set("valid_from", str(hours.valid_from) if hours.valid_from else None)
    made.set("valid_to", str(hours.valid_to) if hours.valid_to else None)
    for kind in ("by_appointment", "exception", "closed"):
        if getattr(hours, kind):
            made.tell(kind, _yes(True))
    if hours.weeks != "every":
        made.tell("weeks", hours.weeks)
    if hours.closes_on:
        made.tell("closes_on", hours.closes_on)
    return made.done()


def _reached(made: Made, channels: tuple[Channel, ...], town: str, owner: str) -> None:
    """Each way to get in touch where HSDS has its like; a contact stands for what it has no like of."""
    lists: dict[str, list[dict[str, Any]]] = {}
    for channel in channels:
        field, label = _FIELDS[_like(channel)]
        listed = lists.setdefault(field, [])
        one = Made(uuid_of(made.id, field, len(listed)))
        _put(one, channel, town)
        one.text(label, channel.label)
        one.text("price", channel.price, native=False)
        one.text("hours", channel.hours, native=False)
        one.tell_all("spoken", channel.languages)
        listed.append(one.done())
    for field, entries in lists.items():
        _add(made, field, entries, owner)


_FIELDS = {
    "phone": ("phones", "description"),
    "url": ("urls", "label"),
    "location": ("locations", "name"),
    "email": ("contacts", "title"),
    "contact": ("contacts", "title"),
}
"""In which list an object stands, and which of its fields tells what it is."""


def _like(channel: Channel) -> str:
    """What it is like in HSDS."""
    if channel.kind == ChannelKind.PHONE:
        return "phone"
    if channel.kind == ChannelKind.VISIT:
        return "location"
    if channel.kind == ChannelKind.EMAIL:
        return "email" if _is_email(channel.value) else "contact"
    page = channel.kind == ChannelKind.WEB or "." in channel.value  # a chat may be known by a bare name
    return "url" if page and web_address(channel.value) else "contact"


def _put(one: Made, channel: Channel, town: str) -> None:
    """Writes the channel's value into its HSDS field."""
    like = _like(channel)
    if like == "phone":
        one.set("number", channel.value)
    elif like == "url":
        one.set("url", web_address(channel.value))
    elif like == "location":
        one.set("location_type", "physical")
        one.set("addresses", [_address(one.id, channel.value, town, "")])
    else:
        one.set("email" if like == "email" else "name", channel.value)
    if (like != "phone" and channel.kind != ChannelKind.WEB) or like == "contact":
        one.tell("channel", channel.kind)


def _is_email(value: str) -> bool:
    name, _, domain = value.partition("@")
    return bool(name and domain) and not any(letter.isspace() for letter in value)


def _add(made: Made, field: str, entries: list[dict[str, Any]], owner: str) -> None:
    if field == "urls":
        made.set("website" if owner == "organization" else "url", entries[0]["url"])
        field = "additional_websites" if owner == "organization" else "additional_urls"
    elif field == "locations" and owner == "service":
        field = "service_at_locations"
        entries = [{"id": uuid_of(one["id"], "at"), "location": one} for one in entries]
    if field == "contacts" and (emails := [one["email"] for one in entries if "email" in one]):
        made.set("email", emails[0])
    made.set(field, [*made.fields.get(field, []), *entries])
