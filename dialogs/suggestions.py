"""What could help, one card at a time, each with the reason it is suggested; and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button, Row
from aiogram_dialog.widgets.text import Format
from markupsafe import Markup

from bot import views
from bot.core.check_in import CheckIn
from bot.core.feedback import Moment
from bot.i18n import current_locale, fill, html, listed
from bot.i18n import gettext as _
from bot.reasons import About, why_this
from bot.services import clients, figures, memos, staff
from bot.services.base import Services
from catalog.guidance import level_for, why
from catalog.ranking import Because, Reason, Situation, Suggestion, suggest
from catalog.schema import Level, Offer
from dialogs import consent, feedback, place
from dialogs.common import (
    Label,
    OneAtATime,
    Ready,
    Tr,
    chat_of,
    last_check_in,
    leave,
    page,
    recall,
    remember,
    services_of,
)
from dialogs.states import Find
from dialogs.states import Suggestions as At

MOST = 8
"""Suggestions at a time: few enough to look through."""


async def start(manager: DialogManager, check_in: CheckIn) -> None:
    """Suggest by a check-in: the level of guidance first, then the cards. Of somebody else no level is said."""
    catalog = services_of(manager).catalog
    level = level_for(catalog.guidance, check_in.ratings, check_in.strength)
    await manager.start(At.level, data={"level": level, "check_in": check_in.model_dump(mode="json")})


async def start_list(
    manager: DialogManager, found: Sequence[Suggestion], first: str, check_in: CheckIn
) -> None:
    """Look at a list found in some other way, beginning from the offer `first`."""
    ids = [one.offer.id for one in found]
    index = ids.index(first) if first in ids else 0
    data = {"check_in": check_in.model_dump(mode="json"), "cards": _cards(found), "index": index}
    await manager.start(At.card, data=data)


async def start_advice(manager: DialogManager) -> None:
    """Look at where one can ask when nothing in the catalogue fits."""
    advice = services_of(manager).catalog.advice
    if advice is not None:
        check_in = await last_check_in(manager)
        data = {"check_in": check_in.model_dump(mode="json"), "cards": [(advice.id, [])], "index": 0}
        await manager.start(At.card, data=data)


def _cards(found: Sequence[Suggestion]) -> list[Any]:
    return [(one.offer.id, [(reason.code, list(reason.values)) for reason in one.reasons]) for one in found]


async def on_start(start_data: Any, manager: DialogManager) -> None:
    if "cards" in start_data:
        manager.dialog_data.update(cards=start_data["cards"], at=start_data["index"], unmet=[])
        return
    await _suggest(manager)
    if not await place.ask_once(manager):
        await _count_unmet(manager)


async def on_result(start_data: Any, result: Any, manager: DialogManager) -> None:
    """The client has told where they are: suggest anew, from the first card on."""
    if await place.on_told(start_data, result, manager):
        await _suggest(manager)
        await _count_unmet(manager)


async def _suggest(manager: DialogManager) -> None:
    """Find what fits, and go to where it is shown; needs for which there is nothing are noted."""
    services, check_in, start_data = services_of(manager), _check_in(manager), _start_data(manager)
    here, known = await place.here(manager), await clients.seen(services, chat_of(manager).id)
    situation = Situation(
        ratings=check_in.ratings,
        priorities=tuple(check_in.priorities),
        level=Level(start_data["level"]),
        municipality=here.municipality,
        position=here.position,
        language=current_locale(),
        about=check_in.about,
        anonymous=known is None,
        answering=await staff.reachable_organisations(services),
        dismissed=frozenset(await recall(manager, "dismissed") or ()),
    )
    found = suggest(services.catalog, situation, today=today(services), limit=MOST)
    answered = {reason.values[0] for one in found for reason in one.needs if reason.values}
    unmet = [area for area in check_in.matters if area not in answered]
    manager.dialog_data.update(cards=_cards(found), at=0, unmet=unmet)
    first = At.level if check_in.about == "self" else At.card
    await manager.switch_to(first if found else At.end)


async def _count_unmet(manager: DialogManager) -> None:
    await count_unmet(manager, manager.dialog_data["unmet"])


async def count_unmet(manager: DialogManager, areas: Sequence[str]) -> None:
    """Count needs for which there is nothing, each once in a conversation, and nobody with them."""
    counted = await recall(manager, "unmet") or []
    if new := [area for area in areas if area not in counted]:
        here = await place.here(manager)
        await figures.count_unmet(services_of(manager), new, here.municipality)
        await remember(manager, unmet=[*counted, *new])


def today(services: Services) -> date:
    return services.clock().astimezone(services.settings.zone).date()


def _start_data(manager: DialogManager) -> Any:
    return manager.start_data


def _check_in(manager: DialogManager) -> CheckIn:
    return CheckIn.model_validate(_start_data(manager)["check_in"])


def _about(manager: DialogManager) -> About:
    """A list that was found in some other way is looked at, whatever was said in a check-in before."""
    return _check_in(manager).about if "level" in _start_data(manager) else "looking"


def _current(manager: DialogManager) -> tuple[Offer | None, list[Reason]]:
    """The card at hand; None when its offer has left the catalogue, or is retired, while the card was open."""
    cards = manager.dialog_data["cards"]
    if not cards:
        return None, []
    offer_id, reasons = cards[min(manager.dialog_data["at"], len(cards) - 1)]
    offer = services_of(manager).catalog.suggestable(offer_id)
    return offer, [Reason(Because(code), tuple(values)) for code, values in reasons]


def _at_hand(manager: DialogManager) -> str:
    """The offer of the card at hand, whether or not it is still in the catalogue."""
    cards = manager.dialog_data["cards"]
    return str(cards[min(manager.dialog_data["at"], len(cards) - 1)][0]) if cards else ""


# --- the level of guidance


async def get_level(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    level, check_in = Level(_start_data(dialog_manager)["level"]), _check_in(dialog_manager)
    guidance = services.catalog.guidance
    facts = why(check_in.ratings, check_in.strength)
    return {
        "means": html(guidance.level_means[level].best(current_locale())),
        "why": _why_level(len(facts.low), views.strength(check_in.strength)),
        "count": len(dialog_manager.dialog_data["cards"]),
        "place": await place.label(dialog_manager),
    }


def _why_level(low: int, strength: str | None) -> Markup:
    if low == 0:
        because = _("Vastaustesi mukaan asiat ovat enimmäkseen hyvin.")
    elif low == 1:
        because = _("Kerroit yhdestä asiasta, johon kaipaat apua.")
    else:
        because = _("Kerroit {count} asiasta, joihin kaipaat apua.").format(count=low)
    voice = fill(_("Voimistasi sanoit: {strength}."), strength=strength) if strength else None
    return views.joined(html(because), voice, gap=" ")


async def on_show(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.card)


# --- cards


async def get_card(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    offer, reasons = _current(dialog_manager)
    if offer is None:
        gone = html(_("Tämä ehdotus ei ole enää luettelossa. Katsotaan seuraavaa."))
        return {"number": 0, "total": 0, "card": gone, "ask": False, "here": False, "many": True}
    organisation = services.catalog.organisation_of(offer)
    because = why_this(reasons, services.catalog, _about(dialog_manager))
    cards = dialog_manager.dialog_data["cards"]
    return {
        "number": dialog_manager.dialog_data["at"] + 1,
        "total": len(cards),
        "card": views.offer_card(offer, organisation, today(services), because),
        "ask": organisation.id in await staff.reachable_organisations(services),
        "here": True,
        "many": len(cards) > 1,
    }


async def on_next(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    at = manager.dialog_data["at"] + 1
    if at < len(manager.dialog_data["cards"]):
        manager.dialog_data["at"] = at
        await manager.switch_to(At.card)
    else:
        await manager.switch_to(At.end)


async def on_not_for_me(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Left out today; the same one is not suggested again in this conversation."""
    cards, at = manager.dialog_data["cards"], manager.dialog_data["at"]
    if cards:
        offer_id = cards.pop(min(at, len(cards) - 1))[0]
        await remember(manager, dismissed=[*(await recall(manager, "dismissed") or []), offer_id])
    await callback.answer(_("Selvä, jätetään tämä pois."))
    manager.dialog_data.update(cards=cards, at=min(at, max(len(cards) - 1, 0)))
    if at >= len(cards):
        await manager.switch_to(At.end)


