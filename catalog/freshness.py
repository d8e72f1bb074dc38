"""How long a fact may be trusted unseen: the one rule for showing, ranking and checking."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from catalog.schema import CrisisContact, Dated

MONTHS_GOOD = 12
MONTHS_GOOD_IN_CRISIS = 3


def stale(entry: Dated, today: date) -> bool:
    """Whether nobody has confirmed the facts for so long that they must be shown with a caution."""
    return entry.known_on < months_before(today, months_good(entry))


def months_good(entry: Dated) -> int:
    return MONTHS_GOOD_IN_CRISIS if isinstance(entry, CrisisContact) else MONTHS_GOOD


def months_before(day: date, months: int) -> date:
    """The same day of the month `months` earlier, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
