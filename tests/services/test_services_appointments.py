"""Appointments: who may do what, once, and only as long as the consent holds; on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.core.appointments import Act, Answer, Attended, By, Draft, State, Way
from bot.db.tables import Appointment, ContactRequest, OutboxMessage
from bot.services import appointment_desk, appointments, clients, consents, requests, staff
from bot.services.appointment_desk import Desk
from bot.services.appointments import Meeting
from bot.services.base import Services
from bot.services.outbox import Kind, Row
from bot.services.staff import Worker
from tests.conftest import START, HandClock
from tests.services.people import CLIENT, SOMEBODY_ELSE, accepts, asks, closes, everything, joins, outbox

MONDAY, TUESDAY = datetime(2026, 3, 16, 8, tzinfo=UTC), datetime(2026, 3, 17, 8, tzinfo=UTC)
WORDS = Draft(way=Way.PLACE, where="Asemakatu 2", who="", bring="laskut", enough=True)


async def in_hand(services: Services) -> tuple[Worker, int]:
    leena, request_id = await joins(services), await asks(services)
    await accepts(services, leena, request_id)
    return leena, request_id


async def proposes(services: Services, leena: Worker, request_id: int, *times: datetime) -> Desk:
    begun = await appointment_desk.begin(services, leena.id, request_id)
    assert begun is not None
    if begun.draft is None:
        begun = await appointment_desk.begin_moving(services, leena.id, begun.meeting.id)
        assert begun is not None
    whole = WORDS.with_times(list(times or (MONDAY, TUESDAY)))
    edited = await appointment_desk.edit(services, leena.id, begun.meeting.id, lambda _draft: whole)
    assert edited is not None
    assert await appointment_desk.propose(services, leena.id, begun.meeting.id, edited.mark)
    return edited


async def agree(services: Services) -> tuple[Worker, int, int]:
    leena, request_id = await in_hand(services)
    desk = await proposes(services, leena, request_id)
    assert await appointments.choose(services, CLIENT.id, desk.meeting.id, MONDAY)
    return leena, request_id, desk.meeting.id


async def one(services: Services, appointment_id: int) -> Meeting:
    found = await appointments.one_of_mine(services, CLIENT.id, appointment_id)
    assert found is not None
    return found


async def waiting(services: Services, kind: Kind) -> list[OutboxMessage]:
    return [row for row in await outbox(services, kind) if row.state == Row.WAITING]


def whats(rows: list[OutboxMessage]) -> list[str]:
    return [(row.detail or {})["what"] for row in rows]


async def test_a_time_is_proposed_chosen_and_reminded_of(services: Services) -> None:
    leena, request_id = await in_hand(services)
    desk = await proposes(services, leena, request_id)
    shown = await one(services, desk.meeting.id)
    assert (shown.state, shown.times, shown.details.where) == (
        State.PROPOSED,
        (MONDAY, TUESDAY),
        "Asemakatu 2",
    )
    assert await appointments.choose(services, CLIENT.id, shown.id, MONDAY)
    agreed = await one(services, shown.id)
    assert (agreed.state, agreed.starts_at, agreed.times) == (State.AGREED, MONDAY, ())
    assert agreed.sequence > shown.sequence
    reminders = await waiting(services, Kind.REMINDER)
    assert [row.due_at for row in reminders] == [MONDAY - timedelta(days=1), MONDAY - timedelta(hours=2)]
    assert all(row.expires_at and row.expires_at < MONDAY and not row.urgent for row in reminders)
    news = await waiting(services, Kind.APPOINTMENT_NEWS)
    assert whats(news) == ["chosen", "how"]
    assert news[0].urgent


async def test_two_taps_choose_once_and_another_time_is_not_taken_after_it(services: Services) -> None:
    _leena, _request, meeting = await agree(services)
    before = await one(services, meeting)
    assert await appointments.choose(services, CLIENT.id, meeting, MONDAY)
    assert not await appointments.choose(services, CLIENT.id, meeting, TUESDAY)
    assert await one(services, meeting) == before
    assert len(await waiting(services, Kind.REMINDER)) == 2


async def test_two_times_chosen_at_once_are_one(services: Services) -> None:
    leena, request_id = await in_hand(services)
    desk = await proposes(services, leena, request_id)
    done = await asyncio.gather(
        *(appointments.choose(services, CLIENT.id, desk.meeting.id, time) for time in (MONDAY, TUESDAY))
    )
    assert sorted(done) == [False, True]
    assert len(await waiting(services, Kind.REMINDER)) == 2


async def test_only_what_was_proposed_can_be_chosen_and_only_by_its_client(services: Services) -> None:
    leena, request_id = await in_hand(services)
    meeting = (await proposes(services, leena, request_id)).meeting.id
    assert not await appointments.choose(services, CLIENT.id, meeting, MONDAY + timedelta(hours=1))
    assert not await appointments.choose(services, SOMEBODY_ELSE.id, meeting, MONDAY)
    assert await appointments.one_of_mine(services, SOMEBODY_ELSE.id, meeting) is None


async def test_a_time_that_has_passed_is_not_chosen(services: Services, clock: HandClock) -> None:
    leena, request_id = await in_hand(services)
    meeting = (await proposes(services, leena, request_id)).meeting.id
    clock.set(MONDAY)
    assert not await appointments.choose(services, CLIENT.id, meeting, MONDAY)
    assert await appointments.choose(services, CLIENT.id, meeting, TUESDAY)


async def test_nobody_but_the_one_who_has_the_request_proposes(services: Services) -> None:
    leena, request_id = await in_hand(services)
    pekka = await joins(services, "Pekka")
    assert await appointment_desk.begin(services, pekka.id, request_id) is None
    meeting = (await proposes(services, leena, request_id)).meeting.id
    assert await appointment_desk.view(services, pekka.id, meeting) is None
    assert not await appointment_desk.cancel(services, pekka.id, meeting)
    await staff.remove(services, leena.id)
    assert await appointment_desk.view(services, leena.id, meeting) is None
    assert not await appointment_desk.cancel(services, leena.id, meeting)


async def test_a_worker_may_not_propose_after_the_term_has_run_out(
    services: Services, clock: HandClock
) -> None:
    leena, request_id = await in_hand(services)
    clock.go(timedelta(days=31))
    assert await appointment_desk.begin(services, leena.id, request_id) is None


async def test_what_is_being_put_together_is_nobody_elses_and_is_sealed(services: Services) -> None:
    leena, request_id = await in_hand(services)
    begun = await appointment_desk.begin(services, leena.id, request_id)
    assert begun is not None
    assert await appointments.mine(services, CLIENT.id) == []
    await appointment_desk.drop(services, leena.id, begun.meeting.id)
    assert await appointment_desk.view(services, leena.id, begun.meeting.id) is None


async def test_a_preview_that_is_not_the_newest_sends_nothing(services: Services) -> None:
    leena, request_id = await in_hand(services)
    begun = await appointment_desk.begin(services, leena.id, request_id)
    assert begun is not None
    meeting = begun.meeting.id
    first = await appointment_desk.edit(
        services, leena.id, meeting, lambda _draft: WORDS.with_times([MONDAY])
    )
    await appointment_desk.edit(services, leena.id, meeting, lambda draft: draft.with_times([TUESDAY]))
    assert first is not None
    assert not await appointment_desk.propose(services, leena.id, meeting, first.mark)
    assert await waiting(services, Kind.APPOINTMENT) == []


async def test_a_double_tap_sends_once(services: Services) -> None:
    leena, request_id = await in_hand(services)
    desk = await proposes(services, leena, request_id)
    assert await appointment_desk.propose(services, leena.id, desk.meeting.id, desk.mark)
    assert whats(await waiting(services, Kind.APPOINTMENT)) == ["proposed"]


async def test_more_than_three_times_or_one_gone_by_are_not_sent(services: Services) -> None:
    leena, request_id = await in_hand(services)
    begun = await appointment_desk.begin(services, leena.id, request_id)
    assert begun is not None
    four = [MONDAY + timedelta(hours=hour) for hour in range(4)]
    for times in (four, [START - timedelta(hours=1), MONDAY], []):
        edited = await appointment_desk.edit(
            services, leena.id, begun.meeting.id, lambda _draft, times=times: WORDS.with_times(times)
        )
        assert edited is not None
        assert not await appointment_desk.propose(services, leena.id, begun.meeting.id, edited.mark)


async def test_a_moved_meeting_holds_until_the_new_times_are_sent(services: Services) -> None:
    leena, request_id, meeting = await agree(services)
    before = await one(services, meeting)
    begun = await appointment_desk.begin_moving(services, leena.id, meeting)
    assert begun is not None
    assert begun.draft is not None
    assert (begun.draft.where, begun.draft.times) == ("Asemakatu 2", [])
    assert await one(services, meeting) == before
    await proposes(services, leena, request_id, TUESDAY)
    moved = await one(services, meeting)
    assert (moved.state, moved.starts_at, moved.uid) == (State.PROPOSED, None, before.uid)
    assert moved.sequence > before.sequence
    assert await waiting(services, Kind.REMINDER) == []
    assert await appointments.choose(services, CLIENT.id, meeting, TUESDAY)
    assert [row.due_at for row in await waiting(services, Kind.REMINDER)] == [
        TUESDAY - timedelta(days=1),
        TUESDAY - timedelta(hours=2),
    ]


async def test_asking_for_other_times_frees_the_time_and_passes_the_words_on(services: Services) -> None:
    _leena, _request, meeting = await agree(services)
    assert await appointments.ask(services, CLIENT.id, meeting, "vain iltapäivisin", 7)
    assert await appointments.ask(services, CLIENT.id, meeting, "vain iltapäivisin", 7)
    wanted = await one(services, meeting)
    assert (wanted.state, wanted.starts_at) == (State.WANTED, None)
    assert await waiting(services, Kind.REMINDER) == []
    assert [row.note for row in await waiting(services, Kind.CLIENT_WORD)] == ["vain iltapäivisin"]
    assert whats(await waiting(services, Kind.APPOINTMENT_NEWS)).count("wanted") == 1


@pytest.mark.parametrize("said", list(Answer))
async def test_an_answer_reaches_the_worker_once(services: Services, said: Answer) -> None:
    _leena, _request, meeting = await agree(services)
    sequence = (await one(services, meeting)).sequence
    for _ in range(2):
        after = await appointments.answer(services, CLIENT.id, meeting, sequence, said)
        assert after is not None
        assert after.answer is said
    told = {Answer.COMING: "coming", Answer.CANNOT: "cannot", Answer.ANOTHER: "wanted"}[said]
    assert whats(await waiting(services, Kind.APPOINTMENT_NEWS)).count(told) == 1
    left = await waiting(services, Kind.REMINDER)
    assert len(left) == (2 if said is Answer.COMING else 0)


async def test_an_answer_to_an_old_reminder_changes_nothing(services: Services) -> None:
    leena, request_id, meeting = await agree(services)
    old = (await one(services, meeting)).sequence
    await proposes(services, leena, request_id, TUESDAY)
    assert await appointments.choose(services, CLIENT.id, meeting, TUESDAY)
    before = await one(services, meeting)
    for said in Answer:
        assert await appointments.answer(services, CLIENT.id, meeting, old, said) is None
        assert await appointments.answer(services, SOMEBODY_ELSE.id, meeting, before.sequence, said) is None
    assert await one(services, meeting) == before


async def test_nothing_is_answered_after_the_meeting_has_begun(services: Services, clock: HandClock) -> None:
    _leena, _request, meeting = await agree(services)
    sequence = (await one(services, meeting)).sequence
    clock.set(MONDAY)
    assert await appointments.answer(services, CLIENT.id, meeting, sequence, Answer.CANNOT) is None
    assert not await appointments.cancel(services, CLIENT.id, meeting)
    assert (await one(services, meeting)).acts == frozenset()


async def test_either_side_cancels_once(services: Services) -> None:
    leena, _request, meeting = await agree(services)
    assert await appointment_desk.cancel(services, leena.id, meeting)
    assert await appointment_desk.cancel(services, leena.id, meeting)
    cancelled = await one(services, meeting)
    assert (cancelled.state, cancelled.cancelled_by, cancelled.starts_at) == (
        State.CANCELLED,
        By.WORKER,
        MONDAY,
    )
    assert await waiting(services, Kind.REMINDER) == []
    assert whats(await waiting(services, Kind.APPOINTMENT)).count("cancelled") == 1
    assert Act.ASK in cancelled.acts


async def test_a_meeting_is_cancelled_at_once_when_it_is_tomorrow_morning(
    services: Services, clock: HandClock
) -> None:
    leena, _request, meeting = await agree(services)
    clock.set(MONDAY - timedelta(hours=12))  # ten in the evening; the meeting is at ten
    assert await appointment_desk.cancel(services, leena.id, meeting)
    (told,) = [row for row in await outbox(services, Kind.APPOINTMENT) if "cancelled" in row.key]
    assert told.urgent
    assert told.due_at == clock()


async def test_attendance_is_marked_after_the_start_and_missing_twice_is_told(
    services: Services, clock: HandClock
) -> None:
    leena, request_id, first = await agree(services)
    assert await appointment_desk.mark(services, leena.id, first, Attended.MISSED) is None
    clock.set(MONDAY + timedelta(hours=1))
    for _ in range(2):
        assert await appointment_desk.mark(services, leena.id, first, Attended.MISSED) is not None
    assert await appointment_desk.mark(services, leena.id, first, Attended.CAME) is None
    assert whats(await waiting(services, Kind.APPOINTMENT)).count("missed") == 1
    assert "missed_again" not in whats(await waiting(services, Kind.APPOINTMENT_NEWS))
    assert await appointments.ask(services, CLIENT.id, first)
    second = (await proposes(services, leena, request_id, TUESDAY)).meeting.id
    assert second != first
    assert await appointments.choose(services, CLIENT.id, second, TUESDAY)
    clock.set(TUESDAY + timedelta(hours=1))
    marked = await appointment_desk.mark(services, leena.id, second, Attended.MISSED)
    assert marked is not None
    assert marked.missed == 2
    assert whats(await waiting(services, Kind.APPOINTMENT_NEWS)).count("missed_again") == 1


async def test_a_withdrawn_consent_takes_its_meetings_along(services: Services) -> None:
    leena, request_id, meeting = await agree(services)
    await appointment_desk.begin_moving(services, leena.id, meeting)
    await consents.withdraw_all(services, CLIENT.id)
    gone = await one(services, meeting)
    assert (gone.state, gone.cancelled_by) == (State.CANCELLED, By.NOBODY)
    assert gone.acts == frozenset()
    assert await waiting(services, Kind.REMINDER) == []
    assert whats(await waiting(services, Kind.APPOINTMENT))[-1] == "ended"
    assert whats(await waiting(services, Kind.APPOINTMENT_NEWS))[-1] == "ended"
    assert not await appointments.ask(services, CLIENT.id, meeting)
    assert await appointment_desk.begin(services, leena.id, request_id) is None


async def test_a_consent_that_runs_out_and_a_request_that_is_closed_do_the_same(
    services: Services, clock: HandClock
) -> None:
    leena, request_id, meeting = await agree(services)
    await closes(services, leena, request_id)
    assert (await one(services, meeting)).state is State.CANCELLED
    assert await waiting(services, Kind.REMINDER) == []
    another = await asks(services)
    await accepts(services, leena, another)
    far = clock() + timedelta(days=60)
    meeting = (await proposes(services, leena, another, far)).meeting.id
    assert await appointments.choose(services, CLIENT.id, meeting, far)
    clock.go(timedelta(days=31))
    assert await consents.expire_due(services) >= 1
    assert (await one(services, meeting)).state is State.CANCELLED


async def test_who_is_forgotten_leaves_no_meeting_behind_and_the_worker_knows_the_time_is_free(
    services: Services,
) -> None:
    await agree(services)
    assert await clients.forget(services, CLIENT.id)
    async with services.db.read() as session:
        assert (await session.scalars(select(Appointment))).all() == []
    assert "Asemakatu" not in await everything(services)
    ended = [row for row in await outbox(services, Kind.APPOINTMENT_NEWS) if "ended" in row.key]
    assert [(row.detail or {})["at"] for row in ended] == [MONDAY.isoformat()]


async def test_nobody_has_the_request_any_more_and_the_client_may_still_cancel(services: Services) -> None:
    _leena, request_id, meeting = await agree(services)
    async with services.db.work() as session:
        await session.execute(
            update(ContactRequest)
            .where(ContactRequest.id == request_id)
            .values(accepted_by=None, state="open")
        )
    assert await appointments.cancel(services, CLIENT.id, meeting)
    assert [row.state for row in await requests.mine(services, CLIENT.id)] == ["open"]


async def test_reminders_come_again_when_they_are_wanted_again(services: Services, clock: HandClock) -> None:
    await agree(services)
    await clients.opt_out(services, CLIENT.id)
    assert await waiting(services, Kind.REMINDER) == []
    clock.set(MONDAY - timedelta(hours=20))
    await clients.opt_in(services, CLIENT.id)
    assert [row.due_at for row in await waiting(services, Kind.REMINDER)] == [MONDAY - timedelta(hours=2)]
    await clients.opt_in(services, CLIENT.id)
    assert len(await waiting(services, Kind.REMINDER)) == 1


async def test_a_worker_who_is_removed_comes_to_no_meeting_and_the_client_is_told(services: Services) -> None:
    leena, request_id, meeting = await agree(services)
    assert await staff.remove(services, leena.id)
    gone = await one(services, meeting)
    assert (gone.state, gone.cancelled_by, gone.starts_at) == (State.CANCELLED, By.WORKER, MONDAY)
    assert await waiting(services, Kind.REMINDER) == []
    assert whats(await waiting(services, Kind.APPOINTMENT))[-1] == "ended"
    pekka = await joins(services, "Pekka")
    await accepts(services, pekka, request_id)
    assert await appointments.ask(services, CLIENT.id, meeting)
