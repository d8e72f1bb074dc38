"""What the readers of both versions of PTV share: what they have met so far, and ways to get in touch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from catalog.registers.hours import DAYS, Hours, row
from catalog.registers.places import Towns, degrees_of
from catalog.registers.ptv_rows import PRICES, TEXT_MESSAGE, phone_number, web_address, web_kind
from catalog.registers.report import ImportReport
from catalog.registers.texts import Words, joined

DAY_NAMES = dict(
    zip(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), DAYS, strict=True)
)
NATIONWIDE = frozenset(
    {"Nationwide", "NationwideExceptAlandIslands", "WholeCountry", "WholeCountryExceptAland"}
)
FREE = {
    "FreeOfCharge": True,
    "Free": True,
    "Chargeable": False,
    "Charged": False,
    "ExtraCharge": False,
    "Other": None,
}
HOURS_KEPT = 5_000


@dataclass
class Reading:
    """Where the reader is, and to whom it tells what it does not understand."""

    report: ImportReport
    towns: Towns
    today: date
    file: str = ""
    names: dict[str, Words] = field(default_factory=dict)
    """Names of classes, events, terms and target groups by their codes or addresses."""
    hours: dict[bytes, tuple[list[Hours], Words]] = field(default_factory=dict)
    """Hours as they came and as they were understood: thousands of channels have the same."""

    def remember_hours(self, key: bytes, known: tuple[list[Hours], Words]) -> None:
        if len(self.hours) >= HOURS_KEPT:
            self.hours.clear()
        self.hours[key] = known

    def unknown(self, entry: str, field: str, word: object) -> None:
        self.report.warn_once(
            self.file, entry, f"{str(word)[:60]!r} is not known here and was passed over.", field
        )

    def free(self, entry: str, word: object) -> bool | None:
        if isinstance(word, str) and word in FREE:
            return FREE[word]
        if word:
            self.unknown(entry, "chargeType", word)
        return None


def phone_way(
    prefix: str, number: str, language: str, info: str, price: str, charge: object, *, text_message: bool
) -> dict[str, Any] | None:
    """A telephone number in one language; None when there are no digits."""
    value = phone_number(prefix, number)
    if len(value) < 2:
        return None
    way: dict[str, Any] = {"kind": "phone", "value": value, "languages": [language]}
    if text_message:
        told = TEXT_MESSAGE.get(language, "SMS")
        way["label"] = {language: f"{told}: {info}" if info else told}
    elif info:
        way["label"] = {language: info}
    if price:
        way["price"] = {language: price}
    elif charge in ("FreeOfCharge", "Free"):
        way["price"] = dict(PRICES["free"])
    elif charge == "ExtraCharge":
        way["price"] = dict(PRICES["extra"])
    return way


def web_way(url: str, language: str, label: str, name: Words) -> dict[str, Any] | None:
    if not (address := web_address(url)):
        return None
    way: dict[str, Any] = {"kind": web_kind(name), "value": address, "languages": [language]}
    return way | {"label": {language: label}} if label else way


def email_way(address: str, language: str) -> dict[str, Any] | None:
    """None for what is no address."""
    if "@" not in address or " " in address:
        return None
    return {"kind": "email", "value": address, "languages": [language]}


def settle(ways: list[dict[str, Any] | None], name: Words) -> list[dict[str, Any]]:
    """Ways as they stand in a catalogue: each once, named, and with its languages only if others have others."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    spoken: dict[str, set[str]] = {}
    for way in ways:
        if way is None:
            continue
        languages = way.pop("languages", [])
        known = merged.setdefault((way["kind"], way["value"]), {**way, "languages": []})
        known["languages"] += [one for one in languages if one not in known["languages"]]
        spoken.setdefault(way["kind"], set()).update(languages)
        for words in ("label", "price"):
            if words in way:
                known[words] = {**way[words], **known.get(words, {})}
    for way in merged.values():
        if set(way["languages"]) >= spoken[way["kind"]]:
            del way["languages"]
        if not way.get("label") and name:
            way["label"] = dict(name)
    return list(merged.values())


def place(
    name: Words, street: str, postcode: str, town: str, coordinates: tuple[object, object], access: Words
) -> dict[str, Any] | None:
    """A visiting address; None when it is not known in which municipality it is."""
    if not town:
        return None
    found: dict[str, Any] = {"address": street or town, "municipality": town}
    if name:
        found["name"] = name
    if postcode:
        found["postcode"] = postcode
    if degrees := degrees_of(*coordinates):
        found["latitude"], found["longitude"] = degrees
    if access:
        found["accessibility"] = access
    return found


def visit(place: dict[str, Any]) -> dict[str, Any]:
    """The way to get in touch that consists of going there."""
    town = " ".join(part for part in (place.get("postcode", ""), place["municipality"]) if part)
    parts = [place["address"], town] if place["address"] != place["municipality"] else [town]
    way: dict[str, Any] = {"kind": "visit", "value": ", ".join(parts)}
    return way | {"label": place["name"]} if "name" in place else way


class HourRows:
    """Collects the stretches of one channel, those at the same time of day into one row."""

    def __init__(self, today: date) -> None:
        self._days: dict[tuple[Any, ...], list[str]] = {}
        self._others: list[Hours] = []
        self._notes: list[Words] = []
        self._today = today.isoformat()

    def weekly(self, days: list[str], opens: str | None, closes: str | None, **more: Any) -> None:
        if opens and closes and days and more.get("valid_to", "9") >= self._today:
            key = (opens, closes, *sorted((name, value) for name, value in more.items() if value))
            self._days.setdefault(key, []).extend(day for day in days if day not in self._days.get(key, ()))

    def always(self, **more: Any) -> None:
        self.weekly(list(DAYS), "00:00", "00:00", **more)

    def stretch(self, first: str, opens: str | None, last: str, closes: str | None, **more: Any) -> None:
        if opens and closes and more.get("valid_to", "9") >= self._today:
            self._others.append(row([first], opens, closes, closes_on=last, **more))

    def exception(self, start: date | None, end: date | None, **more: Any) -> None:
        """Other hours, or none, on some dates."""
        first = start or end
        last = end or start
        if first and last and last.isoformat() >= self._today:
            dates = {"valid_from": first.isoformat(), "valid_to": last.isoformat(), "exception": True}
            kept = {key: value for key, value in (more | dates).items() if value not in (None, False, "")}
            self._others.append(kept)

    def say(self, words: Words) -> None:
        if words:
            self._notes.append(words)

    @property
    def rows(self) -> list[Hours]:
        weekly = [
            row(sorted(days, key=DAYS.index), opens, closes, **dict(more))
            for (opens, closes, *more), days in self._days.items()
        ]
        return weekly + self._others

    @property
    def note(self) -> Words:
        return joined(self._notes)


Kind = Literal["service", "point", "maker", "link", "general", "gone", "list", "names", "error", "other"]
"""What an entry of a file is; `list` is a classification or a code, `names` an id and a name and no more."""
