"""`rinnalla catalog import` and `export`, as a coordinator runs them."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from register_helpers import DATA, SHIPPED, identifier, only, ptv_id, service, typed, words, write
from test_registers_hsds import complaints

from bot.services import memos, requests
from bot.settings import Settings
from catalog.loading import load
from tests.conftest import KEY
from tests.services.people import CLIENT, SOMEBODY_ELSE, draft
from tests.test_cli import OTHER_KEY, complaint, in_services, rinnalla, well

HSDS = DATA / "hsds-3.1"
MAKER = ptv_id(900)
STORE = Path("imported") / "ptv.jsonl"


@pytest.fixture
def url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    """A database, and settings that name it and the catalogue."""
    settings = {"DATABASE_URL": sqlite_url, "ENCRYPTION_KEYS": KEY, "CATALOG": str(folder)}
    for name in Settings.model_fields:
        monkeypatch.delenv(f"RINNALLA_{name.upper()}", raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(f"RINNALLA_{name}", value)
    (folder / "phrases").symlink_to(SHIPPED / "phrases")
    monkeypatch.chdir(folder.parent)
    return sqlite_url


@pytest.fixture
def ptv(url: str, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Imports these entries, and gives the report."""

    def run(*entries: Any, says: tuple[str, ...] = ()) -> dict[str, Any]:
        source = write(tmp_path / "page.json", list(entries))
        report: dict[str, Any] = json.loads(well("catalog", "import", "ptv", str(source), "--json", *says))
        return report

    return run


def counts(report: dict[str, Any], what: str = "offers") -> dict[str, int]:
    """Those that are not 0."""
    return {name: count for name, count in report[what].items() if count}


# What it tells


def test_the_summary_counts_what_came_and_lists_what_is_not_mapped(url: str, tmp_path: Path) -> None:
    strange = service(
        3,
        serviceNames=typed("Name", "Qwerty"),
        serviceClasses=[{"code": "P77", "name": words("Zxcv")}],
        lifeEvents=[{"code": "KE99", "name": words("Asdf")}],
        ontologyTerms=[{"uri": "http://www.yso.fi/onto/koko/p1", "name": words("Hjkl")}],
    )
    source = write(tmp_path / "page.json", [service(1), service(2), strange])
    assert "Offers: 2 new, 0 changed, 0 unchanged" in well("catalog", "import", "ptv", str(source))
    write(source, [service(1), service(2, languages=["sv"]), strange])
    said = well("catalog", "import", "ptv", str(source)).splitlines()
    assert said[0].startswith("Imported from PTV v11 in ")
    assert said[1:] == [
        "Organisations: 0 new, 0 changed, 1 unchanged, 0 retired, 0 dropped",
        "Offers: 0 new, 1 changed, 1 unchanged, 0 retired, 0 dropped",
        "Left out: 1",
        "       1  no area of life found for it",
        "Not in the mapping table: 3 classes, life events and terms",
        "       1  KE99 Asdf, 1 of them left out",
        "       1  P77 Zxcv, 1 of them left out",
        "       1  http://www.yso.fi/onto/koko/p1 Hjkl, 1 of them left out",
    ]


def test_a_warning_names_its_entry(url: str, tmp_path: Path) -> None:
    source = write(
        tmp_path / "page.json", [service(1, areaType="Limited", areas=[{"type": "Moon"}]), service(2)]
    )
    done = rinnalla("catalog", "import", "ptv", str(source))
    assert done.exit_code == 0
    assert f"warning: page.json: {identifier(1)}: areas.type: 'Moon' is not known here" in done.stderr


