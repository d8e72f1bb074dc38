"""Appointments (tapaaminen): what becomes of one, who may do what to it, and how a worker puts one together."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel

from bot.core.calendar import is_working_day

MOST_TIMES = 3
"""Times proposed together: enough to choose from, few enough to be read at a glance."""
LONGEST = 200
"""Of each word field, as Telegram counts: all of them together fit under a document."""
MINUTES = (30, 45, 60, 90, 120)
FURTHEST = timedelta(days=366)
DAY_STARTS, DAY_ENDS = time(7), time(21)
"""A time outside of these is asked about: it is mostly a slip."""
HOURS = range(8, 19)
TWICE = 2
"""Meetings missed on one request, at which its worker is told what could help."""


class State(StrEnum):
    DRAFT = "draft"  # a worker is still putting it together
    PROPOSED = "proposed"  # the client chooses among the times
    WANTED = "wanted"  # the client wishes for other times
    AGREED = "agreed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    OVER = "over"  # it has been held, or missed


class Way(StrEnum):
    PLACE = "place"
    PHONE = "phone"
    VIDEO = "video"


class Answer(StrEnum):
    """To a reminder."""

    COMING = "coming"
    CANNOT = "cannot"
    ANOTHER = "another"


class Attended(StrEnum):
    CAME = "came"
    MISSED = "missed"


class By(StrEnum):
    """Who has cancelled."""

    CLIENT = "client"
    WORKER = "worker"
    NOBODY = "nobody"  # the consent or the request has ended


class Act(StrEnum):
    CHOOSE = "choose"
    ASK = "ask"  # for other times
    DECLINE = "decline"
    CANCEL = "cancel"
    PROPOSE = "propose"  # also other times for a meeting that is agreed on
    MARK = "mark"  # came, or did not


LIVE = frozenset({State.PROPOSED, State.WANTED, State.AGREED})

_CLIENT = {
    State.PROPOSED: frozenset({Act.CHOOSE, Act.ASK, Act.DECLINE}),
    State.WANTED: frozenset({Act.DECLINE}),
    State.AGREED: frozenset({Act.ASK, Act.CANCEL}),
    State.CANCELLED: frozenset({Act.ASK}),
}
_WORKER = {
    State.DRAFT: frozenset({Act.PROPOSE}),
    State.PROPOSED: frozenset({Act.PROPOSE, Act.CANCEL}),
    State.WANTED: frozenset({Act.PROPOSE, Act.CANCEL}),
    State.AGREED: frozenset({Act.PROPOSE, Act.CANCEL}),
}


def for_client(
    state: State, starts_at: datetime | None, now: datetime, attended: Attended | None = None
) -> frozenset[Act]:
    """What the client may do. Once a meeting has begun there is nothing left to change; after a missed one another
    may be asked for."""
    if state is State.OVER:
        return frozenset({Act.ASK}) if attended is Attended.MISSED else frozenset()
    if state is State.AGREED and starts_at is not None and starts_at <= now:
        return frozenset()
    return _CLIENT.get(state, frozenset())


def for_worker(state: State, starts_at: datetime | None, now: datetime) -> frozenset[Act]:
    """What the worker may do. Once a meeting has begun it is only told whether the client came."""
    if state is State.AGREED and starts_at is not None and starts_at <= now:
        return frozenset({Act.MARK})
    return _WORKER.get(state, frozenset())


# --- putting one together


class Details(BaseModel):
    """All words of an appointment."""

    where: str | None = None  # an address, the link of a video call, or a number if the client is to ring
    who: str | None = None
    bring: str | None = None


class Step(StrEnum):
    """What a worker is asked next."""

    TIMES = "times"
    WAY = "way"
    WHERE = "where"
    WHO = "who"
    BRING = "bring"
    PREVIEW = "preview"


TYPED = frozenset({Step.TIMES, Step.WHERE, Step.WHO, Step.BRING})


class Draft(BaseModel):
    """What a worker has entered so far. Words not asked for yet are None; nothing to say is an empty word."""

    times: list[AwareDatetime] = []
    enough: bool = False  # no more times
    way: Way | None = None
    where: str | None = None
    who: str | None = None
    bring: str | None = None
    minutes: int = 60

    @property
    def step(self) -> Step:
        if not self.times or not self.enough:
            return Step.TIMES
        if self.way is None:
            return Step.WAY
        if self.where is None:
            return Step.WHERE
        if self.who is None:
            return Step.WHO
        return Step.BRING if self.bring is None else Step.PREVIEW

    @property
    def details(self) -> Details:
        return Details(where=self.where or None, who=self.who or None, bring=self.bring or None)

    def with_times(self, times: list[datetime]) -> Draft:
        """With these times, too, in their order and each once."""
        return self.model_copy(update={"times": sorted({*self.times, *times})})


def shorten(words: str) -> str:
    """Words as they are kept, on one line."""
    line = " ".join(words.split())
    units = line.encode("utf-16-le")
    return line if len(units) <= 2 * LONGEST else units[: 2 * LONGEST - 2].decode("utf-16-le", "ignore") + "…"


def looks_like_link(words: str) -> bool:
    return words.lower().startswith("https://") and " " not in words and "." in words


def is_unusual(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether a time is one at which few people meet, so that it is asked about."""
    return not DAY_STARTS <= moment.astimezone(zone).time() < DAY_ENDS


def next_days(now: datetime, zone: ZoneInfo, count: int = 9) -> list[datetime]:
    """The working days that are offered first, from today on while there is something left of it; their midnights."""
    local = now.astimezone(zone)
    day = local.date() if local.hour < HOURS[-1] else local.date() + timedelta(days=1)
    found: list[datetime] = []
    while len(found) < count:
        if is_working_day(day):
            found.append(datetime.combine(day, time(0), tzinfo=zone))
        day += timedelta(days=1)
    return found
