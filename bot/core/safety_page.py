"""Finding a pattern in a text, whatever stands between its words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.core.safety_words import NONE, Classes, Vocabulary, Words

NEARBY = 8  # how many words away a guard or a "now" is still about the same thing

Span = tuple[int, int]
"""The first and the last word of a finding."""


@dataclass(slots=True)
class Pattern:
    """What is listened for: elements, each a set of classes, in order or (`within`) in any order."""

    elements: list[Classes] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)  # how many other words may stand before each element
    starts_clause: bool = False
    left_over: int | None = None  # ends the clause, but for so many words
    within: int | None = None

    @classmethod
    def parse(cls, lines: Iterable[str], within: int | None = None) -> list[Pattern]:
        """The patterns of a block; a line that may end with a word or with the clause (`word|$`) makes two."""
        return [pattern for line in lines for pattern in cls._of_line(line.split(), within)]

    @classmethod
    def _of_line(cls, pieces: list[str], within: int | None) -> Iterator[Pattern]:
        pattern, gap = cls(starts_clause=pieces[0] == "^", within=within), 1
        for piece in pieces:
            if piece.startswith("~"):
                gap = int(piece[1:])
                continue
            words, may_end, _ = piece.partition("$")
            if may_end:
                yield cls(pattern.elements[:], pattern.gaps[:], pattern.starts_clause, gap)
            if names := words.strip("|^"):
                pattern.elements.append(frozenset(map(_class_name, names.split("|"))))
                pattern.gaps.append(gap)
            gap = 1  # one word may stand between: spoken language is full of them
        if pieces[-1] != "$":
            yield pattern


def _class_name(alternative: str) -> str:
    """`<want>` is a class of the data; a plain word in a pattern is a class of its own."""
    return alternative.strip("<>") if alternative[0] in "<#" else f"={alternative}"


class Page:
    """A text as one language hears it: what each word may mean, and where each meaning is."""

    def __init__(self, words: Words, vocabulary: Vocabulary) -> None:
        said = list(zip(words.word, words.clause, words.sentence, strict=True))
        kept = [each for each in said if each[0] not in vocabulary.fillers]
        known = {word: vocabulary.classes(word) for word in {word for word, _, _ in kept}}
        self._at = [known[word] for word, _, _ in kept]
        self._sentence = [sentence for _, _, sentence in kept]
        self._clause: list[int] = []  # numbered anew: a clause ends at a comma and before "mutta"
        self._matter: list[int] = []  # a clause with those that are tied to it
        for i, (word, clause, sentence) in enumerate(kept):
            first = i == 0 or word in vocabulary.joins or clause != kept[i - 1][1]
            tied = i > 0 and word in vocabulary.ties and sentence == kept[i - 1][2]
            self._clause.append((self._clause[-1] if i else 0) + first)
            self._matter.append((self._matter[-1] if i else 0) + (first and not tied))
        self._index()

    def _index(self) -> None:
        self.places: dict[str, list[int]] = {}
        for i, classes in enumerate(self._at):
            for name in classes:
                self.places.setdefault(name, []).append(i)

    def blank(self, spans: Iterable[Span]) -> None:
        """The words of a saying mean nothing by themselves. (A saying does not go over a comma.)"""
        if found := [(start, end) for start, end in spans if self._matter[start] == self._matter[end]]:
            for start, end in found:
                self._at[start : end + 1] = [NONE] * (end + 1 - start)
            self._index()

    def mark(self, name: str, spans: Iterable[Span]) -> None:
        """Several words that mean `name` together."""
        if found := list(spans):
            for start, _ in found:
                self._at[start] |= {name}
            self._index()

    def find(self, pattern: Pattern) -> Iterator[Span]:
        if all(any(name in self.places for name in element) for element in pattern.elements):
            for start in sorted({i for name in pattern.elements[0] for i in self.places.get(name, ())}):
                span = (
                    self._in_order(pattern, start) if pattern.within is None else self._around(pattern, start)
                )
                if span:
                    yield span

    def _in_order(self, pattern: Pattern, start: int) -> Span | None:
        if pattern.starts_clause and start and self._clause[start - 1] == self._clause[start]:
            return None
        ends = {start}
        for element, gap in zip(pattern.elements[1:], pattern.gaps[1:], strict=True):
            ends = {i for end in ends for i in self._after(end, gap) if not element.isdisjoint(self._at[i])}
        if pattern.left_over is not None:
            ends = {end for end in ends if self._clause_ends(end, pattern.left_over)}
        return (start, min(ends)) if ends else None

    def _after(self, end: int, gap: int) -> Iterator[int]:
        for i in range(end + 1, min(end + gap + 2, len(self._at))):
            if self._sentence[i] == self._sentence[end]:
                yield i

    def _clause_ends(self, end: int, left_over: int) -> bool:
        beyond = end + left_over + 1
        return beyond >= len(self._at) or self._clause[beyond] != self._clause[end]

    def _around(self, pattern: Pattern, anchor: int) -> Span | None:
        within = pattern.within or 0
        around = range(max(0, anchor - within), min(len(self._at), anchor + within + 1))
        free = {i for i in around if self._sentence[i] == self._sentence[anchor]} - {anchor}
        found = [anchor]
        for element in pattern.elements[1:]:
            fitting = [i for i in free if not element.isdisjoint(self._at[i])]
            if not fitting:
                return None
            found.append(min(fitting, key=lambda i: abs(i - anchor)))
            free.discard(found[-1])
        return (min(found), max(found)) if max(found) - min(found) <= within else None

    def has_near(self, name: str, span: Span, anywhere: bool = False) -> bool:
        """Whether a word of class `name` is close to `span`, and (but `anywhere`) said of the same matter."""
        places = self.places.get(name, [])
        for i in places[bisect_left(places, span[0] - NEARBY) :]:
            if i > span[1] + NEARBY:
                return False
            if anywhere or self._matter[i] in (self._matter[span[0]], self._matter[span[1]]):
                return True
        return False

    def negated(self, span: Span, after: bool) -> bool:
        """Whether what is said there is said not to be so."""
        start, end = span
        if after and not self._clause_ends(end, 0) and "not" in self._at[end + 1]:
            return True
        return self._denied_at(start) or self._denied_at(end)

    def _denied_at(self, at: int) -> bool:
        """ "En ole ajatellut X": the negation reaches X over words of the class `reach`, never over a comma."""
        i = at - 1
        while i >= 0 and self._clause[i] == self._clause[at] and not {"not", "reach"}.isdisjoint(self._at[i]):
            if "not" in self._at[i]:
                return True
            i -= 1
        return False
