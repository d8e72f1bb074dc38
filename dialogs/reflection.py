"""The second half of *Mitä sinulle kuuluu?*: what matters most, what helps, how much strength, what next; and then
a look at it together, as a picture and in the client's own words."""

from __future__ import annotations

import asyncio
from typing import Any

from aiogram.types import BufferedInputFile, CallbackQuery
from aiogram_dialog import Dialog, DialogManager, ShowMode
from aiogram_dialog.widgets.kbd import Button, Column, Row, Select
from aiogram_dialog.widgets.text import Format
from markupsafe import Markup

from bot import pictures, views
from bot.core.check_in import LOW, MOST_PRIORITIES, CheckIn, Strength
from bot.i18n import current_locale, fill, html, listed
from bot.i18n import gettext as _
from bot.services.base import Services
from catalog.schema import Catalog
from dialogs import suggestions
from dialogs.common import (
    Label,
    Ready,
    Tr,
    fitted,
    give_back_text,
    in_moderation,
    page,
    remember,
    services_of,
    to,
)
from dialogs.own_words import keep, round_of, step_window, text_step
from dialogs.states import Reflection as At

SOME = 3
"""So many areas that are well are named; the picture shows the rest."""


async def start(manager: DialogManager, check_in: CheckIn, index: int) -> None:
    """Go on from the rated areas. With one thing only to wish for there is nothing to choose between."""
    candidates = _candidates(check_in)
    check_in.priorities = (
        candidates if len(candidates) == 1 else [a for a in check_in.priorities if a in candidates]
    )
    state = At.helps if len(candidates) == 1 else At.priorities
    await manager.start(state, data={"check_in": check_in.model_dump(mode="json"), "index": index})


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data)


