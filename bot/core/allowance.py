"""How much one person may ask of the service at a time: so little that nobody can slow it down for all the others, and
so much that no one who simply uses it ever notices."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

AT_ONCE = 30
"""Costly acts in a row: searches, pictures, requests, words passed on."""
EVERY = timedelta(seconds=2)
"""After that one more each time this has passed."""
REMEMBERED = 10_000
"""People whose acts are counted: in memory only, and those that acted longest ago are forgotten first."""


class Allowance:
    """Counts the costly acts of each person, given by any number that tells people apart."""

    def __init__(self, at_once: int = AT_ONCE, every: timedelta = EVERY) -> None:
        self._at_once, self._every = at_once, every
        self._full_again: OrderedDict[int, datetime] = OrderedDict()

    def takes(self, person: int, now: datetime) -> bool:
        """Whether this person may do one more costly thing now; if so, it is counted."""
        full_again = self._full_again.get(person, now)
        if full_again - now > self._at_once * self._every:
            full_again = now  # the clock was put back: nobody waits for it to come round again
        after = max(full_again, now) + self._every
        if after - now > self._at_once * self._every:
            return False
        self._full_again[person] = after
        self._full_again.move_to_end(person)
        if len(self._full_again) > REMEMBERED:
            self._full_again.popitem(last=False)
        return True
