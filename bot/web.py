"""The small web server beside the bots: webhooks, health and metrics, and the page that ends text messages."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from markupsafe import Markup
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from bot.i18n import current_locale, speaking
from bot.i18n import gettext as _
from bot.services import text_messages
from bot.services.base import Services
from bot.updates import Source, handle_once

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST_UPDATE = 1024 * 1024
LARGEST_ID = 2**63

STYLE = Markup(
    "body{max-width:30rem;margin:0 auto;padding:2rem 1rem;color:#1d1d1b;background:#fffdf8;"
    "font:1.15rem/1.5 system-ui,sans-serif}button{width:100%;padding:.9rem;border:0;border-radius:.5rem;"
    "color:#fff;background:#1f6a58;font:inherit;font-weight:bold}button:focus-visible{outline:3px solid #1d1d1b}"
)
PRIVATE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

Handler = Callable[[web.Request], Awaitable[web.Response]]

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
    application.router.add_get("/s/{token}", _asking_to_stop(services))
    application.router.add_post("/s/{token}", _stopping(services))
    for source in sources:
        application.router.add_post(f"/telegram/{source.name}", _webhook(services, source))
    return application


# --- no more text messages


def _asking_to_stop(services: Services) -> Handler:
    async def ask(request: web.Request) -> web.Response:
        """Changes nothing: telephones and mail programs open links by themselves to show what is behind them."""
        locale = await text_messages.locale_of_link(services, request.match_info["token"])
        with speaking(locale or services.settings.default_locale):
            if locale is None:
                return _page(_gone())
            button = Markup('<form method="post"><button>{}</button></form>').format(
                _("Lopeta tekstiviestit")
            )
            return _page(_("Haluatko lopettaa Rinnallan tekstiviestit?"), button)

    return ask


def _stopping(services: Services) -> Handler:
    async def stop(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        locale = await text_messages.locale_of_link(services, token)
        ended = await text_messages.end_by_link(services, token)
        with speaking(locale or services.settings.default_locale):
            return _page(_("Tekstiviestit on nyt lopetettu, ja numerosi on poistettu.") if ended else _gone())

    return stop


def _gone() -> str:
    return _(
        "Tämä linkki ei ole enää voimassa: tekstiviestit on jo lopetettu, tai linkistä puuttuu osa. Jos "
        "niitä vielä tulee, kirjoita Rinnallan chattiin ”lopeta tekstiviestit”."
    )


def _page(text: str, more: Markup | None = None) -> web.Response:
    """One sentence and one button. It names nobody, is kept nowhere, and tells no other page where one comes from."""
    html = Markup(
        '<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>Rinnalla</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        "<style>{style}</style></head><body><main><p>{text}</p>{more}</main></body></html>\n"
    ).format(lang=current_locale().partition("@")[0], style=STYLE, text=text, more=more or "")
    return web.Response(text=html, content_type="text/html", headers=PRIVATE)


def _webhook(services: Services, source: Source) -> Handler:
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
