"""The one writer of SQLite: what it promises about transactions, other processes and power cuts."""

import asyncio
import itertools
import os
import random
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from bot.db import sqlite, writer
from bot.db.columns import Vault
from bot.db.tables import HandledUpdate
from bot.db.work import Database, NotCommitted, giving_way

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)


@pytest.fixture
async def database(sqlite_url: str, vault: Vault) -> AsyncIterator[Database]:
    opened = Database(sqlite_url, vault)
    yield opened
    await opened.close()


@pytest.fixture
def commits(database: Database) -> list[None]:
    """Grows by one with each commit."""
    counted: list[None] = []
    event.listen(database._engine.sync_engine, "commit", lambda connection: counted.append(None))
    return counted


async def write(database: Database, number: int, spoil: str | None = None) -> None:
    async with database.work() as session:
        session.add(HandledUpdate(bot="client", update_id=number, at=NOW))
        await session.flush()
        if spoil:
            await session.execute(text(spoil))


async def count(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(HandledUpdate)) or 0


async def test_units_that_wait_are_committed_together(database: Database, commits: list[None]) -> None:
    await asyncio.gather(*(write(database, number) for number in range(100)))
    assert len(commits) < 25
    assert await count(database) == 100


async def test_a_unit_alone_is_committed_at_once(database: Database, commits: list[None]) -> None:
    for number in range(3):
        await write(database, number)
    assert len(commits) == 3


