"""How have things gone? One question at a time, each can be skipped, and each answer is kept as it is given."""

from __future__ import annotations

from typing import Any

from aiogram.fsm.state import State
from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, StartMode, Window
from aiogram_dialog.widgets.kbd import Button

from bot import views
from bot.core import follow_ups as rules
from bot.core.check_in import LOW, CheckIn
from bot.core.follow_ups import Contacted, Helped
from bot.i18n import current_locale
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import follow_ups
from bot.services.base import Services
from bot.services.follow_ups import MyFollowUp
from dialogs import choices, crisis, follow_up_end
from dialogs.common import (
    Label,
    OneAtATime,
    Tr,
    chat_of,
    cut,
    give_back_text,
    keep_round,
    page,
    services_of,
    tell,
)
from dialogs.follow_up_end import at_hand, mine
from dialogs.states import FollowUp as At
from dialogs.states import FollowUps

SAFETY = "safety"
"""The area of life whose lowest answer asks for help at once."""
QUESTIONS = {
    "contacted": At.contacted,
    "helped": At.helped,
    "enough": At.enough,
    "needs": At.needs,
    "expectations": At.expectations,
    "goals": At.goals,
}
"""In the order in which they are asked; after them come the areas."""


async def start(manager: DialogManager, follow_up_id: int) -> None:
    """Open a follow-up where it was left; one that is complete shows what came of it."""
    one = await follow_ups.of(services_of(manager), chat_of(manager).id, follow_up_id)
    if one is None:
        await _gone(manager)
        return
    await keep_round(manager)
    areas = [area for area in _areas(one) if area in services_of(manager).catalog.areas_by_id]
    data = {"follow_up": one.id, "areas": areas, "at": 0}
    if one.state is rules.State.ANSWERED:
        await manager.start(At.next, data=data, mode=StartMode.RESET_STACK)
    else:
        await manager.start(_first(one, areas), data=data, mode=StartMode.RESET_STACK)


async def _gone(manager: DialogManager) -> None:
    """It was called off, or is not this client's: where one sees what there is instead."""
    await manager.start(FollowUps.main, mode=StartMode.RESET_STACK)


def _areas(one: MyFollowUp) -> list[str]:
    return rules.asked_about(one.then) if one.then else []


def _asked(one: MyFollowUp) -> list[str]:
    """The questions that fit what has been said so far: who got no help is not asked whether it was enough."""
    first = ["contacted", "helped"] if one.about else ["helped"]
    got_help = one.answers.helped in {Helped.YES, Helped.PARTLY}
    return [*first, *(["enough", "needs", "expectations", "goals"] if got_help else [])]


def _first(one: MyFollowUp, areas: list[str]) -> State:
    """Where to begin: after the last answer given before."""
    asked = _asked(one)
    given = [number for number, name in enumerate(asked) if getattr(one.answers, name) is not None]
    left = asked[given[-1] + 1 :] if given else asked
    if one.now.ratings or not left:
        return At.area if areas else asked_state(asked[-1])
    return asked_state(left[0])


def asked_state(name: str) -> State:
    return QUESTIONS[name]


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data)
    one = await mine(manager)
    if one is not None:
        rated = [number for number, area in enumerate(start_data["areas"]) if area in one.now.ratings]
        manager.dialog_data["at"] = min(rated[-1] + 1, len(start_data["areas"]) - 1) if rated else 0


# --- what came of it


def _now(manager: DialogManager) -> str:
    """The question asked now, as its buttons name it."""
    state = manager.current_context().state
    return next(name for name, asked in QUESTIONS.items() if asked == state)


def _answers(name: str) -> list[tuple[str, str]]:
    if name == "contacted":
        return [(Contacted.YES, _("Kyllä")), (Contacted.NO, _("Ei"))]
    if name in {"helped", "enough"}:
        return [(Helped.YES, _("Kyllä")), (Helped.PARTLY, _("Osittain")), (Helped.NO, _("Ei"))]
    return [
        ("5", _("5 · Erittäin hyvin")),
        ("4", _("4 · Hyvin")),
        ("3", _("3 · Siltä väliltä")),
        ("2", _("2 · Huonosti")),
        ("1", _("1 · Erittäin huonosti")),
    ]


