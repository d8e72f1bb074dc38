"""What an import reads: its files in a good order, how far it has come, and whose services it wants."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.registers.places import Towns
from catalog.registers.report import ImportReport, Progress, failed

SUFFIXES = (".json", ".jsonl", ".ndjson")
JOINING = 0.5
"""How long it takes to make offers of what was read, as a part of how long the reading takes; for progress only."""

_LOOK = 2000
_REFERENCE = re.compile(rb'"(?:isValid|names)"\s*:')
_CONTENT = re.compile(rb'"(?:contentId|id|serviceContentId)"\s*:')


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection: what is read has no circles, and looking for them takes most of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def json_files(source: Path, report: ImportReport) -> list[Path]:
    """The JSON files of the source, reference lists first: what they name is needed to read the rest.

    Other files of a folder are told of: a page saved under a wrong name must not vanish silently.
    """
    if source.is_dir():
        inside = sorted(path for path in source.rglob("*") if path.name[0] != "." and path.is_file())
        found = [path for path in inside if path.suffix.lower() in SUFFIXES]
        if not found:
            raise failed(str(source), f"The folder holds no file whose name ends in {', '.join(SUFFIXES)}.")
        for path in inside:
            if path.suffix.lower() not in SUFFIXES:
                message = f"This file was not read: its name does not end in {', '.join(SUFFIXES)}."
                report.warn(str(path.relative_to(source)), "", message)
        return sorted(found, key=lambda path: not _is_reference(path))
    if not source.is_file():
        raise failed(str(source), "There is no such file or folder.")
    return [source]


def _is_reference(path: Path) -> bool:
    with path.open("rb") as file:
        beginning = file.read(_LOOK)
    return bool(_REFERENCE.search(beginning)) and not _CONTENT.search(beginning)


def towns_named(names: Collection[str] | None, towns: Towns) -> frozenset[str] | None:
    """Municipalities by their Finnish names; RegisterError for what is none."""
    if names is None:
        return None
    found = {name: towns.find(name) for name in names}
    if wrong := [name for name, town in found.items() if town is None]:
        raise failed("", f"There is no municipality called {', '.join(wrong)}.")
    return frozenset(town for town in found.values() if town)


class Meter:
    """Tells of progress in bytes; the time after the reading counts as a share of the reading."""

    def __init__(self, size: int, progress: Progress | None) -> None:
        self._total = max(1, int(size * (1 + JOINING)))
        self._size, self._at, self._progress = size, 0.0, progress

    def advance(self, step: float) -> None:
        self._at += step
        if self._progress:
            self._progress(min(int(self._at), self._total), self._total)

    def steps(self, count: int, every: int = 200) -> Callable[[], None]:
        """To be called `count` times, after the reading."""
        step, called = JOINING * self._size / max(1, count), 0

        def one() -> None:
            nonlocal called
            called += 1
            if called % every == 0:
                self.advance(step * every)

        return one

    def done(self) -> None:
        if self._progress:
            self._progress(self._total, self._total)
