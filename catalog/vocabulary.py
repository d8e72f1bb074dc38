"""All the words of a catalogue, and which of them are like a word that somebody wrote.

Sorted, so that those with the same beginning stand together; with the three-letter pieces of each, so that
parts of compounds and misspelt words are found without looking at every word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catalog.forms import ENDINGS, SHORTEST, Stem, is_form, slips, stems

SAME, FORM, BEGINNING, PART, TYPING_ERROR = 1.0, 0.95, 0.7, 0.6, 0.5
"""How much a likeness counts: the word itself, another form of it, the beginning of a longer word, the end or
middle of a compound, and a word that is almost like it."""

FROM_LETTERS: Final = 4
"""Stems and parts of compounds that are shorter than this say nothing."""

COMMON: Final = 0.65
"""Words whose beginnings agree this far are taken for one word, when nothing better is found."""

SLIP_IN, TWO_SLIPS_IN = 6, 9
"""One slip of the finger is allowed in a word of so many letters, two in a longer one."""

MOST_TRIED: Final = 40
"""Of the words that share pieces with a misspelt one, so many are compared letter by letter."""

MOST_SIFTED, TOO_COMMON, TOO_COMMON_SHORT = 6000, 1500, 400
"""A part of more words than this is no topic of its own."""

LONG: Final = 12
"""A word of so many letters is a compound itself; it is looked for inside others only when it stands nowhere alone."""

_LETTERS = 38
"""Between words, a to z, the digits, and everything else."""

_LONGEST_ENDING = max(map(len, ENDINGS))

Terms = NDArray[np.int32]
Likeness = NDArray[np.float32]


class Vocabulary:
    def __init__(self, words: Iterable[str]) -> None:
        self.words: Sequence[str] = sorted(words)
        self._lengths = np.array([len(word) for word in self.words], dtype=np.int16)
        self._pieces, self._starts = _pieces(self.words)

    def __len__(self) -> int:
        return len(self.words)

    def like(self, asked: str) -> tuple[Terms, Likeness]:
        """The numbers of the words that are like the folded word, and how much each is."""
        found = _Alike()
        self._forms(asked, found)
        if len(asked) < LONG or not found.certain:
            self._compounds(asked, found)
        if not found.certain:
            self._common_beginning(asked, found)
            self._typing_errors(asked, found)
        return found.arrays()

    def _beginning(self, letters: str) -> tuple[int, int]:
        """Where the words with these first letters stand."""
        after = letters[:-1] + chr(ord(letters[-1]) + 1)
        first = bisect_left(self.words, letters)
        return first, bisect_left(self.words, after, first)

    def _forms(self, asked: str, found: _Alike) -> None:
        """The word, its forms, and longer words that begin with it or with one of its stems."""
        first, last = self._beginning(asked)
        if first < last:
            if len(asked) >= SHORTEST:
                found.add(np.arange(first, last), BEGINNING)
            if self.words[first] == asked:
                found.add([first], SAME)
        begun = asked
        for stem, endings, sure in sorted(stems(asked)):
            first, last = self._beginning(stem)
            if first == last:
                continue
            if len(stem) >= FROM_LETTERS + (not sure) and not stem.startswith(begun):
                found.add(np.arange(first, last), PART, certain=False)
                begun = stem
            short = first + np.flatnonzero(self._lengths[first:last] <= len(stem) + _LONGEST_ENDING)
            found.add([one for one in short.tolist() if self.words[one][len(stem) :] in endings], FORM)

    def _compounds(self, asked: str, found: _Alike) -> None:
        """Compounds that have the word in their middle or at their end; a short one in one of its forms at the end."""
        parts = [stem for stem in stems(asked) if len(stem.letters) >= FROM_LETTERS + (not stem.sure)]
        for beginning in _beginnings([stem.letters for stem in parts]):
            numbers = self._containing(beginning)
            inside = [one for one in numbers if self.words[one].find(beginning, SHORTEST) > 0]
            if len(beginning) == FROM_LETTERS:
                if len(inside) > TOO_COMMON_SHORT:
                    continue
                inside = [one for one in inside if _ends_with_form(self.words[one], beginning, parts)]
            found.add(inside, PART)

    def _containing(self, part: str) -> list[int]:
        """The words that have all pieces of the part, which is nearly always the part itself; none of too many."""
        candidates, *more = sorted((self._having(code) for code in _codes(part)), key=len)
        if len(candidates) > MOST_SIFTED:
            return []
        for others in more:
            if len(candidates):
                at = np.minimum(np.searchsorted(others, candidates), len(others) - 1)
                candidates = candidates[others[at] == candidates]
        numbers: list[int] = candidates.tolist()
        return numbers if len(numbers) <= TOO_COMMON else []

    def _having(self, code: int) -> Terms:
        """The words that have the piece of that code, in order."""
        return self._pieces[self._starts[code] : self._starts[code + 1]]

    def _common_beginning(self, asked: str, found: _Alike) -> None:
        """Derived words that no ending explains: `velkaneuvoja` and `velkaneuvonta`."""
        for length in range(max(FROM_LETTERS, ceil(COMMON * len(asked))), len(asked)):
            found.add(np.arange(*self._beginning(asked[:length])), BEGINNING * length / len(asked))

    def _typing_errors(self, asked: str, found: _Alike) -> None:
        allowed = 0 if len(asked) < SLIP_IN else 1 if len(asked) < TWO_SLIPS_IN else 2
        if not allowed:
            return
        pieces = [self._having(code) for code in _codes(f"\n{asked}\n")]
        shared = np.bincount(np.concatenate(pieces), minlength=1)
        near = np.flatnonzero(shared >= max(len(pieces) - 4 * allowed, 2))
        near = near[np.abs(self._lengths[near] - len(asked)) <= allowed]
        likeliest = near[np.argsort(-shared[near], kind="stable")[:MOST_TRIED]].tolist()
        misspelt = (one for one in likeliest if self.words[one][0] in asked[:2])
        found.add([one for one in misspelt if slips(asked, self.words[one], allowed)], TYPING_ERROR)


class _Alike:
    """Words found so far, with how much each is like the one that is looked for."""

    def __init__(self) -> None:
        self.certain = False
        """Whether something better than a guess is among them."""
        self._found: list[tuple[Sequence[int] | NDArray[np.int64], float]] = []

    def add(
        self, numbers: Sequence[int] | NDArray[np.int64], likeness: float, *, certain: bool = True
    ) -> None:
        if len(numbers):
            self._found.append((numbers, likeness))
            self.certain |= certain

    def arrays(self) -> tuple[Terms, Likeness]:
        if not self._found:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        terms = [np.array(numbers, dtype=np.int32) for numbers, _ in self._found]
        alike = [likeness for _, likeness in self._found]
        every = np.concatenate(terms)
        each = np.repeat(np.array(alike, dtype=np.float32), [*map(len, terms)])
        order = np.lexsort((-each, every))
        every, each = every[order], each[order]
        first = np.ones(len(every), dtype=np.bool_)
        first[1:] = every[1:] != every[:-1]
        return every[first], each[first]


def _ends_with_form(word: str, beginning: str, parts: Iterable[Stem]) -> bool:
    return is_form(word[word.rfind(beginning) :], parts)


def _beginnings(parts: Sequence[str]) -> list[str]:
    """What all of them begin with; when that is too short, those that do not begin with another of them."""
    first, last = min(parts, default=""), max(parts, default="")
    common = next(
        (at for at, (one, two) in enumerate(zip(first, last, strict=False)) if one != two), len(first)
    )
    if common >= FROM_LETTERS:
        return [first[:common]]
    return [one for one in parts if not any(one != other and one.startswith(other) for other in parts)]


def _codes(text: str) -> list[int]:
    numbers = _numbered(text).tolist()
    return [
        (one * _LETTERS + two) * _LETTERS + three
        for one, two, three in zip(numbers, numbers[1:], numbers[2:], strict=False)
    ]


_NUMBER = np.full(128, _LETTERS - 1, dtype=np.uint16)
_NUMBER[ord("\n")] = 0
_NUMBER[ord("a") : ord("z") + 1] = np.arange(1, 27)
_NUMBER[ord("0") : ord("9") + 1] = np.arange(27, 37)


def _numbered(text: str) -> NDArray[np.uint16]:
    """A small number for each letter."""
    letters = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    numbers: NDArray[np.uint16] = _NUMBER[np.minimum(letters, 127)]
    return numbers


def _pieces(words: Sequence[str]) -> tuple[Terms, NDArray[np.int64]]:
    """For each piece of three letters the words that have it, one piece after another, and where each begins."""
    numbers = _numbered("\n" + "\n".join(words) + "\n")
    word_of = (np.cumsum(numbers == 0) - 1).astype(np.int32)
    codes = (numbers[:-2] * _LETTERS + numbers[1:-1]) * _LETTERS + numbers[2:]
    within = numbers[1:-1] != 0
    codes, owners = codes[within], word_of[1:-1][within]
    order = np.argsort(codes, kind="stable")  # sixteen bits: a radix sort
    starts = np.searchsorted(codes[order], np.arange(_LETTERS**3 + 1))
    return owners[order], starts
