"""Dialog state in both stores: the same promises, seen through aiogram's own interface."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey
from redis.asyncio import Redis
from sqlalchemy import func, select

from bot.db.columns import Vault, WrongKey
from bot.db.dialog_state import DialogStorage, SqlStorage, redis_storage
from bot.db.tables import DialogState
from bot.db.work import Database

KEY = StorageKey(bot_id=42, chat_id=70_123_456, user_id=70_123_456)
CONTEXT = replace(KEY, destiny="aiogd:context:Xy7")
OTHERS = [
    replace(KEY, bot_id=43),
    replace(KEY, chat_id=1),
    replace(KEY, user_id=1),
    replace(KEY, thread_id=1),
    replace(KEY, business_connection_id="b"),
    replace(KEY, destiny="aiogd:stack:"),
    CONTEXT,
]
STORES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("redis", marks=pytest.mark.redis),
]


class Clock(Protocol):
    def __call__(self) -> datetime: ...
    def go(self, by: timedelta) -> datetime: ...


class Opening(StatesGroup):
    hello = State()


@pytest.fixture
async def sqlite_store(sqlite_url: str, vault: Vault, clock: Clock) -> AsyncIterator[DialogStorage]:
    database = Database(sqlite_url, vault, clock)
    yield SqlStorage(database)
    await database.close()


@pytest.fixture
async def postgresql_store(
    empty_postgresql_url: str, vault: Vault, clock: Clock
) -> AsyncIterator[DialogStorage]:
    database = Database(empty_postgresql_url, vault, clock)
    yield SqlStorage(database)
    await database.close()


@pytest.fixture
async def redis_store(redis_url: str, vault: Vault) -> AsyncIterator[DialogStorage]:
    storage = redis_storage(redis_url, vault, timedelta(days=1))
    yield storage
    await storage.close()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> DialogStorage:
    chosen: DialogStorage = request.getfixturevalue(f"{request.param}_store")
    return chosen


async def rows(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(DialogState)) or 0


async def touched(database: Database) -> datetime:
    async with database.read() as session:
        return (await session.scalars(select(DialogState.touched_at))).one()


async def test_what_is_set_is_got(store: DialogStorage) -> None:
    await store.set_state(KEY, Opening.hello)
    await store.set_data(KEY, {"rated": {"money": 1}, "words": "väsynyt"})
    assert await store.get_state(KEY) == "Opening:hello"
    assert await store.get_data(KEY) == {"rated": {"money": 1}, "words": "väsynyt"}
    assert await store.get_value(KEY, "words") == "väsynyt"
    assert await store.update_data(KEY, {"more": 2}) == await store.get_data(KEY)


async def test_nothing_is_there_at_first(store: DialogStorage) -> None:
    assert await store.get_state(KEY) is None
    assert await store.get_data(KEY) == {}
    await store.set_data(KEY, {})
    await store.set_state(KEY, None)


async def test_state_and_data_do_not_touch_each_other(store: DialogStorage) -> None:
    await store.set_state(KEY, "a")
    await store.set_data(KEY, {"b": 1})
    await store.set_data(KEY, {})
    assert await store.get_state(KEY) == "a"
    await store.set_data(KEY, {"b": 2})
    await store.set_state(KEY, None)
    assert (await store.get_state(KEY), await store.get_data(KEY)) == (None, {"b": 2})


@pytest.mark.parametrize("other", OTHERS)
async def test_every_field_of_the_key_counts(store: DialogStorage, other: StorageKey) -> None:
    await store.set_data(KEY, {"whose": "mine"})
    await store.set_data(other, {"whose": "another's"})
    assert await store.get_data(KEY) == {"whose": "mine"}
    assert await store.get_data(other) == {"whose": "another's"}


async def test_a_chat_is_forgotten_as_a_whole_and_alone(store: DialogStorage) -> None:
    stranger = replace(KEY, chat_id=1, user_id=1)
    for key in (KEY, CONTEXT, stranger):
        await store.set_data(key, {"a": 1})
    await store.forget(KEY.bot_id, KEY.chat_id)
    assert [await store.get_data(key) for key in (KEY, CONTEXT, stranger)] == [{}, {}, {"a": 1}]


async def test_quick_presses_are_all_counted(store: DialogStorage) -> None:
    isolation = store.create_isolation()

    async def press() -> None:
        async with isolation.lock(KEY):
            data = await store.get_data(KEY)
            await store.set_data(KEY, {"presses": data.get("presses", 0) + 1})

    await asyncio.gather(*(press() for _ in range(100)))
    assert await store.get_data(KEY) == {"presses": 100}
    await isolation.close()


@pytest.mark.redis
async def test_two_client_bots_share_locks_through_redis(
    redis_store: DialogStorage, redis_url: str, vault: Vault
) -> None:
    another = redis_storage(redis_url, vault, timedelta(days=1))

    async def press(store: DialogStorage) -> None:
        async with store.create_isolation().lock(KEY):
            data = await store.get_data(KEY)
            await store.set_data(KEY, {"presses": data.get("presses", 0) + 1})

    await asyncio.gather(*(press(store) for _ in range(15) for store in (redis_store, another)))
    assert await another.get_data(KEY) == {"presses": 30}
    await another.close()


async def test_chats_do_not_wait_for_each_other(store: DialogStorage) -> None:
    isolation = store.create_isolation()
    async with asyncio.timeout(5), isolation.lock(KEY), isolation.lock(OTHERS[1]), isolation.lock(CONTEXT):
        pass


async def test_an_entry_without_content_has_no_row(sqlite_store: SqlStorage) -> None:
    database = sqlite_store._db
    await sqlite_store.set_data(KEY, {"a": 1})
    await sqlite_store.set_state(KEY, "s")
    assert await rows(database) == 1
    await sqlite_store.set_data(KEY, {})
    assert await rows(database) == 1
    await sqlite_store.set_state(KEY, None)
    assert await rows(database) == 0


async def test_what_has_not_changed_is_not_written_again(sqlite_store: SqlStorage, clock: Clock) -> None:
    await sqlite_store.set_data(KEY, {"a": 1})
    first = clock()
    clock.go(timedelta(minutes=59))
    await sqlite_store.set_data(KEY, {"a": 1})
    assert await touched(sqlite_store._db) == first
    clock.go(timedelta(minutes=2))
    await sqlite_store.set_data(KEY, {"a": 1})
    assert await touched(sqlite_store._db) == clock()
    clock.go(timedelta(minutes=1))
    await sqlite_store.set_data(KEY, {"a": 2})
    assert await touched(sqlite_store._db) == clock()


async def test_idle_chats_are_forgotten_as_a_whole(database: Database, clock: Clock) -> None:
    """A dialog that lies under another one is not touched, but its chat is in use."""
    store = SqlStorage(database)
    stranger = replace(KEY, chat_id=1, user_id=1)
    await store.set_data(stranger, {"a": 1})
    await store.set_data(CONTEXT, {"a": 1})
    noon = clock.go(timedelta(hours=4))
    await store.set_data(KEY, {"a": 1})
    assert await store.forget_idle(before=noon) == 1
    assert [await store.get_data(key) for key in (KEY, CONTEXT, stranger)] == [{"a": 1}, {"a": 1}, {}]


@pytest.mark.redis
async def test_redis_forgets_idle_chats_by_itself(redis_store: DialogStorage, redis_url: str) -> None:
    await redis_store.set_data(KEY, {"a": 1})
    await redis_store.set_data(CONTEXT, {"a": 1})
    assert await redis_store.forget_idle(before=datetime.now(UTC)) == 0
    async with Redis.from_url(redis_url) as redis:
        chats = [key async for key in redis.scan_iter("rinnalla:dialog:*")]
        assert len(chats) == 1
        assert 86_390 < await redis.ttl(chats[0]) <= 86_400


@pytest.mark.redis
async def test_redis_shows_nothing_personal(redis_store: DialogStorage, redis_url: str) -> None:
    await redis_store.set_state(KEY, "Crisis:hello")
    await redis_store.set_data(KEY, {"words": "salaisuuteni"})
    async with redis_store.create_isolation().lock(KEY), Redis.from_url(redis_url) as redis:
        shown = [await redis.dump(key) + key async for key in redis.scan_iter("rinnalla:[dl]*")]
    assert len(shown) == 2
    for secret in (b"70123456", b"salaisuuteni", b"words", b"Crisis"):
        assert not any(secret in part for part in shown)


async def test_the_database_shows_no_chat_and_no_words(sqlite_store: SqlStorage, tmp_path: Path) -> None:
    await sqlite_store.set_data(KEY, {"own_words": "salaisuuteni"})
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())  # noqa: ASYNC240
    for secret in (b"70123456", b"salaisuuteni", b"own_words"):
        assert secret not in stored


async def test_a_wrong_key_is_named_as_the_cause(sqlite_store: SqlStorage, sqlite_url: str) -> None:
    """Old keys make the fingerprints: the row is found, but a key that once came first is missing."""
    old, new = Vault.new_key(), Vault.new_key()
    both, one = Database(sqlite_url, Vault([new, old])), Database(sqlite_url, Vault([old]))
    await SqlStorage(both).set_data(KEY, {"a": 1})
    with pytest.raises(WrongKey, match="RINNALLA_ENCRYPTION_KEYS"):
        await SqlStorage(one).get_data(KEY)
    await both.close()
    await one.close()
