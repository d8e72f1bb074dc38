"""Taking a consent back: by saying so anywhere in the chat, with one tap on the receipt, or by letting its term end.

Said plainly with one consent in force it is done at once; with several the client says which."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram_dialog import Dialog, DialogManager, LaunchMode, ShowMode
from aiogram_dialog.widgets.kbd import Button

from bot import views
from bot.core.consent import Purpose
from bot.core.withdrawing import Meant
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import consents
from bot.services.base import Services
from dialogs import choices, text_messages
from dialogs.common import Label, Tr, chat_of, go_home, leave, page, services_of, tell
from dialogs.states import Withdrawal as At


async def hear(manager: DialogManager, text: str) -> bool:
    """Do what the client's words say of a consent. False if they say nothing of the kind, or only wonder about it and
    there is none: then they go where they were meant to."""
    services = services_of(manager)
    meant = services.withdrawing.hear(text)
    if meant is Meant.NOTHING:
        return False
    mine = await consents.mine(services, chat_of(manager).id)
    if meant is Meant.WONDERING:
        if mine:
            await manager.start(At.choose, data={"held": text}, show_mode=ShowMode.SEND)
        return bool(mine)
    if len(mine) > 1:
        await manager.start(At.choose, data={}, show_mode=ShowMode.SEND)
        return True
    if mine:
        await _withdraw(manager, mine[0].id)
    else:
        await tell(
            manager,
            _("Sinulla ei ole nyt voimassa yhtään suostumusta. Kukaan ei näe tietojasi Rinnallan kautta."),
        )
    if manager.has_context():
        await manager.show(ShowMode.SEND)
    else:
        await go_home(manager)
    return True


async def get_choose(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    mine = await consents.mine(services, chat_of(dialog_manager).id)
    names = {one.id: organisation_name(services.catalog, one.organisation_id) for one in mine}
    return {"mine": list(names.items()), "several": len(names) > 1}


async def on_one(_callback: CallbackQuery, _select: Any, manager: DialogManager, consent_id: str) -> None:
    await _withdraw(manager, consent_id)
    manager.show_mode = ShowMode.SEND  # the window comes after the line, not above it
    await leave(manager)


async def on_all(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await consents.withdraw_all(services_of(manager), chat_of(manager).id)
    await tell(
        manager,
        _(
            "Kaikki suostumuksesi on nyt peruttu. Tietosi poistuvat työntekijöiden viesteistä, ja heille "
            "kerrotaan perumisesta. Sitä, mitä olette jo puhuneet, en voi poistaa. "
            "Voit pyytää yhteydenottoa uudelleen, milloin vain haluat."
        ),
    )
    manager.show_mode = ShowMode.SEND
    await leave(manager)


async def _withdraw(manager: DialogManager, consent_id: str) -> None:
    """At once, and said plainly: there is nothing to take back, only a new request."""
    purpose = await consents.withdraw(services_of(manager), chat_of(manager).id, consent_id)
    if purpose is None:
        await tell(manager, _("Tätä suostumusta ei enää ole."))
        return
    await tell(
        manager,
        text_messages.ended_line()
        if purpose is Purpose.REMIND
        else _(
            "Suostumuksesi on nyt peruttu. Tietosi poistuvat työntekijän viesteistä, ja hänelle kerrotaan "
            "perumisesta. Sitä, mitä olette jo puhuneet, en voi poistaa. "
            "Voit pyytää yhteydenottoa uudelleen, milloin vain haluat."
        ),
    )


async def on_none(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The words go on to the question they may have answered."""
    start_data: Any = manager.start_data
    await leave(manager, {"held": start_data.get("held")})


# --- buttons of messages that the courier has sent


async def on_let_end(callback: CallbackQuery, services: Services) -> None:
    """Nothing has to be done for a term to end: the client is told so, and the question is answered."""
    consent_id = (callback.data or "").partition(":")[2]
    mine = await consents.mine(services, callback.from_user.id)
    one = next((one for one in mine if one.id == consent_id), None)
    if one is None:
        await callback.answer(_("Tätä suostumusta ei enää ole."), show_alert=True)
        return
    text = _(
        "Selvä, sinun ei tarvitse tehdä mitään. Suostumus päättyy {until}, ja sen jälkeen "
        "työntekijä ei enää näe tietojasi. Jos mielesi muuttuu, voit uusia suostumuksen omissa asioissasi."
    ).format(until=views.until(one.valid_until, services.settings.zone))
    await callback.answer()
    if isinstance(callback.message, Message):
        button = InlineKeyboardButton(text=_("📁 Omat asiani"), callback_data="go:matters")
        with suppress(TelegramBadRequest):  # it says so already, or is no longer there
            await callback.message.edit_text(
                text, reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]])
            )


async def on_withdraw(callback: CallbackQuery, services: Services) -> None:
    """One tap on the receipt. The receipt then says so, and holds nothing personal any more."""
    consent_id = (callback.data or "").partition(":")[2]
    purpose = await consents.withdraw(services, callback.from_user.id, consent_id)
    if purpose is None:
        await callback.answer(_("Tätä suostumusta ei enää ole."), show_alert=True)
        return
    text = (
        text_messages.ended_line()
        if purpose is Purpose.REMIND
        else _(
            "Suostumus on peruttu. Tietosi poistuvat työntekijän viesteistä. "
            "Sitä, mitä olette jo puhuneet, en voi poistaa."
        )
    )
    await callback.answer(text, show_alert=True)
    if isinstance(callback.message, Message):
        with suppress(TelegramBadRequest):  # it says so already, or is no longer there
            await callback.message.edit_text(text)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>Minkä suostumuksen haluat perua?</b>"),
            Tr("\nPaina sitä, niin se on heti peruttu. Työntekijä ei sen jälkeen enää näe tietojasi."),
            choices.listed("consent", "mine", on_one),
            Button(Label("Perun kaikki"), id="all", on_click=on_all, when="several"),
            Button(Label("En peru mitään"), id="none", on_click=on_none),
            state=At.choose,
            getter=get_choose,
        ),
        launch_mode=LaunchMode.SINGLE_TOP,
    )
