"""A follow-up (seuranta): what is asked some time after guidance, and what has changed since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from bot.core.calendar import QuietHours, is_working_day, may_go_from
from bot.core.check_in import MOST_PRIORITIES, CheckIn
from catalog.schema import Density

OPENS, CLOSES = time(10), time(17)
"""Local time in which a follow-up is asked, on working days: when somebody is there if a worker is wanted."""
TRIED_DAYS = 14
LEAST_APART = timedelta(days=7)
"""Follow-ups of one matter never come closer than this for being denser."""
TWO_APART = timedelta(days=2)
"""Those of different matters of one client do not come on the same day."""
REMIND_AFTER = timedelta(days=3)
"""So long after the question the one reminder comes."""
REMIND_LEAST = timedelta(days=2)
"""A question that went out late is not asked again sooner than this."""
ASKABLE = timedelta(days=7)
"""A question that could not be sent for so long is not sent any more."""
SILENT_AFTER = timedelta(days=14)
"""So long after its day a follow-up without an answer is let be."""


class State(StrEnum):
    WAITING = "waiting"  # its day has not come
    ASKED = "asked"
    REMINDED = "reminded"  # asked once more, and not again
    ANSWERED = "answered"
    SILENT = "silent"  # no answer: that is an answer, too, and nobody is nagged
    CANCELLED = "cancelled"


OPEN = frozenset({State.WAITING, State.ASKED, State.REMINDED})


class Pace(StrEnum):
    """How often the client wants to be asked."""

    ORDINARY = "ordinary"
    DENSE = "dense"
    SPARSE = "sparse"
    NONE = "none"


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


# --- when


DENSER = Density(share=0.5, between=1)
"""What a client gets who asks for more: on top of what the level brings."""


def times(usual: Sequence[timedelta], density: Density, pace: Pace) -> list[timedelta]:
    """How long after the beginning each follow-up comes, first to last."""
    usual = sorted(set(usual))
    if pace is Pace.NONE or not usual:
        return []
    if pace is Pace.SPARSE:
        return sorted({usual[0], usual[-1]})
    by_level = _denser(usual, density)
    return _denser(by_level, DENSER) if pace is Pace.DENSE else by_level


def _denser(before: Sequence[timedelta], density: Density) -> list[timedelta]:
    """Shorter times, but never such that two come in a week because of it; the last one stays as it was. Where there
    is no room for that, all stays as it was."""
    shorter = {max(one * density.share, min(one, LEAST_APART)) for one in before}
    kept: list[timedelta] = []
    for one in sorted(shorter | {before[-1]}):
        if not kept or one - kept[-1] >= LEAST_APART:
            kept.append(one)
    too_few = len(kept) < len(before) or kept[-1] != before[-1]
    if too_few or any(now > usual for now, usual in zip(kept, before, strict=False)):
        kept = list(before)
    for _ in range(density.between):
        pause, earlier = max(((b - a, a) for a, b in pairwise(kept)), default=(timedelta(0), timedelta(0)))
        if pause < 2 * LEAST_APART:
            break
        kept = sorted([*kept, earlier + pause / 2])
    return kept


def moments(
    since: datetime,
    after: Sequence[timedelta],
    taken: Collection[datetime],
    quiet: QuietHours | None,
    zone: ZoneInfo,
) -> list[datetime]:
    """When to ask: `after` each time from `since` on, by the clock on the wall, at a decent hour, and not beside what
    the client is asked about another matter (`taken`)."""
    local, planned = since.astimezone(zone), list[datetime]()
    for one in after:
        moment = decent((local + one), quiet, zone)
        while any(abs(moment - other) < TWO_APART for other in (*taken, *planned)):
            moment = decent(moment.astimezone(zone) + timedelta(days=1), quiet, zone)
        planned.append(moment)
    return planned


def decent(moment: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> datetime:
    """The first moment from this one on in the daytime of a working day and out of quiet hours, in UTC. Where the quiet
    hours leave no such daytime, the first that is not quiet."""
    local = moment.astimezone(zone)
    for ahead in range(TRIED_DAYS):
        day = local.date() + timedelta(days=ahead)
        opens = datetime.combine(day, OPENS, tzinfo=zone)
        found = may_go_from(max(local, opens), quiet, zone).astimezone(zone)
        if found.date() == day and is_working_day(day) and OPENS <= found.time() < CLOSES:
            return may_go_from(found, quiet, zone)
    return may_go_from(moment, quiet, zone)


# --- what has changed


class Direction(StrEnum):
    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


def asked_about(then: CheckIn) -> list[str]:
    """The areas that a follow-up asks about: those the client chose at first, otherwise some that were rated."""
    chosen = [area for area in then.matters if area in then.ratings]
    return chosen or list(then.ratings)[:MOST_PRIORITIES]


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
