"""A heap of rows on the disk: entries of a register wait there for the others that they belong together with.

Not even their keys are in memory: a file of a million entries is imported in as little as one of a thousand.
"""

from __future__ import annotations

import marshal
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any

_TABLE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TABLE rows (number INTEGER PRIMARY KEY, key BLOB UNIQUE, owner BLOB, at INTEGER, length INTEGER);
"""
_ADD = "INSERT OR IGNORE INTO rows (key, owner, at, length) VALUES (?, ?, ?, ?)"
_PUT = """
INSERT INTO rows (key, owner, at, length) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, at = excluded.at, length = excluded.length
"""


class Spool:
    """Rows of plain values by a key; a row put under a key again takes the place of the first."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=1 << 20)  # noqa: SIM115  # closed by __exit__
        self._size = 0
        self._flushed = 0
        self._index = sqlite3.connect("", isolation_level=None)  # "" is a file of its own, gone when closed
        self._index.executescript(_TABLE)
        self._indexed = False

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._index.close()
        self._file.close()

    def put(self, key: str, row: Any, owner: str = "") -> None:
        self._write(_PUT, key, row, owner)

    def add(self, key: str, row: Any, owner: str = "") -> bool:
        """The same unless there is a row of this key already: then that one stays, and the answer is False."""
        return self._write(_ADD, key, row, owner)

    def _write(self, statement: str, key: str, row: Any, owner: str) -> bool:
        packed = marshal.dumps(row)
        done = self._index.execute(statement, (_bytes(key), _bytes(owner), self._size, len(packed)))
        if not done.rowcount:
            return False
        self._file.write(packed)
        self._size += len(packed)
        return True

    def get(self, key: str) -> Any:
        """The row, or None."""
        if not self._size:
            return None
        where = self._index.execute("SELECT at, length FROM rows WHERE key = ?", (_bytes(key),)).fetchone()
        return None if where is None else self._read(*where)

    def __contains__(self, key: str) -> bool:
        found = self._index.execute("SELECT 1 FROM rows WHERE key = ?", (_bytes(key),))
        return found.fetchone() is not None

    def __len__(self) -> int:
        (count,) = self._index.execute("SELECT count(*) FROM rows").fetchone()
        return int(count)

    def keys(self) -> Iterator[str]:
        for (key,) in self._index.execute("SELECT key FROM rows ORDER BY number"):
            yield key.decode("utf-8", "surrogatepass")

    def owners(self) -> Iterator[str]:
        """Each once, the one of the first row first."""
        for (owner,) in self._index.execute("SELECT owner FROM rows GROUP BY owner ORDER BY min(number)"):
            yield owner.decode("utf-8", "surrogatepass")

    def of(self, owner: str) -> Iterator[Any]:
        """The rows of one owner, in the order in which their keys came first."""
        if not self._size:
            return
        if not self._indexed:
            self._index.execute("CREATE INDEX by_owner ON rows (owner, number)")
            self._indexed = True
        rows = "SELECT at, length FROM rows WHERE owner = ? ORDER BY number"
        for at, length in self._index.execute(rows, (_bytes(owner),)):
            yield self._read(at, length)

    def _read(self, at: int, length: int) -> Any:
        if at + length > self._flushed:
            self._file.flush()
            self._flushed = self._size
        return marshal.loads(os.pread(self._file.fileno(), length, at))


def _bytes(text: str) -> bytes:
    """Half a character, which JSON allows, is no text to SQLite."""
    return text.encode("utf-8", "surrogatepass")
