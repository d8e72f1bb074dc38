"""What could help, one card at a time, each with the reason it is suggested; and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button, Row
from aiogram_dialog.widgets.text import Format
from markupsafe import Markup

from bot import views
from bot.core.check_in import CheckIn
from bot.i18n import current_locale, fill, html, listed
from bot.i18n import gettext as _
from bot.services import clients, memos, staff
from bot.services.base import Services
from catalog.guidance import level_for, why
from catalog.ranking import Because, Reason, Situation, Suggestion, suggest
from catalog.schema import Catalog, Level, Offer
from dialogs import consent
from dialogs.common import (
    Label,
    OneAtATime,
    Ready,
    Tr,
    chat_of,
    give_back_text,
    leave,
    page,
    recall,
    remember,
    services_of,
)
from dialogs.states import Suggestions as At

MOST = 8
"""Suggestions at a time: few enough to look through."""


async def start(manager: DialogManager, check_in: CheckIn) -> None:
    """Suggest by a check-in: the level of guidance first, then the cards. Of somebody else no level is said."""
    catalog = services_of(manager).catalog
    level = level_for(catalog.guidance, check_in.ratings, check_in.strength)
    found = await _suggest(manager, check_in, level)
    first = At.level if check_in.about == "self" else At.card
    await _begin(manager, first if found else At.end, found, check_in, level=level)


async def start_list(
    manager: DialogManager, found: Sequence[Suggestion], first: str, check_in: CheckIn
) -> None:
    """Look at a list found in some other way, beginning from the offer `first`."""
    await _begin(manager, At.card, found, check_in, first=first)


async def _begin(
    manager: DialogManager,
    state: Any,
    found: Sequence[Suggestion],
    check_in: CheckIn,
    *,
    level: Level | None = None,
    first: str | None = None,
) -> None:
    ids = [one.offer.id for one in found]
    await manager.start(
        state,
        data={
            "level": level,
            "check_in": check_in.model_dump(mode="json"),
            "cards": [(one.offer.id, [(r.code, list(r.values)) for r in one.reasons]) for one in found],
            "index": ids.index(first) if first in ids else 0,
        },
    )


async def _suggest(manager: DialogManager, check_in: CheckIn, level: Level) -> list[Suggestion]:
    services = services_of(manager)
    situation = Situation(
        ratings=check_in.ratings,
        priorities=tuple(check_in.priorities),
        level=level,
        language=current_locale(),
        about=check_in.about,
        dismissed=frozenset(await recall(manager, "dismissed") or ()),
    )
    return suggest(services.catalog, situation, today=_today(services), limit=MOST)


def _today(services: Services) -> Any:
    return services.clock().astimezone(services.settings.zone).date()


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(cards=start_data["cards"], at=start_data["index"])


def _check_in(manager: DialogManager) -> CheckIn:
    start_data: Any = manager.start_data
    return CheckIn.model_validate(start_data["check_in"])


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
    start_data: Any = dialog_manager.start_data
    level, check_in, guidance = (
        Level(start_data["level"]),
        _check_in(dialog_manager),
        services.catalog.guidance,
    )
    facts = why(check_in.ratings, check_in.strength)
    return {
        "means": html(guidance.level_means[level].best(current_locale())),
        "why": _why_level(len(facts.low), views.strength(check_in.strength)),
        "count": len(dialog_manager.dialog_data["cards"]),
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
    cards = dialog_manager.dialog_data["cards"]
    return {
        "number": dialog_manager.dialog_data["at"] + 1,
        "total": len(cards),
        "card": views.offer_card(offer, organisation, _today(services), why_this(reasons, services.catalog)),
        "ask": organisation.id in await staff.reachable_organisations(services),
        "here": True,
        "many": len(cards) > 1,
    }


def why_this(reasons: Sequence[Reason], catalog: Catalog) -> Markup:
    """Why this is suggested, in a sentence or two: what the client said first, then what speaks for it otherwise."""
    areas = dict.fromkeys(
        views.area_name(catalog, reason.values[0])
        for reason in reasons
        if reason.code in {Because.PRIORITY, Because.AREA_VERY_LOW, Because.AREA_LOW, Because.AREA_MIDDLING}
    )
    said = [fill(_("Toivoit apua tai muutosta tähän: {areas}."), areas=listed(list(areas)))] if areas else []
    codes = {reason.code for reason in reasons}
    others = [html(text) for code, text in _other_reasons() if code in codes]
    text = views.joined(*said, *others[:2], gap=" ")
    return (
        fill("💡 <b>{title}</b> {text}\n", title=_("Miksi tätä ehdotetaan?"), text=text)
        if text
        else Markup("")
    )


def _other_reasons() -> list[tuple[Because, str]]:
    return [
        (
            Because.ASSESSMENT,
            _(
                "Kun apua tarvitaan moneen asiaan, sinulla on oikeus palvelutarpeen arviointiin "
                "(sosiaalihuoltolaki 36 §)."
            ),
        ),
        (Because.NAMED_WORKER, _("Voit saada oman työntekijän, joka kulkee rinnallasi.")),
        (Because.SERVICE_CONTACT, _("Täältä saat ammattilaisen avuksi.")),
        (Because.CLOSE_PERSONS, _("Tämä on tarkoitettu myös läheisille.")),
        (Because.ANONYMOUS, _("Voit asioida nimettömänä.")),
        (Because.PEERS, _("Siellä on muita, jotka ovat kokeneet samaa.")),
        (Because.LOW_THRESHOLD, _("Mukaan on helppo tulla.")),
    ]


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
    return {"details": views.contact_details(offer, organisation, _today(services))}


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
    return {"found": bool(dialog_manager.dialog_data["cards"])}


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
                "\nTallennan muistilistasi ja tämän chatin tunnuksen salattuna, jotta löydät listan myöhemmin. "
                "Kukaan muu ei näe sitä. Voit poistaa kaiken milloin vain: Omat asiani → Unohda minut."
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
                "En löytänyt luettelosta sopivaa. Se ei tarkoita, ettei apua ole. "
                "Kysy neuvoa: Päivystysapu 116 117 neuvoo kaikkina vuorokauden aikoina, "
                "ja hyvinvointialueesi sosiaalineuvonta auttaa arkisin.",
                when=lambda data, _widget, _manager: not data["found"],
            ),
            Button(Label("Katsotaan uudelleen"), id="again", on_click=on_again, when="found"),
            Button(back, id="back", on_click=on_back),
            state=At.end,
            getter=get_end,
        ),
        on_start=on_start,
        on_process_result=give_back_text,
    )
