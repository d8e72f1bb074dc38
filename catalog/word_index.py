"""In which offers each word of the catalogue stands, and how much it says there."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from catalog.forms import fold, words
from catalog.schema import LifeArea, Offer, Organisation, Text
from catalog.small_words import SMALL_WORDS
from catalog.vocabulary import Vocabulary

FIELD_WEIGHTS: Final = {
    "name": 4.0,
    "keywords": 3.0,
    "organisation": 2.5,
    "main area": 2.0,
    "summary": 1.5,
    "for whom": 1.5,
    "area": 1.5,
}
"""How much a word counts by where it stands; all are halves."""

_HALVES: Final = {field: round(weight * 2) for field, weight in FIELD_WEIGHTS.items()}

Scores: TypeAlias = NDArray[np.float32]

MOST_PARTS: Final = 8
"""What stands between two spaces is rarely more words than this: a web address is."""

_ROW, _ROW_BITS = 4, 24
_TERM = _ROW + _ROW_BITS
_LEAST_FIRST = 2**_ROW - 1
"""A word, a row and how little the word says there, in one number: sorted, the weightiest place comes first."""

_NONE: Final[list[int]] = []


class _Numbers(dict[str, int]):
    """A number for each word, given when it is first met."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class WordIndex:
    """Filled by `add`, one offer after another, and made ready by `close`."""

    def __init__(self, areas: Iterable[LifeArea]) -> None:
        self._numbers = _Numbers()
        self._tokens, self._counts, self._rows, self._halves = array("i"), array("i"), array("i"), array("B")
        self._areas = {area.id: self._numbered(_languages(area.name)) for area in areas}
        self._makers: dict[str, list[int]] = {}

    def add(self, row: int, offer: Offer, maker: Organisation) -> None:
        if maker.id not in self._makers:
            self._makers[maker.id] = self._numbered(_languages(maker.name))
        self._put(row, "organisation", self._makers[maker.id])
        main, *others = offer.areas
        self._put(row, "main area", self._areas.get(main, _NONE))
        for area in others:
            self._put(row, "area", self._areas.get(area, _NONE))
        self._put(row, "name", self._numbered(_languages(offer.name)))
        self._put(row, "summary", self._numbered(_languages(offer.summary)))
        self._put(row, "keywords", self._numbered(offer.keywords))
        if offer.for_whom and offer.for_whom.text:
            self._put(row, "for whom", self._numbered(_languages(offer.for_whom.text)))

    def _numbered(self, texts: Iterable[str]) -> list[int]:
        """What stands between spaces, as numbers; only `close` looks for the words in it, once in each."""
        return list(map(self._numbers.__getitem__, " ".join(texts).split()))

    def _put(self, row: int, field: str, tokens: list[int]) -> None:
        self._tokens.extend(tokens)
        self._counts.append(len(tokens))
        self._rows.append(row)
        self._halves.append(_HALVES[field])

    def close(self, moved: NDArray[np.int32]) -> None:
        """Makes the index; `moved` says where each row, as it was added, is now."""
        self.size = len(moved)
        owners, found = array("i"), []
        for number, token in enumerate(self._numbers):
            core = token.strip(".,:;!?()")
            for word in (fold(core),) if core.isalpha() else (*words(token), *_in_one(core)):
                if len(word) > 1 and word not in SMALL_WORDS:
                    owners.append(number)
                    found.append(word)
        self.vocabulary = Vocabulary(set(found))
        places = {word: number for number, word in enumerate(self.vocabulary.words)}
        terms = np.array([places[word] for word in found], dtype=np.int64) << _TERM
        parts = np.bincount(np.array(owners, dtype=np.int32), minlength=len(self._numbers)).astype(np.int32)
        firsts = np.cumsum(parts, dtype=np.int32) - parts
        tokens = np.array(self._tokens, dtype=np.int32)
        counts = np.array(self._counts, dtype=np.int32)
        spots = moved[np.array(self._rows, dtype=np.int32)].astype(np.int64) << _ROW
        spots |= _LEAST_FIRST - np.array(self._halves, dtype=np.int64)
        spots = np.repeat(spots, counts)
        del self._numbers, self._tokens, self._counts, self._rows, self._halves, self._areas, self._makers
        keys = []
        for part in range(MOST_PARTS):
            there = np.flatnonzero(parts[tokens] > part)
            tokens, spots = tokens[there], spots[there]
            keys.append(terms[firsts[tokens] + part] | spots)
        self._arrange(np.concatenate(keys))

    def _arrange(self, keys: NDArray[np.int64]) -> None:
        """Sorts by word and row; of a word that stands in an offer many times, the weightiest place is kept."""
        keys.sort()
        first = np.ones(len(keys), dtype=np.bool_)
        np.not_equal(keys[1:] >> _ROW, keys[:-1] >> _ROW, out=first[1:])
        keys = keys[first]
        self._weights = ((_LEAST_FIRST - (keys & _LEAST_FIRST)) / 2).astype(np.float32)
        self._where = ((keys >> _ROW) & (2**_ROW_BITS - 1)).astype(np.int32)
        self._starts = np.searchsorted(keys, np.arange(len(self.vocabulary) + 1) << _TERM)

    def scores(self, asked: str) -> Scores:
        """For each row how much its words are like the folded word; zero for most."""
        terms, alike = self.vocabulary.like(asked)
        starts = self._starts[terms]
        counts = self._starts[terms + 1] - starts
        ends = np.cumsum(counts)
        at = np.repeat(starts - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0)
        scores = np.zeros(self.size, dtype=np.float32)
        np.maximum.at(scores, self._where[at], np.repeat(alike, counts) * self._weights[at])
        return scores


def _in_one(token: str) -> Iterator[str]:
    """`Ruoka-apu` is also looked for as `ruokaapu`."""
    if "-" in token and (joined := token.replace("-", "")).isalpha():
        yield fold(joined)


def _languages(text: Text) -> Iterable[str]:
    return filter(None, (text.fi, text.selko, text.sv, text.en))
