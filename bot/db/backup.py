"""A copy of the SQLite database while it is in use."""

from __future__ import annotations

import sqlite3
from asyncio import to_thread
from pathlib import Path

from sqlalchemy import make_url

from bot.db.sqlite import file_of


async def copy(url: str, target: Path) -> None:
    """Write a complete, consistent copy to `target`, readable by its owner alone. ValueError for other databases."""
    if make_url(url).get_backend_name() != "sqlite":
        raise ValueError("this copies SQLite only; for PostgreSQL use pg_dump")
    source = file_of(url)
    if not source.exists():
        raise ValueError(f"there is no database at {source}")
    await to_thread(_copy, source, target)


def _copy(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as origin, sqlite3.connect(target) as copied:
        origin.backup(copied)
    origin.close()
    copied.close()
