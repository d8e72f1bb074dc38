"""The names that hide who asks."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.core.enquiries import ANIMALS, NATURE, alias


@given(st.integers())
def test_a_name_is_two_words_of_nature(seed: int) -> None:
    nature, animal = alias(Random(seed)).split(" ")
    assert nature in NATURE
    assert animal in ANIMALS


@given(st.integers(), st.integers(0, 5))
def test_a_name_that_is_taken_is_not_given_again(seed: int, before: int) -> None:
    taken: set[str] = set()
    for _ in range(before):
        taken.add(alias(Random(seed), taken))
    assert alias(Random(seed), taken) not in taken
    assert len(taken) == before


def test_there_are_names_enough() -> None:
    assert len(set(NATURE)) * len(set(ANIMALS)) > 1500
    assert len({alias(Random(seed)) for seed in range(100)}) > 90
