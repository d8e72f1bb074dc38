"""Is it over? The client says so, or answers the worker who says so; and says when nobody has been in touch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button

from bot import views
from bot.core.requests import CLOSES_AFTER, Side, State
from bot.i18n import fill
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import closing, mismatches, requests
from bot.services.base import Services
from bot.services.requests import MyRequest
from dialogs import renewal
from dialogs.common import Label, Tr, as_id, chat_of, give_back_text, leave, page, services_of
from dialogs.states import Closing as At


async def start(manager: DialogManager, request_id: int) -> None:
    await manager.start(At.over, data={"request": request_id})


async def start_nobody(manager: DialogManager, request_id: int) -> None:
    await manager.start(At.nobody, data={"request": request_id})


def label(one: MyRequest) -> str:
    """What the button in a request's window says."""
    if one.state is not State.CLOSING:
        return _("✔️ En tarvitse enää tätä")
    if one.closing_by is Side.CLIENT:
        return _("Tarvitsen sittenkin apua")
    return _("Vastaa: sopiiko lopettaa?")


async def _mine(services: Services, chat_id: int, request_id: int) -> MyRequest | None:
    mine = await requests.mine(services, chat_id)
    return next((one for one in mine if one.id == request_id), None)


def _request_id(manager: DialogManager) -> int:
    start_data: Any = manager.start_data
    return int(start_data["request"])


# --- over?


