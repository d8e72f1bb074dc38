"""Claim codes: a client reads a code to a professional, who may then see what the client chose to show.

The code alone shows nothing: it only lets the professional ask, and the client answers in the chat.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""None that is easily taken for another, on paper or on the telephone."""
GROUPS, GROUP = 4, 3
"""31^12 codes, about 59 bits: with MOST_WRONG a day, guessing one of a thousand codes takes longer than it is valid."""
VALID = timedelta(days=30)
ASKING = timedelta(days=1)
"""So long the client has time to answer a professional who has entered the code."""
MOST_WRONG, MOST_WRONG_IN_ALL = 5, 100
"""Wrong codes in WRONG_WITHIN of one worker and of all of them; beyond that no code is looked at."""
WRONG_WITHIN = timedelta(days=1)


class ClaimState(StrEnum):
    OPEN = "open"  # made, not entered yet
    ASKED = "asked"  # a worker has entered it and waits for the client's answer
    USED = "used"
    REFUSED = "refused"
    REVOKED = "revoked"


def make(choose: Callable[[str], str]) -> str:
    """A new code, written as it is read: ABC-DEF-GHJ-KMN. `choose` picks one letter at random, for secrets."""
    return "-".join("".join(choose(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def read(text: str) -> str | None:
    """The code that somebody has typed, in whatever case and grouping; None when it cannot be one."""
    letters = "".join(character for character in text.upper() if character not in " -–.,\n")
    if len(letters) != GROUPS * GROUP or not set(letters) <= set(LETTERS):
        return None
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))
