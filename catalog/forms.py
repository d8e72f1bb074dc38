"""Which written words may be forms of one word: Finnish cases and consonant gradation, some Swedish and English.

It guesses without a dictionary: a word gives all the stems that it could have (`veloista`: velo-, vela-,
velka- …), and another word is a form of it when it is one of these with an ending. What is guessed in vain
does no harm, because no such word is written anywhere. Words are folded: `ä` and `a` are the same here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

SHORTEST, SHORTEST_GUESSED = 3, 4
"""Letters that a stem has at least: of shorter ones everything would be a form."""

WORD: Final = re.compile(r"[^\W_]+")

_CASES = "a en in ssa sta lla lta lle na ksi hin"
_SINGULAR = f"n ta tta an on un yn han hen hon hun hyn seen {_CASES}"
_PLURAL = (
    "ja jen ia ien iin ita iden itten ihin issa ista illa ilta ille iksi ina isiin jaan jensa jemme jeni"
)
_POSSESSIVE = "ni si nsa mme nne"
_SWEDISH = "s ar er or r et ets ens arna erna orna arnas ernas rna ns"
_ENGLISH = "es ing ed"

ENDINGS: Final = frozenset(
    ["", "t", *" ".join((_SINGULAR, _PLURAL, _POSSESSIVE, _SWEDISH, _ENGLISH)).split()]
)
"""What can stand after a stem."""

_AFTER_A = ENDINGS - {one for one in _PLURAL.split() if one[0] in "ij"}
"""Before the `i` and `j` of the plural, `a` becomes another vowel or goes: `velko-ja`, `koir-ia`."""

_AFTER_OTHER_VOWEL = frozenset(f"{_PLURAL} {_CASES}".split())
"""After the stem with that other vowel only the plural can stand."""

_AFTER_CONSONANT = frozenset(("a", "ta", "en", "ten"))
"""Finnish stems in a consonant: `nuor-ta`, `nais-ten`, `vuot-ta`."""

_LONGEST = max(map(len, ENDINGS))

_IRREGULAR: Final = {
    "tyo": "toita toissa toista toihin toiden toilla",
    "ruoka": "ruuan ruualla ruuasta ruuat",
    "koti": "kotona kotoa",
    "poika": "pojan pojat pojalla pojalle pojista",
    "aika": "ajan ajat ajalla ajoista",
    "mies": "miehen miesta miehet miehia miesten miehille miehella miehista",
    "lapsi": "lasta lasten",
    "veli": "veljen veljea veljet veljia veljelle",
    "tytar": "tyttaren tytarta tyttaret tyttarelle",
    "ika": "ian iassa ialla",
    "uni": "unen unta unet unessa",
    "barn": "barnen",
    "bok": "bocker",
    "bostad": "bostader",
    "manniska": "manniskor",
    "child": "children",
}
"""Common words with forms that no rule below reaches."""

_IRREGULAR_FORMS = {lemma: tuple(forms.split()) for lemma, forms in _IRREGULAR.items()}
_LEMMAS = {form: lemma for lemma, forms in _IRREGULAR_FORMS.items() for form in forms}

_GRADES: Final = {
    "kk": ("k",), "pp": ("p",), "tt": ("t",), "k": ("kk", ""), "p": ("pp", "v"), "t": ("tt", "d"),
    "d": ("t",), "v": ("p",), "nk": ("ng", "nkk"), "ng": ("nk",), "nt": ("nn", "ntt"), "nn": ("nt",),
    "mp": ("mm", "mpp"), "mm": ("mp",), "lt": ("ll", "ltt"), "ll": ("lt",), "rt": ("rr", "rtt"), "rr": ("rt",),
    "lk": ("l", "lj", "lkk"), "l": ("lk",), "lj": ("lk",), "rk": ("r", "rj", "rkk"), "r": ("rk",), "rj": ("rk",),
    "hk": ("h",), "h": ("hk",), "ht": ("hd",), "hd": ("ht",), "lp": ("lv", "lpp"), "lv": ("lp",),
    "rp": ("rv", "rpp"), "rv": ("rp",), "nkk": ("nk",), "ntt": ("nt",), "mpp": ("mp",), "ltt": ("lt",),
    "rtt": ("rt",), "lkk": ("lk",), "rkk": ("rk",), "lpp": ("lp",), "rpp": ("rp",),
}  # fmt: skip
"""Consonants before the last vowel, and what gradation makes of them, whichever grade they are."""

_LAST_CONSONANTS = re.compile(r"(.*[aeiouy])([^aeiouy]+)([aeiouy]+s?)")
_HIATUS = re.compile(r"(.*[aeiouy])([aeiouy])")


_PLAIN = str.maketrans("åäöéü", "aaoeu")


def fold(text: str) -> str:
    """Without capitals and accents: `Päihdetyö` and `paihdetyo` are the same."""
    folded = text.casefold()
    if folded.isascii() or (folded := folded.translate(_PLAIN)).isascii():
        return folded
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """The words of a text, folded; single letters say nothing."""
    return [word for word in WORD.findall(fold(text)) if len(word) > 1]


class Stem(NamedTuple):
    """What forms of a word could begin with."""

    letters: str
    endings: frozenset[str]
    """What can stand after it."""
    sure: bool
    """Nothing but an ending was taken from the word, and its grade changed: not another stem guessed from it."""


def is_form(word: str, stems: Iterable[Stem]) -> bool:
    """Whether the word is one of the stems with an ending."""
    return any(word.startswith(stem.letters) and word[len(stem.letters) :] in stem.endings for stem in stems)


@lru_cache(maxsize=4096)
def stems(word: str) -> tuple[Stem, ...]:
    """The stems that the folded word could have, the word itself first."""
    found = {word: Stem(word, _after(word), True)}

    def add(letters: str, endings: frozenset[str], sure: bool) -> None:
        if len(letters) >= (SHORTEST if sure or letters.endswith(("a", "e")) else SHORTEST_GUESSED):
            found.setdefault(letters, Stem(letters, endings, sure))

    for base, ending in _bases(word):
        for one in (base, *_grades(base), *_IRREGULAR_FORMS.get(base, ())):
            add(one, _after(one), True)
        guessed = [*_of_same_word(base, ending), *(_singular(base) if ending in _AFTER_OTHER_VOWEL else ())]
        for stem in guessed:
            for one in (stem, *_grades(stem)):
                add(one, _AFTER_CONSONANT if one.endswith(("t", "is")) else _after(one), False)
    for letters, _, sure in [stem for stem in found.values() if stem.letters.endswith("a")]:
        add(f"{letters[:-1]}o", _AFTER_OTHER_VOWEL, sure)
        add(f"{letters[:-1]}i", _AFTER_OTHER_VOWEL, sure)
    return tuple(found.values())


def _after(stem: str) -> frozenset[str]:
    return _AFTER_A if stem.endswith("a") else ENDINGS


def _bases(word: str) -> Iterator[tuple[str, str]]:
    """The word without each ending that it could have, and that ending."""
    if word in _LEMMAS:
        yield _LEMMAS[word], ""
    for length in range(min(_LONGEST, len(word) - SHORTEST) + 1):
        base, ending = word[: len(word) - length], word[len(word) - length :]
        if ending in _after(base):
            yield base, ending


def _singular(base: str) -> Iterator[str]:
    """The stem of the singular, when that of the plural is in `o` or `i`: `velko-ja`, `koiri-lle`, `veloi-sta`."""
    if base.endswith(("o", "i")):
        yield f"{base[:-1]}a"
    if base.endswith("oi"):
        yield f"{base[:-2]}a"


def _of_same_word(base: str, ending: str) -> Iterator[str]:
    """Other stems of the word that this could be a stem of."""
    if base.endswith("t") and ending not in _AFTER_CONSONANT:
        return
    for length in range(1, min(_LONGEST_END, len(base) - 1) + 1):
        for other in _ENDS.get(base[len(base) - length :], ()):
            yield base[: len(base) - length] + other


def _families() -> Iterator[tuple[str, ...]]:
    """How the stems of one word end: its nominative, its oblique stems and those of its plural."""
    yield "nen", "se", "si", "st", "s"
    yield "ton", "ttoma", "ttomi", "ttomu", "ttomy"
    yield "as", "aa", "ai"
    yield "in", "ime", "imi"
    yield "psi", "pse", "st"
    yield "mpi", "mpa", "mma"
    yield "e", "ee"
    for vowel in "aeiouy":
        yield tuple(vowel + end for end in ("s", "kse", "ksi", "st"))
        yield tuple(vowel + end for end in ("si", "te", "de", "t"))
    for vowel in "uy":
        yield tuple(vowel + end for end in ("s", "de", "te", "ks", "t"))
    for letter in "lnr":
        yield tuple(letter + end for end in "eit")
    yield "i", "e"


def _ends() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for family in _families():
        for end in family:
            found.setdefault(end, {}).update((other, None) for other in family if other != end)
    return {end: tuple(others) for end, others in found.items()}


_ENDS: Final = _ends()
_LONGEST_END = max(map(len, _ENDS))


def _grades(stem: str) -> Iterator[str]:
    """The stem with its last consonants in the other grade."""
    if parts := _LAST_CONSONANTS.fullmatch(stem):
        beginning, consonants, rest = parts.groups()
        yield from (beginning + other + rest for other in _GRADES.get(consonants, ()))
    if parts := _HIATUS.fullmatch(stem):
        yield f"{parts[1]}k{parts[2]}"


def slips(a: str, b: str, allowed: int) -> bool:
    """Whether at most so many letters are wrong, missing, added or swapped with the next."""
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    if not a or not b:
        return len(a) + len(b) <= allowed
    if not allowed or abs(len(a) - len(b)) > allowed:
        return False
    left = allowed - 1
    return (
        slips(a[1:], b[1:], left)
        or slips(a[1:], b, left)
        or slips(a, b[1:], left)
        or (a[:2] == b[1::-1] and slips(a[2:], b[2:], left))
    )
