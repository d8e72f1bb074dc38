"""Every text a person sees goes through here: gettext with Finnish sentences as message ids.

The language of the person at hand is a context variable, set once where an update or an outgoing message comes
in, so that neither dialogs nor cards need to pass it on.
"""

from __future__ import annotations

import gettext as gettext_module
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape

LOCALES = ("fi", "fi@selko", "sv", "en")
LANGUAGE_NAMES = {"fi": "Suomi", "fi@selko": "Selkosuomi", "sv": "Svenska", "en": "English"}

_HERE = Path(__file__).resolve().parent
FOLDER = _HERE / "locales" if (_HERE / "locales").is_dir() else _HERE.parent / "locales"

_locale: ContextVar[str] = ContextVar("locale", default="fi")


@cache
def _translations(locale: str) -> gettext_module.NullTranslations:
    """Compiled catalogue when it is there and fresh, otherwise the .po file read directly."""
    source = FOLDER / locale / "LC_MESSAGES" / "rinnalla.po"
    compiled = source.with_suffix(".mo")
    if compiled.exists() and (not source.exists() or compiled.stat().st_mtime >= source.stat().st_mtime):
        return gettext_module.GNUTranslations(BytesIO(compiled.read_bytes()))
    if not source.exists():
        return gettext_module.NullTranslations()
    buffer = BytesIO()
    with source.open("rb") as file:
        write_mo(buffer, read_po(file, locale=locale.partition("@")[0]))
    buffer.seek(0)
    return gettext_module.GNUTranslations(buffer)


def current_locale() -> str:
    """The language of the person now spoken to: one of LOCALES."""
    return _locale.get()


def set_locale(locale: str) -> None:
    """Speak `locale` for the rest of this task (one update, one message)."""
    _locale.set(locale if locale in LOCALES else "fi")


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak `locale` inside the block."""
    token = _locale.set(locale if locale in LOCALES else "fi")
    try:
        yield
    finally:
        _locale.reset(token)


def from_language_code(code: str | None, default: str) -> str:
    """Our language for a Telegram user's IETF code: fi and sv as such, no code the default, all others English."""
    if not code:
        return default
    base = code.lower().partition("-")[0]
    if base == "fi":
        return default if default.startswith("fi") else "fi"
    return base if base in LOCALES else "en"


def gettext(message: str) -> str:
    return _translations(current_locale()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    return _translations(current_locale()).ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    return _translations(current_locale()).pgettext(context, message)


def N_(message: str) -> str:
    """Marks a message for extraction; it is translated later."""
    return message


_ = gettext


def fill(template: str, /, **values: Any) -> Markup:
    """A translated sentence with its placeholders filled in; plain values are escaped for HTML, Markup is not."""
    return Markup(template).format(**values)


def html(value: object) -> Markup:
    """`value` escaped for Telegram's HTML."""
    return escape(value)


def _babel() -> Locale:
    return Locale.parse(
        {"fi@selko": "fi", "sv": "sv_FI", "en": "en_GB"}.get(current_locale(), current_locale())
    )


def day(value: date) -> str:
    """A day as people say it: 5.3.2027, 5 March 2027."""
    return format_date(value, "long" if current_locale() != "fi" else "d.M.yyyy", locale=_babel())


def moment(value: datetime, zone: ZoneInfo) -> str:
    """A moment with its weekday, in local time: pe 5.3. klo 14.30."""
    local = value.astimezone(zone)
    patterns = {
        "fi@selko": "EEEE d. MMMM 'kello' H.mm",
        "sv": "EEE d.M 'kl.' HH.mm",
        "en": "EEE d MMM, HH:mm",
    }
    pattern = patterns.get(current_locale(), "EEE d.M. 'klo' H.mm")
    return format_datetime(local, pattern, locale=_babel())


def near_day(value: date, *, weekday: bool = False) -> str:
    """A day of this year for a label: 24.3., 24 Mar; with its weekday: tiistaina 24.3."""
    plain = "d. MMMM" if weekday else "d.M."
    pattern = {"sv": "d.M", "en": "d MMM", "fi@selko": plain}.get(current_locale(), "d.M.")
    return format_date(value, f"EEEE {pattern}" if weekday else pattern, locale=_babel())


def dated(value: date, pattern: str) -> str:
    """A day by a pattern of Unicode's: `LLLL y` is March 2026, `cccccc` We."""
    return format_date(value, pattern, locale=_babel())


def short_day(value: datetime, zone: ZoneInfo) -> str:
    """A day with its weekday, for a button: pe 5.3."""
    pattern = {"sv": "EEE d.M", "en": "EEE d MMM"}.get(current_locale(), "EEE d.M.")
    return format_date(value.astimezone(zone).date(), pattern, locale=_babel())


def duration(value: timedelta) -> str:
    """A length of time in its largest fitting unit: 1 day, 3 hours."""
    return format_timedelta(value, granularity="minute", threshold=1, locale=_babel())


def clock_time(value: datetime, zone: ZoneInfo) -> str:
    return hour(value.astimezone(zone).timetz())


def hour(value: time) -> str:
    """A time of day: 9.30, 09:30. In Finland's Swedish, too, with a full stop: 09.30."""
    return format_time(value, "HH.mm" if current_locale() == "sv" else "short", locale=_babel())


def decimal(value: float) -> str:
    """A number with one decimal: 4,2, 4.2."""
    return format_decimal(value, "0.0", locale=_babel())


def percent(share: float) -> str:
    """A share of one: 40 %, 40%."""
    return format_percent(share, locale=_babel())


def listed(items: list[str], style: str = "standard") -> str:
    """Items joined as the language joins them: a, b and c."""
    return format_list(items, style=style, locale=_babel()) if items else ""  # type: ignore[arg-type]
