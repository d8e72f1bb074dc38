"""When a client is asked to rate how guidance went, and which statements: a few at a time, spread over the path, and
never the same again soon. The statements themselves are in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import zip_longest

from catalog.schema import FeedbackSet, Level, Statement

MOST = 3
"""Statements at a time (sources D and E ask for much more, on paper)."""
NOT_AGAIN = timedelta(days=180)
"""Until the same statement may come again: there is something new to say of it then."""
PAUSE = timedelta(days=14)
"""Between two times that the service asks by itself."""
CALM = timedelta(days=1)
"""After words of danger nothing is asked: that is no moment for questions about the service."""


class Moment(StrEnum):
    """Where on the path the client is asked."""

    SUGGESTIONS = "suggestions"  # the check-in and what was suggested after it
    FOLLOW_UP = "follow_up"
    OWN = "own"  # the client wants to say something, and is not asked


GUIDED = (FeedbackSet.DIGITAL, FeedbackSet.EARLY)
"""What is fresh in mind after the chat itself."""


def sets(moment: Moment, level: Level | None, *, met: bool) -> tuple[FeedbackSet, ...]:
    """Which kinds of guidance there is something to say about. `met` tells whether a worker has the client's request:
    of people nobody has met nothing is asked."""
    if moment is Moment.FOLLOW_UP or (moment is Moment.OWN and met):
        intensive = (FeedbackSet.INTENSIVE,) if level is Level.INTENSIVE else ()
        return (*intensive, FeedbackSet.ORGANISATIONS)
    return GUIDED


def choose(
    statements: Sequence[Statement],
    wanted: Iterable[FeedbackSet],
    asked: Mapping[str, datetime],
    now: datetime,
    *,
    unasked: bool = True,
    danger_at: datetime | None = None,
) -> list[Statement]:
    """At most three statements of the sets that are wanted, one of each in turn, in the order of the catalogue.

    Never one asked within `NOT_AGAIN`; nothing right after danger; and nothing within `PAUSE` of the last time if
    nobody has wished for it (`unasked`).
    """
    if danger_at is not None and now - danger_at < CALM:
        return []
    if unasked and any(now - at < PAUSE for at in asked.values()):
        return []
    new = [one for one in statements if one.id not in asked or now - asked[one.id] >= NOT_AGAIN]
    in_turn = zip_longest(*([one for one in new if one.about is each] for each in dict.fromkeys(wanted)))
    return [one for some in in_turn for one in some if one is not None][:MOST]


def still_known(asked: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    """What has to be remembered of what was asked: nothing longer than it keeps a statement from coming again."""
    return {statement: at for statement, at in asked.items() if now - at < NOT_AGAIN}
