"""A request ends when both sides have said so, or when one has been silent for a fortnight and both are told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.core.requests import CLOSES_AFTER, Outcome, State, Step
from bot.services import caseload, clients, closing, consents, housekeeping, requests, staff
from bot.services.base import Services
from bot.services.staff import Worker
from tests.conftest import HandClock
from tests.services.people import (
    CLIENT,
    SOMEBODY_ELSE,
    accepts,
    asks,
    closes,
    consent_of,
    joins,
    outbox,
    request,
)

A_SECOND = timedelta(seconds=1)


async def in_hand(services: Services, *, contacted: bool = True, days: int = 90) -> tuple[Worker, int]:
    worker, request_id = await joins(services), await asks(services, days=days)
    await accepts(services, worker, request_id)
    if contacted:
        assert (await caseload.take(services, worker.id, request_id, Step.CONTACTED))[1]
    return worker, request_id


async def calls_over(
    services: Services, worker: Worker, request_id: int, outcome: Outcome = Outcome.GOT_HELP
) -> bool:
    return (await caseload.take(services, worker.id, request_id, Step.CLOSE, outcome))[1]


async def news(services: Services) -> list[str]:
    return [row.detail["news"] for row in await outbox(services, "closing_told") if row.detail]


# The worker says so first


async def test_the_client_is_asked_and_until_then_it_is_in_hand(services: Services) -> None:
    worker, request_id = await in_hand(services)
    assert await calls_over(services, worker, request_id)
    row = await request(services, request_id)
    assert (row.state, row.outcome, row.closing_by, row.closed_at) == ("closing", "got_help", "worker", None)
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert card.personal is not None
    assert card.steps == {Step.REOPEN, Step.WRITE}
    assert [one.request_id for one in await caseload.waiting_and_own(services, worker.id)] == [request_id]
    assert len(await outbox(services, "closing")) == 1
    (mine,) = await requests.mine(services, CLIENT.id)
    assert mine.live


async def test_a_yes_closes_it(services: Services, clock: HandClock) -> None:
    worker, request_id = await in_hand(services)
    await calls_over(services, worker, request_id)
    clock.go(timedelta(days=1))
    answers = await asyncio.gather(*(closing.end(services, CLIENT.id, request_id) for _ in range(5)))
    assert set(answers) == {State.CLOSED, None}
    row = await request(services, request_id)
    assert (row.state, row.outcome, row.closed_at) == ("closed", "got_help", clock())
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert (card.personal, card.steps) == (None, frozenset())


@pytest.mark.parametrize("contacted", [True, False])
async def test_a_no_gives_it_back_to_the_worker_who_has_it(services: Services, contacted: bool) -> None:
    worker, request_id = await in_hand(services, contacted=contacted)
    await calls_over(services, worker, request_id)
    assert await closing.go_on(services, CLIENT.id, request_id)
    row = await request(services, request_id)
    assert row.state == ("contacted" if contacted else "accepted")
    assert (row.accepted_by, row.outcome, row.closing_by, row.closing_at) == (worker.id, None, None, None)
    assert await news(services) == ["needs"]
    assert not await closing.go_on(services, CLIENT.id, request_id)
    assert await calls_over(services, worker, request_id, Outcome.REFERRED_ON), "it can end another day"


@pytest.mark.parametrize("outcome", [Outcome.NO_CAPACITY, Outcome.NOT_RIGHT_PLACE])
async def test_an_organisation_that_cannot_help_closes_and_its_client_is_told_at_once(
    services: Services, outcome: Outcome
) -> None:
    worker, request_id = await in_hand(services)
    assert await calls_over(services, worker, request_id, outcome)
    assert (await request(services, request_id)).state == State.CLOSED
    assert await outbox(services, "closing") == []
    assert (await outbox(services, "step"))[-1].detail["outcome"] == outcome  # type: ignore[index]


async def test_a_wrong_outcome_is_taken_back_while_the_client_has_not_answered(services: Services) -> None:
    worker, request_id = await in_hand(services)
    await calls_over(services, worker, request_id, Outcome.NOT_INTERESTED)
    done = await asyncio.gather(
        *(caseload.take(services, worker.id, request_id, Step.REOPEN) for _ in range(5))
    )
    assert [one for _, one in done].count(True) == 1
    assert (await request(services, request_id)).state == State.CONTACTED
    assert all((row.detail or {}).get("goes_on") is None for row in await outbox(services, "step"))
    await closes(services, worker, request_id)
    assert not (await caseload.take(services, worker.id, request_id, Step.REOPEN))[1]


async def test_a_client_who_has_been_asked_is_told_that_it_goes_on(services: Services) -> None:
    from bot.services import outbox as rows

    worker, request_id = await in_hand(services)
    await calls_over(services, worker, request_id)
    while due := await rows.claim(services):
        for row in due:
            await rows.settle(services, row, rows.Row.SENT)
    await caseload.take(services, worker.id, request_id, Step.REOPEN)
    assert (await outbox(services, "step"))[-1].detail["goes_on"]  # type: ignore[index]


@pytest.mark.parametrize("round_", range(5))
async def test_taking_back_and_answering_at_once_ends_in_one_of_both(services: Services, round_: int) -> None:
    worker, request_id = await in_hand(services)
    await calls_over(services, worker, request_id)
    asked = (await outbox(services, "closing"))[0].detail["asked"]  # type: ignore[index]
    (_, back), ended = await asyncio.gather(
        caseload.take(services, worker.id, request_id, Step.REOPEN),
        closing.end(services, CLIENT.id, request_id, asked),
    )
    assert back is (ended is None)
    assert (await request(services, request_id)).state == (State.CONTACTED if back else State.CLOSED)


async def test_an_answer_to_an_earlier_question_is_none_to_a_later_one(
    services: Services, clock: HandClock
) -> None:
    worker, request_id = await in_hand(services)
    await calls_over(services, worker, request_id)
    first = (await outbox(services, "closing"))[0].detail["asked"]  # type: ignore[index]
    await closing.go_on(services, CLIENT.id, request_id, first)
    clock.go(timedelta(days=1))
    assert await closing.end(services, CLIENT.id, request_id, first) is None
    await calls_over(services, worker, request_id)
    assert await closing.end(services, CLIENT.id, request_id, first) is None
    assert not await closing.go_on(services, CLIENT.id, request_id, first)
    assert len(await outbox(services, "closing")) == 2


# The client says so first


async def test_the_worker_is_asked_and_confirms(services: Services) -> None:
    worker, request_id = await in_hand(services)
    said = await asyncio.gather(*(closing.end(services, CLIENT.id, request_id) for _ in range(5)))
    assert set(said) == {State.CLOSING}
    assert await news(services) == ["over"]
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert card.steps == {Step.CLOSE, Step.WRITE}
    assert await calls_over(services, worker, request_id, Outcome.NOT_INTERESTED)
    row = await request(services, request_id)
    assert (row.state, row.outcome, row.closing_by) == ("closed", "not_interested", "client")


async def test_the_client_may_need_help_after_all(services: Services) -> None:
    worker, request_id = await in_hand(services)
    await closing.end(services, CLIENT.id, request_id)
    assert await closing.go_on(services, CLIENT.id, request_id)
    assert (await request(services, request_id)).state == State.CONTACTED
    assert await news(services) == ["over", "needs"]
    assert (await request(services, request_id)).accepted_by == worker.id


async def test_what_nobody_has_ends_on_the_clients_word(services: Services) -> None:
    worker, request_id = await joins(services), await asks(services)
    assert await closing.end(services, CLIENT.id, request_id) is State.CLOSED
    assert not (await caseload.take(services, worker.id, request_id, Step.ACCEPT))[1]
    assert await news(services) == []


@pytest.mark.parametrize("round_", range(5))
async def test_both_saying_so_at_once_is_both_saying_so(services: Services, round_: int) -> None:
    worker, request_id = await in_hand(services)
    closed, _ended = await asyncio.gather(
        calls_over(services, worker, request_id), closing.end(services, CLIENT.id, request_id)
    )
    row = await request(services, request_id)
    if closed:
        assert row.state == State.CLOSED
    else:  # the client was faster, and the worker's card says so now
        assert (row.state, row.closing_by) == ("closing", "client")
        assert await calls_over(services, worker, request_id)


async def test_nobody_ends_or_opens_what_is_anothers(services: Services) -> None:
    worker, request_id = await in_hand(services)
    await asks(services, SOMEBODY_ELSE)
    assert await closing.end(services, SOMEBODY_ELSE.id, request_id) is None
    await calls_over(services, worker, request_id)
    assert not await closing.go_on(services, SOMEBODY_ELSE.id, request_id)
    colleague = await joins(services, "Pekka")
    assert not (await caseload.take(services, colleague.id, request_id, Step.REOPEN))[1]
    assert (await request(services, request_id)).state == State.CLOSING


# Nobody answers


@pytest.mark.parametrize("first", ["worker", "client"])
async def test_after_a_fortnight_it_closes_and_both_are_told_once(
    services: Services, clock: HandClock, first: str
) -> None:
    worker, request_id = await in_hand(services)
    if first == "worker":
        await calls_over(services, worker, request_id)
    else:
        await closing.end(services, CLIENT.id, request_id)
    clock.go(CLOSES_AFTER - A_SECOND)
    await housekeeping.tick(services)
    assert (await request(services, request_id)).state == State.CLOSING
    clock.go(A_SECOND)
    await asyncio.gather(*(closing.run_out(services) for _ in range(5)))
    row = await request(services, request_id)
    assert (row.state, row.outcome) == ("closed", "got_help" if first == "worker" else None)
    assert [one.detail.get("ran_out") for one in await outbox(services, "step") if one.detail][-1]
    assert (await news(services))[-1] == "ran_out"
    assert (await news(services)).count("ran_out") == 1


# What else looks at it


async def test_a_consent_withdrawn_meanwhile_ends_it_and_leaves_no_outcome(
    services: Services, clock: HandClock
) -> None:
    worker, request_id = await in_hand(services)
    await calls_over(services, worker, request_id)
    await consents.withdraw(services, CLIENT.id, (await consent_of(services, request_id)).id)
    row = await request(services, request_id)
    assert (row.state, row.outcome, row.closing_by) == ("withdrawn", None, None)
    clock.go(CLOSES_AFTER)
    assert await closing.run_out(services) == 0
    assert await closing.end(services, CLIENT.id, request_id) is None


async def test_an_account_with_an_end_that_is_open_is_no_idle_one(
    services: Services, clock: HandClock
) -> None:
    worker, request_id = await in_hand(services, days=180)
    await calls_over(services, worker, request_id)
    async with services.db.work() as session:
        client = await clients.find(session, services, CLIENT.id)
        assert client is not None
        client.last_seen_at = clock() - timedelta(days=1000)
    assert (await housekeeping.purge(services))["clients"] == 0


async def test_words_and_changes_still_reach_the_worker(services: Services) -> None:
    worker, request_id = await in_hand(services)
    await calls_over(services, worker, request_id)
    assert await requests.answer(services, CLIENT.id, request_id, "Kiitos!", 7)
    assert await caseload.begin_writing(services, worker.id, request_id)
    (mine,) = await consents.mine(services, CLIENT.id)
    assert mine.live


async def test_when_the_worker_leaves_what_only_they_called_over_is_open_for_colleagues(
    services: Services,
) -> None:
    worker, request_id = await in_hand(services)
    await calls_over(services, worker, request_id)
    await staff.remove(services, worker.id)
    row = await request(services, request_id)
    assert (row.state, row.accepted_by, row.outcome, row.closing_by) == ("open", None, None, None)


async def test_when_the_worker_leaves_what_the_client_has_ended_is_over(services: Services) -> None:
    worker, request_id = await in_hand(services)
    await closing.end(services, CLIENT.id, request_id)
    await staff.remove(services, worker.id)
    assert (await request(services, request_id)).state == State.CLOSED
