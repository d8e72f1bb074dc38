"""A request that nobody takes goes to the contact person, the coordinator, and honestly to the client; never twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.core.grants import Role
from bot.core.requests import State, Step
from bot.core.rescue import Reached
from bot.db.tables import Staff
from bot.services import caseload, closing, consents, housekeeping, rescue, staff
from bot.services.base import Services
from bot.services.staff import Worker
from tests.conftest import HandClock
from tests.services.people import CLIENT, KELLO, OTHER, accepts, asks, consent_of, joins, outbox, request

FIRST, SECOND, LAST = timedelta(days=2), timedelta(days=6), timedelta(days=7)
"""From a Wednesday: two working days, four (over a weekend), and one more for the coordinator."""
A_SECOND = timedelta(seconds=1)


async def everybody(services: Services) -> dict[str, Worker]:
    return {
        "worker": await joins(services, "Leena"),
        "person": await joins(services, "Pirjo", role=Role.CONTACT_PERSON),
        "other person": await joins(services, "Olli", OTHER, role=Role.CONTACT_PERSON),
        "coordinator": await joins(services, "Kaisa", OTHER, role=Role.COORDINATOR),
    }


async def told(services: Services) -> list[tuple[str, int | None]]:
    """Who has been told by now, in order."""
    return [
        (row.kind, row.staff_id) for kind in ("rescue", "unanswered") for row in await outbox(services, kind)
    ]


async def test_each_is_told_in_turn_and_once(services: Services, clock: HandClock) -> None:
    people, request_id = await everybody(services), await asks(services)
    began, heard = clock(), []
    for after in (FIRST, SECOND, LAST):
        clock.set(began + after - A_SECOND)
        assert await rescue.run(services) == 0
        clock.set(began + after)
        assert await rescue.run(services) == 1
        assert await rescue.run(services) == 0
        heard.append(len(await told(services)))
    assert heard == [1, 2, 3]
    assert await told(services) == [
        ("rescue", people["person"].id),
        ("rescue", people["coordinator"].id),
        ("unanswered", None),
    ]
    assert (await request(services, request_id)).rescue_step == Reached.CLIENT
    clock.go(timedelta(days=100))
    assert await rescue.run(services) == 0


@pytest.mark.parametrize("at_once", [2, 10])
async def test_however_many_look_at_once_each_is_told_once(
    services: Services, clock: HandClock, at_once: int
) -> None:
    await everybody(services)
    await asks(services)
    for after in (FIRST, SECOND - FIRST, LAST - SECOND):
        clock.go(after)
        await asyncio.gather(*(rescue.run(services) for _ in range(at_once)))
    assert len(await told(services)) == 3


async def test_the_courier_does_it_by_itself_also_after_it_stood_still(
    services: Services, clock: HandClock
) -> None:
    people = await everybody(services)
    await asks(services)
    await housekeeping.tick(services)
    clock.go(timedelta(days=20))
    await housekeeping.tick(services)
    assert await told(services) == [
        ("rescue", people["person"].id),
        ("rescue", people["coordinator"].id),
        ("unanswered", None),
    ]


async def test_without_a_contact_person_it_goes_straight_to_the_coordinator(
    services: Services, clock: HandClock
) -> None:
    await joins(services)
    coordinator = await joins(services, "Kaisa", OTHER, role=Role.COORDINATOR)
    await asks(services)
    clock.go(FIRST)
    await rescue.run(services)
    assert await told(services) == [("rescue", coordinator.id)]
    clock.go(SECOND - FIRST)
    assert await rescue.run(services) == 0, "the coordinator has time, too"
    clock.go(LAST - SECOND)
    await rescue.run(services)
    assert (await told(services))[1:] == [("unanswered", None)]


async def test_without_a_coordinator_the_client_is_told_at_the_second_time(
    services: Services, clock: HandClock
) -> None:
    person = await joins(services, role=Role.CONTACT_PERSON)
    await asks(services)
    clock.go(SECOND)
    await rescue.run(services)
    assert await told(services) == [("rescue", person.id), ("unanswered", None)]


async def test_who_is_all_alone_hears_of_it_too(services: Services, clock: HandClock) -> None:
    worker, _request_id = await joins(services), await asks(services)
    await staff.remove(services, worker.id)
    clock.go(SECOND)
    await rescue.run(services)
    assert await told(services) == [("unanswered", None)]


async def test_who_has_blocked_the_bot_is_passed_over(services: Services, clock: HandClock) -> None:
    people = await everybody(services)
    await asks(services)
    async with services.db.work() as session:
        person = await session.get(Staff, people["person"].id)
        assert person is not None
        person.blocked_at = clock()
    clock.go(FIRST)
    await rescue.run(services)
    assert await told(services) == [("rescue", people["coordinator"].id)]


async def test_what_somebody_has_or_what_is_over_is_left_alone(services: Services, clock: HandClock) -> None:
    people = await everybody(services)
    taken, withdrawn, ended = [await asks(services) for _ in range(3)]
    await accepts(services, people["worker"], taken)
    await consents.withdraw(services, CLIENT.id, (await consent_of(services, withdrawn)).id)
    await closing.end(services, CLIENT.id, ended)
    clock.go(timedelta(days=25))
    assert await rescue.run(services) == 0
    assert await told(services) == []


async def test_accepting_and_going_further_at_once_ends_in_one_of_both_and_never_breaks(
    services: Services, clock: HandClock
) -> None:
    people, request_id = await everybody(services), await asks(services)
    clock.go(FIRST)
    await asyncio.gather(
        *(caseload.take(services, people["worker"].id, request_id, Step.ACCEPT) for _ in range(3)),
        *(rescue.run(services) for _ in range(3)),
    )
    row = await request(services, request_id)
    assert row.state == State.ACCEPTED
    assert len(await told(services)) == row.rescue_step <= 1


async def test_a_request_that_goes_back_waits_anew(services: Services, clock: HandClock) -> None:
    """Nobody is told that it has waited for weeks: somebody had it."""
    people, request_id = await everybody(services), await asks(services, days=180)
    await accepts(services, people["worker"], request_id)
    clock.go(timedelta(days=28))
    await staff.remove(services, people["worker"].id)
    assert await rescue.run(services) == 0
    clock.go(FIRST)
    assert await rescue.run(services) == 1
    assert await told(services) == [("rescue", people["person"].id)]
    (found,) = await rescue.waiting(services, people["person"].id) or []
    assert (found.request_id, found.days) == (request_id, 2)


# What contact persons and coordinators see and can do


async def test_each_sees_what_is_theirs_and_nothing_of_the_client(
    services: Services, clock: HandClock
) -> None:
    people = await everybody(services)
    here = await asks(services)
    clock.go(timedelta(minutes=1))
    there = await asks(services, organisation_id=OTHER, offer_id=None)
    seen = {name: await rescue.waiting(services, one.id) for name, one in people.items()}
    assert seen["worker"] is None
    assert {name: [one.request_id for one in found or []] for name, found in seen.items()} == {
        "worker": [],
        "person": [here],
        "other person": [there],
        "coordinator": [here, there],
    }
    assert "Aino" not in repr(seen)
    assert "money" not in repr(seen), "not even what it is about"
    for one in people.values():
        await staff.remove(services, one.id)
        assert await rescue.waiting(services, one.id) is None


async def test_only_a_coordinator_reminds_and_once_a_day(services: Services, clock: HandClock) -> None:
    people, request_id = await everybody(services), await asks(services)
    for name in ("worker", "person", "other person"):
        assert not await rescue.remind(services, people[name].id, request_id)
    for _ in range(3):
        assert await rescue.remind(services, people["coordinator"].id, request_id)
    assert await told(services) == [("rescue", people["person"].id)]
    clock.go(timedelta(days=1))
    assert await rescue.remind(services, people["coordinator"].id, request_id)
    assert len(await told(services)) == 2


async def test_where_there_is_no_contact_person_the_workers_are_reminded(services: Services) -> None:
    worker = await joins(services)
    coordinator = await joins(services, "Kaisa", OTHER, role=Role.COORDINATOR)
    request_id = await asks(services)
    assert await rescue.remind(services, coordinator.id, request_id)
    assert await told(services) == [("rescue", worker.id)]
    await staff.remove(services, worker.id)
    assert not await rescue.remind(services, coordinator.id, request_id)


async def test_a_coordinator_tells_the_client_now_once_others_had_their_chance(
    services: Services, clock: HandClock
) -> None:
    people, request_id = await everybody(services), await asks(services)
    coordinator = people["coordinator"]
    assert not await rescue.tell_client(services, coordinator.id, request_id)
    clock.go(FIRST)
    await rescue.run(services)
    assert not await rescue.tell_client(services, people["person"].id, request_id)
    told_now = await asyncio.gather(
        *(rescue.tell_client(services, coordinator.id, request_id) for _ in range(5))
    )
    assert any(told_now)
    assert len(await outbox(services, "unanswered")) == 1
    clock.go(LAST)
    await rescue.run(services)
    assert len(await outbox(services, "unanswered")) == 1
    assert (await request(services, request_id)).organisation_id == KELLO
