"""The client's own calendar: what they want to be reminded of, once or again and again. No worker sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from aiogram import Bot
from aiogram.types import BufferedInputFile, CallbackQuery
from aiogram_dialog import Dialog, DialogManager, ShowMode, StartMode
from aiogram_dialog.widgets.kbd import Button

from bot import calendar_file
from bot.i18n import gettext as _
from bot.i18n import html, near_day
from bot.services import own_times
from bot.services.base import Services
from bot.services.own_times import Draft, OwnTime
from dialogs import choices, own_time_draft
from dialogs.common import (
    Label,
    OneAtATime,
    Ready,
    Tr,
    as_id,
    chat_of,
    give_back_text,
    in_moderation,
    keep_round,
    leave,
    page,
    services_of,
    to,
    within,
)
from dialogs.own_time_draft import Data, told
from dialogs.states import OwnTime as At

ROOM = 1200
"""Characters of the list: the later ones of a long list are told by name only."""


async def start_one(manager: DialogManager, number: int) -> None:
    """Open one: where the button of its reminder leads."""
    await keep_round(manager)
    await manager.start(At.one, data={"own": number}, mode=StartMode.RESET_STACK)


async def on_open(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(At.mine)


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data or {})


# --- the list


async def get_mine(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> Data:
    mine = await own_times.mine(services, chat_of(dialog_manager).id)
    removed = dialog_manager.dialog_data.get("removed")
    zone = services.settings.zone
    return {
        "list": within(ROOM, [(told(own, services), told(own, services, short=True)) for own in mine]),
        "some": bool(mine),
        "none": not mine,
        "own": [
            (str(own.id), f"{near_day(own.starts_at.astimezone(zone))} {choices.short(own.title)}")
            for own in mine
        ],
        "removed": _("↩️ Palauta: {name}").format(name=choices.short(removed["title"])) if removed else "",
        "undo": removed is not None,
    }


async def on_own(_callback: CallbackQuery, _select: Any, manager: DialogManager, number: str) -> None:
    manager.dialog_data["own"] = as_id(number)
    await manager.switch_to(At.one)


async def on_undo(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if removed := manager.dialog_data.pop("removed", None):
        draft = Draft(**{**removed, "starts_at": datetime.fromisoformat(removed["starts_at"])})
        await own_times.keep(services_of(manager), chat_of(manager), draft)
        await callback.answer(_("Palautin sen kalenteriisi."))


async def on_leave(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


# --- one of them


async def _one(manager: DialogManager) -> OwnTime | None:
    number = manager.dialog_data.get("own")
    return await own_times.one(services_of(manager), chat_of(manager).id, number) if number else None


async def get_one(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> Data:
    own = await _one(dialog_manager)
    gone = html(_("Tätä ei ole enää kalenterissasi."))
    return {"told": told(own, services) if own else gone, "there": own is not None}


def _at_hand(manager: DialogManager) -> str:
    return str(manager.dialog_data.get("own"))


async def on_remove(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """One press takes it away, and another brings it back."""
    if own := await _one(manager):
        await own_times.remove(services_of(manager), chat_of(manager).id, own.id)
        manager.dialog_data["removed"] = {
            "uid": str(uuid4()),
            "title": own.title,
            "where": own.where,
            "rule": own.rule,
            "starts_at": own.starts_at.isoformat(),
        }
    await callback.answer(_("Poistin sen kalenteristasi."))
    await manager.switch_to(At.mine)


async def on_file(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """For the calendar of the telephone; made in memory, and sent to this chat alone."""
    own, services = await _one(manager), services_of(manager)
    if own is None or not await in_moderation(manager):
        return
    bot: Bot = manager.middleware_data["bot"]
    file = BufferedInputFile(calendar_file.build_own(own, services.settings.zone), calendar_file.OWN_NAME)
    caption = _("Avaa tiedosto, niin puhelimesi kysyy, lisätäänkö tämä sen kalenteriin.")
    await bot.send_document(chat_of(manager).id, file, caption=caption)
    await callback.answer()
    manager.show_mode = ShowMode.SEND


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>📅 Oma kalenteri</b>\n"),
            Ready("list", when="some"),
            Tr("\nVain sinä näet nämä.", when="some"),
            Tr(
                "Tässä ei ole vielä mitään. Voin muistuttaa sinua ryhmästä, ajanvarauksesta tai muusta, minkä "
                "haluat muistaa.",
                when="none",
            ),
            choices.listed("own", "own", on_own),
            Button(Ready("removed"), id="undo", on_click=on_undo, when="undo"),
            Button(Label("➕ Lisää muistettavaa"), id="add", on_click=own_time_draft.start),
            Button(back, id="back", on_click=on_leave),
            state=At.mine,
            getter=get_mine,
        ),
        page(
            Ready("told"),
            Button(Label("📆 Puhelimen kalenteriin"), id="file", on_click=on_file, when="there"),
            OneAtATime(Label("🗑 Poista"), "remove", on_remove, _at_hand, when="there"),
            Button(back, id="b_mine", on_click=to(At.mine)),
            state=At.one,
            getter=get_one,
        ),
        *own_time_draft.windows(),
        on_start=on_start,
        on_process_result=give_back_text,
    )
