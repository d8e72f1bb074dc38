"""A code for a professional: to whom, what it shows, the code itself, and the answer when somebody has entered it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode
from aiogram_dialog.widgets.kbd import Button, Row

from bot import views
from bot.core import consent as rules
from bot.core.check_in import CheckIn
from bot.core.claims import VALID
from bot.core.consent import BestTime, Item, Reach
from bot.i18n import current_locale
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import claims, corrections, staff
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.requests import Draft
from dialogs import check_in, choices
from dialogs.common import (
    Label,
    Ready,
    Tr,
    as_id,
    chat_of,
    fitted,
    give_back_text,
    in_moderation,
    last_check_in,
    leave,
    page,
    recall,
    services_of,
    to,
)
from dialogs.states import Claim as At


async def on_open(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(At.mine)


# --- codes that can still be used


async def get_mine(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    mine, zone = await claims.mine(services, chat_of(dialog_manager).id), services.settings.zone
    return {
        "codes": [
            (
                str(one.id),
                _("🗑 Peru: {organisation}, {until} asti").format(
                    organisation=organisation_name(services.catalog, one.organisation_id),
                    until=views.until(one.expires_at, zone),
                ),
            )
            for one in mine
        ],
        "some": bool(mine),
        "none": not mine,
    }


async def on_revoke(callback: CallbackQuery, _select: Any, manager: DialogManager, claim_id: str) -> None:
    number = as_id(claim_id)
    done = number is not None and await claims.revoke(services_of(manager), chat_of(manager).id, number)
    await callback.answer(_("Koodi ei enää käy.") if done else _("Tämä koodi oli jo käytetty tai peruttu."))


async def on_new(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """What a code shows is the newest round, also one that is not finished; without one there is nothing to show."""
    services = services_of(manager)
    answers = await last_check_in(manager)
    if not answers.matters and (begun := await recall(manager, "unfinished")):
        answers = CheckIn.model_validate(begun["check_in"])
    if not answers.matters:
        kept = await corrections.rounds(services, chat_of(manager).id)
        answers = kept[0].answers if kept else answers
    if not answers.matters:
        await manager.switch_to(At.nothing)
        return
    answers = fitted(answers, answers.matters)
    offered = rules.kinds_of(rules.share(answers, ITEMS, reach=Reach.CHAT, best_time=BestTime.ANY))
    manager.dialog_data.update(
        check_in=answers.model_dump(mode="json"), offered=list(offered), items=list(offered)
    )
    await manager.switch_to(At.whom)


ITEMS = frozenset({Item.AREAS, Item.WORDS, Item.STRENGTHS})
"""The worker sits opposite: a name or a number need not be told in writing."""


async def on_check_in(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await check_in.start(manager)


# --- to whom, and what


async def get_whom(services: Services, **_kwargs: Any) -> dict[str, Any]:
    names = [
        (one, organisation_name(services.catalog, one))
        for one in await staff.reachable_organisations(services)
    ]
    return {"organisations": sorted(names, key=lambda pair: pair[1].casefold()), "none": not names}


async def on_whom(_callback: CallbackQuery, _select: Any, manager: DialogManager, organisation: str) -> None:
    if organisation in await staff.reachable_organisations(services_of(manager)):
        manager.dialog_data["organisation"] = organisation
        await manager.switch_to(At.items)


async def get_items(dialog_manager: DialogManager, **_kwargs: Any) -> dict[str, Any]:
    data = dialog_manager.dialog_data
    return {"items": choices.item_rows(data["items"], data["offered"]), "some": bool(data["items"])}


async def on_item(_callback: CallbackQuery, _select: Any, manager: DialogManager, item: str) -> None:
    if item in manager.dialog_data["offered"]:
        choices.toggle(manager.dialog_data["items"], item)


def _draft(manager: DialogManager) -> Draft:
    data = manager.dialog_data
    answers = CheckIn.model_validate(data["check_in"])
    return claims.draft(data["organisation"], answers, [*map(Item, data["items"])])


async def get_preview(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    draft, until = _draft(dialog_manager), services.clock() + VALID
    return {
        "organisation": organisation_name(services.catalog, draft.organisation_id),
        "preview": views.shared(draft.shared, services.catalog),
        "until": views.until(until, services.settings.zone),
        "code": dialog_manager.dialog_data.get("code", ""),
    }


async def on_make(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The press that stores something: what the code shows, and whose it is."""
    if not await in_moderation(manager):
        return
    draft = _draft(manager)
    manager.dialog_data["code"] = await claims.create(
        services_of(manager), chat_of(manager), draft.organisation_id, draft.check_in, draft.items
    )
    await manager.switch_to(At.code)


