"""The small web server beside the bots: webhooks, health and metrics."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from bot.services.base import Services
from bot.updates import Source, handle_once

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST_UPDATE = 1024 * 1024
LARGEST_ID = 2**63

log = structlog.get_logger()


def build(services: Services, sources: list[Source]) -> web.Application:
    """`/health`, `/metrics`, and for each source `/telegram/NAME`."""
    application = web.Application(client_max_size=LARGEST_UPDATE)

    async def health(_request: web.Request) -> web.Response:
        try:
            async with services.db.read() as session:
                await session.execute(text("SELECT 1"))
        except Exception as error:
            log.warning("not well", error=type(error).__name__)
            return web.json_response({"status": "the database does not answer"}, status=503)
        problem = services.shelf.problem
        return web.json_response({"status": "ok"} | ({"catalogue": problem} if problem else {}))

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
        if not expected or not hmac.compare_digest(given.encode(errors="surrogateescape"), expected.encode()):
            return web.Response(status=403)
        try:
            update = await request.json()
            if not 0 <= int(update["update_id"]) < LARGEST_ID:
                raise ValueError
        except (KeyError, TypeError, ValueError, OverflowError):
            return web.Response(status=400)
        await handle_once(services, source, update)
        return web.Response()

    return receive
