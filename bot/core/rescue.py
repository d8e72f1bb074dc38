"""When a request that nobody takes goes further: to the contact person, the coordinator, and honestly the client."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from bot.core.calendar import add_working_days


class Reached(IntEnum):
    """How far a request has gone: who has been told last that nobody takes it."""

    NOBODY = 0
    CONTACT_PERSON = 1  # of the organisation that was asked
    COORDINATOR = 2  # of the service
    CLIENT = 3


COORDINATOR_HAS = 1
"""Working days that a coordinator has after the second time to find somebody, before the client is told."""


def times(since: datetime, after: Sequence[timedelta], zone: ZoneInfo) -> tuple[datetime, datetime, datetime]:
    """The first time, the second, and when the coordinator has had time, too. `after` counts working days: that of
    the setting RINNALLA_RESCUE_AFTER, of which a part of a day counts as a whole one."""
    days = sorted(-(-each // timedelta(days=1)) for each in after) or [2, 4]
    first, second = days[0], days[-1]
    return (
        add_working_days(since, first, zone),
        add_working_days(since, second, zone),
        add_working_days(since, second + COORDINATOR_HAS, zone),
    )


def due(
    reached: Reached,
    since: datetime,
    now: datetime,
    after: Sequence[timedelta],
    zone: ZoneInfo,
    *,
    contact_person: bool,
    coordinator: bool,
) -> tuple[Reached, ...]:
    """Who is to be told by now and has not been, in order. After a time when the service stood still that can be
    several at once: nobody is left out.

    The first time it is the contact person; where there is none it goes straight to the coordinator. The second time it
    is the coordinator. The client is told when the coordinator has had time, or at the second time when there is none.
    """
    first, second, last = times(since, after, zone)
    moments = {
        Reached.CONTACT_PERSON: first if contact_person else None,
        Reached.COORDINATOR: (second if contact_person else first) if coordinator else None,
        Reached.CLIENT: last if coordinator else second,
    }
    return tuple(who for who, at in moments.items() if who > reached and at is not None and at <= now)


def may_tell_client(reached: Reached) -> bool:
    """A coordinator may tell the client before that moment, once others have had their first chance."""
    return Reached.NOBODY < reached < Reached.CLIENT


def waited(since: datetime, now: datetime, zone: ZoneInfo) -> int:
    """Whole working days that have passed."""
    day, days = since, -1
    while day <= now:
        days += 1
        day = add_working_days(since, days + 1, zone)
    return max(days, 0)
