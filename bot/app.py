"""How it is all put together: one process and one event loop, with the roles that the operator wants in it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Literal

import aiohttp
import structlog
from aiogram.exceptions import TelegramNetworkError, TelegramNotFound, TelegramUnauthorizedError
from aiohttp import web
from telegram import Bot as TelegramBot
from telegram import Update as StaffUpdate
from telegram.error import InvalidToken, NetworkError
from telegram.request import HTTPXRequest

from bot import client
from bot import web as pages
from bot.core.calendar import Clock, system_clock
from bot.core.safety import SafetyScreen
from bot.courier import Courier
from bot.db import keys
from bot.db.columns import Vault
from bot.db.dialog_state import DialogStorage, SqlStorage, redis_storage
from bot.db.upgrade import current, head, upgrade
from bot.db.work import Database
from bot.services.base import Services
from bot.settings import Settings
from bot.sms import Gateway
from bot.staff import bot as staff_bot
from bot.updates import LONG_POLL, Json, Source, poll
from catalog.safety_data import load_safety_data
from catalog.shelf import Shelf

log = structlog.get_logger()

Role = Literal["client", "staff", "courier"]
ROLES: tuple[Role, ...] = ("client", "staff", "courier")
LOOK_EVERY = 5
"""Seconds between looks at the catalogue's files."""
ALLOWED_UPDATES = ["message", "callback_query", "my_chat_member"]


class CannotStart(Exception):
    """Something an operator has to put right first; the text says what."""


@asynccontextmanager
async def open_services(settings: Settings, clock: Clock = system_clock) -> AsyncIterator[Services]:
    """Everything a use case needs, open; closed at the end. SQLite is brought up to date, PostgreSQL must be."""
    vault = Vault([key.get_secret_value() for key in settings.encryption_keys])
    shelf = Shelf(settings.catalog)
    safety = SafetyScreen(load_safety_data(settings.catalog / "safety"))
    database = Database(settings.database_url, vault, clock)
    try:
        if database.is_sqlite:
            await upgrade(settings.database_url, vault)
        elif await current(settings.database_url) != head():
            raise CannotStart("the database is not up to date: run `rinnalla db upgrade` first")
        await keys.settle(database)
        yield Services(database, vault, clock, shelf, safety, settings)
    finally:
        await database.close()


def dialog_storage(services: Services) -> DialogStorage:
    settings = services.settings
    if settings.redis_url is None:
        return SqlStorage(services.db)
    return redis_storage(settings.redis_url.get_secret_value(), services.vault, settings.idle_forget_after)


async def run(
    services: Services,
    roles: Sequence[Role],
    stop: asyncio.Event,
    started: Callable[[], None] = lambda: None,
    listen: bool = True,
) -> None:
    """Run the roles until `stop`. What is being handled then is handled to its end."""
    settings = services.settings
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        sources: list[Source] = []
        work: list[Callable[[asyncio.Event], Awaitable[None]]] = [partial(_watch_catalog, services)]
        if "client" in roles:
            await asyncio.to_thread(services.shelf.prepare)
            _tell_problem(services)
            with _reaching_telegram("client_token"):
                sources.append(await _client_source(services, stack, http))
        if "staff" in roles and settings.staff_token is not None:
            with _reaching_telegram("staff_token"):
                sources.append(await _staff_source(services, stack, http))
        if "courier" in roles:
            work.append((await _courier(services, stack)).run)
        if settings.webhook_url is None:
            work += [partial(poll, services, source) for source in sources]
        if listen:
            await stack.enter_async_context(_listening(services, sources))
        started()
        await asyncio.gather(stop.wait(), *(each(stop) for each in work))


@contextmanager
def _reaching_telegram(which: Literal["client_token", "staff_token"]) -> Iterator[None]:
    """The errors of three libraries in an operator's words; theirs would show the token."""
    try:
        yield
    except (TelegramUnauthorizedError, TelegramNotFound, InvalidToken):
        raise CannotStart(f"Telegram does not know the token in RINNALLA_{which.upper()}") from None
    except (TelegramNetworkError, NetworkError, aiohttp.ClientError, TimeoutError) as error:
        raise CannotStart(f"Telegram is not in reach ({type(error).__name__})") from None


async def _watch_catalog(services: Services, stop: asyncio.Event) -> None:
    """Take an edited catalogue into use without a restart; a broken edit is told of, and the old one stays."""
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY)
        if await asyncio.to_thread(services.shelf.look) and not _tell_problem(services):
            log.info("catalogue read again", offers=len(services.catalog.offers))
            if gc.get_freeze_count():
                settle_in()