async def on_leave(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


# --- somebody has entered the code: the answer, under the message that asks


async def on_answer(callback: CallbackQuery, services: Services) -> None:
    """`claim:yes:CODE:WORKER` or `claim:no:CODE:WORKER`."""
    _prefix, answer, claim, worker = [*(callback.data or "").split(":"), "", "", ""][:4]
    chat, claim_id, worker_id = Chat(callback.from_user.id, current_locale()), as_id(claim), as_id(worker)
    if claim_id is None or worker_id is None:
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
        return
    if answer == "yes":
        asked = await claims.show(services, chat, claim_id, worker_id)
        line = _("Kiitos. {worker} näkee nyt tiedot. Saat tästä tositteen, ja voit perua milloin vain.")
    else:
        asked = await claims.refuse(services, chat.id, claim_id, worker_id)
        line = _("En näyttänyt mitään. Koodi ei enää käy. Voit tehdä uuden kohdasta Omat asiani.")
    text = line.format(worker=asked.worker) if asked else _("Tämä ei ole enää voimassa.")
    await callback.answer(text, show_alert=True)
    if isinstance(callback.message, Message):
        with suppress(TelegramBadRequest):  # it says so already, or is no longer there
            await callback.message.edit_text(text)


async def on_matters(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(At.mine, mode=StartMode.RESET_STACK)


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>🔑 Koodi ammattilaiselle</b>"),
            Tr(
                "\nKoodilla näytät vastauksesi ammattilaiselle, kun istutte samassa pöydässä tai puhutte "
                "puhelimessa. Kun hän syöttää koodin, kysyn sinulta vielä luvan."
            ),
            Tr("\nVoimassa olevat koodisi:", when="some"),
            choices.listed("revoke", "codes", on_revoke),
            Button(Label("➕ Tee uusi koodi"), id="new", on_click=on_new),
            Button(back, id="back", on_click=on_leave),
            state=At.mine,
            getter=get_mine,
        ),
        page(
            Tr("<b>Näytettävää ei vielä ole.</b>"),
            Tr("\nKäy ensin läpi Mitä sinulle kuuluu? Voit arvioida vaikka vain yhden asian."),
            Button(Label("💬 Mitä sinulle kuuluu?"), id="check_in", on_click=on_check_in),
            Button(back, id="b_mine", on_click=to(At.mine)),
            state=At.nothing,
        ),
        page(
            Tr("<b>Kenelle koodi on?</b>"),
            Tr(
                "\nKoodi käy vain siinä paikassa, jonka valitset.", when=lambda data, _w, _m: not data["none"]
            ),
            Tr("\nJuuri nyt kukaan ei ota koodeja vastaan. Kokeile myöhemmin.", when="none"),
            choices.listed("whom", "organisations", on_whom),
            Button(back, id="b_mine", on_click=to(At.mine)),
            state=At.whom,
            getter=get_whom,
        ),
        page(
            Tr("<b>Mitä koodilla saa näyttää?</b>"),
            Tr("\nPaina kohtaa, jos et halua näyttää sitä. ✅ näytetään, ⬜ ei näytetä."),
            choices.listed("item", "items", on_item),
            Row(
                Button(back, id="b_whom", on_click=to(At.whom)),
                Button(Label("Jatketaan"), id="items_ok", on_click=to(At.preview), when="some"),
            ),
            state=At.items,
            getter=get_items,
        ),
        page(
            Tr("<b>Tarkista vielä. Tämän näkee se työntekijä, joka syöttää koodin ({organisation}):</b>\n"),
            Ready("preview"),
            Tr(
                "\nHän näkee tämän vasta, kun annat luvan tässä chatissa, ja voi sen jälkeen kirjoittaa sinulle. "
                "Rinnalla tallentaa vastauksesi salattuina. Koodi käy {until} asti, ja voit perua sen."
            ),
            Button(Label("🔑 Tee koodi"), id="make", on_click=on_make),
            Button(back, id="b_items", on_click=to(At.items)),
            state=At.preview,
            getter=get_preview,
            protect=True,
        ),
        page(
            Tr("<b>Koodisi ({organisation}):</b>\n"),
            Tr("<code>{code}</code>\n"),
            Tr("Näytä tai lue se ammattilaiselle. Koodi käy kerran, {until} asti."),
            Tr("\nNäytän koodin vain nyt. Jos se unohtuu, tee uusi."),
            Button(Label("🔑 Koodini"), id="mine", on_click=on_matters),
            state=At.code,
            getter=get_preview,
            protect=True,
        ),
        on_process_result=give_back_text,
    )
