"""`rinnalla doctor`: is everything in order? It tells what is wrong and what to do, and never shows a secret."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot import sms
from bot.db import keys
from bot.db.columns import BadKey, Vault, WrongKey
from bot.db.upgrade import current, head
from bot.db.work import Database
from bot.settings import Settings
from catalog.loading import CatalogError, load
from catalog.recognising import PHRASES, PhraseError, Recogniser


@dataclass(frozen=True)
class Finding:
    what: str
    well: bool
    says: str

    @property
    def mark(self) -> str:
        return "✓" if self.well else "✗"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


async def examine(settings: Settings) -> list[Finding]:
    """Everything an operator needs before going live."""
    return [finding async for finding in _findings(settings)]


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    yield _keys(settings)
    database = await _database(settings)
    yield database
    if database.well:
        yield await _stored(settings)
    yield _catalog(settings)
    yield _text_messages(settings)
    async for finding in _in_use(settings):
        yield finding
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        yield await _token(settings, http, "client bot", settings.client_token)
        if settings.staff_token is None:
            yield Finding(
                "staff bot", True, "no token: contact details are shown, contact requests are not offered"
            )
        else:
            yield await _token(settings, http, "staff bot", settings.staff_token)


def _keys(settings: Settings) -> Finding:
    try:
        Vault([key.get_secret_value() for key in settings.encryption_keys])
    except BadKey as error:
        return Finding("encryption keys", False, f"{error}; make one with: rinnalla keys new")
    return Finding("encryption keys", True, f"{len(settings.encryption_keys)} in use")


async def _database(settings: Settings) -> Finding:
    try:
        revision = await current(settings.database_url)
    except Exception as error:
        return Finding(
            "database", False, f"not in reach ({type(error).__name__}): check RINNALLA_DATABASE_URL"
        )
    if revision == head():
        return Finding("database", True, f"at {revision}")
    if revision is None:
        return Finding("database", False, "not set up yet: rinnalla db upgrade")
    return Finding("database", False, f"at {revision}, but {head()} is needed: rinnalla db upgrade")


async def _stored(settings: Settings) -> Finding:
    """Whether the keys open what is stored: the key of the fingerprints stands for the rest."""
    try:
        vault = Vault([key.get_secret_value() for key in settings.encryption_keys])
        database = Database(settings.database_url, vault)
        try:
            await keys.settle(database)
        finally:
            await database.close()
    except BadKey:
        return Finding("stored data", False, "cannot be opened without a key")
    except WrongKey:
        return Finding("stored data", False, "the keys do not open it: one is missing from the list")
    return Finding("stored data", True, "opens with these keys")


def _catalog(settings: Settings) -> Finding:
    """Whether the service could start with the files as they are, and take an edit of them into use."""
    try:
        catalog = load(settings.catalog)
        Recogniser.load(settings.catalog / PHRASES, catalog.areas_by_id)
    except CatalogError as error:
        count = len(error.problems)
        first = f"{count} to put right, the first in {error.problems[0]}"
        return Finding("catalogue", False, f"{first} See `rinnalla catalog check`.")
    except (PhraseError, OSError) as error:
        return Finding("catalogue", False, f"own words are not recognised: {error}")
    kind = " (demonstration)" if catalog.demonstration else ""
    return Finding(
        "catalogue", True, f"{len(catalog.offers)} offers of {len(catalog.organisations)} organisations{kind}"
    )


def _text_messages(settings: Settings) -> Finding:
    """Whether they are offered, and how. Nothing is sent: that would cost money."""
    if settings.sms_url is None:
        return Finding("text messages", True, "no RINNALLA_SMS_URL: none are offered")
    through = ", ".join(sms.names(settings.sms_url.get_secret_value()) or ())
    how = "a link" if settings.pages_url else "words in the chat, for no RINNALLA_PUBLIC_URL is set"
    return Finding("text messages", True, f"through {through}; they end by {how}. Nothing was sent.")


async def _in_use(settings: Settings) -> AsyncIterator[Finding]:
    """What the running service says of the files it looks at; nothing when none runs here, or when all is in use."""
    try:
        _, told = await _ask(settings)
    except _NO_ANSWER:
        return
    if problem := told.get("catalogue"):
        yield Finding("catalogue in use", False, f"the running service keeps the one before: {problem}")


async def _token(
    settings: Settings, http: aiohttp.ClientSession, what: str, token: SecretStr | None
) -> Finding:
    if token is None:
        return Finding(what, False, "no token: get one from BotFather")
    url = f"{str(settings.telegram_api).rstrip('/')}/bot{token.get_secret_value()}/getMe"
    try:
        async with http.get(url) as response:
            answer = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return Finding(what, False, f"Telegram is not in reach ({type(error).__name__})")
    if not answer.get("ok"):
        return Finding(what, False, "Telegram does not know this token")
    return Finding(what, True, f"@{answer['result']['username']}")


async def health(settings: Settings) -> list[Finding]:
    """Ask the running service, as a container's health check does. An edit that is not in use does not make it ill."""
    try:
        status, told = await _ask(settings)
    except _NO_ANSWER as error:
        return [Finding("service", False, f"does not answer at {settings.listen} ({type(error).__name__})")]
    if status != 200:
        return [Finding("service", False, "answers, but is not well")]
    problem = told.get("catalogue")
    note = f", but keeps the catalogue from before the newest edit: {problem}" if problem else ""
    return [Finding("service", True, f"is well{note}")]


_NO_ANSWER = (aiohttp.ClientError, TimeoutError, ValueError)


async def _ask(settings: Settings) -> tuple[int, dict[str, Any]]:
    """The status of the running service's /health, and what it tells; one of _NO_ANSWER when none is there."""
    host = "127.0.0.1" if settings.listen_host == "0.0.0.0" else settings.listen_host
    url = f"http://{host}:{settings.listen_port}/health"
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http,
        http.get(url) as response,
    ):
        told = await response.json(content_type=None)
    return response.status, told if isinstance(told, dict) else {}
