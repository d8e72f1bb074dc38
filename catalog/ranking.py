"""What could help this person: a sum of reasons, each of which can be told to the client in words.

The formula is the table WEIGHTS and nothing else: an offer's score is the sum of its reasons' weights.
Low-threshold activities come first; the level of guidance decides which contacts in services join them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal

from catalog.freshness import stale
from catalog.guidance import LOW, VERY_LOW
from catalog.schema import Catalog, LeadsTo, Level, Offer, OfferKind, Organisation, language_of


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
    MUNICIPALITY = "municipality"  # municipality
    NATIONWIDE = "nationwide"
    LANGUAGE = "language"  # language
    ANONYMOUS = "anonymous"
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
    Because.MUNICIPALITY: 6,
    Because.NATIONWIDE: 2,
    Because.LANGUAGE: 6,
    Because.ANONYMOUS: 5,
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

OF_ONE_ORGANISATION = 2
"""At most so many suggestions of one organisation, as long as others have something to offer."""

SAME_NEED_AGAIN = 8
"""Taken from the score when earlier suggestions already answer every need that this one answers."""

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


@dataclass(frozen=True)
class Suggestion:
    offer: Offer
    organisation: Organisation
    score: float
    reasons: tuple[Reason, ...]

    @cached_property
    def needs(self) -> frozenset[Reason]:
        """What the client said that this answers."""
        return frozenset(reason for reason in self.reasons if reason.code in NEEDS)


def suggest(catalog: Catalog, situation: Situation, *, today: date, limit: int) -> list[Suggestion]:
    """The best offers for the situation.

    A need is unmet when no suggestion has `needs`: the contacts of dense guidance are given all the same.
    """
    candidates = [
        _suggestion(catalog, offer, _reasons(offer, situation, today))
        for offer in catalog.offers
        if _within_reach(offer, situation.municipality)
        and offer.id not in situation.dismissed
        and (offer.kind == OfferKind.ACTIVITY or situation.level in offer.levels)
    ]
    contacts = _contacts(candidates, situation.level)[:limit]
    taken = {contact.offer.id for contact in contacts}
    rest = (
        one for one in candidates if one.offer.id not in taken and (one.needs or not _says_a_need(situation))
    )
    chosen = [*contacts, *_varied(rest, contacts, limit - len(contacts))]
    return sorted(chosen, key=lambda one: one.offer.kind != OfferKind.ACTIVITY)


def by_area(
    catalog: Catalog,
    area: str,
    *,
    today: date,
    municipality: str | None = None,
    language: str = "fi",
    limit: int | None = None,
) -> list[Suggestion]:
    """Everything for one area of life, the best first: for looking around without a check-in."""
    situation = Situation(priorities=(area,), municipality=municipality, language=language)
    return _browse(catalog, situation, Because.PRIORITY, today)[:limit]


def by_door(
    catalog: Catalog,
    door: str,
    *,
    today: date,
    municipality: str | None = None,
    language: str = "fi",
    limit: int | None = None,
) -> list[Suggestion]:
    """Everything behind one door, the best first."""
    situation = Situation(door=door, municipality=municipality, language=language)
    return _browse(catalog, situation, Because.DOOR, today)[:limit]


def _browse(catalog: Catalog, situation: Situation, wanted: Because, today: date) -> list[Suggestion]:
    """Every offer with the reason that is wanted, whatever its level."""
    found = (
        _suggestion(catalog, offer, _reasons(offer, situation, today))
        for offer in catalog.offers
        if _within_reach(offer, situation.municipality)
    )
    asked = (one for one in found if any(reason.code == wanted for reason in one.reasons))
    return sorted(asked, key=lambda one: (one.offer.kind != OfferKind.ACTIVITY, *_order(one)))


def _suggestion(catalog: Catalog, offer: Offer, reasons: Iterable[Reason]) -> Suggestion:
    told = tuple(reasons)
    score = sum(WEIGHTS[reason.code] for reason in told)
    return Suggestion(offer, catalog.organisation_of(offer), score, told)


def _reasons(offer: Offer, situation: Situation, today: date) -> Iterator[Reason]:
    yield from _area_reasons(offer, situation)
    if situation.door in offer.doors:
        yield Reason(Because.DOOR, (str(situation.door),))
    if situation.level in offer.levels:
        yield Reason(Because.LEVEL, (situation.level,))
    if situation.about == "other" and offer.for_whom and offer.for_whom.close_persons:
        yield Reason(Because.CLOSE_PERSONS)
    if situation.anonymous and offer.anonymous:
        yield Reason(Because.ANONYMOUS)
    yield from _general_reasons(offer, situation, today)


def _area_reasons(offer: Offer, situation: Situation) -> Iterator[Reason]:
    """What the client said of the offer's areas of life; of the most pressing ones only."""
    steps = {VERY_LOW: Because.AREA_VERY_LOW, LOW: Because.AREA_LOW, MIDDLING: Because.AREA_MIDDLING}
    rated = [
        Reason(steps[rating], (area,))
        for area in dict.fromkeys(offer.areas)
        if (rating := situation.ratings.get(area)) in steps
    ]
    chosen = [Reason(Because.PRIORITY, (area,)) for area in situation.priorities if area in offer.areas]
    yield from sorted(rated, key=lambda reason: -WEIGHTS[reason.code])[:AREAS_COUNTED]
    yield from chosen[:AREAS_COUNTED]
    if any(offer.areas[0] in reason.values for reason in (*rated, *chosen)):
        yield Reason(Because.MAIN_AREA, offer.areas[:1])