async def get_question(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    one, name = await mine(dialog_manager), _now(dialog_manager)
    chosen = str(getattr(one.answers, name)) if one else None
    about = one.about if one else None
    return {
        "organisation": organisation_name(services.catalog, about.organisation_id) if about else "–",
        "answers": [
            (f"{name}.{value}", f"{'✅ ' if value == chosen else ''}{label}")
            for value, label in _answers(name)
        ],
    }


async def on_answer(callback: CallbackQuery, _select: Any, manager: DialogManager, item: str) -> None:
    """The button names its question, so that a press on an older message changes that answer."""
    name, _dot, value = item.partition(".")
    if name not in QUESTIONS or value not in {known for known, _label in _answers(name)}:
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
        return
    said = int(value) if value.isdigit() else value
    if not await follow_ups.say(services_of(manager), chat_of(manager).id, at_hand(manager), name, said):
        await _gone(manager)
    elif manager.current_context().state != QUESTIONS[name]:
        await callback.answer(_("Muutin aiemman vastauksesi."))
    else:
        await _go_on(manager, name)


async def on_skip(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await _go_on(manager, _now(manager))


async def _go_on(manager: DialogManager, after: str) -> None:
    """To the next question that fits, then to the areas, then to what has come of it all."""
    one = await mine(manager)
    if one is None:
        await _gone(manager)
        return
    asked = _asked(one)
    left = asked[asked.index(after) + 1 :] if after in asked else []
    if left:
        await manager.switch_to(asked_state(left[0]))
    elif manager.dialog_data["areas"]:
        manager.dialog_data["at"] = 0
        await manager.switch_to(At.area)
    else:
        await follow_up_end.compare(manager)


# --- how things are now, area by area


def _area(manager: DialogManager) -> str:
    areas = manager.dialog_data["areas"]
    return str(areas[min(manager.dialog_data["at"], len(areas) - 1)]) if areas else ""


async def get_area(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    one, area_id, locale = await mine(dialog_manager), _area(dialog_manager), current_locale()
    area = services.catalog.areas_by_id.get(area_id)
    chosen = one.now.ratings.get(area_id) if one else None
    answers = sorted(services.catalog.answers, key=lambda answer: -answer.value)
    return {
        "area": views.area_name(services.catalog, area_id),
        "question": area.question.best(locale) if area else "",
        "answers": [
            (f"{area_id}.{a.value}", f"{'✅ ' if a.value == chosen else ''}{a.label.best(locale)}")
            for a in answers
        ],
    }


async def on_rated(callback: CallbackQuery, _select: Any, manager: DialogManager, item: str) -> None:
    area, _dot, value = item.rpartition(".")
    if area not in manager.dialog_data["areas"] or value not in {"1", "2", "3", "4", "5"}:
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
        return

    def rated(now: CheckIn) -> None:
        now.ratings[area] = int(value)

    await _tell_now(manager, rated)
    if area != _area(manager):
        await callback.answer(_("Muutin aiemman vastauksesi."))
    elif int(value) <= LOW:
        await manager.switch_to(At.words)
    else:
        await _next_area(manager)
    if area == SAFETY and int(value) == 1:
        await crisis.start_unsafe(manager)


async def _tell_now(manager: DialogManager, change: Any) -> None:
    await follow_ups.tell_now(services_of(manager), chat_of(manager).id, at_hand(manager), change)


async def on_words_first(text: str, manager: DialogManager) -> None:
    """Words where an answer was asked for: they are kept with the area, which is then asked again."""
    await _keep_words(text, manager)
    await tell(
        manager,
        _("Kiitos, että kerroit. Otin sanasi mukaan. Valitse vielä napeista, miten tässä menee."),
    )


async def _keep_words(text: str, manager: DialogManager) -> None:
    kept, area = await cut(text, manager), _area(manager)

    def with_words(now: CheckIn) -> None:
        now.words[area] = kept

    await _tell_now(manager, with_words)


async def on_words(text: str, manager: DialogManager) -> None:
    await _keep_words(text, manager)
    await _next_area(manager)


async def get_words(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    return {"area": views.area_name(services.catalog, _area(dialog_manager))}


async def on_next_area(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await _next_area(manager)


async def on_enough(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await follow_up_end.compare(manager)


async def _next_area(manager: DialogManager) -> None:
    at = manager.dialog_data["at"] + 1
    if at < len(manager.dialog_data["areas"]):
        manager.dialog_data["at"] = at
        await manager.switch_to(At.area)
    else:
        await follow_up_end.compare(manager)


def _question(name: str, *text: Tr) -> Window:
    return page(
        *text,
        choices.listed("answer", "answers", on_answer),
        OneAtATime(Label("Ohita"), id="skip", on_click=on_skip, about=_now),
        state=asked_state(name),
        getter=get_question,
    )


def build() -> Dialog:
    return Dialog(
        _question(
            "contacted",
            Tr("<b>Ottiko joku sinuun yhteyttä?</b>"),
            Tr("\nPyysit yhteydenottoa täältä: {organisation}."),
        ),
        _question("helped", Tr("<b>Saitko apua?</b>"), Tr("\nPienikin apu lasketaan.")),
        _question("enough", Tr("<b>Riittikö apu?</b>")),
        _question("needs", Tr("<b>Miten hyvin apu vastasi siihen, mitä tarvitsit?</b>")),
        _question("expectations", Tr("<b>Miten hyvin apu vastasi siihen, mitä odotit?</b>")),
        _question("goals", Tr("<b>Miten hyvin apu vei sinua kohti sitä, mitä tavoittelit?</b>")),
        page(
            Tr("<b>Nyt: {area}</b>\n{question}"),
            choices.listed("rate", "answers", on_rated),
            OneAtATime(Label("Ohita"), id="skip_area", on_click=on_next_area, about=_area),
            Button(Label("Riittää tältä erää"), id="enough", on_click=on_enough),
            state=At.area,
            getter=get_area,
            on_text=on_words_first,
        ),
        page(
            Tr("<b>{area}</b>\nKiitos, että kerroit."),
            Tr("\nJos haluat, kerro omin sanoin lisää."),
            OneAtATime(Label("Ohita"), id="skip_words", on_click=on_next_area, about=_area),
            state=At.words,
            getter=get_words,
            on_text=on_words,
        ),
        follow_up_end.window(),
        on_start=on_start,
        on_process_result=give_back_text,
    )
