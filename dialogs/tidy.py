"""Tidy this chat: on a shared or borrowed phone, what was said is taken away as far as a bot may.

Telegram lets a bot delete messages of the last two days, its own and the client's. Which ones there are is remembered
for so long with the conversation, and forgotten with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, ShowMode, StartMode
from aiogram_dialog.widgets.kbd import Button

from bot.services import outbox
from bot.services.base import Services
from dialogs.common import (
    Label,
    Tr,
    chat_of,
    give_back_text,
    keep_round,
    leave,
    memory,
    page,
    services_of,
)
from dialogs.states import Tidy as At

DELETABLE = timedelta(hours=47)
"""Telegram's limit is 48 hours from sending; one hour for clocks that differ."""
AT_ONCE = 100
"""Messages that Telegram deletes in one call."""
MOST_KEPT = 2000

shown: ContextVar[list[int] | None] = ContextVar("shown", default=None)
"""The messages sent while this update is handled."""


def _of_chat(state: FSMContext) -> FSMContext:
    """The conversation's own memory of its messages, apart from all else: it changes with every message."""
    return FSMContext(state.storage, replace(state.key, destiny="tidy"))


async def note(state: FSMContext, services: Services, messages: Iterable[int]) -> None:
    """Remember that these messages stand in the chat."""
    now = services.clock()
    oldest = (now - DELETABLE).timestamp()
    place = _of_chat(state)
    kept = {int(number): at for number, at in (await place.get_data()).items() if at >= oldest}
    kept |= dict.fromkeys(messages, now.timestamp())
    await place.set_data({str(number): at for number, at in list(kept.items())[-MOST_KEPT:]})


async def forget(state: FSMContext) -> None:
    await _of_chat(state).clear()


async def start(manager: DialogManager) -> None:
    await manager.start(At.ask)


async def on_tidy(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Everything that can be deleted is, this window too; what is left is one line and the way to the menu."""
    bot: Bot = manager.middleware_data["bot"]
    services, chat = services_of(manager), chat_of(manager)
    place = _of_chat(memory(manager))
    since = services.clock() - DELETABLE
    noted = {int(n) for n, at in (await place.get_data()).items() if at >= since.timestamp()}
    numbers = iter(sorted(noted | set(await outbox.standing(services, chat.id, since))))
    while batch := list(islice(numbers, AT_ONCE)):
        with suppress(TelegramBadRequest):  # gone already, or too old after all
            await bot.delete_messages(chat.id, batch)
    await forget(memory(manager))
    await keep_round(manager)
    await manager.start(At.done, mode=StartMode.RESET_STACK, show_mode=ShowMode.SEND)


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>🧹 Siivotaanko tämä keskustelu?</b>"),
            Tr(
                "\nPoistan tästä chatista kahden viime päivän viestit, sekä omani että sinun. Vanhempia en pysty "
                "poistamaan. Ne saat pois itse: paina ylhäällä ⋮ ja valitse Tyhjennä keskustelu."
            ),
            Tr("\nPyyntösi, suostumuksesi ja muistilistasi säilyvät. Löydät ne kohdasta Omat asiani."),
            Button(Label("Kyllä, siivoa"), id="tidy", on_click=on_tidy),
            Button(Label("⬅️ Takaisin"), id="back", on_click=on_back),
            state=At.ask,
        ),
        page(
            Tr("<b>Siivottu.</b>"),
            Tr("\nJos puhelin ei ole sinun, muista myös kirjautua ulos Telegramista."),
            state=At.done,
        ),
        on_process_result=give_back_text,
    )
