"""The guidance table that comes with the software: how wide the need is, and how much strength there is."""

from pathlib import Path

import pytest

import catalog
from catalog.guidance import Why, level_for, why
from catalog.loading import load
from catalog.schema import STRENGTHS, Guidance, Level

GUIDANCE = load(Path(catalog.__file__).parent / "data").guidance
AREAS = ("health", "mind", "everyday", "housing", "money", "family", "friends", "work_study")


def ratings(written: str) -> dict[str, int]:
    return {area: int(rating) for area, rating in zip(AREAS, written, strict=False)}


TABLE = {
    # ratings: level for own, some_help, beside, unknown
    "": ("advice", "advice", "strengthening", "advice"),
    "55555555": ("advice", "advice", "strengthening", "advice"),
    "33333333": ("advice", "advice", "strengthening", "advice"),
    "25555555": ("advice", "advice", "strengthening", "advice"),
    "22555555": ("advice", "light", "strengthening", "advice"),
    "22255555": ("light", "light", "intensive", "light"),
    "22222555": ("light", "intensive", "intensive", "intensive"),
    "15555555": ("advice", "strengthening", "strengthening", "advice"),
    "12555555": ("advice", "strengthening", "strengthening", "advice"),
    "11555555": ("light", "strengthening", "intensive", "light"),
    "11155555": ("light", "intensive", "intensive", "intensive"),
    "11111111": ("light", "intensive", "intensive", "intensive"),
}


@pytest.mark.parametrize(
    ("written", "strength", "level"),
    [
        (written, strength, level)
        for written, levels in TABLE.items()
        for strength, level in zip(STRENGTHS, levels, strict=True)
    ],
)
def test_level_follows_from_the_width_of_need_and_the_strength_to_act(
    written: str, strength: str, level: str
) -> None:
    assert level_for(GUIDANCE, ratings(written), strength) is Level(level)


def density(strength: str, written: str) -> int:
    return list(Level).index(level_for(GUIDANCE, ratings(written), strength))


def test_guidance_never_grows_lighter_when_there_is_more_need_or_less_strength() -> None:
    widest = ["5" * (8 - n) + "2" * n for n in range(9)]
    deepest = ["5" * (8 - n) + "1" * n for n in range(9)]
    for strength in STRENGTHS:
        for series in (widest, deepest):
            found = [density(strength, written) for written in series]
            assert found == sorted(found), (strength, found)
    for written in TABLE:
        found = [density(strength, written) for strength in ("own", "some_help", "beside")]
        assert found == sorted(found), (written, found)


def test_the_facts_behind_the_level_can_be_told() -> None:
    facts = why({"money": 1, "health": 4, "friends": 2, "hope": 3}, "some_help")
    assert facts == Why(low=("money", "friends"), very_low=("money",), strength="some_help")


def test_a_strength_nobody_has_heard_of_is_a_mistake_in_the_code() -> None:
    with pytest.raises(ValueError, match="strength is one of own, some_help, beside, unknown, not 'much'"):
        level_for(GUIDANCE, {}, "much")


def test_the_first_row_that_fits_decides() -> None:
    texts = {level: {"fi": level} for level in Level}
    rules = [
        {"very_low_at_least": 1, "strength": ["own"], "level": "light"},
        {"low_at_least": 1, "level": "intensive"},
        {"level": "advice"},
    ]
    guidance = Guidance.model_validate({"rules": rules, "level_names": texts, "level_means": texts})
    assert level_for(guidance, {"money": 1}, "own") is Level.LIGHT
    assert level_for(guidance, {"money": 1}, "beside") is Level.INTENSIVE
    assert level_for(guidance, {"money": 2}, "own") is Level.INTENSIVE
    assert level_for(guidance, {"money": 3}, "own") is Level.ADVICE
