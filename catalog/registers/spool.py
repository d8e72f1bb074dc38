"""A heap of rows on the disk: entries of a register wait there for the others that they belong together with."""

from __future__ import annotations

import marshal
import os
import tempfile
from types import TracebackType
from typing import Any

_LENGTH_BITS = 32


class Spool:
    """Rows of plain values by a key; a row put under a key again takes the place of the first."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=1 << 20)  # noqa: SIM115  # closed by __exit__
        self._size = 0
        self._flushed = 0
        self._rows: dict[str, int] = {}

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __setitem__(self, key: str, row: Any) -> None:
        packed = marshal.dumps(row)
        self._rows[key] = self._size << _LENGTH_BITS | len(packed)
        self._file.write(packed)
        self._size += len(packed)

    def __getitem__(self, key: str) -> Any:
        if (row := self.get(key)) is None:
            raise KeyError(key)
        return row

    def get(self, key: str) -> Any:
        """The row, or None."""
        if (where := self._rows.get(key)) is None:
            return None
        at, length = where >> _LENGTH_BITS, where & ((1 << _LENGTH_BITS) - 1)
        if at + length > self._flushed:
            self._file.flush()
            self._flushed = self._size
        return marshal.loads(os.pread(self._file.fileno(), length, at))

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)
