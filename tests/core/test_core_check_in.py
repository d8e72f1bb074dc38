"""What one round of *Mitä sinulle kuuluu?* says about where to begin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.check_in import LONGEST_WORDS, MOST_PRIORITIES, CheckIn, shortened

ratings = st.dictionaries(st.sampled_from(["money", "friends", "mind", "health", "hope"]), st.integers(1, 5))


def test_nothing_has_to_be_answered() -> None:
    empty = CheckIn()
    assert empty.low == empty.good == empty.matters == []


def test_the_hardest_come_first() -> None:
    check_in = CheckIn(ratings={"money": 2, "friends": 5, "mind": 1, "health": 3, "hope": 4})
    assert check_in.low == ["mind", "money"]
    assert check_in.good == ["friends", "hope"]
    assert check_in.matters == ["mind", "money"]


def test_what_the_client_chose_goes_before_what_is_hardest() -> None:
    assert CheckIn(ratings={"money": 1, "friends": 3}, priorities=["friends"]).matters == ["friends"]


def test_more_than_three_priorities_are_none() -> None:
    with pytest.raises(ValidationError):
        CheckIn(priorities=["money", "friends", "mind", "health"])


@given(ratings)
def test_one_begins_with_few_things(given_ratings: dict[str, int]) -> None:
    matters = CheckIn(ratings=given_ratings).matters
    assert len(matters) <= MOST_PRIORITIES
    assert all(given_ratings[area] <= 2 for area in matters)


def test_a_check_in_is_the_same_after_it_was_kept() -> None:
    check_in = CheckIn(
        about="other", ratings={"money": 1}, words={"money": "…"}, priorities=["money"], helps="h"
    )
    assert CheckIn.model_validate(check_in.model_dump(mode="json")) == check_in


def test_long_words_are_cut_and_it_is_said_so() -> None:
    assert shortened("  lyhyt  ") == ("lyhyt", False)
    assert shortened("x" * LONGEST_WORDS) == ("x" * LONGEST_WORDS, False)
    assert shortened("x" * (LONGEST_WORDS + 1)) == ("x" * LONGEST_WORDS, True)
