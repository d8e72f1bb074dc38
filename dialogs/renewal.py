"""A consent in force goes on: for another term, or telling something else. What the worker will then see is shown in
full before anything changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, User
from aiogram_dialog import Dialog, DialogManager, ShowMode, StartMode
from aiogram_dialog.widgets.kbd import Button, Row

from bot import views
from bot.core import consent as rules
from bot.core.consent import VALID_DAYS, BestTime, Item, Reach
from bot.i18n import current_locale, html
from bot.i18n import gettext as _
from bot.services import consents, revisions
from bot.services.base import Services
from bot.services.consents import MyConsent
from bot.services.revisions import Revision
from dialogs import choices, states
from dialogs.common import (
    Label,
    Ready,
    Tr,
    chat_of,
    give_back_text,
    keep_round,
    leave,
    page,
    services_of,
    tell,
    to,
)
from dialogs.states import Renewal as At


async def start_renewing(manager: DialogManager, consent_id: str, mode: StartMode = StartMode.NORMAL) -> None:
    """For another term, as it is."""
    await _start(manager, consent_id, At.term, mode)


async def start_changing(manager: DialogManager, consent_id: str, mode: StartMode = StartMode.NORMAL) -> None:
    await _start(manager, consent_id, At.items, mode)


async def _start(manager: DialogManager, consent_id: str, at: State, mode: StartMode) -> None:
    """With `mode` RESET_STACK from a message; then a round begun is remembered."""
    if mode is StartMode.RESET_STACK:
        await keep_round(manager)
    one = await _consent(manager, consent_id)
    if one is None or not one.live:
        await tell(
            manager,
            _("Tätä suostumusta ei voi enää uusia eikä muuttaa. Voit pyytää yhteydenottoa uudelleen."),
        )
        await manager.start(states.Matters.main, mode=StartMode.RESET_STACK, show_mode=ShowMode.SEND)
        return
    data = {
        "consent": one.id,
        "id": str(uuid4()),
        "changing": at is At.items,
        "items": [item for item in rules.kinds_of(one.shared) if item is not Item.PHONE],
        "reach": one.shared.reach,
        "time": one.shared.best_time,
        "name": one.shared.name,
        "phone": one.shared.phone,
        "days": None,
    }
    await manager.start(at, data=data, mode=mode)


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data)


async def _consent(manager: DialogManager, consent_id: str) -> MyConsent | None:
    mine = await consents.mine(services_of(manager), chat_of(manager).id)
    return next((one for one in mine if one.id == consent_id), None)


def _revision(manager: DialogManager) -> Revision:
    data = manager.dialog_data
    return Revision(
        id=data["id"],
        consent_id=data["consent"],
        items=frozenset(map(Item, data["items"])),
        reach=Reach(data["reach"]),
        best_time=BestTime(data["time"]),
        days=data["days"],
        name=data["name"],
        phone=data["phone"],
    )


async def get_revision(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    """To whom, what the worker would see, and until when. It can end while it is looked at."""
    revision = _revision(dialog_manager)
    one = await _consent(dialog_manager, revision.consent_id)
    changing = dialog_manager.dialog_data["changing"]
    if one is None:
        over = html(_("Tämä suostumus ei ole enää voimassa. Tietojasi ei enää näytetä."))
        return {"organisation": "–", "until": "–", "preview": over, "offered": [], "changing": changing}
    days = revision.days
    until = one.valid_until if days is None else services.clock() + timedelta(days=days)
    organisation = services.catalog.organisations_by_id.get(one.organisation_id)
    return {
        "organisation": organisation.name.best(current_locale()) if organisation else one.organisation_id,
        "until": views.until(until, services.settings.zone),
        "preview": views.shared(revision.of(one.once_given), services.catalog),
        "offered": [Item.NAME, *rules.kinds_of(one.once_given)],
        "changing": changing,
    }


# --- what is told


async def get_items(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    offered = (await get_revision(dialog_manager, services))["offered"]
    return {"items": choices.item_rows(dialog_manager.dialog_data["items"], offered)}


async def on_item(_callback: CallbackQuery, _select: Any, manager: DialogManager, item: str) -> None:
    choices.toggle(manager.dialog_data["items"], item)


async def on_items_done(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.name if Item.NAME in manager.dialog_data["items"] else At.reach)


async def on_stop(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await callback.answer(_("Mitään ei muutettu."))
    await leave(manager)


# --- the name, and how to reach


async def get_name(dialog_manager: DialogManager, event_from_user: User, **_kwargs: Any) -> dict[str, Any]:
    """The name of now, or that of the Telegram account when there is none."""
    return {"called": dialog_manager.dialog_data["name"] or choices.short(event_from_user.first_name)}


async def on_name(text: str, manager: DialogManager) -> None:
    manager.dialog_data["name"] = await choices.name_in(text, manager)
    await manager.switch_to(At.reach)


async def on_called(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    user: User = manager.middleware_data["event_from_user"]
    await on_name(manager.dialog_data["name"] or user.first_name, manager)


async def on_no_name(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    choices.toggle(manager.dialog_data["items"], Item.NAME)
    await manager.switch_to(At.reach)


async def on_chat(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    manager.dialog_data["reach"] = Reach.CHAT
    await manager.switch_to(At.time)


async def get_phone(dialog_manager: DialogManager, **_kwargs: Any) -> dict[str, Any]:
    number = dialog_manager.dialog_data["phone"]
    return {"number": number or "–", "known": number is not None}


async def on_phone(text: str, manager: DialogManager) -> None:
    if number := await choices.phone_in(text, manager):
        manager.dialog_data.update(reach=Reach.PHONE, phone=number)
        await manager.switch_to(At.time)


async def on_same_number(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if number := manager.dialog_data["phone"]:
        await on_phone(number, manager)


# --- when, and for how long


async def get_times(**_kwargs: Any) -> dict[str, Any]:
    return {"times": choices.times()}


async def on_time(_callback: CallbackQuery, _select: Any, manager: DialogManager, time: str) -> None:
    if time in set(BestTime):
        manager.dialog_data["time"] = time
        await manager.switch_to(At.term)


async def get_terms(**_kwargs: Any) -> dict[str, Any]:
    return {"terms": choices.terms()}


async def on_term(_callback: CallbackQuery, _select: Any, manager: DialogManager, days: str) -> None:
    if days in map(str, VALID_DAYS):
        manager.dialog_data["days"] = int(days)
        await manager.switch_to(At.preview)


async def on_same_term(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    manager.dialog_data["days"] = None
    await manager.switch_to(At.preview)


async def on_term_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if manager.dialog_data["changing"]:
        await manager.switch_to(At.time)
    else:
        await leave(manager)


# --- yes


async def on_change(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    manager.dialog_data["changing"] = True
    await manager.switch_to(At.items)


async def on_confirm(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The one press that changes something. Pressed twice, it is still one revision."""
    done = await revisions.confirm(services_of(manager), chat_of(manager), _revision(manager))
    line = (
        _("Selvä. Työntekijä näkee nyt sen, minkä äsken tarkistit. Lähetän sinulle uuden tositteen.")
        if done
        else _("Suostumus ehti jo päättyä, joten mitään ei muutettu. Voit pyytää yhteydenottoa uudelleen.")
    )
    await tell(manager, line)
    manager.show_mode = ShowMode.SEND  # the window comes after the line, not above it
    await leave(manager)


