"""What ranking asks of every offer, as columns of numbers: thirty thousand answers at once.

A row is an offer; the rows are in the order of the ids. The offers themselves stay where they are: an
imported one is read from its file again when it is suggested.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from catalog import places
from catalog.schema import Offer, OfferKind, Organisation, Place

Mask: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int32]

NO_AGE: Final = (0, 120)
"""What an offer's ages are when it says nothing of them."""

FOREVER: Final = date.max.toordinal()


class Columns:
    """Filled by `add`, one offer after another, and put into order by `close`."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.known_on: Whole
        """The ordinal of the day on which the facts are known to have held."""
        self.capacity_until: Whole
        self.min_age: Whole
        self.max_age: Whole
        self.maker: Whole
        """A number for each organisation."""
        self._tagged: defaultdict[tuple[str, str], array[int]] = defaultdict(lambda: array("i"))
        self._serving: defaultdict[tuple[str, ...], array[int]] = defaultdict(lambda: array("i"))
        """Rows by the municipalities that they name: hundreds of services name the same ones."""
        self._numbers = array("i")
        self._points = array("d")
        self._makers: dict[str, int] = {}
        self._masks: dict[tuple[str, str], Mask] = {}

    def add(self, offer: Offer, maker: Organisation) -> None:
        row = len(self.ids)
        self.ids.append(offer.id)
        for tag in _tags(offer):
            self._tagged[tag].append(row)
        self._serving[offer.municipalities].append(row)
        capacity, whom = offer.capacity, offer.for_whom
        until = capacity.until if capacity else None
        low, high = (whom.min_age, whom.max_age) if whom else (None, None)
        self._numbers.extend(
            (
                offer.known_on.toordinal(),
                until.toordinal() if until else FOREVER,
                NO_AGE[0] if low is None else low,
                NO_AGE[1] if high is None else high,
                self._makers.setdefault(maker.id, len(self._makers)),
            )
        )
        point, exact = _point(offer, maker)
        self._points.extend(point)
        if exact:
            self._tagged["place", "exact"].append(row)

    def close(self) -> Whole:
        """Puts the rows into the order of the ids; returns where each row, as it was added, is now."""
        order = np.array(sorted(range(len(self.ids)), key=self.ids.__getitem__), dtype=np.int32)
        moved = np.empty_like(order)
        moved[order] = np.arange(len(order), dtype=np.int32)
        self.ids = [self.ids[row] for row in order]
        numbers = np.array(self._numbers, dtype=np.int32).reshape(-1, 5)[order]
        self.known_on, self.capacity_until, self.min_age, self.max_age, self.maker = numbers.T.copy()
        points = np.radians(np.array(self._points).reshape(-1, 2)[order])
        self._latitude, self._longitude = points.T.copy()
        self._cosine = np.cos(self._latitude)
        for tag, rows in self._tagged.items():
            self._mark(tag, moved[np.array(rows, dtype=np.int32)])
        for names, rows in self._serving.items():
            for name in names:
                self._mark(("municipality", town(name)), moved[np.array(rows, dtype=np.int32)])
        self._none = np.zeros(len(order), dtype=np.bool_)
        self.towns = frozenset(value for kind, value in self._masks if kind == "municipality")
        """The municipalities that some offer names."""
        del self._tagged, self._serving, self._numbers, self._points
        return moved

    def _mark(self, tag: tuple[str, str], rows: Whole) -> None:
        if tag not in self._masks:
            self._masks[tag] = np.zeros(len(self.ids), dtype=np.bool_)
        self._masks[tag][rows] = True

    def __len__(self) -> int:
        return len(self.ids)

    def has(self, kind: str, value: str = "") -> Mask:
        """Which offers have the tag; not to be written into."""
        return self._masks.get((kind, value), self._none)

    def made_by(self, organisations: Iterable[str]) -> Mask:
        """Which offers are theirs."""
        numbers = [self._makers[one] for one in organisations if one in self._makers]
        return np.isin(self.maker, numbers)

    def capacity(self, state: str, today: date | None) -> Mask:
        """Which offers say that they are `full` or have a `waiting_list`, and it still holds; without a day, all."""
        said = self.has("capacity", state)
        return said if today is None else said & (self.capacity_until >= today.toordinal())

    def rows(self, ids: Iterable[str]) -> Iterator[int]:
        """The rows of the offers that are there."""
        for offer_id in ids:
            row = bisect_left(self.ids, offer_id)
            if row < len(self.ids) and self.ids[row] == offer_id:
                yield row

    def kilometres(self, position: tuple[float, float]) -> Numbers:
        """How far each offer's place is, as the crow flies; not a number where it has none."""
        latitude, longitude = np.radians(position)
        half = np.sin((self._latitude - latitude) / 2) ** 2
        half += np.cos(latitude) * self._cosine * np.sin((self._longitude - longitude) / 2) ** 2
        far: Numbers = 2 * places.EARTH_RADIUS * np.arcsin(np.sqrt(half))
        return far


@lru_cache(maxsize=4096)
def town(name: str) -> str:
    """The one name under which a municipality is kept, whichever language it is given in."""
    known = places.known(name)
    return known.name if known else name


def _tags(offer: Offer) -> Iterator[tuple[str, str]]:
    yield from (("area", area) for area in offer.areas)
    yield "main area", offer.areas[0]
    yield from (("door", door) for door in offer.doors)
    yield from (("level", level) for level in offer.levels)
    yield from (("language", language) for language in offer.languages)
    yield from (("leads to", what) for what in offer.leads_to)
    if offer.capacity:
        yield "capacity", offer.capacity.state
    holds = {
        "activity": offer.kind == OfferKind.ACTIVITY,
        "referral": offer.referral is not None,
        "nationwide": offer.nationwide,
        "anonymous": bool(offer.anonymous),
        "peers": offer.peers,
        "close persons": bool(offer.for_whom and offer.for_whom.close_persons),
    }
    yield from ((name, "") for name, true in holds.items() if true)


NOWHERE: Final = (float("nan"), float("nan"))


def _point(offer: Offer, maker: Organisation) -> tuple[Sequence[float], bool]:
    """Where one goes, and whether that is the place itself or only the centre of its municipality."""
    place = offer.place or _place_of_unit(offer, maker)
    if place and place.latitude is not None and place.longitude is not None:
        return (place.latitude, place.longitude), True
    towns = [place.municipality] if place else offer.municipalities
    known = places.known(towns[0]) if len(towns) == 1 else None
    return ((known.latitude, known.longitude) if known else NOWHERE), False


def _place_of_unit(offer: Offer, maker: Organisation) -> Place | None:
    return next((unit.place for unit in maker.units if unit.id == offer.unit), None) if offer.unit else None
