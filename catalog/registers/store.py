"""Where imported entries are kept: one file of JSON lines a register, read line by line when asked for.

A national register holds tens of thousands of entries. As objects they would take hundreds of megabytes
and make every pass of the garbage collector slow; as lines on the disk they take a few, and one entry is
read in a tenth of a millisecond. An organisation stands before its offers; the last line says what the
file holds, so that a file cut short or changed by hand is never taken for a whole one.
"""

from __future__ import annotations

import hashlib
import json
import os
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar, overload

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from catalog.editorial import Editorial
from catalog.entries import Offer, Organisation

V = TypeVar("V")
Kind = Literal["organisation", "former", "of", "offer", "retired"]
"""What stands on a line: an organisation, one that is gone, one named again, an offer, one that is gone."""

FOLDER = "imported"
FORMAT = 1
REMEMBERED = 256
"""So many of the offers asked for last are kept as objects: a conversation asks for the same ones again."""

_BEGINNINGS: dict[Kind, bytes] = {
    kind: b'{"%s":{"id":"' % kind.encode() for kind in ("organisation", "former", "of", "offer", "retired")
}
_END = b'{"end":'
_OFFER, _ORGANISATION = TypeAdapter(Offer), TypeAdapter(Organisation)


class BrokenStore(Exception):
    """The file is not what an import wrote."""


@dataclass(frozen=True)
class Contents:
    """The last line of a file: what it holds and where that came from."""

    register: str
    version: str
    source: str
    imported_on: str
    areas: tuple[str, ...]
    organisations: int = 0
    offers: int = 0
    retired: int = 0
    sha256: str = ""
    format: int = FORMAT

    @property
    def day(self) -> date:
        return date.fromisoformat(self.imported_on)


def path_of(folder: Path, register: str) -> Path:
    """The file of a register in a catalogue's folder."""
    return folder / FOLDER / f"{register}.jsonl"


def line(kind: Kind, entry: Mapping[str, Any]) -> bytes:
    """An entry as it is kept; `id` must be its first key."""
    return b'{"%s":%s}' % (kind.encode(), packed(entry))


def packed(entry: Mapping[str, Any]) -> bytes:
    """An entry as JSON; half a character, which JSON allows and UTF-8 does not, becomes a question mark."""
    try:
        return to_json(entry)
    except ValueError:
        return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def write(path: Path, lines: Iterable[bytes], describe: Callable[[], Contents]) -> Contents:
    """Puts the lines into the place of the old file, all of them or none; says what is there now.

    `describe` is asked when all the lines have been written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    digest, counts = hashlib.sha256(), dict.fromkeys(_BEGINNINGS, 0)
    try:
        with unfinished.open("wb") as file:
            for each in lines:
                digest.update(each)
                counts[_kind(each)] += 1
                file.write(each + b"\n")
            about = asdict(describe()) | {
                "organisations": counts["organisation"],
                "offers": counts["offer"],
                "retired": counts["retired"],
                "sha256": digest.hexdigest(),
            }
            file.write(json.dumps({"end": about}, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        _keep_name(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return _contents(about)


def _keep_name(folder: Path) -> None:
    """Makes a rename outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _kind(each: bytes) -> Kind:
    for kind, beginning in _BEGINNINGS.items():
        if each.startswith(beginning):
            return kind
    raise BrokenStore("A line is neither an organisation nor an offer.")


def _contents(about: Any) -> Contents:
    try:
        contents = Contents(**{**about, "areas": tuple(about["areas"])})
        _ = contents.day
    except (TypeError, KeyError, ValueError):
        raise BrokenStore("Its last line is not one that an import writes.") from None
    if contents.format != FORMAT:
        raise BrokenStore("Another version of this software wrote it.")
    return contents


