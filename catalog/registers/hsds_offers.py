"""Makes offers and organisations of the catalogue out of HSDS services and organisations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from catalog.entries import Day, LeadsTo, Level, LifeSituation, Sector
from catalog.registers import mapping
from catalog.registers.hours import day_of
from catalog.registers.hsds_channels import channels_of, hours_of, place_of
from catalog.registers.hsds_words import TAXONOMY, Told
from catalog.registers.mapping import Term
from catalog.registers.places import Towns
from catalog.registers.ptv_rows import compact_id, web_address
from catalog.registers.report import ImportReport
from catalog.registers.texts import INSTRUCTIONS, SUMMARY, objects, short

REGISTER = "hsds"
VERSION = "3.1"

NOT_OFFERED = ("inactive", "defunct")
_NATIONWIDE = re.compile(
    r"nation ?wide|whole country|koko (?:maa|suomi)|hela landet|\b(?:suomi|finland)\b", re.I
)
_PHONE = re.compile(r"[+0-9][0-9 ]{2,20}")


class LeftOut(Exception):
    """The service is not for this catalogue; the message is the reason in words."""


@dataclass
class Builder:
    """Turns one HSDS object after another into an entry of the catalogue."""

    table: mapping.Mapping
    towns: Towns
    report: ImportReport
    areas: Collection[str]
    doors: Collection[str]
    chosen_areas: Mapping[str, Sequence[str]]
    near: frozenset[str] | None
    today: date
    language: str
    source: str

    def organisation(self, told: Told, units: Iterable[Told]) -> dict[str, Any]:
        name = told.text("name") or told.text("alternate_name") or {self.language: told.string("id")}
        sector = told.fact("sector")
        found: dict[str, Any] = {
            "id": compact_id(REGISTER, told.string("id")),
            "name": name,
            "sector": sector if sector in get_args(Sector) else "association",
            "about": told.text("description", SUMMARY) or name,
            "source": self._source(told),
            "origin": {"register": REGISTER, "id": told.string("id"), "version": VERSION},
            "contact_persons": _persons(told),
            "url": web_address(told.string("website")),
            "units": [self._unit(one) for one in units],
            "verified": _verified(told),
        }
        return {key: value for key, value in found.items() if value not in (None, "", [])}

    def _unit(self, told: Told) -> dict[str, Any]:
        name = told.text("name") or {self.language: told.string("id")}
        locations = told.inside("locations")
        place = next((at for one in locations if (at := place_of(one, self.towns))), None)
        found: dict[str, Any] = {
            "id": compact_id(REGISTER, told.string("id")),
            "name": name,
            "about": None if told.fact("without") == "description" else told.text("description", SUMMARY),
            "place": place,
            "opening_hours": [hours for one in locations for hours in hours_of(one)],
            "channels": channels_of(told, locations),
            "contact_persons": _persons(told),
        }
        return {key: value for key, value in found.items() if value not in (None, [], {})}

    def offer(self, told: Told, unit: str, fallback: Told | None) -> dict[str, Any]:
        """The offer as it is kept; LeftOut says why there is none."""
        if told.string("status") in NOT_OFFERED:
            raise LeftOut("no longer offered")
        name = told.text("name") or told.text("alternate_name")
        if not name:
            raise LeftOut("without a name")
        locations = [Told(one, told.language, ours=told.ours) for one in _locations(told)]
        places = [found for one in locations if (found := place_of(one, self.towns))]
        marked = [found for one in locations if one.fact("place") and (found := place_of(one, self.towns))]
        channels = channels_of(told, locations)
        if not channels and fallback is not None and not told.ours:
            channels = channels_of(fallback, fallback.inside("locations"))
        offer: dict[str, Any] = {
            "id": compact_id(REGISTER, told.string("id")),
            "name": name,
            "summary": told.text("description", SUMMARY) or name,
            **self._classified(told),
            **self._where(told, places),
            "for_whom": _for_whom(told),
            "place": marked[0] if marked else places[0] if len(places) == 1 else None,
            "unit": compact_id(REGISTER, unit) if unit else None,
            **_when(told),
            **_cost(told),
            "languages": _languages(told) or [language for language in name if "@" not in language],
            "channels": channels,
            "get_in": told.text("application_process", INSTRUCTIONS),
            "referral": told.text("referral"),
            "keywords": _keywords(told),
            **_facts(told),
            "source": self._source(told),
            "verified": _verified(told),
            "origin": {"register": REGISTER, "id": told.string("id"), "version": VERSION},
        }
        return {key: value for key, value in offer.items() if value not in (None, [], {}, "")}

    def _classified(self, told: Told) -> dict[str, Any]:
        """Our own terms as they are; terms of other taxonomies by the table."""
        areas = [code for code in told.codes("areas") if code in self.areas]
        others = [
            Term(code, name) for taxonomy, code, name in told.terms if not taxonomy.startswith(TAXONOMY)
        ]
        name = mapping.name_in(told.text("name"))
        found = self.table.find((), others, name)
        chosen = self.chosen_areas.get(compact_id(REGISTER, told.string("id")))
        areas = list(chosen or areas or found.areas)
        self.report.not_mapped((term.label for term in found.unmapped), left_out=not areas)
        if not areas:
            raise LeftOut("no area of life found for it")
        levels = [one for one in told.codes("levels") if one in tuple(Level)]
        kinds = [one for one in told.codes("kind") if one in ("activity", "service")]
        return {
            "kind": kinds[0] if kinds else "activity",
            "areas": list(dict.fromkeys(areas)),
            "doors": [door for door in told.codes("doors") if door in self.doors],
            "levels": levels,
            "leads_to": [one for one in told.codes("leads_to") if one in tuple(LeadsTo)],
        }

    def _where(self, told: Told, places: Sequence[dict[str, Any]]) -> dict[str, Any]:
        areas = [*told.inside("service_areas"), *_areas_at_locations(told)]
        said = [name for one in areas if (name := one.string("name"))]
        if told.ours:
            return _as_exported(told, said)
        towns = [town for name in said if (town := self.towns.find(name))]
        nationwide = any(_NATIONWIDE.search(name) for name in said if not self.towns.find(name))
        if not towns and not nationwide:
            cities = [place["municipality"] for place in places] or _cities(told)
            towns = [self.towns.find(city) or city for city in cities] or [
                name for name in said if len(name) <= 60
            ]
        if not towns and not nationwide:
            return self._anywhere(told)
        towns = list(dict.fromkeys(towns))
        if self.near is not None and not nationwide and self.near.isdisjoint(towns):
            raise LeftOut("in other municipalities")
        return {"municipalities": towns, "nationwide": nationwide or None}

    def _anywhere(self, told: Told) -> dict[str, Any]:
        """A register of one town need not say of each service that it is there."""
        if self.near is not None:
            return {"municipalities": sorted(self.near)}
        message = (
            "Nothing is said of where it serves, so it is taken to serve the whole country. If all of the register"
            " is of some municipalities, name them for the import."
        )
        self.report.warn_once(self.source, told.string("id"), message, "service_areas")
        return {"nationwide": True}

    def _source(self, told: Told) -> dict[str, Any]:
        name = told.fact("source")
        day = day_of(told.label("source")) or day_of(told.string("last_modified"))
        found: dict[str, Any] = {
            "name": name or self.source,
            "date": (day or day_of(told.string("assured_date")) or self.today).isoformat(),
        }
        for fact, field in (("source_url", "url"), ("licence", "licence")):
            if told.fact(fact):
                found[field] = told.fact(fact)
        return found


def _as_exported(told: Told, said: list[str]) -> dict[str, Any]:
    """The municipalities of our own export; the first name is the country's when it is nationwide."""
    nationwide = bool(told.fact("nationwide"))
    return {"municipalities": said[nationwide:], "nationwide": nationwide or None}


