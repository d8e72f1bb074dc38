"""The life of a contact request (yhteydenottopyyntö): who may do what to it, and when."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    OPEN = "open"  # waits for a worker of the organisation
    ACCEPTED = "accepted"  # one worker has it and sees what the consent covers
    CONTACTED = "contacted"
    UNREACHABLE = "unreachable"  # the worker has tried and not got through
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
    WRITE = "write"


class Urgency(StrEnum):
    """How soon, from the client's own ratings: nobody assesses anything here."""

    SOON = "soon"  # an area rated 1, and somebody wished beside
    ORDINARY = "ordinary"


IN_HAND = frozenset({State.ACCEPTED, State.CONTACTED, State.UNREACHABLE})
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

AFTER = {
    Step.ACCEPT: State.ACCEPTED,
    Step.CONTACTED: State.CONTACTED,
    Step.UNREACHABLE: State.UNREACHABLE,
    Step.CLOSE: State.CLOSED,
}


def steps(state: State, *, own: bool) -> frozenset[Step]:
    """What a worker may do to a request in `state`; `own` says whether it is this worker who accepted it."""
    return _STEPS[state] if own or state is State.OPEN else frozenset()


def urgency(ratings: list[int], beside: bool) -> Urgency:
    return Urgency.SOON if beside and 1 in ratings else Urgency.ORDINARY