def settle_in() -> None:
    """Spare what stays until the end, code and catalogue, from garbage collection: looking through it all again and
    again held up every reply for a quarter of a second. For a process that runs the service and nothing else."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _tell_problem(services: Services) -> bool:
    """Say in the log what of the catalogue's files is not in use; True if there was something to say."""
    problem = services.shelf.problem
    if problem:
        log.error("what was edited in the catalogue is not in use", why=problem)
    return problem is not None


def _token(services: Services, which: Literal["client_token", "staff_token"]) -> str:
    token = getattr(services.settings, which)
    if token is None:
        raise CannotStart(f"RINNALLA_{which.upper()} is missing: get a token from BotFather")
    return str(token.get_secret_value())


async def _client_source(services: Services, stack: AsyncExitStack, http: aiohttp.ClientSession) -> Source:
    token, api = _token(services, "client_token"), str(services.settings.telegram_api)
    bot = client.build_bot(token, api, services.window)
    stack.push_async_callback(bot.session.close)
    storage = dialog_storage(services)
    stack.push_async_callback(storage.close)
    dispatcher = client.build_dispatcher(services, storage)
    await dispatcher.emit_startup(bot=bot)
    await client.set_commands(bot)

    async def handle(update: Json) -> None:
        await dispatcher.feed_raw_update(bot, update)

    return await _source("client", token, services, http, handle)


async def _staff_source(services: Services, stack: AsyncExitStack, http: aiohttp.ClientSession) -> Source:
    token = _token(services, "staff_token")
    application = staff_bot.build_application(token, str(services.settings.telegram_api), services)
    await stack.enter_async_context(application)
    await application.start()
    stack.push_async_callback(application.stop)
    await staff_bot.set_commands(application)

    async def handle(update: Json) -> None:
        if (parsed := StaffUpdate.de_json(update, application.bot)) is not None:
            await application.process_update(parsed)

    return await _source("staff", token, services, http, handle)


async def _source(
    name: str,
    token: str,
    services: Services,
    http: aiohttp.ClientSession,
    handle: Callable[[Json], Awaitable[None]],
) -> Source:
    """The stream of one bot's updates: a webhook is set, or taken away for polling."""
    settings = services.settings
    base = f"{str(settings.telegram_api).rstrip('/')}/bot{token}"

    async def call(method: str, wait: float, **parameters: object) -> object:
        timeout = aiohttp.ClientTimeout(total=wait + 15)
        async with http.post(f"{base}/{method}", json=parameters, timeout=timeout) as response:
            answer = await response.json(content_type=None)
        if not answer.get("ok"):
            raise CannotStart(f"Telegram refused {method} of the {name} bot: {answer.get('description')}")
        return answer["result"]

    async def fetch(offset: int, wait: int) -> list[Json]:
        found = await call("getUpdates", wait, offset=offset, timeout=wait, allowed_updates=ALLOWED_UPDATES)
        return found if isinstance(found, list) else []

    if settings.webhook_url is None:
        await call("deleteWebhook", LONG_POLL)
    else:
        url = f"{str(settings.webhook_url).rstrip('/')}/telegram/{name}"
        secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
        await call("setWebhook", LONG_POLL, url=url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
    return Source(name, fetch, handle)


async def _courier(services: Services, stack: AsyncExitStack) -> Courier:
    with _reaching_telegram("client_token"):
        to_clients = sending_bot(services, _token(services, "client_token"))
        await stack.enter_async_context(to_clients)
    gateway = Gateway.of(services.settings.sms_url)
    if services.settings.staff_token is None:
        return Courier(services, to_clients, None, gateway=gateway)
    with _reaching_telegram("staff_token"):
        to_workers = sending_bot(services, _token(services, "staff_token"))
        await stack.enter_async_context(to_workers)
    return Courier(services, to_clients, to_workers, gateway=gateway)


def sending_bot(services: Services, token: str) -> TelegramBot:
    """A bot for the service's own messages."""
    api = str(services.settings.telegram_api).rstrip("/")
    request = HTTPXRequest(connection_pool_size=64, read_timeout=staff_bot.READ_TIMEOUT, pool_timeout=30)
    return TelegramBot(token, base_url=f"{api}/bot", base_file_url=f"{api}/file/bot", request=request)


@asynccontextmanager
async def _listening(services: Services, sources: list[Source]) -> AsyncIterator[None]:
    runner = web.AppRunner(pages.build(services, sources), access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, services.settings.listen_host, services.settings.listen_port).start()
        except OSError as error:
            raise CannotStart(f"cannot listen on {services.settings.listen}: {error.strerror}") from error
        yield
    finally:
        await runner.cleanup()
