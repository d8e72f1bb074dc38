"""The keys of an open database: the one of the fingerprints, and the way from old encryption keys to a new one.

What is encrypted is found by the types of the columns, so a new table or column is never left out.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, bindparam, exists, func, select, tuple_, type_coerce
from sqlalchemy.dialects import postgresql, sqlite

from bot.db.columns import Encrypted, Fingerprint, Vault
from bot.db.tables import Base, FingerprintKey
from bot.db.work import Database

BATCH = 50
"""Rows that are locked together: on SQLite nobody else writes for these few hundredths of a second."""
MOST_PASSES = 10

Renewed = Callable[[str, int], object]
"""Called with the name of a table and the number of its rows that have been gone through."""


async def settle(database: Database) -> None:
    """Have the vault make fingerprints as this database has them, and settle it now if it has none. A database in
    which nobody is stored gets a new key; one from before there was such a key keeps what its rows were made with."""
    vault = database.vault
    key = await _stored_key(database)
    if key is None:
        fresh = vault.fingerprint_key if await _has_fingerprints(database) else Vault.new_fingerprint_key()
        insert = (sqlite if database.is_sqlite else postgresql).insert(FingerprintKey)
        async with database.work() as session:
            await session.execute(insert.values(id=1, key=fresh).on_conflict_do_nothing())
        key = await _stored_key(database)  # another process may have been first
    assert key is not None
    vault.look_up_with(key)


async def _stored_key(database: Database) -> str | None:
    async with database.read() as session:
        return await session.scalar(select(FingerprintKey.key).where(FingerprintKey.id == 1))


async def _has_fingerprints(database: Database) -> bool:
    async with database.read() as session:
        for table in Base.metadata.sorted_tables:
            if any(isinstance(column.type, Fingerprint) for column in table.columns) and await session.scalar(
                select(exists().select_from(table))
            ):
                return True
    return False


# --- from old keys to the first one


def sealed_columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, Encrypted)]


def sealed_tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if sealed_columns(table)]


async def rows(database: Database) -> dict[str, int]:
    """How many rows there are to go through, by table."""
    async with database.read() as session:
        return {
            table.name: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in sealed_tables()
        }


async def rotate(database: Database, tell: Renewed = lambda _table, _rows: None) -> Counter[str]:
    """Encrypt with the first key whatever only an older one opens, while others read and write. Returns how many rows
    of each table that was; `left` says what could not be done.

    Nothing has to be remembered between two runs: each row says by itself which key it needs. It is over when one
    look at everything has found nothing.
    """
    renewed: Counter[str] = Counter()
    for _ in range(MOST_PASSES):
        found = 0
        for table in sealed_tables():
            async for batch in _batches(database, table):
                old = [key for key, *values in batch if not _current(database.vault, values)]
                if old:
                    renewed[table.name] += await _renew(database, table, old)
                    found += len(old)
                tell(table.name, len(batch))
        if not found:
            break
        tell = lambda _table, _rows: None  # noqa: E731 (what is gone through again is no further progress)
    await database.scrub()
    return renewed


async def left(database: Database) -> Counter[str]:
    """Rows that only an older key opens, by table."""
    found: Counter[str] = Counter()
    for table in sealed_tables():
        async for batch in _batches(database, table):
            found[table.name] += sum(not _current(database.vault, values) for _key, *values in batch)
    return +found


Key = tuple[Any, ...]
Sealed = tuple[Any, ...]
"""A row's key, and after it the values of its encrypted columns as they are stored."""


async def _batches(database: Database, table: Table) -> AsyncIterator[list[Sealed]]:
    after: Key | None = None
    keys = list(table.primary_key.columns)
    while True:
        wanted = _sealed(table).order_by(*keys).limit(BATCH)
        if after is not None:
            wanted = wanted.where(tuple_(*keys) > tuple_(*after))
        async with database.read() as session:
            batch = [_split(row, len(keys)) for row in await session.execute(wanted)]
        if not batch:
            return
        yield batch
        after = batch[-1][0]


async def _renew(database: Database, table: Table, keys: Sequence[Key]) -> int:
    """Renew these rows as they are now. A row that somebody else is changing is left for the next look: who never
    waits for a lock can be in nobody's way for longer than this takes."""
    clock = asyncio.get_running_loop().time
    began = clock()
    key_columns = list(table.primary_key.columns)
    locked = (
        _sealed(table).where(tuple_(*key_columns).in_(keys)).with_for_update(skip_locked=True, key_share=True)
    )
    columns = [*key_columns, *sealed_columns(table)]
    async with database.work() as session:
        renewed = [
            dict(
                zip(
                    map(_bound, columns), (*key, *map(partial(_renewed, database.vault), values)), strict=True
                )
            )
            for key, *values in [_split(row, len(key_columns)) for row in await session.execute(locked)]
        ]
        if renewed:
            this = [column == bindparam(_bound(column)) for column in key_columns]
            changed = {c: bindparam(_bound(c), type_=LargeBinary()) for c in sealed_columns(table)}
            connection = await session.connection()
            await connection.execute(table.update().where(*this).values(changed), renewed)
    await asyncio.sleep(clock() - began)  # as long again for everybody else
    return len(renewed)


def _bound(column: Column[Any]) -> str:
    return f"new_{column.name}"


def _renewed(vault: Vault, sealed: Any) -> bytes | None:
    return None if sealed is None else vault.renew(bytes(sealed))


def _sealed(table: Table) -> Any:
    stored = [type_coerce(column, LargeBinary) for column in sealed_columns(table)]
    return select(*table.primary_key.columns, *stored)


def _split(row: Any, length: int) -> Sealed:
    return (tuple(row[:length]), *row[length:])


def _current(vault: Vault, values: Sequence[Any]) -> bool:
    return all(value is None or vault.is_current(bytes(value)) for value in values)
