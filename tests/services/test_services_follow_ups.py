"""A client is asked how things have gone: when it was promised, once more at most, and never against their will."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from bot.core.check_in import CheckIn, Strength
from bot.core.follow_ups import Contacted, Helped, Pace, State
from bot.core.requests import Step
from bot.db import tables
from bot.db.tables import AnswerCount, Client, ContactRequest, FollowUp
from bot.services import caseload, clients, consents, follow_ups, housekeeping, memos, my_data
from bot.services import outbox as rows
from bot.services.base import Services
from bot.services.follow_up_plan import FIRST, REMINDER
from bot.services.outbox import Kind, Row
from tests.conftest import START, HandClock
from tests.services.people import CLIENT, SOMEBODY_ELSE, accepts, asks, consent_of, everything, joins, outbox

DAY = timedelta(days=1)
WELL = CheckIn(ratings={"money": 2, "mind": 4}, strength=Strength.OWN, if_worse="soitan siskolle")
"""Of somebody who is followed up as usual."""


async def kept(services: Services) -> list[FollowUp]:
    async with services.db.read() as session:
        return list(await session.scalars(select(FollowUp).order_by(FollowUp.due_at, FollowUp.id)))


async def days(services: Services, *states: State) -> list[int]:
    """How many days after the beginning each of them is due."""

    def day(moment: datetime) -> date:
        return moment.astimezone(services.settings.zone).date()

    due = [row.due_at for row in await kept(services) if row.state in (states or (State.WAITING,))]
    return [(day(one) - day(START)).days for one in due]


async def waiting(services: Services) -> list[tuple[int, int]]:
    """What waits to be sent: which follow-up, the first or the second time."""
    found = await outbox(services, Kind.FOLLOW_UP)
    return [
        (row.detail["follow_up"], row.detail["number"])
        for row in found
        if row.state == Row.WAITING and row.detail
    ]


async def sends(services: Services) -> list[tuple[int, int]]:
    """What the courier would do now: ask what is still to be asked; returns that."""
    said = []
    for row in await rows.claim(services):
        if row.kind != Kind.FOLLOW_UP or row.detail is None:
            await rows.settle(services, row, Row.SENT)
            continue
        asked = await follow_ups.asking(services, row.detail["follow_up"], row.detail["number"])
        await rows.settle(services, row, Row.SENT if asked else Row.DROPPED)
        if asked:
            said.append((asked.number, row.detail["number"]))
    return said


async def first(services: Services) -> FollowUp:
    return (await kept(services))[0]


# When


async def test_a_request_is_followed_up_from_the_day_it_was_sent(services: Services) -> None:
    await asks(services, check_in=WELL)
    assert await days(services) == [14, 61, 180]  # the sixtieth day is a Sunday
    assert len(await waiting(services)) == 6
    for row in await outbox(services, Kind.FOLLOW_UP):
        local = row.due_at.astimezone(services.settings.zone)
        assert 10 <= local.hour < 17
        assert row.client_id == 1


async def test_it_is_asked_more_often_where_guidance_is_denser(services: Services) -> None:
    await asks(services)
    assert await days(services) == [7, 30, 90, 180]


async def test_from_the_first_contact_on_it_is_counted_anew(services: Services, clock: HandClock) -> None:
    leena = await joins(services)
    request_id = await asks(services, check_in=WELL)
    await accepts(services, leena, request_id)
    clock.go(DAY * 5)
    await caseload.take(services, leena.id, request_id, Step.CONTACTED)
    assert await days(services) == [19, 65, 187]
    clock.go(DAY * 2)
    await caseload.take(services, leena.id, request_id, Step.UNREACHABLE)
    await caseload.take(services, leena.id, request_id, Step.CONTACTED)
    assert await days(services) == [19, 65, 187]
    assert {number for number, _ in await waiting(services)} == {row.id for row in await kept(services)}


async def test_whether_anybody_was_in_touch_is_asked_though_nobody_was(
    services: Services, clock: HandClock
) -> None:
    await asks(services, check_in=WELL)
    clock.go(DAY * 14 + timedelta(hours=3))
    assert await sends(services) == [(1, FIRST)]


async def test_a_contact_after_the_first_question_leaves_it_and_counts_the_rest(
    services: Services, clock: HandClock
) -> None:
    leena = await joins(services)
    request_id = await asks(services, check_in=WELL)
    await accepts(services, leena, request_id)
    clock.go(DAY * 16)
    assert await sends(services) == [(1, FIRST)]
    await caseload.take(services, leena.id, request_id, Step.CONTACTED)
    assert [row.number for row in await kept(services)] == [1, 2, 3, 4]
    assert await days(services) == [14, 30, 76, 196]


async def test_two_matters_are_not_asked_about_on_one_day(services: Services) -> None:
    await asks(services, check_in=WELL)
    await asks(services, check_in=WELL)
    await asks(services, SOMEBODY_ELSE, check_in=WELL)
    mine = sorted(row.due_at for row in await kept(services) if row.client_id == 1)
    assert all(later - earlier >= DAY * 2 for earlier, later in pairwise(mine))


async def test_the_same_request_sent_twice_is_planned_once(services: Services) -> None:
    await asks(services, check_in=WELL, consent_id="same")
    await asks(services, check_in=WELL, consent_id="same")
    assert len(await kept(services)) == 3


# Asked, reminded, let be


async def test_one_reminder_and_then_silence(services: Services, clock: HandClock) -> None:
    await asks(services, check_in=WELL)
    clock.go(DAY * 14 + timedelta(hours=3))
    assert await sends(services) == [(1, FIRST)]
    clock.go(DAY)
    assert await sends(services) == []
    await housekeeping.purge(services)
    row = await first(services)
    assert (row.state, row.asked_at) == (State.ASKED, START + DAY * 14 + timedelta(hours=3))
    clock.go(DAY * 3)  # a Sunday
    assert await sends(services) == []
    clock.go(DAY)
    assert await sends(services) == [(1, REMINDER)]
    await housekeeping.purge(services)
    assert (await first(services)).state == State.REMINDED
    clock.go(DAY * 14)
    assert await sends(services) == []
    await housekeeping.purge(services)
    assert (await first(services)).state == State.SILENT
    standing = await follow_ups.standing(services, CLIENT.id)
    assert standing.silent_at == row.due_at
    assert standing.open_id is None
    assert standing.next_at is not None


async def test_who_has_answered_something_is_not_reminded(services: Services, clock: HandClock) -> None:
    await asks(services, check_in=WELL)
    clock.go(DAY * 14 + timedelta(hours=3))
    await sends(services)
    assert await follow_ups.say(services, CLIENT.id, 1, "helped", Helped.PARTLY)
    clock.go(DAY * 4)
    assert await sends(services) == []
    clock.go(DAY * 14)
    await housekeeping.purge(services)
    row = await first(services)  # broken off, and complete with what was said
    assert (row.state, row.answers) == (State.ANSWERED, {"helped": "partly"})


async def test_a_question_that_went_out_late_is_not_asked_again_at_once(
    services: Services, clock: HandClock
) -> None:
    await asks(services, check_in=WELL)
    clock.go(DAY * 18)
    assert await sends(services) == [(1, FIRST)]
    clock.go(timedelta(hours=1))
    assert await sends(services) == []


async def test_what_was_never_sent_is_not_called_silence(services: Services, clock: HandClock) -> None:
    await asks(services, check_in=WELL)
    clock.go(DAY * 30)
    await housekeeping.purge(services)
    assert (await first(services)).state == State.CANCELLED
    assert (await follow_ups.standing(services, CLIENT.id)).silent_at is None


# What is said


async def test_each_answer_is_kept_as_it_is_given(services: Services, clock: HandClock) -> None:
    await asks(services, check_in=WELL)
    clock.go(DAY * 14)
    await follow_ups.say(services, CLIENT.id, 1, "contacted", Contacted.YES)
    await follow_ups.say(services, CLIENT.id, 1, "needs", 4)
    await follow_ups.say(services, CLIENT.id, 1, "needs", 2)

    def worse(now: CheckIn) -> None:
        now.ratings["money"], now.words["money"] = 1, "ulosotto tuli"

    await follow_ups.tell_now(services, CLIENT.id, 1, worse)
    one = await follow_ups.of(services, CLIENT.id, 1)
    assert one is not None
    assert (one.answers.contacted, one.answers.needs, one.answers.helped) == (Contacted.YES, 2, None)
    assert (one.now.ratings, one.now.words) == ({"money": 1}, {"money": "ulosotto tuli"})
    assert one.then == WELL
    async with services.db.read() as session:
        rounds = list(await session.scalars(select(tables.CheckIn).order_by(tables.CheckIn.id)))
    assert [row.made_at for row in rounds] == [START, clock.now()]


@pytest.mark.parametrize("value", [0, 6, "perhaps"])
async def test_an_answer_that_is_none_is_not_kept(services: Services, value: object) -> None:
    await asks(services, check_in=WELL)
    with pytest.raises(ValueError, match="needs"):
        await follow_ups.say(services, CLIENT.id, 1, "needs", value)


async def test_nobody_answers_for_somebody_else(services: Services) -> None:
    await asks(services, check_in=WELL)
    await asks(services, SOMEBODY_ELSE, check_in=WELL)
    assert await follow_ups.of(services, SOMEBODY_ELSE.id, 1) is None
    assert not await follow_ups.say(services, SOMEBODY_ELSE.id, 1, "helped", Helped.NO)
    assert not await follow_ups.tell_now(
        services, SOMEBODY_ELSE.id, 1, lambda now: now.ratings.update(money=5)
    )
    await follow_ups.finish(services, SOMEBODY_ELSE.id, 1)
    row = await first(services)
    assert (row.state, row.answers, row.now_id) == (State.WAITING, None, None)


async def test_finished_twice_is_finished_once(services: Services, clock: HandClock) -> None:
    await asks(services, check_in=WELL)
    clock.go(DAY * 14)
    await follow_ups.say(services, CLIENT.id, 1, "helped", "yes")
    for _ in range(2):
        await follow_ups.finish(services, CLIENT.id, 1)
    clock.go(DAY * 30)
    await housekeeping.purge(services)
    async with services.db.read() as session:
        counted = {
            (row.question, row.answer): row.count for row in await session.scalars(select(AnswerCount))
        }
    assert counted == {("helped", "yes"): 1}
    assert (await first(services)).state == State.ANSWERED


# What the client chooses


@pytest.mark.parametrize(
    ("pace", "asked"),
    [
        (Pace.ORDINARY, [14, 61, 180]),
        (Pace.DENSE, [7, 30, 90, 135, 180]),
        (Pace.SPARSE, [14, 180]),
        (Pace.NONE, []),
    ],
)
async def test_the_client_chooses_how_often(services: Services, pace: Pace, asked: list[int]) -> None:
    await asks(services, check_in=WELL)
    await follow_ups.set_pace(services, CLIENT.id, Pace.SPARSE)
    await follow_ups.set_pace(services, CLIENT.id, pace)
    assert await days(services) == asked
    assert len(await waiting(services)) == 2 * len(asked)
    assert await follow_ups.pace(services, CLIENT.id) is pace


async def test_a_choice_holds_for_later_requests(services: Services) -> None:
    await memos.save(services, CLIENT, "kello-kohtaamispaikka", None)
    await follow_ups.set_pace(services, CLIENT.id, Pace.NONE)
    await asks(services, check_in=WELL)
    assert await kept(services) == []


async def test_stop_ends_them_and_only_a_press_begins_them_again(
    services: Services, clock: HandClock
) -> None:
    await asks(services, check_in=WELL)
    clock.go(DAY * 14 + timedelta(hours=3))
    await sends(services)
    await clients.opt_out(services, CLIENT.id)
    assert await waiting(services) == []
    assert [row.state for row in await kept(services)] == [State.CANCELLED]
    await asks(services, check_in=WELL)
    assert await waiting(services) == []
    await clients.opt_in(services, CLIENT.id)
    assert len(await waiting(services)) > 4


async def test_to_be_asked_again_takes_back_a_stop(services: Services) -> None:
    await asks(services, check_in=WELL)
    await clients.opt_out(services, CLIENT.id)
    await follow_ups.set_pace(services, CLIENT.id, Pace.ORDINARY)
    assert not await clients.opted_out(services, CLIENT.id)
    assert await days(services) == [14, 61, 180]


async def test_who_takes_a_consent_back_is_not_asked_about_it(services: Services, clock: HandClock) -> None:
    request_id = await asks(services, check_in=WELL)
    await consents.withdraw(services, CLIENT.id, (await consent_of(services, request_id)).id)
    assert await kept(services) == []
    await follow_ups.set_pace(services, CLIENT.id, Pace.SPARSE)
    assert [row.request_id for row in await kept(services)] == [
        None,
        None,
    ]  # asked how it goes, not about that


async def test_a_term_that_runs_out_ends_no_follow_up(services: Services, clock: HandClock) -> None:
    await asks(services, check_in=WELL, days=30)
    clock.go(DAY * 31)
    await consents.expire_due(services)
    assert await days(services) == [14, 61, 180]


async def test_who_has_only_a_memo_is_asked_if_they_want_it(services: Services) -> None:
    await memos.save(services, CLIENT, "kello-kohtaamispaikka", None)
    assert await kept(services) == []
    await follow_ups.keep_round(services, CLIENT.id, WELL)
    await follow_ups.set_pace(services, CLIENT.id, Pace.ORDINARY)
    assert await days(services) == [14, 61, 180]
    one = await follow_ups.of(services, CLIENT.id, 1)
    assert one is not None
    assert (one.then, one.about) == (WELL, None)
    await asks(services, check_in=WELL)  # now there is something to ask about
    assert {row.request_id for row in await kept(services)} == {1}


async def test_a_client_can_tell_at_any_time(services: Services, clock: HandClock) -> None:
    request_id = await asks(services, check_in=WELL)
    clock.go(DAY)
    number = await follow_ups.begin(services, CLIENT.id)
    assert number is not None
    assert await follow_ups.begin(services, CLIENT.id) == number
    one = await follow_ups.of(services, CLIENT.id, number)
    assert one is not None
    assert one.about is not None
    assert (one.about.id, one.then) == (request_id, WELL)
    assert await days(services) == [14, 61, 180]
    clock.go(DAY * 20)
    await housekeeping.purge(services)
    assert (await follow_ups.standing(services, CLIENT.id)).silent_at is None


async def test_nothing_is_kept_of_somebody_unknown(services: Services) -> None:
    await follow_ups.set_pace(services, CLIENT.id, Pace.DENSE)
    await follow_ups.keep_round(services, CLIENT.id, WELL)
    assert await follow_ups.begin(services, CLIENT.id) is None
    assert await follow_ups.pace(services, CLIENT.id) is None
    assert await follow_ups.own_plan(services, CLIENT.id) is None
    assert await follow_ups.standing(services, CLIENT.id) == follow_ups.Standing(None, None, None)
    async with services.db.read() as session:
        assert (await session.scalars(select(Client))).all() == []


# What becomes of it


async def test_the_plan_for_hard_times_is_the_clients_alone(services: Services) -> None:
    leena = await joins(services)
    request_id = await asks(services, check_in=WELL)
    await accepts(services, leena, request_id)
    card = await caseload.card(services, leena.id, request_id)
    assert card is not None
    assert "siskolle" not in repr(card)
    assert "siskolle" not in repr(await consent_of(services, request_id)) + str(
        (await consent_of(services, request_id)).shared
    )
    assert await follow_ups.own_plan(services, CLIENT.id) == "soitan siskolle"
    assert await follow_ups.own_plan(services, SOMEBODY_ELSE.id) is None


async def test_forgetting_takes_it_all_along(services: Services, clock: HandClock) -> None:
    await asks(services, check_in=WELL)
    clock.go(DAY * 14)
    await follow_ups.tell_now(services, CLIENT.id, 1, lambda now: now.words.update(money="ulosotto tuli"))
    await clients.forget(services, CLIENT.id)
    assert await kept(services) == []
    assert await outbox(services, Kind.FOLLOW_UP) == []
    assert "ulosotto" not in await everything(services)


async def test_a_request_that_became_a_figure_leaves_what_was_said(
    services: Services, clock: HandClock
) -> None:
    request_id = await asks(services, check_in=WELL)
    clock.go(DAY * 14)
    await follow_ups.say(services, CLIENT.id, 1, "helped", Helped.YES)
    async with services.db.work() as session:
        (await session.get_one(ContactRequest, request_id)).client_id = None
    await follow_ups.set_pace(services, CLIENT.id, Pace.DENSE)
    data = await my_data.everything(services, CLIENT.id)
    assert data is not None
    assert data["follow_ups"][0]["answers"] == {"helped": "yes"}


async def test_moments_of_the_plan_are_moments_of_the_clock(services: Services, clock: HandClock) -> None:
    """Planned in winter time, asked in summer time: the same hour on the wall."""
    clock.set(datetime.fromisoformat("2026-03-18T14:30:00+02:00"))
    await asks(services, check_in=WELL)
    local = (await first(services)).due_at.astimezone(services.settings.zone)
    assert f"{local:%d.%m. %H:%M}" == "01.04. 14:30"
