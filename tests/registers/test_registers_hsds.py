"""Open Referral HSDS 3.1: its own examples come in, and what goes out passes its own schemas."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from register_helpers import DATA, SHIPPED, TODAY, only, run, service, write

from catalog.loading import load
from catalog.registers.hsds import import_hsds
from catalog.registers.hsds_export import export_hsds
from catalog.registers.ptv import import_ptv
from catalog.registers.report import RegisterError
from catalog.schema import ChannelKind, OfferKind

EXAMPLES = DATA / "hsds-3.1"


def validator(name: str) -> jsonschema.Draft202012Validator:
    with gzip.open(EXAMPLES / f"{name}.schema.json.gz", "rt", encoding="utf-8") as file:
        schema = json.load(file)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


ORGANISATION, SERVICE = validator("organization"), validator("service")


def complaints(exported: list[dict[str, Any]]) -> list[str]:
    found = [error for one in exported for error in ORGANISATION.iter_errors(one)]
    found += [
        error for one in exported for each in one.get("services", ()) for error in SERVICE.iter_errors(each)
    ]
    return [f"{list(error.absolute_path)}: {error.message[:100]}" for error in found]


def exported(folder: Path) -> list[dict[str, Any]]:
    target = folder.parent / "out.json"
    export_hsds(load(folder), target)
    found: list[dict[str, Any]] = json.loads(target.read_text("utf-8"))
    return found


# The published examples


def zipped(tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for one in (EXAMPLES / "csv").iterdir():
            archive.write(one, f"package/{one.name}")
    return path


@pytest.mark.parametrize(
    "name",
    [
        "organization_full.json",
        "service_full.json",
        "service_at_location_full.json",
        "csv",
        "zip",
        "tabular.json",
    ],
)
def test_the_example_comes_in_whatever_its_form(folder: Path, tmp_path: Path, name: str) -> None:
    source = zipped(tmp_path) if name == "zip" else EXAMPLES / name
    report = import_hsds(source, folder, today=TODAY)
    assert (report.offers.new, dict(report.left_out)) == (1, {})
    offer = only(folder)
    assert offer.id == "hsds-ac148810d857441c9679408f346de14b"
    assert offer.name.en == "Community Counselling"
    assert (offer.areas, offer.kind, offer.municipalities) == (("mind",), OfferKind.ACTIVITY, ("MyCity",))
    assert offer.for_whom
    assert (offer.for_whom.min_age, offer.for_whom.max_age) == (12, 100)
    assert offer.cost
    assert offer.free is False
    assert [(channel.kind, channel.value) for channel in offer.channels][:1] == [
        (ChannelKind.PHONE, "+44 1234 234567 ext. 100")
    ]
    assert ChannelKind.EMAIL in [channel.kind for channel in offer.channels]
    [hours] = offer.opening_hours
    assert ([str(day) for day in hours.days], str(hours.opens)) == (["TH", "FR"], "10:00:00")
    assert offer.verified
    assert offer.verified.by == "email@example.com"
    assert load(folder).organisation_of(offer).name.en == "Example Organization Inc."


def test_a_page_that_says_nothing_of_where_is_taken_for_everywhere_and_told_so(folder: Path) -> None:
    report = import_hsds(EXAMPLES / "service_list.json", folder, today=TODAY)
    assert only(folder).nationwide
    assert "Nothing is said of where it serves" in report.warnings[0].message
    import_hsds(EXAMPLES / "service_list.json", folder, today=TODAY, municipalities=["Jyväskylä"])
    assert only(folder).municipalities == ("Jyväskylä",)


def hsds(**fields: Any) -> dict[str, Any]:
    """A service in the shape of HSDS, unless `fields` say otherwise."""
    return {
        "id": "11111111-1111-4111-8111-111111111111",
        "organization_id": "22222222-2222-4222-8222-222222222222",
        "name": "Debt advice",
        "status": "active",
        "service_areas": [{"id": "a", "name": "Jyväskylä"}],
        **fields,
    }


def bring(folder: Path, *entries: dict[str, Any], **options: Any) -> Any:
    source = write(folder.parent / "source.json", list(entries))
    return import_hsds(source, folder, today=TODAY, **options)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "temporarily closed"}, "full"),
        ({"capacities": [{"id": "c", "available": 0, "unit": {}, "updated": ""}]}, "full"),
        ({"capacities": [{"id": "c", "available": 3, "unit": {}, "updated": ""}]}, "open"),
        ({}, None),
    ],
)
def test_what_is_left_of_a_service(folder: Path, fields: dict[str, Any], expected: str | None) -> None:
    bring(folder, hsds(**fields))
    capacity = only(folder).capacity
    assert (capacity.state if capacity else None) == expected


def test_from_birth_on_is_an_age(folder: Path) -> None:
    bring(folder, hsds(minimum_age=0, maximum_age="17"))
    whom = only(folder).for_whom
    assert whom
    assert (whom.min_age, whom.max_age) == (0, 17)


def test_texts_in_the_language_that_is_told(folder: Path) -> None:
    bring(folder, hsds(name="Velkaneuvonta", description="<p>Apua velkoihin.</p>"), language="fi")
    offer = only(folder)
    assert (offer.name.fi, offer.name.en, offer.summary.fi) == ("Velkaneuvonta", None, "Apua velkoihin.")


def test_terms_of_other_taxonomies_go_by_the_table(folder: Path) -> None:
    term = {"id": "t", "name": "Housing insecurity", "description": "", "code": "H1", "taxonomy": "open"}
    report = bring(folder, hsds(name="Counter", attributes=[{"id": "a", "taxonomy_term": term}]))
    assert only(folder).areas == ("housing",)
    assert "Housing insecurity" in only(folder).keywords
    other = {**term, "name": "Zoning", "code": "Z1"}
    second = hsds(id="3", name="Counter", attributes=[{"id": "a", "taxonomy_term": other}])
    report = bring(folder, hsds(), second)
    assert report.left_out == {"no area of life found for it": 1}
    assert report.unmapped == {"Z1 Zoning": 1}


def test_closed_ones_and_ones_without_an_id_stay_out(folder: Path) -> None:
    report = bring(folder, hsds(), hsds(id="x", status="defunct"), hsds(id=None), hsds())
    assert report.left_out == {"no longer offered": 1, "the same service again": 1}
    assert report.offers.new == 1
    assert any("neither an organisation nor a service" in one.message for one in report.warnings)


def test_prices_and_repeating_times(folder: Path) -> None:
    options = [
        {"id": "o", "amount": 35, "currency": "eur", "amount_description": "per hour", "option": "adults"}
    ]
    weekly = [
        {"id": "s", "freq": "WEEKLY", "byday": "TH,FR", "interval": 2, "description": "Every other week"}
    ]
    bring(folder, hsds(cost_options=options, schedules=weekly))
    offer = only(folder)
    assert (offer.free, offer.cost and offer.cost.en) == (False, "35 EUR per hour (adults)")
    assert (offer.rrule, offer.when and offer.when.en) == (
        "FREQ=WEEKLY;BYDAY=TH,FR;INTERVAL=2",
        "Every other week",
    )


def test_the_organisations_telephone_serves_a_service_that_has_none(folder: Path) -> None:
    maker = {
        "id": "22222222-2222-4222-8222-222222222222",
        "name": "Advice Ltd",
        "description": "Advice",
        "phones": [{"id": "p", "number": "014 123"}],
        "services": [hsds()],
    }
    bring(folder, maker)
    assert [channel.value for channel in only(folder).channels] == ["014 123"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not a zip", "not a zip archive"),
        (None, "no table of services"),
    ],
)
def test_a_broken_package_is_an_error(
    folder: Path, tmp_path: Path, content: bytes | None, message: str
) -> None:
    source = tmp_path / "package.zip"
    if content is None:
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("organizations.csv", "id,name\n1,x\n")
    else:
        source.write_bytes(content)
    with pytest.raises(RegisterError, match=message):
        import_hsds(source, folder, today=TODAY)


@pytest.mark.parametrize(
    ("services", "message"),
    [
        (b"id,name,status\n1,\xff\xfe,active\n", "not UTF-8"),
        (b'id,name,status\n1,"open,active\n', "cannot be read"),
        (b"number,name\n1,x\n", "nothing to import"),
        (b"", "nothing to import"),
    ],
)
def test_a_broken_table_is_an_error(folder: Path, tmp_path: Path, services: bytes, message: str) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "services.csv").write_bytes(services)
    with pytest.raises(RegisterError, match=message):
        import_hsds(package, folder, today=TODAY)
    assert not list((folder / "imported").glob("*"))


def test_a_package_may_name_its_files_as_it_likes(folder: Path, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "my.csv").write_text("id,name,status\n1,Debt advice,active\n", "utf-8")
    about = {"resources": [{"name": "service", "path": "tables/my.csv"}]}
    (package / "datapackage.json").write_text(json.dumps(about), "utf-8")
    import_hsds(package, folder, today=TODAY)
    assert only(folder).name.en == "Debt advice"


# What goes out


def test_our_own_catalogue_passes_the_published_schemas(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    count = export_hsds(load(SHIPPED), target)
    made = json.loads(target.read_text("utf-8"))
    assert count == sum(len(one.get("services", ())) for one in made) > 50
    assert complaints(made) == []


@pytest.mark.parametrize("version", ["v11", "v12"])
def test_what_came_from_the_national_register_passes_them_too(folder: Path, version: str) -> None:
    import_ptv(DATA / f"ptv-{version}", folder, today=TODAY)
    made = exported(folder)
    assert complaints(made) == []
    ids = {each["id"] for one in made for each in one.get("services", ())}
    assert {offer.origin.id for offer in load(folder).offers if offer.origin} == ids


def test_nothing_retired_or_hidden_goes_out(folder: Path) -> None:
    run(folder, service(1), service(2), service(3))
    hidden = "ptv-00000000000040008000000000000003"
    (folder / "editorial.yaml").write_text(f"offers: {{{hidden}: {{hidden: true}}}}", "utf-8")
    run(folder, service(1), service(3), in_use=["ptv-00000000000040008000000000000002"])
    [maker] = exported(folder)
    assert [one["name"] for one in maker["services"]] == ["Velkaneuvonta 1"]


def test_an_export_that_fails_leaves_the_old_file(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("old", "utf-8")

    def stop(done: int, of: int | None) -> None:
        raise KeyboardInterrupt

    run(folder, service(1))
    with pytest.raises(KeyboardInterrupt):
        export_hsds(load(folder), target, stop)
    assert target.read_text("utf-8") == "old"
    assert not list(tmp_path.glob(".*"))


def test_an_empty_catalogue_is_an_empty_list(folder: Path) -> None:
    assert exported(folder) == []
