"""An edited catalogue is taken into use without a restart, and a broken edit leaves the old one there."""

from pathlib import Path

import pytest
from handmade import files, write

from catalog.loading import CatalogError
from catalog.shelf import Shelf


def names(shelf: Shelf) -> list[str]:
    return [each.id for each in shelf.catalog.offers]


def test_nothing_is_read_again_while_nothing_changes(tmp_path: Path) -> None:
    shelf = Shelf(write(tmp_path, files()))
    before = shelf.catalog
    assert shelf.look() is False
    assert shelf.catalog is before


def test_a_new_entry_is_there_after_the_next_look(tmp_path: Path) -> None:
    shelf = Shelf(write(tmp_path, files()))
    page = next((tmp_path / "organisations").glob("*.yaml"))
    page.write_text(page.read_text().replace("cafe", "choir"), encoding="utf-8")
    assert shelf.look() is True
    assert shelf.problem is None
    assert "choir" in names(shelf)


def test_a_broken_edit_leaves_the_old_one_and_says_why(tmp_path: Path) -> None:
    shelf = Shelf(write(tmp_path, files()))
    before = names(shelf)
    page = next((tmp_path / "organisations").glob("*.yaml"))
    good = page.read_text()
    page.write_text(good + "\n  broken: [", encoding="utf-8")
    assert shelf.look() is True
    assert names(shelf) == before
    assert shelf.problem is not None
    assert page.name in shelf.problem

    page.write_text(good.replace("cafe", "choir"), encoding="utf-8")
    assert shelf.look() is True
    assert shelf.problem is None
    assert "choir" in names(shelf)


def test_a_service_does_not_start_on_a_broken_catalogue(tmp_path: Path) -> None:
    write(tmp_path, files())
    (tmp_path / "doors.yaml").write_text("doors: 1", encoding="utf-8")
    with pytest.raises(CatalogError):
        Shelf(tmp_path)
