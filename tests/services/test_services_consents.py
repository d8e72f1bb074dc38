"""A consent ends when the client says so or its term is over, and its record cannot be bent afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from bot.core.consent import event_hash
from bot.core.requests import Outcome, State, Step
from bot.db.tables import Consent, ConsentChain, ConsentEvent, ContactRequest, Staff
from bot.services import caseload, clients, consents, requests
from bot.services.base import Services
from bot.services.clients import Chat
from tests.conftest import START, HandClock
from tests.services.people import (
    CLIENT,
    KELLO,
    NAME,
    SOMEBODY_ELSE,
    WORDS,
    accepts,
    asks,
    closes,
    consent_of,
    events,
    everything,
    joins,
    outbox,
    request,
)


async def passed_on(services: Services, request_id: int, words: str, message_id: int) -> None:
    """The client's words have gone to the worker, as message `message_id`."""
    from bot.services import outbox as rows

    assert await requests.answer(services, CLIENT.id, request_id, words, message_id)
    for row in await rows.claim(services):
        await rows.settle(services, row, rows.Row.SENT, message_id=message_id)


# Withdrawing


async def test_withdrawing_erases_what_was_shared_and_ends_the_request(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    consent = await consent_of(services, request_id)
    assert await consents.withdraw(services, CLIENT.id, consent.id)
    ended = await consent_of(services, request_id)
    assert (ended.state, ended.shared, ended.ended_at) == ("withdrawn", None, services.clock())
    assert (await request(services, request_id)).state == State.WITHDRAWN
    assert [event.kind for event in await events(services)] == ["given", "withdrawn"]
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert (card.personal, card.steps) == (None, frozenset())


async def test_withdrawing_reaches_every_card_at_once_even_at_night(
    services: Services, clock: HandClock
) -> None:
    workers = [await joins(services, name) for name in ("Leena", "Pekka")]
    request_id = await asks(services)
    clock.set(clock.now().replace(hour=23))
    await consents.withdraw(services, CLIENT.id, (await consent_of(services, request_id)).id)
    cards = await outbox(services, "card")
    assert {row.staff_id for row in cards} == {worker.id for worker in workers}
    assert all((row.state, row.due_at, row.urgent) == ("waiting", clock.now(), True) for row in cards)


async def test_withdrawing_takes_passed_on_words_back(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    await passed_on(services, request_id, "ensimmäinen", 71)
    await requests.answer(services, CLIENT.id, request_id, "vielä matkalla", 72)
    await consents.withdraw(services, CLIENT.id, (await consent_of(services, request_id)).id)
    waiting = [(row.state, row.note) for row in await outbox(services, "client_word")]
    assert waiting == [("sent", None), ("dropped", None)]
    assert [(row.staff_id, row.detail) for row in await outbox(services, "retract")] == [
        (worker.id, {"message_id": 71})
    ]


async def test_withdrawing_erases_what_the_worker_was_writing(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    await caseload.begin_writing(services, worker.id, request_id)
    await caseload.draft(services, worker.id, "luonnos asiakkaalle")
    await consents.withdraw(services, CLIENT.id, (await consent_of(services, request_id)).id)
    async with services.db.read() as session:
        row = await session.get(Staff, worker.id)
    assert row is not None
    assert (row.writing_to, row.draft) == (None, None)


async def test_nobody_else_can_withdraw(services: Services) -> None:
    request_id = await asks(services)
    await asks(services, SOMEBODY_ELSE)
    consent = await consent_of(services, request_id)
    assert not await consents.withdraw(services, SOMEBODY_ELSE.id, consent.id)
    assert not await consents.withdraw(services, 1, consent.id)
    assert not await consents.withdraw(services, CLIENT.id, "no-such-consent")
    assert (await consent_of(services, request_id)).state == "given"


async def test_withdrawing_twenty_times_at_once_is_one_event(services: Services) -> None:
    consent = await consent_of(services, await asks(services))
    answers = await asyncio.gather(*(consents.withdraw(services, CLIENT.id, consent.id) for _ in range(20)))
    assert all(answers)
    assert [event.kind for event in await events(services)] == ["given", "withdrawn"]
    assert (await consents.verify(services)).whole


async def test_a_request_that_was_closed_stays_closed_when_the_consent_is_withdrawn(
    services: Services,
) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    await closes(services, worker, request_id)
    await consents.withdraw(services, CLIENT.id, (await consent_of(services, request_id)).id)
    closed = await request(services, request_id)
    assert (closed.state, closed.outcome) == (State.CLOSED, Outcome.GOT_HELP)


@pytest.mark.parametrize("round_", range(5))
async def test_accepting_and_withdrawing_at_once_never_leaves_an_open_door(
    services: Services, round_: int
) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    consent = await consent_of(services, request_id)
    await asyncio.gather(
        caseload.take(services, worker.id, request_id, Step.ACCEPT),
        consents.withdraw(services, CLIENT.id, consent.id),
    )
    assert (await request(services, request_id)).state == State.WITHDRAWN
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert card.personal is None


async def test_withdrawing_all_leaves_none(services: Services) -> None:
    for _ in range(3):
        await asks(services)
    await asks(services, SOMEBODY_ELSE)
    assert await consents.withdraw_all(services, CLIENT.id) == 3
    assert await consents.mine(services, CLIENT.id) == []
    assert len(await consents.mine(services, SOMEBODY_ELSE.id)) == 1
    assert await consents.withdraw_all(services, CLIENT.id) == 0


async def test_the_worker_who_had_the_request_is_told_once(services: Services) -> None:
    leena, _pekka = await joins(services), await joins(services, "Pekka")
    request_id = await asks(services)
    await accepts(services, leena, request_id)
    consent = await consent_of(services, request_id)
    for _ in range(2):
        await consents.withdraw(services, CLIENT.id, consent.id)
    told = await outbox(services, "consent_over")
    assert [(row.staff_id, row.request_id) for row in told] == [(leena.id, request_id)]


# The term


async def test_when_the_term_is_over_the_data_is_closed_before_anybody_tidies_up(
    services: Services, clock: HandClock
) -> None:
    worker = await joins(services)
    request_id = await asks(services, days=30)
    await accepts(services, worker, request_id)
    clock.go(timedelta(days=30) - timedelta(seconds=1))
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert card.personal is not None
    clock.go(timedelta(seconds=1))
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert card.personal is None
    assert await consents.mine(services, CLIENT.id) == []
    assert await caseload.take(services, worker.id, request_id, Step.CONTACTED) == (card, False)
    assert not await caseload.begin_writing(services, worker.id, request_id)


async def test_a_term_that_is_over_ends_the_consent_and_the_client_is_told(
    services: Services, clock: HandClock
) -> None:
    request_id = await asks(services, days=30)
    later = await asks(services, days=90)
    clock.go(timedelta(days=30))
    assert await consents.expire_due(services) == 1
    assert await consents.expire_due(services) == 0
    ended = await consent_of(services, request_id)
    assert (ended.state, ended.shared) == ("expired", None)
    assert (await request(services, request_id)).state == State.WITHDRAWN
    assert (await request(services, later)).state == State.OPEN
    told = await outbox(services, "consent_ended")
    assert [(row.consent_id, row.client_id) for row in told] == [(ended.id, ended.client_id)]


async def test_withdrawing_after_the_term_adds_nothing(services: Services, clock: HandClock) -> None:
    consent = await consent_of(services, await asks(services, days=30))
    clock.go(timedelta(days=30))
    await consents.expire_due(services)
    assert await consents.withdraw(services, CLIENT.id, consent.id)
    assert [event.kind for event in await events(services)] == ["given", "expired"]


async def test_a_consent_ends_once_when_it_is_withdrawn_in_its_last_moment(
    services: Services, clock: HandClock
) -> None:
    consent = await consent_of(services, await asks(services, days=30))
    clock.go(timedelta(days=30))
    await asyncio.gather(
        *(consents.expire_due(services) for _ in range(4)),
        *(consents.withdraw(services, CLIENT.id, consent.id) for _ in range(4)),
    )
    assert len(await events(services)) == 2
    assert (await consents.verify(services)).whole


async def test_hundreds_of_terms_that_end_together_all_end(services: Services, clock: HandClock) -> None:
    for number in range(120):
        await asks(services, Chat(5_000_000_000 + number, "fi"), days=30)
    clock.go(timedelta(days=30))
    assert [await consents.expire_due(services) for _ in range(3)] == [100, 20, 0]
    assert (await consents.verify(services)).events == 240


# What the client sees


async def test_a_client_sees_the_consents_in_force(services: Services) -> None:
    first, second = await asks(services, days=30), await asks(services, days=90)
    await asks(services, SOMEBODY_ELSE)
    withdrawn = await consent_of(services, await asks(services))
    await consents.withdraw(services, CLIENT.id, withdrawn.id)
    found = await consents.mine(services, CLIENT.id)
    assert {one.id for one in found} == {(await consent_of(services, id_)).id for id_ in (first, second)}
    assert all((one.organisation_id, one.shared.name) == (KELLO, NAME) for one in found)


# The chain

Harm = Callable[[Any], Awaitable[object]]


async def harmed(services: Services, *statements: Any) -> consents.ChainReport:
    async with services.db.work() as session:
        for statement in statements:
            await session.execute(statement)
    return await consents.verify(services)


async def five_events(services: Services) -> list[int]:
    """Given three times, withdrawn twice; their numbers."""
    ids = [await asks(services) for _ in range(3)]
    for request_id in ids[:2]:
        await consents.withdraw(services, CLIENT.id, (await consent_of(services, request_id)).id)
    return [event.seq for event in await events(services)]


async def test_an_empty_chain_is_whole(services: Services) -> None:
    report = await consents.verify(services)
    assert (report.whole, report.events) == (True, 0)


async def test_an_untouched_chain_is_whole(services: Services) -> None:
    await five_events(services)
    report = await consents.verify(services)
    assert (report.whole, report.events) == (True, 5)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "expired"),
        ("consent_id", "another"),
        ("locale", "sv"),
        ("text_version", "another"),
        ("record_hash", "0" * 64),
        ("valid_until", None),
    ],
)
async def test_an_edited_event_is_found(services: Services, column: str, value: str | None) -> None:
    third = (await five_events(services))[2]
    report = await harmed(
        services, update(ConsentEvent).where(ConsentEvent.seq == third).values({column: value})
    )
    assert (report.broken_at, report.problem) == (third, "has been changed")


