"""Puts what was read from a register into its place, and keeps of the old what somebody still needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from catalog.drafts import Draft, read_editorial
from catalog.entries import Offer, Organisation
from catalog.plain_yaml import parse
from catalog.registers.report import ImportReport, failed
from catalog.registers.spool import Spool
from catalog.registers.store import BrokenStore, Contents, Imported, line, packed, path_of, write

_OFFER, _ORGANISATION = TypeAdapter(Offer), TypeAdapter(Organisation)

Made = tuple[dict[str, Any], Iterable[dict[str, Any]]]
"""An organisation and its offers, as they are kept."""


def ids_in(folder: Path, file: str, section: str) -> list[str]:
    """The ids of a section of one of the catalogue's own files; RegisterError when it cannot be read."""
    try:
        listed = parse((folder / file).read_text(encoding="utf-8"))[section]
        return [str(one["id"]) for one in listed]
    except FileNotFoundError:
        raise failed(file, "The file is missing. Import into a folder that holds a catalogue.") from None
    except (yaml.YAMLError, ValueError, TypeError, KeyError, OSError) as error:
        raise failed(file, f"The file cannot be read: {error!r}. Run `rinnalla catalog check`.") from None


def chosen_areas(folder: Path, known: Collection[str]) -> dict[str, list[str]]:
    """The areas that a coordinator has given to entries by hand; `catalog check` tells of unknown ones."""
    draft = Draft()
    read_editorial(draft, folder)
    return {
        name: areas
        for name, facts in draft.editorial.offers.items()
        if (areas := [area for area in facts.areas if area in known])
    }


class Saving:
    """One import on its way to the disk."""

    def __init__(
        self, folder: Path, report: ImportReport, in_use: Collection[str] | None, today: date
    ) -> None:
        self._path = path_of(folder, report.register)
        self._report, self._today = report, today
        self._areas: set[str] = set()
        self._ids: Spool
        """What has been written; there while it is being saved."""
        self._makers: set[str] = set()
        self._before = self._old()
        self._makers_before = self._old_makers()
        self._in_use = None if in_use is None else frozenset(in_use)

    def _old(self) -> Imported | None:
        """What is there now; nothing when it is broken, because then nothing in it can be trusted."""
        try:
            return Imported(self._path)
        except FileNotFoundError:
            return None
        except (BrokenStore, OSError) as error:
            self._report.warn(self._path.name, "", f"The entries imported before cannot be read ({error}).")
            return None

    def _old_makers(self) -> dict[str, Organisation]:
        if self._before is None:
            return {}
        return {
            maker.id: maker for maker in (*self._before.organisations, *self._before.former_organisations)
        }

    def _needed(self, name: str) -> bool:
        """Whether somebody may need it although it offers nothing or is gone. When nobody knows what is in use, this
        goes for whatever there was before."""
        if self._in_use is not None:
            return name in self._in_use
        return name in self._makers_before or (self._before is not None and name in self._before)

    def save(self, made: Iterable[Made], progress: Callable[[], None]) -> None:
        """Writes everything; what was there before is untouched until all of it is on the disk."""
        try:
            with Spool() as self._ids:
                self._report.contents = write(self._path, self._lines(made, progress), self._describe)
        except OSError as error:
            raise failed(str(self._path), f"It cannot be written: {error.strerror}.") from error

    def _describe(self) -> Contents:
        return Contents(
            register=self._report.register,
            version=self._report.version,
            source=self._report.source.name,
            imported_on=self._today.isoformat(),
            areas=tuple(sorted(self._areas)),
        )

    def _lines(self, made: Iterable[Made], progress: Callable[[], None]) -> Iterator[bytes]:
        for organisation, offers in made:
            written = False
            for offer in offers:  # one at a time: a single organisation may have all of a register's
                if (payload := self._offer(offer, progress)) is not None:
                    if not written:
                        yield self._organisation(organisation)
                        written = True
                    yield b'{"offer":%s}' % payload
            if not written and self._needed(organisation["id"]):
                yield self._organisation(organisation)
        if not self._report.offers.imported:
            raise failed(str(self._report.source), self._nothing())
        yield from self._former()

    def _nothing(self) -> str:
        reasons = "; ".join(f"{count} {reason}" for reason, count in self._report.left_out.most_common(5))
        return (
            f"There is nothing to import{': ' + reasons if reasons else ''}. The catalogue stays as it was."
        )

    def _offer(self, offer: dict[str, Any], progress: Callable[[], None]) -> bytes | None:
        """The offer as bytes, checked by the schema that will read it; None when it does not fit."""
        progress()
        name = str(offer["id"])
        payload = packed(offer)
        try:
            _OFFER.validate_python(offer)
        except ValidationError as error:
            self._report.left_out["does not fit the catalogue"] += 1
            self._warn(name, error)
            return None
        if not self._ids.add(name, None):
            self._report.left_out["the same id again"] += 1
            return None
        self._areas.update(offer["areas"])
        self._count(name, payload)
        return payload

    def _organisation(self, organisation: dict[str, Any]) -> bytes:
        """The organisation as bytes; without its web address when that is what does not fit."""
        try:
            checked = _ORGANISATION.validate_python(organisation)
        except ValidationError as error:
            self._warn(organisation["id"], error)
            organisation = {key: value for key, value in organisation.items() if key != "url"}
            checked = _ORGANISATION.validate_python(organisation)
        self._makers.add(checked.id)
        before, counts = self._makers_before.get(checked.id), self._report.organisations
        if before is None or before.retired:
            counts.new += 1
        elif before == checked:
            counts.unchanged += 1
        else:
            counts.changed += 1
        return line("organisation", organisation)

    def _warn(self, entry: str, error: ValidationError) -> None:
        for one in error.errors(include_url=False)[:3]:
            where = ".".join(map(str, one["loc"]))
            self._report.warn(self._report.source.name, entry, f"{one['msg']}.", where)

    def _count(self, name: str, payload: bytes) -> None:
        counts = self._report.offers
        if self._before is None or name not in self._before or name in self._before.retired:
            counts.new += 1
        elif self._before.raw(name) == payload:
            counts.unchanged += 1
        else:
            counts.changed += 1

    def _former(self) -> Iterator[bytes]:
        """What the register no longer has: retired while somebody needs it, dropped when nobody does."""
        before = self._before
        if before is None:
            return
        gone = [name for name in before if name not in self._ids]
        kept: dict[str, list[str]] = {}
        for name in gone:
            if self._needed(name):
                kept.setdefault(before.maker(name), []).append(name)
        self._report.offers.retired = sum(map(len, kept.values()))
        self._report.offers.dropped = len(gone) - self._report.offers.retired
        for maker in self._makers_before.values():
            if maker.id in self._makers:
                if maker.id in kept:
                    yield line("of", {"id": maker.id})
            elif maker.id in kept or self._needed(maker.id):
                self._report.organisations.retired += 1
                yield self._former_maker(maker)
            else:
                self._report.organisations.dropped += 1
            for name in kept.get(maker.id, ()):
                yield self._retired(before, name)

    def _retired(self, before: Imported, name: str) -> bytes:
        offer = json.loads(before.raw(name))
        return line("retired", {**offer, "retired_on": offer.get("retired_on", self._today.isoformat())})

    def _former_maker(self, maker: Organisation) -> bytes:
        kept = maker.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return line("former", {"id": maker.id, **kept, "retired_on": str(maker.retired_on or self._today)})
