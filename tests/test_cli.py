"""The command `rinnalla`: what it prints, how it ends, and that every failure is one clear line on stderr."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pty
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import structlog
from click.testing import Result
from sqlalchemy import make_url
from typer.testing import CliRunner

from bot.cli import app
from bot.core.calendar import system_clock
from bot.db import keys
from bot.db.columns import Vault
from bot.db.tables import AnswerCount
from bot.db.work import Database
from bot.services import staff
from bot.services.base import Services
from bot.services.staff import Worker
from bot.settings import CATALOG, Settings
from tests.conftest import KEY
from tests.services.people import KELLO, asks, consent_of, services_on

OTHER_KEY = "WqEkuXgvBoVUmKKQNeKzI5bQ0h6h2XvJ6JHkVqfB3aM="
SECRETS = ("hunter2", KEY)


@pytest.fixture
def url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A migrated database, and settings that name it."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"RINNALLA_{name.upper()}", raising=False)
    monkeypatch.setenv("RINNALLA_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("RINNALLA_ENCRYPTION_KEYS", KEY)
    monkeypatch.chdir(tmp_path)
    return sqlite_url


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sets up logs on the stderr of its run, which is closed afterwards: nobody may write there later."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def rinnalla(*words: str, says: str | None = None) -> Result:
    return CliRunner().invoke(app, words, input=says)


def well(*words: str, says: str | None = None) -> str:
    """What a command prints that ends well."""
    done = rinnalla(*words, says=says)
    assert done.exit_code == 0, done.output
    return done.stdout


def complaint(*words: str, status: int = 1) -> str:
    """The one line on stderr of a command that fails."""
    done = rinnalla(*words)
    assert isinstance(done.exception, SystemExit | None), f"a traceback: {done.exception!r}"
    assert done.exit_code == status, done.output
    assert not any(secret in done.output for secret in SECRETS)
    (line,) = done.stderr.strip().splitlines()
    return line


def file_of(url: str) -> Path:
    return Path(make_url(url).database or "")


def in_services(url: str, work: Any, *more: Any) -> Any:
    """Run one use case on this database, as another process would."""

    async def inside() -> Any:
        database = Database(url, Vault([KEY]), system_clock)
        try:
            await keys.settle(database)
            return await work(services_on(database, system_clock), *more)
        finally:
            await database.close()

    return asyncio.run(inside())


# Wrong use


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("run", "--role", "nonsense"),
        ("run", "--nonsense"),
        ("staff", "invite"),
        ("staff", "invite", KELLO),
        ("staff", "remove", "x"),
        ("backup",),
        ("demo", "--port", "x"),
    ],
)
def test_wrong_use_ends_with_two(url: str, words: tuple[str, ...]) -> None:
    done = rinnalla(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Usage:" in done.stderr


@pytest.mark.parametrize(
    "words", [(), ("staff",), ("catalog",), ("db",), ("keys",), ("consents",), ("safety",)]
)
def test_without_a_command_the_help_is_shown(words: tuple[str, ...]) -> None:
    assert "Commands:" in rinnalla(*words).output


def test_every_command_has_help() -> None:
    for command in ("demo", "run", "doctor", "backup", "purge"):
        assert f"rinnalla {command}" in well(command, "--help").replace("root", "rinnalla")


# Settings


def test_a_wrong_setting_is_one_line(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINNALLA_LOG_LEVEL", "hunter2")
    for words in (("run",), ("doctor",), ("staff", "list"), ("db", "upgrade"), ("purge",)):
        assert complaint(*words).startswith("rinnalla: RINNALLA_LOG_LEVEL: ")


def test_without_a_key_nothing_runs_and_it_says_why(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RINNALLA_ENCRYPTION_KEYS")
    for words in (("run",), ("staff", "list"), ("db", "upgrade")):
        assert "RINNALLA_ENCRYPTION_KEYS is empty" in complaint(*words)


def test_without_a_token_the_bot_does_not_run_and_it_says_why(url: str) -> None:
    assert complaint("run") == "rinnalla: RINNALLA_CLIENT_TOKEN is missing: get a token from BotFather"


def test_a_key_that_does_not_fit_the_data_says_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    in_services(url, staff.invite, KELLO, "Leena")
    in_services(url, joined)
    monkeypatch.setenv("RINNALLA_ENCRYPTION_KEYS", OTHER_KEY)
    assert "a key is missing from the list or the data is damaged" in complaint("staff", "list")


@pytest.mark.parametrize(
    "address",
    [
        "sqlite+aiosqlite:////proc/nowhere/rinnalla.db",
        "postgresql+asyncpg://u:hunter2@127.0.0.1:1/d",
        "postgresql+asyncpg://u:hunter2@no-such-host.invalid/d",
    ],
)
def test_a_database_out_of_reach_says_so(url: str, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("RINNALLA_DATABASE_URL", address)
    for words in (("staff", "list"), ("db", "upgrade"), ("consents", "verify"), ("run",)):
        assert "database" in complaint(*words)


@pytest.mark.postgresql
@pytest.mark.parametrize("wrong", [{"password": "hunter2"}, {"database": "no_such_database"}])
def test_a_database_that_does_not_let_us_in_says_so(
    url: str, empty_postgresql_url: str, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    address = make_url(empty_postgresql_url).set(**wrong).render_as_string(hide_password=False)  # type: ignore[arg-type]
    monkeypatch.setenv("RINNALLA_DATABASE_URL", address)
    for words in (("staff", "list"), ("db", "upgrade")):
        assert "database" in complaint(*words)


def test_a_file_that_is_no_database_says_so(url: str) -> None:
    file_of(url).write_bytes(b"something else" * 100)
    assert "database" in complaint("staff", "list")


# Workers


async def joined(services: Any, name: str = "Leena", chat_id: int = 7_000_000_001) -> Worker:
    invitation = await staff.invite(services, KELLO, name)
    worker = await staff.redeem(services, invitation.code, chat_id, "fi")
    assert isinstance(worker, Worker)
    return worker


def test_an_invitation_prints_a_code_and_a_link(url: str) -> None:
    code_line, link_line = well("staff", "invite", KELLO, "--name", "Leena").splitlines()
    code = code_line.split()[1]
    assert len(code) == 16
    assert "once" in code_line
    assert link_line == "Link: (no staff bot in reach)"
    worker = in_services(url, staff.redeem, code, 1, "fi")
    assert isinstance(worker, Worker)


def test_an_invitation_to_nowhere_names_the_organisations_there_are(url: str) -> None:
    line = complaint("staff", "invite", "nowhere", "--name", "Leena")
    assert "no organisation 'nowhere'" in line
    assert KELLO in line


@pytest.mark.parametrize(
    ("said", "role", "listed"),
    [
        ("worker", "worker", "worker"),
        ("contact-person", "contact_person", "contact-person"),
        ("contact_person", "contact_person", "contact-person"),
        ("Coordinator", "coordinator", "coordinator"),
    ],
)
def test_an_invitation_is_for_a_role(url: str, said: str, role: str, listed: str) -> None:
    code = well("staff", "invite", KELLO, "--name", "Leena", "--role", said).split()[1]
    assert in_services(url, staff.redeem, code, 1, "fi").role == role
    assert f"  {listed}  " in well("staff", "list")


def test_a_role_that_is_none_is_wrong_use_and_names_those_there_are(url: str) -> None:
    result = rinnalla("staff", "invite", KELLO, "--name", "Leena", "--role", "boss")
    assert result.exit_code == 2
    assert "contact-person" in result.stderr


def test_workers_are_listed_and_removed(url: str) -> None:
    assert "Nobody has joined yet" in well("staff", "list")
    worker = in_services(url, joined)
    assert "Leena" in well("staff", "list")
    (row,) = json.loads(well("staff", "list", "--json"))
    assert (row["id"], row["name"], row["organisation"], row["role"]) == (worker.id, "Leena", KELLO, "worker")
    assert datetime.fromisoformat(row["joined"]).tzinfo is not None
    assert well("staff", "remove", str(worker.id)) == "Removed.\n"
    assert json.loads(well("staff", "list", "--json")) == []
    assert f"no worker {worker.id}" in complaint("staff", "remove", str(worker.id))


# Consents


def test_a_whole_chain_is_verified(url: str) -> None:
    assert well("consents", "verify") == "The chain is whole: 0 events.\n"
    in_services(url, asks)
    assert json.loads(well("consents", "verify", "--json")) == {
        "events": 1,
        "broken_at": None,
        "problem": None,
        "whole": True,
    }


def test_a_broken_chain_ends_with_one(url: str) -> None:
    in_services(url, asks)
    with sqlite3.connect(file_of(url)) as connection:
        connection.execute("UPDATE consent_events SET kind = 'withdrawn'")
    connection.close()
    assert complaint("consents", "verify") == "rinnalla: the chain is broken: event 1 has been changed"
    done = rinnalla("consents", "verify", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["whole"] is False


def test_a_consent_is_exported_as_a_receipt_and_as_a_fhir_consent(url: str) -> None:
    async def consent_id(services: Services) -> str:
        return (await consent_of(services, await asks(services))).id

    consent = in_services(url, consent_id)
    receipt = json.loads(well("consents", "export", consent))
    assert (receipt["record_id"], receipt["events"][0]["event_type"]) == (consent, "given")
    assert json.loads(well("consents", "export", consent, "--format", "json")) == receipt
    fhir = json.loads(well("consents", "export", consent, "--format", "fhir"))
    assert (fhir["resourceType"], fhir["id"], fhir["status"]) == ("Consent", consent, "active")
    assert "no record of a consent nobody" in complaint("consents", "export", "nobody")


# Housekeeping


def test_a_backup_is_a_whole_readable_copy_for_its_owner_alone(url: str, tmp_path: Path) -> None:
    in_services(url, asks)
    target = tmp_path / "copy.db"
    assert "Copied" in well("backup", str(target))
    assert target.stat().st_mode & 0o077 == 0
    with sqlite3.connect(target) as copied:
        assert copied.execute("SELECT count(*) FROM consents").fetchone() == (1,)
    copied.close()
    assert "exists already" in complaint("backup", str(target))


def test_a_backup_of_nothing_or_to_nowhere_says_so(url: str, tmp_path: Path) -> None:
    assert complaint("backup", str(tmp_path / "no" / "folder" / "copy.db"))
    file_of(url).unlink()
    assert "there is no database" in complaint("backup", str(tmp_path / "copy.db"))
    assert not (tmp_path / "copy.db").exists()


def test_postgresql_is_backed_up_with_its_own_tools(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RINNALLA_DATABASE_URL", "postgresql+asyncpg://u:hunter2@127.0.0.1:1/d")
    assert "pg_dump" in complaint("backup", str(tmp_path / "copy.db"))


def test_purging_tells_what_went(url: str) -> None:
    assert set(json.loads(well("purge", "--json")).values()) == {0}
    assert "clients" in well("purge")


def test_a_database_is_made_and_brought_up_to_date(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fresh = tmp_path / "new" / "rinnalla.db"
    monkeypatch.setenv("RINNALLA_DATABASE_URL", f"sqlite+aiosqlite:///{fresh}")
    for _again in range(2):
        assert well("db", "upgrade").startswith("The database is at ")
    assert fresh.stat().st_mode & 0o077 == 0
    assert "Nobody has joined yet" in well("staff", "list")


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    with sqlite3.connect(file_of(url)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for words in (("db", "upgrade"), ("staff", "list")):
        assert "9999" in complaint(*words)


def test_a_new_key_can_be_used(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = well("keys", "new").strip(), well("keys", "new").strip()
    assert first != second
    monkeypatch.setenv("RINNALLA_ENCRYPTION_KEYS", f"{first},{KEY}")
    assert "Nobody has joined yet" in well("staff", "list")


# Catalogue and safety


def test_the_catalogue_that_comes_along_is_in_order(url: str) -> None:
    problems = json.loads(well("catalog", "check", "--json"))
    assert [problem for problem in problems if problem["severity"] == "error"] == []
    assert "0 errors" in well("catalog", "check")


def test_a_broken_catalogue_ends_with_one_and_says_what_is_wrong(url: str, tmp_path: Path) -> None:
    done = rinnalla("catalog", "check", "--catalog", str(tmp_path), "--json")
    assert done.exit_code == 1
    assert any(problem["severity"] == "error" for problem in json.loads(done.stdout))
    assert "no such folder" in complaint("catalog", "check", "--catalog", str(tmp_path / "nowhere"))


def test_a_broken_catalogue_stops_other_commands_with_clear_lines(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RINNALLA_CATALOG", str(tmp_path))
    done = rinnalla("staff", "list")
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert done.stderr.startswith("rinnalla: ")


def test_searching_finds_and_says_why(url: str) -> None:
    found = json.loads(well("catalog", "search", "velat", "--json"))
    assert "money" in {area for one in found["results"] for area in one["areas"]}
    assert {"id", "name", "organisation", "areas", "why"} <= set(found["results"][0])
    assert found["results"][0]["name"] in well("catalog", "search", "velat")


@pytest.mark.parametrize("locale", ["fi", "fi@selko", "sv", "en"])
def test_searching_speaks_each_language(url: str, locale: str) -> None:
    assert json.loads(well("catalog", "search", "kello", "--locale", locale, "--json"))["results"]


def test_searching_for_nothing_there_is_ends_well(url: str) -> None:
    assert json.loads(well("catalog", "search", "zzzzqqqq", "--json"))["results"] == []
    assert "othing found" in well("catalog", "search", "zzzzqqqq")


def test_safety_answers_each_line(url: str) -> None:
    lines = "haluan kuolla\nmitä kuuluu\n\nhyvää huomenta\n"
    answers = [json.loads(line) for line in well("safety", "check", "--json", says=lines).splitlines()]
    assert [answer["level"] for answer in answers] == [2, 0, 0, 0]
    assert [answer["kind"] for answer in answers] == ["suicide", None, None, None]
    assert well("safety", "check", says=lines).splitlines() == ["2 suicide", "0 -", "0 -", "0 -"]
    assert well("safety", "check", says="") == ""


def test_safety_without_phrases_says_so(url: str, tmp_path: Path) -> None:
    assert "safety phrases" in complaint("safety", "check", "--catalog", str(tmp_path))


# Keys


def test_keys_are_rotated_and_the_old_one_taken_away(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the README tells the operator to do it; the invitation made before works afterwards."""
    code = well("staff", "invite", KELLO, "--name", "Leena").split()[1]
    new = well("keys", "new").strip()
    monkeypatch.setenv("RINNALLA_ENCRYPTION_KEYS", f"{KEY},{new}")
    assert "not needed any more" in well("keys", "rotate", "--check")
    monkeypatch.setenv("RINNALLA_ENCRYPTION_KEYS", f"{new},{KEY}")
    assert complaint("keys", "rotate", "--check").startswith("rinnalla: an older key is still needed (")
    assert json.loads(well("keys", "rotate", "--json")) == {
        "renewed": {"invites": 1, "fingerprint_key": 1},
        "left": {},
    }
    assert json.loads(well("keys", "rotate", "--json")) == {"renewed": {}, "left": {}}
    monkeypatch.setenv("RINNALLA_ENCRYPTION_KEYS", new)
    assert "✓ stored data: opens with these keys" in rinnalla("doctor").stdout

    async def redeem() -> object:
        database = Database(url, Vault([new]), system_clock)
        await keys.settle(database)
        try:
            return await staff.redeem(services_on(database, system_clock), code, 1, "fi")
        finally:
            await database.close()

    worker = asyncio.run(redeem())
    assert isinstance(worker, Worker)
    assert worker.name == "Leena"


