"""Bringing a database to the shape that this version of the code expects.

Everything happens in one transaction: an upgrade that fails leaves the database as it was.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.db.columns import Vault, attach_vault
from bot.db.sqlite import file_of, migrating_engine

# Two processes that start at once take turns. Any number that nobody else locks in this database will do.
UPGRADE_LOCK = 7_253_671


class UnknownRevision(Exception):
    """The database was made by another version of the code, probably a newer one."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"the database is at revision {revision}, which this version does not know")


async def upgrade(url: str, vault: Vault, revision: str = "head") -> None:
    """Make the tables, or bring them up to date. An SQLite file and its folder are made when missing."""
    if _is_sqlite(url):
        file = file_of(url)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)  # for the owner alone; an old file keeps the rights it has
    async with _connection(url, vault) as connection:
        await connection.run_sync(_migrate, command.upgrade, revision)


async def downgrade(url: str, vault: Vault, revision: str) -> None:
    async with _connection(url, vault) as connection:
        await connection.run_sync(_migrate, command.downgrade, revision)


async def current(url: str) -> str | None:
    """The revision a database is at, or None when it has not been set up."""
    if _is_sqlite(url) and not file_of(url).exists():
        return None
    engine = _engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision)
    finally:
        await engine.dispose()


def head() -> str:
    """The revision that this version of the code needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


@asynccontextmanager
async def _connection(url: str, vault: Vault) -> AsyncIterator[AsyncConnection]:
    engine = _engine(url)
    attach_vault(engine, vault)
    try:
        async with engine.begin() as connection:
            if not _is_sqlite(url):
                await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
            yield connection
            if _is_sqlite(url):
                broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"the migration left rows that point nowhere: {broken}")
    finally:
        await engine.dispose()


def _migrate(connection: Connection, step: Callable[[Config, str], None], revision: str) -> None:
    at = _revision(connection)
    if at and at not in {
        script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()
    }:
        raise UnknownRevision(at)
    step(_config(connection), revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    return config


def _engine(url: str) -> AsyncEngine:
    if _is_sqlite(url):
        return migrating_engine(url)
    return create_async_engine(url, hide_parameters=True, poolclass=NullPool)


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"
