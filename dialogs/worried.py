"""I am worried about someone: what could help them, and what could help me."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button, Column, Row, Select
from aiogram_dialog.widgets.text import Format

from bot import views
from bot.core.check_in import LOW, MOST_PRIORITIES, CheckIn
from bot.i18n import gettext as _
from bot.services.base import Services
from dialogs import check_in, suggestions
from dialogs.common import Label, Ready, Tr, give_back_text, page
from dialogs.states import Worried as At


async def start(manager: DialogManager) -> None:
    await manager.start(At.intro)


def _chosen(manager: DialogManager) -> list[str]:
    return list(manager.dialog_data.get("areas", []))


async def get_areas(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    chosen = _chosen(dialog_manager)
    return {
        "most": MOST_PRIORITIES,
        "areas": [
            (area.id, f"{'✅ ' if area.id in chosen else ''}{views.area_name(services.catalog, area.id)}")
            for area in services.catalog.areas
        ],
        "label": _("Näytä ehdotuksia") if chosen else _("En osaa sanoa"),
    }


async def on_area(callback: CallbackQuery, _select: Any, manager: DialogManager, area_id: str) -> None:
    chosen = _chosen(manager)
    if area_id in chosen:
        chosen.remove(area_id)
    elif len(chosen) >= MOST_PRIORITIES:
        await callback.answer(
            _("Valitse enintään {most}. Poista ensin jokin toinen painamalla sitä.").format(
                most=MOST_PRIORITIES
            )
        )
    else:
        chosen.append(area_id)
    manager.dialog_data["areas"] = chosen


async def on_for_them(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.areas)


async def on_for_me(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await check_in.start(manager)


async def on_suggest(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Areas that worry are taken as ones where help is wished for; nothing else is said of the person."""
    chosen = _chosen(manager)
    await suggestions.start(
        manager, CheckIn(about="other", ratings=dict.fromkeys(chosen, LOW), priorities=chosen)
    )


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.intro)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>💛 Huoli läheisestä on raskas kantaa.</b>\n"),
            Tr("Hyvä, että mietit sitä. Et voi ratkaista toisen asioita yksin, mutta voit olla tukena."),
            Tr(
                "\nMyös sinulla on oikeus apuun. Moni paikka auttaa juuri läheisiä, ja usein voit puhua nimettömänä."
            ),
            Tr("\nJos läheisesi on vaarassa nyt, paina 🆘 Apua heti."),
            Button(Label("Mistä apua läheiselle?"), id="them", on_click=on_for_them),
            Button(Label("Miten minä itse voin?"), id="me", on_click=on_for_me),
            state=At.intro,
        ),
        page(
            Tr("<b>Mikä läheisesi tilanteessa huolettaa?</b>"),
            Tr("\nValitse enintään {most}. Älä kerro läheisesi nimeä."),
            Column(
                Select(
                    Format("{item[1]}"),
                    id="area",
                    item_id_getter=lambda item: item[0],
                    items="areas",
                    on_click=on_area,
                )
            ),
            Row(
                Button(Label("⬅️ Takaisin"), id="back", on_click=on_back),
                Button(Ready("label"), id="suggest", on_click=on_suggest),
            ),
            state=At.areas,
            getter=get_areas,
        ),
        on_process_result=give_back_text,
    )
