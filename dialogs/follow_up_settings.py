"""When the bot asks how things have gone, and how often: the client's to choose, change and end at any time."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, StartMode
from aiogram_dialog.widgets.kbd import Button
from markupsafe import Markup

from bot import views
from bot.core.follow_ups import Pace
from bot.i18n import fill, html
from bot.i18n import gettext as _
from bot.services import clients, follow_ups
from bot.services.base import Services
from bot.services.follow_ups import Standing
from dialogs import choices, follow_up
from dialogs.common import (
    Label,
    Ready,
    Tr,
    chat_of,
    give_back_text,
    keep_round,
    last_check_in,
    leave,
    page,
    services_of,
)
from dialogs.states import FollowUps as At


async def start(manager: DialogManager) -> None:
    """From a message of the courier."""
    await keep_round(manager)
    await manager.start(At.main, mode=StartMode.RESET_STACK)


async def get_main(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    chat_id = chat_of(dialog_manager).id
    known = await clients.seen(services, chat_id) is not None
    if not known:
        return {"standing": Markup(""), "known": False, "unknown": True, "paces": []}
    standing = await follow_ups.standing(services, chat_id)
    chosen = await follow_ups.pace(services, chat_id)
    if await clients.opted_out(services, chat_id):
        chosen = Pace.NONE
    elif chosen is None and standing.next_at:
        chosen = Pace.ORDINARY
    names = {
        Pace.ORDINARY: _("Tavalliseen tahtiin"),
        Pace.DENSE: _("Useammin"),
        Pace.SPARSE: _("Harvemmin"),
        Pace.NONE: _("Ei lainkaan"),
    }
    return {
        "standing": _standing(services, standing),
        "known": True,
        "unknown": False,
        "paces": [(pace, f"{'✅ ' if pace is chosen else ''}{name}") for pace, name in names.items()],
    }


def _standing(services: Services, standing: Standing) -> Markup:
    zone = services.settings.zone
    silent, ahead = standing.silent_at, standing.next_at
    return views.joined(
        fill(_("Kysyin sinulta {day}, enkä saanut vastausta. Se on ihan ok."), day=views.until(silent, zone))
        if silent
        else None,
        html(_("Viime kysymykseeni voit vastata vielä nyt.")) if standing.open_id else None,
        fill(_("Seuraavan kerran kysyn {day}."), day=views.until(ahead, zone))
        if ahead
        else html(_("Nyt en ole kysymässä sinulta mitään.")),
    )


async def on_pace(callback: CallbackQuery, _select: Any, manager: DialogManager, pace: str) -> None:
    if pace not in set(Pace):
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
        return
    services, chat_id = services_of(manager), chat_of(manager).id
    if pace != Pace.NONE:
        await follow_ups.keep_round(services, chat_id, await last_check_in(manager))
    await follow_ups.set_pace(services, chat_id, Pace(pace))
    line = _("Selvä, en kysy enää.") if pace == Pace.NONE else _("Selvä, kysyn niin kuin haluat.")
    await callback.answer(line)


async def on_now(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if (number := await follow_ups.begin(services_of(manager), chat_of(manager).id)) is not None:
        await follow_up.start(manager, number)


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>🔁 Miten on mennyt?</b>"),
            Tr(
                "\nVoin kysyä sinulta silloin tällöin, miten asiat ovat menneet. Vastaaminen on vapaaehtoista. "
                "Tallennan vastauksesi salattuina. Jos et vastaa, muistutan yhden kerran enkä kysy samaa enää.\n",
                when="known",
            ),
            Tr(
                "\nVoin kysyä myöhemmin, miten sinulla menee, kun olet antanut luvan tallentaa jotain: "
                "muistilistan tai yhteydenottopyynnön. En ole tallentanut sinusta mitään.",
                when="unknown",
            ),
            Ready("standing", when="known"),
            Tr("\n<b>Miten usein saan kysyä?</b>", when="known"),
            choices.listed("pace", "paces", on_pace),
            Button(Label("💬 Kerron nyt, miten menee"), id="now", on_click=on_now, when="known"),
            Button(Label("⬅️ Takaisin"), id="back", on_click=on_back),
            state=At.main,
            getter=get_main,
        ),
        on_process_result=give_back_text,
    )
