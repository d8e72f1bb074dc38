"""Asking to be contacted: to whom, what is told, how, until when; then exactly what will be sent, and "I consent".

Nothing is stored before the last press. What is told to whom is shown in full before it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from aiogram.types import CallbackQuery, User
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button, Row

from bot import views
from bot.core import consent as rules
from bot.core.check_in import CheckIn
from bot.core.consent import VALID_DAYS, BestTime, Item, Reach
from bot.i18n import current_locale
from bot.i18n import gettext as _
from bot.services import follow_ups, requests, staff
from bot.services.base import Services
from bot.services.requests import Draft
from catalog.schema import Offer
from dialogs import choices, matters
from dialogs.common import (
    Label,
    Ready,
    Tr,
    chat_of,
    fitted,
    give_back_text,
    in_moderation,
    last_check_in,
    page,
    services_of,
    to,
)
from dialogs.states import Consent as At
from dialogs.states import FollowUps


async def start(manager: DialogManager, offer: Offer, check_in: CheckIn) -> None:
    """Begin a draft for the organisation of `offer`."""
    check_in = fitted(check_in, check_in.matters)
    organisation = services_of(manager).catalog.organisation_of(offer)
    draft = _new(organisation.id, check_in, [Item.NAME, *_offered(check_in)])
    await manager.start(At.intro, data={**draft, "offer": offer.id})


async def start_from_enquiry(manager: DialogManager, organisation_id: str, alias: str) -> None:
    """From an anonymous enquiry straight to the preview: that it is the same person is all that is told, unless the
    client changes it."""
    check_in = await last_check_in(manager)
    draft = _new(organisation_id, fitted(check_in, check_in.matters), [Item.ENQUIRY])
    await manager.start(At.preview, data={**draft, "enquiry": alias})


def _new(organisation_id: str, check_in: CheckIn, items: list[Item]) -> dict[str, Any]:
    """A draft. Its id is made now, so that consenting twice is one consent."""
    return {
        "id": str(uuid4()),
        "organisation": organisation_id,
        "check_in": check_in.model_dump(mode="json"),
        "items": items,
        "reach": Reach.CHAT,
        "time": BestTime.ANY,
        "days": VALID_DAYS[1],
    }


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data)


def _offered(check_in: CheckIn) -> list[Item]:
    """What there is to share: nothing is asked about that the client has not said."""
    everything = rules.share(check_in, frozenset(Item), reach=Reach.CHAT, best_time=BestTime.ANY)
    return rules.kinds_of(everything)


def _draft(manager: DialogManager) -> Draft:
    data = manager.dialog_data
    return Draft(
        consent_id=data["id"],
        organisation_id=data["organisation"],
        offer_id=data.get("offer"),
        check_in=CheckIn.model_validate(data["check_in"]),
        items=frozenset(map(Item, data["items"])),
        reach=Reach(data["reach"]),
        best_time=BestTime(data["time"]),
        days=data["days"],
        name=data.get("name"),
        phone=data.get("phone"),
        enquiry=data.get("enquiry"),
    )


async def get_draft(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    """What every window of the draft tells: to whom, about what, and the words for the choices made so far."""
    draft = _draft(dialog_manager)
    organisation = services.catalog.organisations_by_id.get(draft.organisation_id)
    offer = services.catalog.offers_by_id.get(draft.offer_id or "")
    until = services.clock() + timedelta(days=draft.days)
    return {
        "organisation": organisation.name.best(current_locale()) if organisation else draft.organisation_id,
        "offer": offer.name.best(current_locale()) if offer else "–",
        "until": views.until(until, services.settings.zone),
        "preview": views.shared(draft.shared, services.catalog),
    }


# --- what is told


async def get_items(dialog_manager: DialogManager, **_kwargs: Any) -> dict[str, Any]:
    draft = _draft(dialog_manager)
    offered = [Item.NAME, *_offered(draft.check_in), *([Item.ENQUIRY] if draft.enquiry else [])]
    return {"items": choices.item_rows(draft.items, offered)}


async def on_item(_callback: CallbackQuery, _select: Any, manager: DialogManager, item: str) -> None:
    choices.toggle(manager.dialog_data["items"], item)


async def on_items_done(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.name if Item.NAME in manager.dialog_data["items"] else At.reach)


# --- the name to use


async def get_name(dialog_manager: DialogManager, event_from_user: User, **_kwargs: Any) -> dict[str, Any]:
    first_name, before = choices.short(event_from_user.first_name), dialog_manager.dialog_data.get("name")
    return {
        "first_name": _marked(dialog_manager, first_name, before == first_name),
        "before": _marked(dialog_manager, before or "", True),
        "other": before not in {None, first_name},
    }


def _marked(manager: DialogManager, label: str, chosen: bool) -> str:
    """The label of a choice; once all has been chosen and something is changed, the choices made bear a mark."""
    return f"✅ {label}" if chosen and manager.dialog_data.get("complete") else label


async def on_name(text: str, manager: DialogManager) -> None:
    manager.dialog_data["name"] = await choices.name_in(text, manager)
    await manager.switch_to(At.reach)


async def on_first_name(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    user: User = manager.middleware_data["event_from_user"]
    await on_name(user.first_name, manager)


async def on_no_name(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    manager.dialog_data["name"] = None
    await manager.switch_to(At.reach)


# --- telephone or this chat


async def get_reach(dialog_manager: DialogManager, **_kwargs: Any) -> dict[str, Any]:
    reach, phone = dialog_manager.dialog_data["reach"], dialog_manager.dialog_data.get("phone")
    return {
        "by_chat": _marked(dialog_manager, _("💬 Tässä chatissa"), reach == Reach.CHAT),
        "by_phone": _marked(dialog_manager, _("📞 Puhelimella"), reach == Reach.PHONE),
        "before": _marked(dialog_manager, phone or "", True),
        "phone": bool(phone),
    }


async def on_back_from_reach(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.name if Item.NAME in manager.dialog_data["items"] else At.items)


async def on_chat(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    manager.dialog_data.update(reach=Reach.CHAT, phone=None)
    await manager.switch_to(At.time)


async def on_by_phone(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.switch_to(At.phone)


async def on_phone(text: str, manager: DialogManager) -> None:
    if number := await choices.phone_in(text, manager):
        manager.dialog_data.update(reach=Reach.PHONE, phone=number)
        await manager.switch_to(At.time)


# --- when, and until when


async def get_term(dialog_manager: DialogManager, **_kwargs: Any) -> dict[str, Any]:
    time, term = dialog_manager.dialog_data["time"], dialog_manager.dialog_data["days"]
    return {
        "times": [(one, _marked(dialog_manager, label, one == time)) for one, label in choices.times()],
        "days": [(one, _marked(dialog_manager, label, one == str(term))) for one, label in choices.terms()],
    }


async def on_time(_callback: CallbackQuery, _select: Any, manager: DialogManager, time: str) -> None:
    if time in set(BestTime):
        manager.dialog_data["time"] = time
        await manager.switch_to(At.days)


async def on_days(_callback: CallbackQuery, _select: Any, manager: DialogManager, days: str) -> None:
    if days in map(str, VALID_DAYS):
        manager.dialog_data.update(days=int(days), complete=True)
        await manager.switch_to(At.preview)


# --- yes


async def on_consent(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The one press that stores something and tells somebody. Pressed twice, it is still one consent."""
    if not await in_moderation(manager):
        return
    draft, services = _draft(manager), services_of(manager)
    if draft.organisation_id not in await staff.reachable_organisations(services):
        await callback.answer(
            _("Sieltä ei juuri nyt kukaan ota pyyntöjä vastaan. Mitään ei lähetetty."), show_alert=True
        )
        await manager.done()
        return
    await requests.send(services, chat_of(manager), draft)
    await manager.switch_to(At.sent)


