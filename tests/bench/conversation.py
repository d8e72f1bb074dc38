"""What an update of the check-in costs, beside a bare aiogram-dialog dialog of the same shape in the same run."""

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiogram import Dispatcher
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage, SimpleEventIsolation
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.kbd import Button, Column, Row, Select
from aiogram_dialog.widgets.text import Const, Format
from rich.table import Table

from bot import client as wiring
from bot.demo import demonstration
from bot.simulator.api import Simulator
from bot.simulator.chats import Bot, Chat, User
from bot.simulator.chats import Message as Shown

AREAS = 12
WARM_UP = 2
ONE_BY_ONE = 20
"""Clients who go through the areas one after another."""
TOGETHER = 50
"""Clients who go through them at the same time."""
Rated = Callable[[Chat], Awaitable[list[float]]]


async def table() -> Table:
    """Medians and 99th percentiles of the time from a press to its answer, and their ratios."""
    async with _bare() as (world, bot):
        bare = await _measure(world, bot)
    async with _ours() as (world, bot):
        ours = await _measure(world, bot)
    found = Table(
        "", "bare", "Rinnalla", "ratio", title=f"From a press to its answer, {AREAS} areas a client"
    )
    for name, unit, better in (("one client at a time, median", "ms", 1), ("one client at a time, p99", "ms", 1),
                               (f"{TOGETHER} clients at once, median", "ms", 1),
                               (f"{TOGETHER} clients at once, p99", "ms", 1),
                               (f"{TOGETHER} clients at once, updates a second", "/s", -1)):  # fmt: skip
        one, other = bare[name], ours[name]
        ratio = other / one if better > 0 else one / other
        found.add_row(name, f"{one:.1f} {unit}", f"{other:.1f} {unit}", f"{ratio:.2f}")
    samples = f"{ONE_BY_ONE * AREAS} presses one by one and {TOGETHER * AREAS} at once; simulator in the same process"
    found.caption = samples
    return found


async def _measure(world: Simulator, bot: Bot) -> dict[str, float]:
    for _ in range(WARM_UP):
        await _go_through(world, bot)
    gc.collect()
    alone = [seconds for _ in range(ONE_BY_ONE) for seconds in await _go_through(world, bot)]
    begun = time.perf_counter()
    many = await asyncio.gather(*(_go_through(world, bot) for _ in range(TOGETHER)))
    whole = time.perf_counter() - begun
    together = [seconds for one in many for seconds in one]
    return {
        "one client at a time, median": statistics.median(alone) * 1000,
        "one client at a time, p99": _p99(alone) * 1000,
        f"{TOGETHER} clients at once, median": statistics.median(together) * 1000,
        f"{TOGETHER} clients at once, p99": _p99(together) * 1000,
        f"{TOGETHER} clients at once, updates a second": len(together) / whole,
    }


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


async def _go_through(world: Simulator, bot: Bot) -> list[float]:
    """A new client begins and presses the second best answer to every area; the seconds of each press."""
    user: User = world.add_user("Testi", "fi")
    chat = world.chat(bot, user)
    chat.say("/start")
    await _newest(world, chat)
    for label in ("Aloitetaan", "Mitä sinulle kuuluu?", "Aloitetaan"):
        await _press(world, chat, label)
    return [await _press(world, chat, "Hyvä, pärjään") for _ in range(AREAS)]


async def _newest(world: Simulator, chat: Chat) -> Shown:
    """The newest message with buttons; waits for the first one."""
    with world.subscribe() as events:
        while True:
            for message in reversed(chat.messages.values()):
                if message.from_bot and message.buttons:
                    return message
            await anext(aiter(events))


async def _press(world: Simulator, chat: Chat, label: str) -> float:
    """Press a button and wait until the press is answered, which both bots do after the window has changed."""
    message = await _newest(world, chat)
    data = next(key["callback_data"] for row in message.buttons for key in row if label in key["text"])
    with world.subscribe() as events:
        begun = time.perf_counter()
        query = chat.press(message.id, data)
        while not query.answered:
            await anext(aiter(events))
        return time.perf_counter() - begun


@asynccontextmanager
async def _ours() -> AsyncIterator[tuple[Simulator, Bot]]:
    with tempfile.TemporaryDirectory() as folder:
        async with demonstration(Path(folder)) as demo:
            yield demo.simulator, demo.client_bot


# --- a dialog of the same shape with nothing around it


class Bare(StatesGroup):
    hello = State()
    menu = State()
    intro = State()
    area = State()
    end = State()


def _to(state: State) -> Callable[[CallbackQuery, Button, DialogManager], Awaitable[None]]:
    async def on_click(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
        await manager.switch_to(state)

    return on_click


async def get_area(dialog_manager: DialogManager, **_kwargs: Any) -> dict[str, Any]:
    number = dialog_manager.dialog_data.get("number", 1)
    labels = ("Täysin tyytyväinen", "Hyvä, pärjään", "Melko tyytyväinen", "Joihinkin apua", "Vaikeaa")
    return {"number": number, "answers": [(f"{number}.{at}", label) for at, label in enumerate(labels)]}


async def on_rated(_callback: CallbackQuery, _select: Any, manager: DialogManager, _item: str) -> None:
    number = manager.dialog_data["number"] = manager.dialog_data.get("number", 1) + 1
    if number > AREAS:
        await manager.switch_to(Bare.end)


def _dialog() -> Dialog:
    footer = Row(*(Button(Const(text), id=text) for text in ("sos", "kieli", "valikko")))
    return Dialog(
        Window(Const("Hei"), Button(Const("Aloitetaan"), id="a", on_click=_to(Bare.menu)), footer, state=Bare.hello),
        Window(Const("Valikko"), Button(Const("Mitä sinulle kuuluu?"), id="b", on_click=_to(Bare.intro)), footer,
               state=Bare.menu),
        Window(Const("Alku"), Button(Const("Aloitetaan"), id="c", on_click=_to(Bare.area)), footer, state=Bare.intro),
        Window(
            Format("{number}/12"),
            Column(Select(Format("{item[1]}"), id="rate", item_id_getter=lambda item: item[0], items="answers",
                          on_click=on_rated)),
            Row(Button(Const("Takaisin"), id="back"), Button(Const("Ohita"), id="skip")),
            Button(Const("Riittää"), id="enough"),
            footer,
            state=Bare.area,
            getter=get_area,
        ),
        Window(Const("Kiitos"), footer, state=Bare.end),
    )  # fmt: skip


@asynccontextmanager
async def _bare() -> AsyncIterator[tuple[Simulator, Bot]]:
    async with Simulator() as world:
        account = world.add_bot("2001:bare", "bare_bot", "Bare")
        bot = wiring.build_bot("2001:bare", world.url)
        dispatcher = Dispatcher(storage=MemoryStorage(), events_isolation=SimpleEventIsolation())

        async def on_start(_message: Message, dialog_manager: DialogManager) -> None:
            await dialog_manager.start(Bare.hello, mode=StartMode.RESET_STACK)

        dispatcher.message.register(on_start, CommandStart())
        dispatcher.include_router(_dialog())
        setup_dialogs(dispatcher)
        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=1))
        try:
            yield world, account
        finally:
            await dispatcher.stop_polling()
            await polling
            await bot.session.close()
