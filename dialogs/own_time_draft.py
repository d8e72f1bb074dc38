"""What a client wants to be reminded of, asked step by step: what, how often, when and where. Nothing is kept before
they have seen it and said yes."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from aiogram.types import CallbackQuery
from aiogram_dialog import ChatEvent, DialogManager, Window
from aiogram_dialog.widgets.kbd import Button, Group, Select
from aiogram_dialog.widgets.text import Format
from markupsafe import Markup

from bot import schedule, views
from bot.core.repeating import Often, clock_in, moment, rule
from bot.i18n import duration, fill, hour, html, listed, near_day
from bot.i18n import gettext as _
from bot.services import clients, own_times
from bot.services.base import Services
from bot.services.own_times import Draft
from dialogs import choices
from dialogs.common import Label, OneAtATime, Ready, Tr, chat_of, page, services_of, tell, to
from dialogs.day_picker import DayPicker
from dialogs.states import OwnTime as At

LONGEST_WORDS = 80
HOURS = range(7, 22)
MINUTES = (0, 15, 30, 45)
Data = dict[str, Any]


def told(what: Draft | own_times.OwnTime, services: Services, *, short: bool = False) -> Markup:
    """When, what, how often and where; or only the first two."""
    zone = services.settings.zone
    when = fill("<b>{when}</b>", when=views.when(what.starts_at, zone))
    if short:
        return views.joined(when, html(what.title))
    day = services.clock().astimezone(zone).date()
    often = schedule.recurring(what.rule, day) if what.rule else None
    return views.joined(
        when,
        html(what.title),
        fill("🔁 {often}", often=often) if often else None,
        fill("📍 {where}", where=what.where) if what.where else None,
    )


async def start(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    for name in ("title", "often", "day", "at", "where", "uid"):
        manager.dialog_data.pop(name, None)
    await manager.switch_to(At.what)


# --- what, how often, when and where


async def _shortened(text: str, manager: DialogManager) -> str:
    words = " ".join(text.split())
    if len(words) > LONGEST_WORDS:
        await tell(manager, _("Otin mukaan alun, sillä kalenteriin mahtuu lyhyt teksti."))
    return words[:LONGEST_WORDS]


async def on_what(text: str, manager: DialogManager) -> None:
    if title := await _shortened(text, manager):
        manager.dialog_data["title"] = title
        await manager.switch_to(At.often)


def _often() -> list[tuple[str, str]]:
    return [
        (Often.ONCE, _("Kerran")),
        (Often.WEEKLY, _("Joka viikko")),
        (Often.FORTNIGHTLY, _("Joka toinen viikko")),
        (Often.MONTHLY, _("Kerran kuukaudessa")),
    ]


async def get_often(dialog_manager: DialogManager, **_kwargs: Any) -> Data:
    return {"title": dialog_manager.dialog_data["title"], "often": _often()}


async def on_often(_callback: CallbackQuery, _select: Any, manager: DialogManager, often: str) -> None:
    if often in set(Often):
        manager.dialog_data["often"] = often
        await manager.switch_to(At.day)


async def get_day(dialog_manager: DialogManager, **_kwargs: Any) -> Data:
    once = dialog_manager.dialog_data["often"] == Often.ONCE
    return {"once": once, "again": not once}


async def on_day(_event: ChatEvent, _picker: Any, manager: DialogManager, day: date, /) -> None:
    manager.dialog_data["day"] = day.isoformat()
    await manager.switch_to(At.hour)


def _day(manager: DialogManager) -> date:
    return date.fromisoformat(manager.dialog_data["day"])


def _begins(manager: DialogManager, at: time) -> datetime:
    return moment(_day(manager), at, services_of(manager).settings.zone)


def _ahead(manager: DialogManager, at: time) -> bool:
    return _begins(manager, at) > services_of(manager).clock()


async def get_hour(dialog_manager: DialogManager, **_kwargs: Any) -> Data:
    hours = [number for number in HOURS if _ahead(dialog_manager, time(number, MINUTES[-1]))]
    return {"hours": [(str(number), str(number)) for number in hours], "day": _said_day(dialog_manager)}


def _said_day(manager: DialogManager) -> str:
    return near_day(_day(manager), weekday=True)


async def on_hour(_callback: CallbackQuery, _select: Any, manager: DialogManager, number: str) -> None:
    if number in map(str, HOURS):
        manager.dialog_data["at"] = time(int(number)).isoformat()
        await manager.switch_to(At.minute)


async def get_minute(dialog_manager: DialogManager, **_kwargs: Any) -> Data:
    begun = time.fromisoformat(dialog_manager.dialog_data["at"])
    times = [begun.replace(minute=minute) for minute in MINUTES]
    return {
        "minutes": [(str(at.minute), hour(at)) for at in times if _ahead(dialog_manager, at)],
        "day": _said_day(dialog_manager),
    }


async def on_minute(_callback: CallbackQuery, _select: Any, manager: DialogManager, number: str) -> None:
    if number in map(str, MINUTES):
        begun = time.fromisoformat(manager.dialog_data["at"])
        await _at(begun.replace(minute=int(number)), manager)


async def on_clock(text: str, manager: DialogManager) -> None:
    """A time that was written."""
    if (at := clock_in(text)) is None:
        await tell(manager, _("En tunnistanut kellonaikaa. Kirjoita se esimerkiksi näin: 17.30."))
        return
    await _at(at, manager)


async def _at(at: time, manager: DialogManager) -> None:
    if not _ahead(manager, at):
        await tell(manager, _("Se aika on jo mennyt. Valitse myöhempi aika tai toinen päivä."))
        return
    manager.dialog_data["at"] = at.isoformat()
    await manager.switch_to(At.where)


async def on_where(text: str, manager: DialogManager) -> None:
    if where := await _shortened(text, manager):
        await _to_preview(manager, where)


async def on_no_place(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await _to_preview(manager, None)


async def _to_preview(manager: DialogManager, where: str | None) -> None:
    manager.dialog_data.update(where=where, uid=str(uuid4()))
    await manager.switch_to(At.preview)


# --- yes?


def _draft(manager: DialogManager) -> Draft:
    said = manager.dialog_data
    day, at = _day(manager), time.fromisoformat(said["at"])
    repeats = rule(Often(said["often"]), day, at)
    return Draft(said["uid"], said["title"], said["where"], repeats, _begins(manager, at))


async def get_preview(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> Data:
    draft, chat_id = _draft(dialog_manager), chat_of(dialog_manager).id
    known = await clients.seen(services, chat_id) is not None
    return {
        "told": views.joined(told(draft, services), await _reminders(draft, chat_id, services)),
        "known": known,
        "unknown": not known,
    }


async def _reminders(draft: Draft, chat_id: int, services: Services) -> Markup:
    if await clients.opted_out(services, chat_id):
        return html(_("🔕 Olet lopettanut muistutukset, joten en muistuta tästä."))
    befores = [reminder.before for reminder in own_times.to_come(services, draft.starts_at)]
    if draft.rule:
        befores = sorted(set(services.settings.remind_before), reverse=True)
    if not befores:
        return html(_("🔕 Tähän on niin vähän aikaa, etten enää ehdi muistuttaa."))
    return fill(_("🔔 Muistutan: {times} ennen"), times=listed([duration(before) for before in befores]))


def _at_hand(manager: DialogManager) -> str:
    """So that a press on an earlier preview does not keep what it did not show."""
    return str(manager.dialog_data["uid"])


async def on_save(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    draft, services = _draft(manager), services_of(manager)
    if draft.starts_at <= services.clock():
        await callback.answer(_("Se aika on jo mennyt. Valitse myöhempi aika tai toinen päivä."))
        await manager.switch_to(At.day)
    elif await own_times.keep(services, chat_of(manager), draft):
        await callback.answer(_("Tallensin sen kalenteriisi."))
        manager.dialog_data.pop("removed", None)
        await manager.switch_to(At.mine)
    else:
        await callback.answer(_("Kalenterisi on täynnä. Poista sieltä ensin jotain."), show_alert=True)


def windows() -> tuple[Window, ...]:
    back = Label("⬅️ Takaisin")
    return (
        page(
            Tr("<b>Mitä haluat muistaa?</b>"),
            Tr("\nKirjoita lyhyesti, esimerkiksi: vertaisryhmä."),
            Button(back, id="b_list", on_click=to(At.mine)),
            state=At.what,
            on_text=on_what,
        ),
        page(
            Tr("<b>Kuinka usein?</b>\n\n{title}"),
            choices.listed("often", "often", on_often),
            Button(back, id="b_what", on_click=to(At.what)),
            state=At.often,
            getter=get_often,
        ),
        page(
            Tr("<b>Minä päivänä?</b>", when="once"),
            Tr("<b>Minä päivänä se on seuraavan kerran?</b>", when="again"),
            DayPicker("day", on_day),
            Button(back, id="b_often", on_click=to(At.often)),
            state=At.day,
            getter=get_day,
        ),
        page(
            Tr("<b>Mihin aikaan?</b> ({day})"),
            Tr("\nValitse tunti tai kirjoita aika, esimerkiksi 17.30."),
            _grid("hour", "hours", on_hour),
            Button(back, id="b_day", on_click=to(At.day)),
            state=At.hour,
            getter=get_hour,
            on_text=on_clock,
        ),
        page(
            Tr("<b>Mihin aikaan tarkalleen?</b> ({day})"),
            Tr("\nValitse aika tai kirjoita se, esimerkiksi 17.20."),
            _grid("minute", "minutes", on_minute),
            Button(back, id="b_hour", on_click=to(At.hour)),
            state=At.minute,
            getter=get_minute,
            on_text=on_clock,
        ),
        page(
            Tr("<b>Missä se on?</b>"),
            Tr("\nKirjoita paikka, jos haluat."),
            Button(Label("Ohita"), id="no_place", on_click=on_no_place),
            Button(back, id="b_clock", on_click=to(At.hour)),
            state=At.where,
            on_text=on_where,
        ),
        page(
            Tr("<b>Näin tallennan sen:</b>\n"),
            Ready("told"),
            Tr("\nOnko se oikein? Vain sinä näet sen.", when="known"),
            Tr(
                "\n<b>Saanko tallentaa tämän sinulle muistiin?</b> Tallennan sen ja tämän chatin tunnuksen "
                "salattuina, jotta voin muistuttaa. Kukaan muu ei näe niitä. Voit poistaa kaiken milloin vain: "
                "Omat asiani → 🔒 → Unohda minut.",
                when="unknown",
            ),
            OneAtATime(Label("Kyllä, tallenna"), "save", on_save, _at_hand),
            Button(Label("✏️ Aloitan alusta"), id="anew", on_click=start),
            Button(back, id="b_where", on_click=to(At.where)),
            state=At.preview,
            getter=get_preview,
        ),
    )


def _grid(id: str, items: str, on_click: Any) -> Group:
    """Several short buttons in a row."""
    return Group(
        Select(
            Format("{item[1]}"),
            id=id,
            item_id_getter=lambda item: item[0],
            items=items,
            on_click=on_click,
        ),
        width=5,
    )
