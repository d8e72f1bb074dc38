"""What an operator sets is taken as written, and a mistake is one clear line that never shows what was set."""

from contextlib import suppress
from datetime import time, timedelta
from pathlib import Path

import pytest
import typer
from pydantic import AnyHttpUrl, SecretStr

from bot.commands.common import read_settings
from bot.core.calendar import QuietHours
from bot.settings import Settings

KEY = "rLkwUfQR9w9vNRXD2tTbVGl_vHGB4ZTm1Gk8QB2GdyE="


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"RINNALLA_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)  # no .env here


def said_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **values: str
) -> list[str]:
    """The lines an operator reads when these settings are read."""
    for name, value in values.items():
        monkeypatch.setenv(f"RINNALLA_{name}", value)
    with suppress(typer.Exit):
        read_settings()
    return capsys.readouterr().err.splitlines()


GOOD = [
    ("CLIENT_TOKEN", "123456:ABC-def_42", SecretStr("123456:ABC-def_42")),
    ("DATABASE_URL", "postgresql+asyncpg://u:p@h:5432/d", "postgresql+asyncpg://u:p@h:5432/d"),
    (
        "DATABASE_URL",
        "sqlite+aiosqlite:////var/lib/rinnalla/r.db",
        "sqlite+aiosqlite:////var/lib/rinnalla/r.db",
    ),
    ("REDIS_URL", "redis://redis:6379/0", SecretStr("redis://redis:6379/0")),
    ("ENCRYPTION_KEYS", f"{KEY}, {KEY}", (SecretStr(KEY), SecretStr(KEY))),
    ("DEFAULT_LOCALE", "fi@selko", "fi@selko"),
    ("QUIET_HOURS", "22:30-07:15", QuietHours(time(22, 30), time(7, 15))),
    ("QUIET_HOURS", "off", None),
    ("REMIND_BEFORE", "P1D,PT2H", (timedelta(days=1), timedelta(hours=2))),
    ("REMIND_BEFORE", " P1D , PT2H ", (timedelta(days=1), timedelta(hours=2))),
    ("IDLE_FORGET_AFTER", "PT30M", timedelta(minutes=30)),
    ("RETENTION", "P2Y", timedelta(days=730)),
    ("RETENTION", "P90D", timedelta(days=90)),
    ("COURIER_INTERVAL", "PT0.5S", timedelta(seconds=0.5)),
    ("PUBLIC_URL", "https://r.example/x", AnyHttpUrl("https://r.example/x")),
    ("SMS_URL", "46elks://u:p@Rinnalla/{number}", SecretStr("46elks://u:p@Rinnalla/{number}")),
    ("LISTEN", "0.0.0.0:80", "0.0.0.0:80"),
    ("LISTEN", "[::1]:8080", "[::1]:8080"),
]


@pytest.mark.parametrize(("name", "written", "read"), GOOD)
def test_a_setting_is_taken_as_written(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, read: object
) -> None:
    monkeypatch.setenv(f"RINNALLA_{name}", written)
    assert getattr(read_settings(), name.lower()) == read


SECRET = "hunter2"
BAD = {
    "CLIENT_TOKEN": [SECRET, f"x:{SECRET}", f"1:{SECRET} ", f"1:{SECRET}/x", f"1:{SECRET}ä"],
    "STAFF_TOKEN": [SECRET],
    "TELEGRAM_API": [SECRET, f"ftp://{SECRET}"],
    "DATABASE_URL": [
        SECRET,
        f"mysql://u:{SECRET}@h/d",
        f"postgresql://u:{SECRET}@h/d",
        f"postgresql+asyncpg://u:p@h:{SECRET}/d",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        f"sqlite:///{SECRET}.db",
    ],
    "REDIS_URL": [SECRET, f"http://{SECRET}"],
    "ENCRYPTION_KEYS": [SECRET, f"{KEY},{SECRET}"],
    "DEFAULT_LOCALE": [SECRET, "FI"],
    "TIME_ZONE": [SECRET, "Europe/hunter2", "../../etc/passwd"],
    "QUIET_HOURS": [SECRET, "21-8", "21:00-21:00", "25:00-08:00", "21:00"],
    "REMIND_BEFORE": [SECRET, f"P1D,{SECRET}", "P0D", "-P1D", "2", "1 day", "P1D,-PT2H", "P"],
    "FOLLOW_UP_AFTER": [SECRET, "14"],
    "RESCUE_AFTER": [SECRET, "P2D;P4D"],
    "IDLE_FORGET_AFTER": [SECRET, "P0D", "-P1D", "86400"],
    "RETENTION": [SECRET, "P0Y", "-P2Y", "2", "2Y"],
    "COURIER_INTERVAL": [SECRET, "PT0S", "-PT5S", "5"],
    "WEBHOOK_URL": [SECRET],
    "PUBLIC_URL": [SECRET],
    "SMS_URL": [
        SECRET,
        f"46elks://u:{SECRET}@Rinnalla/everybody",
        f"{SECRET}://u:p@h/{{number}}",
        f"json://h/{{number}} {SECRET}",
        f"twilio://{SECRET}/{{number}}",
        " ",
    ],
    "WEBHOOK_SECRET": [f"{SECRET} with blanks", f"{SECRET}ä", SECRET * 40],
    "LISTEN": [SECRET, "8080", f"127.0.0.1:{SECRET}", "127.0.0.1:70000", ":8080"],
    "LOG_LEVEL": [SECRET, "LOUD"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in BAD.items() for value in values]
)
def test_a_mistake_is_one_line_that_names_the_setting_and_not_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    (line,) = said_about(monkeypatch, capsys, **{name: value})
    assert line.startswith(f"rinnalla: RINNALLA_{name}: ")
    assert SECRET not in line
    assert len(line) > len(f"rinnalla: RINNALLA_{name}: ") + 10
    assert len(line) < 200


def test_every_mistake_has_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = said_about(monkeypatch, capsys, LOG_LEVEL="LOUD", LISTEN="8080", RETENTION="2")
    assert [line.split()[1] for line in lines] == [
        "RINNALLA_RETENTION:",
        "RINNALLA_LISTEN:",
        "RINNALLA_LOG_LEVEL:",
    ]


def test_webhooks_need_a_secret(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = said_about(monkeypatch, capsys, WEBHOOK_URL="https://rinnalla.example")
    assert line == "rinnalla: RINNALLA_WEBHOOK_URL needs RINNALLA_WEBHOOK_SECRET too"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_an_empty_setting_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Compose files and unit files set what is left out to nothing."""
    monkeypatch.setenv(f"RINNALLA_{name.upper()}", "")
    assert getattr(read_settings(), name) == Settings.model_fields[name].default


def test_settings_stand_in_a_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RINNALLA_LOG_LEVEL=ERROR\nPOSTGRES_PASSWORD=something else\n")
    assert read_settings().log_level == "ERROR"
    monkeypatch.setenv("RINNALLA_LOG_LEVEL", "DEBUG")
    assert read_settings().log_level == "DEBUG"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "CLIENT_TOKEN": f"1:{SECRET}",
        "STAFF_TOKEN": f"2:{SECRET}",
        "WEBHOOK_SECRET": SECRET,
        "ENCRYPTION_KEYS": KEY,
        "REDIS_URL": f"redis://:{SECRET}@h",
        "SMS_URL": f"46elks://u:{SECRET}@Rinnalla/{{number}}",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"RINNALLA_{name}", value)
    settings = read_settings()
    assert SECRET not in repr(settings) + str(settings) + settings.model_dump_json()
    assert KEY not in repr(settings) + str(settings) + settings.model_dump_json()
