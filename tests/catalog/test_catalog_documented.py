"""docs/catalogue.md names every field of the catalogue, its choices and its limits, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from catalog import formula, freshness, schema
from catalog.basics import FALLBACKS, Strict
from catalog.checking import ANSWER_LENGTH, LABEL_LENGTH
from catalog.drafts import FIELDS
from catalog.editorial import OfferFacts, OrganisationFacts
from catalog.entries import (
    Capacity,
    ChannelKind,
    Day,
    LeadsTo,
    Level,
    LifeSituation,
    OfferKind,
    OpeningHours,
    Sector,
)
from catalog.formula import WEIGHTS, Because
from catalog.schema import STRENGTHS, Catalog, Crisis, SafetyKind

PAGE = (Path(schema.__file__).parent.parent / "docs" / "catalogue.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
CLASSES = {
    name: model
    for name, model in {
        **vars(schema),
        "OfferFacts": OfferFacts,
        "OrganisationFacts": OrganisationFacts,
    }.items()
    if isinstance(model, type)
    and issubclass(model, Strict)
    and model not in (Strict, Catalog, Crisis, schema.Dated)
}


def rows(text: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `([^`]+)` \|(.*)\|$", text, re.MULTILINE))


def test_every_class_has_its_section() -> None:
    assert SECTIONS.keys() == CLASSES.keys()


@pytest.mark.parametrize("name", CLASSES)
def test_every_field_is_there_and_it_is_said_whether_it_must_be_given(name: str) -> None:
    fields = CLASSES[name].model_fields
    told = rows(SECTIONS[name])
    assert list(told) == [info.alias or field for field, info in fields.items()]
    needed = {info.alias or field for field, info in fields.items() if info.is_required()}
    assert {field for field, text in told.items() if "**must**" in text} == needed
    assert set(told) <= FIELDS


CHOICES: dict[str, tuple[str, ...]] = {
    "Offer": (*OfferKind, *Level, *LeadsTo),
    "Organisation": get_args(Sector),
    "ForWhom": tuple(LifeSituation),
    "Channel": tuple(ChannelKind),
    "OpeningHours": (*Day, *get_args(OpeningHours.model_fields["weeks"].annotation)),
    "Capacity": get_args(Capacity.model_fields["state"].annotation),
    "CrisisNeed": tuple(SafetyKind),
    "GuidanceRule": STRENGTHS,
}


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_is_named(name: str) -> None:
    assert [choice for choice in CHOICES[name] if f"`{choice}`" not in SECTIONS[name]] == []


def test_what_is_shown_where_a_language_is_missing() -> None:
    table = dict(re.findall(r"^\| `(fi|fi@selko|sv|en)` \| (`.*`) \|$", PAGE, re.MULTILINE))
    assert {locale: tuple(re.findall(r"`([^`]+)`", others)) for locale, others in table.items()} == {
        locale: shown(locale) for locale in FALLBACKS
    }


def shown(locale: str) -> tuple[str, ...]:
    """What is really shown, when one language after the other is taken away."""
    texts = {name: name for name in ("fi", "sv", "en") if name != locale}
    order = []
    while texts:
        order.append(schema.Text.model_validate(texts).best(locale))
        del texts[order[-1]]
    return tuple(order)


def test_limits() -> None:
    assert (
        f"for {freshness.MONTHS_GOOD} months; a crisis contact, for {freshness.MONTHS_GOOD_IN_CRISIS} months"
        in PAGE
    )
    assert f"room for {LABEL_LENGTH} characters" in PAGE
    assert f"at most {ANSWER_LENGTH} characters" in PAGE
    assert f"at most {formula.NEAR_KM:g} km" in PAGE
    assert f"more than {formula.FAR_KM:g} km" in PAGE


def test_the_formula_is_written_down_as_it_is() -> None:
    section = PAGE.partition("## Why something is suggested")[2]
    told = {name: int(text.split("|")[0]) for name, text in rows(section).items()}
    assert told == {str(code): weight for code, weight in WEIGHTS.items()}
    assert set(Because) - set(WEIGHTS) == {Because.WORD}
    assert "`word`" in section
