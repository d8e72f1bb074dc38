"""What the courier says of what a client keeps in mind for themselves: one glance, what, when and where."""

from __future__ import annotations

from datetime import datetime, timedelta

from markupsafe import Markup
from telegram import InlineKeyboardMarkup

from bot import views
from bot.db.tables import Client, OutboxMessage
from bot.i18n import clock_time, fill
from bot.i18n import gettext as _
from bot.notices.notice import Notice, button
from bot.services import own_times
from bot.services.base import Services


async def reminder(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    found = await own_times.due(services, client.id, row.detail or {})
    if found is None:
        return None
    own, starts_at = found
    text = views.joined(
        _when(starts_at, services),
        fill("<b>{title}</b>", title=own.title),
        fill("📍 {where}", where=own.where) if own.where else None,
    )
    return Notice(text, InlineKeyboardMarkup([button(_("📅 Avaa oma kalenteri"), f"go:own:{own.id}")]))


def _when(starts_at: datetime, services: Services) -> Markup:
    """Today and tomorrow by those words: they say most at one glance."""
    zone = services.settings.zone
    away = starts_at.astimezone(zone).date() - services.clock().astimezone(zone).date()
    at = clock_time(starts_at, zone)
    if away == timedelta(0):
        return fill(_("🔔 Tänään kello {time}"), time=at)
    if away == timedelta(days=1):
        return fill(_("🔔 Huomenna kello {time}"), time=at)
    return fill("🔔 {when}", when=views.when(starts_at, zone))