def _locations(told: Told) -> list[dict[str, Any]]:
    """The locations of a service, each with what is said of it for this service only."""
    found = []
    for one in objects(told.entry.get("service_at_locations")):
        location = one.get("location")
        if isinstance(location, dict):
            extra = {key: one[key] for key in ("phones", "contacts", "schedules") if one.get(key)}
            found.append({**location, **extra})
    return found


def _cities(told: Told) -> list[str]:
    """The cities of whatever addresses there are, postal ones too."""
    locations = [Told(one, told.language) for one in _locations(told)]
    addresses = [address for one in locations for address in one.inside("addresses")]
    return [city for one in addresses if (city := one.string("city"))]


def _areas_at_locations(told: Told) -> list[Told]:
    return [area for one in told.inside("service_at_locations") for area in one.inside("service_areas")]


def _verified(told: Told) -> dict[str, str] | None:
    day = day_of(told.label("verified")) or day_of(told.string("assured_date"))
    by = told.fact("verified") or told.string("assurer_email")
    return {"on": day.isoformat(), "by": by} if day and by else None


def _persons(told: Told) -> list[dict[str, Any]]:
    """Named people; a contact that is a way to get in touch is not one of them."""
    found = []
    for one in told.inside("contacts"):
        if not one.string("name") or one.fact("channel"):
            continue
        number = re.sub(r"[^\d+ ]", "", next((phone.string("number") for phone in one.inside("phones")), ""))
        person = {
            "name": one.string("name"),
            "title": one.text("title"),
            "phone": number.strip() if _PHONE.fullmatch(number.strip()) else None,
            "email": one.string("email"),
        }
        found.append({key: value for key, value in person.items() if value})
    return found


