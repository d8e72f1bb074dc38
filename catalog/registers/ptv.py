"""Imports services, channels and organisations of Suomi.fi PTV into a catalogue.

The source is a file, or a folder with any number of them, of what PTV's open interface answers: pages, lists
or single entries, v11 or v12. Every entry is told by its shape, so names and order of the files mean nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from time import perf_counter

from catalog.registers.mapping import Mapping
from catalog.registers.places import Towns
from catalog.registers.ptv_heap import Heap
from catalog.registers.ptv_offers import REGISTER, Builder
from catalog.registers.ptv_reading import Reading
from catalog.registers.report import ImportReport, Progress
from catalog.registers.saving import Saving, chosen_areas, ids_in
from catalog.registers.sources import Meter, json_files, towns_named, uncollected


def import_ptv(
    source: Path,
    folder: Path,
    *,
    in_use: Collection[str] | None = (),
    progress: Progress | None = None,
    today: date,
    municipalities: Collection[str] | None = None,
) -> ImportReport:
    """Puts the source's services into the catalogue in `folder`, in the place of those imported before.

    What has vanished since the last import is kept, retired, when its id is `in_use`, and dropped otherwise; None
    says that nobody knows what is in use, and all of it is kept.
    With `municipalities` only what is offered in one of them, or in the whole country, is taken.
    RegisterError when it cannot be done; the catalogue is then as it was.
    """
    began = perf_counter()
    report = ImportReport(REGISTER, source)
    files = json_files(source, report)
    towns = Towns.of_finland()
    near = towns_named(municipalities, towns)
    areas, doors = ids_in(folder, "life_areas.yaml", "areas"), ids_in(folder, "doors.yaml", "doors")
    table = Mapping.load(folder, REGISTER, areas, doors)
    reading = Reading(report, towns, today)
    with ExitStack() as stack:
        stack.enter_context(uncollected())
        heap = Heap(reading, stack)
        meter = Meter(sum(path.stat().st_size for path in files), progress)
        for path in files:
            heap.read(path, meter.advance)
        heap.close()
        saving = Saving(folder, report, in_use, today)
        chosen = chosen_areas(folder, areas)
        builder = Builder(reading, table, heap.makers, heap.generals, chosen, near, report.version)
        saving.save(heap.made(builder), meter.steps(len(heap.services)))
    meter.done()
    report.seconds = perf_counter() - began
    return report
