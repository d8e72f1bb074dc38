"""An edited catalogue is taken into use without a restart, and a broken edit leaves the old one there."""

from pathlib import Path

import pytest
from handmade import files, write, write_phrases

import catalog.shelf
from catalog.loading import CatalogError
from catalog.schema import Catalog
from catalog.shelf import Shelf


def names(shelf: Shelf) -> list[str]:
    return [each.id for each in shelf.catalog.offers]


def heard(shelf: Shelf, text: str) -> list[str]:
    return [each.area for each in shelf.recogniser.areas(text)]


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


def test_an_unforeseen_error_of_an_edit_leaves_the_old_one_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(write(tmp_path, files()))
    before = names(shelf)

    def stumbles(_folder: Path) -> Catalog:
        raise RecursionError("too deep")

    monkeypatch.setattr(catalog.shelf, "load", stumbles)
    (tmp_path / "doors.yaml").touch()
    assert shelf.look() is True
    assert names(shelf) == before
    assert shelf.problem == "the catalogue cannot be read (RecursionError: too deep)"


def test_what_people_say_is_learnt_with_the_catalogue(tmp_path: Path) -> None:
    shelf = Shelf(write(tmp_path, files()))
    shelf.prepare()
    assert shelf.problem is None
    assert heard(shelf, "velkaa on liikaa")[:1] == ["money"]
    assert shelf.recogniser is shelf.recogniser


def test_new_phrases_are_heard_after_the_next_look(tmp_path: Path) -> None:
    shelf = Shelf(write(tmp_path, files()))
    assert "money" not in heard(shelf, "lompakko ammottaa tyhjyyttä")[:1]
    write_phrases(tmp_path, money=["lompakko ammottaa tyhjyyttä", "velkaa on liikaa"])
    assert shelf.look() is True
    assert heard(shelf, "lompakko ammottaa tyhjyyttä")[:1] == ["money"]


def test_broken_phrases_leave_the_old_ones_and_say_why(tmp_path: Path) -> None:
    shelf = Shelf(write(tmp_path, files()))
    assert heard(shelf, "velkaa on liikaa")[:1] == ["money"]
    page = next((tmp_path / "organisations").glob("*.yaml"))
    page.write_text(page.read_text().replace("cafe", "choir"), encoding="utf-8")
    good = (tmp_path / "phrases" / "money.yaml").read_text()
    (tmp_path / "phrases" / "money.yaml").write_text("fi: [1", encoding="utf-8")
    assert shelf.look() is True
    assert "choir" in names(shelf)
    assert heard(shelf, "velkaa on liikaa")[:1] == ["money"]
    assert shelf.problem is not None
    assert "money.yaml" in shelf.problem

    (tmp_path / "phrases" / "money.yaml").write_text(good + "- raha loppui taas\n", encoding="utf-8")
    assert shelf.look() is True
    assert shelf.problem is None


def test_without_usable_phrases_nothing_is_recognised_and_the_reason_is_told(tmp_path: Path) -> None:
    shelf = Shelf(write(tmp_path, {name: one for name, one in files().items() if "phrases" not in name}))
    shelf.prepare()
    assert heard(shelf, "velkaa on liikaa") == []
    assert shelf.problem is not None
    assert "no phrases" in shelf.problem
    write_phrases(tmp_path)
    assert shelf.look() is True
    assert heard(shelf, "velkaa on liikaa")[:1] == ["money"]
    assert shelf.problem is None


def test_only_areas_of_the_catalogue_are_recognised(tmp_path: Path) -> None:
    write_phrases(write(tmp_path, files()), hope=["tulevaisuus näyttää mustalta"])
    shelf = Shelf(tmp_path)
    assert heard(shelf, "tulevaisuus näyttää mustalta") == []
    assert heard(shelf, "velkaa on liikaa")[:1] == ["money"]
