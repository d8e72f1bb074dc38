"""The life of a contact request (yhteydenottopyyntö): who may do what to it, and when."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    OPEN = "open"  # waits for a worker of the organisation
    ACCEPTED = "accepted"  # one worker has it and sees what the consent covers
    CONTACTED = "contacted"
    UNREACHABLE = "unreachable"  # the worker has tried and not got through
    CLOSING = "closing"  # one side says that it is over, and the other one is asked
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # the consent was withdrawn or ended


class Outcome(StrEnum):
    """How a request ended, in the worker's words."""

    GOT_HELP = "got_help"
    REFERRED_ON = "referred_on"
    NO_CAPACITY = "no_capacity"
    NOT_RIGHT_PLACE = "not_right_place"
    NOT_INTERESTED = "not_interested"


class Step(StrEnum):
    """What a worker can do."""

    ACCEPT = "accept"
    CONTACTED = "contacted"
    UNREACHABLE = "unreachable"
    CLOSE = "close"
    REOPEN = "reopen"  # closed by a slip, and the client has not answered yet
    WRITE = "write"


class Side(StrEnum):
    """Who says that it is over."""

    CLIENT = "client"
    WORKER = "worker"


class Urgency(StrEnum):
    """How soon, from the client's own ratings: nobody assesses anything here."""

    SOON = "soon"  # an area rated 1, and somebody wished beside
    ORDINARY = "ordinary"


IN_HAND = frozenset({State.ACCEPTED, State.CONTACTED, State.UNREACHABLE, State.CLOSING})
LIVE = IN_HAND | {State.OPEN}
ENDED = frozenset({State.CLOSED, State.WITHDRAWN})
LEARNING = IN_HAND | {State.CLOSED}
"""Somebody has or had the request: how it went afterwards is their concern."""

_STEPS: dict[State, frozenset[Step]] = {
    State.OPEN: frozenset({Step.ACCEPT}),
    State.ACCEPTED: frozenset({Step.CONTACTED, Step.UNREACHABLE, Step.CLOSE, Step.WRITE}),
    State.CONTACTED: frozenset({Step.UNREACHABLE, Step.CLOSE, Step.WRITE}),
    State.UNREACHABLE: frozenset({Step.CONTACTED, Step.CLOSE, Step.WRITE}),
    State.CLOSED: frozenset(),
    State.WITHDRAWN: frozenset(),
}
_STEPS_AT_THE_END = {
    Side.WORKER: frozenset({Step.REOPEN, Step.WRITE}),
    Side.CLIENT: frozenset({Step.CLOSE, Step.WRITE}),
}

AFTER = {
    Step.ACCEPT: State.ACCEPTED,
    Step.CONTACTED: State.CONTACTED,
    Step.UNREACHABLE: State.UNREACHABLE,
}
"""What a step leads to. Where closing and reopening lead depends on what was said before: `closed`, `reopened`."""


def steps(state: State, *, own: bool, closing_by: Side | None = None) -> frozenset[Step]:
    """What a worker may do to a request in `state`; `own` says whether it is this worker who accepted it."""
    if state is State.CLOSING:
        return _STEPS_AT_THE_END[closing_by or Side.WORKER] if own else frozenset()
    return _STEPS[state] if own or state is State.OPEN else frozenset()


# --- the end, which takes two


CLOSES_AFTER = timedelta(days=14)
"""So long the other side has time to answer; then a request closes by itself, and both are told. A fortnight outlasts a
week without a telephone, and a worker's week off."""

SAYS_NO = frozenset({Outcome.NO_CAPACITY, Outcome.NOT_RIGHT_PLACE})
"""An organisation that says "not us" cannot be kept by a client's no, and whether that suits them would be a cruel
question. Such a request closes on the worker's word alone, and its client is told at once and offered others."""


def closed(by: Side, outcome: Outcome | None, before: State, closing_by: Side | None) -> State:
    """Where a request stands after one side has said that it is over: closed when both have said so, when there is no
    other side to ask, or when the organisation cannot help."""
    both = closing_by not in (None, by)
    return State.CLOSED if both or before is State.OPEN or outcome in SAYS_NO else State.CLOSING


def reopened(*, contacted: bool, disputed: bool) -> State:
    """Where a request goes on that was about to close: to the worker who has it, as it was before."""
    return State.CONTACTED if contacted and not disputed else State.ACCEPTED


def urgency(ratings: list[int], beside: bool) -> Urgency:
    return Urgency.SOON if beside and 1 in ratings else Urgency.ORDINARY
