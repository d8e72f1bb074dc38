"""Imported entries are kept whole or not at all, and read when asked for, with what a coordinator knows over them."""

import gc
import json
from pathlib import Path

import pytest
from register_helpers import TODAY, identifier, only, ptv_id, run, service, typed

from catalog.loading import CatalogError, check, load
from catalog.registers.store import BrokenStore, Contents, Imported, line, path_of, write
from catalog.schema import Catalog

STORE = Path("imported") / "ptv.jsonl"


def three(folder: Path) -> Catalog:
    run(folder, *(service(number) for number in (1, 2, 3)))
    return load(folder)


def test_offers_are_a_sequence_like_any_other(folder: Path) -> None:
    offers = three(folder).offers
    assert len(offers) == 3
    assert [offer.id for offer in offers] == [offers[0].id, offers[1].id, offers[-1].id]
    assert [offer.id for offer in offers[1:]] == [offers[1].id, offers[2].id]
    assert offers[0] in offers
    for number in (3, -4):
        with pytest.raises(IndexError):
            offers[number]


def test_everything_is_found_by_its_id(folder: Path) -> None:
    catalogue = three(folder)
    offer = catalogue.offer(ptv_id(2))
    assert catalogue.offers_by_id.get(ptv_id(9)) is None
    assert ptv_id(2) in catalogue.offers_by_id
    assert len(catalogue.offers_by_id) == len(list(catalogue.offers_by_id)) == 3
    assert catalogue.organisation_of(offer) is catalogue.organisations[0]
    assert catalogue.offer(ptv_id(2)) is offer  # asked for again soon, it is remembered
    with pytest.raises(KeyError):
        catalogue.offer(ptv_id(9))


def test_own_and_imported_stand_together(folder: Path) -> None:
    run(folder, service(1))
    (folder / "organisations" / "own.yaml").write_text(OWN, "utf-8")
    catalogue = load(folder)
    assert [offer.id for offer in catalogue.offers] == ["own-cafe", ptv_id(1)]
    assert catalogue.offers[0].id == "own-cafe"
    assert catalogue.organisation_of(catalogue.offer("own-cafe")).id == "own"
    assert set(catalogue.offers_by_id) == {"own-cafe", "own-hidden", ptv_id(1)}
    assert len(catalogue.organisations_by_offer) == 3


OWN = """
id: own
name: Oma ry
sector: association
about: Oma yhdistys
source: {name: x, date: 2026-10-01}
units: [{id: cafe, name: Kahvila}]
offers:
  - &offer
    id: own-cafe
    kind: activity
    name: Kahvila
    summary: Kahvia
    areas: [friends]
    nationwide: true
    unit: cafe
    source: {name: x, date: 2026-10-01}
  - {<<: *offer, id: own-hidden, hidden: true}
"""


def test_a_catalogue_that_is_open_keeps_its_own_entries_through_the_next_import(folder: Path) -> None:
    before = three(folder)
    run(folder, service(1, serviceNames=typed("Name", "Uusi nimi")))
    assert before.offer(ptv_id(1)).name.fi == "Velkaneuvonta 1"
    assert before.offer(ptv_id(3)).name.fi == "Velkaneuvonta 3"
    assert only(folder).name.fi == "Uusi nimi"


