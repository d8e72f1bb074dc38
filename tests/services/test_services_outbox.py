"""The service's own messages: never lost, never written twice, handed out to one courier at a time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.db.tables import OutboxMessage
from bot.services import consents, outbox, requests
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.due import MOST_OF_ONE_CHAT
from bot.services.outbox import LEASE, MOST_ATTEMPTS, Kind, Row, backoff
from tests.conftest import HandClock
from tests.services.people import CLIENT, accepts, asks, joins
from tests.services.people import outbox as all_rows

NIGHT = datetime(2026, 3, 11, 21, 0, tzinfo=UTC)  # eleven in the evening in Helsinki
MORNING = datetime(2026, 3, 12, 6, 0, tzinfo=UTC)


async def leaves(services: Services, key: str, **options: object) -> None:
    async with services.db.work() as session:
        await outbox.put(session, services, Kind.CARD, key, **options)  # type: ignore[arg-type]


async def by_key(services: Services) -> dict[str, OutboxMessage]:
    return {row.key: row for row in await all_rows(services)}


# Leaving a message


async def test_a_message_is_left_once(services: Services) -> None:
    await asyncio.gather(*(leaves(services, "one") for _ in range(10)))
    assert len(await all_rows(services)) == 1


async def test_a_message_that_went_goes_again_only_when_it_is_asked_for_anew(services: Services) -> None:
    await leaves(services, "one")
    (row,) = await outbox.claim(services)
    await outbox.settle(services, row, Row.SENT, message_id=1)
    await leaves(services, "one")
    assert await outbox.claim(services) == []
    await leaves(services, "one", anew=True)
    (again,) = await outbox.claim(services)
    assert (again.id, again.attempts) == (row.id, 1)


async def test_a_message_left_in_a_unit_that_fails_was_never_left(services: Services) -> None:
    async def fail() -> None:
        async with services.db.work() as session:
            await outbox.put(session, services, Kind.CARD, "one")
            raise LookupError

    services.bell.clear()
    with pytest.raises(LookupError):
        await fail()
    assert await all_rows(services) == []
    assert not services.bell.is_set()


async def test_the_courier_is_rung_for(services: Services) -> None:
    services.bell.clear()
    await leaves(services, "one")
    assert services.bell.is_set()


async def test_at_night_only_what_is_urgent_is_due(services: Services, clock: HandClock) -> None:
    clock.set(NIGHT)
    await leaves(services, "urgent", urgent=True)
    await leaves(services, "ordinary")
    rows = await by_key(services)
    assert rows["urgent"].due_at == NIGHT
    assert rows["ordinary"].due_at == MORNING
    (urgent,) = await outbox.claim(services)
    assert urgent.key == "urgent"
    await outbox.settle(services, urgent, Row.SENT)
    clock.set(MORNING)
    assert [row.key for row in await outbox.claim(services)] == ["ordinary"]


# Claiming


async def test_the_oldest_go_first_and_nothing_that_is_not_due(services: Services, clock: HandClock) -> None:
    workers = [await joins(services, str(number)) for number in range(3)]
    for number, worker in enumerate(workers):
        await leaves(services, f"key-{number}", staff_id=worker.id)
        clock.go(timedelta(seconds=1))
    (first,) = await outbox.claim(services, limit=1)
    assert first.key == "key-0"
    assert await outbox.put_back(services, first, clock() + timedelta(minutes=5), reason="later")
    assert [row.key for row in await outbox.claim(services)] == ["key-1", "key-2"]


async def test_what_one_has_claimed_no_other_gets(services: Services) -> None:
    for number in range(60):
        await asks(services, Chat(5_000_000_000 + number, "fi"))
    claimed = await asyncio.gather(*(outbox.claim(services, limit=10) for _ in range(8)))
    ids = [row.id for rows in claimed for row in rows]
    assert len(ids) == len(set(ids))
    assert len(ids) + len(await outbox.claim(services)) == 60


async def test_one_chat_does_not_keep_the_others_waiting(services: Services) -> None:
    busy, other = await joins(services), await joins(services, "Pekka")
    for number in range(20):
        await leaves(services, f"busy-{number}", staff_id=busy.id)
    await leaves(services, "other", staff_id=other.id)
    claimed = [row.key for row in await outbox.claim(services)]
    assert claimed == [*(f"busy-{number}" for number in range(MOST_OF_ONE_CHAT)), "other"]


async def test_what_somebody_waits_for_goes_before_a_long_queue(services: Services) -> None:
    worker, other = await joins(services), await joins(services, "Pekka")
    for number in range(20):
        await leaves(services, f"queued-{number}", staff_id=worker.id)
    await leaves(services, "urgent", staff_id=other.id, urgent=True)
    assert [row.key for row in await outbox.claim(services, limit=1)] == ["urgent"]


async def test_what_is_urgent_does_not_overtake_what_is_older_in_its_chat(services: Services) -> None:
    worker = await joins(services)
    await leaves(services, "older", staff_id=worker.id)
    await leaves(services, "urgent", staff_id=worker.id, urgent=True)
    assert [row.key for row in await outbox.claim(services)] == ["older", "urgent"]


async def test_a_chat_that_is_being_served_is_left_to_its_courier(services: Services) -> None:
    busy, other = await joins(services), await joins(services, "Pekka")
    await leaves(services, "first", staff_id=busy.id)
    (first,) = await outbox.claim(services)
    await leaves(services, "second", staff_id=busy.id)
    await leaves(services, "other", staff_id=other.id)
    assert [row.key for row in await outbox.claim(services)] == ["other"]
    await outbox.settle(services, first, Row.SENT)
    assert [row.key for row in await outbox.claim(services)] == ["second"]


async def test_what_a_dead_courier_had_is_taken_over_when_its_lease_is_out(
    services: Services, clock: HandClock
) -> None:
    await leaves(services, "one")
    (dead,) = await outbox.claim(services)
    clock.go(LEASE)
    assert await outbox.claim(services) == []
    clock.go(timedelta(seconds=1))
    (taken_over,) = await outbox.claim(services)
    assert (taken_over.id, taken_over.attempts) == (dead.id, 1)
    assert not await outbox.settle(services, dead, Row.SENT, message_id=1), "it is no longer the dead one's"
    assert await outbox.settle(services, taken_over, Row.SENT, message_id=2)
    assert [row.message_id for row in await all_rows(services)] == [2]


async def test_what_was_asked_for_anew_meanwhile_is_not_settled_by_the_old_sending(
    services: Services,
) -> None:
    await leaves(services, "one")
    (old,) = await outbox.claim(services)
    await leaves(services, "one", anew=True)
    assert not await outbox.settle(services, old, Row.SENT)
    assert [row.state for row in await all_rows(services)] == [Row.WAITING]


# What became of it


async def test_words_are_erased_when_their_message_is_settled_and_kept_while_it_waits(
    services: Services,
) -> None:
    worker = await joins(services)
    await accepts(services, worker, request_id := await asks(services))
    for row in await outbox.claim(services):
        await outbox.settle(services, row, Row.SENT)
    for row in await outbox.claim(services):
        await outbox.settle(services, row, Row.SENT)
    await requests.answer(services, CLIENT.id, request_id, "Kiitos", 55)
    (row,) = await outbox.claim(services)
    await outbox.put_back(services, row, services.clock(), reason="not delivered")
    assert [row.note for row in await all_rows(services, "client_word")] == ["Kiitos"]
    (row,) = await outbox.claim(services)
    await outbox.settle(services, row, Row.FAILED, reason="refused")
    assert [row.note for row in await all_rows(services, "client_word")] == [None]


async def test_only_real_attempts_are_counted(services: Services) -> None:
    await leaves(services, "one")
    for _ in range(3):
        (row,) = await outbox.claim(services)
        await outbox.put_back(services, row, services.clock(), tried=False)
    assert (await by_key(services))["one"].attempts == 0
    (row,) = await outbox.claim(services)
    await outbox.put_back(services, row, services.clock())
    assert (await by_key(services))["one"].attempts == 1


async def test_what_may_have_arrived_stays_marked_so_until_it_is_settled(services: Services) -> None:
    await leaves(services, "one")
    for reason in (outbox.UNCERTAIN, "not delivered", None):
        (row,) = await outbox.claim(services)
        await outbox.put_back(services, row, services.clock(), reason=reason)
    assert (await by_key(services))["one"].reason == outbox.UNCERTAIN
    await leaves(services, "one", anew=True)
    assert (await by_key(services))["one"].reason is None


def test_pauses_grow_to_an_hour_and_together_last_most_of_a_day() -> None:
    pauses = [backoff(attempt) for attempt in range(1, MOST_ATTEMPTS)]
    assert pauses[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert pauses == sorted(pauses)
    assert max(pauses) == timedelta(hours=1)
    assert timedelta(hours=12) < sum(pauses, timedelta()) < timedelta(hours=24)


# Tidying up


async def test_old_messages_go_but_not_those_that_tell_what_to_take_back(
    services: Services, clock: HandClock
) -> None:
    worker = await joins(services)
    request_id = await asks(services, days=180)
    await accepts(services, worker, request_id)
    await requests.answer(services, CLIENT.id, request_id, "Kiitos", 55)
    for number in range(3):  # a chat's messages are claimed few at a time
        for row in await outbox.claim(services):
            await outbox.settle(services, row, Row.SENT, message_id=100 * number + row.id)
    await leaves(services, "waiting")
    clock.go(timedelta(days=100))
    await outbox.forget_sent(services, clock() - timedelta(days=90))
    assert {row.kind for row in await all_rows(services)} == {
        "client_word",
        "card",
        "consent_ending",
        "follow_up",
    }
    (consent,) = await consents.mine(services, CLIENT.id)
    await consents.withdraw(services, CLIENT.id, consent.id)
    assert len(await all_rows(services, "retract")) == 1