def build() -> Dialog:
    back, stop = Label("⬅️ Takaisin"), Label("En muuta mitään")
    return Dialog(
        page(
            Tr("<b>Mitä saa kertoa tästä eteenpäin? ({organisation})</b>"),
            Tr("\nPaina kohtaa, jos haluat muuttaa sitä. ✅ kerrotaan, ⬜ ei kerrota."),
            choices.listed("item", "items", on_item),
            Row(
                Button(stop, id="stop", on_click=on_stop),
                Button(Label("Jatketaan"), id="items_ok", on_click=on_items_done),
            ),
            state=At.items,
            getter=get_items,
        ),
        page(
            Tr("<b>Millä nimellä sinua saa puhutella?</b>"),
            Tr("\nKirjoita nimi. Etunimi tai lempinimi riittää."),
            Button(Ready("called"), id="called", on_click=on_called),
            Row(
                Button(back, id="b_items", on_click=to(At.items)),
                Button(Label("Ilman nimeä"), id="no_name", on_click=on_no_name),
            ),
            state=At.name,
            getter=get_name,
            on_text=on_name,
        ),
        page(
            Tr("<b>Miten sinuun saa ottaa yhteyttä?</b>"),
            Button(Label("💬 Tässä chatissa"), id="by_chat", on_click=on_chat),
            Button(Label("📞 Puhelimella"), id="by_phone", on_click=to(At.phone)),
            Button(back, id="b_items", on_click=to(At.items)),
            state=At.reach,
        ),
        page(
            Tr("<b>Mihin numeroon saa soittaa?</b>"),
            Tr("\nKirjoita puhelinnumerosi."),
            Button(Ready("number"), id="same_number", on_click=on_same_number, when="known"),
            Button(back, id="b_reach", on_click=to(At.reach)),
            state=At.phone,
            getter=get_phone,
            on_text=on_phone,
            inputs=(choices.ContactCard(on_phone),),
        ),
        page(
            Tr("<b>Milloin sinulle sopii?</b>"),
            choices.listed("time", "times", on_time),
            Button(back, id="b_reach", on_click=to(At.reach)),
            state=At.time,
            getter=get_times,
        ),
        page(
            Tr("<b>Kuinka kauan suostumus jatkuu? ({organisation})</b>"),
            Tr("\nAika alkaa tästä päivästä. Voit perua suostumuksen koska tahansa aiemminkin."),
            choices.listed("term", "terms", on_term),
            Button(Label("Päättyy kuten ennenkin"), id="same_term", on_click=on_same_term, when="changing"),
            Button(back, id="b_term", on_click=on_term_back),
            state=At.term,
            getter=get_terms,
        ),
        page(
            Tr("<b>Tarkista vielä. Tämän työntekijä näkee tästä eteenpäin ({organisation}):</b>\n"),
            Ready("preview"),
            Tr("\nSuostumus on voimassa {until} asti. Sitä, mitä olette jo puhuneet, en voi muuttaa."),
            Button(Label("✅ Vahvistan"), id="confirm", on_click=on_confirm),
            Button(Label("Muutan tietoja"), id="change", on_click=on_change),
            Button(stop, id="stop", on_click=on_stop),
            state=At.preview,
            protect=True,
        ),
        getter=get_revision,
        on_start=on_start,
        on_process_result=give_back_text,
    )
