"""What a worker is shown is written down where it is shown, and the client can look it up."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.core import access as rules
from bot.core.consent import ConsentRecord, ConsentState, Item, Reach, kinds_of
from bot.core.grants import Role
from bot.core.requests import IN_HAND, State, Step
from bot.db.tables import AccessEntry, Consent, ContactRequest, Staff
from bot.services import access, caseload, clients, housekeeping, outbox, requests, staff
from bot.services.access import Heard, Personal
from bot.services.base import Services
from bot.services.staff import Worker
from tests.conftest import HandClock
from tests.services.people import (
    CLIENT,
    KELLO,
    NAME,
    OTHER,
    PHONE,
    SOMEBODY_ELSE,
    WORDS,
    accepts,
    asks,
    joins,
)

TOLD = frozenset(Item) - {Item.ENQUIRY, Item.OUTCOME}
ALL = ["contact", *sorted(TOLD)]


async def entries(services: Services) -> list[AccessEntry]:
    async with services.db.read() as session:
        return list(await session.scalars(select(AccessEntry).order_by(AccessEntry.id)))


async def in_hand(services: Services) -> tuple[Worker, int]:
    """Everything is told, and one worker has the request."""
    worker = await joins(services)
    request_id = await asks(services, reach=Reach.PHONE, phone=PHONE)
    await accepts(services, worker, request_id)
    return worker, request_id


# The whole matrix, on the real tables

CONSENTS: dict[str, tuple[ConsentState, timedelta, frozenset[Item]]] = {
    "given": (ConsentState.GIVEN, timedelta(days=30), TOLD),
    "changed": (ConsentState.GIVEN, timedelta(days=30), frozenset({Item.NAME})),
    "out of time and not yet closed": (ConsentState.GIVEN, timedelta(0), TOLD),
    "expired": (ConsentState.EXPIRED, timedelta(days=30), TOLD),
    "withdrawn": (ConsentState.WITHDRAWN, timedelta(days=30), TOLD),
}


async def becomes(
    services: Services, request_id: int, consent: str, state: State, accepted_by: int, record: ConsentRecord
) -> None:
    """A consent and a request as they would be kept. What is shared is left where it was: only the rule can hide it."""
    consent_state, left, kinds = CONSENTS[consent]
    kept = record.model_copy(update={"pii_types": sorted(kinds)}).model_dump(mode="json")
    taken = None if state is State.OPEN else accepted_by
    async with services.db.work() as session:
        await session.execute(
            update(Consent).values(state=consent_state, valid_until=services.clock() + left, record=kept)
        )
        await session.execute(
            update(ContactRequest)
            .where(ContactRequest.id == request_id)
            .values(state=state, accepted_by=taken)
        )


async def test_of_everybody_only_the_one_who_accepted_sees_what_the_consent_covers(
    services: Services,
) -> None:
    leena, request_id = await in_hand(services)
    others = [
        await joins(services, "Pekka"),
        await joins(services, "Toinen", OTHER),
        await joins(services, "Koordinaattori"),
        await joins(services, "Poistettu"),
    ]
    async with services.db.work() as session:
        await session.execute(update(Staff).where(Staff.id == others[2].id).values(role=Role.COORDINATOR))
        consent = (await session.scalars(select(Consent))).one()
        record = ConsentRecord.model_validate(consent.record)
    await staff.remove(services, others[3].id)
    for consent_state, state, worker in itertools.product(CONSENTS, State, [leena, *others]):
        await becomes(services, request_id, consent_state, state, leena.id, record)
        before = len(await entries(services))
        card = await caseload.card(services, worker.id, request_id)
        heard = await caseload.heard(services, worker.id, request_id, WORDS)
        outline = await caseload.outline(services, worker.id, request_id)
        listed = await caseload.waiting_and_own(services, worker.id)
        let_in = worker is leena and state in IN_HAND and consent_state in {"given", "changed"}
        place = (consent_state, state, worker.name)
        seen = [one.personal for one in [card, *listed] if one and one.personal]
        assert bool(seen) == (heard is not None) == let_in, place
        for personal in seen:
            assert set(kinds_of(personal.shared)) == CONSENTS[consent_state][2], place
        assert len(await entries(services)) - before == len(seen) + (heard is not None), place
        assert outline is None or outline.personal is None, place
        assert let_in or NAME not in repr((card, listed, outline)), place


async def test_a_coordinator_gets_no_requests_and_makes_no_organisation_reachable(services: Services) -> None:
    invitation = await staff.invite(services, KELLO, "Koordinaattori", Role.COORDINATOR)
    coordinator = await staff.redeem(services, invitation.code, 7_900_000_001, "fi")
    assert isinstance(coordinator, Worker)
    request_id = await asks(services)
    assert await staff.reachable_organisations(services) == frozenset()
    assert await caseload.waiting_and_own(services, coordinator.id) == []
    assert await caseload.card(services, coordinator.id, request_id) is None
    assert await caseload.take(services, coordinator.id, request_id, Step.ACCEPT) == (None, False)
    async with services.db.read() as session:
        cards = select(outbox.OutboxMessage).where(outbox.OutboxMessage.kind == outbox.Kind.CARD)
        assert (await session.scalars(cards)).all() == []


async def test_who_becomes_a_coordinator_lets_go_of_clients(services: Services) -> None:
    chat = 7_900_000_002
    leena = await joins(services, chat_id=chat)
    request_id = await asks(services)
    await accepts(services, leena, request_id)
    invitation = await staff.invite(services, KELLO, "Leena", Role.COORDINATOR)
    await staff.redeem(services, invitation.code, chat, "fi")
    pekka = await joins(services, "Pekka")
    card = await caseload.card(services, pekka.id, request_id)
    assert card is not None
    assert card.state is State.OPEN


# There is no view without an entry


@pytest.mark.parametrize(
    ("view", "fields"), [(Personal, (None, None, True)), (Heard, ("words",))], ids=["seen", "heard"]
)
def test_a_view_cannot_be_made_by_hand(view: Any, fields: tuple[object, ...]) -> None:
    for seal in (None, object(), "seal"):
        with pytest.raises(TypeError, match=r"see\(\), hear\(\) or learn\(\)"):
            view(seal, *fields)


async def test_every_way_to_a_view_writes_an_entry(services: Services) -> None:
    leena, request_id = await in_hand(services)
    assert await entries(services) == [], "accepting by itself shows nothing"
    ways = [
        (caseload.card(services, leena.id, request_id), ALL),
        (caseload.waiting_and_own(services, leena.id), ALL),
        (caseload.heard(services, leena.id, request_id, WORDS), ["message"]),
    ]
    for number, (way, kinds) in enumerate(ways, 1):
        assert await way
        written = await entries(services)
        assert len(written) == number
        last = written[-1]
        assert (last.staff_id, last.organisation_id, last.request_id) == (leena.id, KELLO, request_id)
        assert (last.kinds, last.at) == (kinds, services.clock())


async def test_a_session_that_cannot_write_makes_no_view(services: Services) -> None:
    leena, request_id = await in_hand(services)
    async with services.db.read() as session:
        facts = await caseload._facts(session, leena.id, request_id)
        assert facts is not None
        with pytest.raises(SQLAlchemyError):
            await caseload._card(session, services, facts)
    assert await entries(services) == []


async def test_looking_at_what_is_nobodys_is_no_reading(services: Services) -> None:
    leena, pekka = await joins(services), await joins(services, "Pekka")
    request_id = await asks(services)
    for worker in (leena, pekka):
        assert await caseload.card(services, worker.id, request_id)
        assert await caseload.waiting_and_own(services, worker.id)
    await accepts(services, leena, request_id)
    assert await caseload.card(services, pekka.id, request_id)
    assert await entries(services) == []


async def test_the_log_names_kinds_of_data_and_none_of_the_data(services: Services) -> None:
    leena, request_id = await in_hand(services)
    await caseload.card(services, leena.id, request_id)
    await caseload.heard(services, leena.id, request_id, WORDS)
    for entry in await entries(services):
        assert set(entry.kinds) <= set(rules.KINDS)


# The client's side


async def test_a_client_sees_who_was_shown_what_and_nobody_elses(
    services: Services, clock: HandClock
) -> None:
    assert await access.mine(services, CLIENT.id) == []
    leena, request_id = await in_hand(services)
    assert await access.mine(services, CLIENT.id) == []
    await caseload.card(services, leena.id, request_id)
    clock.go(timedelta(hours=1))
    await caseload.heard(services, leena.id, request_id, WORDS)
    read = await access.mine(services, CLIENT.id)
    assert [(one.worker, one.organisation_id, list(one.kinds)) for one in read] == [
        ("Leena", KELLO, ["message"]),
        ("Leena", KELLO, ALL),
    ]
    await asks(services, SOMEBODY_ELSE)
    assert await access.mine(services, SOMEBODY_ELSE.id) == []


async def test_the_log_outlives_the_consent_and_the_worker_but_not_the_client(services: Services) -> None:
    leena, request_id = await in_hand(services)
    await caseload.card(services, leena.id, request_id)
    await staff.remove(services, leena.id)
    (one,) = await requests.mine(services, CLIENT.id)
    assert one.state is State.OPEN
    assert [read.worker for read in await access.mine(services, CLIENT.id)] == ["Leena"]
    async with services.db.work() as session:
        row = await session.get_one(Staff, leena.id)
        await session.delete(row)
    assert [read.worker for read in await access.mine(services, CLIENT.id)] == [None]
    await clients.forget(services, CLIENT.id)
    assert await entries(services) == []


async def test_entries_go_after_two_years(services: Services, clock: HandClock) -> None:
    leena, request_id = await in_hand(services)
    await caseload.card(services, leena.id, request_id)
    clock.go(timedelta(days=729))
    assert (await housekeeping.purge(services))["readings"] == 0
    clock.go(timedelta(days=2))
    assert (await housekeeping.purge(services))["readings"] == 1
    assert await entries(services) == []
