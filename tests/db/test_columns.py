"""The vault and the column types."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.db.columns import (
    BadKey,
    EncryptedInt,
    EncryptedJson,
    EncryptedText,
    UtcDateTime,
    Vault,
    WrongKey,
    attach_vault,
)

OLD, NEW, OTHER = Vault.new_key(), Vault.new_key(), Vault.new_key()

things = Table(
    "things_of_a_test",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("words", EncryptedText),
    Column("number", EncryptedInt),
    Column("answers", EncryptedJson),
    Column("at", UtcDateTime),
)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(database_url, poolclass=NullPool)
    attach_vault(engine, Vault([OLD]))
    async with engine.begin() as connection:
        await connection.run_sync(things.create)
    yield engine
    async with engine.begin() as connection:
        await connection.run_sync(things.drop)
    await engine.dispose()


async def there_and_back(engine: AsyncEngine, **values: Any) -> Any:
    async with engine.begin() as connection:
        await connection.execute(insert(things).values(id=1, **values))
    async with engine.connect() as connection:
        return (await connection.execute(select(things))).one()


async def test_values_come_back_as_they_went_in(engine: AsyncEngine) -> None:
    answers = {"money": 1, "own words": "väsynyt, mutta toiveikas 🌱", "skipped": None}
    row = await there_and_back(engine, words="Tuulevi", number=-(2**60), answers=answers)
    assert (row.words, row.number, row.answers) == ("Tuulevi", -(2**60), answers)


async def test_nothing_stays_nothing(engine: AsyncEngine) -> None:
    row = await there_and_back(engine, words=None, number=None, answers=None, at=None)
    assert tuple(row) == (1, None, None, None, None)
    async with engine.connect() as connection:
        empty = text("SELECT count(*) FROM things_of_a_test WHERE answers IS NULL AND words IS NULL")
        assert await connection.scalar(empty) == 1


async def test_empty_text_is_not_nothing(engine: AsyncEngine) -> None:
    row = await there_and_back(engine, words="", number=0, answers={})
    assert (row.words, row.number, row.answers) == ("", 0, {})


async def test_a_key_that_is_missing_is_named_as_the_cause(engine: AsyncEngine) -> None:
    await there_and_back(engine, words="Tuulevi")
    attach_vault(engine, Vault([OTHER]))
    async with engine.connect() as connection:
        with pytest.raises(WrongKey, match="RINNALLA_ENCRYPTION_KEYS"):
            (await connection.execute(select(things))).all()


async def test_an_engine_without_a_vault_says_so(engine: AsyncEngine) -> None:
    del engine.dialect.vault  # type: ignore[attr-defined]
    async with engine.connect() as connection:
        with pytest.raises(StatementError, match="no vault"):
            await connection.execute(insert(things).values(id=1, words="Tuulevi"))


async def test_a_moment_comes_back_in_utc(engine: AsyncEngine) -> None:
    helsinki = timezone(timedelta(hours=2))
    row = await there_and_back(engine, at=datetime(2026, 1, 1, 1, 30, 0, 123456, helsinki))
    assert row.at == datetime(2025, 12, 31, 23, 30, 0, 123456, UTC)
    assert row.at.tzinfo is UTC


async def test_moments_are_compared_as_moments(engine: AsyncEngine) -> None:
    await there_and_back(engine, at=datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2))))
    async with engine.connect() as connection:
        earlier = select(things.c.id).where(things.c.at < datetime(2026, 1, 1, 0, 0, tzinfo=UTC))
        assert (await connection.scalars(earlier)).all() == [1]


async def test_a_moment_without_a_time_zone_is_refused(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(StatementError, match="without a time zone"):
            await connection.execute(insert(things).values(id=1, at=datetime(2026, 1, 1)))  # noqa: DTZ001


@given(st.binary())
def test_what_is_encrypted_can_be_decrypted(plain: bytes) -> None:
    vault = Vault([OLD])
    assert vault.decrypt(vault.encrypt(plain)) == plain


def test_a_new_first_key_opens_old_data_and_keeps_fingerprints() -> None:
    before, after = Vault([OLD]), Vault([NEW, OLD])
    assert after.decrypt(before.encrypt(b"Tuulevi")) == b"Tuulevi"
    assert after.fingerprint(4711, "client") == before.fingerprint(4711, "client")
    with pytest.raises(WrongKey):
        before.decrypt(after.encrypt(b"Tuulevi"))


def test_fingerprints_differ_by_value_purpose_and_key() -> None:
    vault = Vault([OLD])
    prints = {
        vault.fingerprint(4711, "client"),
        vault.fingerprint(4712, "client"),
        vault.fingerprint(4711, "staff"),
        Vault([NEW]).fingerprint(4711, "client"),
    }
    assert len(prints) == 4
    assert vault.fingerprint(4711, "client") == vault.fingerprint("4711", "client")


@pytest.mark.parametrize("keys", [[], ["not a key"], [OLD, OLD[:-5]], ["avain, jossa on ä"]])
def test_a_bad_key_is_refused_without_showing_it(keys: list[str]) -> None:
    with pytest.raises(BadKey, match="RINNALLA_ENCRYPTION_KEYS") as refusal:
        Vault(keys)
    assert not any(key in str(refusal.value) for key in keys)


def test_damaged_data_is_refused() -> None:
    vault = Vault([OLD])
    sealed = bytearray(vault.encrypt(b"Tuulevi"))
    sealed[30] ^= 1
    with pytest.raises(WrongKey):
        vault.decrypt(bytes(sealed))
