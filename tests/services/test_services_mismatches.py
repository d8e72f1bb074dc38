"""The worker says contacted, the client says that nobody called: it opens again, and is on a list until both agree."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.core.grants import Role
from bot.core.requests import Outcome, State, Step
from bot.services import caseload, clients, closing, mismatches, staff
from bot.services.base import Services
from bot.services.staff import Worker
from tests.conftest import HandClock
from tests.services.people import CLIENT, OTHER, SOMEBODY_ELSE, accepts, asks, joins, outbox, request


async def contacted(services: Services) -> tuple[Worker, int]:
    worker, request_id = await joins(services), await asks(services)
    await accepts(services, worker, request_id)
    assert (await caseload.take(services, worker.id, request_id, Step.CONTACTED))[1]
    return worker, request_id


async def test_it_opens_again_for_its_worker_who_is_told_as_is_the_contact_person(
    services: Services, clock: HandClock
) -> None:
    person = await joins(services, "Pirjo", role=Role.CONTACT_PERSON)
    await joins(services, "Olli", OTHER, role=Role.CONTACT_PERSON)
    worker, request_id = await contacted(services)
    said = await asyncio.gather(
        *(mismatches.nobody_called(services, CLIENT.id, request_id) for _ in range(5))
    )
    assert all(said)
    row = await request(services, request_id)
    assert (row.state, row.accepted_by, row.disputed_at) == ("accepted", worker.id, clock())
    assert {one.staff_id for one in await outbox(services, "mismatch")} == {worker.id, person.id}
    assert len(await outbox(services, "mismatch")) == 2


async def test_a_contact_person_who_has_it_is_told_once(services: Services) -> None:
    person, request_id = await joins(services, role=Role.CONTACT_PERSON), await asks(services)
    await accepts(services, person, request_id)
    await caseload.take(services, person.id, request_id, Step.CONTACTED)
    await mismatches.nobody_called(services, CLIENT.id, request_id)
    assert [one.staff_id for one in await outbox(services, "mismatch")] == [person.id]


async def test_it_is_on_the_list_until_the_client_says_that_somebody_called(services: Services) -> None:
    person = await joins(services, "Pirjo", role=Role.CONTACT_PERSON)
    coordinator = await joins(services, "Kaisa", OTHER, role=Role.COORDINATOR)
    worker, request_id = await contacted(services)
    await mismatches.nobody_called(services, CLIENT.id, request_id)
    for who, name in ((person, "Leena"), (coordinator, None)):
        (found,) = await mismatches.listed(services, who.id) or []
        assert (found.request_id, found.worker) == (request_id, name)
        assert "Aino" not in repr(found)
    assert await mismatches.listed(services, worker.id) is None
    assert (await caseload.take(services, worker.id, request_id, Step.CONTACTED))[1]
    assert len(await mismatches.listed(services, person.id) or []) == 1, "it is the client who confirms it"
    assert await mismatches.was_contacted(services, CLIENT.id, request_id)
    assert await mismatches.listed(services, person.id) == []
    assert (await request(services, request_id)).state == State.CONTACTED


async def test_a_call_that_the_worker_has_not_marked_is_marked_by_the_clients_word(
    services: Services,
) -> None:
    _worker, request_id = await contacted(services)
    await mismatches.nobody_called(services, CLIENT.id, request_id)
    assert await mismatches.was_contacted(services, CLIENT.id, request_id)
    row = await request(services, request_id)
    assert (row.state, row.disputed_at) == ("contacted", None)


async def test_the_second_call_can_be_missed_as_well(services: Services, clock: HandClock) -> None:
    worker, request_id = await contacted(services)
    for _ in range(2):
        assert await mismatches.nobody_called(services, CLIENT.id, request_id)
        clock.go(timedelta(hours=1))
        assert (await caseload.take(services, worker.id, request_id, Step.CONTACTED))[1]
    assert len(await outbox(services, "mismatch")) == 2


async def test_a_client_who_is_asked_about_the_end_can_say_that_nobody_called(services: Services) -> None:
    worker, request_id = await contacted(services)
    await caseload.take(services, worker.id, request_id, Step.CLOSE, Outcome.NOT_INTERESTED)
    assert await mismatches.nobody_called(services, CLIENT.id, request_id)
    row = await request(services, request_id)
    assert (row.state, row.outcome, row.closing_by) == ("accepted", None, None)


@pytest.mark.parametrize("step", [None, Step.ACCEPT, Step.UNREACHABLE])
async def test_where_nobody_says_contacted_there_is_nothing_to_dispute(
    services: Services, step: Step | None
) -> None:
    worker, request_id = await joins(services), await asks(services)
    for each in (Step.ACCEPT, *([Step.UNREACHABLE] if step is Step.UNREACHABLE else ())) if step else ():
        await caseload.take(services, worker.id, request_id, each)
    assert not await mismatches.nobody_called(services, CLIENT.id, request_id)
    assert (await request(services, request_id)).disputed_at is None


async def test_nobody_says_it_of_anothers_request(services: Services) -> None:
    _worker, request_id = await contacted(services)
    await asks(services, SOMEBODY_ELSE)
    assert not await mismatches.nobody_called(services, SOMEBODY_ELSE.id, request_id)
    assert not await mismatches.was_contacted(services, SOMEBODY_ELSE.id, request_id)


async def test_what_is_over_or_has_no_worker_any_more_is_off_the_list_or_on_it(services: Services) -> None:
    person = await joins(services, "Pirjo", role=Role.CONTACT_PERSON)
    worker, request_id = await contacted(services)
    await mismatches.nobody_called(services, CLIENT.id, request_id)
    await staff.remove(services, worker.id)
    (found,) = await mismatches.listed(services, person.id) or []
    assert (found.state, found.worker) == (State.OPEN, None), "nobody has called yet"
    await closing.end(services, CLIENT.id, request_id)
    assert await mismatches.listed(services, person.id) == []


# The chat is closed


async def test_the_worker_who_has_it_hears_that_the_chat_is_closed_and_colleagues_do_not(
    services: Services, clock: HandClock
) -> None:
    worker, request_id = await contacted(services)
    await joins(services, "Pekka")
    await asks(services)
    await asyncio.gather(*(clients.chat_reachable(services, CLIENT.id, False) for _ in range(3)))
    (row,) = await outbox(services, "unreached")
    assert (row.staff_id, row.request_id) == (worker.id, request_id)
    await clients.chat_reachable(services, CLIENT.id, True)
    clock.go(timedelta(hours=1))
    await clients.chat_reachable(services, CLIENT.id, False)
    assert len(await outbox(services, "unreached")) == 2
