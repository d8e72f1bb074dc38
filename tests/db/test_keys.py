"""From an old encryption key to a new one, while the service runs: nothing is lost, and everybody is still found."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiogram.fsm.storage.base import StorageKey
from redis.asyncio import Redis
from sqlalchemy import JSON, Column, LargeBinary, Table, func, select, type_coerce

from bot.db import keys
from bot.db.columns import EncryptedInt, EncryptedJson, EncryptedText, UtcDateTime, Vault, WrongKey
from bot.db.dialog_state import RedisStorage, redis_storage
from bot.db.tables import Base, CheckIn, Client, DialogState, FingerprintKey, Invite
from bot.db.work import Database

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
OLD, NEW, THIRD = (Vault.new_key() for _ in range(3))
ROWS = 30
FIRST = 101
FILLED = [
    table for table in Base.metadata.sorted_tables if table.name != "consent_chain"
]  # one row, for ever


def made_up(column: Column[Any], number: int) -> Any:
    """A value that suits the column. Rows of one number belong together, so that foreign keys are in order."""
    if column.foreign_keys:
        return made_up(next(iter(column.foreign_keys)).column, number)
    words = f"{column.table.name} {column.name} äö {number}"
    match column.type:
        case EncryptedText():
            return words
        case EncryptedInt():
            return 7_000_000_000 + number
        case EncryptedJson():
            return {"said": words}
        case UtcDateTime():
            return NOW + timedelta(minutes=number)
        case JSON():
            return [words]
    return words if column.type.python_type is str else column.type.python_type(number)


async def fill(database: Database, first: int = FIRST, count: int = ROWS) -> None:
    async with database.work() as session:
        for table in FILLED:
            numbers = range(first, first + count)
            rows = [{column.name: made_up(column, number) for column in table.columns} for number in numbers]
            await session.execute(table.insert(), rows)


async def opened(database: Database) -> dict[str, list[Any]]:
    """Everything there is, in plain words."""
    async with database.read() as session:
        return {
            table.name: [
                tuple(row) for row in await session.execute(select(table).order_by(*table.primary_key))
            ]
            for table in Base.metadata.sorted_tables
        }


async def stored(database: Database, table: Table) -> list[bytes]:
    columns = [type_coerce(column, LargeBinary) for column in keys.sealed_columns(table)]
    async with database.read() as session:
        return [bytes(value) for row in await session.execute(select(*columns)) for value in row if value]


@pytest.fixture
async def old(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, Vault([OLD]))
    await keys.settle(database)
    await fill(database)
    yield database
    await database.close()


@pytest.fixture
async def both(old: Database, database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, Vault([NEW, OLD]))
    await keys.settle(database)
    yield database
    await database.close()


async def only_new(url: str) -> Database:
    database = Database(url, Vault([NEW]))
    try:
        await keys.settle(database)
    except WrongKey:
        await database.close()
        raise
    return database


# Rotating


async def test_after_rotation_the_old_key_is_not_needed_for_anything(
    both: Database, database_url: str
) -> None:
    before = await opened(both)
    assert all(len(before[table.name]) >= ROWS for table in FILLED)
    gone_through: Counter[str] = Counter()
    renewed = await keys.rotate(both, lambda table, rows: gone_through.update({table: rows}))
    assert dict(renewed) == dict(gone_through) == await keys.rows(both)
    assert set(renewed) == {
        *("clients", "check_ins", "memo_entries", "consents", "staff", "invites", "outbox"),
        *("dialog_states", "fingerprint_key", "enquiries", "enquiry_messages", "claim_codes"),
        *("appointments", "follow_ups", "feedback_words", "phone_numbers"),
    }
    database = await only_new(database_url)
    try:
        assert await opened(database) == before
        assert database.vault.fingerprint(4711, "client") == both.vault.fingerprint(4711, "client")
    finally:
        await database.close()
    assert await keys.left(both) == {}
    for table in keys.sealed_tables():
        for token in await stored(both, table):
            with pytest.raises(WrongKey):
                Vault([OLD]).decrypt(token)


async def test_before_rotation_the_old_key_is_needed_and_it_says_so(
    both: Database, database_url: str
) -> None:
    assert await keys.left(both) == await keys.rows(both)
    with pytest.raises(WrongKey):
        await only_new(database_url)


async def test_what_is_done_is_not_done_again(both: Database) -> None:
    await keys.rotate(both)
    before = [await stored(both, table) for table in keys.sealed_tables()]
    assert await keys.rotate(both) == {}
    assert [await stored(both, table) for table in keys.sealed_tables()] == before


async def test_empty_values_stay_empty(both: Database) -> None:
    async with both.work() as session:
        session.add(Client(chat_key="k", chat_id=1, locale="fi", name=None, agreed_at=NOW, last_seen_at=NOW))
    await keys.rotate(both)
    async with both.read() as session:
        assert await session.scalar(select(Client.name).where(Client.chat_key == "k")) is None


async def test_a_row_that_no_key_opens_stops_it_and_harms_nothing(both: Database, database_url: str) -> None:
    stranger = Database(database_url, Vault([THIRD]))
    async with stranger.work() as session:
        session.add(CheckIn(client_id=FIRST, made_at=NOW, answers={"money": 1}))
    await stranger.close()
    before = await stored(both, CheckIn.__table__)  # type: ignore[arg-type]
    with pytest.raises(WrongKey):
        await keys.rotate(both)
    after = await stored(both, CheckIn.__table__)  # type: ignore[arg-type]
    assert [len(token) for token in after] == [len(token) for token in before]


KILLED = """
import asyncio, os, signal, sys
from bot.db import keys
from bot.db.columns import Vault
from bot.db.work import Database

