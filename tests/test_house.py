"""The house around the code: what a reader, an operator or a packager relies on is true."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
OURS = ("client", "staff", "courier", "migrate")
NOTHING = ("", "–")


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(text("compose.yaml"))
    return loaded


def run(*command: str) -> str:
    """What the command prints, on a wide screen without colours."""
    environment = os.environ | {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


# Code


def test_every_file_is_one_room() -> None:
    files = [path for folder in ("bot", "dialogs", "catalog") for path in (ROOT / folder).rglob("*.py")]
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_every_module_has_its_floor() -> None:
    """A module that no contract names may import anything and be imported by anybody."""
    contracts = ConfigParser()
    contracts.read_string(text(".importlinter"))
    named = set(re.findall(r"bot\.\w+", contracts["importlinter:contract:floors"]["layers"]))
    entries = (path for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or any(path.glob("*.py")))
    modules = {path.stem for path in entries if not path.name.startswith("__")}
    assert {f"bot.{module}" for module in modules} <= named


# Documents


def settings_in_readme() -> dict[str, str]:
    """Names and defaults in the README's table, as written there."""
    table = re.search(r"<!-- settings -->(.*)<!-- /settings -->", text("README.md"), re.DOTALL)
    assert table, "the README has no table of settings between <!-- settings --> and <!-- /settings -->"
    rows = re.findall(r"^\| *`(?:RINNALLA_)?(\w+)` *\| *`?([^|`]*?)`? *\|", table[1], re.MULTILINE)
    assert len(dict(rows)) == len(rows), "a setting stands in the README's table twice"
    return dict(rows)


def test_readme_lists_every_setting_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.settings import Settings

    for name in Settings.model_fields:
        monkeypatch.delenv(f"RINNALLA_{name.upper()}", raising=False)
    written = settings_in_readme()
    assert set(written) == {name.upper() for name in Settings.model_fields}
    monkeypatch.chdir(ROOT)
    for name, default in written.items():
        expected = Settings.model_fields[name.lower()].default
        if expected in (None, ()):
            assert default in NOTHING, f"{name} has no default"
            continue
        with monkeypatch.context() as patch:
            patch.setenv(f"RINNALLA_{name}", default)
            value = getattr(Settings(_env_file=None), name.lower())
        assert (value.resolve() if isinstance(value, Path) else value) == expected, name


@pytest.mark.parametrize(
    "document", sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md"))
)
def test_decisions_and_documents_are_linked_truly(document: str) -> None:
    assert broken_links(document) == []


def test_readme_links_lead_somewhere() -> None:
    assert broken_links("README.md") == []


def broken_links(document: str) -> list[str]:
    links = re.findall(r"\]\(([^)#\s]+)", text(document))
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    return [link for link in local if not ((ROOT / document).parent / link).exists()]


def test_make_help_tells_of_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)
    assert phony
    help_text = run("make", "--no-print-directory", "help")
    for target in phony[1].split():
        assert re.search(rf"^ +make {target} +\S", help_text, re.MULTILINE), target


def test_licence_is_whole() -> None:
    licence = text("LICENSE")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert re.findall(r"^(\d+)\.\w", licence, re.MULTILINE) == [str(number) for number in range(1, 16)]
    assert "Appendix" in licence
    assert licence.rstrip().endswith("require the production of a new EUPL version.")


# Packaging


def instructions(stage: str) -> list[tuple[str, str]]:
    """Instruction and arguments of each line of a Dockerfile's stage, continued lines joined."""
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", stage, flags=re.MULTILINE)).splitlines()
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in lines if line.strip()]


def stages() -> list[list[tuple[str, str]]]:
    parts = re.split(r"^(?=FROM )", text("Dockerfile"), flags=re.MULTILINE)
    return [instructions(part) for part in parts[1:]]


def test_image_runs_as_nobody_in_particular() -> None:
    _, runtime = stages()
    users = [argument for name, argument in runtime if name == "USER"]
    assert users == ["10001:10001"]
    names = [name for name, _ in runtime]
    assert names.index("USER") > max(index for index, name in enumerate(names) if name in ("RUN", "COPY"))
    assert ("VOLUME", "/data") in runtime
    assert ("ENTRYPOINT", '["rinnalla"]') in runtime
    assert ("CMD", '["run"]') in runtime