async def get_over(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    one = await _mine(services, chat_of(dialog_manager).id, _request_id(dialog_manager))
    live, asked = bool(one and one.live), bool(one and one.state is State.CLOSING)
    mine = asked and one is not None and one.closing_by is Side.CLIENT
    return {
        "name": organisation_name(services.catalog, one.organisation_id) if one else "",
        "days": CLOSES_AFTER.days,
        "until": views.until(one.closes_at, services.settings.zone) if one and one.closes_at else "",
        "waits": one is not None and one.state is State.OPEN,
        "in_hand": live and not asked and one is not None and one.state is not State.OPEN,
        "asked": asked and not mine,
        "mine": mine,
        "gone": not live,
        "end": live and not mine,
        "on": asked,
    }


async def on_end(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    state = await closing.end(services_of(manager), chat_of(manager).id, _request_id(manager))
    lines = {
        State.CLOSED: _("Pyyntö on nyt päättynyt. Voit palata, milloin haluat."),
        State.CLOSING: _("Kiitos, että kerroit. Työntekijä saa siitä tiedon."),
    }
    await callback.answer(lines.get(state, _too_late()) if state else _too_late())
    await leave(manager)


async def on_go_on(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    done = await closing.go_on(services_of(manager), chat_of(manager).id, _request_id(manager))
    await callback.answer(_("Selvä, pyyntösi jatkuu. Työntekijä saa siitä tiedon.") if done else _too_late())
    await leave(manager)


def _too_late() -> str:
    return _("Tässä on ehtinyt tapahtua muuta. Katso, missä pyyntö on nyt.")


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


# --- nobody has been in touch


async def on_nobody(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if await mismatches.nobody_called(services_of(manager), chat_of(manager).id, _request_id(manager)):
        await manager.switch_to(At.told)
        return
    await callback.answer(_too_late())
    await leave(manager)


async def on_check(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    one = await _mine(services_of(manager), chat_of(manager).id, _request_id(manager))
    await (renewal.start_changing(manager, one.consent_id) if one else leave(manager))


async def on_called(callback: CallbackQuery, manager: DialogManager, request_id: int) -> None:
    """From the request's own window: somebody has been in touch after all."""
    await mismatches.was_contacted(services_of(manager), chat_of(manager).id, request_id)
    await callback.answer(_("Kiitos, että kerroit. Hyvä, että saitte yhteyden."))


# --- buttons of messages that the courier has sent: `matter:ACTION:REQUEST[:QUESTION]`


Row = tuple[str, str]
"""A button's label, and where it leads."""
Said = tuple[str, list[Row]]


async def on_press(callback: CallbackQuery, services: Services) -> None:
    """The message then says what came of it. A question that is no longer open says how the request stands."""
    _prefix, action, number, question = [*(callback.data or "").split(":"), "", "", "", ""][:4]
    request_id, chat_id = as_id(number), callback.from_user.id
    act = ACTIONS.get(action)
    one = await _mine(services, chat_id, request_id) if request_id else None
    if act is None or one is None:
        await callback.answer(_("Tätä pyyntöä ei enää ole."), show_alert=True)
        return
    said = await act(services, chat_id, one, question or None)
    if said is None:
        now = await _mine(services, chat_id, one.id) or one
        said = _standing(services, now), [(_("Avaa pyyntö"), f"go:request:{one.id}")]
    await callback.answer()
    if isinstance(callback.message, Message):
        rows = [[InlineKeyboardButton(text=text, callback_data=data)] for text, data in said[1]]
        markup = InlineKeyboardMarkup(inline_keyboard=rows)
        with suppress(TelegramBadRequest):  # it says so already, or is no longer there
            await callback.message.edit_text(fill("{text}", text=said[0]), reply_markup=markup)


def _standing(services: Services, one: MyRequest) -> str:
    name = organisation_name(services.catalog, one.organisation_id)
    return views.request_state(one.state, one.outcome, one.worker, name, one.closing_by, one.disputed)


async def _end(services: Services, chat_id: int, one: MyRequest, question: str | None) -> Said | None:
    if await closing.end(services, chat_id, one.id, question or "") is None:
        return None
    text = _("Kiitos, että vastasit. Pyyntö on nyt päättynyt. Voit palata, milloin haluat.")
    return text, [(_("🏠 Valikko"), "go:menu")]


async def _go_on(services: Services, chat_id: int, one: MyRequest, question: str | None) -> Said | None:
    if not await closing.go_on(services, chat_id, one.id, question or ""):
        return None
    text = _(
        "Selvä, pyyntösi jatkuu. Työntekijä saa tietää, että tarvitset vielä apua. Haluatko kirjoittaa hänelle?"
    )
    return text, [
        (_("✍️ Kirjoita työntekijälle"), f"go:answer:{one.id}"),
        (_("Avaa pyyntö"), f"go:request:{one.id}"),
    ]


async def _nobody(services: Services, chat_id: int, one: MyRequest, _question: str | None) -> Said | None:
    if not await mismatches.nobody_called(services, chat_id, one.id):
        return None
    text = _(
        "Kiitos, että kerroit. Työntekijä saa siitä tiedon ja yrittää uudelleen. Voit tarkistaa, "
        "miten sinut tavoittaa. Yhteydenotto voi tulla myös oudosta numerosta."
    )
    return text, [
        (_("Tarkistan yhteystietoni"), f"go:change:{one.consent_id}"),
        (_("🔎 Etsitään muuta"), "go:find"),
        (_("Avaa pyyntö"), f"go:request:{one.id}"),
    ]


async def _called(services: Services, chat_id: int, one: MyRequest, _question: str | None) -> Said | None:
    if not await mismatches.was_contacted(services, chat_id, one.id):
        return None
    return _("Kiitos, että kerroit. Hyvä, että saitte yhteyden."), [
        (_("Avaa pyyntö"), f"go:request:{one.id}")
    ]


async def _wait(_services: Services, _chat_id: int, one: MyRequest, _question: str | None) -> Said | None:
    if one.state is not State.OPEN:
        return None
    text = _("Selvä, odotetaan. Pyyntösi on yhä voimassa. Kerron heti, jos joku ottaa sen.")
    return text, [(_("🔎 Etsitään muuta"), "go:find"), (_("Avaa pyyntö"), f"go:request:{one.id}")]


ACTIONS: dict[str, Callable[[Services, int, MyRequest, str | None], Awaitable[Said | None]]] = {
    "end": _end,
    "on": _go_on,
    "nobody": _nobody,
    "called": _called,
    "wait": _wait,
}


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>{name}</b>\n"),
            Tr("Tätä pyyntöä ei enää ole.", when="gone"),
            Tr(
                "Kukaan ei ole vielä ottanut pyyntöäsi. Jos et enää tarvitse sitä, se päättyy heti.",
                when="waits",
            ),
            Tr(
                "Jos et enää tarvitse tätä, kerron siitä työntekijälle. Pyyntö päättyy, kun hän vahvistaa sen, "
                "viimeistään {days} päivän kuluttua. Jos haluat, että tietosi poistuvat heti, peru suostumus.",
                when="in_hand",
            ),
            Tr(
                "Työntekijä kertoo, että tämä pyyntö voisi päättyä. <b>Sopiiko se sinulle?</b>\n"
                "Jos et vastaa, pyyntö päättyy {until}.",
                when="asked",
            ),
            Tr(
                "Olet kertonut, ettet enää tarvitse tätä. Jos tarvitset sittenkin apua, pyyntö jatkuu.",
                when="mine",
            ),
            Button(Label("✔️ Kyllä, pyyntö voi päättyä"), id="end", on_click=on_end, when="end"),
            Button(Label("Tarvitsen vielä apua"), id="go_on", on_click=on_go_on, when="on"),
            Button(back, id="b_over", on_click=on_back),
            state=At.over,
            getter=get_over,
        ),
        page(
            Tr("<b>Eikö kukaan ole ottanut yhteyttä?</b>"),
            Tr(
                "\nKerron sen työntekijälle ystävällisesti, ja hän yrittää uudelleen. Joskus numero on väärä, "
                "tai puhelu on tullut oudosta numerosta."
            ),
            Button(Label("Kukaan ei ole ottanut yhteyttä"), id="nobody", on_click=on_nobody),
            Button(back, id="b_nobody", on_click=on_back),
            state=At.nobody,
        ),
        page(
            Tr("<b>Kiitos, että kerroit.</b>"),
            Tr("\nTyöntekijä saa tiedon ja yrittää uudelleen. Voit tarkistaa, miten sinut tavoittaa."),
            Button(Label("Tarkistan yhteystietoni"), id="check", on_click=on_check),
            Button(back, id="b_told", on_click=on_back),
            state=At.told,
        ),
        on_process_result=give_back_text,
    )