url, new, old, steps = sys.argv[1:]
left = int(steps)
renew = Vault.renew

def renew_and_die(self, sealed):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return renew(self, sealed)

async def main():
    database = Database(url, Vault([new, old]))
    await keys.settle(database)
    await keys.rotate(database)
    await database.close()

keys.BATCH = 7
Vault.renew = renew_and_die
asyncio.run(main())
"""


async def run_and_die(url: str, steps: int) -> int:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, url, NEW, OLD, str(steps)), stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), complaint.decode()
    return process.returncode


async def test_killed_at_any_moment_it_goes_on_where_it_was(
    both: Database, old: Database, database_url: str
) -> None:
    """Each run dies after a few values, in the middle of a batch more often than not."""
    before = await opened(both)
    await old.close()  # the service itself has been started again with both keys
    left = [sum((await keys.left(both)).values())]
    for steps in (0, 1, 23, 58, 90, 131):
        assert await run_and_die(database_url, steps) == -signal.SIGKILL
        assert await opened(both) == before
        left.append(sum((await keys.left(both)).values()))
    assert left == sorted(left, reverse=True)
    assert left[-1] < left[0] - 100
    assert await run_and_die(database_url, 100_000) == 0
    database = await only_new(database_url)
    try:
        assert await opened(database) == before
    finally:
        await database.close()


async def test_the_service_reads_and_writes_meanwhile(both: Database, database_url: str) -> None:
    """Another process adds, changes, finds and removes rows all the time. None of it is lost or slowed down."""
    service = Database(database_url, Vault([NEW, OLD]))
    await keys.settle(service)
    over = asyncio.Event()
    slowest, acts = 0.0, 0
    expected: dict[int, str] = {}
    removed: set[int] = set()
    clock = asyncio.get_running_loop().time

    async def lives() -> None:
        nonlocal slowest, acts
        for number in itertools.count():
            began = clock()
            chat = 5_000_000 + number
            key = service.vault.fingerprint(chat, "client")
            async with service.work() as session:
                client = Client(
                    chat_key=key, chat_id=chat, locale="fi", name="a", agreed_at=NOW, last_seen_at=NOW
                )
                session.add(client)
            target = FIRST + number % ROWS
            async with service.work() as session:
                row = await session.get(Client, target, with_for_update={"key_share": True})
                if row is not None and number % 11 == 10:
                    await session.delete(row)
                    removed.add(target)
                    expected.pop(target, None)
                elif row is not None:
                    row.name = expected[target] = f"written {number}"
            async with service.read() as session:
                found = await session.scalar(select(Client).where(Client.chat_key == key))
                assert found is not None
                assert found.chat_id == chat
            slowest, acts = max(slowest, clock() - began), acts + 1
            if over.is_set():
                return

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(lives())
        await asyncio.sleep(0.05)
        await keys.rotate(both)
        over.set()
    await service.close()
    assert acts > 3
    assert slowest < 5
    database = await only_new(database_url)
    try:
        async with database.read() as session:
            names = {row.id: row.name for row in await session.scalars(select(Client))}
        assert {target: names[target] for target in expected} == expected
        assert not removed & names.keys()
        assert await keys.left(database) == {}
    finally:
        await database.close()


async def test_who_writes_with_the_old_key_all_the_time_does_not_keep_it_from_ending(
    both: Database, old: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was not started again. What is left is told, so that nobody takes the old key away."""
    renew = Vault.renew

    def renew_slowly(self: Vault, sealed: bytes) -> bytes:
        writes.set()
        return renew(self, sealed)

    writes, over = asyncio.Event(), asyncio.Event()

    async def stale() -> None:
        for number in itertools.count():
            await writes.wait()
            writes.clear()
            if over.is_set():
                return
            async with old.work() as session:
                session.add(DialogState(key=f"0{number}", chat_key="c", data={}, touched_at=NOW))

    monkeypatch.setattr(Vault, "renew", renew_slowly)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(stale())
        await keys.rotate(both)
        over.set()
        writes.set()
    async with old.work() as session:
        session.add(DialogState(key="last", chat_key="c", data={}, touched_at=NOW))
    assert (await keys.left(both))["dialog_states"] >= 1


