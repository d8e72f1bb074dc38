"""Hears which areas of life a text in somebody's own words could be about.

It learns from the phrases in `catalog/data/phrases/`, which are written as people write: one file for each
area, `small_talk.yaml` for what is no need at all, and `unclear.yaml` for what people with every kind of
need say, so that "where can I get" and "for two weeks now" count for nothing. Finnish bends its words, and tired people
misspell theirs, so a text is seen as its words, their neighbours and the pieces of four letters that they
are made of; all languages are learnt at once, so that a sentence may mix them.

A line is fitted for each area by ridge regression: close to 1 for its own phrases, close to 0 for those
of the others. It does as well here as logistic regression and learns in a fraction of the time. A little
naive Bayes is blended in, which tells small talk better from needs. All of this was chosen by comparing
`catalog.evaluating.evaluate_phrases`, not by looking at the sentences kept for evaluation.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count, pairwise
from math import log
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

from catalog.forms import fold
from catalog.plain_yaml import parse

PHRASES: Final = "phrases"
"""Their folder, in the catalogue's folder."""

SMALL_TALK: Final = "small_talk"
"""The name of the phrases that are no need."""

UNCLEAR: Final = "unclear"
"""The name of the phrases that say that there is a need, but not of what."""

LANGUAGES: Final = ("fi", "sv", "en")

PIECE: Final = 4
"""The length of the pieces of words that are looked at; several lengths cost more time than they tell."""

RARITY: Final = 1.5
"""How much more a rare piece says than a common one; more than 1 because common endings are everywhere."""

WORD: Final = 1.5
"""How much more a whole word says than a piece of one."""

BAYES: Final = 0.05
"""How much of naive Bayes is blended into the line."""

RIDGE: Final = 1.0
STEPS: Final = 5
"""How the line is fitted: how strongly it is held back, and in how many steps it is found."""

SURE: Final = 0.15
"""Nothing is said of a text whose best score is below this, or below that of small talk."""

BESIDE: Final = 0.12
"""An area is mentioned beside the best one when its score is at least this part of the best score."""

LONGEST: Final = 1000
"""So many letters of a text are read: enough to know what it is about, and soon done."""

_WORD, _NUMBER, _DRAWN_OUT = re.compile(r"[^\W_]+"), re.compile(r"\d+"), re.compile(r"(.)\1{2,}")
_CLAUSES = re.compile(
    r"[.,;:!?\n]+|\b(?:ja|seka|mutta|mut|eika|enka|vaikka|kun|ku|koska|et|etta|och|men|samt|and|but|because)\b"
)

Matrix = NDArray[np.float32]


class PhraseError(Exception):
    """The phrases cannot be used; the text says what to put right, and in which file."""


@dataclass(frozen=True)
class Recognised:
    """An area that a text could be about; the score is at most 1, and only its order means much."""

    area: str
    score: float


