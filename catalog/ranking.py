"""What could help this person, the best first: low-threshold activities before services, what is full last.

How much speaks for an offer is the formula's business (see `formula`). Here it is decided which of the best
are shown together: different needs before the same one again, no organisation before all others, and at the
denser levels of guidance the contacts in services that these need.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from catalog.columns import Mask
from catalog.formula import MIDDLING, NEEDS, WEIGHTS, Because, Reason, Situation, in_reach, terms
from catalog.indexing import index_of
from catalog.schema import Catalog, LeadsTo, Level, Offer, Organisation

__all__ = [
    "NEEDS",
    "WEIGHTS",
    "Because",
    "Reason",
    "Situation",
    "Suggestion",
    "by_area",
    "by_door",
    "suggest",
]

OF_ONE_ORGANISATION = 2
"""At most so many suggestions of one organisation, as long as others have something to offer."""

SAME_NEED_AGAIN = 8
"""Taken from the score when earlier suggestions already answer every need that this one answers."""


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


class _Ranking:
    """All offers seen from one situation: the terms of the formula and the scores that follow from them."""

    def __init__(self, catalog: Catalog, situation: Situation, today: date) -> None:
        self.catalog, self.situation = catalog, situation
        self.columns = index_of(catalog).columns
        self.terms = tuple(terms(self.columns, situation, today))
        self.score = np.zeros(len(self.columns), dtype=np.int32)
        for term in self.terms:
            self.score += WEIGHTS[term.code] * term.holds
        self.full = self.columns.capacity("full", today)
        self.activity = self.columns.has("activity")
        self.in_reach = in_reach(self.columns, situation)

    @cached_property
    def needs(self) -> Mask:
        """Which offers answer something the client said."""
        needs = [term.holds for term in self.terms if term.code in NEEDS]
        return np.logical_or.reduce(needs) if needs else np.zeros(len(self.columns), dtype=np.bool_)

    def suggestion(self, row: int, *places: Reason) -> Suggestion:
        """The offer in the row with its reasons, those of its place among the others first."""
        reasons = (*places, *(term.reason(row) for term in self.terms if term.holds[row]))
        offer = self.catalog.offer(self.columns.ids[row])
        return Suggestion(offer, self.catalog.organisation_of(offer), float(self.score[row]), reasons)

    def best(self, among: Mask) -> int | None:
        """The row with the highest score; the first id decides between equals."""
        rows = np.flatnonzero(among)
        return int(rows[np.argmax(self.score[rows])]) if len(rows) else None

    def ordered(self, among: Mask) -> list[int]:
        """The best first: what is full last, activities before services, equals by their ids."""
        rows = np.flatnonzero(among)
        order = np.lexsort((-self.score[rows], ~self.activity[rows], self.full[rows]))
        found: list[int] = rows[order].tolist()
        return found


def suggest(catalog: Catalog, situation: Situation, *, today: date, limit: int) -> list[Suggestion]:
    """The best offers for the situation.

    A need is unmet when no suggestion has `needs`: the contacts of dense guidance are given all the same.
    """
    ranking = _Ranking(catalog, situation, today)
    columns = ranking.columns
    possible = ranking.in_reach & (ranking.activity | columns.has("level", situation.level))
    possible[list(columns.rows(situation.dismissed))] = False
    if situation.age is not None:
        possible &= (columns.min_age <= situation.age) & (situation.age <= columns.max_age)
    contacts = dict(list(_contacts(ranking, possible).items())[:limit])
    wanted = possible & ranking.needs if _says_a_need(situation) else possible.copy()
    wanted[list(contacts)] = False
    chosen = [*contacts, *_varied(ranking, wanted, list(contacts), limit - len(contacts))]
    chosen.sort(key=lambda row: (bool(ranking.full[row]), not ranking.activity[row]))
    return [ranking.suggestion(row, *contacts.get(row, ())) for row in chosen]


def by_area(
    catalog: Catalog,
    area: str,
    *,
    today: date,
    municipality: str | None = None,
    language: str = "fi",
    limit: int | None = None,
    position: tuple[float, float] | None = None,
) -> list[Suggestion]:
    """Everything for one area of life, the best first: for looking around without a check-in."""
    situation = Situation(priorities=(area,), municipality=municipality, language=language, position=position)
    return _browse(_Ranking(catalog, situation, today), "area", area, limit)


def by_door(
    catalog: Catalog,
    door: str,
    *,
    today: date,
    municipality: str | None = None,
    language: str = "fi",
    limit: int | None = None,
    position: tuple[float, float] | None = None,
) -> list[Suggestion]:
    """Everything behind one door, the best first."""
    situation = Situation(door=door, municipality=municipality, language=language, position=position)
    return _browse(_Ranking(catalog, situation, today), "door", door, limit)


def _browse(ranking: _Ranking, kind: str, value: str, limit: int | None) -> list[Suggestion]:
    """Every offer that is tagged so, whatever its level."""
    rows = ranking.ordered(ranking.in_reach & ranking.columns.has(kind, value))
    return [ranking.suggestion(row) for row in rows[:limit]]


def _says_a_need(situation: Situation) -> bool:
    middling = any(rating <= MIDDLING for rating in situation.ratings.values())
    return middling or bool(situation.priorities) or situation.door is not None or situation.about == "other"


def _contacts(ranking: _Ranking, possible: Mask) -> dict[int, tuple[Reason, ...]]:
    """The contacts in services that the level needs beside activities, each with the reasons of its place."""
    columns, level = ranking.columns, ranking.situation.level
    services = possible & ~ranking.activity
    leading = {what: services & columns.has("leads to", what) for what in LeadsTo}
    contacts: dict[int, tuple[Reason, ...]] = {}
    if level == Level.INTENSIVE:
        for code, what in (
            (Because.ASSESSMENT, LeadsTo.ASSESSMENT),
            (Because.NAMED_WORKER, LeadsTo.NAMED_WORKER),
        ):
            if (row := ranking.best(leading[what])) is not None:
                contacts[row] = (Reason(code), *contacts.get(row, ()))
    if level in (Level.STRENGTHENING, Level.INTENSIVE) and not contacts:
        row = ranking.best(services & ranking.needs)
        if row is None:
            row = ranking.best(np.logical_or.reduce(list(leading.values())))
        if row is not None:
            contacts[row] = (Reason(Because.SERVICE_CONTACT),)
    return contacts


def _varied(ranking: _Ranking, candidates: Mask, already: Sequence[int], limit: int) -> list[int]:
    """The best ones, so that different needs are answered and no organisation fills the list."""
    rows = np.flatnonzero(candidates)
    makers, score = ranking.columns.maker[rows], ranking.score[rows].astype(np.int64)
    unanswered = [term.holds[rows] for term in ranking.terms if term.code in NEEDS]
    of_one = Counter(ranking.columns.maker[list(already)].tolist())
    left = np.ones(len(rows), dtype=np.bool_)
    chosen: list[int] = []
    while len(chosen) < limit and left.any():
        crowded = [maker for maker, count in of_one.items() if count >= OF_ONE_ORGANISATION]
        allowed = left & ~np.isin(makers, crowded)
        new = np.logical_or.reduce(unanswered) if unanswered else np.zeros(len(rows), dtype=np.bool_)
        best = _highest(allowed if allowed.any() else left, score - SAME_NEED_AGAIN * ~new, score)
        chosen.append(int(rows[best]))
        left[best] = False
        of_one[int(makers[best])] += 1
        unanswered = [holds for holds in unanswered if not holds[best]]
    return chosen


def _highest(among: Mask, value: NDArray[np.int64], otherwise: NDArray[np.int64]) -> int:
    """Where the value is highest; between equals `otherwise` decides, then the order."""
    places = np.flatnonzero(among)
    most = places[value[places] == value[places].max()]
    return int(most[np.argmax(otherwise[most])])