def test_a_key_taken_away_too_early_is_told_of(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    well("staff", "list")
    monkeypatch.setenv("RINNALLA_ENCRYPTION_KEYS", OTHER_KEY)
    assert "✗ stored data: the keys do not open it: one is missing" in rinnalla("doctor").stdout
    assert "a key is missing from the list" in complaint("keys", "rotate")


def test_rotation_shows_how_far_it_is(url: str) -> None:
    """On a terminal; scripts get plain lines."""
    well("staff", "invite", KELLO, "--name", "Leena")
    environment = {**os.environ, "RINNALLA_ENCRYPTION_KEYS": f"{OTHER_KEY},{KEY}", "TERM": "xterm"}
    ours, theirs = pty.openpty()
    command = [str(Path(sys.executable).parent / "rinnalla"), "keys", "rotate"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "invites" in shown
    assert "100%" in shown
    assert "not needed any more" in done.stdout.decode()


# Doctor


def test_the_doctor_tells_what_is_well_and_what_is_not(url: str) -> None:
    done = rinnalla("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(done.stdout)}
    assert {name for name, finding in findings.items() if finding["well"]} >= {
        "encryption keys",
        "database",
        "catalogue",
        "staff bot",
    }
    assert not findings["client bot"]["well"]
    assert done.exit_code == 1
    assert "✗ client bot: no token" in rinnalla("doctor").stdout


def test_the_doctor_finds_what_is_broken_and_shows_no_secret(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = {
        "DATABASE_URL": "postgresql+asyncpg://u:hunter2@127.0.0.1:1/d",
        "CATALOG": str(tmp_path),
        "CLIENT_TOKEN": "1:hunter2",
        "STAFF_TOKEN": "2:hunter2",
        "TELEGRAM_API": "http://127.0.0.1:1",
    }
    for name, value in broken.items():
        monkeypatch.setenv(f"RINNALLA_{name}", value)
    done = rinnalla("doctor", "--json")
    findings = {finding["what"]: finding["well"] for finding in json.loads(done.stdout)}
    assert findings == {
        "encryption keys": True,
        "database": False,
        "catalogue": False,
        "text messages": True,
        "client bot": False,
        "staff bot": False,
    }
    assert done.exit_code == 1
    assert "hunter2" not in done.output


def test_the_doctor_tells_of_text_messages_and_sends_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def says() -> str:
        findings = json.loads(rinnalla("doctor", "--json").stdout)
        return str(next(finding["says"] for finding in findings if finding["what"] == "text messages"))

    assert says() == "no RINNALLA_SMS_URL: none are offered"
    monkeypatch.setenv("RINNALLA_SMS_URL", "46elks://u:hunter2@Rinnalla/{number} json://127.0.0.1:1/{number}")
    assert says().startswith("through 46elks, JSON; they end by words in the chat")
    monkeypatch.setenv("RINNALLA_PUBLIC_URL", "https://rinnalla.example")
    assert says() == "through 46elks, JSON; they end by a link. Nothing was sent."


def test_the_doctor_knows_an_old_and_a_missing_database(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RINNALLA_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    assert "✗ database: not set up yet: rinnalla db upgrade" in rinnalla("doctor").stdout
    assert not (tmp_path / "none.db").exists()


def test_the_doctor_asks_the_running_service(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    monkeypatch.setenv("RINNALLA_LISTEN", f"127.0.0.1:{port}")
    done = rinnalla("doctor", "--health", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)[0]["well"] is False


def test_the_doctor_says_what_is_wrong_with_an_edited_catalogue(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(CATALOG, tmp_path / "catalogue")
    monkeypatch.setenv("RINNALLA_CATALOG", str(tmp_path / "catalogue"))
    (tmp_path / "catalogue" / "phrases" / "money.yaml").write_text("fi: [1", encoding="utf-8")
    assert "✗ catalogue: own words are not recognised: money.yaml" in rinnalla("doctor").stdout
    (tmp_path / "catalogue" / "doors.yaml").write_text("doors: 1", encoding="utf-8")
    assert "✗ catalogue: 1 to put right, the first in doors.yaml: doors: A list" in rinnalla("doctor").stdout


def test_the_doctor_tells_when_the_running_service_keeps_the_catalogue_from_before(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"status": "ok", "catalogue": "doors.yaml: doors: A list is needed here."}
    with answering(answer) as listen:
        monkeypatch.setenv("RINNALLA_LISTEN", listen)
        told = rinnalla("doctor").stdout
        assert "✗ catalogue in use: the running service keeps the one before: doors.yaml: doors" in told
        done = rinnalla("doctor", "--health")
        assert done.exit_code == 0
        assert "is well, but keeps the catalogue from before the newest edit: doors.yaml" in done.stdout
    with answering({"status": "ok"}) as listen:
        monkeypatch.setenv("RINNALLA_LISTEN", listen)
        assert "catalogue in use" not in rinnalla("doctor").stdout
        assert rinnalla("doctor", "--health").stdout == "✓ service: is well\n"


@contextmanager
def answering(answer: dict[str, str]) -> Iterator[str]:
    """A running service's /health, at the address given."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


# Running


@pytest.mark.parametrize("role", ["client", "staff", "courier"])
def test_a_telegram_out_of_reach_or_a_wrong_token_is_one_line(
    url: str, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    for name, value in {"CLIENT_TOKEN": "1:hunter2", "STAFF_TOKEN": "2:hunter2"}.items():
        monkeypatch.setenv(f"RINNALLA_{name}", value)
    monkeypatch.setenv("RINNALLA_TELEGRAM_API", "http://127.0.0.1:1")
    monkeypatch.setenv("RINNALLA_LISTEN", "127.0.0.1:0")
    assert "Telegram" in complaint("run", "--role", role)


def test_a_port_in_use_is_one_line(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINNALLA_CLIENT_TOKEN", "1:hunter2")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("RINNALLA_LISTEN", f"127.0.0.1:{taken.getsockname()[1]}")
        assert "cannot listen on 127.0.0.1:" in complaint("run", "--role", "staff")


def test_figures_are_printed_and_small_ones_are_not(url: str) -> None:
    assert "nothing to show" in well("figures")

    async def answered(services: Services) -> None:
        async with services.db.work() as session:
            for month, helped in (("2026-01", 6), ("2026-02", 5)):
                for answer, count in (("yes", helped), ("no", helped - 1)):
                    where = {"month": month, "organisation_id": KELLO, "question": "helped", "answer": answer}
                    session.add(AnswerCount(**where, count=count))
            few = {
                "month": "2026-01",
                "organisation_id": KELLO,
                "question": "needs",
                "answer": "5",
                "count": 4,
            }
            session.add(AnswerCount(**few))

    in_services(url, answered)
    (line,) = json.loads(well("figures", "--json"))
    assert (line["organisation"], line["question"], line["total"]) == (KELLO, "helped", 11)
    assert line["answers"] == {"yes": 6, "partly": 0, "no": 5}
    assert "yes 6" in well("figures")
