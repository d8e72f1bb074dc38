"""Hears which areas of life a text in somebody's own words could be about.

It learns from the phrases in `catalog/data/phrases/`, which are written as people write: one file for each
area, `small_talk.yaml` for what is no need at all, and `unclear.yaml` for what people with every kind of
need say, so that "where can I get" and "for two weeks now" count for nothing. Finnish bends its words, and tired people
misspell theirs, so a text is seen as its words, their neighbours and the pieces of four letters that they
are made of; all languages are learnt at once, so that a sentence may mix them.

A line is fitted for each area by ridge regression: close to 1 for its own phrases, close to 0 for those
of the others. It does better here than logistic regression and learns in a fraction of the time. A little
naive Bayes is blended in, which tells small talk better from needs. A text is not brought to one length:
what says much weighs much, and a chance likeness of a short or unknown text is not enough to be sure.

All of this was chosen by comparing `catalog.evaluating.evaluate_phrases`, which keeps back small talk of
whole kinds, not by looking at the sentences kept for evaluation. To lean on how much of a text is known, on
how far the second area is behind, on its length or on several kinds of small talk brought nothing more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count, pairwise
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
STEPS: Final = 3
"""How the line is fitted: how strongly it is held back, and in how many steps it is found."""

AGAINST: Final = 1.5
SURE: Final = -0.15
"""Something is said of a text only when its best score is larger, by SURE, than AGAINST times that of small talk.
A larger SURE means fewer false alarms and more silence. Chosen on the fifth to the seventh set: false alarms and hits
among three are 5 % and 94 % at -0.3, 4 % and 92 % at -0.15, 3 % and 89 % at 0, 1 % and 87 % at 0.12. On phrases kept
back, which are harder than sentences, they are 14 % and 86 % at -0.1, 10 % and 84 % at 0, 7 % and 80 % at 0.12."""

BESIDE: Final = 0.05
"""An area is mentioned beside the best one when its score is at least this part of the best score."""

TINY: Final = 0.001
"""A score below this would be shown as 0."""

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
        column = {name: at for at, name in enumerate(self._names)}
        pairs = [(row, column[name]) for row, p in enumerate(seen) for name in about[p] if name in column]
        wanted = np.zeros((len(seen), len(self._names)), np.float32)
        wanted[tuple(np.transpose(pairs))] = 1
        self._learn([*seen.values()], wanted / np.maximum(wanted.sum(axis=1, keepdims=True), 1))

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
        scores = self._scores(text)
        least = max(BESIDE * float(scores.max()), TINY)
        order = np.argsort(-scores, kind="stable")[:most]
        return [
            Recognised(self._names[i], min(round(float(scores[i]), 3), 1.0))
            for i in order
            if scores[i] >= least
        ]

    def _learn(self, seen: Sequence[Sequence[str]], wanted: Matrix) -> None:
        number = defaultdict[str, int](count().__next__)
        columns = np.fromiter(map(number.__getitem__, chain.from_iterable(seen)), np.int32)
        self._columns = dict(number)
        rows = np.repeat(np.arange(len(seen)), [len(found) for found in seen])
        whole_words = np.array([WORD if f.startswith("=") else 1 for f in self._columns])
        weights = (np.log1p(len(seen) / np.bincount(columns)) ** RARITY * whole_words).astype(np.float32)
        weights /= np.sqrt(np.median(np.bincount(rows, weights[columns] ** 2)))  # 1 is a middling phrase
        self._usual = wanted.mean(axis=0)
        matrix = _Sparse(rows, columns, weights)
        lines = _ridge(matrix, wanted - self._usual) + BAYES * _log_odds(matrix, wanted)
        self._lines: Matrix = lines * weights[:, None]

    def _scores(self, text: str) -> Matrix:
        """How much the text is about each area, in the order of the names; 0 where that is not sure.

        What is said in passing in a long text counts as much as a short text that says only that.
        """
        folded = fold(text[:LONGEST])
        clauses = [clause for clause in _CLAUSES.split(folded) if len(clause.strip()) > 3]
        parts = [folded, *clauses] if len(clauses) > 1 else [folded]
        scores: Matrix = np.array([self._score(part) for part in parts]).max(axis=0)
        return scores

    def _score(self, folded: str) -> Matrix:
        seen = dict.fromkeys(features(folded))  # what is said twice counts once
        columns = [column for f in seen if (column := self._columns.get(f)) is not None]
        scores: Matrix = self._lines[columns].sum(axis=0) + self._usual
        areas, small_talk = scores[:-1], scores[-1]
        return areas if areas.max() > SURE + AGAINST * small_talk else np.zeros_like(areas)


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
    """A matrix in which each column has one value, or 0. Only where it is not 0 is kept.

    The rows are given one after the other; none of them, and no column, is empty.
    """

    def __init__(self, rows: NDArray[np.int64], columns: NDArray[np.int32], values: Matrix) -> None:
        order = np.argsort(columns, kind="stable")
        self._by_row = columns, _starts(rows)
        self._by_column = rows[order], _starts(columns[order])
        self._values = values[:, None]

    def squares(self) -> Matrix:
        """The sum of the squares of each column."""
        rows, starts = self._by_column
        return np.diff(starts, append=len(rows)).astype(np.float32)[:, None] * self._values**2

    def times(self, other: Matrix) -> Matrix:
        columns, starts = self._by_row
        return np.add.reduceat((other * self._values)[columns], starts, axis=0)

    def transposed_times(self, other: Matrix) -> Matrix:
        rows, starts = self._by_column
        return np.add.reduceat(other[rows], starts, axis=0) * self._values


def _starts(sorted_numbers: NDArray[Any]) -> NDArray[np.int64]:
    """Where each number begins."""
    return np.flatnonzero(np.diff(sorted_numbers, prepend=-1))


def _ridge(matrix: _Sparse, wanted: Matrix) -> Matrix:
    """The lines that come closest to what is wanted, found by a few steps of conjugate gradients."""
    # Dividing by the squares brings common and rare columns to one scale: three steps do instead of eight.
    lightened: Matrix = np.reciprocal(matrix.squares() + np.float32(RIDGE))
    rest = matrix.transposed_times(wanted)
    lines, direction = np.zeros_like(rest), lightened * rest
    left = (rest * direction).sum(axis=0)
    for _ in range(STEPS):
        ahead = matrix.transposed_times(matrix.times(direction)) + np.float32(RIDGE) * direction
        step = left / np.maximum((direction * ahead).sum(axis=0), 1e-12)
        lines = lines + step * direction
        rest = rest - step * ahead
        next_one = lightened * rest
        before, left = left, (rest * next_one).sum(axis=0)
        direction = next_one + left / np.maximum(before, 1e-12) * direction
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