def _for_whom(told: Told) -> dict[str, Any] | None:
    ages = {field: _age(told.entry.get(field)) for field in ("minimum_age", "maximum_age")}
    found = {
        "text": told.text("eligibility_description", SUMMARY),
        "min_age": ages["minimum_age"],
        "max_age": ages["maximum_age"],
        "close_persons": bool(told.fact("close_persons")) or None,
        "situations": [one for one in told.codes("situations") if one in tuple(LifeSituation)],
    }
    kept = {
        key: value for key, value in found.items() if value not in (None, {}, [])
    }  # from 0 years on is a fact
    return kept or None


def _age(value: Any) -> int | None:
    try:
        age = int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None
    return age if 0 <= age <= 120 else None


def _when(told: Told) -> dict[str, Any]:
    said = [one for one in told.inside("schedules") if not one.string("opens_at")]
    when = next((text for one in said if (text := one.text("description"))), {})
    rule = next((rrule for one in said if (rrule := one.fact("rrule") or _rrule(one))), "")
    return {"when": when, "rrule": rule, "opening_hours": hours_of(told)}


def _rrule(schedule: Told) -> str:
    """The iCalendar rule of a schedule without times of day."""
    days = [day for day in schedule.string("byday").split(",") if day.strip()[-2:] in tuple(Day)]
    if schedule.string("freq") not in ("WEEKLY", "MONTHLY") or not days:
        return ""
    parts = [f"FREQ={schedule.string('freq')}", f"BYDAY={','.join(day.strip() for day in days)}"]
    interval = schedule.entry.get("interval")
    if isinstance(interval, int) and not isinstance(interval, bool) and interval > 1:
        parts.append(f"INTERVAL={interval}")
    return ";".join(parts)


def _cost(told: Told) -> dict[str, Any]:
    options = told.inside("cost_options")
    amounts = [amount for one in options if (amount := _amount(one.entry.get("amount"))) is not None]
    charged = any(one.string("option") == "charged" for one in options) or any(amounts)
    free = False if charged else True if amounts else None
    cost = told.text("fees_description", SUMMARY)
    if not cost and charged:
        cost = {told.language: short("; ".join(map(_price, options)).strip("; "), SUMMARY)}
    return {"free": free, "cost": {locale: text for locale, text in cost.items() if text}}


def _amount(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _price(option: Told) -> str:
    amount = _amount(option.entry.get("amount"))
    number = f"{amount:g} {option.string('currency').upper()}".strip() if amount else ""
    who = option.string("option") if option.string("option") != "charged" else ""
    return " ".join(part for part in (number, option.string("amount_description")) if part) + (
        f" ({who})" if who and number else ""
    )


def _languages(told: Told) -> list[str]:
    codes = [one.string("code").lower() or one.string("name").lower() for one in told.inside("languages")]
    return list(dict.fromkeys(code for code in codes if code))


def _keywords(told: Told) -> list[str]:
    own = told.facts("keyword")
    names = [name for taxonomy, _, name in told.terms if name and not taxonomy.startswith(TAXONOMY)]
    return list(
        dict.fromkeys([*own, *([] if own else [*names, *filter(None, [told.string("alternate_name")])])])
    )


def _facts(told: Told) -> dict[str, Any]:
    found: dict[str, Any] = {"peers": bool(told.fact("peers")) or None, "capacity": _capacity(told)}
    if (anonymous := told.fact("anonymous")) in ("yes", "no"):
        found["anonymous"] = anonymous == "yes"
    return found


def _capacity(told: Told) -> dict[str, str] | None:
    state, until = told.fact("capacity"), told.label("capacity")
    if state in ("open", "waiting_list", "full"):
        return {"state": state, "until": until} if day_of(until) else {"state": state}
    if told.string("status") == "temporarily closed":
        return {"state": "full"}
    left = [_amount(one.get("available")) for one in objects(told.entry.get("capacities"))]
    known = [number for number in left if number is not None]
    return {"state": "open" if any(known) else "full"} if known else None
