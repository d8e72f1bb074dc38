"""My data: everything that is held, as files in the chat; a name or number put right; one round taken away."""

from __future__ import annotations

from typing import Any

from aiogram import Bot
from aiogram.types import BufferedInputFile, CallbackQuery
from aiogram_dialog import Dialog, DialogManager, ShowMode
from aiogram_dialog.widgets.kbd import Button

from bot import my_page, views
from bot.core.consent import Item
from bot.i18n import gettext as _
from bot.i18n import html
from bot.names import organisation_name
from bot.services import clients, consents, corrections, my_data, own_times
from bot.services.base import Services
from bot.services.corrections import CORRECTABLE, Round
from dialogs import choices, text_messages
from dialogs.common import (
    Label,
    OneAtATime,
    Ready,
    Tr,
    as_id,
    chat_of,
    fitted,
    give_back_text,
    leave,
    page,
    services_of,
    tell,
    to,
)
from dialogs.states import MyData as At

SYMBOLS = {Item.NAME: "👤", Item.PHONE: "📞"}
MOST_ROUNDS = 20


async def on_open(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(At.main)


async def get_main(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    rounds = await corrections.rounds(services, chat_of(dialog_manager).id)
    details = await _details(dialog_manager)
    silent = await clients.opted_out(services, chat_of(dialog_manager).id)
    return {
        "details": details,
        "correctable": bool(details),
        "answered": bool(rounds),
        "known": await clients.seen(services, chat_of(dialog_manager).id) is not None,
        "texts": await text_messages.offered_to(dialog_manager),
        "open": _("🙈 Piilota muistutusten sisältö ilmoituksissa")
        if await clients.open_notices(services, chat_of(dialog_manager).id)
        else _("👀 Näytä muistutusten sisältö ilmoituksissa"),
        "reminders": _("🔔 Muistutukset takaisin päälle") if silent else _("🔕 Lopeta muistutukset"),
    }


async def on_reminders(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Stopping, and the one way back: nothing that is written later begins them again."""
    services, chat_id = services_of(manager), chat_of(manager).id
    if await clients.opted_out(services, chat_id):
        await clients.opt_in(services, chat_id)
        await own_times.remind_again(services, chat_id)
        await callback.answer(_("Saat taas muistutuksia."))
    else:
        await clients.opt_out(services, chat_id)
        await callback.answer(_("Selvä. En enää muistuta enkä kysy mitään oma-aloitteisesti."))


async def on_open_notices(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if await clients.toggle_open_notices(services_of(manager), chat_of(manager).id):
        await callback.answer(_("Muistutukset näkyvät nyt kokonaan ilmoituksissa."))
    else:
        await callback.answer(_("Muistutuksista näkyy ilmoituksissa vain, että sinulle on viesti."))


async def on_export(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The page for people and the file for machines; made in memory, and sent to this chat alone. They are not
    protected: one who has a right to take their data along must be able to save and print it."""
    services, chat_id = services_of(manager), chat_of(manager).id
    data = await my_data.everything(services, chat_id)
    if data is None:
        await callback.answer(_("Sinusta ei ole tallessa mitään."), show_alert=True)
        return
    bot: Bot = manager.middleware_data["bot"]
    await bot.send_chat_action(chat_id, "upload_document")
    files = (
        (my_page.page(data, services), "html", _("Tämä on sinulle luettavaksi ja tulostettavaksi.")),
        (my_data.as_json(data), "json", _("Samat tiedot ohjelmille, jos haluat viedä ne muualle.")),
    )
    for content, ending, caption in files:
        file = BufferedInputFile(content.encode(), f"rinnalla.{ending}")
        await bot.send_document(chat_id, file, caption=caption)
    await callback.answer()
    manager.show_mode = ShowMode.SEND


# --- a name or a number put right


async def _details(manager: DialogManager) -> list[tuple[str, str]]:
    """What consents in force tell and can be put right: `(CONSENT.ITEM, label)`."""
    services = services_of(manager)
    return [
        (
            f"{one.id}.{item}",
            f"{SYMBOLS[item]} {value} ({organisation_name(services.catalog, one.organisation_id)})",
        )
        for one in await consents.mine(services, chat_of(manager).id)
        if one.live
        for item, field in CORRECTABLE.items()
        if (value := getattr(one.shared, field))
    ]


async def get_details(dialog_manager: DialogManager, **_kwargs: Any) -> dict[str, Any]:
    return {"details": await _details(dialog_manager)}


async def on_detail(_callback: CallbackQuery, _select: Any, manager: DialogManager, detail: str) -> None:
    consent_id, _dot, item = detail.rpartition(".")
    if item in CORRECTABLE:
        manager.dialog_data.update(consent=consent_id, item=item)
        await manager.switch_to(At.phone if item == Item.PHONE else At.name)


async def on_name(text: str, manager: DialogManager) -> None:
    if name := await choices.name_in(text, manager):
        await _correct(manager, name)


async def on_phone(text: str, manager: DialogManager) -> None:
    if number := await choices.phone_in(text, manager):
        await _correct(manager, number)


async def _correct(manager: DialogManager, value: str) -> None:
    consent_id, item = manager.dialog_data["consent"], Item(manager.dialog_data["item"])
    done = await corrections.correct(services_of(manager), chat_of(manager), consent_id, item, value)
    line = (
        _("Korjasin sen. Jos pyyntösi on työntekijällä, hänkin näkee uuden tiedon.")
        if done
        else _("Tämä suostumus ei ole enää voimassa, joten mitään ei muutettu.")
    )
    await tell(manager, line)
    await manager.switch_to(At.main)


# --- one round taken away


async def get_rounds(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    rounds = await corrections.rounds(services, chat_of(dialog_manager).id)
    zone = services.settings.zone
    return {"rounds": [(str(one.id), views.when(one.made_at, zone)) for one in rounds[:MOST_ROUNDS]]}


async def on_round(_callback: CallbackQuery, _select: Any, manager: DialogManager, round_id: str) -> None:
    manager.dialog_data["round"] = as_id(round_id)
    await manager.switch_to(At.round)


async def _round(manager: DialogManager) -> Round | None:
    rounds = await corrections.rounds(services_of(manager), chat_of(manager).id)
    return next((one for one in rounds if one.id == manager.dialog_data.get("round")), None)


async def get_round(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    one = await _round(dialog_manager)
    if one is None:
        return {"when": "–", "answers": html(_("Näitä vastauksia ei enää ole.")), "there": False}
    answers = my_page.check_in(fitted(one.answers, one.answers.words), services.catalog)
    return {"when": views.when(one.made_at, services.settings.zone), "answers": answers, "there": True}


async def on_forget_round(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    round_id = manager.dialog_data.get("round")
    if round_id and await corrections.forget_round(services_of(manager), chat_of(manager).id, round_id):
        await callback.answer(_("Poistin nämä vastaukset."))
    await manager.switch_to(At.main)


def _round_at_hand(manager: DialogManager) -> str:
    return str(manager.dialog_data.get("round"))


async def on_leave(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>📄 Omat tietoni</b>"),
            Tr(
                "\nVoin lähettää tähän kaiken, mitä sinusta on tallessa: sivun, jota on helppo lukea, ja samat "
                "tiedot tiedostona muita ohjelmia varten."
            ),
            Button(Label("📥 Lähetä kaikki tietoni"), id="export", on_click=on_export),
            Button(
                Label("✏️ Korjaa nimi tai numero"), id="correct", on_click=to(At.correct), when="correctable"
            ),
            Button(Label("🗑 Poista vastauksia"), id="rounds", on_click=to(At.rounds), when="answered"),
            Button(Ready("reminders"), id="reminders", on_click=on_reminders, when="known"),
            Button(Ready("open"), id="open", on_click=on_open_notices, when="known"),
            Button(Label("📱 Tekstiviestit"), id="texts", on_click=text_messages.on_open, when="texts"),
            Button(back, id="back", on_click=on_leave),
            state=At.main,
            getter=get_main,
        ),
        page(
            Tr("<b>✏️ Minkä haluat korjata?</b>"),
            Tr("\nNämä tiedot olet kertonut suostumuksella. Voit muuttaa ne oikeiksi."),
            choices.listed("detail", "details", on_detail),
            Button(back, id="b_main", on_click=to(At.main)),
            state=At.correct,
            getter=get_details,
            protect=True,
        ),
        page(
            Tr("<b>👤 Mikä nimi on oikea?</b>"),
            Tr("\nKirjoita nimi, jolla sinua saa puhutella."),
            Button(back, id="b_correct", on_click=to(At.correct)),
            state=At.name,
            on_text=on_name,
        ),
        page(
            Tr("<b>📞 Mikä numero on oikea?</b>"),
            Tr("\nKirjoita puhelinnumerosi."),
            Button(back, id="b_correct", on_click=to(At.correct)),
            state=At.phone,
            on_text=on_phone,
            inputs=(choices.ContactCard(on_phone),),
        ),
        page(
            Tr("<b>🗑 Minkä kerran vastaukset?</b>"),
            Tr("\nNäytän vastaukset ensin. Mitään ei vielä poisteta."),
            choices.listed("round", "rounds", on_round),
            Button(back, id="b_main", on_click=to(At.main)),
            state=At.rounds,
            getter=get_rounds,
        ),
        page(
            Tr("<b>Mitä sinulle kuuluu? {when}</b>\n"),
            Ready("answers"),
            Tr(
                "\nPoistetaanko nämä vastaukset? Sitä ei voi perua. Se, minkä olet suostumuksella jakanut "
                "työntekijälle, ei poistu tästä: sen saat pois perumalla suostumuksen.",
                when="there",
            ),
            OneAtATime(Label("Kyllä, poista"), "forget_round", on_forget_round, _round_at_hand, when="there"),
            Button(back, id="b_rounds", on_click=to(At.rounds)),
            state=At.round,
            getter=get_round,
            protect=True,
        ),
        on_process_result=give_back_text,
    )
