"""Find an activity or help: by one of the five doors, by area of life, or in one's own words.

What own words could be about is only ever offered: the client decides which area it is, if any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button, Column, Group, Select
from aiogram_dialog.widgets.text import Format

from bot import views
from bot.i18n import current_locale, ngettext
from bot.i18n import gettext as _
from bot.services.base import Services
from catalog.ranking import Suggestion, by_area, by_door
from catalog.search import search
from dialogs import place, suggestions
from dialogs.common import Label, Ready, Tr, in_moderation, last_check_in, page, services_of, to
from dialogs.place import Here
from dialogs.states import Find as At

MOST, PAGE = 24, 6
"""Places that are found, and how many of them a phone shows above the way to help."""
LONGEST_QUERY = 200
TOPIC_WORDS = 3
"""So few words are the name of something rather than a story: when they find something, that is shown first."""


async def start(manager: DialogManager) -> None:
    await manager.start(At.doors)


async def start_search(manager: DialogManager, text: str) -> None:
    """Look for what the client wrote in the menu."""
    await manager.start(At.doors, data={"text": text})


async def on_start(start_data: Any, manager: DialogManager) -> None:
    if start_data and "text" in start_data:
        await on_text(start_data["text"], manager)


# --- in one's own words


async def on_text(text: str, manager: DialogManager) -> None:
    if not await in_moderation(manager):
        return
    services, said = services_of(manager), text[:LONGEST_QUERY]
    known = services.catalog.areas_by_id
    heard = [one.area for one in services.shelf.recogniser.areas(text) if one.area in known]
    manager.dialog_data.update(by="text", of=said, said=said, heard=heard)
    a_topic = len(text.split()) <= TOPIC_WORDS and await _found(manager)
    if heard and not a_topic:
        await manager.switch_to(At.heard)
    else:
        await _show_results(manager)


async def get_heard(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    data = dialog_manager.dialog_data
    count = len(await _by_words(dialog_manager, data["said"]))
    found = ngettext("🔎 Sanoillasi löytyi {count} paikka", "🔎 Sanoillasi löytyi {count} paikkaa", count)
    return {
        "areas": _areas(services, data["heard"]),
        "some": bool(count),
        "found": found.format(count=count),
    }


async def on_heard(_callback: CallbackQuery, _select: Any, manager: DialogManager, area_id: str) -> None:
    manager.dialog_data.update(by="area", of=area_id)
    await _show_results(manager)


async def on_words(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Places in which the words themselves were found."""
    manager.dialog_data.update(by="text", of=manager.dialog_data["said"])
    await _show_results(manager)


async def _by_words(manager: DialogManager, text: str) -> Sequence[Suggestion]:
    services, here = services_of(manager), await place.here(manager)
    today = suggestions.today(services)
    return search(services.catalog, text, current_locale(), here.municipality, MOST, today=today)


# --- doors and areas


async def get_doors(services: Services, **_kwargs: Any) -> dict[str, Any]:
    locale = current_locale()
    return {"doors": [(door.id, door.says.best(locale)) for door in services.catalog.doors]}


async def get_areas(services: Services, **_kwargs: Any) -> dict[str, Any]:
    return {"areas": _areas(services, [area.id for area in services.catalog.areas])}


def _areas(services: Services, ids: Sequence[str]) -> list[tuple[str, str]]:
    return [(area_id, views.area_name(services.catalog, area_id)) for area_id in ids]


async def on_door(_callback: CallbackQuery, _select: Any, manager: DialogManager, door_id: str) -> None:
    manager.dialog_data.update(by="door", of=door_id, said=None)
    await _show_results(manager)


async def on_area(_callback: CallbackQuery, _select: Any, manager: DialogManager, area_id: str) -> None:
    manager.dialog_data.update(by="area", of=area_id, said=None)
    await _show_results(manager)


# --- results


async def _show_results(manager: DialogManager) -> None:
    """What was found. Where the client is, is asked first, but of one who looks for something by its name."""
    manager.dialog_data["page"] = 0
    await manager.switch_to(At.results)
    if manager.dialog_data["by"] == "text" or not await place.ask_once(manager):
        await _count_unmet(manager)


async def on_result(start_data: Any, result: Any, manager: DialogManager) -> None:
    if await place.on_told(start_data, result, manager):
        manager.dialog_data["page"] = 0
        await _count_unmet(manager)


async def _count_unmet(manager: DialogManager) -> None:
    data = manager.dialog_data
    if data["by"] == "area" and not await _found(manager):
        await suggestions.count_unmet(manager, [data["of"]])


async def _found(manager: DialogManager) -> Sequence[Suggestion]:
    """The same search gives the same list, so it is done again rather than kept."""
    services, here = services_of(manager), await place.here(manager)
    by, of, catalog = manager.dialog_data.get("by"), manager.dialog_data.get("of", ""), services.catalog
    if by == "text":
        return await _by_words(manager, of)
    if by == "door" and of in catalog.doors_by_id:
        return by_door(catalog, of, **_where(services, here))
    return by_area(catalog, of, **_where(services, here)) if of in catalog.areas_by_id else []