async def test_nobody_waits_for_a_queue_that_never_ends(
    database: Database, commits: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_UNITS", 5)
    await asyncio.gather(*(write(database, number) for number in range(20)))
    assert len(commits) >= 4


async def giving_way_writes(database: Database, number: int) -> None:
    with giving_way():
        await write(database, number)


def noted(order: list[int], number: int, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Notes when it is done."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda _: order.append(number))
    return task


async def test_a_conversation_goes_before_a_whole_queue_of_notes(database: Database) -> None:
    order: list[int] = []
    async with database.work():  # they all wait for this one
        tasks = [noted(order, number, giving_way_writes(database, number)) for number in range(1, 30)]
        await asyncio.sleep(0)
        tasks.append(noted(order, 0, write(database, 0)))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order[0] == 0
    assert order[1:] == sorted(order[1:]), "the notes stay in their order"


async def test_who_is_done_does_not_wait_for_the_notes(database: Database, commits: list[None]) -> None:
    """They would be in one transaction otherwise, and a commit is what everybody waits for."""
    async with database.work():
        tasks = [
            asyncio.create_task(write(database, 0)),
            asyncio.create_task(giving_way_writes(database, 1)),
        ]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert len(commits) == 2
    await asyncio.gather(*(giving_way_writes(database, number) for number in range(2, 40)))
    assert len(commits) < 10, "notes are committed together"


async def test_notes_have_their_turn_though_conversations_never_cease(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GIVES_WAY_SECONDS", 0.05)
    noted_down = asyncio.create_task(giving_way_writes(database, 0))
    numbers = itertools.count(1)

    async def talks() -> None:
        while not noted_down.done():
            await write(database, next(numbers))

    await asyncio.wait_for(asyncio.gather(*(talks() for _ in range(5))), 10)
    assert noted_down.done()


async def test_a_commit_that_fails_fails_all_who_wait_for_it(database: Database) -> None:
    """Deferred to the commit, a broken reference spoils everything that is in the same transaction."""
    orphan = """INSERT INTO check_ins (client_id, made_at, answers) VALUES (999, '2026-03-11', 'x')"""

    async def spoil() -> None:
        async with database.work() as session:
            await session.execute(text("PRAGMA defer_foreign_keys = ON"))
            await session.execute(text(orphan))

    tasks = [write(database, 1), spoil(), write(database, 2)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [NotCommitted] * 3
    assert len({id(result) for result in results}) == 3
    assert await count(database) == 0
    await write(database, 3)
    assert await count(database) == 1


async def test_a_transaction_that_sqlite_gave_up_is_not_taken_for_kept(database: Database) -> None:
    tasks = [write(database, 1), write(database, 2, spoil="ROLLBACK"), write(database, 3)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], NotCommitted)
    assert isinstance(results[1], Exception)
    assert await count(database) == [results[0], results[1], results[2]].count(None)
    await write(database, 4)


@pytest.mark.parametrize("seed", range(5))
async def test_cancelled_tasks_leave_whole_units_and_a_working_queue(database: Database, seed: int) -> None:
    """Wherever a unit is cut, even twice, both of its rows are there or neither, and no one else notices."""
    dice = random.Random(seed)

    async def pair(number: int) -> None:
        async with database.work() as session:
            session.add(HandledUpdate(bot="first", update_id=number, at=NOW))
            await session.flush()
            async with session.begin_nested():
                await session.scalars(select(HandledUpdate.update_id))
                session.add(HandledUpdate(bot="second", update_id=number, at=NOW))

    async def cut(task: asyncio.Task[None]) -> None:
        await asyncio.sleep(dice.uniform(0, 0.3))
        task.cancel()
        if dice.random() < 0.3:
            await asyncio.sleep(0.0005)
            task.cancel()

    tasks = [asyncio.create_task(pair(number)) for number in range(60)]
    await asyncio.gather(*(cut(task) for task in dice.sample(tasks, 45)))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(result) for result in results} <= {type(None), asyncio.CancelledError}
    await write(database, 1)
    async with database.read() as session:
        there = (await session.execute(select(HandledUpdate.bot, HandledUpdate.update_id))).all()
    first, second = ({number for bot, number in there if bot == which} for which in ("first", "second"))
    assert first == second
    assert {number for number, result in enumerate(results) if result is None} <= first


async def test_another_process_may_write_in_between(database: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "rinnalla.db", isolation_level=None, timeout=5)
    for number in range(10):
        await write(database, number)
        other.execute(
            "INSERT INTO handled_updates VALUES ('staff', ?, '2026-03-11 08:00:00.000000')", (number,)
        )
    other.close()
    assert await count(database) == 20


async def test_a_writer_locked_out_says_so_and_recovers(
    sqlite_url: str, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE_SECONDS", 0.05)
    database = Database(sqlite_url, vault)
    other = sqlite3.connect(tmp_path / "rinnalla.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotCommitted) as refusal:
        await write(database, 1)
    assert isinstance(refusal.value.__cause__, DBAPIError)
    other.execute("ROLLBACK")
    other.close()
    await write(database, 2)
    assert await count(database) == 1
    await database.close()


async def test_holding_everybody_up_is_noticed(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SLOW_SECONDS", 0.01)
    async with database.work():
        await asyncio.sleep(0.02)
    assert "kept all others waiting" in caplog.text


async def test_the_promises_of_a_connection(database: Database) -> None:
    promises = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    async with database.work() as session:
        for name, value in promises.items():
            assert await session.scalar(text(f"PRAGMA {name}")) == value
    async with database.read() as session:
        assert await session.scalar(text("PRAGMA query_only")) == 1


async def test_closing_waits_for_the_units_under_way(sqlite_url: str, database: Database) -> None:
    closing = Database(sqlite_url, database.vault)
    tasks = [asyncio.create_task(write(closing, number)) for number in range(20)]
    await asyncio.sleep(0)
    await closing.close()
    await asyncio.gather(*tasks)
    assert await count(database) == 20
    with pytest.raises(RuntimeError, match="closed"):
        await write(closing, 99)


WRITER_THAT_WILL_BE_KILLED = """
import asyncio, sys
from datetime import UTC, datetime
from bot.db.columns import Vault
from bot.db.tables import HandledUpdate
from bot.db.work import Database

async def main():
    database = Database(sys.argv[1], Vault([Vault.new_key()]))
    numbers = iter(range(10**9))

    async def work():
        while True:
            number = next(numbers)
            async with database.work() as session:
                for bot in ("first", "second"):
                    session.add(HandledUpdate(bot=bot, update_id=number, at=datetime.now(UTC)))
                    await session.flush()
            print(number, flush=True)

    await asyncio.gather(*(work() for _ in range(10)))

asyncio.run(main())
"""


async def test_what_was_told_to_be_kept_outlives_the_process(sqlite_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER_THAT_WILL_BE_KILLED, sqlite_url]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    told = [await process.stdout.readline() for _ in range(200)]
    os.kill(process.pid, signal.SIGKILL)
    told += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    after = sqlite3.connect(tmp_path / "rinnalla.db")
    found = [
        {row[0] for row in after.execute(f"SELECT update_id FROM handled_updates WHERE bot = '{bot}'")}
        for bot in ("first", "second")
    ]
    assert after.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    after.close()
    assert found[0] == found[1]
    assert {int(line) for line in told if line.endswith(b"\n")} <= found[0]
