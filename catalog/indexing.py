"""What ranking and search know of a catalogue: built in one pass over it, kept as long as it lives."""

from __future__ import annotations

import weakref
from dataclasses import dataclass

from catalog.columns import Columns
from catalog.schema import Catalog
from catalog.word_index import WordIndex


@dataclass(frozen=True)
class Index:
    """Rows of both are offers in the order of their ids. It holds no offer, and not the catalogue."""

    columns: Columns
    words: WordIndex


_kept: dict[int, Index] = {}


def index_of(catalog: Catalog) -> Index:
    """The catalogue's index. The first call builds it, which takes a second or two for a whole country:
    whoever loads a catalogue calls this in the same thread, before anybody else sees the catalogue.
    """
    index = _kept.get(id(catalog))
    if index is None:
        index = _kept[id(catalog)] = _build(catalog)
        weakref.finalize(catalog, _kept.pop, id(catalog), None)
    return index


def _build(catalog: Catalog) -> Index:
    columns, words = Columns(), WordIndex(catalog.areas)
    for row, offer in enumerate(catalog.offers):
        maker = catalog.organisation_of(offer)
        columns.add(offer, maker)
        words.add(row, offer, maker)
    words.close(columns.close())
    return Index(columns, words)
