"""Units of work: what is done inside one `async with db.work()` is kept as a whole or not at all.

    async with db.work() as session:      # writes
        session.add(Client(...))
        on_commit(session, bell.set)      # called when the work is safely on disk

    async with db.read() as session:      # cannot write
        ...

    await db.look(clients_by_id, 7)       # the same, in one look for all who ask in this moment
    await db.write(settle_all, row)       # the same, in one unit of work for all of them

    with giving_way():                    # what is written inside lets others go first
        ...

On PostgreSQL each unit is a transaction of its own. On SQLite the units go one after another through
`bot.db.writer`. Keep a unit short and do nothing slow in it: on SQLite everybody else is waiting.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Result, make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from bot.db.columns import Vault, attach_vault
from bot.db.sqlite import file_of, merge_log, reading_engine, writing_engine
from bot.db.together import Together
from bot.db.writer import NotCommitted, Writer, giving_way

__all__ = ["Clock", "Database", "NotCommitted", "changed", "giving_way", "on_commit", "utc_now"]

Clock = Callable[[], datetime]
_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")
ForAll = Callable[[AsyncSession, Sequence[_Asked]], Awaitable[Sequence[_Answer]]]
"""Does something for all that is asked, and returns what came of it, in the same order."""

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """An open database. The engines connect at first use; `close` waits for the work that has begun."""

    def __init__(self, url: str, vault: Vault, clock: Clock = utc_now) -> None:
        self.vault = vault
        self.clock = clock
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._inside: set[asyncio.Task[object] | None] = set()
        self._together: dict[object, Together[Any, Any]] = {}
        self._writer: Writer | None = None
        self._file = file_of(url) if self.is_sqlite else None
        if self.is_sqlite:
            self._engine, self._reading = writing_engine(url), reading_engine(url)
            self._writer = Writer(self._engine, _call_committed)
        else:
            # Parameters may be personal: they are kept out of error messages, and so out of the log.
            self._engine = create_async_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10)
            self._reading = self._engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        for engine in (self._engine, self._reading):
            attach_vault(engine, vault)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[AsyncSession]:
        """One unit of work. Leaving it commits, an exception undoes it, and a cancelled task that had
        already left it may find it either way, as always with commits."""
        self._stay_outside()
        task = asyncio.current_task()
        self._inside.add(task)
        try:
            async with self._writer.unit() if self._writer else self._own_transaction() as session:
                yield session
        finally:
            self._inside.discard(task)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One consistent look at what has been committed."""
        self._stay_outside()
        async with AsyncSession(self._reading, expire_on_commit=False) as session:
            yield session

    async def look(self, find: ForAll[_Asked, _Answer], asked: _Asked) -> _Answer:
        """What `find` reads for this one and all others that are asked for now. It is read after the call."""
        self._stay_outside()
        if find not in self._together:

            async def answer(all_asked: Sequence[_Asked]) -> Sequence[_Answer]:
                async with self.read() as session:
                    return await find(session, all_asked)

            self._together[find] = Together(answer)
        found: _Answer = await self._together[find](asked)
        return found

    async def write(self, record: ForAll[_Asked, _Answer], asked: _Asked) -> _Answer:
        """Have `record` write this one down, with all others that wait for it, in one unit of work that gives way."""
        self._stay_outside()
        if record not in self._together:

            async def answer(all_asked: Sequence[_Asked]) -> Sequence[_Answer]:
                with giving_way():
                    async with self.work() as session:
                        return await record(session, all_asked)

            self._together[record] = Together(answer)
        done: _Answer = await self._together[record](asked)
        return done

    def _stay_outside(self) -> None:
        """A unit inside another would wait for itself, and a reader inside one would miss its changes."""
        if asyncio.current_task() in self._inside:
            raise RuntimeError("already inside a unit of work: use its session")

    async def scrub(self) -> bool:
        """Let what was deleted or replaced vanish from SQLite's files, too: it is overwritten in the database, but
        lies in the log beside it until that is merged. False if others kept it busy; PostgreSQL does this its own
        way. Call it outside any unit of work."""
        self._stay_outside()
        return self._file is None or await asyncio.to_thread(merge_log, self._file)

    async def close(self) -> None:
        for each in self._together.values():
            await each.finished()
        if self._writer:
            await self._writer.close()
            await self._reading.dispose()
        await self._engine.dispose()

    @asynccontextmanager
    async def _own_transaction(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            async with session.begin():
                yield session
            _call_committed(session)


def changed(result: Result[Any]) -> int:
    """How many rows an UPDATE or a DELETE has changed; a session does not tell that its result knows."""
    return int(cast(CursorResult[Any], result).rowcount)


def on_commit(session: AsyncSession, call: Callable[[], object]) -> None:
    """Have something called once this unit of work is committed, and never if it is not."""
    session.info.setdefault("on_commit", []).append(call)


def _call_committed(session: AsyncSession) -> None:
    for call in session.info.get("on_commit", ()):
        try:
            call()
        except Exception:  # the work is kept, whatever the bell does
            log.exception("a call after the commit failed")
