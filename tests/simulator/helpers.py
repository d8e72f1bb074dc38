"""A way to call the Bot API without a framework, and both frameworks as the service runs them."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram.ext import Application, ApplicationBuilder

from bot.simulator.api import Simulator

TOKEN = "1:client"


class Api:
    """Calls as JSON; the answer as (status, body), or only what matters of it."""

    def __init__(self, session: aiohttp.ClientSession, simulator: Simulator, token: str = TOKEN) -> None:
        self.session = session
        self.simulator = simulator
        self.token = token

    def url(self, method: str) -> str:
        return f"{self.simulator.url}/bot{self.token}/{method}"

    async def __call__(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(self.url(method), json=params) as response:
            return response.status, await response.json()

    async def ok(self, method: str, **params: Any) -> Any:
        status, body = await self(method, **params)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """What the API says against a call; tests compare it with Telegram's words."""
        status, body = await self(method, **params)
        assert not body["ok"], body
        assert body["error_code"] == status
        return str(body["description"])

    async def upload(self, method: str, files: dict[str, bytes], **params: str) -> tuple[int, dict[str, Any]]:
        form = aiohttp.FormData(params)
        for name, content in files.items():
            form.add_field(name, io.BytesIO(content), filename=f"{name}.png", content_type="image/png")
        async with self.session.post(self.url(method), data=form) as response:
            return response.status, await response.json()


@asynccontextmanager
async def aiogram_polling(simulator: Simulator, dispatcher: Dispatcher) -> AsyncIterator[Bot]:
    """aiogram as the client bot uses it: an update is confirmed when it has been handled."""
    bot = aiogram_bot(simulator)
    polling = asyncio.create_task(
        dispatcher.start_polling(bot, handle_signals=False, handle_as_tasks=False, close_bot_session=False)
    )
    try:
        yield bot
    finally:
        await dispatcher.stop_polling()
        await polling
        await bot.session.close()


def aiogram_bot(simulator: Simulator, **defaults: Any) -> Bot:
    session = AiohttpSession(api=TelegramAPIServer.from_base(simulator.url))
    return Bot(TOKEN, session=session, default=DefaultBotProperties(**defaults))


def ptb_application(simulator: Simulator) -> "Application[Any, Any, Any, Any, Any, Any]":
    builder = ApplicationBuilder().token(TOKEN)
    return builder.base_url(f"{simulator.url}/bot").base_file_url(f"{simulator.url}/file/bot").build()


@asynccontextmanager
async def ptb_polling(application: "Application[Any, Any, Any, Any, Any, Any]") -> AsyncIterator[None]:
    assert application.updater
    async with application:
        await application.start()
        await application.updater.start_polling(allowed_updates=[])
        try:
            yield
        finally:
            await application.updater.stop()
            await application.stop()
