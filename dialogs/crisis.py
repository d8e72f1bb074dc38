"""I need help now: whom to turn to, by what is going on. One press from every window, and back to the same place."""

from __future__ import annotations

from datetime import date
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, LaunchMode, ShowMode
from aiogram_dialog.widgets.kbd import Button, Column, Select
from aiogram_dialog.widgets.text import Format
from markupsafe import Markup

from bot import views
from bot.core.safety import Screening
from bot.i18n import current_locale, fill, html
from bot.i18n import gettext as _
from bot.services import follow_ups
from bot.services.base import Services
from catalog.schema import CrisisContact, SafetyKind
from dialogs import states
from dialogs.common import Label, Ready, Tr, chat_of, leave, page, remember, services_of, within

IMMEDIATE = 3
LONGEST_PLAN = 250
ROOM = 1200
"""Characters of contacts that can be looked through in distress, and fit a phone beside the first words."""


async def start_noticed(manager: DialogManager, screening: Screening, text: str) -> None:
    """Help first. The client's words are held, and go where they were meant to when the client goes on."""
    noticed = {"kind": screening.kind, "level": screening.level}
    await remember(manager, danger=services_of(manager).clock().isoformat())
    if manager.has_context() and manager.current_context().state.group is states.Crisis:
        manager.dialog_data.update(noticed)
        await manager.switch_to(states.Crisis.noticed)
        await manager.show(ShowMode.SEND)
    else:
        await manager.start(states.Crisis.noticed, data={**noticed, "held": text})


async def start_unsafe(manager: DialogManager) -> None:
    """Help first when somebody has answered that they are not safe, in no words of their own."""
    await manager.start(states.Crisis.noticed, data={"kind": SafetyKind.VIOLENCE, "level": 2})


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data or {})


def _contacts(services: Services, need_id: str, room: int = ROOM) -> Markup:
    """Whom to turn to, in the order to try: as many in full as fit a phone, the rest by name, number and hours."""
    today = services.clock().astimezone(services.settings.zone).date()
    found = services.catalog.crisis_contacts(need_id, locale=current_locale())
    return within(room, [(views.crisis_contacts([one], today), _shortly(one, today)) for one in found])


def _shortly(contact: CrisisContact, today: date) -> Markup:
    locale = current_locale()
    return fill(
        "<b>{name}</b>\n📞 <b>{phone}</b>\n🕐 {hours}",
        name=contact.name.best(locale),
        phone=contact.phone,
        hours=views.joined(html(contact.hours.best(locale)), views.caution(contact, today), gap=". "),
    )


async def get_needs(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    locale = current_locale()
    return {
        "needs": [(need.id, need.name.best(locale)) for need in services.catalog.crisis.needs],
        "plan": await _own_plan(dialog_manager),
    }


async def _own_plan(manager: DialogManager) -> str | None:
    """What an agreed client has said would help when things get worse, shortly."""
    plan = await follow_ups.own_plan(services_of(manager), chat_of(manager).id)
    return plan if plan is None or len(plan) <= LONGEST_PLAN else f"{plan[: LONGEST_PLAN - 1]}…"


async def get_contacts(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    need = services.catalog.crisis_need(dialog_manager.dialog_data["need"])
    return {"need": need.name.best(current_locale()), "contacts": _contacts(services, need.id)}


async def get_noticed(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    noticed, plan = dialog_manager.dialog_data, await _own_plan(dialog_manager)
    need = services.catalog.crisis_need_for(noticed["kind"])
    return {
        "first": _first_words(noticed["kind"], noticed["level"]),
        "contacts": _contacts(services, need.id, ROOM - len(plan or "")),
        "plan": plan,
    }


def _first_words(kind: str, level: int) -> str:
    if level >= IMMEDIATE:
        return _(
            "Nyt on tärkeää saada apua heti. Soita 112. Saat sieltä apua itsellesi tai toiselle ihmiselle."
        )
    if kind in {"suicide", "self_harm"}:
        return _(
            "Kiitos, että kerroit. Noin raskaiden ajatusten kanssa ei tarvitse olla yksin. Juttele "
            "jonkun kanssa jo tänään."
        )
    if kind in {"violence", "child"}:
        return _(
            "Kenelläkään ei ole oikeutta satuttaa tai uhkailla. Jos joku satuttaa sinua, se ei ole sinun "
            "syysi. Tähän saa apua."
        )
    return _("Tämä kuulostaa asialta, johon kannattaa saada apua heti.")


async def on_need(_callback: CallbackQuery, _select: Any, manager: DialogManager, need_id: str) -> None:
    if any(need.id == need_id for need in services_of(manager).catalog.crisis.needs):
        manager.dialog_data["need"] = need_id
        await manager.switch_to(states.Crisis.contacts)


async def on_other_needs(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(states.Crisis.needs)


async def on_go_on(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Back to where the client was; held words are handed on to the question they answered."""
    await leave(manager, {"held": manager.dialog_data.get("held")})


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>🆘 Apua heti</b>\n"),
            Tr("Jos henki tai turvallisuus on vaarassa, soita <b>112</b>.\n"),
            Tr("Sovit itsesi kanssa tällaista hetkeä varten:\n<blockquote>{plan}</blockquote>", when="plan"),
            Tr("Mikä on hätänä? Näytän, kenelle voit soittaa nyt."),
            Column(
                Select(
                    Format("{item[1]}"),
                    id="need",
                    item_id_getter=lambda item: item[0],
                    items="needs",
                    on_click=on_need,
                )
            ),
            Button(Label("⬅️ Takaisin siihen, missä olin"), id="go_on", on_click=on_go_on),
            state=states.Crisis.needs,
            getter=get_needs,
            footer=False,
        ),
        page(
            Tr("<b>🆘 {need}</b>\n"),
            Ready("contacts"),
            Button(Label("Jokin muu hätä"), id="needs", on_click=on_other_needs),
            Button(Label("⬅️ Takaisin siihen, missä olin"), id="go_on", on_click=on_go_on),
            state=states.Crisis.contacts,
            getter=get_contacts,
            preview={"need": "…", "contacts": Markup("…")},
            footer=False,
        ),
        page(
            Format("{first}\n"),
            Ready("contacts"),
            Tr(
                "\nSovit itsesi kanssa tällaista hetkeä varten:\n<blockquote>{plan}</blockquote>", when="plan"
            ),
            Tr("\nOlen tässä. Voit jatkaa kanssani, kun haluat."),
            Button(Label("Jokin muu hätä"), id="needs", on_click=on_other_needs),
            Button(Label("Jatketaan siitä, missä olimme"), id="go_on", on_click=on_go_on),
            state=states.Crisis.noticed,
            getter=get_noticed,
            preview={"first": "…", "contacts": Markup("…")},
            footer=False,
        ),
        on_start=on_start,
        launch_mode=LaunchMode.SINGLE_TOP,
    )