async def get_contact(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    offer, _reasons = _current(dialog_manager)
    if offer is None:
        return {"details": html(_("Tämä ehdotus ei ole enää luettelossa."))}
    organisation = services.catalog.organisation_of(offer)
    return {"details": views.contact_details(offer, organisation, today(services))}


async def on_contact(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.contact)


async def on_back_to_card(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.card)


async def on_memo(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Keeping something needs the client's word once; after that, saving is one press."""
    if await clients.seen(services_of(manager), chat_of(manager).id) is None:
        await manager.switch_to(At.keep)
    else:
        await _save(callback, manager)


async def on_keep(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await _save(callback, manager)
    await manager.switch_to(At.card)


async def _save(callback: CallbackQuery, manager: DialogManager) -> None:
    offer, reasons = _current(manager)
    if offer is None:
        await callback.answer(_("Tämä ehdotus ei ole enää luettelossa."))
        return
    area = next(
        (reason.values[0] for reason in reasons if reason.values and reason.code != Because.WORD), None
    )
    saved = await memos.save(services_of(manager), chat_of(manager), offer.id, area)
    await callback.answer(
        _("Lisäsin muistilistaasi. Löydät sen kohdasta Omat asiani.")
        if saved
        else _("Muistilistasi on täynnä. Poista sieltä ensin jotain.")
    )


async def on_ask(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    offer, _reasons = _current(manager)
    services = services_of(manager)
    if offer is None or services.catalog.organisation_of(offer).id not in await staff.reachable_organisations(
        services
    ):
        await callback.answer(_("Täältä ei voi juuri nyt pyytää yhteydenottoa. Katso yhteystiedot."))
        return
    await consent.start(manager, offer, _check_in(manager))


async def get_end(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    found, unmet = bool(dialog_manager.dialog_data["cards"]), dialog_manager.dialog_data.get("unmet", [])
    advice = services.catalog.advice
    return {
        "found": found,
        "none": not found,
        "some_unmet": bool(found and unmet),
        "unmet": listed([views.area_name(services.catalog, area) for area in unmet]),
        "advice": _("💬 {name}").format(name=advice.name.best(current_locale())) if advice else "",
        "ask": bool(advice and (unmet or not found)),
        "place": await place.label(dialog_manager),
        "own": "level" in _start_data(dialog_manager),
        "feedback": await feedback.possible(dialog_manager, Moment.SUGGESTIONS),
    }


async def on_advice(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await start_advice(manager)


async def on_find(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(Find.doors)


async def on_place(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await place.ask(manager)


async def on_again(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    manager.dialog_data["at"] = 0
    await manager.switch_to(At.card)


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Ready("why"),
            Format("\n{means}"),
            Tr("\nVoit katsoa ehdotuksia rauhassa. Mitään ei tapahdu, ellet itse halua."),
            Button(Label("Näytä ehdotukset ({count})"), id="show", on_click=on_show),
            Button(Ready("place"), id="place", on_click=on_place),
            Button(back, id="back", on_click=on_back),
            state=At.level,
            getter=get_level,
        ),
        page(
            Tr("Ehdotus {number}/{total}\n", when="here"),
            Ready("card"),
            Button(Label("✉️ Pyydä yhteydenottoa"), id="ask", on_click=on_ask, when="ask"),
            Row(
                Button(Label("📞 Yhteystiedot"), id="contact", on_click=on_contact),
                Button(Label("💾 Muistilistaan"), id="memo", on_click=on_memo),
                when="here",
            ),
            Row(
                OneAtATime(Label("Ei minulle"), id="not_me", on_click=on_not_for_me, about=_at_hand),
                OneAtATime(Label("Seuraava ➡️"), id="next", on_click=on_next, about=_at_hand),
            ),
            Button(back, id="back", on_click=on_back),
            state=At.card,
            getter=get_card,
        ),
        page(
            Ready("details"),
            Button(back, id="back_card", on_click=on_back_to_card),
            state=At.contact,
            getter=get_contact,
        ),
        page(
            Tr("<b>Saanko tallentaa tämän sinulle muistiin?</b>"),
            Tr(
                "\nTallennan muistilistasi ja tämän chatin tunnuksen salattuina, jotta löydät listan myöhemmin. "
                "Kukaan muu ei näe niitä. Voit poistaa kaiken milloin vain: Omat asiani → 🔒 → Unohda minut."
            ),
            Button(Label("Kyllä, tallenna"), id="keep", on_click=on_keep),
            Button(Label("En halua"), id="back_card", on_click=on_back_to_card),
            state=At.keep,
        ),
        page(
            Tr(
                "Siinä olivat ehdotukset tällä erää. Mikään niistä ei katoa: voit katsoa ne uudelleen.",
                when="found",
            ),
            Tr(
                "\nTähän en löytänyt luettelosta sopivaa: {unmet}. Se ei tarkoita, ettei apua ole.",
                when="some_unmet",
            ),
            Tr(
                "En löytänyt luettelosta sopivaa. Se ei tarkoita, ettei apua ole. "
                "Päivystysapu 116 117 neuvoo kaikkina vuorokauden aikoina.",
                when="none",
            ),
            Button(Ready("advice"), id="advice", on_click=on_advice, when="ask"),
            Button(Label("🔎 Etsi muuta"), id="find", on_click=on_find, when="none"),
            Button(Label("Katsotaan uudelleen"), id="again", on_click=on_again, when="found"),
            Button(Ready("place"), id="place", on_click=on_place, when="own"),
            Button(Label("⭐ Anna palautetta"), "feedback", feedback.on_suggestions, when="feedback"),
            Button(back, id="back", on_click=on_back),
            state=At.end,
            getter=get_end,
        ),
        on_start=on_start,
        on_process_result=on_result,
    )