def _general_reasons(offer: Offer, situation: Situation, today: date) -> Iterator[Reason]:
    """What speaks for an offer whatever the need."""
    if offer.kind == OfferKind.ACTIVITY and not offer.referral:
        yield Reason(Because.LOW_THRESHOLD)
    if situation.municipality in offer.municipalities:
        yield Reason(Because.MUNICIPALITY, (str(situation.municipality),))
    elif offer.nationwide:
        yield Reason(Because.NATIONWIDE)
    if language_of(situation.language) in offer.languages:
        yield Reason(Because.LANGUAGE, (language_of(situation.language),))
    if offer.peers:
        yield Reason(Because.PEERS)
    if not stale(offer, today):
        yield Reason(Because.VERIFIED_RECENTLY)
    capacity = offer.capacity
    if capacity and capacity.state != "open" and (capacity.until is None or capacity.until >= today):
        yield Reason(Because(capacity.state))


def _within_reach(offer: Offer, municipality: str | None) -> bool:
    return offer.nationwide or municipality is None or municipality in offer.municipalities


def _says_a_need(situation: Situation) -> bool:
    middling = any(rating <= MIDDLING for rating in situation.ratings.values())
    return middling or bool(situation.priorities) or situation.door is not None or situation.about == "other"


def _contacts(candidates: list[Suggestion], level: Level) -> list[Suggestion]:
    """The contacts in services that the level needs beside activities, each with the reason of its place."""
    services = sorted((one for one in candidates if one.offer.kind == OfferKind.SERVICE), key=_order)
    contacts: dict[str, Suggestion] = {}
    if level == Level.INTENSIVE:
        for code, leads_to in (
            (Because.ASSESSMENT, LeadsTo.ASSESSMENT),
            (Because.NAMED_WORKER, LeadsTo.NAMED_WORKER),
        ):
            if one := next((one for one in services if leads_to in one.offer.leads_to), None):
                contacts[one.offer.id] = _with(contacts.get(one.offer.id, one), Reason(code))
    if level in (Level.STRENGTHENING, Level.INTENSIVE) and not contacts:
        to_the_point = [one for one in services if one.needs] or [
            one for one in services if one.offer.leads_to
        ]
        contacts = {one.offer.id: _with(one, Reason(Because.SERVICE_CONTACT)) for one in to_the_point[:1]}
    return list(contacts.values())


def _with(suggestion: Suggestion, reason: Reason) -> Suggestion:
    reasons = (reason, *suggestion.reasons)
    return Suggestion(suggestion.offer, suggestion.organisation, suggestion.score, reasons)


def _varied(candidates: Iterable[Suggestion], already: list[Suggestion], limit: int) -> list[Suggestion]:
    """The best ones, so that different needs are answered and no organisation fills the list."""
    rest = sorted(candidates, key=_order)
    of_one = Counter(one.organisation.id for one in already)
    answered: set[Reason] = set()
    chosen: list[Suggestion] = []
    while rest and len(chosen) < limit:
        allowed = [one for one in rest if of_one[one.organisation.id] < OF_ONE_ORGANISATION] or rest
        best = max(allowed, key=lambda one: one.score - SAME_NEED_AGAIN * (one.needs <= answered))
        chosen.append(best)
        rest = [one for one in rest if one is not best]
        of_one[best.organisation.id] += 1
        answered |= best.needs
    return chosen


def _order(suggestion: Suggestion) -> tuple[float, str]:
    """The higher score first; the id decides between equals, so that a list looks the same each time."""
    return -suggestion.score, suggestion.offer.id
