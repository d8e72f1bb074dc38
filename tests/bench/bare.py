"""The least that aiogram-dialog can do: a dialog of the shape of the check-in, with nothing behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage, SimpleEventIsolation
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import Button, Column, Row, Select
from aiogram_dialog.widgets.text import Const, Format

AREAS = 12


class Bare(StatesGroup):
    intro = State()
    unfinished = State()
    area = State()
    words = State()
    end = State()


async def get_area(dialog_manager: DialogManager, **_kwargs: Any) -> dict[str, Any]:
    number = dialog_manager.dialog_data.get("number", 1)
    return {
        "dots": "●" * number + "○" * (AREAS - number),
        "number": number,
        "answers": [(f"area{number}.{value}", f"{value} – vastaus") for value in range(5, 0, -1)],
    }


async def on_begin(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    manager.dialog_data["number"] = 1
    await manager.switch_to(Bare.area)


async def on_rated(_callback: CallbackQuery, _select: Any, manager: DialogManager, item: str) -> None:
    manager.dialog_data.setdefault("ratings", {})[item[:-2]] = int(item[-1])
    if manager.dialog_data["number"] == AREAS:
        await manager.switch_to(Bare.end)
    else:
        manager.dialog_data["number"] += 1


async def on_anything(_event: Any, _widget: Any, _manager: DialogManager) -> None:
    """Stays where it is."""


async def on_start(_message: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(Bare.intro, mode=StartMode.RESET_STACK)


def build() -> Dialog:
    def footer() -> Row:
        return Row(*(Button(Const(name), id=name, on_click=on_anything) for name in ("sos", "lang", "home")))

    rate: Select[Any] = Select(
        Format("{item[1]}"),
        id="rate",
        item_id_getter=lambda item: item[0],
        items="answers",
        on_click=on_rated,
    )
    begin = Button(Const("Aloitetaan"), id="begin", on_click=on_begin)
    back, skip = (Button(Const(name), id=name, on_click=on_anything) for name in ("back", "skip"))
    enough = Button(Const("Riittää"), id="enough", on_click=on_anything)
    area = Window(
        Format("{number}/12 {dots}\n\nKysymys elämän alueesta, rivin tai kahden mittainen?"),
        Column(rate),
        Row(back, skip),
        enough,
        footer(),
        MessageInput(on_anything),
        state=Bare.area,
        getter=get_area,
    )
    others = [
        Window(Const("Lyhyt teksti, jossa on rivi tai kaksi."), begin, footer(), state=state)
        for state in (Bare.intro, Bare.unfinished, Bare.words, Bare.end)
    ]
    return Dialog(others[0], others[1], area, *others[2:])


@asynccontextmanager
async def polling(token: str, api: str) -> AsyncIterator[None]:
    """The bot running as aiogram runs one by default but for the locks that double taps need."""
    isolation = SimpleEventIsolation()
    dispatcher = Dispatcher(storage=MemoryStorage(), events_isolation=isolation)
    dispatcher.message.register(on_start, CommandStart())
    dispatcher.include_router(build())
    setup_dialogs(dispatcher, events_isolation=isolation)
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    running = asyncio.create_task(
        dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)
    )
    try:
        yield
    finally:
        await dispatcher.stop_polling()
        await running
        await bot.session.close()
