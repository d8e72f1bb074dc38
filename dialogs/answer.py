"""The client's own words back to the worker who has the request."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, LaunchMode
from aiogram_dialog.widgets.kbd import Button

from bot.i18n import gettext as _
from bot.services import requests
from dialogs.common import (
    Label,
    Tr,
    chat_of,
    cut,
    give_back_text,
    in_moderation,
    leave,
    page,
    services_of,
    tell,
)
from dialogs.states import Answer as At


async def start(manager: DialogManager, request_id: int) -> None:
    await manager.start(At.write, data={"request": request_id})


async def on_words(text: str, manager: DialogManager) -> None:
    if not await in_moderation(manager):
        return
    start_data: Any = manager.start_data
    event: Any = manager.event
    message = event if isinstance(event, Message) else event.message
    sent = await requests.answer(
        services_of(manager),
        chat_of(manager).id,
        start_data["request"],
        await cut(text, manager),
        message.message_id,
    )
    line = (
        _("Lähetän viestisi työntekijälle.")
        if sent
        else _("Pyyntö ei ole enää voimassa. Viestiä ei lähetetty.")
    )
    await tell(manager, line)
    await leave(manager)


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>✍️ Kirjoita työntekijälle</b>"),
            Tr(
                "\nViestisi näkee vain se työntekijä, joka hoitaa pyyntöäsi. "
                "Hän ei näe puhelinnumeroasi eikä Telegram-tiliäsi."
            ),
            Button(Label("⬅️ Takaisin, en kirjoita nyt"), id="back", on_click=on_back),
            state=At.write,
            on_text=on_words,
        ),
        on_process_result=give_back_text,
        launch_mode=LaunchMode.SINGLE_TOP,
    )
