"""Every reason that the formula knows is told to the client, in their own language."""

from __future__ import annotations

from pathlib import Path

import pytest

import catalog
from bot.i18n import LOCALES, speaking
from bot.reasons import ADDED, CAUTIONS, MOST_ADDED, sentences, why_this
from catalog.formula import Because, Reason
from catalog.loading import load
from catalog.schema import Level

CATALOG = load(Path(catalog.__file__).parent / "data")

SAMPLES: dict[Because, list[tuple[str, ...]]] = {
    **{
        code: [("money",)]
        for code in (
            Because.AREA_VERY_LOW,
            Because.AREA_LOW,
            Because.AREA_MIDDLING,
            Because.PRIORITY,
            Because.MAIN_AREA,
        )
    },
    Because.DOOR: [("take_part",)],
    Because.LEVEL: [(level,) for level in Level],
    Because.AGE: [("25",)],
    Because.MUNICIPALITY: [("Jyväskylä",)],
    Because.NEAR: [("3",), ("3", "Jyväskylä"), ("0",)],
    Because.FAR: [("120",), ("120", "Jyväskylä")],
    Because.LANGUAGE: [("fi",), ("sv",), ("en",)],
    Because.WORD: [("kuoro",)],
}


def told(*reasons: Reason, locale: str = "fi") -> list[str]:
    with speaking(locale):
        return [str(sentence) for sentence in sentences(reasons, CATALOG)]


@pytest.mark.parametrize("code", Because)
def test_every_reason_has_words_in_every_language(code: Because) -> None:
    for values in SAMPLES.get(code, [()]):
        said = [told(Reason(code, values), locale=locale) for locale in LOCALES]
        assert [len(sentence) for sentence in said] == [1, 1, 1, 1], (code, values)
        finnish, _plain, swedish, english = (sentence for [sentence] in said)
        assert len({finnish, swedish, english}) == 3
        assert "{" not in finnish + swedish + english


def test_the_reasons_that_count_as_one_are_told_in_one_sentence() -> None:
    [sentence] = told(
        Reason(Because.AREA_LOW, ("money",)),
        Reason(Because.PRIORITY, ("money",)),
        Reason(Because.PRIORITY, ("friends",)),
        Reason(Because.AREA_MIDDLING, ("money",)),
    )
    assert sentence.startswith("Toivoit apua tai muutosta tähän:")
    assert sentence.count("Raha ja velat") == 1


def test_what_the_client_said_comes_first_and_a_caution_is_never_left_out() -> None:
    reasons = [Reason(code, SAMPLES.get(code, [()])[0]) for code in Because]
    with speaking("fi"):
        said = [str(sentence) for sentence in sentences(reasons, CATALOG, MOST_ADDED)]
        card = why_this(reasons, CATALOG)
    assert said[0].startswith("Toivoit apua")
    assert len(said) == 3 + MOST_ADDED + len(CAUTIONS)
    assert "Paikat ovat nyt täynnä" in card
    assert "Voit saada oman työntekijän" in card


def test_a_reason_stands_in_one_place_only() -> None:
    assert len({*ADDED, *CAUTIONS}) == len(ADDED) + len(CAUTIONS)


def test_without_reasons_there_is_no_why_and_what_has_left_the_catalogue_is_not_named() -> None:
    assert why_this([], CATALOG) == ""
    assert told(Reason(Because.DOOR, ("gone",))) == []
    assert told(Reason(Because.AREA_LOW, ("<gone>",))) == ["Toivoit apua tai muutosta tähän: &lt;gone&gt;."]


def test_where_a_distance_is_measured_from_is_said() -> None:
    assert told(Reason(Because.NEAR, ("0",))) == ["Sinne on sinun luotasi vain noin 1 km."]
    assert "keskustasta (Jyväskylä)" in told(Reason(Because.FAR, ("120", "Jyväskylä")))[0]
