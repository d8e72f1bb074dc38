"""Choosing the language, from anywhere, keeping the place."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, LaunchMode
from aiogram_dialog.widgets.kbd import Button, Column, Select
from aiogram_dialog.widgets.text import Format

from bot.i18n import LANGUAGE_NAMES, LOCALES, current_locale, set_locale
from bot.services import clients
from dialogs import states
from dialogs.common import Label, Tr, chat_of, leave, page, remember, services_of


async def get_languages(**_: Any) -> dict[str, Any]:
    now = current_locale()
    return {
        "languages": [(each, f"{'✅ ' if each == now else ''}{LANGUAGE_NAMES[each]}") for each in LOCALES]
    }


async def choose(manager: DialogManager, locale: str) -> None:
    """Speak `locale` from here on: remembered in the conversation, and with the account if there is one."""
    if locale in LOCALES:
        set_locale(locale)
        await remember(manager, locale=locale)
        await clients.speak(services_of(manager), chat_of(manager))


async def on_chosen(_callback: CallbackQuery, _select: Any, manager: DialogManager, locale: str) -> None:
    await choose(manager, locale)
    await leave(manager)


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("🌐 Millä kielellä jatketaan?"),
            Column(
                Select(
                    Format("{item[1]}"),
                    id="locale",
                    item_id_getter=lambda item: item[0],
                    items="languages",
                    on_click=on_chosen,
                )
            ),
            Button(Label("⬅️ Takaisin"), id="back", on_click=on_back),
            state=states.Language.choose,
            getter=get_languages,
            language=False,
            home=False,
        ),
        launch_mode=LaunchMode.SINGLE_TOP,
    )