def test_a_warning_is_one_line_and_does_not_steer_the_terminal(
    ptv: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    evil = service(1, id="\x1b[31mred\nnext", areas=[{"type": "Moon"}])
    [warning] = [one for one in ptv(evil, service(2))["warnings"] if one["field"] == "areas.type"]
    assert warning["entry"] == "?[31mred next"


def test_only_the_municipalities_that_are_asked_for(ptv: Callable[..., dict[str, Any]]) -> None:
    elsewhere = service(2)
    elsewhere["areas"][0]["municipalities"][0]["code"] = "297"
    report = ptv(service(1), elsewhere, says=("--municipality", "Jyväskylä", "--municipality", "Muurame"))
    assert (counts(report), report["left_out"]) == ({"new": 1}, {"in other municipalities": 1})


def test_both_versions_of_ptv_and_every_form_of_hsds_come_in(url: str, folder: Path) -> None:
    for version in ("v11", "v12"):
        report = json.loads(well("catalog", "import", "ptv", str(DATA / f"ptv-{version}"), "--json"))
        assert (report["version"], counts(report)["new"]) == (version, 9)
        (folder / STORE).unlink()
    for name in ("organization_full.json", "service_full.json", "csv", "tabular.json"):
        report = json.loads(well("catalog", "import", "hsds", str(HSDS / name), "--json"))
        assert (report["version"], sum(counts(report).values())) == ("3.1", 1), name
    well("catalog", "import", "hsds", str(HSDS / "csv"), "--language", "fi")
    assert only(folder).name.fi == "Community Counselling"


@pytest.mark.parametrize(
    "use",
    [
        ("import",),
        ("import", "ptv"),
        ("import", "nonsense", "x"),
        ("import", "hsds", "x", "--language", "tlh"),
        ("export", "hsds"),
    ],
)
def test_wrong_use_ends_with_two(url: str, use: tuple[str, ...]) -> None:
    done = rinnalla("catalog", *use)
    assert (done.exit_code, "Usage:" in done.output) == (2, True)


# What has left its register


def test_what_a_memo_or_a_request_names_is_kept(
    ptv: Callable[..., dict[str, Any]], url: str, folder: Path
) -> None:
    ptv(*map(service, range(1, 5)))

    async def save(services: Any) -> None:
        await memos.save(services, CLIENT, ptv_id(1), None)
        await memos.save(services, SOMEBODY_ELSE, ptv_id(2), "money")
        await requests.send(services, CLIENT, draft(offer_id=ptv_id(3), organisation_id=MAKER))

    in_services(url, save)
    other = [{"roleType": "Responsible", "organization": {"id": identifier(901), "name": "Toinen ry"}}]
    report = ptv(service(9, organizations=other))
    assert counts(report) == {"new": 1, "retired": 3, "dropped": 1}
    assert counts(report, "organisations") == {"new": 1, "retired": 1}
    assert report["in_use_unknown"] is None
    catalogue = load(folder)
    assert [offer.id for offer in catalogue.offers] == [ptv_id(9)]
    assert all(catalogue.offer(ptv_id(number)).retired for number in (1, 2, 3))
    assert catalogue.organisation_of(catalogue.offer(ptv_id(3))).id == MAKER
    assert json.loads(well("catalog", "search", "Velkaneuvonta 1", "--json"))["results"][0]["id"] == ptv_id(9)


def forget_the_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RINNALLA_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    monkeypatch.delenv("RINNALLA_ENCRYPTION_KEYS")


def lose_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RINNALLA_ENCRYPTION_KEYS", OTHER_KEY)


def cut_the_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RINNALLA_DATABASE_URL", "postgresql+asyncpg://u:hunter2@127.0.0.1:1/d")


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (forget_the_database, "there is no database yet"),
        (lose_the_key, "memos cannot be read"),
        (cut_the_line, "the database cannot be asked"),
    ],
)
def test_when_the_database_cannot_say_everything_is_kept_and_it_is_told(
    ptv: Callable[..., dict[str, Any]],
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    happens: Callable[..., None],
    why: str,
) -> None:
    ptv(service(1), service(2))
    in_services(url, memos.save, CLIENT, ptv_id(2), None)
    with monkeypatch.context() as patch:
        happens(patch, tmp_path)
        report = ptv(service(3))
        assert why in report["in_use_unknown"]
        assert counts(report) == {"new": 1, "retired": 2}
        done = rinnalla("catalog", "import", "ptv", str(tmp_path / "page.json"))
        assert f"note: {why}" in done.stderr
        assert "hunter2" not in done.output
        assert not (tmp_path / "none.db").exists()
    assert counts(ptv(service(3))) == {"unchanged": 1, "retired": 1, "dropped": 1}


# What a coordinator knows


