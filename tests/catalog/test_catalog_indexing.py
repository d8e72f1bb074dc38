"""The index is built once a catalogue and goes with it."""

import gc
import weakref
from pathlib import Path

from handmade import TODAY, catalogue, files, offer, organisation, write

from catalog.indexing import index_of
from catalog.loading import load
from catalog.ranking import by_area
from catalog.registers import store
from catalog.search import search


def test_a_catalogue_has_one_index_and_another_has_another() -> None:
    one, other = (catalogue(organisation("kello", offer(name))) for name in ("cafe", "club"))
    assert index_of(one) is index_of(one)
    assert index_of(one) is not index_of(other)
    assert list(index_of(other).columns.ids) == ["club"]


def test_an_index_goes_with_its_catalogue() -> None:
    catalog = catalogue(organisation("kello", offer("cafe")))
    search(catalog, "cafe", "fi")
    index, gone = weakref.ref(index_of(catalog).columns), weakref.ref(catalog)
    del catalog
    gc.collect()
    assert gone() is None
    assert index() is None


def test_an_empty_catalogue_has_an_index_too() -> None:
    empty = index_of(catalogue())
    assert len(empty.columns) == 0
    assert empty.columns.towns == frozenset()


def test_rows_are_in_the_order_of_the_ids() -> None:
    catalog = catalogue(organisation("b", offer("z"), offer("a")), organisation("a", offer("m")))
    columns = index_of(catalog).columns
    assert columns.ids == ["a", "m", "z"]
    assert list(columns.rows(["z", "nothing", "a"])) == [2, 0]
    assert columns.maker[0] == columns.maker[2] != columns.maker[1]


def test_what_was_imported_is_ranked_and_found_like_ones_own(tmp_path: Path) -> None:
    own = organisation("kello", offer("cafe"))
    folder = write(tmp_path, {**files(), "organisations/kello.yaml": own})
    maker = {key: value for key, value in organisation("county").items() if key != "offers"}
    lines = [store.line("organisation", maker), store.line("offer", offer("choir", keywords=["kuoro"]))]
    contents = store.Contents("ptv", "v11", "sample", "2026-06-01", ("friends",))
    store.write(store.path_of(folder, "ptv"), lines, lambda: contents)
    catalog = load(folder)
    assert [one.offer.id for one in by_area(catalog, "friends", today=TODAY)] == ["cafe", "choir"]
    [found] = search(catalog, "kuorossa", "fi")
    assert (found.offer.id, found.organisation.id) == ("choir", "county")
