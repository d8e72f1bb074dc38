"""A claim code can be read out, written down and typed again."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.claims import GROUP, GROUPS, LETTERS, make, read


@given(st.integers())
def test_a_code_is_four_groups_of_three_easy_letters(seed: int) -> None:
    code = make(random.Random(seed).choice)
    groups = code.split("-")
    assert [len(group) for group in groups] == [GROUP] * GROUPS
    assert set("".join(groups)) <= set(LETTERS)
    assert not set("IL1O0") & set(LETTERS)


@pytest.mark.parametrize(
    "typed", ["abc-def-ghj-kmn", "ABC DEF GHJ KMN", "abcdefghjkmn", " abc def\nghj kmn ", "ABC–DEF–GHJ–KMN"]
)
def test_it_may_be_typed_in_any_way(typed: str) -> None:
    assert read(typed) == "ABC-DEF-GHJ-KMN"


@pytest.mark.parametrize(
    "typed", ["", "moi", "ABC-DEF-GHJ", "ABC-DEF-GHJ-KM1", "ABC-DEF-GHJ-KMNN", "soitan huomenna"]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read(typed) is None


@given(st.text())
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    code = read(typed)
    assert code is None or read(code) == code
