"""*Mitä sinulle kuuluu?*: twelve areas, one at a time, each skippable. A tool for putting things into words, not an
assessment. Nothing of it is stored before the client asks for something that needs it."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, StartMode
from aiogram_dialog.widgets.kbd import Button, Column, Row, Select
from aiogram_dialog.widgets.text import Format

from bot import views
from bot.core.check_in import LOW, CheckIn
from bot.i18n import current_locale
from bot.i18n import gettext as _
from bot.services.base import Services
from catalog.schema import LifeArea
from dialogs import reflection
from dialogs.common import (
    Label,
    OneAtATime,
    Tr,
    cut,
    give_back_text,
    go_home,
    page,
    recall,
    remember,
    said_before,
    services_of,
    tell,
)
from dialogs.states import CheckIn as At


async def start(manager: DialogManager) -> None:
    """Begin a round, or offer to go on with one that was left unfinished today."""
    unfinished = await recall(manager, "unfinished")
    state = At.unfinished if unfinished else At.intro
    await manager.start(state, mode=StartMode.RESET_STACK)


def _round(manager: DialogManager) -> CheckIn:
    return CheckIn.model_validate(manager.dialog_data.get("check_in") or {})


def _keep(manager: DialogManager, check_in: CheckIn) -> None:
    manager.dialog_data["check_in"] = check_in.model_dump(mode="json")


def _areas(manager: DialogManager) -> tuple[LifeArea, ...]:
    return services_of(manager).catalog.areas


def _area(manager: DialogManager) -> LifeArea:
    areas = _areas(manager)
    index: int = manager.dialog_data.get("index", 0)
    return areas[min(index, len(areas) - 1)]


def _area_id(manager: DialogManager) -> str:
    return _area(manager).id


async def get_intro(services: Services, **_kwargs: Any) -> dict[str, Any]:
    return {"count": len(services.catalog.areas)}


# --- the twelve areas


async def get_area(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    area, locale = _area(dialog_manager), current_locale()
    chosen = _round(dialog_manager).ratings.get(area.id)
    answers = sorted(services.catalog.answers, key=lambda answer: -answer.value)
    return {
        "number": dialog_manager.dialog_data.get("index", 0) + 1,
        "total": len(services.catalog.areas),
        "dots": _dots(dialog_manager.dialog_data.get("index", 0) + 1, len(services.catalog.areas)),
        "area": views.area_name(services.catalog, area.id),
        "question": area.question.best(locale),
        "answers": [
            (f"{area.id}.{a.value}", f"{'✅ ' if a.value == chosen else ''}{a.label.best(locale)}")
            for a in answers
        ],
    }


def _dots(number: int, total: int) -> str:
    return "●" * number + "○" * (total - number)


async def on_begin(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    manager.dialog_data.update(index=0, check_in={})
    await remember(manager, unfinished=None)
    await manager.switch_to(At.area)


async def on_continue(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    manager.dialog_data.update(await recall(manager, "unfinished") or {"index": 0, "check_in": {}})
    await remember(manager, unfinished=None)
    await manager.switch_to(At.area)


async def on_rated(callback: CallbackQuery, _select: Any, manager: DialogManager, item: str) -> None:
    """The button names its area, so that a press on an older message rates that area and not the one now asked."""
    area_id, _dot, value = item.rpartition(".")
    known = [area.id for area in _areas(manager)]
    if area_id not in known or value not in {"1", "2", "3", "4", "5"}:
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
        return
    check_in = _round(manager)
    if int(value) > LOW >= check_in.ratings.get(area_id, int(value)):
        check_in.words.pop(area_id, None)  # they told what was hardest
    check_in.ratings[area_id] = int(value)
    _keep(manager, check_in)
    if area_id != _area(manager).id:
        await callback.answer(_("Muutin aiemman vastauksesi."))
    elif int(value) <= LOW:
        await manager.switch_to(At.words)
    else:
        await _next_area(manager)


async def _next_area(manager: DialogManager) -> None:
    index = manager.dialog_data.get("index", 0) + 1
    if index < len(_areas(manager)):
        manager.dialog_data["index"] = index
        await manager.switch_to(At.area)
    else:
        await _after_areas(manager)


async def on_skip_area(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    check_in, area = _round(manager), _area(manager)
    check_in.ratings.pop(area.id, None)
    check_in.words.pop(area.id, None)
    _keep(manager, check_in)
    await _next_area(manager)


async def on_back_area(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    index = manager.dialog_data.get("index", 0)
    if index == 0:
        await manager.switch_to(At.intro)
    else:
        manager.dialog_data["index"] = index - 1


async def on_enough(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if _round(manager).ratings:
        await _after_areas(manager)
    else:
        await callback.answer(_("Hyvä näin. Voit palata tähän, milloin haluat."))
        await go_home(manager)


async def get_words(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    area_id = _area(dialog_manager).id
    before = _round(dialog_manager).words.get(area_id)
    return {"area": views.area_name(services.catalog, area_id), "before": before, "new": before is None}


async def on_words(text: str, manager: DialogManager) -> None:
    check_in = _round(manager)
    check_in.words[_area(manager).id] = await cut(text, manager)
    _keep(manager, check_in)
    await _next_area(manager)


async def on_skip_words(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """On with what was written earlier, if anything was."""
    await _next_area(manager)


async def on_drop_words(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    check_in = _round(manager)
    check_in.words.pop(_area(manager).id, None)
    _keep(manager, check_in)
    await _next_area(manager)


async def on_words_first(text: str, manager: DialogManager) -> None:
    """Words where an answer was asked for: they are kept with the area, which is then asked again."""
    check_in, area = _round(manager), _area(manager)
    check_in.words[area.id] = await cut(text, manager)
    _keep(manager, check_in)
    await tell(
        manager,
        _("Kiitos, että kerroit. Otin sanasi mukaan. Valitse vielä napeista, miten tässä menee."),
    )


async def on_back_to_area(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.area)


async def _after_areas(manager: DialogManager) -> None:
    check_in = _round(manager)
    if check_in.ratings:
        await reflection.start(manager, check_in, manager.dialog_data.get("index", 0))
    else:
        await go_home(manager)


async def on_result(start_data: Any, result: Any, manager: DialogManager) -> None:
    """Back from the second half, to change an answer; or from help, with words that were held."""
    if isinstance(result, dict) and "check_in" in result:
        manager.dialog_data.update(result)
        await manager.switch_to(At.area)
    else:
        await give_back_text(start_data, result, manager)


def build() -> Dialog:
    skip, back = Label("Ohita"), Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>💬 Mitä sinulle kuuluu?</b>\n"),
            Tr("Käydään läpi {count} elämän aluetta, yksi kerrallaan. Aikaa menee noin viisi minuuttia."),
            Tr(
                "\nTämä on apuväline, joka auttaa sanomaan, miten sinulla menee. Tämä ei ole testi eikä "
                "arvio toimintakyvystäsi."
            ),
            Tr("\nVoit ohittaa kohtia tai lopettaa, milloin haluat."),
            Button(Label("Aloitetaan"), id="begin", on_click=on_begin),
            state=At.intro,
            getter=get_intro,
        ),
        page(
            Tr("Sinulla on kesken <b>Mitä sinulle kuuluu?</b> Jatketaanko siitä, mihin jäit?"),
            Button(Label("Jatketaan"), id="continue", on_click=on_continue),
            Button(Label("Aloitetaan alusta"), id="begin", on_click=on_begin),
            state=At.unfinished,
        ),
        page(
            Tr("{number}/{total} {dots}\n"),
            Tr("<b>{area}</b>\n{question}"),
            Column(
                Select(
                    Format("{item[1]}"),
                    id="rate",
                    item_id_getter=lambda item: item[0],
                    items="answers",
                    on_click=on_rated,
                )
            ),
            Row(
                OneAtATime(back, id="back_area", on_click=on_back_area, about=_area_id),
                OneAtATime(skip, id="skip_area", on_click=on_skip_area, about=_area_id),
            ),
            Button(Label("Riittää tältä erää"), id="enough", on_click=on_enough),
            state=At.area,
            getter=get_area,
            on_text=on_words_first,
        ),
        page(
            Tr("<b>{area}</b>\nKiitos, että kerroit."),
            Tr("\nJos haluat, kerro omin sanoin lisää. Mikä tässä on nyt vaikeinta?"),
            said_before(),
            Row(
                Button(Label("Pidän tämän"), id="keep_words", on_click=on_skip_words),
                Button(Label("Poistan tämän"), id="drop_words", on_click=on_drop_words),
                when="before",
            ),
            Row(
                Button(back, id="back_to_area", on_click=on_back_to_area),
                Button(skip, id="skip_words", on_click=on_skip_words, when="new"),
            ),
            state=At.words,
            getter=get_words,
            on_text=on_words,
        ),
        on_process_result=on_result,
    )