async def test_old_ciphertexts_are_gone_from_the_file(sqlite_url: str, tmp_path: Path) -> None:
    """Else whoever has the old key, and gets the file later, could open what was replaced."""
    database = Database(sqlite_url, Vault([OLD]))
    await keys.settle(database)
    await fill(database, count=200)
    tokens = [token for table in keys.sealed_tables() for token in await stored(database, table)]
    await database.close()
    database = Database(sqlite_url, Vault([NEW, OLD]))
    await keys.settle(database)
    assert len(tokens) > 1000
    assert sum(token in files(tmp_path) for token in tokens[:50]) == 50
    await keys.rotate(database)
    left = files(tmp_path)
    assert [token for token in tokens if token in left] == []
    await database.close()


def files(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("rinnalla.db*"))


# The key of the fingerprints


async def test_the_order_of_the_keys_means_nothing_to_fingerprints(both: Database, database_url: str) -> None:
    """Nor does a key that is added last, by mistake or to let several processes know it before one uses it."""
    other_way = Database(database_url, Vault([OLD, NEW, THIRD]))
    await keys.settle(other_way)
    assert other_way.vault.fingerprint(4711, "client") == both.vault.fingerprint(4711, "client")
    await other_way.close()


async def test_a_new_database_gets_a_fingerprint_key_that_no_encryption_key_tells(database_url: str) -> None:
    database = Database(database_url, Vault([OLD]))
    await keys.settle(database)
    assert database.vault.fingerprint(4711, "client") != Vault([OLD]).fingerprint(4711, "client")
    await database.close()


async def test_a_database_from_before_keeps_the_fingerprints_it_has(database_url: str) -> None:
    before = Database(database_url, Vault([NEW, OLD]))
    async with before.work() as session:
        key = before.vault.fingerprint("abc", "invite")
        times = {"created_at": NOW, "expires_at": NOW}
        session.add(Invite(code_hash=key, organisation_id="kello", role="worker", name="Leena", **times))
    await keys.settle(before)
    assert before.vault.fingerprint("abc", "invite") == key
    await before.close()


async def test_processes_that_start_at_once_agree_on_one_key(database_url: str) -> None:
    databases = [Database(database_url, Vault([OLD])) for _ in range(5)]
    await asyncio.gather(*(keys.settle(database) for database in databases))
    assert len({database.vault.fingerprint(1, "client") for database in databases}) == 1
    async with databases[0].read() as session:
        assert await session.scalar(select(func.count()).select_from(FingerprintKey)) == 1
    for database in databases:
        await database.close()


# Dialog state in Redis


@pytest.mark.redis
async def test_conversations_in_redis_outlive_the_old_key_too(redis_url: str) -> None:
    idle = timedelta(hours=5)
    before = redis_storage(redis_url, Vault([OLD]), idle)
    both, after = Vault([NEW, OLD]), Vault([NEW])
    for vault in (both, after):
        vault.look_up_with(Vault([OLD]).fingerprint_key)
    people = [StorageKey(bot_id=1, chat_id=100 + n, user_id=100 + n) for n in range(250)]
    for person in people:
        await before.set_data(person, {"said": person.chat_id})
        await before.set_state(person, "somewhere")
    await before.close()
    rotating = redis_storage(redis_url, both, idle)
    assert await rotating.rotate() == 500
    assert await rotating.rotate() == 0
    await rotating.close()
    storage: RedisStorage = redis_storage(redis_url, after, idle)
    for person in people:
        assert await storage.get_data(person) == {"said": person.chat_id}
        assert await storage.get_state(person) == "somewhere"
    await storage.close()
    async with Redis.from_url(redis_url) as redis:
        chats = [key async for key in redis.scan_iter("rinnalla:dialog:*")]
        assert len(chats) == 250
        for chat in chats:
            assert 0 < await redis.ttl(chat) <= idle.total_seconds()
