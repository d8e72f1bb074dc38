"""How it went is counted for everybody, and told to whom the client says, as long as the consent holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.core.check_in import CheckIn
from bot.core.consent import TEXT_VERSION, BestTime, EventKind, Item, Reach, Shared
from bot.core.follow_ups import Answers, Contacted, Helped
from bot.core.follow_ups import State as FollowUpState
from bot.core.grants import Role
from bot.core.outcomes import Told
from bot.core.requests import Outcome, State, Step
from bot.db import tables
from bot.db.tables import AccessEntry, AnswerCount, ContactRequest, FollowUp, OutboxMessage
from bot.services import caseload, clients, consents, housekeeping, outcomes, revisions, staff
from bot.services import outbox as messages
from bot.services.base import Services
from bot.services.outbox import Kind, Row
from bot.services.revisions import Revision
from bot.services.staff import Worker
from tests.conftest import HandClock
from tests.services.people import (
    CLIENT,
    KELLO,
    OTHER,
    SOMEBODY_ELSE,
    accepts,
    asks,
    closes,
    consent_of,
    events,
    joins,
    outbox,
)

WENT = Answers(contacted=Contacted.NO, helped=Helped.YES, enough=Helped.PARTLY, needs=4)
NOW = {"money": 3, "friends": 1, "mind": 5}
SHARED = (("money", 1, 3), ("friends", 2, 1))  # mind was not shared: it is well


async def follow_up(
    services: Services,
    request_id: int | None,
    *,
    answers: Answers | None = WENT,
    now: Mapping[str, int] | None = None,
) -> int:
    """The client has answered: of the round of then what it was, and `now`."""
    async with services.db.work() as session:
        client = await clients.find(session, services, CLIENT.id)
        assert client is not None
        mine = select(tables.CheckIn.id).where(tables.CheckIn.client_id == client.id)
        then = (await session.scalars(mine)).first()
        after = tables.CheckIn(
            client_id=client.id,
            made_at=services.clock(),
            answers=CheckIn(ratings=dict(NOW if now is None else now)).model_dump(mode="json"),
        )
        session.add(after)
        await session.flush()
        row = FollowUp(
            client_id=client.id,
            request_id=request_id,
            number=1,
            state=FollowUpState.ANSWERED,
            due_at=services.clock(),
            then_id=then,
            now_id=after.id,
            answers=answers.model_dump(mode="json") if answers else None,
        )
        session.add(row)
        await session.flush()
        return row.id


async def in_hand(services: Services) -> tuple[Worker, int]:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    return worker, request_id


async def told(services: Services) -> tuple[Worker, int, int]:
    """The worker who has the request has been told how it went."""
    worker, request_id = await in_hand(services)
    number = await follow_up(services, request_id)
    consent = await consent_of(services, request_id)
    assert await outcomes.tell(services, CLIENT, number, consent.id)
    return worker, request_id, number


async def readings(services: Services) -> list[AccessEntry]:
    async with services.db.read() as session:
        return list(await session.scalars(select(AccessEntry).order_by(AccessEntry.id)))


# Telling


async def test_what_is_told_is_what_was_shown_and_only_of_shared_areas(services: Services) -> None:
    worker, request_id = await in_hand(services)
    number = await follow_up(services, request_id)
    (one,) = await outcomes.recipients(services, CLIENT.id, number)
    assert one.told == Told(Helped.YES, Helped.PARTLY, needs=4, changes=SHARED)
    assert (one.organisation_id, one.helper) == (KELLO, True)
    assert await outcomes.learned(services, worker.id, request_id, number) is None, (
        "not before the client's yes"
    )
    assert await outcomes.tell(services, CLIENT, number, one.consent_id)
    learned = await outcomes.learned(services, worker.id, request_id, number)
    assert learned is not None
    assert learned.told == one.told


async def test_telling_is_an_event_of_the_consent_and_a_message_of_ids(services: Services) -> None:
    worker, request_id, number = await told(services)
    event = (await events(services))[-1]
    assert (event.kind, event.text_version) == (EventKind.CHANGED, TEXT_VERSION)
    assert (await consents.verify(services)).whole
    consent = await consent_of(services, request_id)
    assert Item.OUTCOME in consent.record["pii_types"]
    (row,) = await outbox(services, Kind.OUTCOME)
    assert (row.staff_id, row.request_id, row.detail) == (worker.id, request_id, {"follow_up": number})
    assert row.note is None


async def test_told_twice_is_told_once(services: Services) -> None:
    _worker, request_id, number = await told(services)
    before = len(await events(services))
    assert await outcomes.tell(services, CLIENT, number, (await consent_of(services, request_id)).id)
    assert len(await events(services)) == before
    assert len(await outbox(services, Kind.OUTCOME)) == 1
    assert [one.heard for one in await outcomes.recipients(services, CLIENT.id, number)] == [True]


async def test_learning_is_written_into_the_log(services: Services) -> None:
    worker, request_id, number = await told(services)
    before = len(await readings(services))
    await outcomes.learned(services, worker.id, request_id, number)
    entries = (await readings(services))[before:]
    assert [(one.staff_id, one.kinds) for one in entries] == [(worker.id, [Item.OUTCOME])]


async def test_a_closed_request_does_not_hinder_it(services: Services) -> None:
    worker, request_id = await in_hand(services)
    await closes(services, worker, request_id)
    number = await follow_up(services, request_id)
    (one,) = await outcomes.recipients(services, CLIENT.id, number)
    assert await outcomes.tell(services, CLIENT, number, one.consent_id)
    assert await outcomes.learned(services, worker.id, request_id, number) is not None
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert card.personal is None, "how it went, and nothing else"


async def test_the_unit_that_guided_on_is_asked_about_after_the_helper(services: Services) -> None:
    helper, other = await joins(services), await joins(services, "Olli", OTHER)
    guiding = await asks(services, organisation_id=OTHER, offer_id=None)
    await accepts(services, other, guiding)
    await caseload.take(services, other.id, guiding, Step.CLOSE, Outcome.REFERRED_ON)
    helping = await asks(services)
    await accepts(services, helper, helping)
    number = await follow_up(services, helping)
    found = await outcomes.recipients(services, CLIENT.id, number)
    assert [(one.organisation_id, one.helper) for one in found] == [(KELLO, True), (OTHER, False)]
    assert await outcomes.tell(services, CLIENT, number, found[1].consent_id)
    assert await outcomes.learned(services, other.id, guiding, number) is not None
    assert await outcomes.learned(services, helper.id, helping, number) is None
    assert [row.staff_id for row in await outbox(services, Kind.OUTCOME)] == [other.id]


async def test_nobody_else_learns_it(services: Services) -> None:
    _worker, request_id, number = await told(services)
    colleague = await joins(services, "Pekka")
    elsewhere = await joins(services, "Olli", OTHER)
    for other in (colleague, elsewhere):
        assert await outcomes.learned(services, other.id, request_id, number) is None


async def test_somebody_elses_follow_up_is_nothing_to_tell(services: Services) -> None:
    worker, request_id = await in_hand(services)
    number = await follow_up(services, request_id)
    theirs = await asks(services, SOMEBODY_ELSE)
    await accepts(services, worker, theirs)
    consent = await consent_of(services, theirs)
    assert await outcomes.recipients(services, SOMEBODY_ELSE.id, number) == []
    assert not await outcomes.tell(services, SOMEBODY_ELSE, number, consent.id)
    assert not await outcomes.tell(services, CLIENT, number, consent.id)
    assert await outcomes.learned(services, worker.id, theirs, number) is None


async def test_an_unanswered_follow_up_has_nothing_to_tell(services: Services) -> None:
    _worker, request_id = await in_hand(services)
    number = await follow_up(services, request_id, answers=Answers(contacted=Contacted.YES), now={"mind": 5})
    assert await outcomes.recipients(services, CLIENT.id, number) == []


async def test_when_the_worker_has_left_the_contact_person_hears(services: Services) -> None:
    leena, request_id = await in_hand(services)
    await closes(services, leena, request_id)
    invitation = await staff.invite(services, KELLO, "Päivi", Role.CONTACT_PERSON)
    person = await staff.redeem(services, invitation.code, 7_900_000_003, "fi")
    assert isinstance(person, Worker)
    await staff.remove(services, leena.id)
    number = await follow_up(services, request_id)
    (one,) = await outcomes.recipients(services, CLIENT.id, number)
    assert await outcomes.tell(services, CLIENT, number, one.consent_id)
    assert await outcomes.learned(services, leena.id, request_id, number) is None
    assert await outcomes.learned(services, person.id, request_id, number) is not None


async def test_with_nobody_to_hear_it_nothing_is_asked(services: Services) -> None:
    leena, request_id = await in_hand(services)
    await caseload.take(services, leena.id, request_id, Step.CLOSE, Outcome.GOT_HELP)
    await staff.remove(services, leena.id)
    number = await follow_up(services, request_id)
    assert await outcomes.recipients(services, CLIENT.id, number) == []
    assert not await outcomes.tell(services, CLIENT, number, (await consent_of(services, request_id)).id)


# And its end


async def test_a_consent_withdrawn_meanwhile_stops_it(services: Services) -> None:
    worker, request_id, number = await told(services)
    await consents.withdraw(services, CLIENT.id, (await consent_of(services, request_id)).id)
    assert await outcomes.learned(services, worker.id, request_id, number) is None
    assert [row.state for row in await outbox(services, Kind.OUTCOME)] == [Row.DROPPED]


async def test_what_a_worker_was_told_is_taken_away_when_the_consent_ends(services: Services) -> None:
    _worker, request_id, _number = await told(services)
    async with services.db.work() as session:
        sent = {"state": Row.SENT, "message_id": 77}
        await session.execute(update(OutboxMessage).where(OutboxMessage.kind == Kind.OUTCOME).values(**sent))
    await consents.withdraw(services, CLIENT.id, (await consent_of(services, request_id)).id)
    assert {"message_id": 77} in [row.detail for row in await outbox(services, Kind.RETRACT)]


async def test_it_is_known_what_to_take_away_as_long_as_the_consent_lasts(
    services: Services, clock: HandClock
) -> None:
    _worker, _request_id, _number = await told(services)
    async with services.db.work() as session:
        await session.execute(update(OutboxMessage).values(state=Row.SENT))
    await messages.forget_sent(services, services.clock() + timedelta(days=5))
    assert len(await outbox(services, Kind.OUTCOME)) == 1
    clock.go(timedelta(days=31))
    await housekeeping.tick(services)
    await messages.forget_sent(services, services.clock() + timedelta(days=5))
    assert await outbox(services, Kind.OUTCOME) == []


@pytest.mark.parametrize("keep", [True, False])
async def test_narrowing_the_consent_takes_it_away_or_leaves_it(services: Services, keep: bool) -> None:
    worker, request_id, number = await told(services)
    consent = await consent_of(services, request_id)
    items = frozenset({Item.AREAS, *([Item.OUTCOME] if keep else [])})
    change = Revision("0a1b2c3d-0000-4000-8000-000000000001", consent.id, items, Reach.CHAT, BestTime.ANY)
    assert await revisions.confirm(services, CLIENT, change)
    assert (await outcomes.learned(services, worker.id, request_id, number) is not None) is keep
    states = [row.state for row in await outbox(services, Kind.OUTCOME)]
    assert states == ([Row.WAITING] if keep else [Row.DROPPED])


async def test_areas_that_are_held_back_later_are_not_told(services: Services) -> None:
    worker, request_id, number = await told(services)
    consent = await consent_of(services, request_id)
    items = frozenset({Item.OUTCOME})
    change = Revision("0a1b2c3d-0000-4000-8000-000000000002", consent.id, items, Reach.CHAT, BestTime.ANY)
    assert await revisions.confirm(services, CLIENT, change)
    learned = await outcomes.learned(services, worker.id, request_id, number)
    assert learned is not None
    assert learned.told.changes == ()
    assert learned.told.helped is Helped.YES


async def test_forget_me_leaves_nothing_to_tell(services: Services) -> None:
    worker, request_id, number = await told(services)
    await clients.forget(services, CLIENT.id)
    assert await outcomes.learned(services, worker.id, request_id, number) is None
    assert (await consents.verify(services)).whole


def test_an_older_record_knows_of_no_outcome() -> None:
    assert Shared.model_validate({"reach": "chat"}).outcome == ()


# Counting


async def test_answers_are_counted_and_lead_to_nobody(services: Services) -> None:
    for _time in range(2):
        async with services.db.work() as session:
            changed = {"money": (1, 3), "friends": (2, 1), "mind": (4, 4)}
            await outcomes.count(session, services, KELLO, WENT, changed)
    async with services.db.read() as session:
        rows = (await session.scalars(select(AnswerCount))).all()
    assert {(row.month, row.organisation_id) for row in rows} == {("2026-03", KELLO)}
    assert {(row.question, row.answer): row.count for row in rows} == {
        ("contacted", "no"): 2,
        ("helped", "yes"): 2,
        ("enough", "partly"): 2,
        ("needs", "4"): 2,
        ("change", "better"): 2,
        ("change:money", "better"): 2,
        ("change:friends", "worse"): 2,
        ("change:mind", "same"): 2,
    }
    assert not any(column.foreign_keys for column in AnswerCount.__table__.columns)


async def test_nothing_answered_is_nothing_counted(services: Services) -> None:
    async with services.db.work() as session:
        await outcomes.count(session, services, KELLO, Answers(), {})
    async with services.db.read() as session:
        assert (await session.scalars(select(AnswerCount))).all() == []


async def test_a_request_that_was_withdrawn_is_told_to_nobody(services: Services) -> None:
    _worker, request_id = await in_hand(services)
    number = await follow_up(services, request_id)
    async with services.db.work() as session:
        await session.execute(update(ContactRequest).values(state=State.WITHDRAWN))
    assert await outcomes.recipients(services, CLIENT.id, number) == []
