"""Find an activity or help: by one of the five doors, by area of life, or by words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button, Column, Group, Select
from aiogram_dialog.widgets.text import Format

from bot import views
from bot.i18n import current_locale
from bot.i18n import gettext as _
from bot.services.base import Services
from catalog.ranking import Suggestion, by_area, by_door
from catalog.search import search
from dialogs import suggestions
from dialogs.common import Label, Tr, give_back_text, last_check_in, page, services_of
from dialogs.states import Find as At

MOST = 10
LONGEST_QUERY = 200


async def start(manager: DialogManager) -> None:
    await manager.start(At.doors)


async def start_search(manager: DialogManager, text: str) -> None:
    """Search by what the client wrote in the menu."""
    await manager.start(At.results, data={"by": "text", "of": text[:LONGEST_QUERY]})


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data or {})


async def get_doors(services: Services, **_kwargs: Any) -> dict[str, Any]:
    locale = current_locale()
    return {"doors": [(door.id, door.says.best(locale)) for door in services.catalog.doors]}


async def get_areas(services: Services, **_kwargs: Any) -> dict[str, Any]:
    return {
        "areas": [(area.id, views.area_name(services.catalog, area.id)) for area in services.catalog.areas]
    }


def _found(manager: DialogManager) -> Sequence[Suggestion]:
    """The same search gives the same list, so it is done again rather than kept."""
    services, locale = services_of(manager), current_locale()
    by, of = manager.dialog_data.get("by"), manager.dialog_data.get("of", "")
    today = services.clock().astimezone(services.settings.zone).date()
    if by == "door" and of in services.catalog.doors_by_id:
        return by_door(services.catalog, of, today=today, language=locale, limit=MOST)
    if by == "area" and of in services.catalog.areas_by_id:
        return by_area(services.catalog, of, today=today, language=locale, limit=MOST)
    return search(services.catalog, of, locale, limit=MOST) if by == "text" else []


async def get_results(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    found = _found(dialog_manager)
    locale = current_locale()
    return {
        "title": _title(dialog_manager, services),
        "found": [(one.offer.id, one.offer.name.best(locale)) for one in found],
        "some": bool(found),
    }


def _title(manager: DialogManager, services: Services) -> str:
    by, of = manager.dialog_data.get("by"), manager.dialog_data.get("of", "")
    if by == "door" and of in services.catalog.doors_by_id:
        return services.catalog.door(of).meaning.best(current_locale())
    if by == "area":
        return views.area_name(services.catalog, of)
    return _("Hait: {text}").format(text=of)


async def on_door(_callback: CallbackQuery, _select: Any, manager: DialogManager, door_id: str) -> None:
    manager.dialog_data.update(by="door", of=door_id)
    await manager.switch_to(At.results)


async def on_area(_callback: CallbackQuery, _select: Any, manager: DialogManager, area_id: str) -> None:
    manager.dialog_data.update(by="area", of=area_id)
    await manager.switch_to(At.results)


async def on_offer(callback: CallbackQuery, _select: Any, manager: DialogManager, offer_id: str) -> None:
    found = _found(manager)
    if offer_id not in {one.offer.id for one in found}:
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
        return
    await suggestions.start_list(manager, found, offer_id, await last_check_in(manager))


async def on_areas(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.areas)


async def on_doors(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.doors)


async def on_text(text: str, manager: DialogManager) -> None:
    manager.dialog_data.update(by="text", of=text[:LONGEST_QUERY])
    await manager.switch_to(At.results)


def _offers() -> Column:
    return Column(
        Select(
            Format("{item[1]}"),
            id="offer",
            item_id_getter=lambda item: item[0],
            items="found",
            on_click=on_offer,
        )
    )


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>🔎 Mikä näistä on lähinnä sitä, mitä mietit?</b>"),
            Tr("\nVoit myös kirjoittaa, mitä etsit."),
            Column(
                Select(
                    Format("{item[1]}"),
                    id="door",
                    item_id_getter=lambda item: item[0],
                    items="doors",
                    on_click=on_door,
                )
            ),
            Button(Label("Valitse elämän alue"), id="areas", on_click=on_areas),
            state=At.doors,
            getter=get_doors,
            on_text=on_text,
        ),
        page(
            Tr("<b>Mistä elämän alueesta on kyse?</b>"),
            Group(
                Select(
                    Format("{item[1]}"),
                    id="area",
                    item_id_getter=lambda item: item[0],
                    items="areas",
                    on_click=on_area,
                ),
                width=1,
            ),
            Button(back, id="doors", on_click=on_doors),
            state=At.areas,
            getter=get_areas,
            on_text=on_text,
        ),
        page(
            Tr("<b>{title}</b>"),
            Tr("\nTästä näet lisää:", when="some"),
            Tr(
                "\nEn löytänyt luettelosta sopivaa. Kokeile toista sanaa tai valitse elämän alue.",
                when=lambda data, _widget, _manager: not data["some"],
            ),
            _offers(),
            Button(Label("Valitse elämän alue"), id="areas", on_click=on_areas),
            Button(back, id="doors", on_click=on_doors),
            state=At.results,
            getter=get_results,
            on_text=on_text,
        ),
        on_start=on_start,
        on_process_result=give_back_text,
    )
