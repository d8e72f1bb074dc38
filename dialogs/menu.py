"""The menu: everything starts from here, and every window has a way back to it."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button

from dialogs import asked, check_in, find, matters, states, worried
from dialogs.common import Label, Tr, give_back_text, page


async def get_menu(dialog_manager: DialogManager, **_: Any) -> dict[str, Any]:
    return {"enquire": await asked.possible(dialog_manager)}


async def on_check_in(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await check_in.start(manager)


async def on_find(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await find.start(manager)


async def on_worried(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await worried.start(manager)


async def on_matters(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await matters.start(manager)


async def on_enquiry(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await asked.start(manager)


async def on_text(text: str, manager: DialogManager) -> None:
    await find.start_search(manager, text)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>Mistä haluat lähteä liikkeelle?</b>"),
            Tr("\nVoit valita napeista tai kirjoittaa, mitä etsit."),
            Button(Label("💬 Mitä sinulle kuuluu?"), id="check_in", on_click=on_check_in),
            Button(Label("🔎 Etsi tekemistä tai apua"), id="find", on_click=on_find),
            Button(Label("💛 Olen huolissani läheisestä"), id="worried", on_click=on_worried),
            Button(Label("🕶 Kysy nimettömästi"), id="enquiry", on_click=on_enquiry, when="enquire"),
            Button(Label("📁 Omat asiani"), id="matters", on_click=on_matters),
            state=states.Menu.main,
            getter=get_menu,
            on_text=on_text,
            home=False,
        ),
        on_process_result=give_back_text,
    )
