"""Why something is suggested: the terms of the formula, each of which can be told to the client in words.

The formula is the table WEIGHTS and nothing else: an offer's score is the sum of its reasons' weights.
A term is looked at for all offers of the catalogue at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

import numpy as np

from catalog import places
from catalog.columns import Columns, Mask, Numbers, town
from catalog.freshness import MONTHS_GOOD, months_before
from catalog.guidance import LOW, VERY_LOW
from catalog.schema import Level, language_of


class Because(StrEnum):
    """Why something is suggested; the comment says what stands in the reason's values."""

    AREA_VERY_LOW = "area_very_low"  # area
    AREA_LOW = "area_low"  # area
    AREA_MIDDLING = "area_middling"  # area
    PRIORITY = "priority"  # area
    MAIN_AREA = "main_area"  # area that the offer is mainly for
    DOOR = "door"  # door
    LEVEL = "level"  # level
    LOW_THRESHOLD = "low_threshold"
    CLOSE_PERSONS = "close_persons"
    AGE = "age"  # the age that was told: the offer is made for people of about that age
    MUNICIPALITY = "municipality"  # municipality
    NATIONWIDE = "nationwide"
    NEAR = "near"  # kilometres; and from the centre of which municipality, when not from where the client is
    FAR = "far"  # the same
    LANGUAGE = "language"  # language
    ANONYMOUS = "anonymous"
    ANSWERS = "answers"
    PEERS = "peers"
    VERIFIED_RECENTLY = "verified_recently"
    WAITING_LIST = "waiting_list"
    FULL = "full"
    SERVICE_CONTACT = "service_contact"
    ASSESSMENT = "assessment"
    NAMED_WORKER = "named_worker"
    WORD = "word"  # word of a search


WEIGHTS: Mapping[Because, int] = {
    Because.AREA_VERY_LOW: 15,
    Because.AREA_LOW: 10,
    Because.AREA_MIDDLING: 3,
    Because.PRIORITY: 12,
    Because.MAIN_AREA: 6,
    Because.DOOR: 8,
    Because.LEVEL: 5,
    Because.LOW_THRESHOLD: 5,
    Because.CLOSE_PERSONS: 15,
    Because.AGE: 4,
    Because.MUNICIPALITY: 6,
    Because.NATIONWIDE: 2,
    Because.NEAR: 4,
    Because.FAR: -4,
    Because.LANGUAGE: 6,
    Because.ANONYMOUS: 5,
    Because.ANSWERS: 6,
    Because.PEERS: 3,
    Because.VERIFIED_RECENTLY: 2,
    Because.WAITING_LIST: -4,
    Because.FULL: -20,
    Because.SERVICE_CONTACT: 0,
    Because.ASSESSMENT: 0,
    Because.NAMED_WORKER: 0,
}
"""How much each reason counts. The last three only explain why a contact in services has its own place."""

NEEDS = frozenset(
    {
        Because.AREA_VERY_LOW,
        Because.AREA_LOW,
        Because.AREA_MIDDLING,
        Because.PRIORITY,
        Because.DOOR,
        Because.CLOSE_PERSONS,
    }
)
"""The reasons that answer something the client said; without one of them an offer is not to the point."""

AREAS_COUNTED = 3
"""An offer for every area of life must not beat the one that is for exactly this."""

NEAR_KM, FAR_KM = 10.0, 50.0
"""How near a place is near, and how far is far."""

NEIGHBOUR_KM = 25.0
"""An activity in the next municipality is in reach for one who has sent a location from so near."""

ONE_AGE_GROUP, OLDEST = 45, 100
"""An offer for a wider range of ages (`over 18`) is not made for people of one's own age; `over 60` is."""

MIDDLING = 3


@dataclass(frozen=True)
class Reason:
    code: Because
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Situation:
    """What a client has told, as far as it helps to find something."""

    ratings: Mapping[str, int] = field(default_factory=dict)
    priorities: tuple[str, ...] = ()
    level: Level = Level.ADVICE
    municipality: str | None = None
    language: str = "fi"
    door: str | None = None
    about: Literal["self", "other"] = "self"
    dismissed: frozenset[str] = frozenset()
    anonymous: bool = False
    answering: frozenset[str] = frozenset()
    """The organisations in which somebody answers contact requests just now."""
    position: tuple[float, float] | None = None
    """Latitude and longitude that the client has sent; without them the municipality's centre is measured from."""
    age: int | None = None


