"""Every migration runs up, down and up again, and ends where the models are."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.db.columns import Vault
from bot.db.tables import Base
from bot.db.upgrade import UnknownRevision, _config, current, downgrade, head, upgrade
from bot.db.work import Database

REVISIONS = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


@pytest.fixture
async def engine(database_url: str, vault: Vault) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(database_url, poolclass=NullPool)
    yield engine
    await engine.dispose()
    if await current(database_url) != head():
        await upgrade(database_url, vault)


async def test_the_models_match_the_migrations(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_each_migration_can_be_undone(engine: AsyncEngine, database_url: str, vault: Vault) -> None:
    await downgrade(database_url, vault, "base")
    async with engine.connect() as connection:
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(left) <= {"alembic_version", "sqlite_sequence"}
    for revision in REVISIONS:
        await upgrade(database_url, vault, revision)
        await downgrade(database_url, vault, "-1")
        await upgrade(database_url, vault, revision)
        assert await current(database_url) == revision
    assert await current(database_url) == head()


async def test_upgrading_again_changes_nothing(database_url: str, database: Database, vault: Vault) -> None:
    async with database.work() as session:
        await session.execute(text("UPDATE consent_chain SET length = 7"))
    await upgrade(database_url, vault)
    async with database.read() as session:
        assert await session.scalar(text("SELECT length FROM consent_chain")) == 7


async def test_a_database_from_the_future_is_left_alone(
    engine: AsyncEngine, database_url: str, vault: Vault
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(UnknownRevision, match="9999"):
            await upgrade(database_url, vault)
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": head()})


async def test_a_new_file_is_for_its_owner_alone(tmp_path: Path, vault: Vault) -> None:
    file = tmp_path / "var" / "lib" / "rinnalla.db"
    url = f"sqlite+aiosqlite:///{file}"
    assert await current(url) is None
    assert not file.exists()
    await upgrade(url, vault)
    assert await current(url) == head()
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_database_in_memory_is_refused(vault: Vault) -> None:
    with pytest.raises(ValueError, match="needs a file"):
        await upgrade("sqlite+aiosqlite://", vault)
