"""How the names of Finnish municipalities are inflected: `Lahti` is also `Lahden`, `Lahdessa`, `Lahteen`.

Other than in `forms` nothing is guessed, because a name is known: a form that is no form of it would make
a place out of a common word. All is written folded, without accents, spaces and hyphens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from catalog.forms import fold

_NATURE: Final = {
    "joki": ("joe", "joke"), "maki": ("mae", "make"), "jarvi": ("jarve", "jarve"), "niemi": ("nieme", "nieme"),
    "koski": ("koske", "koske"), "salmi": ("salme", "salme"), "vesi": ("vede", "vete"), "lahti": ("lahde", "lahte"),
    "saari": ("saare", "saare"), "nummi": ("numme", "numme"), "lampi": ("lammi", "lampi"),
}  # fmt: skip
"""Ends of names that are words for what is there: the stem of most cases, and that of `into` and the partitive."""

_CONSONANT_ENDS: Final = {
    "kaus": "kaude", "avus": "avude", "nnus": "nnukse", "hos": "hokse", "mes": "mekse", "pudas": "putaa",
}  # fmt: skip

_WEAK: Final = {
    "kk": "k", "pp": "p", "tt": "t", "nk": "ng", "nt": "nn", "mp": "mm", "lt": "ll", "rt": "rr", "rk": "r",
    "rkk": "rk", "ntt": "nt", "ht": "hd", "t": "d", "k": "",
}  # fmt: skip

_IRREGULAR: Final = {
    "virrat": "virtain virtojen virroilla virroilta virroille virroissa virroista virtoihin",
    "kangasala": "kangasalla kangasalta kangasalle kangasalan",
    "ii": "iin iissa iista iihin",
}

_LAST = re.compile(r"(.*[aeiouy])([^aeiouy]+)([aeiouy])")
_UUSI = ("uuden", "uudessa", "uudesta", "uuteen", "uudella", "uudelta", "uudelle", "uutta")


def letters(name: str) -> str:
    """A name as it is compared: folded, the letters only."""
    return "".join(letter for letter in fold(name) if letter.isalnum())


def finnish_forms(name: str) -> Iterator[str]:
    """The name and its forms in the cases in which people tell where they are."""
    name = letters(name)
    yield name
    if name in _IRREGULAR:
        yield from _IRREGULAR[name].split()
    elif name.startswith("uusi"):
        yield from (
            beginning + form for beginning in _UUSI for form in finnish_forms(name.removeprefix("uusi"))
        )
    elif name.endswith("inen"):
        stem = name.removesuffix("nen")
        yield from (
            f"{stem}{ending}" for ending in ("sten", "sen", "sissa", "sista", "siin", "silla", "silta")
        )
        yield from (f"{stem}{ending}" for ending in ("sille", "sia", "sessa", "sesta", "seen"))
    elif stems := _stems(name):
        yield from _cases(*stems)
        if name.endswith("e"):  # Tampereella, but Raahessa
            yield from _cases(f"{name}e", f"{name}e")


def swedish_forms(name: str) -> Iterator[str]:
    yield letters(name)
    yield f"{letters(name)}s"


def _stems(name: str) -> tuple[str, str] | None:
    """The stem of most cases, and that of `into` and the partitive; None for a name of another language."""
    for end, (weak, strong) in _NATURE.items():
        if name.endswith(end):
            return name.removesuffix(end) + weak, name.removesuffix(end) + strong
    for end, oblique in _CONSONANT_ENDS.items():
        if name.endswith(end):
            return (name.removesuffix(end) + oblique,) * 2
    if name[-1] not in "aeiouy":
        return None
    if (last := _LAST.fullmatch(name)) and last[2] in _WEAK:
        return last[1] + _WEAK[last[2]] + last[3], name
    return name, name


def _cases(weak: str, strong: str) -> Iterator[str]:
    yield from (weak + ending for ending in ("n", "ssa", "sta", "lla", "lta", "lle", "na", "ksi"))
    yield f"{strong}{strong[-1]}n"
    yield from (strong + ending for ending in ("a", "ta", "seen", f"h{strong[-1]}n"))
