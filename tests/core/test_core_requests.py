"""What a worker may do with a contact request, and when."""

import itertools

import pytest

from bot.core.requests import (
    AFTER,
    ENDED,
    IN_HAND,
    LIVE,
    SAYS_NO,
    Outcome,
    Side,
    State,
    Step,
    Urgency,
    closed,
    reopened,
    steps,
    urgency,
)

IN_HAND_STEPS = {Step.CONTACTED, Step.UNREACHABLE, Step.CLOSE, Step.WRITE}


@pytest.mark.parametrize(
    ("state", "own"),
    [
        (State.OPEN, {Step.ACCEPT}),
        (State.ACCEPTED, IN_HAND_STEPS),
        (State.CONTACTED, IN_HAND_STEPS - {Step.CONTACTED}),
        (State.UNREACHABLE, IN_HAND_STEPS - {Step.UNREACHABLE}),
        (State.CLOSING, {Step.REOPEN, Step.WRITE}),
        (State.CLOSED, set()),
        (State.WITHDRAWN, set()),
    ],
)
def test_a_worker_may_do_what_comes_next(state: State, own: set[Step]) -> None:
    assert steps(state, own=True) == own


def test_what_the_client_calls_over_the_worker_can_close_and_not_reopen() -> None:
    assert steps(State.CLOSING, own=True, closing_by=Side.CLIENT) == {Step.CLOSE, Step.WRITE}
    assert steps(State.CLOSING, own=True, closing_by=Side.WORKER) == {Step.REOPEN, Step.WRITE}


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
    for state in IN_HAND - {State.CLOSING}:
        assert Step.CLOSE in steps(state, own=True)


def test_it_takes_two_to_close_a_request_that_somebody_has() -> None:
    for before in IN_HAND - {State.CLOSING}:
        for outcome in set(Outcome) - SAYS_NO:
            assert closed(Side.WORKER, outcome, before, None) is State.CLOSING
            assert closed(Side.WORKER, outcome, State.CLOSING, Side.CLIENT) is State.CLOSED
        assert closed(Side.CLIENT, None, before, None) is State.CLOSING
        assert closed(Side.CLIENT, None, State.CLOSING, Side.WORKER) is State.CLOSED


def test_one_word_is_enough_where_nobody_is_left_to_ask_or_the_organisation_cannot_help() -> None:
    assert closed(Side.CLIENT, None, State.OPEN, None) is State.CLOSED
    for before, outcome in itertools.product(IN_HAND - {State.CLOSING}, SAYS_NO):
        assert closed(Side.WORKER, outcome, before, None) is State.CLOSED


def test_saying_it_twice_is_not_both_saying_it() -> None:
    for side in Side:
        assert closed(side, None, State.CLOSING, side) is State.CLOSING


@pytest.mark.parametrize(
    ("contacted", "disputed", "after"),
    [
        (True, False, State.CONTACTED),
        (True, True, State.ACCEPTED),
        (False, False, State.ACCEPTED),
        (False, True, State.ACCEPTED),
    ],
)
def test_what_goes_on_goes_on_with_the_worker_who_has_it(
    contacted: bool, disputed: bool, after: State
) -> None:
    assert reopened(contacted=contacted, disputed=disputed) is after


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