def test_own_facts_survive_every_import(ptv: Callable[..., dict[str, Any]], folder: Path) -> None:
    ptv(service(1))
    (folder / "editorial.yaml").write_text(
        f"""
offers:
  {ptv_id(1)}:
    areas: [hope]
    anonymous: true
    capacity: {{state: waiting_list, until: 2030-01-31}}
    verified: {{on: 2026-11-20, by: toiminnanohjaaja}}
organisations:
  {MAKER}:
    contact_persons: [{{name: Leena, phone: 014 123}}]
""",
        "utf-8",
    )
    for name in ("Velkaneuvonta", "Talousneuvonta"):  # the register changes its own fact, and not ours
        ptv(service(1, serviceNames=typed("Name", name)))
        offer, maker = only(folder), load(folder).organisation(MAKER)
        assert (offer.name.fi, offer.areas, offer.anonymous) == (name, ("hope",), True)
        assert offer.capacity
        assert offer.capacity.state == "waiting_list"
        assert offer.verified
        assert offer.verified.by == "toiminnanohjaaja"
        assert maker.contact_persons[0].name == "Leena"
    found = json.loads(well("catalog", "search", "talousneuvonta", "--json"))
    assert found["results"][0]["areas"] == ["hope"]


def test_the_mapping_table_is_the_coordinators(ptv: Callable[..., dict[str, Any]], folder: Path) -> None:
    table = folder / "registers" / "ptv_areas.yaml"
    table.parent.mkdir()
    table.write_text("classes: {P15: [leisure]}", "utf-8")
    ptv(service(1))
    assert only(folder).areas == ("leisure",)
    table.write_text("classes: {P15: [leisur]}", "utf-8")
    line = complaint("catalog", "import", "ptv", str(folder.parent / "page.json"))
    assert line == "rinnalla: registers/ptv_areas.yaml: `leisur` is not among the areas of life_areas.yaml."
    assert only(folder).areas == ("leisure",)


# Broken input


