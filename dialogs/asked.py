"""What one has asked without one's name: the conversations, going on with them, and their end."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, StartMode
from aiogram_dialog.widgets.kbd import Button, Column, Row, Select
from aiogram_dialog.widgets.text import Format
from markupsafe import Markup

from bot import views
from bot.core.enquiries import KEPT_AFTER_END, Ended, Refused, Side, State
from bot.i18n import fill, html
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import enquiries
from bot.services.base import Services
from bot.services.enquiries import Said, Thread
from dialogs import consent, enquiry
from dialogs.common import (
    Label,
    Ready,
    Tr,
    as_id,
    chat_of,
    give_back_text,
    keep_round,
    leave,
    page,
    services_of,
    tell,
    to,
)
from dialogs.states import Asked as At

ROOM = 2600
"""Characters of what was said in a conversation."""


async def possible(manager: DialogManager) -> bool:
    """Whether there is somebody to ask, or something has been asked."""
    services, chat_id = services_of(manager), chat_of(manager).id
    return bool(await enquiries.askable(services, chat_id) or await enquiries.kept(services, chat_id))


async def start(manager: DialogManager) -> None:
    """What has been asked, if anything; otherwise a new question."""
    if await enquiries.kept(services_of(manager), chat_of(manager).id):
        await manager.start(At.mine)
    else:
        await enquiry.start(manager)


async def start_thread(manager: DialogManager, enquiry_id: int) -> None:
    """Open one enquiry: where the button of an answer leads."""
    await keep_round(manager)
    await manager.start(At.thread, data={"enquiry": enquiry_id}, mode=StartMode.RESET_STACK)


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data or {})


# --- one's own enquiries


async def get_mine(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    chat_id = chat_of(dialog_manager).id
    mine = await enquiries.mine(services, chat_id)
    symbols = {State.OPEN: "⏳", State.ANSWERED: "💬", State.ENDED: "✔️"}
    return {
        "mine": [(str(one.id), f"{symbols[one.state]} {one.alias} · {_name(services, one)}") for one in mine],
        "some": bool(mine),
        "none": not mine,
        "new": bool(await enquiries.askable(services, chat_id)),
    }


def _name(services: Services, one: Thread) -> str:
    return organisation_name(services.catalog, one.organisation_id)


async def on_mine(_callback: CallbackQuery, _select: Any, manager: DialogManager, enquiry_id: str) -> None:
    manager.dialog_data["enquiry"] = as_id(enquiry_id)
    await manager.switch_to(At.thread)


async def on_new(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await enquiry.start(manager)


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


# --- the conversation


async def _thread(manager: DialogManager) -> Thread | None:
    enquiry_id = manager.dialog_data.get("enquiry")
    if not enquiry_id:
        return None
    return await enquiries.thread(services_of(manager), chat_of(manager).id, enquiry_id)


async def get_thread(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    one = await _thread(dialog_manager)
    if one is None:
        return {"thread": html(_("Tätä keskustelua ei enää ole.")), "live": False, "ask": False}
    name = _name(services, one)
    gone_on = views.until(one.gone_at, services.settings.zone) if one.gone_at else ""
    return {
        "thread": views.joined(
            fill("<b>🕶 {name}</b>", name=name),
            fill(_("Nimesi tässä keskustelussa: {alias}\n"), alias=one.alias),
            views.conversation([_said(message) for message in one.said], ROOM),
            html(_standing(one, name, gone_on)),
        ),
        "live": one.live,
        "ask": one.organisation_id in await enquiries.askable(services, chat_of(dialog_manager).id),
    }


def _said(message: Said) -> Markup:
    if message.side is Side.ASKER:
        return fill(_("Sinä:\n<blockquote>{words}</blockquote>"), words=message.words)
    who = message.worker or _("Työntekijä")
    return fill("<b>{who}</b>:\n<blockquote>{words}</blockquote>", who=who, words=message.words)


def _standing(one: Thread, name: str, gone_on: str) -> str:
    if one.state is State.OPEN:
        return _("⏳ Odottaa vastausta. Voit kirjoittaa lisää tähän.")
    if one.state is State.ANSWERED:
        return _("💬 Voit kirjoittaa tähän, jos haluat jatkaa.")
    if one.ended_by is Ended.ASKER:
        return _("✔️ Lopetit tämän keskustelun. Viestit poistuvat {day}.").format(day=gone_on)
    if one.ended_by is Ended.IDLE:
        return _("✔️ Keskustelu päättyi, koska se oli pitkään hiljaa. Viestit poistuvat {day}.").format(
            day=gone_on
        )
    return _("✔️ {name} on lopettanut keskustelun. Viestit poistuvat {day}.").format(name=name, day=gone_on)


async def on_words(text: str, manager: DialogManager) -> None:
    one = await _thread(manager)
    if one is not None and one.live:
        await enquiry.start_reply(manager, one, text)
    else:
        await tell(manager, enquiry.refusal(Refused.ENDED))


async def on_request(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if one := await _thread(manager):
        await consent.start_from_enquiry(manager, one.organisation_id, one.alias)


async def get_end(**_kwargs: Any) -> dict[str, Any]:
    return {"days": KEPT_AFTER_END.days}


async def on_end(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if one := await _thread(manager):
        await enquiries.end(services_of(manager), chat_of(manager).id, one.id)
    await callback.answer(_("Keskustelu on lopetettu."))
    await manager.switch_to(At.thread)


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>🕶 Nimettömät kysymyksesi</b>"),
            Tr("\nPaina keskustelua, niin näet sen.", when="some"),
            Tr("\nSinulla ei ole nyt nimettömiä kysymyksiä.", when="none"),
            Column(
                Select(
                    Format("{item[1]}"),
                    id="enquiry",
                    item_id_getter=lambda item: item[0],
                    items="mine",
                    on_click=on_mine,
                )
            ),
            Button(Label("Kysy jotain uutta"), id="new", on_click=on_new, when="new"),
            Button(back, id="back", on_click=on_back),
            state=At.mine,
            getter=get_mine,
        ),
        page(
            Ready("thread"),
            Button(Label("✉️ Pyydä yhteydenottoa"), id="ask", on_click=on_request, when="ask"),
            Row(
                Button(back, id="b_mine", on_click=to(At.mine)),
                Button(Label("✔️ Lopeta keskustelu"), id="finish", on_click=to(At.end), when="live"),
            ),
            state=At.thread,
            getter=get_thread,
            on_text=on_words,
            inputs=(enquiry.NoFiles(),),
        ),
        page(
            Tr("<b>Lopetetaanko keskustelu?</b>"),
            Tr(
                "\nTyöntekijä näkee, että se päättyi. Viestit poistuvat {days} päivän kuluttua. "
                "Jos haluat ne pois heti, kirjoita /stop."
            ),
            Button(Label("Kyllä, lopeta"), id="end", on_click=on_end),
            Button(back, id="b_thread", on_click=to(At.thread)),
            state=At.end,
            getter=get_end,
        ),
        on_start=on_start,
        on_process_result=give_back_text,
    )
