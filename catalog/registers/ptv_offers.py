"""Makes offers and organisations of the catalogue out of PTV's services, channels and organisations."""

from __future__ import annotations

import marshal
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any

from catalog.registers import mapping
from catalog.registers.hours import current, day_of, in_words
from catalog.registers.mapping import Found, Term, name_in
from catalog.registers.ptv_reading import Reading
from catalog.registers.ptv_rows import (
    LinkRow,
    MakerRow,
    PointRow,
    ServiceRow,
    compact_id,
    web_address,
)
from catalog.registers.spool import Spool
from catalog.registers.texts import INSTRUCTIONS, SUMMARY, Words, first_of, joined, shortened

REGISTER = "ptv"
SOURCE = "Suomi.fi-palvelutietovaranto"
LICENCE = "CC BY 4.0"
MOST_WAYS = 12
"""A library has forty branches; a card that lists them all helps nobody."""
MOST_KEYWORDS = 24
REMEMBERED = 5_000
"""So many organisations are kept in memory while offers are made."""

NAMELESS: Words = {
    "fi": "Palvelun järjestäjä (nimi ei ole tiedossa)",
    "fi@selko": "Palvelun järjestäjä. Emme tiedä nimeä.",
    "sv": "Serviceanordnaren (namnet är inte känt)",
    "en": "Provider of the service (name not known)",
}

_SECTORS = {
    "State": "state",
    "Municipality": "municipality",
    "RegionalOrganization": "county",
    "SotePublic": "county",
    "Region": "county",
    "Organization": "association",
    "Company": "company",
    "SotePrivate": "company",
}
_NAMES = {
    "parish": re.compile("seurakun|hiippakun|församling", re.IGNORECASE),
    "foundation": re.compile("säätiö|stiftelse", re.IGNORECASE),
    "association": re.compile(r"\b(?:ry|rf)\b|yhdistys|förening", re.IGNORECASE),
    "county": re.compile("hyvinvointialue|välfärdsområde|kuntayhtymä|samkommun|HUS", re.IGNORECASE),
    "municipality": re.compile(r"kaupunki|kunta\b|\bstad\b|kommun", re.IGNORECASE),
    "company": re.compile(r"\b(?:oy|oyj|ab|tmi|osk)\b", re.IGNORECASE),
}
"""PTV has no kind of its own for parishes and foundations; the rest is for names that stand alone."""


class LeftOut(Exception):
    """The service is not for this catalogue; the message is the reason in words."""


@dataclass
class Makers:
    """Organisations and what belongs to which: a part of an organisation becomes a unit of the whole."""

    rows: Spool
    names: dict[str, Words] = field(default_factory=dict)
    """What services call organisations that are not in the source themselves."""
    _sectors: dict[str, str] = field(default_factory=dict)

    _known: dict[str, MakerRow | None] = field(default_factory=dict)

    def row(self, identifier: str) -> MakerRow | None:
        """What the source says of it; to be asked for when all of the source has been read."""
        if identifier not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[identifier] = self.rows.get(identifier)
        return self._known[identifier]

    def root(self, identifier: str) -> str:
        seen = {identifier}
        while (row := self.row(identifier)) and self.row(row["parent"]) and row["parent"] not in seen:
            identifier = row["parent"]
            seen.add(identifier)
        return identifier

    def sector(self, identifier: str) -> str:
        """What kind of organisation it is; of one that is not in the source, what its name tells."""
        if (known := self._sectors.get(identifier)) is None:
            known = self._sectors[identifier] = self._told_sector(identifier)
        return known

    def _told_sector(self, identifier: str) -> str:
        row = self.row(self.root(identifier))
        name = name_in(row["name"] if row else self.names.get(identifier, {}))
        for sector, pattern in _NAMES.items():
            if pattern.search(name) and (row is None or sector in ("parish", "foundation")):
                return sector
        return _SECTORS.get(row["type"], "association") if row else "state"

    def entry(self, identifier: str, units: Collection[str], version: str, today: date) -> dict[str, Any]:
        """The organisation as it is kept, with those of its units that offer something."""
        row = self.row(identifier)
        name = (row["name"] if row else self.names.get(identifier)) or NAMELESS
        found: dict[str, Any] = {
            "id": compact_id(REGISTER, identifier),
            "name": name,
            "sector": self.sector(identifier),
            "about": shortened(row["about"], SUMMARY) if row and row["about"] else name,
            "source": source(row["modified"] if row else "", today),
            "origin": {"register": REGISTER, "id": identifier, "version": version},
        }
        if row and (url := web_address(row["url"])):
            found["url"] = url
        if units:
            found["units"] = [self._unit(row) for unit in sorted(units) if (row := self.row(unit))]
        return found

    def _unit(self, row: MakerRow) -> dict[str, Any]:
        unit: dict[str, Any] = {"id": compact_id(REGISTER, row["id"]), "name": row["name"] or NAMELESS}
        if row["about"]:
            unit["about"] = shortened(row["about"], SUMMARY)
        if row["places"]:
            unit["place"] = row["places"][0]
        return unit


