"""From a register's classifications to areas of life, by a table that a coordinator can edit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError, field_validator

from catalog.basics import Id, Strict
from catalog.drafts import Problem
from catalog.entries import LifeSituation
from catalog.plain_yaml import parse
from catalog.registers.report import RegisterError
from catalog.registers.texts import Words

SHIPPED = Path(__file__).parent.parent / "data" / "registers"
MOST_AREAS = 4
BY_CODE, BY_NAME, BY_TITLE = 3, 3, 2
"""Votes of a listed code, of the words of a term's name and of those of the service's name."""


class Table(Strict):
    """The file as it is written."""

    classes: dict[str, tuple[Id, ...]] = {}
    events: dict[str, tuple[Id, ...]] = {}
    terms: dict[str, tuple[Id, ...]] = {}
    words: dict[Id, tuple[str, ...]] = {}
    doors: dict[str, tuple[Id, ...]] = {}
    peers: tuple[str, ...] = ()
    situations: dict[str, LifeSituation] = {}

    @field_validator("words", mode="before")
    @classmethod
    def one_list_an_area(cls, value: Any) -> Any:
        """The words of an area may stand in several lists, for instance one a language."""
        if not isinstance(value, dict):
            return value
        return {area: tuple(_flat(words)) for area, words in value.items()}


def _flat(words: Any) -> Iterable[Any]:
    if not isinstance(words, list):
        yield words
    for word in words if isinstance(words, list) else ():
        yield from _flat(word) if isinstance(word, list) else (word,)


@dataclass(frozen=True)
class Term:
    """One classification of a service: its code or address, and its name."""

    code: str
    name: str = ""

    @property
    def label(self) -> str:
        return f"{self.code} {self.name}".strip()


@dataclass
class Found:
    """What the table says of one service."""

    areas: list[str] = field(default_factory=list)
    doors: list[str] = field(default_factory=list)
    peers: bool = False
    situations: list[str] = field(default_factory=list)
    unmapped: list[Term] = field(default_factory=list)
    not_for_us: bool = False
    """All its classes are listed as nothing for this bot."""


class Mapping:
    """A table, ready for use."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._begins, self._within = _pattern(table.words, r"\b", ""), _pattern(table.words, "", "*")
        self._by_name: dict[str, tuple[str, ...]] = {}
        self._peers = frozenset(table.peers)

    @classmethod
    def load(
        cls,
        folder: Path,
        register: str,
        areas: Collection[str],
        doors: Collection[str],
        *,
        words_of: str | None = None,
    ) -> Mapping:
        """The folder's own table or the one that comes with the software; RegisterError when it is faulty.

        The words of a second register's table may be looked for too, for texts in its language.
        """
        table = _read(folder, register, set(areas), set(doors))
        if words_of is not None:
            others = _read(folder, words_of, set(areas), set(doors)).words
            both = {area: (*table.words.get(area, ()), *words) for area, words in others.items()}
            table = table.model_copy(update={"words": {**table.words, **both}})
        return cls(table)

    def find(self, classes: Sequence[Term], others: Sequence[Term], title: str) -> Found:
        """What the table says of a service with these classes, these events and terms, and this name."""
        found = Found()
        votes: dict[str, int] = {}
        refused = 0
        for term in classes:
            areas = self._class(term.code)
            refused += areas == ()
            self._vote(votes, found, term, areas)
        found.not_for_us = bool(classes) and refused == len(classes)
        if not found.not_for_us:
            for term in others:
                self._vote(votes, found, term, self._other(term.code))
            for area in self._words(title):
                votes[area] = votes.get(area, 0) + BY_TITLE
        found.areas = sorted(votes, key=votes.__getitem__, reverse=True)[:MOST_AREAS]
        self._more(found, (*classes, *others))
        return found

    def _vote(self, votes: dict[str, int], found: Found, term: Term, areas: tuple[str, ...] | None) -> None:
        """The areas listed for a term; for one that is not listed those that its name points to."""
        named = self._words(term.name) if areas is None else areas
        most = BY_NAME if areas is None else BY_CODE
        for area in named:
            votes[area] = votes.get(area, 0) + most
            most = (BY_NAME if areas is None else BY_CODE) - 1
        if areas is None and not named:
            found.unmapped.append(term)

    def _other(self, code: str) -> tuple[str, ...] | None:
        """What is said of an event, or of a term by its address or the end of it."""
        if code in self._table.events:
            return self._table.events[code]
        terms = self._table.terms
        return terms.get(code) or terms.get(code.rsplit("/", 1)[-1]) if terms else None

    def _class(self, code: str) -> tuple[str, ...] | None:
        """What is said of a class, or of the one above it: P15.3 goes by P15."""
        while code:
            if code in self._table.classes:
                return self._table.classes[code]
            code = code.rpartition(".")[0]
        return None

    def _words(self, name: str) -> tuple[str, ...]:
        if (known := self._by_name.get(name)) is None:
            found = [area for words in (self._begins, self._within) for area in words.find(name)]
            known = tuple(dict.fromkeys(found))
            if len(self._by_name) < 50_000:
                self._by_name[name] = known
        return known

    def _more(self, found: Found, terms: Sequence[Term]) -> None:
        doors, situations = self._table.doors, self._table.situations
        for term in terms:
            found.peers = found.peers or term.code in self._peers
            if term.code in doors:
                found.doors += [door for door in doors[term.code] if door not in found.doors]
            if term.code in situations and situations[term.code] not in found.situations:
                found.situations.append(situations[term.code])

    def situations(self, codes: Iterable[str]) -> list[str]:
        """Whose situation these target groups tell of."""
        return [self._table.situations[code] for code in codes if code in self._table.situations]