async def on_back_from_helps(callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    if len(_candidates(round_of(manager))) == 1:  # nothing was there to choose between
        await on_back_to_areas(callback, button, manager)
    else:
        await manager.switch_to(At.priorities)


async def on_back_to_areas(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.done({"check_in": manager.dialog_data["check_in"]})


# --- what matters, what helps, how much strength, what next


def _candidates(check_in: CheckIn) -> list[str]:
    """Areas to choose priorities from: those with something to wish for, hardest first; all rated if there are none."""
    wished = [area for area, rating in check_in.ratings.items() if rating <= LOW + 1]
    return sorted(wished or check_in.ratings, key=lambda area: check_in.ratings[area])


async def get_priorities(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    check_in = round_of(dialog_manager)
    return {
        "most": MOST_PRIORITIES,
        "areas": [
            (area, f"{'✅ ' if area in check_in.priorities else ''}{views.area_name(services.catalog, area)}")
            for area in _candidates(check_in)
        ],
        "label": _("Valmis") if check_in.priorities else _("Ohita"),
    }


async def on_priority(callback: CallbackQuery, _select: Any, manager: DialogManager, area_id: str) -> None:
    check_in = round_of(manager)
    if area_id in check_in.priorities:
        check_in.priorities.remove(area_id)
    elif area_id not in check_in.ratings:
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
    elif len(check_in.priorities) >= MOST_PRIORITIES:
        await callback.answer(
            _("Valitse enintään {most}. Poista ensin jokin toinen painamalla sitä.").format(
                most=MOST_PRIORITIES
            )
        )
    else:
        check_in.priorities.append(area_id)
    keep(manager, check_in)


async def _ask_people(manager: DialogManager) -> None:
    await manager.switch_to(At.people)


async def _ask_strength(manager: DialogManager) -> None:
    await manager.switch_to(At.strength)


HELPS = text_step("helps", _ask_people)
PEOPLE = text_step("people", _ask_strength)


async def get_strengths(**_kwargs: Any) -> dict[str, Any]:
    return {
        "strengths": [
            (Strength.OWN, _("Pystyn toimimaan itse")),
            (Strength.SOME_HELP, _("Pystyn, kun saan vähän apua")),
            (Strength.BESIDE, _("Tarvitsen jonkun rinnalleni")),
            (Strength.UNKNOWN, _("En osaa sanoa")),
        ]
    }


async def on_strength(_callback: CallbackQuery, _select: Any, manager: DialogManager, value: str) -> None:
    if value in set(Strength):
        keep(manager, round_of(manager).model_copy(update={"strength": Strength(value)}))
        await manager.switch_to(At.next_step)


# --- looking at it together


async def _finish(manager: DialogManager) -> None:
    """The picture goes first as a message of its own, with the same facts as text for those who do not see it."""
    check_in = round_of(manager)
    if not await in_moderation(manager):
        return
    await remember(manager, check_in=check_in.model_dump(mode="json"), unfinished=None)
    catalog, bot = services_of(manager).catalog, manager.middleware_data["bot"]
    chat_id = manager.middleware_data["event_chat"].id
    await bot.send_chat_action(chat_id, "upload_photo")
    rows = [
        pictures.Rating(
            area.name.best(current_locale()),
            check_in.ratings[area.id],
            catalog.answer(check_in.ratings[area.id]).label.best(current_locale()),
        )
        for area in catalog.areas
        if area.id in check_in.ratings
    ]
    png = await asyncio.to_thread(pictures.ratings, rows, _("Mitä sinulle kuuluu?"))
    await bot.send_photo(
        chat_id, BufferedInputFile(png, "kuva.png"), caption=_picture_text(check_in, catalog)
    )
    await manager.switch_to(At.summary, show_mode=ShowMode.SEND)


async def _ask_if_worse(manager: DialogManager) -> None:
    await manager.switch_to(At.if_worse)


NEXT_STEP = text_step("next_step", _ask_if_worse)
IF_WORSE = text_step("if_worse", _finish)


def _picture_text(check_in: CheckIn, catalog: Catalog) -> Markup:
    """The picture in words: each answer, and the areas to which it was given, those that ask for help first."""
    groups = [
        fill(
            "{value} · <b>{answer}</b>\n{areas}",
            value=answer.value,
            answer=answer.label.best(current_locale()),
            areas=", ".join(areas),
        )
        for answer in sorted(catalog.answers, key=lambda answer: answer.value)
        if (
            areas := [
                views.area_name(catalog, area.id)
                for area in catalog.areas
                if check_in.ratings.get(area.id) == answer.value
            ]
        )
    ]
    return views.joined(html(_("Näin vastasit:")), *groups, gap="\n\n")


async def get_summary(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    check_in = round_of(dialog_manager)
    return {"summary": _summary(fitted(check_in, check_in.words), services.catalog)}


def _summary(check_in: CheckIn, catalog: Catalog) -> Markup:
    """What was heard, in the client's own words where they were given."""

    def names(areas: list[str]) -> str:
        return listed([views.area_name(catalog, area) for area in areas])

    words = [
        fill("<blockquote>{area}: {words}</blockquote>", area=views.area_name(catalog, area), words=text)
        for area, text in check_in.words.items()
    ]
    strength = views.strength(check_in.strength)
    return views.joined(
        _good(names(check_in.good[:SOME]), len(check_in.good)),
        fill(_("Apua kaipaat eniten tässä: {areas}."), areas=names(check_in.low)) if check_in.low else None,
        *words,
        fill(_("Tärkeintä sinulle nyt: {areas}."), areas=names(check_in.priorities))
        if check_in.priorities
        else None,
        fill(_("Sinua auttaa jo nyt: {words}"), words=check_in.helps) if check_in.helps else None,
        fill(_("Tukenasi on: {words}"), words=check_in.people) if check_in.people else None,
        fill(_("Voimistasi sanoit: {strength}."), strength=strength) if strength else None,
        fill(_("Hyvä seuraava askel olisi: {words}"), words=check_in.next_step)
        if check_in.next_step
        else None,
        fill(_("Jos vointisi huononee: {words}"), words=check_in.if_worse) if check_in.if_worse else None,
        html(_encouragement(check_in)),
        gap="\n\n",
    )


def _good(some: str, count: int) -> Markup | None:
    """What is well, shortly: the message has to fit a phone."""
    if count == 0:
        return None
    if count <= SOME:
        return fill(_("Hyvällä mallilla: {areas}."), areas=some)
    return fill(_("Moni asia on hyvällä mallilla, esimerkiksi {areas}."), areas=some)


def _encouragement(check_in: CheckIn) -> str:
    if check_in.low and check_in.good:
        return _("Sinulla on nyt vaikeita asioita, mutta myös hyviä. Kiitos, että kerroit.")
    if check_in.low:
        return _("Kannat nyt paljon. Kiitos, että kerroit – sinun ei tarvitse selvitä tästä yksin.")
    return _("Kiitos, että pysähdyit miettimään. Hyvästäkin kannattaa pitää huolta.")


async def on_suggest(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await suggestions.start(manager, round_of(manager))


async def on_change(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.done({"check_in": manager.dialog_data["check_in"], "index": 0})


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>Mitkä näistä ovat sinulle nyt tärkeimpiä?</b>"),
            Tr("\nValitse enintään {most}. Aloitetaan niistä."),
            Column(
                Select(
                    Format("{item[1]}"),
                    id="priority",
                    item_id_getter=lambda item: item[0],
                    items="areas",
                    on_click=on_priority,
                )
            ),
            Row(
                Button(back, id="back_pri", on_click=on_back_to_areas),
                Button(Ready("label"), id="pri_done", on_click=to(At.helps)),
            ),
            state=At.priorities,
            getter=get_priorities,
        ),
        step_window(
            "helps",
            Tr("<b>Mikä auttaa sinua jo nyt?</b>"),
            Tr("\nPienikin asia käy: kahvi aamulla, kävely, musiikki, oma sänky. Kirjoita omin sanoin."),
            ("back_helps", on_back_from_helps),
            At.helps,
            HELPS,
        ),
        step_window(
            "people",
            Tr("<b>Kuka on tukenasi?</b>"),
            Tr(
                "\nYstävä, sukulainen, naapuri, ammattilainen, lemmikki. Jos kukaan ei ole, senkin voi sanoa."
            ),
            ("back_people", to(At.helps)),
            At.people,
            PEOPLE,
        ),
        page(
            Tr("<b>Miten paljon sinulla on nyt voimia viedä asioita eteenpäin?</b>"),
            Column(
                Select(
                    Format("{item[1]}"),
                    id="strength",
                    item_id_getter=lambda item: item[0],
                    items="strengths",
                    on_click=on_strength,
                )
            ),
            Button(back, id="back_str", on_click=to(At.people)),
            state=At.strength,
            getter=get_strengths,
        ),
        step_window(
            "step",
            Tr("<b>Mikä olisi sinulle hyvä seuraava askel?</b>"),
            Tr("\nPieni riittää. Kirjoita omin sanoin."),
            ("back_step", to(At.strength)),
            At.next_step,
            NEXT_STEP,
        ),
        step_window(
            "if_worse",
            Tr("<b>Jos vointisi huononee, mitä silloin kannattaa tehdä?</b>"),
            Tr(
                "\nVoit sopia sen itsesi kanssa jo nyt: kenelle soitat, mikä on auttanut ennen. Jos annat luvan "
                "tallentaa vastauksesi, muistutan sinua tästä vaikealla hetkellä. Työntekijälle en kerro tätä."
            ),
            ("back_if_worse", to(At.next_step)),
            At.if_worse,
            IF_WORSE,
        ),
        page(
            Tr("<b>Tällaista sinulta kuulin</b>\n"),
            Ready("summary"),
            Tr("\n<b>Saanko ehdottaa, mistä voisi olla apua tai iloa?</b>"),
            Button(Label("Kyllä, näytä ehdotuksia"), id="suggest", on_click=on_suggest),
            Button(Label("Muutan vastauksiani"), id="change", on_click=on_change),
            state=At.summary,
            protect=True,
            getter=get_summary,
        ),
        on_start=on_start,
        on_process_result=give_back_text,
    )
