"""Bot API methods by which a bot gets its updates: long polling, or a webhook."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

from bot.simulator.accounts import Bot, Json, Webhook
from bot.simulator.call import Call, method
from bot.simulator.errors import ApiError, bad

LOCAL = {"127.0.0.1", "localhost", "::1"}


@method
async def get_updates(
    call: Call,
    offset: int = 0,
    limit: int = 100,
    timeout: int = 0,  # noqa: ASYNC109 (Telegram's own name for it)
    allowed_updates: list[str] | None = None,
) -> list[Json]:
    bot = call.bot
    if bot.webhook:
        hint = "use deleteWebhook to delete the webhook first"
        raise ApiError(409, f"can't use getUpdates method while webhook is active; {hint}")
    if allowed_updates is not None:
        bot.allowed_updates = allowed_updates
    _confirm(bot, offset)
    bot.poller = me = object()
    bot.arrived.set()  # puts out a request that is still waiting
    until = asyncio.get_running_loop().time() + min(timeout, 50)
    while not bot.queue and not call.world.closing:
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            break
        bot.arrived.clear()
        try:
            await asyncio.wait_for(bot.arrived.wait(), left)
        except TimeoutError:
            break
        if bot.poller is not me:
            hint = "make sure that only one bot instance is running"
            raise ApiError(409, f"terminated by other getUpdates request; {hint}")
    return [update.shape() for update in list(bot.queue)[: max(1, min(limit, 100))]]


def _confirm(bot: Bot, offset: int) -> None:
    if offset < 0:  # only that many of the last ones
        offset = bot.queue[max(offset, -len(bot.queue))].id if bot.queue else 0
    bot.confirm(offset)


@method
def set_webhook(
    call: Call,
    url: str,
    max_connections: int = 40,
    allowed_updates: list[str] | None = None,
    drop_pending_updates: bool = False,
    secret_token: str | None = None,
) -> bool:
    if not url:
        return delete_webhook(call, drop_pending_updates)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOCAL:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if secret_token and not re.fullmatch("[A-Za-z0-9_-]{1,256}", secret_token):
        raise bad("secret token contains unallowed characters")
    if not 1 <= max_connections <= 100:
        raise bad("max_connections must be between 1 and 100")
    _drop_if(drop_pending_updates, call.bot)
    if allowed_updates is not None:
        call.bot.allowed_updates = allowed_updates
    call.bot.webhook = Webhook(url, secret_token, max_connections)
    call.world.activity.stir()  # what waits can be pushed now
    return True


@method
def delete_webhook(call: Call, drop_pending_updates: bool = False) -> bool:
    _drop_if(drop_pending_updates, call.bot)
    call.bot.webhook = None
    return True


def _drop_if(drop: bool, bot: Bot) -> None:
    if drop and bot.queue:
        bot.confirm(bot.queue[-1].id + 1)


@method
def get_webhook_info(call: Call) -> dict[str, Any]:
    bot, hook = call.bot, call.bot.webhook
    info: dict[str, Any] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.queue),
    }
    if hook:
        info["max_connections"] = hook.max_connections
        if hook.last_error:
            info["last_error_date"], info["last_error_message"] = hook.last_error
    if bot.allowed_updates:
        info["allowed_updates"] = bot.allowed_updates
    return info