@dataclass(frozen=True)
class _Words:
    """The words of all areas in one pattern; of two that fit the longer one counts: `perheväk` before `perhe`."""

    pattern: re.Pattern[str]
    areas: dict[str, list[str]]

    def find(self, name: str) -> Iterator[str]:
        for word in self.pattern.findall(
            name.casefold()
        ):  # much faster than a pattern that looks at both cases
            yield from self.areas.get(word, ())


def _pattern(table: dict[str, tuple[str, ...]], before: str, mark: str) -> _Words:
    """The words of the table that begin with the mark, or with none when there is none."""
    areas: dict[str, list[str]] = {}
    for area, words in table.items():
        for word in words:
            if word.startswith("*") == bool(mark):
                areas.setdefault(word.removeprefix(mark).casefold(), []).append(area)
    longest_first = "|".join(re.escape(word) for word in sorted(areas, key=len, reverse=True) if word)
    return _Words(re.compile(f"{before}({longest_first})" if longest_first else "(?!)"), areas)


def _read(folder: Path, register: str, areas: set[str], doors: set[str]) -> Table:
    own = folder / "registers" / f"{register}_areas.yaml"
    path = own if own.exists() else SHIPPED / own.name
    name = f"registers/{own.name}"
    try:
        table = Table.model_validate(parse(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        where = [(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        raise RegisterError(Problem(name, "", place, f"{message}.") for place, message in where) from None
    except (yaml.YAMLError, ValueError, OSError) as error:
        raise RegisterError([Problem(name, "", "", f"The table cannot be read: {error}.")]) from None
    return _without_unknown(table, areas, doors, name, own.exists())


def _without_unknown(table: Table, areas: set[str], doors: set[str], file: str, own: bool) -> Table:
    """The shipped table serves catalogues with fewer areas too; in a table of one's own a wrong id is an error."""
    named = {
        area for part in (table.classes, table.events, table.terms) for ids in part.values() for area in ids
    }
    wrong = sorted((named | set(table.words)) - areas)
    wrong_doors = sorted({door for ids in table.doors.values() for door in ids} - doors)
    if own and (wrong or wrong_doors):
        told = [
            Problem(file, "", "", f"`{area}` is not among the areas of life_areas.yaml.") for area in wrong
        ]
        told += [
            Problem(file, "", "", f"`{door}` is not among the doors of doors.yaml.") for door in wrong_doors
        ]
        raise RegisterError(told)

    def known(part: dict[str, tuple[str, ...]], ids: set[str]) -> dict[str, tuple[str, ...]]:
        kept = {code: tuple(one for one in listed if one in ids) for code, listed in part.items()}
        return {code: listed for code, listed in kept.items() if listed or not part[code]}

    return table.model_copy(
        update={
            "classes": known(table.classes, areas),
            "events": known(table.events, areas),
            "terms": known(table.terms, areas),
            "doors": known(table.doors, doors),
            "words": {area: words for area, words in table.words.items() if area in areas},
        }
    )


def name_in(words: Words) -> str:
    """The name by which a term's words are looked for."""
    return words.get("fi") or words.get("sv") or words.get("en") or ""
