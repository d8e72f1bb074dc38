"""The end of a follow-up: then and now beside each other, said aloud, and what could come next."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiogram.types import BufferedInputFile, CallbackQuery
from aiogram_dialog import DialogManager, ShowMode, StartMode, Window
from aiogram_dialog.widgets.kbd import Button
from markupsafe import Markup

from bot import pictures, views
from bot.core import follow_ups as rules
from bot.core.check_in import LOW, MOST_PRIORITIES, CheckIn, Strength
from bot.core.consent import Reach
from bot.core.feedback import Moment
from bot.core.follow_ups import Contacted, Direction, Helped, Pace
from bot.i18n import current_locale, fill, html, listed
from bot.i18n import gettext as _
from bot.services import follow_ups, staff
from bot.services.base import Services
from bot.services.follow_ups import MyFollowUp
from catalog.schema import Catalog
from dialogs import answer, consent, feedback, states, suggestions, telling
from dialogs.common import (
    Label,
    Ready,
    Tr,
    chat_of,
    fitted,
    go_home,
    in_moderation,
    keep_round,
    page,
    remember,
    services_of,
    tell,
)
from dialogs.states import FollowUp as At

ROOM = 600
"""Characters of the client's own plan for when things get worse, which stands in the same window."""


def at_hand(manager: DialogManager) -> int:
    return int(manager.dialog_data["follow_up"])


async def mine(manager: DialogManager) -> MyFollowUp | None:
    return await follow_ups.of(services_of(manager), chat_of(manager).id, at_hand(manager))


def _changes(one: MyFollowUp) -> dict[str, tuple[int, int]]:
    return rules.changes(one.then, one.now) if one.then else {}


# --- then and now


async def compare(manager: DialogManager) -> None:
    """All is asked: the picture goes first as a message of its own, with the same facts as text below it."""
    if not await in_moderation(manager):
        return
    one, services = await mine(manager), services_of(manager)
    if one is None:
        await go_home(manager)
        return
    await follow_ups.finish(services, chat_of(manager).id, one.id)
    if changed := _changes(one):
        await remember(manager, check_in=_round(one).model_dump(mode="json"))
        bot, chat_id = manager.middleware_data["bot"], manager.middleware_data["event_chat"].id
        await bot.send_chat_action(chat_id, "upload_photo")
        rows = [pictures.Change(_plain_name(services.catalog, area), *pair) for area, pair in changed.items()]
        png = await asyncio.to_thread(pictures.then_and_now, rows, _("Ennen ja nyt"), (_("Ennen"), _("Nyt")))
        await bot.send_photo(
            chat_id, BufferedInputFile(png, "kuva.png"), caption=_in_words(changed, services.catalog)
        )
    await manager.switch_to(At.next, show_mode=ShowMode.SEND)


def _plain_name(catalog: Catalog, area_id: str) -> str:
    area = catalog.areas_by_id.get(area_id)
    return area.name.best(current_locale()) if area else area_id


def _in_words(changed: Mapping[str, tuple[int, int]], catalog: Catalog) -> Markup:
    """The picture in words."""
    lines = [
        fill(_("{area}: ennen {then}, nyt {now}"), area=views.area_name(catalog, area), then=then, now=now)
        for area, (then, now) in changed.items()
    ]
    return views.joined(html(_("Näin vastasit ennen ja nyt (1 on vaikeinta, 5 on parasta):")), *lines)


# --- what it says, and what next


