"""What a worker may do with a contact request, and when."""

import itertools

import pytest

from bot.core.requests import AFTER, ENDED, IN_HAND, LIVE, State, Step, Urgency, steps, urgency

IN_HAND_STEPS = {Step.CONTACTED, Step.UNREACHABLE, Step.CLOSE, Step.WRITE}


@pytest.mark.parametrize(
    ("state", "own"),
    [
        (State.OPEN, {Step.ACCEPT}),
        (State.ACCEPTED, IN_HAND_STEPS),
        (State.CONTACTED, IN_HAND_STEPS - {Step.CONTACTED}),
        (State.UNREACHABLE, IN_HAND_STEPS - {Step.UNREACHABLE}),
        (State.CLOSED, set()),
        (State.WITHDRAWN, set()),
    ],
)
def test_a_worker_may_do_what_comes_next(state: State, own: set[Step]) -> None:
    assert steps(state, own=True) == own


@pytest.mark.parametrize("state", State)
def test_colleagues_may_only_take_what_is_open(state: State) -> None:
    assert steps(state, own=False) == ({Step.ACCEPT} if state is State.OPEN else set())


def test_every_state_is_open_in_hand_or_ended() -> None:
    assert {State.OPEN} | IN_HAND | ENDED == set(State)
    assert LIVE.isdisjoint(ENDED)


def test_what_has_ended_stays_so_and_a_step_is_never_taken_twice() -> None:
    for state, step in itertools.product(State, AFTER):
        if step in steps(state, own=True):
            assert state not in ENDED
            assert AFTER[step] is not state


def test_every_live_request_can_be_brought_to_an_end() -> None:
    for state in IN_HAND:
        assert Step.CLOSE in steps(state, own=True)


@pytest.mark.parametrize(
    ("ratings", "beside", "found"),
    [
        ([1, 5], True, Urgency.SOON),
        ([1, 5], False, Urgency.ORDINARY),
        ([2, 2], True, Urgency.ORDINARY),
        ([], True, Urgency.ORDINARY),
    ],
)
def test_soon_is_for_who_has_it_hardest_and_wants_somebody_beside(
    ratings: list[int], beside: bool, found: Urgency
) -> None:
    assert urgency(ratings, beside) is found
