"""Where conversations are kept between two presses, for aiogram and aiogram-dialog.

A chat has several entries: aiogram's own, one for each stack and one for each open dialog, told apart by
all six fields of the key. They live and die together: a chat that nobody has used for a while is
forgotten as a whole, and so is one that asks to be. Keys are fingerprints and values are encrypted, so
neither store tells who has been talking, or about what.
"""

import json
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any, Literal

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseEventIsolation, BaseStorage, KeyBuilder, StateType, StorageKey
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.fsm.storage.redis import RedisEventIsolation
from redis.asyncio import Redis
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.columns import Vault
from bot.db.tables import DialogState
from bot.db.work import Database

# An entry that does not change is written again only this often, to show that its chat is still in use.
REFRESH_AFTER = timedelta(hours=1)

# A handler that takes longer loses its lock: better two at once than a chat that is stuck for good.
LOCK = {"timeout": 60, "sleep": 0.02}

# An entry that has changed since it was read has been written with the first key already.
SWAP = """
if redis.call("HGET", KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3])
return 1
"""


class Keys(KeyBuilder):
    """Tells entries apart by every field of the key, and shows none of them."""

    def __init__(self, vault: Vault, prefix: str = "") -> None:
        self._vault = vault
        self.prefix = prefix

    def build(self, key: StorageKey, part: Literal["data", "state", "lock"] | None = None) -> str:
        return self.prefix + self._vault.fingerprint(json.dumps(astuple(key)), f"dialog {part}")

    def chat(self, bot_id: int, chat_id: int) -> str:
        return self.prefix + self._vault.fingerprint(f"{bot_id} {chat_id}", "dialog chat")


class DialogStorage(BaseStorage):
    """What both stores can do besides what aiogram asks of them."""

    @abstractmethod
    def create_isolation(self) -> BaseEventIsolation:
        """The locks that go with this store: give the same ones to the Dispatcher and to aiogram-dialog."""

    @abstractmethod
    async def forget(self, bot_id: int, chat_id: int) -> None:
        """Everything about one chat, at once."""

    @abstractmethod
    async def forget_idle(self, before: datetime) -> int:
        """Every chat of which nothing has been used since. Returns how many entries that was."""