def source(modified: str, today: date) -> dict[str, Any]:
    return {"name": SOURCE, "date": min(day_of(modified) or today, today).isoformat(), "licence": LICENCE}


@dataclass
class Builder:
    """Turns one service after another into an offer."""

    reading: Reading
    table: mapping.Mapping
    makers: Makers
    generals: Mapping[str, Mapping[str, Words]]
    chosen_areas: Mapping[str, Sequence[str]]
    """Areas that a coordinator has given by hand, by the id of the offer."""
    near: frozenset[str] | None
    version: str

    def offer(self, row: ServiceRow, points: Sequence[tuple[PointRow, LinkRow]]) -> dict[str, Any]:
        """The offer as it is kept; LeftOut says why there is none."""
        if not row["name"]:
            raise LeftOut("without a name in Finnish, Swedish or English")
        self._for_people(row)
        found = self._classified(row)
        where = self._where(row, points)
        general = self.generals.get(row["general"], {})
        maker, root = row["maker"], self.makers.root(row["maker"])
        offer: dict[str, Any] = {
            "id": compact_id(REGISTER, row["id"]),
            "kind": "activity" if self._is_activity(maker) else "service",
            "name": row["name"],
            "summary": _summary(row, general),
            "areas": found.areas,
            "doors": found.doors,
            "peers": found.peers,
            "for_whom": self._for_whom(row, found, general),
            **where,
            "unit": compact_id(REGISTER, maker) if root != maker else None,
            "languages": list(dict.fromkeys(row["languages"])) or list(row["name"]),
            "get_in": _get_in(row, points, general),
            "keywords": self._keywords(row),
            **_cost(row, points),
            **self._reached(points),
            "source": source(row["modified"], self.reading.today),
            "origin": {"register": REGISTER, "id": row["id"], "version": self.version},
        }
        return {
            key: value for key, value in offer.items() if value not in (None, [], {}, False) or key == "free"
        }

    def _is_activity(self, maker: str) -> bool:
        return self.makers.sector(maker) in ("association", "parish", "foundation")

    def _for_people(self, row: ServiceRow) -> None:
        if row["groups"] and not any(code.startswith("KR1") for code in row["groups"]):
            raise LeftOut("for businesses or authorities only")

    def _classified(self, row: ServiceRow) -> Found:
        classes = [self._term(one) for one in row["classes"]]
        others = [self._term(one) for one in (*row["events"], *row["terms"])]
        found = self.table.find(classes, others, name_in(row["name"]))
        if chosen := self.chosen_areas.get(compact_id(REGISTER, row["id"])):
            found.areas = list(chosen)
        if not found.areas and found.not_for_us:
            raise LeftOut("about nothing that this bot guides in, by its classes")
        unmapped = (term.label for term in found.unmapped)
        self.reading.report.not_mapped(unmapped, left_out=not found.areas)
        if not found.areas:
            raise LeftOut("no area of life found for it")
        return found

    def _term(self, key: str) -> Term:
        return Term(key, name_in(self.reading.names.get(key, {})))

    def _where(self, row: ServiceRow, points: Sequence[tuple[PointRow, LinkRow]]) -> dict[str, Any]:
        if row["nationwide"]:
            return {"nationwide": True}
        towns, unknown = self.reading.towns.names(row["areas"])
        for area in unknown:
            self.reading.unknown(row["id"], "areas", area)
        towns = towns or list(
            dict.fromkeys(place["municipality"] for one, _ in points for place in one["places"])
        )
        if not towns and (maker := self.makers.row(row["maker"])):
            towns, _ = self.reading.towns.names(maker["areas"])
        if not towns:
            raise LeftOut("not known where")
        if self.near is not None and self.near.isdisjoint(towns):
            raise LeftOut("in other municipalities")
        return {"municipalities": towns}

    def _for_whom(self, row: ServiceRow, found: Found, general: Mapping[str, Words]) -> dict[str, Any] | None:
        groups = [code for code in row["groups"] if code.startswith("KR1.")]
        named = joined(self.reading.names.get(code, {}) for code in groups)
        text = first_of(row["conditions"], general.get("conditions", {})) or named
        situations = [*self.table.situations(groups), *found.situations]
        told = {
            "text": shortened(text, SUMMARY),
            "situations": list(dict.fromkeys(situations)),
            "close_persons": "carer" in situations,
        }
        return {key: value for key, value in told.items() if value} or None

    def _keywords(self, row: ServiceRow) -> list[str]:
        terms = (self.reading.names.get(key, {}) for key in row["terms"])
        words = (*row["other_names"], *row["keywords"], *(text for name in terms for text in name.values()))
        known: dict[str, str] = {}
        for word in words:
            known.setdefault(word.casefold(), word)
        return list(islice(known.values(), MOST_KEYWORDS))

    def _reached(self, points: Sequence[tuple[PointRow, LinkRow]]) -> dict[str, Any]:
        """Ways to get in touch, and the place and its hours when there is one place only."""
        today = self.reading.today
        places = [(point, link) for point, link in points if point["places"]]
        found: dict[str, Any] = {}
        timed = places if len(places) == 1 else [one for one in points if _hours(*one)] if not places else []
        if len(places) == 1:
            found["place"] = places[0][0]["places"][0]
        if len(timed) == 1:
            hours, note = _hours(*timed[0]) or ([], {})
            found["opening_hours"] = current(hours, today)
            found["when"] = _when(hours, note, today)
        told = timed[0][0]["id"] if len(timed) == 1 and found.get("when") else ""
        ways = [way for point, link in _nearest(points, self.near) for way in _ways(point, link, today, told)]
        found["channels"] = _fewer({(way["kind"], way["value"]): way for way in reversed(ways)}, ways)
        return found


