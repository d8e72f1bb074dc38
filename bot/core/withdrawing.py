"""Does somebody who writes take a consent back? It must work anywhere in the chat, in the client's own words.

Missing it would leave open a door that the client has closed, and a false hit ends help that was wished for: what is
said plainly is done, what is only wondered about is asked back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache

from bot.core.safety_words import fold, one_slip, read
from catalog.withdrawing import WithdrawingWords, load_withdrawing

LONG_ENOUGH = 7
"""A word of so many letters is known with a slip in it."""
NEAR_BEFORE, NEAR_AFTER = 3, 2
"""So many words before or after may stand one that denies."""


class Meant(StrEnum):
    NOTHING = "nothing"
    WONDERING = "wondering"
    WITHDRAWING = "withdrawing"


class _Words:
    """A list of the data. `…` is between words that stand in order in one clause."""

    def __init__(self, entries: Iterable[str], never: Iterable[str] = ()) -> None:
        self._entries = [[fold(part) for part in entry.split("…")] for entry in entries]
        self._never = [fold(entry) for entry in never]

    def places(self, clause: list[str]) -> Iterator[int]:
        """Where in the clause one of the words stands: of several in order the last."""
        for entry in self._entries:
            start = 0
            for part in entry:
                at = next((n for n in range(start, len(clause)) if self._is(clause[n], part)), None)
                if at is None:
                    break
                start = at + 1
            else:
                yield start - 1

    def are_in(self, words: list[str]) -> bool:
        return next(self.places(words), None) is not None

    def _is(self, word: str, form: str) -> bool:
        if any(_same(word, each) for each in self._never):
            return False
        stem = form.rstrip("*")
        return _same(word, form) or (len(stem) >= LONG_ENOUGH and one_slip(word, stem, form != stem))


def _same(word: str, form: str) -> bool:
    return word.startswith(form[:-1]) if form.endswith("*") else word == form


class _Language:
    def __init__(self, words: WithdrawingWords) -> None:
        self.consent, self.want = _Words(words.consent), _Words(words.want)
        self.do, self.wish = _Words(words.do, words.never), _Words(words.wish, words.never)
        self.ask, self.denies = _Words(words.ask), _Words(words.not_)
        self.joins = frozenset(map(fold, words.joins))
        self.alone = [read(line).word for line in words.alone]

    def hear(self, clauses: list[list[str]], *, asked: bool) -> Meant:
        if [word for clause in clauses for word in clause] in self.alone:
            return Meant.WONDERING if asked else Meant.WITHDRAWING
        heard = {self._clause(part, asked) for clause in clauses for part in self._parts(clause)}
        return next((m for m in (Meant.WITHDRAWING, Meant.WONDERING) if m in heard), Meant.NOTHING)

    def _parts(self, clause: list[str]) -> Iterator[list[str]]:
        part: list[str] = []
        for word in clause:
            if word in self.joins:
                yield part
                part = []
            else:
                part.append(word)
        yield part

    def _clause(self, clause: list[str], asked: bool) -> Meant:
        if not self.consent.are_in(clause):
            return Meant.NOTHING
        denied = list(self.denies.places(clause))
        does = [at for at in self.do.places(clause) if not _near(at, denied)]
        wishes = [at for at in self.wish.places(clause) if not _near(at, denied)]
        if not (does or wishes):
            return Meant.NOTHING
        plain = does or self.want.are_in(clause)
        return Meant.WITHDRAWING if plain and not asked and not self.ask.are_in(clause) else Meant.WONDERING


def _near(at: int, denied: list[int]) -> bool:
    return any(-NEAR_AFTER <= at - where <= NEAR_BEFORE for where in denied)


class WithdrawalEar:
    def __init__(self, languages: Mapping[str, WithdrawingWords]) -> None:
        self._languages = [_Language(words) for words in languages.values()]

    def hear(self, text: str) -> Meant:
        """The plainest of what is heard in any language."""
        words = read(text)
        clauses: dict[int, list[str]] = {}
        for word, clause in zip(words.word, words.clause, strict=True):
            clauses.setdefault(clause, []).append(word)
        heard = {each.hear(list(clauses.values()), asked="?" in text) for each in self._languages}
        return next((m for m in (Meant.WITHDRAWING, Meant.WONDERING) if m in heard), Meant.NOTHING)


@cache
def withdrawal_ear() -> WithdrawalEar:
    return WithdrawalEar(load_withdrawing())