class SqlStorage(DialogStorage):
    """Dialog state in the database, for one client bot. Several of them need Redis, for its locks."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys = Keys(db.vault)

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        def change(row: DialogState) -> None:
            row.state = _name(state)

        await self._keep(key, change)

    async def get_state(self, key: StorageKey) -> str | None:
        async with self._db.read() as session:
            return await session.scalar(
                select(DialogState.state).where(DialogState.key == self._keys.build(key))
            )

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        def change(row: DialogState) -> None:
            row.data = dict(data)

        await self._keep(key, change)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        async with self._db.read() as session:
            data: dict[str, Any] | None = await session.scalar(
                select(DialogState.data).where(DialogState.key == self._keys.build(key))
            )
        return data or {}

    async def close(self) -> None:
        """Nothing to do: the database is closed by whoever opened it."""

    def create_isolation(self) -> BaseEventIsolation:
        return SimpleEventIsolation()

    async def forget(self, bot_id: int, chat_id: int) -> None:
        chat_key = self._keys.chat(bot_id, chat_id)
        async with self._db.work() as session:
            await session.execute(delete(DialogState).where(DialogState.chat_key == chat_key))

    async def forget_idle(self, before: datetime) -> int:
        used = select(DialogState.chat_key).where(DialogState.touched_at >= before)
        idle = delete(DialogState).where(DialogState.chat_key.not_in(used)).returning(DialogState.key)
        async with self._db.work() as session:
            return len((await session.scalars(idle)).all())

    async def _keep(self, key: StorageKey, change: Callable[[DialogState], None]) -> None:
        """Write what has changed, and nothing when nothing has: most presses change one entry of three, and a look
        waits for nobody."""
        async with self._db.read() as session:
            if await self._changed(session, key, change) is None:
                return
        async with self._db.work() as session:
            row = await self._changed(session, key, change, lock=True)
            if row is None:
                return
            if row.state is not None or row.data:
                row.touched_at = self._db.clock()
                session.add(row)
            elif row in session:
                await session.delete(row)

    async def _changed(
        self,
        session: AsyncSession,
        key: StorageKey,
        change: Callable[[DialogState], None],
        *,
        lock: bool = False,
    ) -> DialogState | None:
        """The entry as it is to be written; None when it stands there so already."""
        row = await session.get(
            DialogState, self._keys.build(key), with_for_update=lock or None
        ) or self._new(key)
        change(row)
        if row not in session:
            return row if row.state is not None or row.data else None
        in_use = row.touched_at >= self._db.clock() - REFRESH_AFTER
        return None if in_use and not session.is_modified(row) else row

    def _new(self, key: StorageKey) -> DialogState:
        chat_key = self._keys.chat(key.bot_id, key.chat_id)
        return DialogState(key=self._keys.build(key), chat_key=chat_key, state=None, data={})


class RedisStorage(DialogStorage):
    """Dialog state in Redis: a hash for each chat, which expires when the chat has been idle long enough."""

    def __init__(self, redis: Redis, vault: Vault, idle: timedelta) -> None:
        self._redis = redis
        self._vault = vault
        self._idle = idle
        self._chats = Keys(vault, prefix="rinnalla:dialog:")
        self._fields = Keys(vault)
        self._locks = Keys(vault, prefix="rinnalla:lock:")

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        await self._keep(key, "state", _name(state))

    async def get_state(self, key: StorageKey) -> str | None:
        state: str | None = await self._find(key, "state")
        return state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self._keep(key, "data", dict(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return await self._find(key, "data") or {}

    async def close(self) -> None:
        await self._redis.aclose()

    def create_isolation(self) -> BaseEventIsolation:
        return RedisEventIsolation(self._redis, key_builder=self._locks, lock_kwargs=LOCK)

    async def forget(self, bot_id: int, chat_id: int) -> None:
        await self._redis.delete(self._chats.chat(bot_id, chat_id))

    async def forget_idle(self, before: datetime) -> int:
        return 0  # Redis forgets by itself

    async def rotate(self) -> int:
        """Encrypt with the first key whatever only an older one opens, while it is in use; returns how many entries
        that was. Their keys need no change, for fingerprints stay, nor does the time at which they expire."""
        swap = self._redis.register_script(SWAP)
        renewed = 0
        async for chat, field, sealed in self._old():
            renewed += int(await swap([chat], [field, sealed, self._vault.renew(sealed)]))
        return renewed

    async def left(self) -> int:
        """How many entries only an older key opens."""
        return sum([1 async for _ in self._old()])

    async def _old(self) -> AsyncIterator[tuple[bytes, bytes, bytes]]:
        async for chat in self._redis.scan_iter(match=f"{self._chats.prefix}*", count=100):
            asked: Any = self._redis.hgetall(chat)
            entries: dict[bytes, bytes] = await asked
            for field, sealed in entries.items():
                if not self._vault.is_current(sealed):
                    yield chat, field, sealed

    async def _keep(self, key: StorageKey, part: Literal["data", "state"], value: Any) -> None:
        chat, field = self._chats.chat(key.bot_id, key.chat_id), self._fields.build(key, part)
        async with self._redis.pipeline(transaction=True) as pipe:
            if value:
                pipe.hset(chat, field, self._vault.encrypt(json.dumps(value).encode()).decode())
            else:
                pipe.hdel(chat, field)
            pipe.expire(chat, self._idle)
            await pipe.execute()

    async def _find(self, key: StorageKey, part: Literal["data", "state"]) -> Any:
        chat, field = self._chats.chat(key.bot_id, key.chat_id), self._fields.build(key, part)
        asked: Any = self._redis.hget(chat, field)  # typed for the blocking client and this one at once
        sealed: bytes | None = await asked
        return None if sealed is None else json.loads(self._vault.decrypt(sealed))


def redis_storage(url: str, vault: Vault, idle: timedelta) -> RedisStorage:
    return RedisStorage(Redis.from_url(url), vault, idle)


def _name(state: StateType) -> str | None:
    return state.state if isinstance(state, State) else state