async def test_a_time_moved_by_a_moment_is_found(services: Services) -> None:
    third = (await five_events(services))[2]
    moved = update(ConsentEvent).where(ConsentEvent.seq == third)
    report = await harmed(services, moved.values(at=services.clock() + timedelta(microseconds=1)))
    assert report.broken_at == third


async def test_an_event_edited_together_with_its_hash_is_found_at_the_next(services: Services) -> None:
    seqs = await five_events(services)
    report = await harmed(
        services,
        update(ConsentEvent).where(ConsentEvent.seq == seqs[2]).values(hash="f" * 64, previous_hash="f" * 64),
    )
    assert report.broken_at == seqs[2]


@pytest.mark.parametrize("place", [0, 2])
async def test_an_event_taken_away_is_found(services: Services, place: int) -> None:
    seqs = await five_events(services)
    report = await harmed(services, delete(ConsentEvent).where(ConsentEvent.seq == seqs[place]))
    assert (report.broken_at, report.problem) == (seqs[place + 1], "does not follow the event before it")


async def test_an_event_taken_from_the_end_is_found(services: Services) -> None:
    seqs = await five_events(services)
    report = await harmed(services, delete(ConsentEvent).where(ConsentEvent.seq == seqs[-1]))
    assert report.problem is not None
    assert "should have 5 events" in report.problem


