"""Text messages: what they are, a number, yes to them, the code that shows whose number it is, and their end."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, ShowMode
from aiogram_dialog.widgets.kbd import Button

from bot import views
from bot.core import text_messages as rules
from bot.core.consent import Purpose
from bot.i18n import gettext as _
from bot.services import clients, consents, text_messages
from bot.services.base import Services
from bot.services.text_messages import Asked, Entered
from dialogs import choices
from dialogs.common import (
    Label,
    Tr,
    chat_of,
    give_back_text,
    go_home,
    in_moderation,
    leave,
    page,
    services_of,
    tell,
    to,
)
from dialogs.states import TextMessages as At


async def start(manager: DialogManager) -> None:
    """Where the client stands with them: not asked yet, waiting for a code, or getting them."""
    mine = await text_messages.mine(services_of(manager), chat_of(manager).id)
    await manager.start(At.about if mine is None else At.on if mine.confirmed else At.code)


async def on_open(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await start(manager)


async def offered_to(manager: DialogManager) -> bool:
    """Offered where there is a gateway, to whoever has something that could be reminded of; and as long as a number is
    kept it can be taken away, whatever the operator has changed."""
    services, chat_id = services_of(manager), chat_of(manager).id
    if await text_messages.mine(services, chat_id):
        return True
    return text_messages.offered(services) and await clients.seen(services, chat_id) is not None


# --- from a number to a code


async def on_number(text: str, manager: DialogManager) -> None:
    written = await choices.phone_in(text, manager)
    if written is None:
        return
    number = rules.international(written)
    if number is None:
        await tell(
            manager,
            _(
                "Tähän numeroon en voi lähettää tekstiviestejä. Kirjoita matkapuhelimen numero, "
                "esimerkiksi 040 123 4567."
            ),
        )
        return
    manager.dialog_data["number"] = number
    await manager.switch_to(At.agree)


def _number(manager: DialogManager) -> str:
    return str(manager.dialog_data.get("number", ""))


async def get_agree(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    linked = services.settings.pages_url is not None
    return {"number": _number(dialog_manager), "linked": linked, "unlinked": not linked, **_limits()}


def _limits() -> dict[str, int]:
    return {"days": rules.VALID.days, "minutes": int(rules.CODE_VALID.total_seconds()) // 60}


async def on_agree(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await _ask_code(manager, _number(manager))


async def _ask_code(manager: DialogManager, number: str) -> bool:
    """Whether a code is on its way; if not, the client is told why."""
    if not await in_moderation(manager):
        return False
    asked = await text_messages.ask_code(services_of(manager), chat_of(manager).id, number)
    if asked is Asked.SENT:
        await manager.switch_to(At.code)
    elif asked is Asked.TOO_OFTEN:
        await tell(
            manager,
            _(
                "Koodeja on tänään lähetetty jo monta, joten en lähetä nyt uutta. Voit yrittää huomenna uudelleen. "
                "Tässä chatissa kaikki toimii niin kuin ennenkin."
            ),
        )
    else:
        await go_home(manager)
    return asked is Asked.SENT


async def get_code(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    mine = await text_messages.mine(services, chat_of(dialog_manager).id)
    return {"number": mine.number if mine else _("numerosi"), **_limits()}


async def on_code(text: str, manager: DialogManager) -> None:
    code = rules.code_in(text)
    if code is None:
        await tell(manager, _("Koodissa on kuusi numeroa. Löydät sen tekstiviestistä."))
        return
    entered = await text_messages.confirm(services_of(manager), chat_of(manager), code)
    if entered is Entered.YES:
        await manager.switch_to(At.on)
    elif entered is Entered.WRONG:
        await tell(manager, _("Tämä ei ollut oikea koodi. Katso tekstiviestistä ja kirjoita se uudelleen."))
    else:
        await tell(manager, _("Koodi ei ole enää voimassa. Voin lähettää uuden, jos haluat."))
        await manager.switch_to(At.agree if _number(manager) else At.number)


async def on_again(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    mine = await text_messages.mine(services_of(manager), chat_of(manager).id)
    number = mine.number if mine else _number(manager)
    if not number:
        await manager.switch_to(At.number)
    elif await _ask_code(manager, number):
        await callback.answer(_("Lähetän koodin uudelleen."))


async def on_rather_not(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The number goes at once, confirmed or not."""
    await text_messages.end(services_of(manager), chat_of(manager).id)
    manager.dialog_data.clear()
    await leave(manager)


# --- they are on


