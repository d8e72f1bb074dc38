"""Who may know how it went: each organisation with a consent in force, one after another, and exactly what it would
be told. Nothing goes to anybody without a yes to that one."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, StartMode
from aiogram_dialog.widgets.kbd import Button

from bot import outcome
from bot.core.feedback import Moment
from bot.i18n import gettext as _
from bot.i18n import html, listed
from bot.names import organisation_name
from bot.services import outcomes
from bot.services.base import Services
from bot.services.outcomes import Recipient
from dialogs import feedback
from dialogs.common import (
    Label,
    OneAtATime,
    Ready,
    Tr,
    chat_of,
    give_back_text,
    leave,
    page,
    services_of,
)
from dialogs.states import Telling as At


async def start(manager: DialogManager, follow_up_id: int, mode: StartMode = StartMode.NORMAL) -> bool:
    """Ask about each organisation that could be told. False, and nothing is shown, if there is none."""
    found = await outcomes.recipients(services_of(manager), chat_of(manager).id, follow_up_id)
    queue = [one.consent_id for one in found if not one.heard]
    if queue:
        helper = next((one.organisation_id for one in found if one.helper), None)
        data = {"follow_up": follow_up_id, "queue": queue, "told": [], "helper": helper}
        await manager.start(At.ask, data=data, mode=mode)
    return bool(queue)


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data)


def _at_hand(manager: DialogManager) -> str:
    """The consent of the organisation that is asked about now."""
    queue = manager.dialog_data["queue"]
    return str(queue[0]) if queue else ""


async def _recipient(manager: DialogManager) -> Recipient | None:
    follow_up = manager.dialog_data["follow_up"]
    found = await outcomes.recipients(services_of(manager), chat_of(manager).id, follow_up)
    return next((one for one in found if one.consent_id == _at_hand(manager)), None)


async def get_recipient(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    """To whom, and what. Its consent can end while it is looked at."""
    one = await _recipient(dialog_manager)
    if one is None:
        over = html(_("Tämä suostumus ei ole enää voimassa, joten täällä ei kerrota mitään."))
        return {
            "preview": over,
            "organisation": "–",
            "helper": False,
            "other": False,
            "here": False,
            "gone": True,
        }
    return {
        "preview": outcome.text(one.told, services.catalog),
        "organisation": organisation_name(services.catalog, one.organisation_id),
        "helper": one.helper,
        "other": not one.helper,
        "here": True,
        "gone": False,
    }


async def on_yes(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The one press that tells somebody. Pressed twice, it is told once."""
    consent_id, one = _at_hand(manager), await _recipient(manager)
    follow_up = manager.dialog_data["follow_up"]
    if one and await outcomes.tell(services_of(manager), chat_of(manager), follow_up, consent_id):
        manager.dialog_data["told"].append(one.organisation_id)
        await callback.answer(_("Kerron tämän."))
    else:
        await callback.answer(_("Suostumus ehti päättyä. Mitään ei kerrottu."), show_alert=True)
    await _go_on(manager)


async def on_no(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await callback.answer(_("Selvä, en kerro."))
    await _go_on(manager)


async def _go_on(manager: DialogManager) -> None:
    del manager.dialog_data["queue"][:1]
    await manager.switch_to(At.ask if manager.dialog_data["queue"] else At.done)


async def get_done(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    told = dialog_manager.dialog_data["told"]
    names = [organisation_name(services.catalog, organisation_id) for organisation_id in told]
    return {"told": listed(names), "some": bool(told), "none": not told}


async def on_done(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """After a follow-up comes a word about the help itself, when it is time for that."""
    helper, after = manager.dialog_data["helper"], StartMode.RESET_STACK
    if not await feedback.start(manager, helper, Moment.FOLLOW_UP, mode=after):
        await leave(manager)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>Saako {organisation} tietää, miten sinulla on mennyt?</b>\n", when="here"),
            Tr(
                "Pyysit apua täältä. Työntekijä, joka on hoitanut asiaasi, näkisi tämän:\n",
                when="helper",
            ),
            Tr(
                "Olet ollut yhteydessä myös tänne. Työntekijä, joka on hoitanut asiaasi, näkisi tämän:\n",
                when="other",
            ),
            Ready("preview"),
            Tr(
                "\nJos hän ei enää ole siellä töissä, viestin saa yhteyshenkilö. Muut eivät näe sitä. "
                "Jos et halua kertoa, siitä ei mene tietoa kenellekään.",
                when="here",
            ),
            OneAtATime(Label("✅ Kyllä, kerro"), id="yes", on_click=on_yes, about=_at_hand, when="here"),
            OneAtATime(Label("En kerro"), id="no", on_click=on_no, about=_at_hand, when="here"),
            OneAtATime(Label("Jatketaan"), id="go_on", on_click=on_no, about=_at_hand, when="gone"),
            state=At.ask,
            getter=get_recipient,
            protect=True,
        ),
        page(
            Tr("<b>Kiitos.</b> Kerron, miten sinulla on mennyt. Tieto menee tänne: {told}.", when="some"),
            Tr("<b>Selvä.</b> En kertonut kenellekään, miten sinulla on mennyt.", when="none"),
            Tr(
                "\nVoit muuttaa mieltäsi: Omat asiani → 🔒 Suostumukset. Kun perut suostumuksen, viesti "
                "poistuu työntekijältä.",
                when="some",
            ),
            Button(Label("Jatketaan"), id="done", on_click=on_done),
            state=At.done,
            getter=get_done,
        ),
        on_start=on_start,
        on_process_result=give_back_text,
    )
