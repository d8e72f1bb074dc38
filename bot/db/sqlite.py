"""How SQLite is opened: what it promises about power cuts, deleted data and other processes."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

# For how long to wait while another process (`rinnalla staff invite`, a backup) is writing.
PATIENCE_SECONDS = 15
MERGE_PATIENCE_SECONDS = 2

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # A commit is on disk when it returns: a consent given just before a power cut stays given.
    # Committing many units together pays for the wait.
    "PRAGMA synchronous=FULL",
    # What is deleted is overwritten, not just unlinked.
    "PRAGMA secure_delete=ON",
)


def writing_engine(url: str) -> AsyncEngine:
    """An engine of exactly one connection, whose transactions take the write lock as they begin.

    A transaction that begins as a reader and writes later fails at once, whatever the patience, when
    another process has written in between.
    """
    engine = _engine(url, "PRAGMA foreign_keys=ON", pool_size=1, max_overflow=0)
    _begin_with(engine.sync_engine, "BEGIN IMMEDIATE")
    return engine


def reading_engine(url: str) -> AsyncEngine:
    engine = _engine(url, "PRAGMA query_only=ON", pool_size=4, max_overflow=4)
    _begin_with(engine.sync_engine, "BEGIN")
    return engine


def migrating_engine(url: str) -> AsyncEngine:
    """Foreign keys are off: a migration that copies a table drops the old one, and would take along
    every row that points to it."""
    engine = _engine(url, "PRAGMA foreign_keys=OFF", poolclass=NullPool)
    _begin_with(engine.sync_engine, "BEGIN IMMEDIATE")
    return engine


def file_of(url: str) -> Path:
    """The file of an SQLite database. One in memory could not be shared by the writer and the readers."""
    name = make_url(url).database
    if name in (None, "", ":memory:") or name.startswith("file:"):
        raise ValueError("SQLite needs a file: sqlite+aiosqlite:////var/lib/rinnalla/rinnalla.db")
    return Path(name)


def merge_log(file: Path) -> bool:
    """Write everything from the log into the database and empty the log. False if somebody was reading or writing
    for too long."""
    with closing(sqlite3.connect(file, timeout=MERGE_PATIENCE_SECONDS)) as connection:
        busy, _frames, _merged = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _engine(url: str, pragma: str, **options: Any) -> AsyncEngine:
    file_of(url)
    # isolation_level None: the driver begins nothing by itself, the "begin" event below does.
    connect = {"isolation_level": None, "timeout": PATIENCE_SECONDS}
    # Parameters may be personal: they are kept out of error messages, and so out of the log.
    engine = create_async_engine(url, hide_parameters=True, connect_args=connect, **options)
    _on_connect(engine.sync_engine, *PRAGMAS, pragma)
    event.listen(engine.sync_engine, "handle_error", _stay_connected)
    return engine


def _on_connect(engine: Engine, *statements: str) -> None:
    @event.listens_for(engine, "connect")
    def run(dbapi_connection: Any, _record: object) -> None:
        cursor = dbapi_connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()


def _begin_with(engine: Engine, statement: str) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)


def _stay_connected(context: ExceptionContext) -> None:
    """A cancelled task gives up waiting, but its statement still runs in the driver's thread, before
    whatever comes next: the connection is sound, and the transaction may hold others' work."""
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False
