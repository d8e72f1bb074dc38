"""Feedback is kept as counts and words of nobody, and shown only when there is enough of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.core.feedback import NOT_AGAIN
from bot.core.grants import Role
from bot.db.tables import AnswerCount, FeedbackWord
from bot.services import clients, feedback, figures, staff
from bot.services.base import Services
from bot.services.feedback import SERVICE
from bot.services.staff import Worker
from tests.conftest import HandClock
from tests.services.people import CLIENT, KELLO, OTHER, accepts, asks, everything, joins

HEARD = "organisation-wishes"


async def coordinator(services: Services) -> Worker:
    return await _with_role(services, Role.COORDINATOR, 7_900_000_011)


async def contact_person(services: Services) -> Worker:
    return await _with_role(services, Role.CONTACT_PERSON, 7_900_000_012)


async def _with_role(services: Services, role: Role, chat_id: int) -> Worker:
    invitation = await staff.invite(services, KELLO, "Kaisa", role)
    worker = await staff.redeem(services, invitation.code, chat_id, "fi")
    assert isinstance(worker, Worker)
    return worker


async def rated(services: Services, *values: int, organisation: str = KELLO, statement: str = HEARD) -> None:
    for value in values:
        assert await feedback.rate(services, organisation, statement, value)


def next_month(clock: HandClock) -> None:
    clock.go(timedelta(days=31))


async def test_a_rating_is_a_count_and_nothing_else(services: Services) -> None:
    await asks(services)
    await rated(services, 5, 5, 2)
    async with services.db.read() as session:
        rows = (await session.scalars(select(AnswerCount))).all()
    assert {(row.month, row.question, row.answer): row.count for row in rows} == {
        ("2026-03", f"feedback:{HEARD}", "5"): 2,
        ("2026-03", f"feedback:{HEARD}", "2"): 1,
    }


@pytest.mark.parametrize(("statement", "value"), [("no-such", 3), (HEARD, 0), (HEARD, 6)])
async def test_what_is_no_rating_is_not_counted(services: Services, statement: str, value: int) -> None:
    assert not await feedback.rate(services, KELLO, statement, value)
    async with services.db.read() as session:
        assert (await session.scalars(select(AnswerCount))).all() == []


async def test_of_a_client_it_is_remembered_what_they_were_asked(
    services: Services, clock: HandClock
) -> None:
    assert await feedback.asked(services, CLIENT.id) is None
    assert not await feedback.note_asked(services, CLIENT.id, HEARD)
    assert str(CLIENT.id) not in await everything(services), "nothing is kept of somebody who has not agreed"
    await asks(services)
    assert await feedback.note_asked(services, CLIENT.id, HEARD)
    assert await feedback.asked(services, CLIENT.id) == {HEARD: services.clock()}
    clock.go(NOT_AGAIN)
    await feedback.note_asked(services, CLIENT.id, "organisation-time")
    assert set(await feedback.asked(services, CLIENT.id) or {}) == {"organisation-time"}


async def test_free_words_are_of_nobody_and_outlive_their_writer(services: Services) -> None:
    await asks(services)
    await feedback.say(services, KELLO, "lämmin kahvi")
    await clients.forget(services, CLIENT.id)
    async with services.db.read() as session:
        (row,) = (await session.scalars(select(FeedbackWord))).all()
    assert (row.organisation_id, row.words, row.month) == (KELLO, "lämmin kahvi", "2026-03")
    assert not any(column.foreign_keys for column in FeedbackWord.__table__.columns)


async def test_figures_wait_for_five_and_for_the_month_to_end(services: Services, clock: HandClock) -> None:
    worker = await joins(services)
    await rated(services, 5, 4, 4, 3)
    next_month(clock)
    found = await figures.report(services, worker.id, KELLO)
    assert found is not None
    assert not found, "four are too few"
    await rated(services, 4)
    assert not await figures.report(services, worker.id, KELLO), "and this month is not over"
    next_month(clock)
    found = await figures.report(services, worker.id, KELLO)
    assert found is not None
    batch = found.ratings[f"feedback:{HEARD}"]
    assert (batch.first, batch.last, batch.total, batch.average) == ("2026-03", "2026-04", 5, 4.0)


async def test_each_reads_what_is_their_business(services: Services, clock: HandClock) -> None:
    worker, elsewhere = await joins(services), await joins(services, "Olli", OTHER)
    chief, person = await coordinator(services), await contact_person(services)
    await rated(services, *[4] * 5)
    await rated(services, *[3] * 5, organisation=SERVICE, statement="digital-privacy")
    for number in range(5):
        await feedback.say(services, KELLO, f"sana {number}")
    next_month(clock)
    assert await figures.report(services, worker.id, KELLO)
    assert await figures.report(services, elsewhere.id, KELLO) is None
    assert await figures.report(services, worker.id, SERVICE) is None
    assert await figures.report(services, chief.id, KELLO)
    assert await figures.report(services, chief.id, SERVICE)
    assert await figures.reported(services, chief.id) == [KELLO]
    assert await figures.reported(services, worker.id) == []
    for reader in (person, chief):
        (batch,) = await figures.words(services, reader.id, KELLO) or []
        assert sorted(batch.words) == [f"sana {number}" for number in range(5)]
    for other in (worker, elsewhere):
        assert await figures.words(services, other.id, KELLO) is None
    await staff.remove(services, chief.id)
    assert await figures.report(services, chief.id, KELLO) is None


async def test_four_words_are_read_by_nobody(services: Services, clock: HandClock) -> None:
    person = await contact_person(services)
    for number in range(4):
        await feedback.say(services, KELLO, f"sana {number}")
    next_month(clock)
    assert await figures.words(services, person.id, KELLO) == []


async def test_unmet_needs_go_to_the_coordinator_alone(services: Services, clock: HandClock) -> None:
    worker, chief = await joins(services), await coordinator(services)
    for _time in range(5):
        await figures.count_unmet(services, {"housing"}, "Multia")
    await figures.count_unmet(services, {"hope"}, "Multia")
    assert await figures.unmet_to(services, chief.id) == [], "the month is not over"
    next_month(clock)
    assert [(one.area, one.count) for one in await figures.unmet_to(services, chief.id)] == [("housing", 5)]
    assert await figures.unmet_to(services, worker.id) == []


async def test_whom_a_client_has_met(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    assert await feedback.met(services, CLIENT.id) is None, "nobody has taken it"
    await accepts(services, worker, request_id)
    assert await feedback.met(services, CLIENT.id) == KELLO
