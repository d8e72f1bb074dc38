"""The catalogue in use. It is read again when its files change; a broken edit leaves the old one in use."""

from __future__ import annotations

from pathlib import Path

from catalog.loading import CatalogError, load
from catalog.schema import Catalog

Signature = frozenset[tuple[str, int, int]]


class Shelf:
    """Holds one loaded catalogue. Whoever needs it asks for `catalog` each time and never keeps a part of it."""

    def __init__(self, folder: Path) -> None:
        """Loads the catalogue; CatalogError when it cannot be used."""
        self._folder = folder
        self._signature = signature(folder)
        self._catalog = load(folder)
        self.problem: str | None = None
        """Why the newest edit is not in use; None when it is."""

    @property
    def catalog(self) -> Catalog:
        return self._catalog

    def look(self) -> bool:
        """Read the files again if they have changed since the last look; True if there was something to read.

        Slow for a large catalogue: call it in a thread. The swap itself is one assignment.
        """
        now = signature(self._folder)
        if now == self._signature:
            return False
        self._signature = now
        try:
            self._catalog = load(self._folder)
        except (CatalogError, OSError) as error:
            self.problem = str(error)
        else:
            self.problem = None
        return True


def signature(folder: Path) -> Signature:
    """What tells one state of the folder's files from another: names, sizes and times of change."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            about = path.stat()
            found.add((str(path.relative_to(folder)), about.st_size, about.st_mtime_ns))
    return frozenset(found)
