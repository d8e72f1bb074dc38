"""Who has looked at my matters: which worker was shown what, day by day."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button
from markupsafe import Markup

from bot import looks, views
from bot.i18n import day, fill, html
from bot.i18n import gettext as _
from bot.services import access
from bot.services.base import Services
from dialogs.common import Label, Ready, Tr, chat_of, give_back_text, leave, page, within
from dialogs.states import Access as At

ROOM = 2400
"""Characters of the list; of a long one the oldest days are told shortly."""
MOST = 30


async def on_open(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(At.looked)


async def get_looks(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    found = looks.looks(await access.mine(services, chat_of(dialog_manager).id), services)
    parts = [_look(one) for one in found[:MOST]]
    more = html(_("Vanhemmat merkinnät saat kohdasta Omat tietoni."))
    return {
        "looks": views.joined(within(ROOM, parts), more if len(found) > MOST else None, gap="\n\n"),
        "some": bool(found),
        "nobody": not found,
    }


def _look(one: looks.Look) -> tuple[Markup, Markup]:
    """In full and shortly."""
    short = fill("<b>{day}</b> {who}", day=day(one.day), who=one.who)
    full = views.joined(
        short,
        fill(_("Kello: {times}"), times=one.times),
        fill(_("Näytettiin: {kinds}"), kinds=one.kinds),
    )
    return full, short


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>👁 Kuka on katsonut tietojani</b>\n"),
            Tr("Kenellekään ei ole vielä näytetty tietojasi.", when="nobody"),
            Tr(
                "Merkitsen tähän joka kerran, kun näytän tietojasi työntekijälle. "
                "En näe, onko hän lukenut ne.\n",
                when="some",
            ),
            Ready("looks", when="some"),
            Button(Label("⬅️ Takaisin"), id="back", on_click=on_back),
            state=At.looked,
            getter=get_looks,
            protect=True,
        ),
        on_process_result=give_back_text,
    )
