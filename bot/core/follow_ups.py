"""A follow-up (seuranta): what is asked some time after guidance, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, Field

from bot.core.check_in import CheckIn


class State(StrEnum):
    WAITING = "waiting"  # its day has not come
    ASKED = "asked"
    REMINDED = "reminded"  # asked once more, and not again
    ANSWERED = "answered"
    SILENT = "silent"  # no answer: that is an answer, too, and nobody is nagged
    CANCELLED = "cancelled"


class Contacted(StrEnum):
    """Did somebody contact you?"""

    YES = "yes"
    NO = "no"


class Helped(StrEnum):
    """Did you get help? Was it enough?"""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Answers(BaseModel):
    """What a client has said in one follow-up. Everything may be left out; how things are now is a round of its own."""

    contacted: Contacted | None = None
    helped: Helped | None = None
    enough: Helped | None = None
    # How well it matched what was needed, expected and aimed at (source A), 1 very badly to 5 very well.
    needs: int | None = Field(None, ge=1, le=5)
    expectations: int | None = Field(None, ge=1, le=5)
    goals: int | None = Field(None, ge=1, le=5)


class Direction(StrEnum):
    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


def changes(then: CheckIn, now: CheckIn) -> dict[str, tuple[int, int]]:
    """Areas rated both times, with both ratings, in the order in which they were rated first."""
    return {area: (was, now.ratings[area]) for area, was in then.ratings.items() if area in now.ratings}


def direction(changed: Mapping[str, tuple[int, int]]) -> Direction | None:
    """Where things have gone altogether; None when nothing was rated both times. What got worse counts before what
    got better only when it weighs more."""
    if not changed:
        return None
    moved = sum(now - was for was, now in changed.values())
    return Direction.BETTER if moved > 0 else Direction.WORSE if moved < 0 else Direction.SAME