def _summary(row: ServiceRow, general: Mapping[str, Words]) -> Words:
    text = first_of(
        row["summary"], general.get("summary", {}), row["description"], general.get("description", {})
    )
    return shortened(text or row["name"], SUMMARY)


def _get_in(
    row: ServiceRow, points: Iterable[tuple[PointRow, LinkRow]], general: Mapping[str, Words]
) -> Words:
    said = (link["note"] for _, link in points if link["note"] and not link["hours"])
    text = first_of(row["instructions"], general.get("instructions", {})) or next(said, {})
    return shortened(text, INSTRUCTIONS)


def _cost(row: ServiceRow, points: Sequence[tuple[PointRow, LinkRow]]) -> dict[str, Any]:
    frees = {link["free"] for _, link in points}
    free = row["free"] if row["free"] is not None else frees.pop() if len(frees) == 1 else None
    cost = row["cost"] or joined((link["cost"] for _, link in points), " ")
    return (
        {"free": free, "cost": shortened(cost, SUMMARY)}
        if free is not None
        else {"cost": shortened(cost, SUMMARY)}
    )


def _hours(point: PointRow, link: LinkRow) -> tuple[list[dict[str, Any]], Words] | None:
    """The hours of a service at a channel: those of the pair, else the channel's own."""
    if link["hours"]:
        return link["hours"], link["note"]
    return (point["hours"], point["note"]) if point["hours"] or point["note"] else None


def _when(hours: Sequence[dict[str, Any]], note: Words, today: date) -> Words:
    """The hours in words, with what the register adds to them; the same hours are put into words once."""
    return _packed_when(marshal.dumps((list(hours), note)), today)


@lru_cache(maxsize=20_000)
def _packed_when(packed: bytes, today: date) -> Words:
    hours, note = marshal.loads(packed)
    return _said_when(hours, note, today)


def _said_when(hours: Sequence[dict[str, Any]], note: Words, today: date) -> Words:
    said = in_words(current(hours, today), today)
    if not said:
        return note
    added = {one: text for one, text in note.items() if text.casefold() not in said.get(one, "").casefold()}
    return {one: f"{text}. {added[one]}" if one in added else text for one, text in said.items()}


def _nearest(
    points: Sequence[tuple[PointRow, LinkRow]], near: frozenset[str] | None
) -> list[tuple[PointRow, LinkRow]]:
    """Those in the municipalities that are asked for first; a telephone is near everybody."""
    if near is None:
        return list(points)

    def far(one: tuple[PointRow, LinkRow]) -> bool:
        towns = {place["municipality"] for place in one[0]["places"]}
        return bool(towns) and near.isdisjoint(towns)

    return sorted(points, key=far)


def _ways(point: PointRow, link: LinkRow, today: date, told: str) -> list[dict[str, Any]]:
    """The channel's ways, with the pair's own instead of those of the same kind, and when they are open."""
    own = {way["kind"] for way in link["ways"]}
    ways = [way for way in point["ways"] if way["kind"] not in own] + [
        way if way.get("label") else {**way, "label": point["name"]} for way in link["ways"]
    ]
    hours = _hours(point, link)
    if point["id"] == told or hours is None or not (when := _when(*hours, today)):
        return ways
    return [{**way, "hours": when} if way["kind"] in ("visit", "phone", "chat") else way for way in ways]


def _fewer(
    each: Mapping[tuple[str, str], dict[str, Any]], ways: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Every way once, and not more than a person can read: of many, those that are no visits first."""
    once = [each[key] for key in dict.fromkeys((way["kind"], way["value"]) for way in ways)]
    if len(once) > MOST_WAYS:
        once.sort(key=lambda way: way["kind"] == "visit")
    return once[:MOST_WAYS]