async def test_all_events_taken_away_are_found(services: Services) -> None:
    await five_events(services)
    assert not (await harmed(services, delete(ConsentEvent))).whole


async def test_two_events_that_changed_places_are_found(services: Services) -> None:
    seqs = await five_events(services)
    swap = [(seqs[1], -1), (seqs[2], seqs[1]), (-1, seqs[2])]
    report = await harmed(
        services,
        *(update(ConsentEvent).where(ConsentEvent.seq == old).values(seq=new) for old, new in swap),
    )
    assert (report.broken_at, report.problem) == (seqs[1], "does not follow the event before it")


async def test_an_event_put_in_is_found(services: Services) -> None:
    await five_events(services)
    copied = (await events(services))[-1]
    fields = {c.name: getattr(copied, c.name) for c in ConsentEvent.__table__.columns if c.name != "seq"}
    async with services.db.work() as session:
        session.add(ConsentEvent(**fields))
    assert not (await consents.verify(services)).whole


async def test_a_shortened_head_is_found(services: Services) -> None:
    await five_events(services)
    assert not (await harmed(services, update(ConsentChain).values(length=4))).whole


async def test_an_event_put_in_between_with_all_its_hashes_is_found(services: Services) -> None:
    """Somebody who can count hashes puts one in, and moves the rest on."""
    seqs = await five_events(services)
    before = (await events(services))[2]
    put_in = {"consent_id": "x", "kind": "given", "at": before.at, "valid_until": before.valid_until}
    put_in |= {"text_version": "1", "locale": "fi"}
    digest = event_hash(before.hash, **put_in, record="0" * 64)
    new = ConsentEvent(
        seq=seqs[2] + 1, **put_in, record_hash="0" * 64, previous_hash=before.hash, hash=digest
    )
    async with services.db.work() as session:
        for seq in reversed(seqs[3:]):
            await session.execute(update(ConsentEvent).where(ConsentEvent.seq == seq).values(seq=seq + 1))
        session.add(new)
    report = await consents.verify(services)
    assert (report.broken_at, report.problem) == (seqs[3] + 1, "does not follow the event before it")


