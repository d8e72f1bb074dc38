"""Text as the screen reads it: written anyhow, read as plain words, and words known by their stems.

People in distress do not spell. Capitals, missing dots, stretched or s p a c e d letters, letters left out,
emoji in the middle and words run together must not hide what is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LOOKALIKES = str.maketrans("0134567@$", "oieasbtas")
DISGUISED = re.compile(r"(?<=[a-z])[013457@$](?=[a-z])")  # su1cide
IN_WORD = re.compile(r"(?<=[a-z])['’‘´`*](?=[a-z])")  # don't, k*ll
SPACED = re.compile(r"\b[a-z](?:[ .*_-]{1,3}[a-z]\b){2,}")
STRETCHED = re.compile(r"([a-z])\1{2,}")
TOKEN = re.compile(r"[^\W\d_]+|\d+|[.!?]+(?=\s|$)|[,;:\n…]|\.{2,}")

LONG = 8  # a word of so many letters may be several run together
SHORTEST_SLIP = 5  # shorter words differ by one letter from too many others

Classes = frozenset[str]
NONE: Classes = frozenset()


def fold(text: str) -> str:
    """Small letters without marks: `Ä`, `ä`, `å` and `a` are all read as `a`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")


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
    """Whether `word` is `form` (or begins with it) with one letter missing, extra, wrong or swapped."""
    longer = len(word) - len(form)
    if longer < -1 or (longer > 1 and not stem):
        return False
    at = 0
    while at < len(word) and at < len(form) and word[at] == form[at]:
        at += 1
    rest = form[at + 1 :]
    if (stem or longer == -1) and word.startswith(rest, at):  # a letter is missing
        return True
    if stem or longer == 0:
        swapped = word[at : at + 2] == form[at : at + 2][::-1] and word.startswith(form[at + 2 :], at + 2)
        if swapped or (len(form) > SHORTEST_SLIP and word.startswith(rest, at + 1)):  # or a wrong one
            return True
    return (
        (stem or longer == 1) and len(form) > SHORTEST_SLIP and word.startswith(form[at:], at + 1)
    )  # one too many


def _number(digits: str) -> Classes:
    """`#` is a number that may count too many pills, `year` a year of our time."""
    if len(digits) == 4 and digits[:2] in ("19", "20"):
        return frozenset({"year"})
    return frozenset({"#"}) if 2 <= len(digits) <= 3 else NONE


class Vocabulary:
    """Which classes a word belongs to. Words without meaning here belong to none."""

    def __init__(
        self,
        classes: Mapping[str, Iterable[str]],
        misspelt: Iterable[str] = (),
        ordinary: Iterable[str] = (),
        fillers: Iterable[str] = (),
    ) -> None:
        self._forms: dict[tuple[str, bool], Classes] = {}
        self._except: dict[tuple[str, bool], Classes] = {}
        for name, entries in classes.items():
            for entry in entries:
                table = self._except if entry.startswith("!") else self._forms
                key = (fold(entry).strip("!*"), entry.endswith("*"))
                table[key] = table.get(key, NONE) | {name}
        self.fillers = frozenset(map(fold, fillers))
        self._ordinary = {(fold(word).strip("*"), word.endswith("*")): frozenset({word}) for word in ordinary}
        self._longest = max(len(form) for form, _ in self._forms)
        self._parts: dict[str, list[tuple[str, bool]]] = {}
        guessed = set(misspelt)
        for (form, stem), names in self._forms.items():
            if len(form) >= SHORTEST_SLIP + stem and not guessed.isdisjoint(names):
                for part in {form[:2], "-" + form[3:6]}:  # one slip leaves one of these as it was
                    self._parts.setdefault(part, []).append((form, stem))

    def classes(self, word: str) -> Classes:
        """Every class of `word`; of the nearest known word when it looks misspelt."""
        if word.isdigit():
            return _number(word)
        if STRETCHED.search(word):
            return self.classes(STRETCHED.sub(r"\1\1", word)) | self.classes(STRETCHED.sub(r"\1", word))
        known = self._known(word, self._forms) - self._known(word, self._except)
        return known if any(name[0] != "=" for name in known) else known | self._misspelt(word)

    def _known(self, word: str, table: Mapping[tuple[str, bool], Classes]) -> Classes:
        found = table.get((word, False), NONE)
        for end in range(2, min(len(word), self._longest) + 1):
            found |= table.get((word[:end], True), NONE)
        return found

    def _misspelt(self, word: str) -> Classes:
        if len(word) < SHORTEST_SLIP - 1 or self._known(word, self._ordinary):
            return NONE
        found = NONE
        for part in (word[:2], "-" + word[2:5], "-" + word[3:6], "-" + word[4:7]):
            for form, stem in self._parts.get(part, ()):
                if word[0] == form[0] and one_slip(word, form, stem):
                    found |= self._forms[form, stem]
        return found

    def parts(self, word: str) -> list[str]:
        """The words that were written together as `word`; empty when it is simply a word."""
        tables = (self._except, self._ordinary)
        if len(word) < LONG or word in self.fillers or (word, False) in self._forms:
            return []
        if any(self._known(word, table) for table in tables):
            return []
        found, known, at = [], 0, 0
        ending = 0  # letters that may still be the ending of a stem
        while at < len(word):
            piece = self._longest_piece(word, at)
            known += len(piece) or ending > 0
            ending = 5 if (piece, True) in self._forms else 0 if piece else ending - 1
            at += len(piece) or 1
            if piece:
                found.append(piece)
        return found if len(found) > 1 and known >= 0.9 * len(word) else []

    def _longest_piece(self, word: str, at: int) -> str:
        for end in range(min(len(word), at + self._longest), at + 1, -1):
            piece = word[at:end]
            if piece in self.fillers or (piece, False) in self._forms or (piece, True) in self._forms:
                return piece
        return ""