async def get_next(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    one = await mine(dialog_manager)
    if one is None:
        gone = html(_("Tätä kysymystä ei enää ole."))
        return {"said": gone, "more": True, "write": False, "ask": False, "denser": False}
    chat_id, where = chat_of(dialog_manager).id, rules.direction(_changes(one))
    hard = where in {Direction.SAME, Direction.WORSE} or _without_help(one) or bool(one.now.low)
    plan = await follow_ups.own_plan(services, chat_id) if where is Direction.WORSE else None
    return {
        "said": views.joined(
            html(_alone(one)), *_heard(one, where, services.catalog), _own_plan(plan), gap="\n\n"
        ),
        "more": hard,
        "write": bool(one.about and one.about.in_hand and one.about.reach is Reach.CHAT),
        "ask": hard and await _may_ask_again(services, one),
        "denser": hard and await follow_ups.pace(services, chat_id) not in {Pace.DENSE, Pace.NONE},
    }


def _without_help(one: MyFollowUp) -> bool:
    return one.answers.helped is Helped.NO or Helped.NO is one.answers.enough


def _alone(one: MyFollowUp) -> str:
    """To somebody who was left without: it is not their fault, and it does not end there."""
    if one.answers.contacted is Contacted.NO:
        return _("Ikävä kuulla, ettei sinuun ole otettu yhteyttä. Se ei johdu sinusta.")
    if _without_help(one):
        return _("Ikävä kuulla, ettei apu riittänyt. Se ei johdu sinusta.")
    return ""


def _heard(one: MyFollowUp, where: Direction | None, catalog: Catalog) -> list[Markup]:
    changed = _changes(one)

    def names(which: Mapping[str, tuple[int, int]]) -> str:
        return listed(
            [
                _("{area} ({then} → {now})").format(area=_plain_name(catalog, area), then=then, now=now)
                for area, (then, now) in which.items()
            ]
        )

    better = {area: pair for area, pair in changed.items() if pair[1] > pair[0]}
    worse = {area: pair for area, pair in changed.items() if pair[1] < pair[0]}
    if where is Direction.BETTER:
        good = _("🌱 <b>Nyt menee paremmin kuin silloin:</b> {areas}. Hienoa, että olet päässyt tähän!")
        harder = _("Tämä on nyt vaikeampaa: {areas}. Siihenkin voidaan etsiä apua.")
        return [fill(good, areas=names(better)), *([fill(harder, areas=names(worse))] if worse else [])]
    if where is Direction.SAME:
        text = html(
            _(
                "Tilanne on suunnilleen ennallaan. Muutos vie usein aikaa, eikä se ole kenenkään vika. "
                "Ehkä jokin muu auttaisi paremmin."
            )
        )
    elif where is Direction.WORSE:
        text = fill(
            _(
                "Kiitos, että kerroit. Nyt on vaikeampaa kuin silloin: {areas}. Se ei tarkoita, että olisit "
                "epäonnistunut. Vaikeita aikoja tulee, ja niistäkin pääsee eteenpäin."
            ),
            areas=names(worse),
        )
    else:
        return [html(_("Kiitos, että kerroit."))]
    still = _("🌱 Tässä menee paremmin: {areas}.")
    return [text, *([fill(still, areas=names(better))] if better else [])]


def _own_plan(plan: str | None) -> Markup | None:
    if plan is None:
        return None
    words = plan if len(plan) <= ROOM else f"{plan[: ROOM - 1]}…"
    return fill(
        _("Sovit itsesi kanssa tällaista hetkeä varten:\n<blockquote>{words}</blockquote>"), words=words
    )


async def _may_ask_again(services: Services, one: MyFollowUp) -> bool:
    """Whether the same place can be asked once more: nobody there has the request, and somebody takes new ones."""
    if one.about is None or one.about.in_hand:
        return False
    offer = services.catalog.suggestable(one.about.offer_id or "")
    return offer is not None and one.about.organisation_id in await staff.reachable_organisations(services)


def _round(one: MyFollowUp) -> CheckIn:
    """How things are now, as a round that suggestions can be made by."""
    strength = one.then.strength if one.then else Strength.UNKNOWN
    low = [area for area, rating in one.now.ratings.items() if rating <= LOW]
    return one.now.model_copy(update={"strength": strength, "priorities": low[:MOST_PRIORITIES]})


async def on_suggest(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    one = await mine(manager)
    if one is not None and one.now.ratings:
        await suggestions.start(manager, _round(one))
    else:
        await manager.start(states.Find.doors)


async def on_write(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    one = await mine(manager)
    if one and one.about:
        await answer.start(manager, one.about.id)


async def on_ask(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    one = await mine(manager)
    offer = services_of(manager).catalog.suggestable(one.about.offer_id or "") if one and one.about else None
    if one and offer:
        await consent.start(manager, offer, fitted(_round(one), one.now.words))


async def on_denser(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await follow_ups.set_pace(services_of(manager), chat_of(manager).id, Pace.DENSE)
    await callback.answer(_("Selvä, kysyn jatkossa useammin."))


async def on_done(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The client has said what there was to say. Then: who may know how it went, and how guidance itself has gone."""
    services, chat_id, one = services_of(manager), chat_of(manager).id, await mine(manager)
    standing = await follow_ups.standing(services, chat_id)
    thanks = _("Kiitos, että vastasit.")
    if standing.next_at:
        day = views.until(standing.next_at, services.settings.zone)
        thanks = _("Kiitos, että vastasit. Kysyn seuraavan kerran {day}.").format(day=day)
    await tell(manager, thanks)
    if one is None or not await _asked_further(manager, one):
        await go_home(manager)


async def _asked_further(manager: DialogManager, one: MyFollowUp) -> bool:
    await keep_round(manager)
    if await telling.start(manager, one.id, StartMode.RESET_STACK):
        return True
    organisation = one.about.organisation_id if one.about else None
    return await feedback.start(manager, organisation, Moment.FOLLOW_UP, mode=StartMode.RESET_STACK)


def window() -> Window:
    return page(
        Ready("said"),
        Tr("\n<b>Mitä haluaisit tehdä seuraavaksi?</b>"),
        Button(Label("🔎 Katson uusia ehdotuksia"), id="suggest", on_click=on_suggest, when="more"),
        Button(Label("✍️ Kirjoitan työntekijälle"), id="write", on_click=on_write, when="write"),
        Button(Label("✉️ Pyydän uudelleen yhteydenottoa"), id="ask", on_click=on_ask, when="ask"),
        Button(Label("🔁 Kysy minulta useammin"), id="denser", on_click=on_denser, when="denser"),
        Button(Label("Ei muuta nyt, kiitos"), id="done", on_click=on_done),
        state=At.next,
        getter=get_next,
        protect=True,
    )
