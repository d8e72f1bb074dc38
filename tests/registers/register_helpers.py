"""What tests of registers share: a catalogue folder to import into, and services in PTV's shape to spoil."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import catalog
from catalog.loading import load
from catalog.registers.ptv import import_ptv
from catalog.registers.report import ImportReport
from catalog.registers.saving import ids_in
from catalog.schema import Catalog, Level, Offer, SafetyKind

TODAY = date(2026, 11, 22)
DATA = Path(__file__).parent / "data"
SHIPPED = Path(catalog.__file__).parent / "data"
AREAS = ids_in(SHIPPED, "life_areas.yaml", "areas")
DOORS = ids_in(SHIPPED, "doors.yaml", "doors")


def make_folder(tmp_path: Path) -> Path:
    """A small catalogue with our areas and doors, and with no organisation yet."""
    folder = tmp_path / "catalogue"
    (folder / "organisations").mkdir(parents=True)
    for name, content in _own_files().items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def _text(said: str) -> dict[str, str]:
    return dict.fromkeys(("fi", "fi@selko", "sv", "en"), said)


def _own_files() -> dict[str, Any]:
    said = _text("x")
    contact = {
        "id": "112",
        "phone": "112",
        "needs": ["danger"],
        "source": {"name": "x", "date": "2026-11-01"},
        "verified": {"on": "2026-11-01", "by": "x"},
        **dict.fromkeys(("name", "hours", "help", "if_no_answer"), said),
    }
    need = {"id": "danger", "name": said, "contacts": ["112"], "kinds": [str(kind) for kind in SafetyKind]}
    return {
        "life_areas.yaml": {
            "areas": [{"id": area, "symbol": "x", "name": _text(area), "question": said} for area in AREAS],
            "answers": [{"value": value, "label": said, "means": said} for value in range(1, 6)],
        },
        "doors.yaml": {"doors": [{"id": door, "says": said, "meaning": said} for door in DOORS]},
        "guidance.yaml": {
            "rules": [{"level": "advice"}],
            "level_names": {str(level): said for level in Level},
            "level_means": {str(level): said for level in Level},
        },
        "crisis.yaml": {"needs": [need], "contacts": [contact]},
    }


def words(text: str, **more: str) -> list[dict[str, str]]:
    return [{"value": said, "language": language} for language, said in {"fi": text, **more}.items()]


def typed(kind: str, text: str, **more: str) -> list[dict[str, str]]:
    return [{**one, "type": kind} for one in words(text, **more)]


def identifier(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def service(number: int = 1, **fields: Any) -> dict[str, Any]:
    """Debt advice in Jyväskylä in the shape of PTV v11, unless `fields` say otherwise."""
    return {
        "id": identifier(number),
        "type": "Service",
        "serviceNames": typed("Name", f"Velkaneuvonta {number}"),
        "serviceDescriptions": typed("Summary", "Apua velkoihin."),
        "languages": ["fi"],
        "areaType": "LimitedType",
        "areas": [
            {
                "type": "Municipality",
                "code": None,
                "name": None,
                "municipalities": [{"code": "179", "name": words("Jyväskylä")}],
            }
        ],
        "serviceClasses": [{"code": "P15.1", "name": words("Henkilön talous- ja velkaneuvonta"), "uri": "u"}],
        "ontologyTerms": [],
        "targetGroups": [{"code": "KR1", "name": words("Kansalaiset")}],
        "lifeEvents": [],
        "keywords": [],
        "serviceChannels": None,
        "organizations": [
            {"roleType": "Responsible", "organization": {"id": identifier(900), "name": "Apu ry"}}
        ],
        "publishingStatus": "Published",
        "modified": "2026-10-12T06:31:09.847201",
        **fields,
    }


def write(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def run(folder: Path, *entries: Any, in_use: Iterable[str] = (), **options: Any) -> ImportReport:
    """Imports these entries, written as one list."""
    source = write(folder.parent / "source.json", list(entries))
    return import_ptv(source, folder, in_use=frozenset(in_use), today=TODAY, **options)


def ptv_id(number: int) -> str:
    return "ptv-" + identifier(number).replace("-", "")


def imported(folder: Path) -> list[Offer]:
    return list(load(folder).offers)


def only(folder: Path) -> Offer:
    [offer] = imported(folder)
    return offer


def by_name(catalogue: Catalog, name: str) -> Offer:
    [offer] = [offer for offer in catalogue.offers if offer.name.best("fi") == name]
    return offer
