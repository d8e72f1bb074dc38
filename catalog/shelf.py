"""The catalogue in use. It is read again when its files change; a broken edit leaves the old one in use."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from catalog.indexing import index_of
from catalog.loading import CatalogError, load
from catalog.recognising import PHRASES, Deaf, PhraseError, Recogniser
from catalog.schema import Catalog

Signature = frozenset[tuple[str, int, int]]


class Shelf:
    """Holds one loaded catalogue, and the recogniser of what people say of its life areas.

    Whoever needs them asks for `catalog` and `recogniser` each time and never keeps a part of them.
    """

    def __init__(self, folder: Path) -> None:
        """Loads the catalogue; CatalogError when it cannot be used."""
        self._folder = folder
        self._signature = signature(folder)
        self._catalog = load(folder)
        self._recogniser: Recogniser | None = None
        self._of_catalog: str | None = None
        self._of_phrases: str | None = None

    @property
    def catalog(self) -> Catalog:
        return self._catalog

    @property
    def recogniser(self) -> Recogniser:
        """Learns the phrases when it is asked for first, which takes most of a second: see `prepare`."""
        if self._recogniser is None:
            self._recogniser = self._learn() or Deaf()
        return self._recogniser

    @property
    def problem(self) -> str | None:
        """Why the newest edit is not in use; None when it is."""
        return "\n".join(why for why in (self._of_catalog, self._of_phrases) if why) or None

    def prepare(self) -> None:
        """Do now what would be slow at the first question: call it in a thread.

        Phrases that cannot be used do not keep a service from starting: nothing is recognised, and `problem` says why.
        """
        index_of(self._catalog)
        _ = self.recogniser

    def look(self) -> bool:
        """Read the files again if they have changed since the last look; True if there was something to read.

        Slow for a large catalogue: call it in a thread. The swap itself is one assignment each.
        """
        now = signature(self._folder)
        if now == self._signature:
            return False
        self._signature = now
        try:
            catalog = load(self._folder)
            index_of(catalog)
        except CatalogError as error:
            self._of_catalog = str(error)
        except (
            Exception
        ) as error:  # whatever an edit does to the reader, the service goes on with what it has
            self._of_catalog = f"the catalogue cannot be read ({type(error).__name__}: {error})"
        else:
            self._of_catalog, self._catalog = None, catalog
        if self._recogniser is not None:
            self._recogniser = self._learn() or self._recogniser
        return True

    def _learn(self) -> Recogniser | None:
        try:
            recogniser = Recogniser.load(self._folder / PHRASES, self._catalog.areas_by_id)
        except (PhraseError, OSError) as error:
            self._of_phrases = str(error)
            return None
        self._of_phrases = None
        return recogniser


def signature(folder: Path) -> Signature:
    """What tells one state of the folder's files from another: names, sizes and times of change."""
    found = set()
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # an editor's file of a moment may be gone by now
            if path.is_file() and not path.name.startswith("."):
                about = path.stat()
                found.add((str(path.relative_to(folder)), about.st_size, about.st_mtime_ns))
    return frozenset(found)
