"""One round of *Mitä sinulle kuuluu?*: ratings, priorities, own words, strengths. A tool for putting things into
words, not an assessment (source D)."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field

LOW = 2
"""Ratings up to this ask for some help: 1 "I have difficulties and need help", 2 "with some I would like help"."""
MOST_PRIORITIES = 3
LONGEST_WORDS = 1000
"""Characters kept of one free text; longer ones are cut kindly, and the client is told so."""


class Strength(StrEnum):
    """How much strength to act the client says to have."""

    OWN = "own"
    SOME_HELP = "some_help"
    BESIDE = "beside"
    UNKNOWN = "unknown"


class CheckIn(BaseModel):
    """What the client has said in one round. Everything is optional: nothing in a check-in is compulsory."""

    about: Literal["self", "other"] = "self"
    ratings: dict[str, int] = Field(
        default_factory=dict, description="life area id: 1 to 5; skipped ones are absent"
    )
    words: dict[str, str] = Field(default_factory=dict, description="own words about an area rated 1 or 2")
    priorities: list[str] = Field(default_factory=list, max_length=MOST_PRIORITIES)
    helps: str | None = None
    people: str | None = None
    strength: Strength = Strength.UNKNOWN
    next_step: str | None = None
    if_worse: str | None = None

    @property
    def low(self) -> list[str]:
        """Areas that ask for help, hardest first."""
        return sorted(
            (area for area, rating in self.ratings.items() if rating <= LOW), key=lambda a: self.ratings[a]
        )

    @property
    def good(self) -> list[str]:
        return [area for area, rating in self.ratings.items() if rating >= 4]

    @property
    def matters(self) -> list[str]:
        """What to start from: the client's own priorities, otherwise the hardest areas."""
        return self.priorities or self.low[:MOST_PRIORITIES]


def shortened(text: str) -> tuple[str, bool]:
    """Free text as it is kept, and whether it had to be cut."""
    clean = text.strip()
    return clean[:LONGEST_WORDS], len(clean) > LONGEST_WORDS
