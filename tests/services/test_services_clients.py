"""A client's account: nothing before they agree, nothing after they ask to be forgotten."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text

from bot.core.check_in import CheckIn
from bot.core.consent import Reach
from bot.db.columns import Vault
from bot.db.tables import AccessEntry, Base, Client
from bot.db.work import Database
from bot.services import caseload, clients, consents, housekeeping, memos, requests
from bot.services import outbox as rows
from bot.services.base import Services
from bot.services.clients import Chat
from tests.conftest import HandClock
from tests.services.people import (
    ANSWERS,
    CLIENT,
    HELPS,
    NAME,
    PHONE,
    SOMEBODY_ELSE,
    WORDS,
    accepts,
    asks,
    events,
    everything,
    joins,
    outbox,
    raw,
    request,
    services_on,
)

NEXT_STEP = "soitan huomenna velkaneuvontaan"
TO_WORKER = "olen kotona kello kahteen"
PERSONAL = (NAME, PHONE, WORDS, HELPS, NEXT_STEP, TO_WORKER, str(CLIENT.id))


async def whole_story(services: Services) -> int:
    """A client tells everything, a worker has it, they write to each other, and something is on the memo."""
    worker = await joins(services)
    told = CheckIn.model_validate({**ANSWERS.model_dump(), "next_step": NEXT_STEP})
    request_id = await asks(services, check_in=told, reach=Reach.PHONE, phone=PHONE)
    await accepts(services, worker, request_id)
    assert await caseload.card(services, worker.id, request_id)
    await memos.save(services, CLIENT, "kello-kohtaamispaikka", "friends")
    await requests.answer(services, CLIENT.id, request_id, TO_WORKER, 55)
    await caseload.begin_writing(services, worker.id, request_id)
    await caseload.draft(services, worker.id, TO_WORKER)
    return request_id


async def rows_of_all_tables(services: Services) -> dict[str, int]:
    async with services.db.read() as session:
        return {
            table.name: len((await session.execute(select(table))).all())
            for table in Base.metadata.sorted_tables
        }


# Before


async def test_looking_around_leaves_nothing(services: Services) -> None:
    before = await rows_of_all_tables(services)
    assert await clients.seen(services, CLIENT.id) is None
    await clients.speak(services, CLIENT)
    await clients.chat_reachable(services, CLIENT.id, False)
    assert not await clients.kept(services, CLIENT.id)
    assert not await clients.forget(services, CLIENT.id)
    assert await requests.mine(services, CLIENT.id) == await consents.mine(services, CLIENT.id) == []
    assert await memos.entries(services, CLIENT.id) == []
    assert await rows_of_all_tables(services) == before


# What is kept


async def test_a_client_can_see_how_much_is_kept(services: Services) -> None:
    await whole_story(services)
    await asks(services, SOMEBODY_ELSE)
    kept = await clients.kept(services, CLIENT.id)
    assert (kept.check_ins, kept.memo, kept.requests, kept.consents) == (1, 1, 1, 1)
    assert kept


async def test_the_language_is_remembered_for_those_who_agreed(services: Services) -> None:
    await memos.save(services, CLIENT, "kello-kohtaamispaikka", None)
    await clients.speak(services, Chat(CLIENT.id, "fi@selko"))
    assert await clients.seen(services, CLIENT.id) == "fi@selko"


async def test_a_worker_sees_that_a_client_has_blocked_the_bot(services: Services) -> None:
    request_id = await whole_story(services)
    worker_id = (await request(services, request_id)).accepted_by
    assert worker_id is not None
    for reachable in (False, True):
        for row in await rows.claim(services):
            await rows.settle(services, row, rows.Row.SENT)
        await clients.chat_reachable(services, CLIENT.id, reachable)
        card = await caseload.card(services, worker_id, request_id)
        assert card is not None
        assert card.personal is not None
        assert card.personal.chat_reaches is reachable
        assert "waiting" in {row.state for row in await outbox(services, "card")}


async def test_twenty_savings_at_once_make_one_account(services: Services) -> None:
    await asyncio.gather(*(memos.save(services, CLIENT, f"offer-{number}", None) for number in range(20)))
    async with services.db.read() as session:
        assert len((await session.scalars(select(Client))).all()) == 1
    assert len(await memos.entries(services, CLIENT.id)) == 20


# Forgetting


async def test_forgetting_leaves_only_that_a_consent_was_and_ended(services: Services) -> None:
    request_id = await whole_story(services)
    opened = await everything(services)
    assert all(word in opened for word in PERSONAL), "the test looks for words that are really there"
    assert await clients.forget(services, CLIENT.id)
    opened = await everything(services)
    assert [word for word in PERSONAL if word in opened] == []
    assert services.vault.fingerprint(CLIENT.id, "client") not in opened
    assert [event.kind for event in await events(services)] == ["given", "withdrawn"]
    assert (await consents.verify(services)).whole
    assert ((await request(services, request_id)).state, (await request(services, request_id)).client_id) == (
        "withdrawn",
        None,
    )
    counts = await rows_of_all_tables(services)
    assert (counts["clients"], counts["check_ins"], counts["memo_entries"]) == (0, 0, 0)
    assert not await clients.forget(services, CLIENT.id)


TOMBSTONE = {
    "consents": {"id", "organisation_id", "purpose", "state", "given_at", "valid_until", "ended_at"},
    "contact_requests": {
        *("id", "consent_id", "organisation_id", "urgency", "wish", "state", "accepted_by"),
        *("created_at", "accepted_at", "closed_at", "rescue_step"),
    },
}


async def test_a_tombstone_says_that_there_was_a_consent_and_when_and_no_more(services: Services) -> None:
    await whole_story(services)
    await clients.forget(services, CLIENT.id)
    async with services.db.read() as session:
        for name, left in TOMBSTONE.items():
            (row,) = (await session.execute(select(Base.metadata.tables[name]))).mappings().all()
            assert {column for column, value in row.items() if value not in (None, [])} == left, name
        assert (await session.scalars(select(AccessEntry))).all() == []


async def test_forgetting_one_leaves_the_others(services: Services) -> None:
    await asks(services, SOMEBODY_ELSE)
    await whole_story(services)
    await clients.forget(services, CLIENT.id)
    assert len(await requests.mine(services, SOMEBODY_ELSE.id)) == 1
    assert len(await consents.mine(services, SOMEBODY_ELSE.id)) == 1


async def test_forgetting_reaches_the_workers_card(services: Services) -> None:
    request_id = await whole_story(services)
    worker_id = (await request(services, request_id)).accepted_by
    assert worker_id is not None
    for row in await rows.claim(services):
        await rows.settle(services, row, rows.Row.SENT, message_id=90)
    await clients.forget(services, CLIENT.id)
    waiting = {row.kind for row in await rows.claim(services)}
    assert waiting == {"card", "consent_over", "retract"}
    card = await caseload.card(services, worker_id, request_id)
    assert card is not None
    assert (card.state, card.personal) == ("withdrawn", None)


async def test_forgetting_ten_times_at_once_is_forgetting_once(services: Services) -> None:
    await whole_story(services)
    forgotten = await asyncio.gather(*(clients.forget(services, CLIENT.id) for _ in range(10)))
    assert forgotten.count(True) == 1
    assert len(await events(services)) == 2


async def test_who_comes_back_after_forgetting_is_somebody_new(services: Services) -> None:
    await whole_story(services)
    await clients.forget(services, CLIENT.id)
    await asks(services)
    assert len(await requests.mine(services, CLIENT.id)) == 1
    assert (await clients.kept(services, CLIENT.id)).memo == 0


async def test_the_file_never_shows_a_word_and_after_forgetting_not_even_a_sealed_one(
    sqlite_url: str, vault: Vault, clock: HandClock
) -> None:
    file = Path(make_url(sqlite_url).database or "")
    fingerprint = vault.fingerprint(CLIENT.id, "client")
    database = Database(sqlite_url, vault, clock)
    services = services_on(database, clock)
    try:
        await whole_story(services)
        kept = raw(file)
        assert fingerprint.encode() in kept, "the test looks where something really is"
        assert [word for word in PERSONAL if word.encode() in kept] == []
        sealed = await sealed_values(services)
        assert len(sealed) > 5
        assert all(token in kept for token in sealed)
        await clients.forget(services, CLIENT.id)
        assert [word for word in PERSONAL if word.encode() in raw(file)] == []
    finally:
        await database.close()
    left = raw(file)
    assert fingerprint.encode() not in left
    assert [token for token in sealed if token in left] == []


async def sealed_values(services: Services) -> list[bytes]:
    """What stands in the encrypted columns about clients, as it lies on the disk."""
    async with services.db.read() as session:
        return [
            bytes(value)
            for table in ("clients", "check_ins", "memo_entries", "consents", "outbox")
            for row in await session.execute(text(f"SELECT * FROM {table}"))
            for value in row
            if isinstance(value, bytes)
        ]


# Being away


async def test_an_idle_account_goes_but_never_one_with_something_open(
    services: Services, clock: HandClock
) -> None:
    await asks(services, SOMEBODY_ELSE, days=180)
    await memos.save(services, CLIENT, "kello-kohtaamispaikka", None)
    clock.go(timedelta(days=731))
    assert (await housekeeping.purge(services))["clients"] == 1
    assert await memos.entries(services, CLIENT.id) == []
    assert len(await requests.mine(services, SOMEBODY_ELSE.id)) == 1  # open until its consent is ended
    await consents.expire_due(services)
    assert (await housekeeping.purge(services))["clients"] == 1


async def test_an_account_in_use_stays(services: Services, clock: HandClock) -> None:
    await memos.save(services, CLIENT, "kello-kohtaamispaikka", None)
    clock.go(timedelta(days=700))
    await memos.save(services, CLIENT, "another", None)
    clock.go(timedelta(days=700))
    assert (await housekeeping.purge(services))["clients"] == 0


@pytest.mark.parametrize("days", [729, 731])
async def test_the_term_of_an_idle_account_is_the_operators(
    services: Services, clock: HandClock, days: int
) -> None:
    short = services_on(services.db, clock, retention=timedelta(days=days - 365))
    await memos.save(short, CLIENT, "kello-kohtaamispaikka", None)
    clock.go(timedelta(days=365))
    assert (await housekeeping.purge(short))["clients"] == (1 if days < 730 else 0)
