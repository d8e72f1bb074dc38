"""Figures that expose nobody: what is shown of counts, and what is not, so that a small one cannot be had by
subtracting either (docs/figures.md).

Counts are gathered in batches of whole months that are over. A batch is shown once it is large enough, alone, and is
never added to another: so no two figures that can be seen, on one day or on different days, differ by a few people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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


ORDERS = (("yes", "partly", "no"), ("better", "same", "worse"))
"""Answers from the best to the worst; those beside each other can be told together."""


@dataclass(frozen=True)
class Split:
    """How answers divide: groups of answers, from the best on, with how many gave one of them. None at all when
    every way to tell it would show a small number."""

    groups: tuple[tuple[tuple[str, ...], int], ...]
    total: int
    most: tuple[str, int] | None = None
    """Then, if one answer stands out: that one, and how many of ten gave it at the least."""


def split(counts: Mapping[str, int]) -> Split:
    """Each answer alone if all were given by five or more, or by nobody; otherwise the two worse ones together, or the
    two better ones, if that makes them large enough. Which of these it is depends on the order of the answers only: a
    choice by size would tell something of the sizes (a test looks whether anything can be worked out)."""
    order = next((each for each in ORDERS if counts.keys() <= set(each)), tuple(sorted(counts)))
    total = sum(counts.values())
    for partition in _partitions(order):
        groups = tuple((group, sum(counts.get(one, 0) for one in group)) for group in partition)
        if all(count == 0 or count >= SMALLEST_SHOWN for _group, count in groups):
            return Split(groups, total)
    return Split((), total, _most(counts, total))


def _partitions(order: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ...]]:
    yield tuple((one,) for one in order)
    if len(order) == 3:
        best, middle, worst = order
        yield (best,), (middle, worst)
        yield (best, middle), (worst,)


def _most(counts: Mapping[str, int], total: int) -> tuple[str, int] | None:
    """Not how many gave the one large answer, but that it is most: as if all the others were as large as a small one
    can be."""
    large = [one for one, count in counts.items() if count >= SMALLEST_SHOWN]
    others = sum(count > 0 for count in counts.values()) - 1
    least = 10 * (total - LARGEST_HIDDEN * others) // total
    return (large[0], least) if len(large) == 1 and least > 5 else None


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
