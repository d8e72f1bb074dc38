"""What is shown of counts tells of nobody: no small number is shown, and none can be had by subtracting."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.figures import (
    LEAST_ANSWERS,
    LEAST_RATINGS,
    SMALLEST_SHOWN,
    Batch,
    Split,
    latest,
    may_read,
    may_read_words,
    mixed_batches,
    split,
)
from bot.core.grants import Role, WorkerFacts

ANSWERS = ("yes", "partly", "no")
MONTHS = [f"{year}-{month:02}" for year in (2026, 2027) for month in range(1, 13)]
cells = st.dictionaries(st.sampled_from(ANSWERS), st.integers(0, 40)).filter(
    lambda counts: sum(counts.values()) >= LEAST_ANSWERS
)
history = st.dictionaries(
    st.sampled_from(MONTHS), st.dictionaries(st.sampled_from("12345"), st.integers(1, 9), min_size=1)
)


@given(cells)
def test_no_small_number_is_shown(counts: dict[str, int]) -> None:
    shown = split(counts)
    assert all(count == 0 or count >= SMALLEST_SHOWN for _group, count in shown.groups)
    assert sum(count for _group, count in shown.groups) in {0, shown.total}


@pytest.mark.parametrize("answers", [ANSWERS, ("yes", "no")])
@pytest.mark.parametrize("total", range(LEAST_ANSWERS, 26))
def test_nobody_can_work_out_a_small_number(total: int, answers: tuple[str, ...]) -> None:
    """Whoever knows the rule and all that is shown is left with at least two possibilities for every small number."""
    tables = [
        dict(zip(answers, counts, strict=True))
        for counts in product(range(total + 1), repeat=len(answers))
        if sum(counts) == total
    ]
    seen_as = [(table, split(table)) for table in tables]
    for table, seen in seen_as:
        possible = [other for other, look in seen_as if look == seen]
        for answer in answers:
            if 0 < table[answer] < SMALLEST_SHOWN:
                assert len({other[answer] for other in possible}) >= 2, (table, seen)


def test_answers_are_told_apart_as_far_as_they_may_be() -> None:
    assert split({"yes": 9, "partly": 5, "no": 6}).groups == ((("yes",), 9), (("partly",), 5), (("no",), 6))
    assert split({"yes": 9, "partly": 4, "no": 2}).groups == ((("yes",), 9), (("partly", "no"), 6))
    assert split({"yes": 3, "partly": 6, "no": 7}).groups == ((("yes", "partly"), 9), (("no",), 7))
    assert split({"same": 3, "worse": 2, "better": 8}).groups == ((("better",), 8), (("same", "worse"), 5))
    assert split({"yes": 12}).groups == ((("yes",), 12), (("partly",), 0), (("no",), 0))


def test_a_large_answer_that_cannot_be_told_is_told_in_tens() -> None:
    assert split({"yes": 50, "no": 1}) == Split((), 51, ("yes", 9))
    assert split({"yes": 50, "no": 4}).most == split({"yes": 51, "no": 3}).most
    assert split({"yes": 7, "no": 2, "partly": 2}).most is None, "not most by far"


@given(history, st.sampled_from([LEAST_RATINGS, LEAST_ANSWERS]))
def test_what_was_shown_one_month_and_the_next_shares_nobody(
    months: dict[str, dict[str, int]], least: int
) -> None:
    """The batch shown is either the same as before or made of later months alone: there is nothing to subtract."""
    shown = [latest(months, now, least) for now in [*MONTHS, "2028-01"]]
    for before, after in pairwise(shown):
        if before is not None:
            assert after is not None
            assert after == before or after.first > before.last
    for now, batch in zip([*MONTHS, "2028-01"], shown, strict=True):
        if batch is not None:
            assert batch.total >= least
            assert batch.last < now, "a month that is not over is not shown"
            assert all(sum(months[one].values()) for one in months if batch.first <= one <= batch.last)


def test_an_average_is_of_all_ratings() -> None:
    assert Batch("2026-01", "2026-01", {"5": 3, "2": 2}).average == pytest.approx(3.8)


@given(st.lists(st.tuples(st.sampled_from(MONTHS), st.text(min_size=1, max_size=5))))
def test_free_words_come_five_together_and_not_in_their_order(words: list[tuple[str, str]]) -> None:
    words.sort(key=lambda one: one[0])
    found = mixed_batches(words)
    assert all(len(batch) >= SMALLEST_SHOWN for _first, _last, batch in found)
    assert all(before[1] < after[0] for before, after in pairwise(found)), "a month is in one batch only"
    for first, last, batch in found:
        inside = [text for month, text in words if first <= month <= last]
        assert Counter(batch) == Counter(inside)
        assert mixed_batches([(first, text) for text in sorted(inside)])[0][2] == batch, "however it came"


FIGURES = {
    (Role.WORKER, "kello"): (True, False),
    (Role.WORKER, "other"): (False, False),
    (Role.WORKER, ""): (False, False),
    (Role.CONTACT_PERSON, "kello"): (True, True),
    (Role.CONTACT_PERSON, "other"): (False, False),
    (Role.CONTACT_PERSON, ""): (False, False),
    (Role.COORDINATOR, "kello"): (True, True),
    (Role.COORDINATOR, "other"): (True, True),
    (Role.COORDINATOR, ""): (True, True),
}


@pytest.mark.parametrize("removed", [False, True])
@pytest.mark.parametrize(("role", "organisation"), FIGURES)
def test_everybody_reads_what_is_their_business(role: Role, organisation: str, removed: bool) -> None:
    worker = WorkerFacts(7, "kello", role, removed)
    allowed = (may_read(worker, organisation), may_read_words(worker, organisation))
    assert allowed == ((False, False) if removed else FIGURES[role, organisation])
