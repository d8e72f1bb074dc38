"""Which level of guidance fits: how wide the need is and how much strength there is to act decide it.

The rule itself is a table in `guidance.yaml`; this reads it. The check-in is no assessment of functional
capacity, so the outcome is a suggestion that the client is told the reasons of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.schema import STRENGTHS, Guidance, GuidanceRule, Level

LOW = 2
"""An answer up to this one says that help is wished for."""

VERY_LOW = 1


@dataclass(frozen=True)
class Why:
    """What the level followed from, for telling the client in words."""

    low: tuple[str, ...]
    very_low: tuple[str, ...]
    strength: str


def why(ratings: Mapping[str, int], strength: str) -> Why:
    """The facts that decide the level: areas rated low and very low, in the order they were rated."""
    return Why(
        low=tuple(area for area, rating in ratings.items() if rating <= LOW),
        very_low=tuple(area for area, rating in ratings.items() if rating <= VERY_LOW),
        strength=strength,
    )


def level_for(guidance: Guidance, ratings: Mapping[str, int], strength: str) -> Level:
    """The level of the first row of the table that fits; skipped areas count as no need."""
    if strength not in STRENGTHS:
        raise ValueError(f"strength is one of {', '.join(STRENGTHS)}, not {strength!r}")
    facts = why(ratings, strength)
    return next(rule.level for rule in guidance.rules if _fits(rule, facts))


def _fits(rule: GuidanceRule, facts: Why) -> bool:
    return (
        len(facts.low) >= rule.low_at_least
        and len(facts.very_low) >= rule.very_low_at_least
        and facts.strength in rule.strength
    )
