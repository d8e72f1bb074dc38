"""The small web server beside the bots: webhooks, health and metrics."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from bot.services.base import Services
from bot.updates import Source, handle_once

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST_UPDATE = 1024 * 1024


def build(services: Services, sources: list[Source]) -> web.Application:
    """`/health`, `/metrics`, and for each source `/telegram/NAME`."""
    application = web.Application(client_max_size=LARGEST_UPDATE)

    async def health(_request: web.Request) -> web.Response:
        async with services.db.read() as session:
            await session.execute(text("SELECT 1"))
        return web.json_response({"status": "ok"})

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    application.router.add_get("/health", health)
    application.router.add_get("/metrics", metrics)
    for source in sources:
        application.router.add_post(f"/telegram/{source.name}", _webhook(services, source))
    return application


def _webhook(services: Services, source: Source) -> Callable[[web.Request], Awaitable[web.Response]]:
    secret = services.settings.webhook_secret
    expected = secret.get_secret_value() if secret else ""

    async def receive(request: web.Request) -> web.Response:
        """Answered only when the update has been handled, so that Telegram sends it again if we die meanwhile."""
        given = request.headers.get(SECRET_HEADER, "")
        if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
            return web.Response(status=403)
        try:
            update = await request.json()
            int(update["update_id"])
        except (json.JSONDecodeError, KeyError, TypeError, ValueError):
            return web.Response(status=400)
        await handle_once(services, source, update)
        return web.Response()

    return receive
