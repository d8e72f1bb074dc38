"""What the courier asks of its own accord: how have things gone?"""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.db.tables import Client, OutboxMessage
from bot.i18n import fill
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.notices.notice import Notice, button
from bot.services import follow_ups
from bot.services.base import Services
from bot.services.follow_up_plan import REMINDER


async def follow_up(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """The question and, once, a reminder of it; never again."""
    detail = row.detail or {}
    asked = await follow_ups.asking(services, detail["follow_up"], detail["number"])
    if asked is None:
        return None
    if detail["number"] == REMINDER:
        text = fill(
            _(
                "👋 Hei! Kysyin muutama päivä sitten, miten asiasi ovat menneet. Voit vastata, jos haluat. "
                "Jos nyt ei ole hyvä hetki, sekin on ihan ok. En kysy tätä enää uudelleen."
            )
        )
    elif asked.organisation_id:
        text = fill(
            _(
                "👋 Hei! Pyysit aiemmin yhteydenottoa ({organisation}). Miten asiat ovat menneet? "
                "Kysyn muutaman lyhyen kysymyksen. Voit ohittaa niistä minkä tahansa."
            ),
            organisation=organisation_name(services.catalog, asked.organisation_id),
        )
    else:
        text = fill(
            _(
                "👋 Hei! Lupasin kysyä, miten sinulla menee. Kysyn muutaman lyhyen kysymyksen. "
                "Voit ohittaa niistä minkä tahansa."
            )
        )
    rows = [
        button(_("💬 Kerron, miten menee"), f"go:followup:{asked.id}"),
        button(_("🔁 Muutan, milloin kysyt"), "go:followups"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows))
