"""Reads entries of a JSON file of any size one at a time.

Registers publish bare arrays, pages that wrap an array, and single objects; here all three give entries.
Only as much of the file is in memory as the longest entry takes, however long the array is.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic_core import from_json

CHUNK = 1 << 18
SMALL = 1 << 24
"""A file of at most so many bytes is read whole, which is faster; and whatever the order of an object's keys."""
_DECODER = json.JSONDecoder()
_SPACE = " \t\n\r"


class NotJson(Exception):
    """The file is not JSON, or ends too early; `place` says after which entry."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place


class Entries:
    """The entries of one file, in their order; `header` holds what else a page says of itself."""

    def __init__(self, path: Path, advance: Callable[[int], None] | None = None) -> None:
        self.path = path
        self.header: dict[str, Any] = {}
        self._advance = advance or (lambda _: None)
        self._last: object = None
        self._number = 0

    def __iter__(self) -> Iterator[Any]:
        if self.path.stat().st_size <= SMALL and (whole := self._whole()) is not None:
            yield from whole
            return
        with self.path.open("rb") as file:
            text = _Text(self._chunks(file))
            try:
                yield from self._value(text)
                while text.peek():  # JSON lines
                    yield from self._value(text)
            except RecursionError:
                raise NotJson("An entry is nested too deeply.", self.place) from None
            except ValueError as error:
                raise NotJson(_why(error), self.place) from None

    def _whole(self) -> list[Any] | None:
        """The entries of a small file; None when something is wrong with it, for the slow way to say where."""
        content = self.path.read_bytes()
        try:
            value = from_json(content.removeprefix(codecs.BOM_UTF8))
        except ValueError:
            return None
        if not isinstance(value, list | dict):
            return None
        self._advance(len(content))
        entries = value if isinstance(value, list) else self._opened(value)
        self._number, self._last = len(entries), entries[-1] if entries else None
        return entries

    def _opened(self, whole: dict[str, Any]) -> list[Any]:
        """A page gives the entries of its arrays; an object with an id of its own is one entry itself."""
        arrays = [] if _has_id(whole) else [key for key, value in whole.items() if isinstance(value, list)]
        entries = [entry for key in arrays for entry in whole.pop(key)]
        self.header = whole
        return entries if arrays or not whole else [whole]

    def _chunks(self, file: Any) -> Iterator[str]:
        decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        while chunk := file.read(CHUNK):
            self._advance(len(chunk))
            yield decode(chunk)
        yield decode(b"", True)

    @property
    def place(self) -> str:
        """The entry read last, for a message: its number in the file and what it calls itself."""
        if not self._number:
            return ""
        return f"after entry {self._number}" + (f" ({name})" if (name := name_of(self._last)) else "")

    def _value(self, text: _Text) -> Iterator[Any]:
        if text.peek() == "[":
            yield from self._array(text)
        elif text.peek() == "{":
            yield from self._object(text)
        elif not text.peek():
            raise NotJson("The file is empty.")
        else:
            raise NotJson("The file begins with neither [ nor {.")

    def _array(self, text: _Text) -> Iterator[Any]:
        text.take("[")
        if text.peek() == "]":
            text.take("]")
            return
        while True:
            self._last = text.value()
            self._number += 1
            yield self._last
            if text.peek() == "]":
                break
            text.take(",")
        text.take("]")

    def _object(self, text: _Text) -> Iterator[Any]:
        """The same as `_opened`, without ever holding a whole array."""
        text.take("{")
        rest: dict[str, Any] = {}
        pages = False
        while text.peek() != "}":
            key = text.value()
            text.take(":")
            if text.peek() == "[" and not _has_id(rest):
                pages = True
                yield from self._array(text)
            else:
                rest[str(key)] = text.value()
            if text.peek() != "}":
                text.take(",")
        text.take("}")
        self.header = rest
        if not pages and rest:
            self._last, self._number = rest, self._number + 1
            yield rest


def _has_id(whole: dict[str, Any]) -> bool:
    return bool(whole.keys() & {"id", "contentId"})


class _Text:
    """The text of a file, of which only what is still to be read is kept."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self._text = ""
        self._at = 0

    def _more(self) -> bool:
        """Reads on, at least as much as there is unread already: a long entry is not scanned for each chunk."""
        unread = self._text[self._at :]
        parts, size = [unread], 0
        for chunk in self._chunks:
            parts.append(chunk)
            size += len(chunk)
            if size >= max(len(unread), 1):
                break
        self._text, self._at = "".join(parts), 0
        return size > 0

    def peek(self) -> str:
        """The next character that is not white space; "" at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        if (found := self.peek()) != expected:
            what = f"`{found}`" if found else "the end of the file"
            raise NotJson(f"`{expected}` is expected, not {what}. The file may have been cut short.")
        self._at += 1

    def value(self) -> Any:
        """The next value, whole; ValueError when there is none."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except ValueError:
                if not self._more():
                    raise
                continue
            if end == len(self._text) and self._more():  # a number may go on in the next chunk
                continue
            self._at = end
            return value


def name_of(entry: object) -> str:
    """What an entry calls itself: its id, else its name; "" when it is no object with such."""
    if not isinstance(entry, dict):
        return ""
    for key in ("id", "contentId", "name", "code", "uri"):
        if isinstance(found := entry.get(key), str) and found:
            return found[:60]
    return ""


def _why(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "The file is not UTF-8 text."
    if isinstance(error, json.JSONDecodeError):
        return f"The file is not whole or not JSON: {error.msg}."
    return f"A value cannot be read: {error}."
