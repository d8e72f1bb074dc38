"""Where things are: municipalities by code, county and region, and coordinates of the Finnish map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import asin, atan2, cos, cosh, degrees, sin, sinh
from pathlib import Path

from catalog.places import known
from catalog.plain_yaml import parse
from catalog.registers.texts import Words

TABLE = Path(__file__).parent.parent / "data" / "registers" / "municipality_codes.yaml"


@dataclass
class Towns:
    """Municipalities by their numbers; a register may know newer ones than our table does."""

    by_code: dict[str, str]
    """Finnish name by three digits."""
    counties: Mapping[str, tuple[str, ...]]
    """Numbers of the municipalities of a wellbeing services county, by two digits."""
    regions: Mapping[str, tuple[str, ...]]
    """The same by the number of a region (maakunta): other numbers than those of the counties."""
    _by_postcode: dict[str, str] = field(default_factory=dict)
    _named: dict[tuple[tuple[str, str], ...], tuple[list[str], list[str]]] = field(default_factory=dict)

    @classmethod
    def of_finland(cls) -> Towns:
        """Those of the table that comes with the software."""
        counties: dict[str, tuple[str, ...]] = {}
        regions: defaultdict[str, list[str]] = defaultdict(list)
        by_code: dict[str, str] = {}
        for county in parse(TABLE.read_text(encoding="utf-8")).values():
            counties[county["county"]] = tuple(county["municipalities"])
            regions[county["region"]] += county["municipalities"]
            by_code |= county["municipalities"]
        return cls(by_code, counties, {code: tuple(members) for code, members in regions.items()})

    def learn(self, code: str, name: Words) -> None:
        """A municipality or a postal area that the register names; our table has the last word."""
        if len(code) == 5:
            self.learn_postcode(code, name)
        elif len(code) == 3 and code not in self.by_code and (finnish := name.get("fi") or name.get("sv")):
            self.by_code[code] = finnish

    def learn_postcode(self, postcode: str, name: Words) -> None:
        """Where a postal code is: the post office is named after its municipality, or else after a part of it."""
        if office := name.get("fi") or name.get("sv"):
            self._by_postcode[postcode] = self.find(office) or office.title()

    def by_postcode(self, postcode: str) -> str:
        """The municipality of a postal code, as far as the register has told; "" when it has not."""
        return self._by_postcode.get(postcode, "")

    def find(self, name: str) -> str | None:
        """The municipality's Finnish name, from its name in Finnish or Swedish in any case, or its number."""
        one = known(name)
        return one.name if one else self.by_code.get(name.strip())

    def names(self, areas: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
        """The municipalities of areas such as ("county", "05"), and the areas that nobody knows."""
        key = tuple(areas)
        if (known := self._named.get(key)) is None:
            known = self._named[key] = self._names(key)
        return known

    def _names(self, areas: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
        found: dict[str, None] = {}
        unknown: list[str] = []
        for kind, code in areas:
            codes = (code,) if kind == "municipality" else self._members(kind).get(code, ())
            names = [self.by_code[one] for one in codes if one in self.by_code]
            found.update(dict.fromkeys(names))
            if not names:
                unknown.append(f"{kind} {code}")
        return list(found), unknown

    def _members(self, kind: str) -> Mapping[str, tuple[str, ...]]:
        return self.counties if kind == "county" else self.regions if kind == "region" else {}


# ETRS-TM35FIN (EPSG:3067): a transverse Mercator projection of the GRS80 ellipsoid around 27° E, undone by Krüger's
# series in the third flattening.
_A, _F, _SCALE, _FALSE_EASTING, _MERIDIAN = 6378137.0, 1 / 298.257222101, 0.9996, 500000.0, 27.0
_N = _F / (2 - _F)
_METRES = _SCALE * _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETA = (_N / 2 - 2 / 3 * _N**2 + 37 / 96 * _N**3, _N**2 / 48 + _N**3 / 15, 17 / 480 * _N**3)
_DELTA = (2 * _N - 2 / 3 * _N**2 - 2 * _N**3, 7 / 3 * _N**2 - 8 / 5 * _N**3, 56 / 15 * _N**3)


def degrees_of(northing: object, easting: object) -> tuple[float, float] | None:
    """Latitude and longitude in WGS84 degrees of metres on the Finnish map; None when they are not in Finland.

    Exact to a few millimetres.
    """
    try:
        north, east = float(northing), float(easting)  # type: ignore[arg-type]  # whatever a register gives
    except (TypeError, ValueError, OverflowError):
        return None
    if not (6_600_000 <= north <= 7_800_000 and 50_000 <= east <= 760_000):
        return None
    xi = x = north / _METRES
    eta = y = (east - _FALSE_EASTING) / _METRES
    for step, beta in enumerate(_BETA, start=1):
        x -= beta * sin(2 * step * xi) * cosh(2 * step * eta)
        y -= beta * cos(2 * step * xi) * sinh(2 * step * eta)
    conformal = asin(sin(x) / cosh(y))
    shifts = (delta * sin(2 * step * conformal) for step, delta in enumerate(_DELTA, start=1))
    latitude = round(degrees(conformal + sum(shifts)), 6)
    longitude = round(_MERIDIAN + degrees(atan2(sinh(y), cos(x))), 6)
    return (latitude, longitude) if 59 <= latitude <= 70.2 and 19 <= longitude <= 31.7 else None