@dataclass(frozen=True)
class Term:
    """One reason, and for which offers it holds; `measured` is a number that each of them has of its own."""

    code: Because
    holds: Mask
    values: tuple[str, ...] = ()
    measured: Numbers | None = None

    def reason(self, row: int) -> Reason:
        if self.measured is None:
            return Reason(self.code, self.values)
        return Reason(self.code, (f"{self.measured[row]:.0f}", *self.values))


def terms(columns: Columns, situation: Situation, today: date) -> Iterator[Term]:
    yield from _area_terms(columns, situation)
    if situation.door:
        yield Term(Because.DOOR, columns.has("door", situation.door), (situation.door,))
    yield Term(Because.LEVEL, columns.has("level", situation.level), (situation.level,))
    if situation.about == "other":
        yield Term(Because.CLOSE_PERSONS, columns.has("close persons"))
    if situation.age is not None:
        yield _age_term(columns, situation.age)
    if situation.anonymous:
        yield Term(Because.ANONYMOUS, columns.has("anonymous"))
    if situation.answering:
        yield Term(Because.ANSWERS, columns.made_by(situation.answering))
    yield Term(Because.LOW_THRESHOLD, columns.has("activity") & ~columns.has("referral"))
    yield from _place_terms(columns, situation)
    language = language_of(situation.language)
    yield Term(Because.LANGUAGE, columns.has("language", language), (language,))
    yield Term(Because.PEERS, columns.has("peers"))
    fresh_from = months_before(today, MONTHS_GOOD).toordinal()
    yield Term(Because.VERIFIED_RECENTLY, columns.known_on >= fresh_from)
    yield Term(Because.WAITING_LIST, columns.capacity("waiting_list", today))
    yield Term(Because.FULL, columns.capacity("full", today))


def _area_terms(columns: Columns, situation: Situation) -> Iterator[Term]:
    """What the client said of the offers' areas of life; of each offer's most pressing ones only."""
    steps = {VERY_LOW: Because.AREA_VERY_LOW, LOW: Because.AREA_LOW, MIDDLING: Because.AREA_MIDDLING}
    rated = [(steps[rating], area) for area, rating in situation.ratings.items() if rating in steps]
    rated.sort(key=lambda pair: -WEIGHTS[pair[0]])
    chosen = [(Because.PRIORITY, area) for area in dict.fromkeys(situation.priorities)]
    for said in (rated, chosen):
        counted = np.zeros(len(columns), dtype=np.int8)
        for code, area in said:
            holds = columns.has("area", area) & (counted < AREAS_COUNTED)
            counted += holds
            yield Term(code, holds, (area,))
    for area in dict.fromkeys(area for _, area in (*rated, *chosen)):
        yield Term(Because.MAIN_AREA, columns.has("main area", area), (area,))


def _age_term(columns: Columns, age: int) -> Term:
    fits = (columns.min_age <= age) & (age <= columns.max_age)
    narrow = np.minimum(columns.max_age, OLDEST) - columns.min_age < ONE_AGE_GROUP
    return Term(Because.AGE, fits & narrow, (str(age),))


def _place_terms(columns: Columns, situation: Situation) -> Iterator[Term]:
    nationwide = columns.has("nationwide")
    if situation.municipality is not None:
        here = columns.has("municipality", town(situation.municipality))
        yield Term(Because.MUNICIPALITY, here, (situation.municipality,))
        nationwide = nationwide & ~here
    yield Term(Because.NATIONWIDE, nationwide)
    if (stands := _stands(situation)) is not None:
        position, centre_of = stands
        far = columns.kilometres(position)
        yield Term(Because.NEAR, columns.has("place", "exact") & (far <= NEAR_KM), centre_of, far)
        yield Term(Because.FAR, ~columns.has("nationwide") & (far > FAR_KM), centre_of, far)


def _stands(situation: Situation) -> tuple[tuple[float, float], tuple[str, ...]] | None:
    """From where distances are measured, and the municipality when that is only its centre."""
    if situation.position:
        return situation.position, ()
    known = places.known(situation.municipality) if situation.municipality else None
    return ((known.latitude, known.longitude), (known.name,)) if known else None


def in_reach(columns: Columns, situation: Situation) -> Mask:
    """What serves the client's municipality or everybody; with a sent location, activities near it as well."""
    municipality = situation.municipality
    if situation.position and municipality is None:
        nearest = places.nearest(*situation.position, places.municipalities())
        municipality = nearest.name if nearest else None
    if municipality is None:
        return np.ones(len(columns), dtype=np.bool_)
    reach = columns.has("nationwide") | columns.has("municipality", town(municipality))
    if situation.position:
        reach |= columns.has("activity") & (columns.kilometres(situation.position) <= NEIGHBOUR_KM)
    return reach