async def test_an_event_put_at_the_end_with_all_its_hashes_is_found(services: Services) -> None:
    seqs = await five_events(services)
    last = (await events(services))[-1]
    more = {"consent_id": last.consent_id, "kind": "given", "at": last.at, "valid_until": last.valid_until}
    more |= {"text_version": "1", "locale": "fi"}
    digest = event_hash(last.hash, **more, record="0" * 64)
    async with services.db.work() as session:
        session.add(
            ConsentEvent(seq=seqs[-1] + 1, **more, record_hash="0" * 64, previous_hash=last.hash, hash=digest)
        )
    report = await consents.verify(services)
    assert (report.broken_at, report.problem) == (
        seqs[-1] + 1,
        "is one too many: the chain should have 5 events",
    )


async def test_the_first_of_several_broken_events_is_named(services: Services) -> None:
    seqs = await five_events(services)
    report = await harmed(
        services,
        update(ConsentEvent).where(ConsentEvent.seq.in_(seqs[1:4])).values(locale="sv"),
        delete(ConsentEvent).where(ConsentEvent.seq == seqs[4]),
    )
    assert report.broken_at == seqs[1]


async def test_a_last_event_taken_away_with_a_mended_head_is_found(services: Services) -> None:
    """The consent says that it was withdrawn, and no event does."""
    await five_events(services)
    *_, before, last = await events(services)
    report = await harmed(
        services,
        delete(ConsentEvent).where(ConsentEvent.seq == last.seq),
        update(ConsentChain).values(length=4, head_hash=before.hash),
    )
    assert report.problem == "does not fit the state of its consent"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"state": "withdrawn"}, "does not fit the state of its consent"),
        ({"state": "expired"}, "does not fit the state of its consent"),
        ({"valid_until": START + timedelta(days=3000)}, "does not fit the term of its consent"),
        ({"record": None}, "tells of a record that is not there"),
        ({"record": {"record_id": "something else"}}, "does not fit the record of its consent"),
    ],
)
async def test_a_consent_that_is_no_longer_as_its_last_event_says_is_found(
    services: Services, values: dict[str, Any], problem: str
) -> None:
    third = (await five_events(services))[2]
    consent_id = (await events(services))[2].consent_id
    report = await harmed(services, update(Consent).where(Consent.id == consent_id).values(**values))
    assert (report.broken_at, report.problem) == (third, problem)


async def test_one_word_changed_in_a_record_is_found(services: Services) -> None:
    third = (await five_events(services))[2]
    consent_id = (await events(services))[2].consent_id
    async with services.db.read() as session:
        consent = await session.get(Consent, consent_id)
    assert consent is not None
    record = {**consent.record, "recipients": ["somebody-else"]}
    report = await harmed(services, update(Consent).where(Consent.id == consent_id).values(record=record))
    assert (report.broken_at, report.problem) == (third, "does not fit the record of its consent")


async def test_a_withdrawn_consent_that_is_given_again_behind_our_back_is_found(services: Services) -> None:
    await five_events(services)
    withdrawn = (await events(services))[3]
    again = update(Consent).where(Consent.id == withdrawn.consent_id).values(state="given")
    report = await harmed(services, again)
    assert (report.broken_at, report.problem) == (withdrawn.seq, "does not fit the state of its consent")


async def test_a_consent_without_an_event_is_found(services: Services) -> None:
    await five_events(services)
    times = {"given_at": services.clock(), "valid_until": services.clock()}
    async with services.db.work() as session:
        session.add(Consent(id="made-up", organisation_id=KELLO, purpose="contact", state="given", **times))
    report = await consents.verify(services)
    assert report.problem == "is missing: there is a consent that no event tells of"


async def test_a_valid_consent_whose_row_is_gone_is_found(services: Services) -> None:
    third = (await five_events(services))[2]
    consent_id = (await events(services))[2].consent_id
    report = await harmed(
        services,
        delete(ContactRequest).where(ContactRequest.consent_id == consent_id),
        delete(Consent).where(Consent.id == consent_id),
    )
    assert (report.broken_at, report.problem) == (third, "tells of a consent that is not there")


async def test_the_chain_goes_on_whole_after_somebody_was_forgotten(services: Services) -> None:
    await five_events(services)
    await clients.forget(services, CLIENT.id)
    await asks(services, SOMEBODY_ELSE)
    report = await consents.verify(services)
    assert (report.whole, report.events) == (True, 7)


async def test_the_chain_holds_nothing_personal(services: Services) -> None:
    await asks(services)
    async with services.db.read() as session:
        rows = (await session.execute(select(ConsentEvent))).scalars().all()
        text_of_all = repr(
            [{c.name: getattr(row, c.name) for c in ConsentEvent.__table__.columns} for row in rows]
        )
        assert (await session.execute(text("SELECT 1"))).scalar() == 1
    assert all(word not in text_of_all for word in (NAME, WORDS, str(CLIENT.id)))
    assert WORDS in await everything(services)  # it is kept, elsewhere
