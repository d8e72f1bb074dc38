"""Asking to be contacted: one consent, one request, and everything it sets going, or nothing at all."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.core.check_in import CheckIn
from bot.core.consent import Item, Reach
from bot.db.tables import Base, Client, Consent, ContactRequest
from bot.db.tables import CheckIn as KeptCheckIn
from bot.services import caseload, clients, consents, requests
from bot.services.base import Services
from bot.services.clients import Chat
from tests.conftest import HandClock
from tests.services.people import (
    CLIENT,
    HELPS,
    KELLO,
    NAME,
    OTHER,
    SOMEBODY_ELSE,
    WORDS,
    accepts,
    asks,
    consent_of,
    draft,
    events,
    everything,
    joins,
    outbox,
    request,
)


async def count(services: Services, table: type[Base]) -> int:
    async with services.db.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_one_yes_leaves_a_consent_a_request_a_receipt_and_a_card(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    consent = await consent_of(services, request_id)
    assert (consent.state, consent.organisation_id, consent.purpose) == ("given", KELLO, "contact")
    assert consent.valid_until == consent.given_at + timedelta(days=30)
    assert consent.record["pii_types"] == ["name", "areas", "words", "strengths"]
    assert [event.kind for event in await events(services)] == ["given"]
    assert (await consents.verify(services)).whole
    kinds = [(row.kind, row.client_id, row.staff_id) for row in await outbox(services)]
    assert kinds == [
        ("receipt", consent.client_id, None),
        ("consent_ending", consent.client_id, None),
        *[("follow_up", consent.client_id, None)] * 8,
        ("card", None, worker.id),
    ]


async def test_the_same_yes_twice_is_one_request(services: Services) -> None:
    said = draft()
    first, second = [await requests.send(services, CLIENT, said) for _ in range(2)]
    assert first == second
    assert await count(services, ContactRequest) == await count(services, Consent) == 1
    assert len(await events(services)) == 1


async def test_twenty_yeses_at_once_are_one_request(services: Services) -> None:
    await joins(services)
    said = draft()
    ids = await asyncio.gather(*(requests.send(services, CLIENT, said) for _ in range(20)))
    assert len(set(ids)) == 1
    tables = (Client, Consent, ContactRequest, KeptCheckIn)
    assert [await count(services, table) for table in tables] == [1, 1, 1, 1]
    kinds = [row.kind for row in await outbox(services)]
    assert kinds == ["receipt", "consent_ending", *["follow_up"] * 8, "card"]
    assert (await consents.verify(services)).events == 1


async def test_twenty_clients_at_once_have_a_request_each_and_one_whole_chain(services: Services) -> None:
    chats = [Chat(5_000_000_000 + number, "fi") for number in range(20)]
    ids = await asyncio.gather(*(asks(services, chat) for chat in chats))
    assert len(set(ids)) == 20
    report = await consents.verify(services)
    assert (report.events, report.problem) == (20, None)


async def test_nothing_is_left_of_a_yes_that_fails_halfway(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(requests.outbox, "put_cards", fail)
    with pytest.raises(ConnectionError):
        await asks(services)
    tables = (Client, Consent, ContactRequest, KeptCheckIn)
    assert [await count(services, table) for table in tables] == [0, 0, 0, 0]
    assert await events(services) == await outbox(services) == []


async def test_a_term_that_is_not_offered_is_refused(services: Services) -> None:
    with pytest.raises(ValueError, match="30, 90, 180"):
        await asks(services, days=3650)
    assert await count(services, Client) == 0


async def test_nothing_that_is_switched_off_is_kept_for_the_worker(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services, items=frozenset({Item.AREAS}))
    await accepts(services, worker, request_id)
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert card.personal is not None
    shown = (
        card.personal.model_dump_json() if hasattr(card.personal, "model_dump_json") else repr(card.personal)
    )
    assert all(word not in shown for word in (NAME, WORDS, HELPS))
    assert card.personal.shared.areas == {"money": 1, "friends": 2}


async def test_before_anybody_accepts_the_card_knows_only_what_was_not_switched_off(
    services: Services,
) -> None:
    worker = await joins(services)
    everything_told = await caseload.card(services, worker.id, await asks(services))
    nothing_told = await caseload.card(services, worker.id, await asks(services, items=frozenset()))
    assert everything_told is not None
    assert nothing_told is not None
    assert (everything_told.areas, everything_told.urgency) == (("money", "friends"), "soon")
    assert (nothing_told.areas, nothing_told.urgency) == ((), "ordinary")
    assert everything_told.personal is nothing_told.personal is None


async def test_a_number_goes_only_where_a_call_is_wished(services: Services) -> None:
    by_chat = await consent_of(services, await asks(services, phone="+358401234567", reach=Reach.CHAT))
    by_phone = await consent_of(services, await asks(services, phone="+358401234567", reach=Reach.PHONE))
    assert by_chat.shared["phone"] is None
    assert by_phone.shared["phone"] == "+358401234567"
    assert "phone" in by_phone.record["pii_types"]


async def test_without_any_answers_no_check_in_is_kept(services: Services) -> None:
    await asks(services, check_in=CheckIn())
    assert await count(services, KeptCheckIn) == 0


async def test_a_client_sees_only_their_own_requests(services: Services) -> None:
    mine = [await asks(services), await asks(services, organisation_id=OTHER)]
    await asks(services, SOMEBODY_ELSE)
    assert [one.id for one in await requests.mine(services, CLIENT.id)] == mine[::-1]
    assert await requests.mine(services, 1) == []


async def test_the_client_hears_who_has_the_request(services: Services) -> None:
    worker = await joins(services, "Leena")
    request_id = await asks(services)
    assert (await requests.mine(services, CLIENT.id))[0].worker is None
    await accepts(services, worker, request_id)
    found = (await requests.mine(services, CLIENT.id))[0]
    assert (found.worker, found.state, found.live) == ("Leena", "accepted", True)


# The client's own words to the worker


async def test_words_go_to_the_worker_who_has_the_request_and_once(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    answers = [await requests.answer(services, CLIENT.id, request_id, "Kiitos", 55) for _ in range(2)]
    assert answers == [True, True]
    assert await requests.answer(services, CLIENT.id, request_id, "Vielä yksi asia", 56)
    assert [(row.staff_id, row.note) for row in await outbox(services, "client_word")] == [
        (worker.id, "Kiitos"),
        (worker.id, "Vielä yksi asia"),
    ]


async def test_words_go_nowhere_when_nobody_may_read_them(services: Services, clock: HandClock) -> None:
    worker = await joins(services)
    request_id = await asks(services)

    async def passed_on(chat: Chat = CLIENT) -> bool:
        return await requests.answer(services, chat.id, request_id, WORDS, 55)

    assert not await passed_on()  # nobody has it yet
    await accepts(services, worker, request_id)
    assert not await passed_on(SOMEBODY_ELSE)
    clock.go(timedelta(days=30))
    assert not await passed_on()
    assert await outbox(services, "client_word") == []


async def test_what_a_client_said_is_not_readable_in_the_outbox_once_it_is_settled(
    services: Services,
) -> None:
    from bot.services import outbox as rows

    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    await requests.answer(services, CLIENT.id, request_id, "salainen viesti", 55)
    for row in await rows.claim(services):
        await rows.settle(services, row, rows.Row.SENT, message_id=1)
    assert "salainen viesti" not in await everything(services)


async def test_a_client_who_comes_back_keeps_one_account(services: Services) -> None:
    await asks(services)
    await asks(services, Chat(CLIENT.id, "en"))
    assert await count(services, Client) == 1
    assert await clients.seen(services, CLIENT.id) == "en"


async def test_a_request_is_not_made_again_by_a_press_that_comes_after_forgetting(services: Services) -> None:
    said = draft()
    await requests.send(services, CLIENT, said)
    await clients.forget(services, CLIENT.id)
    await requests.send(services, CLIENT, said)
    assert await count(services, Client) == 0
    assert (await request(services, 1)).state == "withdrawn"
