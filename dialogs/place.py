"""Where the client is: asked once in a conversation, never needed, and forgotten with it.

Only what the catalogue covers makes a difference. A location that is sent serves the search it was sent for and is
not kept: what stays for the conversation is the name of the municipality.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiogram.types import CallbackQuery, ContentType, Message
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.api.protocols import DialogProtocol
from aiogram_dialog.widgets.input import BaseInput
from aiogram_dialog.widgets.kbd import Button, Column, Select
from aiogram_dialog.widgets.text import Format

from bot.i18n import current_locale
from bot.i18n import gettext as _
from bot.services.base import Services
from catalog import places
from catalog.places import Municipality, covered, known, municipalities, nearest
from dialogs.common import Label, Tr, give_back_text, page, recall, remember, services_of, tell
from dialogs.states import Place as At

MOST = 8
"""Municipalities to choose from at a time; more letters make them fewer."""


@dataclass(frozen=True)
class Here:
    """What is known of where the client is, for one search."""

    municipality: str | None = None
    position: tuple[float, float] | None = None


async def ask_once(manager: DialogManager) -> bool:
    """Ask on top of what is just being opened. False if it was asked before or would make no difference."""
    if await recall(manager, "place_asked") or len(covered(services_of(manager).catalog)) < 2:
        return False
    await ask(manager)
    return True


async def ask(manager: DialogManager) -> None:
    await manager.start(At.ask)


async def here(manager: DialogManager) -> Here:
    """What the client has told. A location is known only to the dialog for whose search it was sent."""
    position = manager.dialog_data.get("position")
    return Here(await recall(manager, "municipality"), tuple(position) if position else None)


async def on_told(start_data: Any, result: Any, manager: DialogManager) -> bool:
    """What the dialog underneath does with the answer first of all. False if the result is none of ours."""
    if not isinstance(result, dict) or "position" not in result:
        await give_back_text(start_data, result, manager)
        return False
    manager.dialog_data["position"] = result["position"]
    return True


async def label(manager: DialogManager) -> str:
    """For a button that leads here again."""
    town = await recall(manager, "municipality")
    if town is None:
        return _("📍 Valitse paikkakunta")
    return _("📍 {town} – vaihda").format(town=_name(town))


def _name(town: str) -> str:
    one = known(town)
    return one.best(current_locale()) if one else town


async def on_start(_start_data: Any, manager: DialogManager) -> None:
    await remember(manager, place_asked=True)


async def on_text(text: str, manager: DialogManager) -> None:
    towns = covered(services_of(manager).catalog)
    found = places.find(text, towns)
    if len(found) == 1:
        await _choose(manager, found[0])
        return
    elsewhere = known(text) if not found else None
    await _offer(manager, found[:MOST], elsewhere)


class Location(BaseInput):
    """The client's location, sent with Telegram's paper clip."""

    async def process_message(self, message: Message, dialog: DialogProtocol, manager: DialogManager) -> bool:
        if message.content_type != ContentType.LOCATION or message.location is None:
            return False
        position = message.location.latitude, message.location.longitude
        town = nearest(*position, municipalities())
        if town is None:
            await tell(manager, _("Sijaintisi ei näytä olevan Suomessa. En tallentanut sitä."))
        elif town in covered(services_of(manager).catalog):
            line = _("Kiitos! Etsin läheltä: {town}. Käytän sijaintiasi vain tähän hakuun.")
            await tell(manager, line.format(town=_name(town.name)))
            await _choose(manager, town, position)
        else:
            await _offer(manager, [], town)
        return True


async def _offer(manager: DialogManager, found: list[Municipality], elsewhere: Municipality | None) -> None:
    manager.dialog_data.update(
        found=[one.name for one in found], elsewhere=elsewhere.name if elsewhere else None
    )
    await manager.switch_to(At.choose)


async def _choose(
    manager: DialogManager, town: Municipality, position: tuple[float, float] | None = None
) -> None:
    await remember(manager, municipality=town.name)
    await manager.done({"position": position})


async def get_choice(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    data = dialog_manager.dialog_data
    found, elsewhere = data.get("found", []), data.get("elsewhere")
    return {
        "towns": [(name, _name(name)) for name in found],
        "some": bool(found),
        "elsewhere": elsewhere is not None,
        "unknown": not found and elsewhere is None,
        "town": _name(elsewhere) if elsewhere else "",
    }


async def on_town(_callback: CallbackQuery, _select: Any, manager: DialogManager, name: str) -> None:
    town = known(name)
    if town is not None and town.name in manager.dialog_data.get("found", []):
        await _choose(manager, town)


async def on_elsewhere(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Nothing local is covered there: what serves the whole country is."""
    if town := known(manager.dialog_data.get("elsewhere") or ""):
        await _choose(manager, town)


async def on_skip(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await remember(manager, municipality=None)
    await manager.done({"position": None})


def build() -> Dialog:
    skip = Label("En kerro, näytä koko alueelta")
    return Dialog(
        page(
            Tr("<b>📍 Millä paikkakunnalla etsitään?</b>"),
            Tr("\nKirjoita kunnan nimi tai sen alku. Voit myös lähettää sijaintisi: 📎 → Sijainti."),
            Tr("\nMuistan kunnan vain tämän keskustelun ajan. Sijaintia käytän vain tähän hakuun."),
            Button(skip, id="no_place", on_click=on_skip),
            state=At.ask,
            on_text=on_text,
            inputs=(Location(),),
        ),
        page(
            Tr("<b>Mitä näistä tarkoitit?</b>", when="some"),
            Tr("\nJos se ei ole tässä, kirjoita nimestä vähän enemmän.", when="some"),
            Tr(
                "<b>{town}: sieltä minulla ei ole vielä paikallista tekemistä eikä apua.</b>",
                when="elsewhere",
            ),
            Tr(
                "\nVoin silti näyttää sen, mikä palvelee koko maassa. Voit myös kirjoittaa toisen kunnan.",
                when="elsewhere",
            ),
            Tr("<b>En tunnistanut paikkakuntaa.</b>", when="unknown"),
            Tr("\nKirjoita kunnan nimi uudelleen. Pelkkä alkukin riittää.", when="unknown"),
            Column(
                Select(
                    Format("{item[1]}"),
                    id="town",
                    item_id_getter=lambda item: item[0],
                    items="towns",
                    on_click=on_town,
                )
            ),
            Button(Label("Näytä koko maan tarjonta"), id="nation", on_click=on_elsewhere, when="elsewhere"),
            Button(skip, id="no_place", on_click=on_skip),
            state=At.choose,
            getter=get_choice,
            on_text=on_text,
            inputs=(Location(),),
        ),
        on_start=on_start,
        on_process_result=give_back_text,
    )
