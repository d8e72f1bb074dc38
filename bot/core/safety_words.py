"""Text as the screen reads it: written anyhow, read as plain words, and words known by their stems.

People in distress do not spell. Capitals, missing dots, stretched or s p a c e d letters, letters left out,
emoji in the middle and words run together must not hide what is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalog.safety_data import SafetyLanguage

MARKS = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufe0f\ufeff]")  # accents, and what has no width
LOOKALIKES = str.maketrans("0134567@$", "oieasbtas")
DISGUISED = re.compile(r"(?<=[a-z])[013457@$](?=[a-z])")  # su1cide
IN_WORD = re.compile(r"(?<=[a-z])['’‘´`*](?=[a-z])")  # don't, k*ll
SPACED = re.compile(r"\b[a-z](?:[ .*_-]{1,3}[a-z]\b){2,}")
STRETCHED = re.compile(r"([a-z])\1{2,}")
TOKEN = re.compile(r"[^\W\d_]+|\d+|[.!?]+(?=\s|$)|[,;:\n…]|\.{2,}")

LONG = 8  # a word of so many letters may be several run together
VERY_LONG = 20  # and one of so many may be so though a part of it is unknown
LONGEST_ENDING = 5
LONG_ENOUGH = 7  # a form of so many letters is known with a slip in it even when its class is not `misspelt`
SHORTEST_SLIP = 5  # shorter words differ by one letter from too many others

Classes = frozenset[str]
NONE: Classes = frozenset()
Slip = tuple[str, bool, Classes]
"""A form that may be misspelt, whether it is a stem, and its classes."""


def fold(text: str) -> str:
    """Small letters without marks: `Ä`, `ä`, `å` and `a` are all read as `a`."""
    small = text.casefold()
    plain = unicodedata.normalize("NFKD", small)
    if len(plain) > 4 * len(small):  # signs that stand for whole sentences: nobody writes so
        plain = unicodedata.normalize("NFD", small)
    return MARKS.sub("", plain)


@dataclass(slots=True)
class Words:
    """The words of a text; `clause` and `sentence` tell which of them belong together."""

    word: list[str]
    clause: list[int]
    sentence: list[int]

    def add(self, word: str, clause: int, sentence: int) -> None:
        self.word.append(word)
        self.clause.append(clause)
        self.sentence.append(sentence)


def read(text: str) -> Words:
    """Split `text` into folded words; a comma ends a clause, a full stop also the sentence."""
    plain = SPACED.sub(lambda m: re.sub(r"[^a-z]", "", m[0]), fold(text))
    plain = DISGUISED.sub(lambda m: m[0].translate(LOOKALIKES), IN_WORD.sub("", plain))
    words, clause, sentence = Words([], [], []), 0, 0
    for token in TOKEN.findall(STRETCHED.sub(r"\1\1\1", plain)):
        if token[0].isalnum():
            words.add(token, clause, sentence)
        else:  # dots in a row are a breath, not an end
            clause += 1
            sentence += token == "." or token[0] in "!?"
    return words


def one_slip(word: str, form: str, stem: bool) -> bool:
    """Whether `word` is `form` (or begins with it) with one letter missing, swapped, wrong or too many."""
    if not -1 <= len(word) - len(form) <= (len(word) if stem else 1):
        return False
    at = 0
    while at < len(word) and at < len(form) and word[at] == form[at]:
        at += 1
    rests = [(at, form[at + 1 :])]  # from where in the word the rest of the form should go on
    if word[at : at + 2] == form[at : at + 2][::-1]:
        rests.append((at + 2, form[at + 2 :]))
    if len(form) > SHORTEST_SLIP:
        rests += [(at + 1, form[at + 1 :]), (at + 1, form[at:])]
    return any(word.startswith(rest, i) and (stem or len(word) == i + len(rest)) for i, rest in rests)


def _number(digits: str) -> Classes:
    """`#` is a number that may count too many pills, `year` a year of our time."""
    if len(digits) == 4 and digits[:2] in ("19", "20"):
        return frozenset({"year"})
    return frozenset({"#"}) if 2 <= len(digits) <= 3 else NONE


class Forms:
    """Words and stems with what they mean, as a tree of letters: a look-up ends where no form goes on."""

    def __init__(self) -> None:
        self._root = Letter()

    def add(self, entry: str, name: str) -> None:
        """`stem*` is what words begin with."""
        letter = self._root
        for char in fold(entry).strip("!*"):
            letter = letter.following.setdefault(char, Letter())
        if entry.endswith("*"):
            letter.stem |= {name}
        else:
            letter.word |= {name}

    def of(self, word: str) -> Classes:
        found, letter = NONE, self._root
        for char in word:
            following = letter.following.get(char)
            if following is None:
                return found
            letter = following
            if letter.stem:
                found |= letter.stem
        return found | letter.word

    def is_word(self, text: str) -> bool:
        end, stem = self.longest_in(text, 0)
        return end == len(text) and not stem

    def longest_in(self, text: str, at: int) -> tuple[int, bool]:
        """Where the longest form that stands in `text` from `at` ends (`at` when there is none); is it a stem?"""
        end, stem, letter = at, False, self._root
        for i in range(at, len(text)):
            following = letter.following.get(text[i])
            if following is None:
                break
            letter = following
            if letter.stem or letter.word:
                end, stem = i + 1, bool(letter.stem)
        return end, stem


@dataclass(slots=True)
class Letter:
    following: dict[str, Letter] = field(default_factory=dict)
    word: Classes = NONE  # of the word that ends here
    stem: Classes = NONE  # of every word that begins so


class Vocabulary:
    """Which classes a word belongs to. Words without meaning here belong to none."""

    def __init__(
        self, data: SafetyLanguage, classes: Mapping[str, Iterable[str]], exact: Iterable[str]
    ) -> None:
        """`classes` are those of the data and of the plain words in its patterns.

        To an `exact` class belongs only a word without slips: such are those that hush an alarm.
        """
        self._forms, self._except, self._ordinary, self._pieces = Forms(), Forms(), Forms(), Forms()
        meanings: dict[str, Classes] = {}
        for name, entries in classes.items():
            for entry in entries:
                if entry.startswith("!"):
                    self._except.add(entry, name)
                else:
                    self._forms.add(entry, name)
                    meanings[fold(entry)] = meanings.get(fold(entry), NONE) | {name}
        for entry in (*meanings, *data.fillers):
            self._pieces.add(entry, "piece")
        for entry in data.ordinary:
            self._ordinary.add(entry, "ordinary")
        self.fillers = frozenset(map(fold, data.fillers))
        self.joins = frozenset(map(fold, data.joins))
        self.ties = frozenset(map(fold, data.ties))
        self._exact = frozenset(exact)
        self._near = self._slips(meanings, frozenset(data.misspelt))

    def _slips(self, meanings: Mapping[str, Classes], often: Classes) -> dict[str, list[Slip]]:
        """Forms by what one slip leaves as it was: their beginning, their end, or what comes in between."""
        near: dict[str, list[Slip]] = {}
        for entry, names in meanings.items():
            form, stem = entry.rstrip("*"), entry.endswith("*")
            shortest = (LONG_ENOUGH if often.isdisjoint(names) else SHORTEST_SLIP) + stem
            if len(form) < shortest or names <= self._exact:
                continue
            short = (form[:2], f"{form[0]}~{form[-2:]}")
            for key in (form[:3], f"{form[0]}-{form[4:7]}") if len(form) >= LONG_ENOUGH else short:
                near.setdefault(key, []).append((form, stem, names - self._exact))
        return near

    def classes(self, word: str) -> Classes:
        """Every class of `word`; of the nearest known word when it looks misspelt."""
        if word.isdigit():
            return _number(word)
        if STRETCHED.search(word):
            return self.classes(STRETCHED.sub(r"\1\1", word)) | self.classes(STRETCHED.sub(r"\1", word))
        excepted = self._except.of(word)
        known = self._forms.of(word) - excepted
        settled = excepted or any(name[0] != "=" for name in known)
        return known if settled else known | self._misspelt(word)

    def _misspelt(self, word: str) -> Classes:
        if len(word) < SHORTEST_SLIP - 1 or self._ordinary.of(word):
            return NONE
        found = NONE
        first = word[0]
        later = (f"{first}-{word[at : at + 3]}" for at in (3, 4, 5))
        for key in (word[:2], word[:3], f"{first}~{word[-2:]}", *later):
            for form, stem, names in self._near.get(key, ()):
                if one_slip(word, form, stem):
                    found |= names
        return found

    def parts(self, word: str) -> list[str]:
        """The words that were written together as `word`; empty when it is simply a word."""
        if len(word) < LONG or not word.isalpha() or self._pieces.is_word(word):
            return []
        if self._except.of(word) or self._ordinary.of(word):
            return []
        may_miss = (0.25 if len(word) >= VERY_LONG else 0.1) * len(word)
        found: list[str] = []
        at = missed = ending = 0  # `ending` is how many letters may still be the ending of a stem
        while at < len(word) and missed <= may_miss:
            end, stem = self._pieces.longest_in(word, at)
            if end - at >= (3 if ending else 2):
                found.append(word[at:end])
                at, ending = end, LONGEST_ENDING if stem else 0
            else:
                at, missed, ending = at + 1, missed + (ending == 0), max(0, ending - 1)
        return found if len(found) > 1 and missed <= may_miss else []
