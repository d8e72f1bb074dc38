"""What workers may do with contact requests: one of them has it, the others see no more than that."""

import asyncio
from datetime import timedelta

import pytest

from bot.core.requests import Outcome, State, Step
from bot.services import caseload, closing, staff
from bot.services.base import Services
from bot.services.caseload import LONGEST_WORD, mark
from bot.services.staff import Worker
from tests.conftest import HandClock
from tests.services.people import (
    CLIENT,
    KELLO,
    NAME,
    OTHER,
    SOMEBODY_ELSE,
    WORDS,
    accepts,
    asks,
    closes,
    joins,
    outbox,
    request,
)

HUGE = 2**31 - 1


async def in_hand(services: Services) -> tuple[Worker, int]:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    return worker, request_id


# Accepting


async def test_who_accepts_sees_what_the_client_shares_and_the_client_hears_of_it(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    before = await caseload.card(services, worker.id, request_id)
    assert before is not None
    assert before.personal is None
    _, done = await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    assert done
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert card.personal is not None
    assert (card.personal.shared.name, card.personal.shared.words) == (NAME, {"money": WORDS})
    steps = await outbox(services, "step")
    assert [row.detail for row in steps] == [{"state": "accepted", "outcome": None}]


@pytest.mark.parametrize("many", [2, 10])
async def test_of_all_who_accept_at_once_exactly_one_has_it(services: Services, many: int) -> None:
    workers = [await joins(services, f"Työntekijä {number}") for number in range(many)]
    request_id = await asks(services)
    taken = await asyncio.gather(
        *(caseload.take(services, worker.id, request_id, Step.ACCEPT) for worker in workers)
    )
    assert [done for _, done in taken].count(True) == 1
    winner = next(worker for worker, (_, done) in zip(workers, taken, strict=True) if done)
    assert (await request(services, request_id)).accepted_by == winner.id
    for worker in workers:
        card = await caseload.card(services, worker.id, request_id)
        assert card is not None
        assert (card.personal is not None) == (worker.id == winner.id)
        assert card.taken_by == (None if worker.id == winner.id else winner.name)
    assert len(await outbox(services, "step")) == 1


async def test_accepting_twice_is_accepting_once(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    taken = await asyncio.gather(
        *(caseload.take(services, worker.id, request_id, Step.ACCEPT) for _ in range(10))
    )
    assert [done for _, done in taken].count(True) == 1
    assert len(await outbox(services, "step")) == 1


# Rights


async def everything_tried(services: Services, worker_id: int, request_id: int) -> list[object]:
    """Every use case of the worker's side, called for this request."""
    steps = [
        await caseload.take(services, worker_id, request_id, step, outcome)
        for step in Step
        for outcome in (None, Outcome.GOT_HELP)
    ]
    return [
        await caseload.card(services, worker_id, request_id),
        *steps,
        await caseload.begin_writing(services, worker_id, request_id),
        await caseload.draft(services, worker_id, "sana"),
        await caseload.send_draft(services, worker_id, request_id, mark("sana"), "press"),
    ]


async def test_a_worker_of_another_organisation_sees_and_changes_nothing(services: Services) -> None:
    stranger = await joins(services, "Vieras", OTHER)
    worker, taken = await in_hand(services)
    waiting = await asks(services)
    for request_id in (taken, waiting):
        before = await request(services, request_id)
        tried = await everything_tried(services, stranger.id, request_id)
        assert all(answer in (None, False, (None, False)) for answer in tried)
        after = await request(services, request_id)
        assert (after.state, after.accepted_by) == (before.state, before.accepted_by)
    assert await caseload.waiting_and_own(services, stranger.id) == []
    assert len(await caseload.waiting_and_own(services, worker.id)) == 2


async def test_a_removed_worker_sees_and_changes_nothing(services: Services) -> None:
    worker, request_id = await in_hand(services)
    await staff.remove(services, worker.id)
    tried = await everything_tried(services, worker.id, request_id)
    assert all(answer in (None, False, (None, False)) for answer in tried)
    assert await caseload.waiting_and_own(services, worker.id) == []
    assert (await request(services, request_id)).state == State.OPEN


@pytest.mark.parametrize("forged", [0, -1, 4711, HUGE])
async def test_a_forged_request_is_none(services: Services, forged: int) -> None:
    worker = await joins(services)
    tried = await everything_tried(services, worker.id, forged)
    assert all(answer in (None, False, (None, False)) for answer in tried)


@pytest.mark.parametrize("nobody", [0, -1, HUGE])
async def test_a_forged_worker_is_nobody(services: Services, nobody: int) -> None:
    request_id = await asks(services)
    tried = await everything_tried(services, nobody, request_id)
    assert all(answer in (None, False, (None, False)) for answer in tried)
    assert await caseload.waiting_and_own(services, nobody) == []


async def test_a_colleague_sees_who_has_it_and_nothing_personal(services: Services) -> None:
    _worker, request_id = await in_hand(services)
    colleague = await joins(services, "Pekka")
    card = await caseload.card(services, colleague.id, request_id)
    assert card is not None
    assert (card.taken_by, card.personal, card.steps, card.own) == ("Leena", None, frozenset(), False)
    assert NAME not in repr(card)
    for step in (Step.CONTACTED, Step.UNREACHABLE, Step.WRITE):
        assert (await caseload.take(services, colleague.id, request_id, step))[1] is False
    assert not await caseload.begin_writing(services, colleague.id, request_id)


async def test_the_list_holds_what_waits_and_what_is_ones_own_oldest_first(
    services: Services, clock: HandClock
) -> None:
    worker, own = await in_hand(services)
    colleague = await joins(services, "Pekka")
    clock.go(timedelta(minutes=1))
    taken_by_colleague = await asks(services)
    await accepts(services, colleague, taken_by_colleague)
    clock.go(timedelta(minutes=1))
    waiting = await asks(services)
    await asks(services, organisation_id=OTHER)
    assert [card.request_id for card in await caseload.waiting_and_own(services, worker.id)] == [own, waiting]


# Steps


@pytest.mark.parametrize("way", [[Step.CONTACTED], [Step.UNREACHABLE, Step.CONTACTED], []])
async def test_a_request_goes_its_way_to_an_outcome(services: Services, way: list[Step]) -> None:
    worker, request_id = await in_hand(services)
    for step in way:
        assert (await caseload.take(services, worker.id, request_id, step))[1]
    card, done = await caseload.take(services, worker.id, request_id, Step.CLOSE, Outcome.REFERRED_ON)
    assert done
    assert card is not None
    assert (card.state, card.outcome) == ("closing", "referred_on")
    assert await closing.end(services, CLIENT.id, request_id) == "closed"
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert (card.state, card.outcome, card.personal, card.steps) == (
        "closed",
        "referred_on",
        None,
        frozenset(),
    )
    told = [row.detail["state"] for row in await outbox(services, "step") if row.detail]
    assert told == ["accepted", *({"unreachable": "unreachable"}.get(step, step) for step in way)]
    assert [row.detail["outcome"] for row in await outbox(services, "closing") if row.detail] == [
        "referred_on"
    ]


async def test_closing_needs_an_outcome_and_nothing_else_takes_one(services: Services) -> None:
    worker, request_id = await in_hand(services)
    assert (await caseload.take(services, worker.id, request_id, Step.CLOSE))[1] is False
    assert (await caseload.take(services, worker.id, request_id, Step.CONTACTED, Outcome.GOT_HELP))[
        1
    ] is False
    assert (await request(services, request_id)).state == State.ACCEPTED


async def test_a_step_is_taken_once_and_only_from_where_it_may_be(services: Services) -> None:
    worker, request_id = await in_hand(services)
    assert (await caseload.take(services, worker.id, request_id, Step.ACCEPT))[1] is False
    assert (await caseload.take(services, worker.id, request_id, Step.CONTACTED))[1]
    assert (await caseload.take(services, worker.id, request_id, Step.CONTACTED))[1] is False
    await closes(services, worker, request_id)
    for step in Step:
        assert (await caseload.take(services, worker.id, request_id, step))[1] is False


async def test_writing_is_no_step_that_is_taken(services: Services) -> None:
    worker, request_id = await in_hand(services)
    assert (await caseload.take(services, worker.id, request_id, Step.WRITE))[1] is False


# A word through the bot


async def test_words_go_off_once_however_often_send_is_pressed(services: Services) -> None:
    worker, request_id = await in_hand(services)
    assert await caseload.begin_writing(services, worker.id, request_id)
    assert await caseload.draft(services, worker.id, "Hei!") == request_id
    sent = await asyncio.gather(
        *(caseload.send_draft(services, worker.id, request_id, mark("Hei!"), "55") for _ in range(10))
    )
    assert all(sent), "a second tap must not say that nothing was sent"
    assert [row.note for row in await outbox(services, "word")] == ["Hei!"]


async def test_only_the_words_that_were_previewed_go_off(services: Services) -> None:
    worker, request_id = await in_hand(services)
    await caseload.begin_writing(services, worker.id, request_id)
    await caseload.draft(services, worker.id, "Ensimmäinen")
    await caseload.draft(services, worker.id, "Toinen")
    assert not await caseload.send_draft(services, worker.id, request_id, mark("Ensimmäinen"), "1")
    assert await caseload.send_draft(services, worker.id, request_id, mark("Toinen"), "2")
    assert [row.note for row in await outbox(services, "word")] == ["Toinen"]


async def test_words_that_were_given_up_go_nowhere(services: Services) -> None:
    worker, request_id = await in_hand(services)
    await caseload.begin_writing(services, worker.id, request_id)
    await caseload.draft(services, worker.id, "Hei!")
    await caseload.stop_writing(services, worker.id)
    assert not await caseload.send_draft(services, worker.id, request_id, mark("Hei!"), "55")
    assert await caseload.draft(services, worker.id, "jotain muuta") is None
    assert await outbox(services, "word") == []


async def test_words_for_one_client_never_go_to_another(services: Services) -> None:
    worker, first = await in_hand(services)
    second = await asks(services, SOMEBODY_ELSE)
    await accepts(services, worker, second)
    await caseload.begin_writing(services, worker.id, first)
    await caseload.draft(services, worker.id, "Hei!")
    assert not await caseload.send_draft(services, worker.id, second, mark("Hei!"), "55")
    await caseload.begin_writing(services, worker.id, second)
    assert not await caseload.send_draft(services, worker.id, first, mark("Hei!"), "55")


async def test_long_words_are_cut_as_the_preview_shows(services: Services) -> None:
    worker, request_id = await in_hand(services)
    await caseload.begin_writing(services, worker.id, request_id)
    long = "ä" * (LONGEST_WORD + 500)
    await caseload.draft(services, worker.id, long)
    assert await caseload.send_draft(services, worker.id, request_id, mark(long), "55")
    assert [row.note for row in await outbox(services, "word")] == ["ä" * LONGEST_WORD]


async def test_when_the_consent_is_over_nothing_more_is_written_or_kept(
    services: Services, clock: HandClock
) -> None:
    worker, request_id = await in_hand(services)
    await caseload.begin_writing(services, worker.id, request_id)
    await caseload.draft(services, worker.id, "Hei!")
    clock.go(timedelta(days=30))
    assert not await caseload.send_draft(services, worker.id, request_id, mark("Hei!"), "55")
    assert await caseload.draft(services, worker.id, "Hei vielä!") is None
    found = await staff.everyone(services)
    assert [(one.writing_to, one.draft) for one, _ in found] == [(None, None)]


# The message that shows the request


async def test_one_message_shows_the_request_and_the_one_before_is_named(services: Services) -> None:
    worker, request_id = await in_hand(services)
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert await caseload.shown(services, worker.id, request_id) is None
    assert await caseload.remember_shown(services, worker.id, card, 10) is None
    assert await caseload.remember_shown(services, worker.id, card, 10) is None
    assert await caseload.remember_shown(services, worker.id, card, 11) == 10
    assert await caseload.shown(services, worker.id, request_id) == 11


async def test_of_messages_that_appear_at_once_all_but_one_are_named_to_go(services: Services) -> None:
    worker, request_id = await in_hand(services)
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    gone = await asyncio.gather(
        *(caseload.remember_shown(services, worker.id, card, message_id) for message_id in range(1, 11))
    )
    left = await caseload.shown(services, worker.id, request_id)
    assert sorted([*(message for message in gone if message), left]) == list(range(1, 11))


async def test_what_changed_while_it_was_being_shown_is_brought_up_to_date(services: Services) -> None:
    from bot.services import consents
    from bot.services import outbox as rows

    worker, request_id = await in_hand(services)
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    for row in await rows.claim(services):
        await rows.settle(services, row, rows.Row.SENT)
    await caseload.keep_true(services, worker.id, card)
    assert all(row.state == "sent" for row in await outbox(services, "card"))
    mine = (await consents.mine(services, CLIENT.id))[0]
    await consents.withdraw(services, CLIENT.id, mine.id)
    for row in await rows.claim(services):
        await rows.settle(services, row, rows.Row.SENT)
    await caseload.keep_true(services, worker.id, card)
    assert [row.state for row in await outbox(services, "card")] == ["waiting"]


async def test_organisations_are_told_apart(services: Services) -> None:
    worker, other = await joins(services), await joins(services, "Muu", OTHER)
    await asks(services)
    await asks(services, organisation_id=OTHER)
    cards = {(row.staff_id, row.request_id) for row in await outbox(services, "card")}
    assert cards == {(worker.id, 1), (other.id, 2)}
    assert worker.organisation_id == KELLO
