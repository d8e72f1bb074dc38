"""Units of work: whole or not at all, however many there are and whatever becomes of their tasks."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import HandledUpdate
from bot.db.work import Database, on_commit

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)


def mark(session: AsyncSession, number: int) -> None:
    session.add(HandledUpdate(bot="client", update_id=number, at=NOW))


async def write(database: Database, number: int) -> None:
    async with database.work() as session:
        mark(session, number)


async def kept(database: Database) -> list[int]:
    async with database.read() as session:
        return sorted(await session.scalars(select(HandledUpdate.update_id)))


async def test_what_is_done_is_kept(database: Database) -> None:
    await write(database, 1)
    assert await kept(database) == [1]


async def test_an_exception_undoes_the_unit(database: Database) -> None:
    async def fail() -> None:
        async with database.work() as session:
            mark(session, 1)
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await kept(database) == []


async def test_what_the_database_refuses_is_raised_and_undone(database: Database) -> None:
    async def write_again() -> None:
        async with database.work() as session:
            mark(session, 1)
            await session.flush()
            mark(session, 2)

    await write(database, 2)
    with pytest.raises(IntegrityError):
        await write_again()
    assert await kept(database) == [2]


async def test_a_savepoint_inside_a_unit(database: Database) -> None:
    await write(database, 1)
    async with database.work() as session:
        mark(session, 2)
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                mark(session, 1)
        mark(session, 3)
    assert await kept(database) == [1, 2, 3]


async def test_what_was_read_can_be_used_afterwards(database: Database) -> None:
    async with database.work() as session:
        row = HandledUpdate(bot="client", update_id=1, at=NOW)
        session.add(row)
    assert row.update_id == 1


async def test_of_a_hundred_units_only_the_one_that_fails_is_lost(database: Database) -> None:
    async def one(number: int) -> None:
        async with database.work() as session:
            mark(session, number)
            await session.flush()
            if number == 57:
                raise LookupError

    results = await asyncio.gather(*map(one, range(100)), return_exceptions=True)
    assert [number for number, result in enumerate(results) if result is not None] == [57]
    assert await kept(database) == [number for number in range(100) if number != 57]


async def test_a_unit_sees_what_the_one_before_has_done(database: Database) -> None:
    async def add_one() -> None:
        async with database.work() as session:
            row = await session.get_one(HandledUpdate, ("client", 1), with_for_update=True)
            at = row.at
            await asyncio.sleep(0)
            row.at = at.replace(year=at.year + 1)

    await write(database, 1)
    await asyncio.gather(*(add_one() for _ in range(50)))
    async with database.read() as session:
        assert (await session.get_one(HandledUpdate, ("client", 1))).at == NOW.replace(year=2076)


async def test_readers_see_only_what_is_committed(database: Database) -> None:
    async with database.work() as session:
        mark(session, 1)
        await session.flush()
        assert await asyncio.create_task(kept(database)) == []
    assert await kept(database) == [1]


async def test_a_reader_looks_at_one_moment(database: Database) -> None:
    async with database.read() as session:
        assert (await session.scalars(select(HandledUpdate.update_id))).all() == []
        await write(database, 1)
        assert (await session.scalars(select(HandledUpdate.update_id))).all() == []


async def test_a_reader_cannot_write(database: Database) -> None:
    async def try_to() -> None:
        async with database.read() as session:
            mark(session, 1)
            await session.flush()

    with pytest.raises(DBAPIError):
        await try_to()
    await write(database, 2)
    assert await kept(database) == [2]


async def test_the_bell_rings_after_the_commit(database: Database) -> None:
    rung: list[str] = []

    async def ring(sound: str, error: Exception | None = None) -> None:
        async with database.work() as session:
            on_commit(session, lambda: rung.append(sound))
            if error:
                raise error
            assert rung == []

    await ring("kept")
    with pytest.raises(LookupError):
        await ring("undone", LookupError())
    assert rung == ["kept"]


async def test_a_broken_bell_spoils_nothing(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with database.work() as session:
        mark(session, 1)
        on_commit(session, lambda: 1 / 0)
    assert await kept(database) == [1]
    assert "a call after the commit failed" in caplog.text


async def test_a_unit_inside_a_unit_is_refused(database: Database) -> None:
    with pytest.raises(RuntimeError, match="use its session"):
        async with database.work(), database.work():
            pass
    with pytest.raises(RuntimeError, match="use its session"):
        async with database.work(), database.read():
            pass
    await write(database, 1)


async def test_a_task_begun_inside_a_unit_has_units_of_its_own(database: Database) -> None:
    async with database.work() as session:
        mark(session, 1)
        later = asyncio.create_task(write(database, 2))
    await later
    assert await kept(database) == [1, 2]


async def test_cancelling_is_not_taken_for_failure(database: Database) -> None:
    """Others whose work shares a transaction with a cancelled unit do not notice."""

    async def hang() -> None:
        async with database.work() as session:
            mark(session, 1000)
            await session.flush()
            await asyncio.sleep(10)

    hanging = asyncio.create_task(hang())
    await asyncio.sleep(0.02)
    others = [asyncio.create_task(write(database, number)) for number in range(10)]
    waiting = asyncio.create_task(write(database, 2000))
    await asyncio.sleep(0.02)
    waiting.cancel()
    hanging.cancel()
    await asyncio.gather(*others)
    assert set(range(10)) <= set(await kept(database)) <= {*range(10), 2000}


async def test_closing_what_was_never_used(database_url: str, database: Database) -> None:
    await Database(database_url, database.vault).close()


async def test_nothing_found_is_just_an_exception(database: Database) -> None:
    with pytest.raises(NoResultFound):
        async with database.work() as session:
            await session.get_one(HandledUpdate, ("client", 1))
    async with database.work() as session:
        assert await session.scalar(text("SELECT 1")) == 1