GOOD = json.dumps([service(5), service(6)])
BROKEN: dict[str, tuple[bytes | None, str]] = {
    "cut short": (GOOD[:-200].encode(), f"(after|page.json: .*){identifier(5)}"),
    "empty": (b"", "page.json: The file is empty"),
    "only white space": (b" \n ", "page.json: The file is empty"),
    "a web page": (b"<html>502 Bad Gateway</html>", "page.json: The file begins with neither"),
    "UTF-16": (GOOD.encode("utf-16"), "page.json: The file is not UTF-8 text"),
    "Latin-1": ('[{"id": "ä"}]'.encode("latin-1"), "page.json: The file is not UTF-8 text"),
    "nothing but unknown things": (b'[{"a": 1}, 7, null, "x"]', "There is nothing to import"),
    "an empty list": (b"[]", "There is nothing to import"),
    "nulls": (b'[{"id": null, "serviceNames": null, "serviceChannels": null}]', "There is nothing to import"),
    "nested without end": (b"[" * 100_000, "page.json: An entry is nested too deeply"),
    "not there": (None, "page.json: There is no such file or folder"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_source_is_one_line_and_the_catalogue_stays(
    url: str, folder: Path, tmp_path: Path, what: str
) -> None:
    well("catalog", "import", "ptv", str(write(tmp_path / "first.json", [service(1)])))
    kept = (folder / STORE).read_bytes()
    content, message = BROKEN[what]
    source = tmp_path / "page.json"
    if content is not None:
        source.write_bytes(content)
    for register in ("ptv", "hsds"):
        line = complaint("catalog", "import", register, str(source))
        assert line.startswith("rinnalla: ")
        assert re.search(message, line), line
    assert (folder / STORE).read_bytes() == kept
    assert [path.name for path in (folder / "imported").iterdir()] == ["ptv.jsonl"]


def test_one_bad_file_of_a_folder_is_named_and_stray_ones_are_told_of(
    url: str, folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "download"
    write(source / "1.json", [service(1)])
    write(source / "deeper" / "2.JSON", [service(2)])
    (source / "notes.txt").write_text("ask Leena")
    (source / ".DS_Store").write_bytes(b"\0")
    (source / "folder.json").mkdir()
    done = rinnalla("catalog", "import", "ptv", str(source))
    assert "Offers: 2 new" in done.stdout
    assert done.stderr.splitlines() == [
        "warning: notes.txt: This file was not read: its name does not end in .json, .jsonl, .ndjson."
    ]
    (source / "3.json").write_text('[{"id": "x", ')
    assert complaint("catalog", "import", "ptv", str(source)).startswith(
        "rinnalla: 3.json: The file is not whole"
    )
    assert len(load(folder).offers) == 2


def test_a_catalogue_that_is_none_says_so(url: str, tmp_path: Path) -> None:
    source = str(write(tmp_path / "page.json", [service(1)]))
    (tmp_path / "empty").mkdir()
    nowhere = complaint("catalog", "import", "ptv", source, "--catalog", str(tmp_path / "nowhere"))
    assert "no such folder" in nowhere
    empty = complaint("catalog", "import", "ptv", source, "--catalog", str(tmp_path / "empty"))
    assert "life_areas.yaml: The file is missing. Import into a folder that holds a catalogue." in empty
    assert list((tmp_path / "empty").iterdir()) == []


# What goes out


def test_the_export_passes_the_published_schemas_and_comes_in_again_the_same(
    ptv: Callable[..., dict[str, Any]], folder: Path, tmp_path: Path
) -> None:
    well("catalog", "import", "ptv", str(DATA / "ptv-v11"))
    assert well("catalog", "export", "hsds", "out.json") == "9 services are in out.json.\n"
    first = (tmp_path / "out.json").read_bytes()
    assert complaints(json.loads(first)) == []
    (folder / STORE).unlink()
    for again in range(2):
        report = json.loads(well("catalog", "import", "hsds", "out.json", "--json"))
        assert counts(report) == {"unchanged" if again else "new": 9}
        told = json.loads(well("catalog", "export", "hsds", str(tmp_path), "--json"))
        assert told == {"file": str(tmp_path / "rinnalla-hsds.json"), "services": 9}
        assert sorted(json.loads((tmp_path / "rinnalla-hsds.json").read_bytes()), key=by_id) == sorted(
            json.loads(first), key=by_id
        )


def by_id(entry: dict[str, Any]) -> str:
    return str(entry["id"])


def test_an_export_that_cannot_be_is_one_line(url: str, folder: Path, tmp_path: Path) -> None:
    assert "nowhere/out.json cannot be written: No such file" in complaint(
        "catalog", "export", "hsds", "nowhere/out.json"
    )
    (folder / "crisis.yaml").unlink()
    assert "crisis.yaml: The file is missing" in complaint("catalog", "export", "hsds", "out.json")
    assert not (tmp_path / "out.json").exists()


# How it runs


def test_a_bar_is_drawn_on_a_terminal_and_nowhere_else(url: str, tmp_path: Path) -> None:
    source = write(tmp_path / "page.json", [service(number) for number in range(300)])
    start = "from bot.cli import main; main()"
    command = [sys.executable, "-c", start, "catalog", "import", "ptv", str(source)]
    piped = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert piped.stderr == ""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment) as running:
        os.close(theirs)
        drawn = asyncio.run(asyncio.to_thread(all_of, ours))
        assert running.stdout
        assert b"Offers: 0 new, 0 changed, 300 unchanged" in running.stdout.read()
    assert b"Importing" in drawn
    assert b"%" in drawn


def all_of(terminal: int) -> bytes:
    """What is written to a terminal until nobody has it open any more."""
    found = b""
    try:
        while part := os.read(terminal, 4096):
            found += part
    except OSError:  # Linux says so at the end
        pass
    finally:
        os.close(terminal)
    return found


def test_no_framework_is_loaded_for_it(url: str, tmp_path: Path) -> None:
    """They take seconds and more memory than an import."""
    source = write(tmp_path / "page.json", [service(1)])
    script = (
        "import sys; from bot.cli import app\n"
        f"for words in (['import', 'ptv', {str(source)!r}], ['export', 'hsds', 'out.json']):\n"
        "    app(['catalog', *words], standalone_mode=False)\n"
        "print(sorted({'aiogram', 'telegram', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("what", ["services", "unknown things"])
def test_a_million_entries_take_no_more_memory_than_a_thousand(
    url: str, folder: Path, tmp_path: Path, what: str
) -> None:
    peaks = []
    for count in (1_000, 1_000_000):
        source = tmp_path / f"{count}.json"
        with source.open("w", encoding="utf-8") as file:
            file.write("[" + json.dumps(service(count)))
            one = json.dumps(
                service(count) if what == "services" else {"id": identifier(count), "moon": "x" * 500}
            )
            for number in range(count - 1):
                file.write(",\n" + one.replace(identifier(count), identifier(number)))
            file.write("]")
        command = [sys.executable, "-c", "from bot.cli import main; main()", "catalog", "import", "ptv"]
        with subprocess.Popen([*command, str(source)], stdout=subprocess.DEVNULL) as running:
            _, status, used = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        assert running.returncode == 0
        peaks.append(used.ru_maxrss // 1024)
        (folder / STORE).unlink()
    assert peaks[1] < peaks[0] + 40, peaks  # megabytes