def _where(services: Services, here: Here) -> dict[str, Any]:
    return {
        "today": suggestions.today(services),
        "municipality": here.municipality,
        "position": here.position,
        "language": current_locale(),
        "limit": MOST,
    }


async def get_results(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    found, data = await _found(dialog_manager), dialog_manager.dialog_data
    advice, start = services.catalog.advice, data.get("page", 0) * PAGE
    left = len(found) - start - PAGE
    return {
        "title": _title(dialog_manager, services),
        "found": [
            (one.offer.id, one.offer.name.best(current_locale())) for one in found[start : start + PAGE]
        ],
        "more": _("Näytä lisää ({count})").format(count=left) if left > 0 else _("⬆️ Listan alkuun"),
        "many": len(found) > PAGE,
        "some": bool(found),
        "none": not found,
        "areas": _areas(services, data.get("heard", [])) if data.get("by") == "text" else [],
        "maybe": bool(found and data.get("heard") and data.get("by") == "text"),
        "advice": _("💬 {name}").format(name=advice.name.best(current_locale())) if advice else "",
        "ask": bool(advice) and not found,
        "place": await place.label(dialog_manager),
    }


def _title(manager: DialogManager, services: Services) -> str:
    by, of = manager.dialog_data.get("by"), manager.dialog_data.get("of", "")
    if by == "door" and of in services.catalog.doors_by_id:
        return services.catalog.door(of).meaning.best(current_locale())
    if by == "area":
        return views.area_name(services.catalog, of)
    return _("Hait: {text}").format(text=of)


async def on_offer(callback: CallbackQuery, _select: Any, manager: DialogManager, offer_id: str) -> None:
    found = await _found(manager)
    if offer_id not in {one.offer.id for one in found}:
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
        return
    await suggestions.start_list(manager, found, offer_id, await last_check_in(manager))


async def on_more(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The next ones, and after the last ones the first."""
    page, pages = manager.dialog_data.get("page", 0) + 1, -(-len(await _found(manager)) // PAGE)
    manager.dialog_data["page"] = page % max(pages, 1)


async def on_advice(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await suggestions.start_advice(manager)


async def on_place(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await place.ask(manager)


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """To what was heard, if that is where the client came from."""
    data = manager.dialog_data
    from_heard = data.get("by") == "area" and data.get("said") and data.get("heard")
    await manager.switch_to(At.heard if from_heard else At.doors)


def _select(id: str, items: str, on_click: Any) -> Select[Any]:
    return Select(
        Format("{item[1]}"), id=id, item_id_getter=lambda item: item[0], items=items, on_click=on_click
    )


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>🔎 Mikä näistä on lähinnä sitä, mitä mietit?</b>"),
            Tr("\nVoit myös kirjoittaa, mitä etsit."),
            Column(_select("door", "doors", on_door)),
            Button(Label("Valitse elämän alue"), id="areas", on_click=to(At.areas)),
            state=At.doors,
            getter=get_doors,
            on_text=on_text,
        ),
        page(
            Tr("<b>Kiitos, että kerroit.</b>"),
            Tr("\nVoisiko kyse olla tästä? Valitse se, mikä on lähinnä."),
            Column(_select("heard", "areas", on_heard)),
            Button(Ready("found"), id="words", on_click=on_words, when="some"),
            Button(Label("Ei mikään näistä"), id="areas", on_click=to(At.areas)),
            Button(back, id="doors", on_click=to(At.doors)),
            state=At.heard,
            getter=get_heard,
            on_text=on_text,
        ),
        page(
            Tr("<b>Mistä elämän alueesta on kyse?</b>"),
            Group(_select("area", "areas", on_area), width=1),
            Button(back, id="doors", on_click=to(At.doors)),
            state=At.areas,
            getter=get_areas,
            on_text=on_text,
        ),
        page(
            Tr("<b>{title}</b>"),
            Tr("\nTästä näet lisää:", when="some"),
            Tr("\nLopussa on elämän alueita, joista voisi olla kyse.", when="maybe"),
            Tr(
                "\nEn löytänyt luettelosta sopivaa. Se ei tarkoita, ettei apua ole. "
                "Päivystysapu 116 117 neuvoo kaikkina vuorokauden aikoina.",
                when="none",
            ),
            Tr("\nVoit myös kokeilla toista sanaa, toista aluetta tai toista paikkakuntaa.", when="none"),
            Column(_select("offer", "found", on_offer)),
            Button(Ready("more"), id="more", on_click=on_more, when="many"),
            Button(Ready("advice"), id="advice", on_click=on_advice, when="ask"),
            Column(_select("heard", "areas", on_heard)),
            Button(Ready("place"), id="place", on_click=on_place),
            Button(Label("Valitse elämän alue"), id="areas", on_click=to(At.areas)),
            Button(back, id="back", on_click=on_back),
            state=At.results,
            getter=get_results,
            on_text=on_text,
        ),
        on_start=on_start,
        on_process_result=on_result,
    )
