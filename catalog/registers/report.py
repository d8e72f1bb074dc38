"""What an import did: told to the person who ran it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from catalog.drafts import Problem
from catalog.registers.store import Contents
from catalog.registers.texts import printable

Progress = Callable[[int, int | None], None]
"""Called now and then with the bytes read so far and the bytes to read in all, None when that is not known."""

WARNINGS_KEPT = 500
"""A register with one mistake in every entry must not fill the memory with warnings; all are counted."""

WORDS_KEPT = 10_000
"""The same for unknown words that have been told of: beyond these a word may be counted again."""


class RegisterError(Exception):
    """The import could not be done and changed nothing; `problems` says everything that stopped it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def failed(file: str, message: str, entry: str = "") -> RegisterError:
    return RegisterError([Problem(file, entry, "", message)])


@dataclass
class Counts:
    """What became of the organisations, or of the offers, since the import before."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0
    """Not in the register any more, and kept because somebody may need it."""
    dropped: int = 0

    @property
    def imported(self) -> int:
        return self.new + self.changed + self.unchanged


@dataclass
class ImportReport:
    """The counts and the warnings of one import."""

    register: str
    source: Path
    version: str = ""
    read: Counter[str] = field(default_factory=Counter)
    """How many entries of each kind the source held."""
    left_out: Counter[str] = field(default_factory=Counter)
    """How many services are not in the catalogue, by the reason in words."""
    unmapped: Counter[str] = field(default_factory=Counter)
    """Classes, events and terms that the mapping table does not know, and how many services have them."""
    missed: Counter[str] = field(default_factory=Counter)
    """Those of them that left a service out, because no life area was found for it in any other way."""
    offers: Counts = field(default_factory=Counts)
    organisations: Counts = field(default_factory=Counts)
    contents: Contents | None = None
    """What the catalogue's file holds now."""
    warnings: list[Problem] = field(default_factory=list)
    warned: int = 0
    """The number of all warnings; only the first of them are kept."""
    seconds: float = 0.0
    _said: set[tuple[str, str]] = field(default_factory=set, repr=False)

    def warn(self, file: str, entry: str, message: str, where: str = "") -> None:
        self.warned += 1
        if len(self.warnings) < WARNINGS_KEPT:
            self.warnings.append(Problem(file, printable(entry), where, printable(message), "warning"))

    def warn_once(self, file: str, entry: str, message: str, where: str = "") -> None:
        """For a word that is not known: the first entry that has it is named, the others are not."""
        if (where, message) not in self._said:
            if len(self._said) < WORDS_KEPT:
                self._said.add((where, message))
            self.warn(file, entry, message, where)

    def not_mapped(self, terms: Iterable[str], *, left_out: bool) -> None:
        """Counts what the mapping table does not know of one service."""
        for term in map(printable, terms):
            self.unmapped[term] += 1
            if left_out:
                self.missed[term] += 1
