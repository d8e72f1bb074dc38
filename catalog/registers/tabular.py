"""The tabular form of HSDS: one CSV file an object, in a folder or a zip file, put together into nested objects."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from catalog.registers.report import ImportReport, failed
from catalog.registers.texts import mapping, objects, string

PACKAGE = "datapackage.json"
FILES = {
    "organization": "organizations",
    "service": "services",
    "service_at_location": "service_at_location",
    "location": "locations",
    "address": "addresses",
    "accessibility": "accessibility",
    "phone": "phones",
    "schedule": "schedules",
    "language": "languages",
    "service_area": "service_areas",
    "cost_option": "cost_options",
    "contact": "contacts",
    "url": "url",
    "attribute": "attributes",
    "taxonomy_term": "taxonomy_terms",
    "service_capacity": "service_capacity",
}
"""The names of the tables and of their files when no data package says otherwise."""

NUMBERS = (
    "latitude",
    "longitude",
    "amount",
    "available",
    "minimum_age",
    "maximum_age",
    "interval",
    "extension",
)
_JSON_TABLES = re.compile(rb'\s*\{\s*"(?:[a-z_]+\.csv|organization|service)"\s*:\s*\[')
Row = dict[str, Any]
Open = Callable[[str], IO[str]]


def is_tabular(source: Path) -> bool:
    """Whether it is a data package, or its tables in one JSON file, and not nested JSON."""
    if source.is_dir():
        return any(source.glob("*.csv")) or (source / PACKAGE).is_file()
    return source.suffix == ".zip" or _is_json_tables(source)


def _is_json_tables(source: Path) -> bool:
    if not source.is_file():
        return False
    with source.open("rb") as file:
        return _JSON_TABLES.match(file.read(200)) is not None


def tables(source: Path, report: ImportReport) -> Iterator[Row]:
    """Organisations with their services, and services of organisations that are not there."""
    if _is_json_tables(source):
        yield from _nested(_from_json(source))
        return
    with _opened(source) as (names, open_file):
        paths = _paths(names, open_file)
        if paths["service"] not in names:
            raise failed(source.name, "There is no table of services (services.csv).")
        read = {
            table: _rows(path, open_file, report) if path in names else [] for table, path in paths.items()
        }
    yield from _nested(read)


def _from_json(source: Path) -> dict[str, list[Row]]:
    """The tables of a JSON file, by the names of the objects or of their files."""
    try:
        whole = mapping(json.loads(source.read_text(encoding="utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise failed(source.name, f"The file is not whole or not JSON: {error}.") from None
    return {
        table: [_plain_row(row) for row in objects(whole.get(table) or whole.get(f"{file}.csv"))]
        for table, file in FILES.items()
    }


def _plain_row(row: Row) -> Row:
    return {
        key: value for key, value in row.items() if value not in (None, "") and not isinstance(value, list)
    }


@contextmanager
def _opened(source: Path) -> Iterator[tuple[dict[str, str], Open]]:
    """The files by their last names, and how to open one of them."""
    if source.is_dir():
        inside = {path.name: str(path) for path in source.iterdir() if path.is_file()}
        yield inside, lambda name: open(inside[name], encoding="utf-8-sig", newline="")  # noqa: SIM115
        return
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError):
        raise failed(source.name, "The file is not a zip archive, or is not whole.") from None
    with archive:
        packed = {name.rsplit("/", 1)[-1]: name for name in archive.namelist() if not name.endswith("/")}
        yield packed, lambda name: io.TextIOWrapper(archive.open(packed[name]), "utf-8-sig", newline="")


def _paths(names: dict[str, str], open_file: Open) -> dict[str, str]:
    """The file of each table, as the data package says or else by its usual name."""
    paths = {table: f"{name}.csv" for table, name in FILES.items()}
    if PACKAGE in names:
        with open_file(PACKAGE) as file:
            try:
                package = json.load(file)
            except ValueError:  # some packages hold the name of another file here
                package = {}
        for resource in objects(mapping(package).get("resources")):
            table, path = string(resource.get("name")), string(resource.get("path"))
            if table in paths and path:
                paths[table] = path.rsplit("/", 1)[-1]
    return paths


def _rows(name: str, open_file: Open, report: ImportReport) -> list[Row]:
    try:
        with open_file(name) as file:
            reader = csv.DictReader(file, strict=True)
            rows = [_row(row) for row in reader]
    except UnicodeDecodeError:
        raise failed(name, "The file is not UTF-8 text.") from None
    except (csv.Error, zipfile.BadZipFile, OSError) as error:
        raise failed(name, f"The table cannot be read: {error}.") from None
    if rows and "id" not in rows[0]:
        report.warn(name, "", "The table has no column `id`; its rows were passed over.", "id")
        return []
    return rows


def _row(row: dict[str | None, Any]) -> Row:
    """Without what is empty; numbers as numbers."""
    found: Row = {key: value for key, value in row.items() if key and isinstance(value, str) and value != ""}
    for key in NUMBERS:
        if key in found:
            try:
                found[key] = float(found[key])
            except ValueError:
                del found[key]
    return found


class _Index:
    """The rows of a table by what they belong to."""

    def __init__(self, rows: list[Row], *keys: str) -> None:
        self._by: dict[str, defaultdict[str, list[Row]]] = {key: defaultdict(list) for key in keys}
        for row in rows:
            for key in keys:
                if owner := row.get(key):
                    self._by[key][owner].append(row)

    def of(self, key: str, owner: str) -> list[Row]:
        return self._by[key].get(owner, [])


def _nested(read: dict[str, list[Row]]) -> Iterator[Row]:
    """Puts each row into what it belongs to; a row that belongs to several stands in the closest only."""
    terms = {row["id"]: row for row in read["taxonomy_term"] if "id" in row}
    for attribute in read["attribute"]:
        if term := terms.get(attribute.get("taxonomy_term_id", "")):
            attribute["taxonomy_term"] = term
    attributes = _Index(read["attribute"], "link_id")
    for table in read.values():
        for row in table:
            if "id" in row and (about := attributes.of("link_id", row["id"])):
                row["attributes"] = about
    _places(read)
    _services(read)
    services = _Index(read["service"], "organization_id")
    known = {row["id"] for row in read["organization"] if "id" in row}
    for organisation in read["organization"]:
        if "id" in organisation:
            yield {**organisation, "services": services.of("organization_id", organisation["id"])}
    yield from (
        {"status": "active", **row} for row in read["service"] if row.get("organization_id") not in known
    )


def _places(read: dict[str, list[Row]]) -> None:
    """Locations with their addresses and what else is said of them; phones of contacts."""
    phones = _Index(read["phone"], "contact_id")
    for contact in read["contact"]:
        contact["phones"] = phones.of("contact_id", contact.get("id", ""))
    for field, table in (("addresses", "address"), ("accessibility", "accessibility")):
        index = _Index(read[table], "location_id")
        for location in read["location"]:
            location[field] = index.of("location_id", location.get("id", ""))
    for field, table in (("phones", "phone"), ("schedules", "schedule"), ("contacts", "contact")):
        alone = [
            row
            for row in read[table]
            if not row.keys() & {"service_id", "service_at_location_id", "contact_id"}
        ]
        index = _Index(alone, "location_id", "organization_id")
        for location in read["location"]:
            location[field] = index.of("location_id", location.get("id", ""))
        for organisation in read["organization"]:
            organisation[field] = index.of("organization_id", organisation.get("id", ""))
    owned = _Index(read["location"], "organization_id")
    for organisation in read["organization"]:
        organisation["locations"] = owned.of("organization_id", organisation.get("id", ""))


def _services(read: dict[str, list[Row]]) -> None:
    locations = {row["id"]: row for row in read["location"] if "id" in row}
    for at in read["service_at_location"]:
        if location := locations.get(at.get("location_id", "")):
            at["location"] = location
    for field, table in (
        ("phones", "phone"),
        ("schedules", "schedule"),
        ("contacts", "contact"),
        ("service_areas", "service_area"),
        ("languages", "language"),
        ("cost_options", "cost_option"),
        ("capacities", "service_capacity"),
        ("additional_urls", "url"),
        ("service_at_locations", "service_at_location"),
    ):
        index = _Index(read[table], "service_id")
        for service in read["service"]:
            service[field] = index.of("service_id", service.get("id", ""))
