"""The municipalities of Finland: found by a few letters in either language, or by where somebody stands.

Centres are known to about a kilometre, which is enough to tell near from far, not one street from another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalog.forms import slips
from catalog.place_names import finnish_forms, letters, swedish_forms
from catalog.plain_yaml import parse

if TYPE_CHECKING:
    from catalog.schema import Catalog

TABLE: Final = Path(__file__).parent / "data" / "municipalities.yaml"

EARTH_RADIUS: Final = 6371.0
"""Kilometres."""

FARTHEST_KM: Final = 150.0
"""Farther than this from every centre nobody in Finland is: somebody there is abroad or at sea."""

LONGEST_QUERY: Final = 40
FROM_LETTERS: Final = 5
"""A name of so many letters may be written with one slip, and one of twice as many with two."""


@dataclass(frozen=True)
class Municipality:
    """Named in Finnish and Swedish; `county` is its wellbeing services county, or what stands in its place."""

    name: str
    swedish: str
    latitude: float
    longitude: float
    county: str
    others: tuple[str, ...] = ()

    def best(self, locale: str) -> str:
        """The name in the client's language."""
        return self.swedish if locale == "sv" else self.name

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, self.swedish, *self.others)


@cache
def municipalities() -> tuple[Municipality, ...]:
    """All of them, in the order of the Finnish alphabet."""
    counties = parse(TABLE.read_text(encoding="utf-8"))
    found = [
        Municipality(name, swedish, latitude, longitude, county, tuple(others))
        for county, rows in counties.items()
        for name, swedish, latitude, longitude, *others in rows
    ]
    return tuple(sorted(found, key=alphabetical))


def alphabetical(municipality: Municipality) -> str:
    """Å, Ä and Ö come last."""
    return municipality.name.casefold().translate(str.maketrans("åäö", "{|}"))


@cache
def _by_form() -> dict[str, Municipality]:
    """Every municipality by its names in all their forms; a name itself wins over a form of another."""
    forms = {form: one for one in municipalities() for name in one.names for form in finnish_forms(name)}
    forms |= {form: one for one in municipalities() for form in swedish_forms(one.swedish)}
    return forms | {letters(name): one for one in reversed(municipalities()) for name in one.names}


def known(name: str) -> Municipality | None:
    """The municipality of that name in Finnish or Swedish, in any case: `Äänekoskelta` is Äänekoski."""
    return _by_form().get(letters(name))


def covered(catalog: Catalog) -> list[Municipality]:
    """Those that some offer in the catalogue names; one that serves the whole country names none."""
    from catalog.indexing import index_of  # measures distances with the help of this module

    towns = index_of(catalog).columns.towns
    return [one for one in municipalities() if one.name in towns]


def makers_serving(catalog: Catalog, municipality: str) -> frozenset[str]:
    """Ids of the organisations that offer something there or to the whole country."""
    from catalog.indexing import index_of

    columns = index_of(catalog).columns
    town = known(municipality)
    there = columns.has("municipality", town.name if town else municipality) | columns.has("nationwide")
    ids = (columns.ids[row] for row in there.nonzero()[0])
    return frozenset(catalog.organisations_by_offer[offer_id].id for offer_id in ids)


def find(text: str, among: Iterable[Municipality]) -> list[Municipality]:
    """Those whose name begins with the letters or has them as a form (`Jyväskylässä`), the likeliest first.

    With a slip of the finger only when nothing else fits.
    """
    asked = letters(text[:LONGEST_QUERY])
    if not asked:
        return []
    candidates = sorted(among, key=alphabetical)
    beginning = [one for one in candidates if any(letters(name).startswith(asked) for name in one.names)]
    if (whole := known(asked)) in candidates:
        return [whole, *(one for one in beginning if one != whole)]
    return beginning or _misspelt(asked, candidates)


def _misspelt(asked: str, candidates: Sequence[Municipality]) -> list[Municipality]:
    """Those with a form that begins like this but for a slip."""
    allowed = min(len(asked) // FROM_LETTERS, 2)
    if not allowed:
        return []
    near = {
        one
        for form, one in _by_form().items()
        if form[0] == asked[0] and (slips(asked, form, allowed) or slips(asked, form[: len(asked)], allowed))
    }
    return [one for one in candidates if one in near]


def nearest(latitude: float, longitude: float, among: Iterable[Municipality]) -> Municipality | None:
    """The one whose centre is nearest; None when there is none within reach."""
    distances = ((distance_km((latitude, longitude), (one.latitude, one.longitude)), one) for one in among)
    best = min(distances, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] <= FARTHEST_KM else None


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres as the crow flies between two (latitude, longitude)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(sqrt(min(half, 1.0)))