async def get_sent(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    """When it will be asked how things have gone, unless the client wants no such questions."""
    standing = await follow_ups.standing(services, chat_of(dialog_manager).id)
    return {"asked": views.until(standing.next_at, services.settings.zone) if standing.next_at else None}


async def on_follow_ups(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(FollowUps.main)


async def on_cancel(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await callback.answer(_("Mitään ei lähetetty eikä tallennettu."))
    await manager.done()


async def on_matters(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await matters.start(manager)


async def on_done(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.done()


def build() -> Dialog:
    back, cancel = Label("⬅️ Takaisin"), Label("Peru, älä lähetä mitään")
    return Dialog(
        page(
            Tr("<b>✉️ Yhteydenottopyyntö</b>\n"),
            Tr("Kenelle: <b>{organisation}</b>\nAihe: {offer}\n"),
            Tr(
                "Valitset itse, mitä kerrotaan. Näet koko viestin, ennen kuin se lähtee. Työntekijä ottaa "
                "sinuun yhteyttä, ja sovitte yhdessä, miten jatketaan."
            ),
            Button(Label("Jatketaan"), id="go", on_click=to(At.items)),
            Button(cancel, id="cancel", on_click=on_cancel),
            state=At.intro,
        ),
        page(
            Tr("<b>Mitä työntekijälle saa kertoa?</b>"),
            Tr("\nPaina kohtaa, jos et halua kertoa sitä. ✅ kerrotaan, ⬜ ei kerrota."),
            choices.listed("item", "items", on_item),
            Row(
                Button(back, id="b_items", on_click=to(At.intro)),
                Button(Label("Jatketaan"), id="items_ok", on_click=on_items_done),
            ),
            state=At.items,
            getter=get_items,
        ),
        page(
            Tr("<b>Millä nimellä sinua saa puhutella?</b>"),
            Tr("\nKirjoita nimi. Etunimi tai lempinimi riittää."),
            Button(Ready("before"), id="same_name", on_click=to(At.reach), when="other"),
            Button(Ready("first_name"), id="first_name", on_click=on_first_name),
            Row(
                Button(back, id="b_name", on_click=to(At.items)),
                Button(Label("Ilman nimeä"), id="no_name", on_click=on_no_name),
            ),
            state=At.name,
            getter=get_name,
            on_text=on_name,
        ),
        page(
            Tr("<b>Miten sinuun saa ottaa yhteyttä?</b>"),
            Button(Ready("by_chat"), id="by_chat", on_click=on_chat),
            Button(Ready("by_phone"), id="by_phone", on_click=on_by_phone),
            Button(back, id="b_reach", on_click=on_back_from_reach),
            state=At.reach,
            getter=get_reach,
        ),
        page(
            Tr("<b>Mihin numeroon saa soittaa?</b>"),
            Tr("\nKirjoita puhelinnumerosi."),
            Button(Ready("before"), id="same_phone", on_click=to(At.time), when="phone"),
            Button(back, id="b_phone", on_click=to(At.reach)),
            state=At.phone,
            getter=get_reach,
            on_text=on_phone,
            inputs=(choices.ContactCard(on_phone),),
        ),
        page(
            Tr("<b>Milloin sinulle sopii?</b>"),
            choices.listed("time", "times", on_time),
            Button(back, id="b_time", on_click=to(At.reach)),
            state=At.time,
            getter=get_term,
        ),
        page(
            Tr("<b>Kuinka kauan suostumus on voimassa?</b>"),
            Tr(
                "\nSen jälkeen työntekijä ei enää näe tietojasi. Voit perua suostumuksen milloin vain, myös ennen sitä."
            ),
            choices.listed("days", "days", on_days),
            Button(back, id="b_days", on_click=to(At.time)),
            state=At.days,
            getter=get_term,
        ),
        page(
            Tr("<b>Tarkista vielä. Tämän näkee se työntekijä, joka ottaa pyyntösi ({organisation}):</b>\n"),
            Ready("preview"),
            Tr(
                "\nMuut työntekijät siellä näkevät vain, mitä elämän alueita pyyntö koskee, miten toivot "
                "yhteyttä ja toivotko jonkun pian rinnallesi."
            ),
            Tr(
                "\nTarkoitus: yhteydenotto ja avusta sopiminen. Suostumus on voimassa {until} asti. Voit perua "
                "sen yhdellä painalluksella. Rinnalla tallentaa pyynnön ja vastauksesi salattuina."
            ),
            Tr(
                "\nRinnalla kysyy sinulta myöhemmin tässä chatissa, miten on mennyt. Voit muuttaa tai kieltää "
                "sen milloin vain."
            ),
            Button(Label("✅ Annan suostumuksen ja lähetän"), id="consent", on_click=on_consent),
            Button(Label("Muutan tietoja"), id="change", on_click=to(At.items)),
            Button(cancel, id="cancel", on_click=on_cancel),
            state=At.preview,
            protect=True,
        ),
        page(
            Tr("<b>Pyyntösi lähti. Hienoa, että otit tämän askeleen.</b>\n"),
            Tr(
                "{organisation} on saanut tiedon. Kerron sinulle tässä chatissa, kun joku ottaa pyyntösi hoitaakseen."
            ),
            Tr(
                "\nJos kukaan ei vastaa, en jätä sinua odottamaan yksin: voit aina palata tähän tai soittaa suoraan."
            ),
            Tr("\nKysyn sinulta {asked}, miten on mennyt. Voit muuttaa sen.", when="asked"),
            Button(Label("🔁 Muutan, milloin kysyt"), id="follow_ups", on_click=on_follow_ups, when="asked"),
            Button(Label("📁 Omat asiani"), id="matters", on_click=on_matters),
            Button(Label("Katson muita ehdotuksia"), id="done", on_click=on_done),
            state=At.sent,
            getter=get_sent,
        ),
        getter=get_draft,
        on_start=on_start,
        on_process_result=give_back_text,
    )