def test_image_is_built_from_the_lock_without_tools_for_developers() -> None:
    builder, runtime = stages()
    syncs = [argument for name, argument in builder if name == "RUN" and "uv sync" in argument]
    assert len(syncs) == 2
    assert all("--frozen" in sync and "--no-dev" in sync for sync in syncs)
    assert [argument for name, argument in runtime if name == "COPY"] == [
        "--from=builder /opt/rinnalla /opt/rinnalla"
    ]


def test_image_gets_what_it_copies_and_nothing_secret() -> None:
    let_in = re.findall(r"^!(.+)$", text(".dockerignore"), re.MULTILINE)
    copied = [word for name, argument in stages()[0] if name == "COPY" for word in argument.split()[:-1]]
    assert sorted(copied) == sorted(let_in)
    assert "\n*\n" in text(".dockerignore")
    assert all((ROOT / name).exists() for name in copied)


def test_containers_may_do_nothing_they_need_not() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert service["tmpfs"], name
        assert service["logging"]["options"]["max-size"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name


def test_each_role_runs_once_and_after_the_tables_are_there() -> None:
    services = compose()["services"]
    for role in ("client", "staff", "courier"):
        assert services[role]["command"] == ["run", "--role", role]
        needs = services[role]["depends_on"]
        assert needs["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["command"] == ["db", "upgrade"]


def test_containers_set_only_settings_that_exist() -> None:
    from bot.settings import Settings

    known = {f"RINNALLA_{name.upper()}" for name in Settings.model_fields}
    for name in OURS:
        assert set(compose()["services"][name]["environment"]) <= known, name
    assert set(re.findall(r"\bRINNALLA_[A-Z_]+\b", text("Dockerfile") + text("compose.yaml"))) <= known


@pytest.mark.parametrize(
    ("command", "option"), [(("run",), "--role"), (("db", "upgrade"), ""), (("doctor",), "--health")]
)
def test_containers_call_commands_that_exist(command: tuple[str, ...], option: str) -> None:
    assert option in run(str(Path(sys.executable).parent / "rinnalla"), *command, "--help")


def test_ci_stops_at_the_first_failure() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in text(".ci/run")
    assert "\nmake test || {\n    make lint\n" in text(".ci/run")  # style and types get no second try
    run("bash", "-n", str(script))


UV = """#!/bin/bash
[[ $1 == export ]] && exit
while [[ $1 != --output ]]; do shift; done
%s
"""
FOUND = {
    "dependencies": [
        {"name": "leaky", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]},
        {"name": "sound", "version": "2.0", "vulns": []},
    ]
}
CLEAN = {"dependencies": [{"name": "sound", "version": "2.0", "vulns": []}]}
LEFT_OUT = {"dependencies": [*CLEAN["dependencies"], {"name": "odd", "skip_reason": "not found"}]}


@pytest.mark.parametrize(
    ("answers", "status", "says"),
    [
        (f"echo '{json.dumps(CLEAN)}' > $2", 0, "no vulnerability is known"),
        (f"echo '{json.dumps(LEFT_OUT)}' > $2", 0, "NOT CHECKED, 1 of 2 dependencies could not be looked up"),
        (f"echo '{json.dumps(FOUND)}' > $2; exit 1", 1, "leaky 1.0: PYSEC-1 (fixed in: 1.1)"),
        (
            "echo no route to host; exit 1",
            0,
            "NOT CHECKED, the list of known vulnerabilities could not be reached",
        ),
        ("sleep 60", 0, "NOT CHECKED"),
    ],
    ids=["clean", "left out", "found", "out of reach", "hanging"],
)
def test_ci_looks_for_known_vulnerabilities_and_says_when_it_could_not(
    tmp_path: Path, answers: str, status: int, says: str
) -> None:
    """With an auditor that only plays its part; without the network a run of CI neither fails nor hangs."""
    uv = tmp_path / ".venv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text(UV % answers)
    uv.chmod(0o755)
    (uv.parent / "python").symlink_to(sys.executable)
    audit = re.search(r"^audit\(\) \{$.*?^\}$", text(".ci/run"), re.MULTILINE | re.DOTALL)
    assert audit is not None
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{audit.group()}\naudit"],
        cwd=tmp_path,
        env={**os.environ, "AUDIT_SECONDS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert says in done.stdout + done.stderr
    assert "sound" not in done.stdout + done.stderr
