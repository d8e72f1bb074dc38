"""Imports an Open Referral HSDS 3.1 register: nested JSON, or the tabular data package in a folder or a zip file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from catalog.registers.hsds_offers import REGISTER, VERSION, Builder, LeftOut
from catalog.registers.hsds_words import Told
from catalog.registers.json_stream import Entries, NotJson, name_of
from catalog.registers.mapping import Mapping
from catalog.registers.places import Towns
from catalog.registers.report import ImportReport, Progress, failed
from catalog.registers.saving import Made, Saving, chosen_areas, ids_in
from catalog.registers.sources import Meter, json_files, towns_named, uncollected
from catalog.registers.spool import Spool
from catalog.registers.tabular import is_tabular, tables
from catalog.registers.texts import mapping, objects, string

_FOREIGN_KEYS = ("organization", "organization_id")


def import_hsds(
    source: Path,
    folder: Path,
    *,
    in_use: Collection[str] | None = (),
    progress: Progress | None = None,
    today: date,
    municipalities: Collection[str] | None = None,
    language: str = "en",
) -> ImportReport:
    """Puts the source's services into the catalogue in `folder`, in the place of those imported before.

    `language` is that of the texts, which HSDS does not tell: fi, sv or en. The rest is as in `import_ptv`.
    RegisterError when it cannot be done; the catalogue is then as it was.
    """
    began = perf_counter()
    report = ImportReport(REGISTER, source, VERSION)
    towns = Towns.of_finland()
    near = towns_named(municipalities, towns)
    areas, doors = ids_in(folder, "life_areas.yaml", "areas"), ids_in(folder, "doors.yaml", "doors")
    finnish_words = None if language == "en" else "ptv"
    table = Mapping.load(folder, REGISTER, areas, doors, words_of=finnish_words)
    chosen = chosen_areas(folder, areas)
    with ExitStack() as stack:
        stack.enter_context(uncollected())
        heap = _Heap(report, language, stack)
        meter = heap.read(source, progress)
        saving = Saving(folder, report, in_use, today)
        builder = Builder(
            table, towns, report, areas, doors, chosen, near, today, language, f"HSDS: {source.name}"
        )
        saving.save(heap.made(builder), meter.steps(heap.count))
    meter.done()
    report.seconds = perf_counter() - began
    return report


class _Heap:
    """Services wait on the disk until all organisations are known; a part of an organisation becomes its unit."""

    def __init__(self, report: ImportReport, language: str, stack: ExitStack) -> None:
        self._report, self._language = report, language
        self._services, self._makers = stack.enter_context(Spool()), stack.enter_context(Spool())
        self._file = ""

    @property
    def count(self) -> int:
        return len(self._services)

    def read(self, source: Path, progress: Progress | None) -> Meter:
        if is_tabular(source):
            size = (
                source.stat().st_size
                if source.is_file()
                else sum(one.stat().st_size for one in source.iterdir())
            )
            meter = Meter(size, progress)
            self._take_all(tables(source, self._report), source.name)
            meter.advance(size)
            return meter
        files = json_files(source, self._report)
        meter = Meter(sum(path.stat().st_size for path in files), progress)
        for path in files:
            entries = Entries(path, meter.advance)
            try:
                self._take_all(entries, path.name)
            except NotJson as error:
                raise failed(path.name, str(error), error.place or entries.place) from None
        return meter

    def _take_all(self, entries: Iterable[Any], file: str) -> None:
        self._file = file
        for entry in entries:
            self._take(entry)

    def _take(self, entry: Any) -> None:
        """An organisation with its services, a service with its organisation, or a service at a location."""
        if not isinstance(entry, dict) or not entry.get("id"):
            self._odd(entry)
        elif "status" in entry or mapping(entry.get("organization")) or "organization_id" in entry:
            self._service(entry, "")
        elif mapping(entry.get("service")):
            at = {key: value for key, value in entry.items() if key != "service"}
            self._service({**entry["service"], "service_at_locations": [at]}, "")
        elif "name" in entry and "location_type" not in entry and "taxonomy" not in entry:
            self._organisation(entry)
        else:
            self._odd(entry)

    def _odd(self, entry: Any) -> None:
        self._report.read["other"] += 1
        message = "It is neither an organisation nor a service, and was passed over."
        self._report.warn_once(self._file, name_of(entry) or repr(entry)[:60], message)

    def _organisation(self, entry: dict[str, Any]) -> None:
        identifier = string(entry.get("id"))
        alone = {key: value for key, value in entry.items() if key != "services"}
        known = self._makers.get(identifier)
        self._report.read["organization"] += known is None
        if known is None or len(alone) >= len(known):  # the fuller one of two
            self._makers.put(identifier, alone)
        for service in objects(entry.get("services")):
            self._service(service, identifier)

    def _service(self, entry: dict[str, Any], maker: str) -> None:
        self._report.read["service"] += 1
        identifier, inside = string(entry.get("id")), mapping(entry.get("organization"))
        if not identifier:
            self._report.left_out["without an id"] += 1
            self._report.warn(self._file, string(entry.get("name")), "The service has no id.", "id")
            return
        if inside.get("id"):
            self._organisation(inside)
        maker = maker or string(inside.get("id")) or string(entry.get("organization_id"))
        alone = {key: value for key, value in entry.items() if key not in _FOREIGN_KEYS}
        if not self._services.add(identifier, alone, owner=maker):
            self._report.left_out["the same service again"] += 1

    def made(self, builder: Builder) -> Iterator[Made]:
        together: defaultdict[str, list[str]] = defaultdict(list)
        for maker in dict.fromkeys((*self._makers.keys(), *self._services.owners())):
            together[self._root(maker)].append(maker)
        for root, members in together.items():
            parts = [one for one in members if one != root and one in self._makers]
            told = self._told(root)
            offers = self._offers(members, parts, told, builder)
            yield builder.organisation(told, [self._told(one) for one in parts]), offers

    def _offers(
        self, members: list[str], parts: list[str], told: Told, builder: Builder
    ) -> Iterator[dict[str, Any]]:
        for maker in members:
            for service in self._services.of(maker):
                unit = maker if maker in parts else ""
                if (offer := self._offer(service, unit, told, builder)) is not None:
                    yield offer

    def _root(self, maker: str) -> str:
        seen = {maker}
        while parent := string(mapping(self._makers.get(maker)).get("parent_organization_id")):
            if parent not in self._makers or parent in seen:
                break
            seen.add(parent)
            maker = parent
        return maker

    def _told(self, maker: str) -> Told:
        known = self._makers.get(maker)
        if known is None and (service := next(self._services.of(maker), None)):
            message = (
                f"Its organisation {maker or '(none)'} is not in the source, so nobody can tell its name."
            )
            self._report.warn(self._file, service["id"], message, "organization_id")
        return Told(known or {"id": maker or "nobody"}, self._language)

    def _offer(
        self, service: dict[str, Any], unit: str, maker: Told, builder: Builder
    ) -> dict[str, Any] | None:
        try:
            return builder.offer(Told(service, self._language), unit, maker)
        except LeftOut as reason:
            self._report.left_out[str(reason)] += 1
            return None