async def get_on(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    chat_id = chat_of(dialog_manager).id
    mine, until = await text_messages.mine(services, chat_id), "–"
    for one in await consents.mine(services, chat_id):
        if one.purpose is Purpose.REMIND:
            until = views.until(one.valid_until, services.settings.zone)
    confirmed = mine is not None and mine.confirmed
    return {
        "on": confirmed,
        "off": not confirmed,
        "number": mine.number if mine else "–",
        "until": until,
        "linked": confirmed and services.settings.pages_url is not None,
    }


async def on_end(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await text_messages.end(services_of(manager), chat_of(manager).id)
    await tell(manager, ended_line())
    manager.show_mode = ShowMode.SEND
    await leave(manager)


def ended_line() -> str:
    return _(
        "Tekstiviestit on nyt lopetettu, ja poistin numerosi. Muistutukset tulevat edelleen tähän chattiin, "
        "ellet ole lopettanut niitä."
    )


async def hear(manager: DialogManager, text: str) -> bool:
    """Said in words, anywhere in the chat. False if it says nothing of the kind, or there are none: then the words go
    where they were meant to."""
    if not rules.wants_no_texts(text):
        return False
    if not await text_messages.end(services_of(manager), chat_of(manager).id):
        return False
    await tell(manager, ended_line())
    if manager.has_context():
        await manager.show(ShowMode.SEND)
    else:
        await go_home(manager)
    return True


async def on_leave(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>📱 Tekstiviestit</b>"),
            Tr(
                "\nVoin lähettää muistutukset myös tekstiviestinä. Samat viestit tulevat silti tähän chattiin. "
                "Tekstiviestissä ei lue, mistä asiasta on kyse, ellet ole halunnut muistutusten sisältöä näkyviin."
            ),
            Tr(
                "\nTekstiviesti kulkee viestinvälittäjän ja puhelinoperaattorin kautta. Ne näkevät numerosi ja "
                "viestin. Viesti ei maksa sinulle mitään."
            ),
            Button(Label("📱 Annan numeroni"), id="give", on_click=to(At.number)),
            Button(Label("⬅️ Takaisin"), id="b_about", on_click=on_leave),
            state=At.about,
        ),
        page(
            Tr("<b>📱 Mihin numeroon?</b>"),
            Tr("\nKirjoita matkapuhelimesi numero. Mitään ei vielä tallenneta."),
            Button(Label("⬅️ Takaisin"), id="b_number", on_click=to(At.about)),
            state=At.number,
            on_text=on_number,
            inputs=(choices.ContactCard(on_number),),
        ),
        page(
            Tr("<b>📱 Sopiiko tämä sinulle?</b>"),
            Tr(
                "\nAnnat luvan lähettää muistutuksia tekstiviestinä numeroon <b>{number}</b>. "
                "Lupa on voimassa {days} päivää."
            ),
            Tr(
                "\nVoit lopettaa milloin vain: viestin linkistä, omista tiedoistasi tai kirjoittamalla tähän "
                "”lopeta tekstiviestit”. Silloin poistan numerosi.",
                when="linked",
            ),
            Tr(
                "\nVoit lopettaa milloin vain: omista tiedoistasi tai kirjoittamalla tähän ”lopeta tekstiviestit”. "
                "Silloin poistan numerosi.",
                when="unlinked",
            ),
            Tr("\nLähetän numeroon ensin koodin, jotta tiedän, että numero on sinun."),
            Button(Label("✅ Sopii, lähetä koodi"), id="agree", on_click=on_agree),
            Button(Label("Vaihdan numeroa"), id="other", on_click=to(At.number)),
            Button(Label("En halua tekstiviestejä"), id="no", on_click=on_rather_not),
            state=At.agree,
            getter=get_agree,
        ),
        page(
            Tr("<b>📱 Kirjoita koodi</b>"),
            Tr(
                "\nLähetin koodin numeroon {number}. Siinä on kuusi numeroa, ja se on voimassa {minutes} minuuttia. "
                "Viestin tulossa voi kestää hetki."
            ),
            Button(Label("Lähetä koodi uudelleen"), id="again", on_click=on_again),
            Button(Label("Vaihdan numeroa"), id="other_c", on_click=to(At.number)),
            Button(Label("En halua tekstiviestejä"), id="no_c", on_click=on_rather_not),
            state=At.code,
            getter=get_code,
            on_text=on_code,
        ),
        page(
            Tr("<b>📱 Tekstiviestit</b>"),
            Tr(
                "\nMuistutukset tulevat myös tekstiviestinä numeroon <b>{number}</b>. "
                "Lupasi on voimassa {until} asti.",
                when="on",
            ),
            Tr("\nJokaisessa viestissä on linkki, josta ne voi lopettaa.", when="linked"),
            Tr("\nTekstiviestit on lopetettu. Numeroasi ei ole tallessa.", when="off"),
            Button(Label("🔕 Lopeta tekstiviestit"), id="end", on_click=on_end, when="on"),
            Button(Label("📱 Annan numeroni"), id="give_on", on_click=to(At.number), when="off"),
            Button(Label("⬅️ Takaisin"), id="b_on", on_click=on_leave),
            state=At.on,
            getter=get_on,
            protect=True,
        ),
        on_process_result=give_back_text,
    )