def test_files_are_closed_with_their_catalogue(folder: Path) -> None:
    three(folder)
    opened = set(Path("/proc/self/fd").iterdir()) if Path("/proc/self/fd").exists() else set()
    for _ in range(5):
        load(folder)
    gc.collect()
    if opened:
        assert len(set(Path("/proc/self/fd").iterdir())) <= len(opened) + 1


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text[:-50], "ends before it is whole"),
        (lambda text: text.replace("Velkaneuvonta 2", "Velkaneuvonta X"), "changed it by hand"),
        (lambda text: text.splitlines(keepends=True)[0], "ends before it is whole"),
        (lambda text: "hello\n" + text, "neither an organisation nor an offer"),
        (lambda text: text.replace('"format": 1', '"format": 99'), "Another version"),
        (
            lambda text: text.replace('"imported_on": "2026', '"imported_on": "yes'),
            "not one that an import writes",
        ),
        (lambda text: "".join(text.splitlines(keepends=True)[1:]), "without its organisation"),
        (lambda text: "", "ends before it is whole"),
    ],
)
def test_a_file_that_is_not_what_an_import_wrote_is_never_used(
    folder: Path, spoil: object, message: str
) -> None:
    three(folder)
    text = (folder / STORE).read_text("utf-8")
    (folder / STORE).write_text(spoil(text), "utf-8")  # type: ignore[operator]
    with pytest.raises(CatalogError) as raised:
        load(folder)
    [problem] = raised.value.problems
    assert problem.file == "imported/ptv.jsonl"
    assert message in problem.message
    assert "Import from the register again." in problem.message
    report = run(folder, service(1))  # which is what mends it
    assert any("cannot be read" in one.message for one in report.warnings)
    assert only(folder).id == ptv_id(1)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(folder: Path) -> None:
    three(folder)
    before = (folder / STORE).read_bytes()

    def lines() -> object:
        yield line("organisation", {"id": "x"})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(path_of(folder, "ptv"), lines(), lambda: pytest.fail("not reached"))  # type: ignore[arg-type]
    assert (folder / STORE).read_bytes() == before
    assert [path.name for path in (folder / "imported").iterdir()] == ["ptv.jsonl"]


def test_a_line_that_is_no_entry_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(BrokenStore):
        write(tmp_path / "x.jsonl", [b"{}"], lambda: Contents("x", "1", "s", "2026-01-01", ()))


def test_a_missing_file_is_an_ordinary_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Imported(tmp_path / "x.jsonl")


# What a coordinator knows


EDITORIAL = f"""
offers:
  {ptv_id(1)}:
    name: {{fi@selko: Apua velkoihin}}
    areas: [money, mind]
    doors: [look_together]
    anonymous: true
    close_persons: true
    capacity: {{state: full, until: 2026-12-31}}
    verified: {{on: 2026-11-20, by: Koordinaattori}}
  {ptv_id(2)}: {{hidden: true}}
organisations:
  ptv-{identifier(900).replace("-", "")}:
    contact_persons: [{{name: Leena, phone: 040 123 4567}}]
"""


def test_editorial_facts_lie_over_the_entry_and_survive_the_next_import(folder: Path) -> None:
    (folder / "editorial.yaml").write_text(EDITORIAL, "utf-8")
    for _ in range(2):
        catalogue = three(folder)
        offer = catalogue.offer(ptv_id(1))
        assert (offer.name.fi, offer.name.selko) == ("Velkaneuvonta 1", "Apua velkoihin")
        assert offer.areas == ("money", "mind")
        assert offer.anonymous
        assert offer.for_whom
        assert offer.for_whom.close_persons
        assert offer.capacity
        assert offer.capacity.state == "full"
        assert offer.known_on.isoformat() == "2026-11-20"
        assert catalogue.organisations[0].contact_persons[0].name == "Leena"
        assert [one.id for one in catalogue.offers] == [ptv_id(1), ptv_id(3)]
        assert catalogue.offer(ptv_id(2)).hidden
        assert check_warnings(folder) == []


def test_editorial_facts_lie_over_own_entries_too(folder: Path) -> None:
    (folder / "organisations" / "own.yaml").write_text(OWN, "utf-8")
    (folder / "editorial.yaml").write_text(
        "offers: {own-cafe: {peers: true}}\norganisations: {own: {about: {sv: En egen}}}", "utf-8"
    )
    catalogue = load(folder)
    assert catalogue.offer("own-cafe").peers
    assert (catalogue.organisations[0].about.fi, catalogue.organisations[0].about.sv) == (
        "Oma yhdistys",
        "En egen",
    )