class Recogniser:
    """Knows the areas of its phrases. The same phrases always give the same answers."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """Learns from the phrases of each area, and from those of SMALL_TALK and UNCLEAR."""
        self._names = (*sorted(phrases.keys() - {SMALL_TALK, UNCLEAR}), SMALL_TALK)
        if len(self._names) < 2 or SMALL_TALK not in phrases:
            raise PhraseError(f"Phrases of at least one area and of {SMALL_TALK} are needed.")
        about: dict[str, set[str]] = {}
        for name, said in phrases.items():
            for phrase in said:
                about.setdefault(fold(phrase), set()).add(name)
        seen = {phrase: found for phrase in about if (found := features(phrase))}
        self._learn([*seen.values()], [[name in about[phrase] for name in self._names] for phrase in seen])

    @classmethod
    def load(cls, folder: Path, among: Collection[str] | None = None) -> Recogniser:
        """A recogniser of the phrases in the folder's YAML files; PhraseError when they cannot be used.

        With `among`, only these areas are recognised: what is said of another one is a need, but not of these.
        """
        phrases: dict[str, list[str]] = {}
        for name, said in read_phrases(folder).items():
            kept = among is None or name in among or name == SMALL_TALK
            phrases.setdefault(name if kept else UNCLEAR, []).extend(phrase for _, phrase in said)
        return cls(phrases)

    def areas(self, text: str, most: int = 3) -> list[Recognised]:
        """The areas that the text could be about, the likeliest first; none when that is not sure."""
        scores, small_talk = self._scores(text)
        best = float(scores.max())
        if best <= max(small_talk, SURE):
            return []
        order = np.argsort(-scores, kind="stable")[:most]
        return [
            Recognised(self._names[i], round(float(scores[i]), 3))
            for i in order
            if scores[i] >= BESIDE * best
        ]

    def _learn(self, seen: Sequence[Sequence[str]], about: Sequence[Sequence[bool]]) -> None:
        number = defaultdict[str, int](count().__next__)
        columns = np.fromiter(map(number.__getitem__, chain.from_iterable(seen)), np.int32)
        self._columns = dict(number)
        rows = np.repeat(np.arange(len(seen)), [len(found) for found in seen])
        whole_words = np.array([WORD if f.startswith("=") else 1 for f in self._columns])
        rarity = (np.log1p(len(seen) / np.bincount(columns)) ** RARITY * whole_words).astype(np.float32)
        shortened = (np.bincount(rows, rarity[columns] ** 2) ** -0.5).astype(np.float32)
        wanted = np.array(about, np.float32)
        wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1)
        self._usual = wanted.mean(axis=0)
        self._rarity = rarity
        self._unknown = log(1 + len(seen)) ** RARITY
        matrix = _Sparse(rows, columns, shortened, rarity)
        self._lines = _ridge(matrix, wanted - self._usual) + BAYES * _log_odds(matrix, wanted)

    def _scores(self, text: str) -> tuple[Matrix, float]:
        """How much the text is like each area, in the order of the names, and like small talk.

        What is said in passing in a long text counts as much as a short text that says only that.
        """
        folded = fold(text[:LONGEST])
        clauses = [clause for clause in _CLAUSES.split(folded) if len(clause.strip()) > 3]
        parts = [folded, *clauses] if len(clauses) > 1 else [folded]
        scores = np.array([self._score(part) for part in parts])
        return scores[:, :-1].max(axis=0), float(scores[:, -1].min())

    def _score(self, folded: str) -> Matrix:
        seen = features(folded)
        columns = [column for f in seen if (column := self._columns.get(f)) is not None]
        if not columns:
            return np.where(np.arange(len(self._names)) == len(self._names) - 1, 1.0, 0.0).astype(np.float32)
        rarity = self._rarity[columns]
        unknown = (len(seen) - len(columns)) * self._unknown**2
        values = rarity / np.sqrt((rarity**2).sum() + unknown)
        score: Matrix = (values.astype(np.float32) @ self._lines[columns] + self._usual).astype(np.float32)
        return np.minimum(score, 1)


class Deaf(Recogniser):
    """Stands in where there are no phrases that could be used: it is never sure of anything."""

    def __init__(self) -> None:
        pass

    def areas(self, text: str, most: int = 3) -> list[Recognised]:
        return []


def features(folded: str) -> list[str]:
    """What is looked at in a folded text: words, words that follow each other, and pieces of words."""
    words = _WORD.findall(_NUMBER.sub("0", _DRAWN_OUT.sub(r"\1", folded)))
    found = [f"{one} {other}" for one, other in pairwise(words)]
    for word in words:
        found += _pieces(word)
    return found


@lru_cache(maxsize=2**15)
def _pieces(word: str) -> tuple[str, ...]:
    """The word and the pieces that it is made of; `_` is its edge."""
    edged = f"_{word}_"
    return (f"={word}", *(edged[at : at + PIECE] for at in range(len(edged) - PIECE + 1)))


class _Sparse:
    """A matrix whose value at a row and a column is the row's value times the column's, or 0.

    Only where it is not 0 is kept, row after row; no row and no column is empty.
    """

    def __init__(
        self, rows: NDArray[np.int64], columns: NDArray[np.int32], of_row: Matrix, of_column: Matrix
    ) -> None:
        order = np.argsort(columns, kind="stable")
        self._by_row = columns, _starts(rows)
        self._by_column = rows[order], _starts(columns[order])
        self._of_row, self._of_column = of_row[:, None], of_column[:, None]

    def times(self, other: Matrix) -> Matrix:
        columns, starts = self._by_row
        return np.add.reduceat((other * self._of_column)[columns], starts, axis=0) * self._of_row

    def transposed_times(self, other: Matrix) -> Matrix:
        rows, starts = self._by_column
        return np.add.reduceat((other * self._of_row)[rows], starts, axis=0) * self._of_column


def _starts(sorted_numbers: NDArray[Any]) -> NDArray[np.int64]:
    """Where each number begins."""
    return np.flatnonzero(np.diff(sorted_numbers, prepend=-1))


def _ridge(matrix: _Sparse, wanted: Matrix) -> Matrix:
    """The lines that come closest to what is wanted, found by a few steps of conjugate gradients."""
    rest = matrix.transposed_times(wanted)
    lines, direction, left = np.zeros_like(rest), rest, (rest * rest).sum(axis=0)
    for _ in range(STEPS):
        ahead = matrix.transposed_times(matrix.times(direction)) + np.float32(RIDGE) * direction
        step = left / np.maximum((direction * ahead).sum(axis=0), 1e-12)
        lines = lines + step * direction
        rest = rest - step * ahead
        before, left = left, (rest * rest).sum(axis=0)
        direction = rest + left / np.maximum(before, 1e-12) * direction
    return lines


def _log_odds(matrix: _Sparse, wanted: Matrix) -> Matrix:
    """Naive Bayes: how much oftener each column is seen with one than with all the others."""
    smooth = np.float32(0.1)
    seen = matrix.transposed_times(wanted)
    others = matrix.transposed_times(np.ones((len(wanted), 1), np.float32)) - seen
    odds: Matrix = _log_share(seen + smooth) - _log_share(others + smooth)
    return odds


def _log_share(counts: Matrix) -> Matrix:
    shares: Matrix = np.log(counts / counts.sum(axis=0))
    return shares


def read_phrases(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """For each area, and for SMALL_TALK, its phrases with their languages."""
    phrases = {path.stem: list(_phrases(path)) for path in sorted(folder.glob("*.yaml"))}
    if not phrases:
        raise PhraseError(f"There are no phrases in {folder}.")
    return phrases


def _phrases(path: Path) -> Iterator[tuple[str, str]]:
    try:
        content = parse(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:
        raise PhraseError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(content, dict) or not content.keys() <= set(LANGUAGES):
        raise PhraseError(f"{path.name}: lists of phrases under {', '.join(LANGUAGES)} are needed.")
    for language, said in content.items():
        if not isinstance(said, list) or not all(isinstance(phrase, str) and phrase for phrase in said):
            raise PhraseError(
                f"{path.name}: {language} is not a list of phrases; put numbers in quotation marks."
            )
        yield from ((language, phrase) for phrase in said)
