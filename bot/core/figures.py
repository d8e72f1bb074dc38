"""Figures that expose nobody: what is shown of counts, and what is not, so that a small one cannot be had by
subtracting either (docs/figures.md).

Counts are gathered in batches of whole months that are over. A batch is shown once it is large enough, alone, and is
never added to another: so no two figures that can be seen, on one day or on different days, differ by a few people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from bot.core.grants import Role, WorkerFacts

SMALLEST_SHOWN = 5
"""A smaller count could point to somebody, above all in a small municipality."""
LEAST_RATINGS = SMALLEST_SHOWN
"""Ratings in a batch of which an average is told."""
LEAST_ANSWERS = 2 * SMALLEST_SHOWN
"""Answers in a batch of which shares are told: of fewer hardly a share could be shown."""
LARGEST_HIDDEN = SMALLEST_SHOWN - 1


@dataclass(frozen=True)
class Batch:
    """Counts by answer, of the months from `first` to `last`."""

    first: str
    last: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def average(self) -> float:
        """Of ratings, which are numbers."""
        return sum(int(rating) * count for rating, count in self.counts.items()) / self.total


def latest(months: Mapping[str, Mapping[str, int]], this_month: str, least: int) -> Batch | None:
    """The newest batch of at least so many answers. A batch once complete stays as it is, whatever comes later."""
    found, first, counts = None, "", Counter[str]()
    for month in sorted(month for month in months if month < this_month):
        first = first or month
        counts.update(months[month])
        if counts.total() >= least:
            found, first, counts = Batch(first, month, dict(counts)), "", Counter()
    return found


@dataclass(frozen=True)
class Split:
    """How answers divide. Those in `hidden` are shown together only, by what is left of the total."""

    shown: Mapping[str, int]
    hidden: frozenset[str]
    total: int
    most: tuple[str, int] | None = None
    """When all but one of few answers are hidden: that one, and how many of ten gave it at the least."""


def split(counts: Mapping[str, int]) -> Split:
    """Answers given by fewer than five are hidden; and with them the next smallest, until what is hidden is made of
    two answers or more and of five people or more: then none of it can be had by subtracting."""
    hidden = {answer for answer, count in counts.items() if 0 < count < SMALLEST_SHOWN}
    others = sorted((count, answer) for answer, count in counts.items() if count >= SMALLEST_SHOWN)
    while hidden and others and (len(hidden) < 2 or sum(counts[one] for one in hidden) < SMALLEST_SHOWN):
        hidden.add(others.pop(0)[1])
    shown = {answer: count for answer, count in counts.items() if answer not in hidden}
    total = sum(counts.values())
    return Split(shown, frozenset(hidden), total, _most(counts, hidden, total))


def _most(counts: Mapping[str, int], hidden: set[str], total: int) -> tuple[str, int] | None:
    """What can be said of a large answer that is hidden for the sake of small ones: not how many, but that it is most.
    It tells of the small ones no more than that they are small."""
    large = [one for one in hidden if counts[one] >= SMALLEST_SHOWN]
    if len(large) != 1:
        return None
    hidden_total = sum(counts[one] for one in hidden)
    least = 10 * (hidden_total - LARGEST_HIDDEN * (len(hidden) - 1)) // total
    return (large[0], least) if least > 5 else None


def mixed_batches(words: Sequence[tuple[str, str]]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Free words, given with their months in order, by whole months and at least five together; the months from and to,
    and the words in an order made of themselves alone, so that it does not tell in which they came."""
    found, first, gathered = [], "", list[str]()
    for month, some in groupby(words, key=lambda one: one[0]):
        first = first or month
        gathered += [text for _month, text in some]
        if len(gathered) >= SMALLEST_SHOWN:
            mixed = sorted(gathered, key=lambda text: sha256(text.encode()).digest())
            found.append((first, month, tuple(mixed)))
            first, gathered = "", []
    return found


def may_read(worker: WorkerFacts, organisation_id: str) -> bool:
    """Whose figures somebody may see: those of their own organisation; a coordinator all, and the service's."""
    if worker.removed:
        return False
    return worker.role is Role.COORDINATOR or worker.organisation_id == organisation_id


def may_read_words(worker: WorkerFacts, organisation_id: str) -> bool:
    """Free words are for who can do something about them: the contact person, and the coordinator."""
    return worker.role in {Role.CONTACT_PERSON, Role.COORDINATOR} and may_read(worker, organisation_id)