class Imported:
    """What was imported from one register. Offers are read from the file when they are asked for.

    The open file is the one that was there at the beginning, whatever an import puts in its place later.
    """

    def __init__(self, path: Path, editorial: Editorial | None = None) -> None:
        """BrokenStore when the file is not whole, OSError when it cannot be read."""
        self.name = path.stem
        self._editorial = editorial or Editorial()
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._at, self._length, self._maker = array("q"), array("q"), array("q")
        self._rows: dict[str, int] = {}
        self._live: list[str] = []
        self.retired: set[str] = set()
        makers = self._scan()
        self.organisations = tuple(maker for maker in makers if not maker.retired)
        self.former_organisations = tuple(maker for maker in makers if maker.retired)
        self._makers = [maker.id for maker in makers]
        self.ids = self._suggestable({maker.id for maker in makers if maker.hidden or maker.retired})
        """Of the offers that can be suggested: neither retired nor hidden, of an organisation that is neither."""
        self._remembered: dict[str, Offer] = {}

    def _scan(self) -> list[Organisation]:
        """Finds every line, reads the organisations and makes sure that the file is whole."""
        makers: list[Organisation] = []
        numbers: dict[str, int] = {}
        digest, at, maker, last = hashlib.sha256(), 0, -1, b""
        with open(os.dup(self._file), "rb", buffering=1 << 20) as file:
            for each in file:
                last = each
                if each.startswith(_END):
                    break
                digest.update(each[:-1])
                kind = _kind(each)
                name = _id(each, kind)
                if kind in ("organisation", "former"):
                    makers.append(self._editorial.organisation(_organisation(each, kind)))
                    maker = numbers[name] = len(makers) - 1
                elif kind == "of":
                    maker = numbers.get(name, -1)
                else:
                    self._add(name, kind, at, len(each), maker)
                at += len(each)
        if not last.startswith(_END) or not last.endswith(b"\n"):
            raise BrokenStore("The file ends before it is whole.")
        self.contents = _contents(json.loads(last)["end"])
        if self.contents.sha256 != digest.hexdigest():
            raise BrokenStore("Somebody has changed it by hand.")
        return makers

    def _add(self, name: str, kind: Kind, at: int, length: int, maker: int) -> None:
        if maker < 0:
            raise BrokenStore("An offer stands there without its organisation.")
        self._rows[name] = len(self._at)
        self._at.append(at)
        self._length.append(length)
        self._maker.append(maker)
        if kind == "offer":
            self._live.append(name)
        else:
            self.retired.add(name)

    def _suggestable(self, silent: set[str]) -> Sequence[str]:
        hidden = {name for name, facts in self._editorial.offers.items() if facts.hidden}
        if not hidden and not silent:
            return self._live
        return [one for one in self._live if one not in hidden and self.maker(one) not in silent]

    def __contains__(self, offer_id: object) -> bool:
        return offer_id in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def offer(self, offer_id: str) -> Offer:
        """The offer of that id, a retired one too; KeyError when there is none."""
        if (known := self._remembered.get(offer_id)) is not None:
            return known
        offer = self.read(offer_id)
        self._remembered[offer_id] = offer
        if len(self._remembered) > REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)), None)
        return offer

    def read(self, offer_id: str) -> Offer:
        """The same, without remembering it: for going through all of them."""
        return self._editorial.offer(_OFFER.validate_json(self.raw(offer_id)))

    def raw(self, offer_id: str) -> bytes:
        """The offer's JSON as the import wrote it, without the editorial facts."""
        row = self._rows[offer_id]
        each = os.pread(self._file, self._length[row], self._at[row])
        return each[each.index(b":") + 1 : -2]

    def maker(self, offer_id: str) -> str:
        """The id of the organisation that offers it."""
        return self._makers[self._maker[self._rows[offer_id]]]


def _id(each: bytes, kind: Kind) -> str:
    start = len(_BEGINNINGS[kind])
    return each[start : each.index(b'"', start)].decode()


def _organisation(each: bytes, kind: Kind) -> Organisation:
    try:
        return _ORGANISATION.validate_json(each[len(kind) + 4 : -2])
    except ValidationError:
        raise BrokenStore("It holds an organisation that another version of this software wrote.") from None


class Offers(Sequence[Offer]):
    """Own offers and those of the registers, one after another."""

    def __init__(self, own: tuple[Offer, ...], imported: Sequence[Imported]) -> None:
        self._own, self._imported = own, imported
        self._length = len(own) + sum(len(register.ids) for register in imported)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Offer]:
        yield from self._own
        for register in self._imported:
            yield from map(register.read, register.ids)

    @overload
    def __getitem__(self, index: int) -> Offer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Offer]: ...
    def __getitem__(self, index: int | slice) -> Offer | Sequence[Offer]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        number = index if index >= 0 else index + len(self)
        if 0 <= number < len(self._own):
            return self._own[number]
        number -= len(self._own)
        for register in self._imported:
            if 0 <= number < len(register.ids):
                return register.offer(register.ids[number])
            number -= len(register.ids)
        raise IndexError(index)


class Lookup(Mapping[str, V]):
    """Something known of each offer by its id, whether it is our own or a register's."""

    def __init__(
        self, own: Mapping[str, V], imported: Sequence[Imported], find: Callable[[Imported, str], V]
    ) -> None:
        self._own, self._imported, self._find = own, imported, find

    def __getitem__(self, offer_id: str) -> V:
        if offer_id in self._own:
            return self._own[offer_id]
        for register in self._imported:
            if offer_id in register:
                return self._find(register, offer_id)
        raise KeyError(offer_id)

    def __contains__(self, offer_id: object) -> bool:
        return offer_id in self._own or any(offer_id in register for register in self._imported)

    def __len__(self) -> int:
        return len(self._own) + sum(map(len, self._imported))

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        for register in self._imported:
            yield from register