def test_a_hidden_organisation_hides_its_offers(folder: Path) -> None:
    maker = "ptv-" + identifier(900).replace("-", "")
    (folder / "editorial.yaml").write_text(f"organisations: {{{maker}: {{hidden: true}}}}", "utf-8")
    catalogue = three(folder)
    assert len(catalogue.offers) == 0
    assert len(catalogue.offers_by_id) == 3


def check_warnings(folder: Path) -> list[str]:
    return [str(one) for one in check(folder, TODAY) if one.file in ("editorial.yaml", "imported/ptv.jsonl")]


def test_check_tells_of_facts_about_nothing_and_of_mistakes_in_them(folder: Path) -> None:
    three(folder)
    (folder / "editorial.yaml").write_text(
        f"offers: {{ptv-gone: {{hidden: true}}, {ptv_id(1)}: {{areas: [mony], hiden: true}}}}\n"
        "organisations: {nobody: {hidden: true}}\n",
        "utf-8",
    )
    told = check_warnings(folder)
    assert f"editorial.yaml: {ptv_id(1)}: hiden: There is no such field. Did you mean `hidden`?" in told
    gone = "There is no entry of this id. It may have left its register: correct the id or take this away."
    assert f"editorial.yaml: ptv-gone: {gone}" in told
    assert f"editorial.yaml: nobody: {gone}" in told
    (folder / "editorial.yaml").write_text(f"offers: {{{ptv_id(1)}: {{areas: [mony]}}}}", "utf-8")
    assert "`mony` is not among the areas. Did you mean `money`?" in check_warnings(folder)[0]
    (folder / "editorial.yaml").write_text("offers: [1]", "utf-8")
    assert "Begin each line with the id of an entry" in check_warnings(folder)[0]


def test_check_counts_what_has_grown_old_instead_of_listing_thousands(folder: Path) -> None:
    run(folder, *(service(number, modified="2024-01-01T00:00:00") for number in range(1, 31)))
    [told] = check_warnings(folder)
    assert "30 of 30 entries have not been confirmed for 12 months" in told
    assert "and 20 others" in told
    assert ptv_id(1) in told


def test_check_tells_of_an_old_import_and_of_areas_that_are_gone(folder: Path) -> None:
    three(folder)
    later = TODAY.replace(year=TODAY.year + 1)
    assert any("Last imported on 2026-11-22." in str(one) for one in check(folder, later))
    areas = (folder / "life_areas.yaml").read_text("utf-8").replace('"id": "money"', '"id": "coins"')
    (folder / "life_areas.yaml").write_text(areas, "utf-8")
    told = [str(one) for one in check(folder, TODAY) if one.severity == "error"]
    assert told == [
        "imported/ptv.jsonl: areas: `money` is not among the areas any more. Import from the register again."
    ]


def test_check_tells_of_retired_entries_and_of_ids_that_are_taken(folder: Path) -> None:
    three(folder)
    run(folder, service(1), in_use=[ptv_id(2)])
    assert any("1 entries have left the register" in one for one in check_warnings(folder))
    (folder / "organisations" / "own.yaml").write_text(OWN.replace("own-cafe", ptv_id(1)), "utf-8")
    told = [one for one in check(folder, TODAY) if one.severity == "error"]
    assert [(one.file, one.entry, one.field) for one in told] == [("organisations/own.yaml", ptv_id(1), "id")]


def test_a_unit_must_be_its_organisations_own(folder: Path) -> None:
    (folder / "organisations" / "own.yaml").write_text(OWN.replace("unit: cafe", "unit: caff"), "utf-8")
    told = [str(one) for one in check(folder, TODAY) if one.severity == "error"]
    assert told[0].endswith("unit: `caff` is not among the organisation's units. Did you mean `cafe`?")


def test_what_is_kept_is_the_contents_line(folder: Path) -> None:
    three(folder)
    last = json.loads((folder / STORE).read_text("utf-8").splitlines()[-1])["end"]
    assert (last["offers"], last["organisations"], last["retired"]) == (3, 1, 0)
    assert (last["register"], last["version"], last["imported_on"]) == ("ptv", "v11", "2026-11-22")
