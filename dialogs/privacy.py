"""Consents and privacy: what is allowed and its end, who has looked, what is held, and how it goes away."""

from __future__ import annotations

from typing import Any

from aiogram import Bot
from aiogram.fsm.state import State
from aiogram.types import BufferedInputFile, CallbackQuery
from aiogram_dialog import DialogManager, ShowMode, Window
from aiogram_dialog.widgets.kbd import Button
from markupsafe import Markup

from bot import views
from bot.core.consent import Purpose
from bot.i18n import fill, html
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import clients, consents, enquiries, receipts
from bot.services.base import Services
from dialogs import access, choices, my_data, renewal, text_messages, tidy
from dialogs.common import Label, OneAtATime, Ready, Tr, chat_of, page, services_of, to
from dialogs.states import Matters as At

# --- what there is


async def get_privacy(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    chat_id = chat_of(dialog_manager).id
    allowed = await consents.mine(services, chat_id)
    known = await clients.seen(services, chat_id) is not None
    held = known or bool(await enquiries.kept(services, chat_id))
    return {
        "consents": [
            (
                one.id,
                _("✍️ Suostumus: {organisation}").format(
                    organisation=organisation_name(services.catalog, one.organisation_id)
                ),
            )
            for one in allowed
        ],
        "known": known,
        "held": held,
        "unknown": not held,
    }


async def on_consent(_callback: CallbackQuery, _select: Any, manager: DialogManager, consent_id: str) -> None:
    await open_consent(manager, consent_id, At.privacy)


async def open_consent(manager: DialogManager, consent_id: str, back: State) -> None:
    """The window of one consent; *Back* leads to the window where it was opened."""
    manager.dialog_data.update(consent=consent_id, back=back.state)
    await manager.switch_to(At.consent)


async def on_tidy(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await tidy.start(manager)


# --- one consent


def _at_hand(manager: DialogManager) -> str:
    return str(manager.dialog_data.get("consent", ""))


async def get_consent(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    chat_id = chat_of(dialog_manager).id
    allowed = await consents.mine(services, chat_id)
    one = next((one for one in allowed if one.id == _at_hand(dialog_manager)), None)
    if one is None:
        ended = html(_("Tämä suostumus ei ole enää voimassa. Tietojasi ei enää näytetä."))
        return {"consent": ended, "valid": False, "live": False}
    return {"consent": consent_text(services, one), "valid": True, "live": one.live}


def consent_text(services: Services, one: consents.MyConsent) -> Markup:
    """A consent in force, in plain words: to whom, what, until when. After its request nobody sees the data."""
    zone = services.settings.zone
    term = fill(
        _("Annettu {day}, voimassa {until} asti.\n"),
        day=views.until(one.given_at, zone),
        until=views.until(one.valid_until, zone),
    )
    if one.purpose is Purpose.REMIND:
        head, number = html(_("<b>Suostumus: tekstiviestit</b>")), one.shared.phone or "–"
        told = _("Sinulle saa lähettää muistutuksia tekstiviestinä numeroon <b>{number}</b>.")
        return views.joined(head, term, fill(told, number=number))
    seen = (
        _("Työntekijä saa nähdä tämän ja ottaa sinuun yhteyttä:")
        if one.live
        else _("Pyyntö on päättynyt, eikä työntekijä enää näe näitä tietoja:")
    )
    return views.joined(
        fill(
            _("<b>Suostumus: {organisation}</b>"),
            organisation=organisation_name(services.catalog, one.organisation_id),
        ),
        term,
        html(seen),
        views.shared(one.shared, services.catalog),
    )


async def on_renew(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await renewal.start_renewing(manager, _at_hand(manager))


async def on_change(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await renewal.start_changing(manager, _at_hand(manager))


async def on_receipt(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The record with its events as a file, which the client can keep or show: kinds of data, and none of the data."""
    chat_id = chat_of(manager).id
    receipt = await receipts.mine(services_of(manager), chat_id, _at_hand(manager))
    if receipt is None:
        return
    bot: Bot = manager.middleware_data["bot"]
    file = BufferedInputFile(receipts.as_json(receipt).encode(), _("suostumus.json"))
    await bot.send_document(chat_id, file, caption=_("Tässä tosite suostumuksestasi tiedostona."))
    await manager.switch_to(At.consent, show_mode=ShowMode.SEND)


async def on_withdraw(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    purpose = await consents.withdraw(services_of(manager), chat_of(manager).id, _at_hand(manager))
    await callback.answer(
        text_messages.ended_line()
        if purpose is Purpose.REMIND
        else _(
            "Suostumus on peruttu. Tietosi poistuvat työntekijän viesteistä. "
            "Sitä, mitä olette jo puhuneet, en voi poistaa."
        ),
        show_alert=True,
    )
    await manager.switch_to(At.main)


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    opened_in = manager.dialog_data.get("back")
    await manager.switch_to(At.request if opened_in == At.request.state else At.privacy)


# --- windows of My matters


def window() -> Window:
    return page(
        Tr("<b>🔒 Suostumukset ja tietosuoja</b>"),
        Tr(
            "\nTästä näet, mitä sinusta on tallessa ja kuka tietojasi on nähnyt. Voit muuttaa mieltäsi milloin vain.",
            when="held",
        ),
        Tr("\nEn ole tallentanut sinusta mitään.", when="unknown"),
        choices.listed("consent", "consents", on_consent),
        Button(Label("👁 Kuka on katsonut tietojani"), id="access", on_click=access.on_open, when="known"),
        Button(Label("📄 Omat tietoni"), id="my_data", on_click=my_data.on_open, when="held"),
        Button(Label("🧹 Siivoa tämä keskustelu"), id="tidy", on_click=on_tidy),
        Button(Label("🗑 Unohda minut"), id="forget", on_click=to(At.forget)),
        Button(Label("⬅️ Takaisin"), id="b_main", on_click=to(At.main)),
        state=At.privacy,
        getter=get_privacy,
    )


def consent_window() -> Window:
    return page(
        Ready("consent"),
        Button(Label("Uusin suostumuksen"), id="renew", on_click=on_renew, when="live"),
        Button(Label("Muutan, mitä kerrotaan"), id="change", on_click=on_change, when="live"),
        Button(Label("🧾 Lataa tosite"), id="receipt", on_click=on_receipt, when="valid"),
        OneAtATime(
            Label("Peru suostumus"), id="withdraw", on_click=on_withdraw, about=_at_hand, when="valid"
        ),
        Button(Label("⬅️ Takaisin"), id="b_consent", on_click=on_back),
        state=At.consent,
        getter=get_consent,
        protect=True,
    )
