"""Databases, Redis and a clock for tests.

SQLite always runs. What needs a server is skipped, with the reason, where there is none; with
RINNALLA_REQUIRE_SERVICES=1, as in continuous integration, it fails instead.
"""

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from redis.asyncio import Redis
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.db.columns import Vault
from bot.db.tables import Base
from bot.db.upgrade import upgrade
from bot.db.work import Database

POSTGRESQL = os.environ.get(
    "RINNALLA_TEST_POSTGRESQL", "postgresql+asyncpg://rinnalla:rinnalla@127.0.0.1:5432/rinnalla_test"
)
REDIS = os.environ.get("RINNALLA_TEST_REDIS", "redis://127.0.0.1:6379/15")
REDIS_TAKEN = "rinnalla:tests"
KEY = "rLkwUfQR9w9vNRXD2tTbVGl_vHGB4ZTm1Gk8QB2GdyE="

TAKE_LONG = ("browser", "conversations", "courier", "registers", "staff")

# A Wednesday morning, far from holidays and from changes of the clock.
START = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, so that no worker is left with a long file at the end."""
    items.sort(key=lambda item: item.path.parent.name not in TAKE_LONG)


def pytest_collection_finish() -> None:
    """Modules stay until the end: looking through them again and again takes time."""
    gc.collect()
    gc.freeze()


class HandClock:
    """A clock that stands still until it is told to go on. Call it, or its `now`, for the time."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    now = __call__

    def go(self, by: timedelta) -> datetime:
        self.at += by
        return self.at

    def set(self, at: datetime) -> None:
        assert at.tzinfo is not None, "a clock without a time zone"
        self.at = at


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault([KEY])


def missing(service: str, error: Exception) -> NoReturn:
    reason = f"no {service} here: {error!r}"
    if os.environ.get("RINNALLA_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory, vault: Vault) -> Path:
    """Migrated once, copied for every test."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    await upgrade(f"sqlite+aiosqlite:///{file}", vault)
    return file


@pytest.fixture(scope="session")
async def postgresql_server() -> URL:
    url = make_url(POSTGRESQL)
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with asyncio.timeout(5), engine.connect():
            return url
    except Exception as error:
        missing("PostgreSQL", error)


@pytest.fixture(scope="session")
async def postgresql_url(postgresql_server: URL, vault: Vault) -> AsyncIterator[str]:
    """A database for this session alone, so that several can run side by side."""
    server = create_async_engine(postgresql_server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = postgresql_server.set(database=f"{postgresql_server.database}_{worker}_{os.getpid()}")
    async with server.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {url.database}")
        # Tests don't survive a power cut anyway.
        await connection.exec_driver_sql(f"ALTER DATABASE {url.database} SET synchronous_commit = off")
    try:
        shown = url.render_as_string(hide_password=False)
        await upgrade(shown, vault)
        yield shown
    finally:
        async with server.connect() as connection:
            await connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture
async def empty_postgresql_url(postgresql_url: str) -> str:
    """As the migrations left it: everything gone but the head of the consent chain. Deleting a few rows takes a
    small part of the time that truncating takes."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name != "consent_chain"]
    emptied = f"""DO $$ BEGIN
        {" ".join(f"DELETE FROM {name};" for name in tables)}
        UPDATE consent_chain SET length = 0, head_hash = '';
        PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
            FROM pg_sequences WHERE schemaname = 'public';
    END $$"""
    engine = create_async_engine(postgresql_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(emptied)
    return postgresql_url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / 'rinnalla.db')}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database: each test that asks for it runs on SQLite and on PostgreSQL."""
    name = "sqlite_url" if request.param == "sqlite" else "empty_postgresql_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
async def database(database_url: str, vault: Vault, clock: HandClock) -> AsyncIterator[Database]:
    opened = Database(database_url, vault, clock)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def redis_server() -> AsyncIterator[str]:
    """One of the numbered databases, the first that no other test session is using."""
    url = make_url(REDIS)
    for number in range(int(url.database or 15), 0, -1):
        mine = url.set(database=str(number)).render_as_string(hide_password=False)
        async with Redis.from_url(mine) as redis:
            try:
                free = await redis.set(REDIS_TAKEN, os.getpid(), nx=True, ex=1800)
            except Exception as error:
                missing("Redis", error)
            if free:
                yield mine
                await redis.flushdb()
                return
    missing("Redis", RuntimeError("every numbered database is in use by other test sessions"))


@pytest.fixture
async def redis_url(redis_server: str) -> str:
    """An empty Redis. Marked tests only: @pytest.mark.redis."""
    async with Redis.from_url(redis_server) as redis, redis.pipeline(transaction=True) as pipe:
        pipe.flushdb()
        pipe.set(REDIS_TAKEN, os.getpid(), ex=1800)
        await pipe.execute()
    return redis_server
