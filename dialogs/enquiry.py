"""A question without one's name: to whom, what, what would give one away, exactly what goes; then the conversation.

Nothing is stored before *Send*. After it what was said and the way for the answer are, and nothing else.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from aiogram.fsm.state import State as FsmState
from aiogram.types import CallbackQuery, ContentType, Message
from aiogram_dialog import Dialog, DialogManager, StartMode
from aiogram_dialog.api.protocols import DialogProtocol
from aiogram_dialog.widgets.input import BaseInput
from aiogram_dialog.widgets.kbd import Button, Column, Select
from aiogram_dialog.widgets.text import Format
from markupsafe import Markup

from bot import views
from bot.core import contact_details
from bot.core.contact_details import Detail, Kind
from bot.core.enquiries import (
    KEPT_AFTER_END,
    MOST_A_DAY,
    MOST_LIVE,
    MOST_UNANSWERED,
    Refused,
)
from bot.i18n import fill
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import enquiries
from bot.services.base import Services
from bot.services.enquiries import Draft, Thread
from catalog import places
from dialogs import place
from dialogs.common import (
    Label,
    OneAtATime,
    Ready,
    Tr,
    chat_of,
    cut,
    leave,
    page,
    services_of,
    to,
)
from dialogs.states import Asked
from dialogs.states import Enquiry as At

MOST = 6
"""Organisations to choose from at a time."""
DETAILS, LONGEST_DETAIL = 5, 60


async def start(manager: DialogManager) -> None:
    """A new question."""
    await manager.start(At.whom)


async def start_reply(manager: DialogManager, one: Thread, text: str) -> None:
    """More in a conversation: looked through and shown like a question before it goes."""
    words = await cut(text, manager)
    data = {"reply": one.id, "organisation": one.organisation_id, "alias": one.alias, **_draft(words)}
    await manager.start(_next(words), data=data)


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data or {})
    if manager.current_context().state == At.whom:
        await _ask_place(manager)


async def _ask_place(manager: DialogManager) -> None:
    """Where the client is makes a difference only if there are several to choose from."""
    if len(await enquiries.askable(services_of(manager), chat_of(manager).id)) > 1:
        await place.ask_once(manager)


async def on_result(start_data: Any, result: Any, manager: DialogManager) -> None:
    await place.on_told(start_data, result, manager)


async def on_back(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


# --- to whom


async def _to_choose_from(manager: DialogManager) -> list[str]:
    """General advice first, then those who serve where the client is, then the others, each by name."""
    services = services_of(manager)
    catalog, here = services.catalog, await place.here(manager)
    advice = catalog.organisation_of(catalog.advice).id if catalog.advice else None
    near = places.makers_serving(catalog, here.municipality) if here.municipality else frozenset()

    def order(organisation_id: str) -> tuple[bool, bool, str]:
        name = organisation_name(catalog, organisation_id).casefold()
        return organisation_id != advice, organisation_id not in near, name

    return sorted(await enquiries.askable(services, chat_of(manager).id), key=order)


async def get_whom(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    found = await _to_choose_from(dialog_manager)
    first = _page(dialog_manager) * MOST
    first = first if first < len(found) else 0
    advice = services.catalog.organisation_of(services.catalog.advice).id if services.catalog.advice else None
    return {
        "organisations": [
            (each, f"{'💬 ' if each == advice else ''}{organisation_name(services.catalog, each)}")
            for each in found[first : first + MOST]
        ],
        "some": bool(found),
        "none": not found,
        "advice": advice in found[first : first + MOST],
        "more": len(found) > MOST,
    }


def _page(manager: DialogManager) -> int:
    number: int = manager.dialog_data.get("page") or 0
    return number


def _page_at_hand(manager: DialogManager) -> str:
    return str(_page(manager))


async def on_more(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    found = await enquiries.askable(services_of(manager), chat_of(manager).id)
    following = _page(manager) + 1
    manager.dialog_data["page"] = following if following * MOST < len(found) else 0


async def on_whom(
    callback: CallbackQuery, _select: Any, manager: DialogManager, organisation_id: str
) -> None:
    if organisation_id not in await enquiries.askable(services_of(manager), chat_of(manager).id):
        await callback.answer(refusal(Refused.NOT_THERE), show_alert=True)
        return
    manager.dialog_data.update(organisation=organisation_id, alias=None)
    await manager.switch_to(At.write)


# --- the words


class NoFiles(BaseInput):
    """What could tell who somebody is without a word is not passed on, and the reason is given."""

    async def process_message(self, message: Message, dialog: DialogProtocol, manager: DialogManager) -> bool:
        why = _why_not(message.content_type)
        if why is not None:
            await message.answer(why)
        return why is not None


def _why_not(kind: str) -> str | None:
    if kind in {ContentType.VOICE, ContentType.VIDEO_NOTE, ContentType.AUDIO, ContentType.VIDEO}:
        return _(
            "Äänestä ja videosta voi tunnistaa ihmisen, joten en välitä niitä. En tallentanut tätä. "
            "Kirjoita mieluummin."
        )
    if kind in {ContentType.PHOTO, ContentType.DOCUMENT, ContentType.ANIMATION}:
        return _(
            "Kuvasta tai tiedostosta voi näkyä, kuka olet, joten en välitä niitä. En tallentanut tätä. "
            "Voit kertoa omin sanoin, mitä siinä on."
        )
    if kind in {ContentType.CONTACT, ContentType.LOCATION, ContentType.VENUE}:
        return _("Tämä kertoisi, kuka tai missä olet, joten en välitä sitä. En tallentanut sitä.")
    return None


def _draft(words: str) -> dict[str, str]:
    """Every text gets a token of its own: sent twice it goes once."""
    return {"words": words, "token": uuid4().hex}


def _next(words: str) -> FsmState:
    return At.found if contact_details.find(words) else At.preview


async def on_words(text: str, manager: DialogManager) -> None:
    words = await cut(text, manager)
    manager.dialog_data.update(_draft(words))
    await manager.switch_to(_next(words))


async def get_draft(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    """What the windows of a draft tell: to whom, under which name, and the words so far."""
    data = dialog_manager.dialog_data
    organisation = data.get("organisation", "")
    if not data.get("alias"):
        data["alias"] = await enquiries.new_alias(services, organisation)
    words = data.get("words") or ""
    return {
        "organisation": organisation_name(services.catalog, organisation),
        "alias": data["alias"],
        "words": words,
        "quoted": fill("<blockquote>{words}</blockquote>", words=words),
        "found": details(words),
        "days": KEPT_AFTER_END.days,
        "reply": "reply" in data,
        "new": "reply" not in data,
    }


def details(words: str) -> Markup:
    """What of these words would tell who somebody is; nothing if there is nothing."""
    return views.joined(*map(_detail, contact_details.find(words)[:DETAILS]))


def _detail(found: Detail) -> Markup:
    name = {
        Kind.PHONE: _("📞 Puhelinnumero: {text}"),
        Kind.EMAIL: _("✉️ Sähköpostiosoite: {text}"),
        Kind.IDENTITY_CODE: _("🪪 Henkilötunnus: {text}"),
        Kind.ADDRESS: _("🏠 Osoite: {text}"),
    }[found.kind]
    return fill(name, text=found.text[:LONGEST_DETAIL])


async def on_back_from_words(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if "reply" in manager.dialog_data:
        await leave(manager)
    else:
        await manager.switch_to(At.whom)


# --- sending


def _token(manager: DialogManager) -> str:
    return str(manager.dialog_data.get("token", ""))[:8]


async def on_send(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """The one press that stores something and tells somebody."""
    services, chat, data = services_of(manager), chat_of(manager), manager.dialog_data
    sent: int | Refused
    if "reply" in data:
        refused = await enquiries.write(services, chat, data["reply"], data["words"], data["token"])
        sent = refused or int(data["reply"])
    else:
        draft = Draft(data["token"], data["organisation"], data["alias"], data["words"])
        sent = await enquiries.ask(services, chat, draft)
    if isinstance(sent, Refused):
        await callback.answer(refusal(sent), show_alert=True)
        return
    await callback.answer(_("Viestisi lähti nimettömänä."))
    if "reply" in data:
        await leave(manager)
        return
    data.update(sent=sent, words=None)
    await manager.switch_to(At.sent)


async def on_open(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    sent = manager.dialog_data.get("sent")
    await manager.start(Asked.thread, data={"enquiry": sent}, mode=StartMode.RESET_STACK)


def refusal(why: Refused) -> str:
    if why is Refused.MOST_LIVE:
        return _("Sinulla on jo {count} nimetöntä keskustelua. Lopeta ensin jokin niistä.").format(
            count=MOST_LIVE
        )
    if why is Refused.MOST_A_DAY:
        return _("Olet lähettänyt vuorokaudessa {count} kysymystä. Voit jatkaa huomenna.").format(
            count=MOST_A_DAY
        )
    if why is Refused.UNANSWERED:
        return _("Olet kirjoittanut jo {count} viestiä. Odotetaan nyt vastausta niihin.").format(
            count=MOST_UNANSWERED
        )
    return {
        Refused.NOT_THERE: _(
            "Sinne ei juuri nyt voi lähettää kysymystä. Mitään ei lähetetty. Voit kysyä muualta."
        ),
        Refused.FULL: _(
            "Kysymyksiä on nyt tullut niin paljon, ettei niihin ehditä vastata. Yritä myöhemmin."
        ),
        Refused.ENDED: _("Tämä keskustelu on päättynyt. Viestiä ei lähetetty. Voit kysyä uudelleen."),
    }[why]


async def on_cancel(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await callback.answer(_("Mitään ei lähetetty."))
    await leave(manager)


def build() -> Dialog:
    back, change = Label("⬅️ Takaisin"), Label("✏️ Muutan viestiä")
    words: dict[str, Any] = {"on_text": on_words, "inputs": (NoFiles(),)}
    return Dialog(
        page(
            Tr("<b>🕶 Kysy nimettömästi. Keneltä haluat kysyä?</b>", when="some"),
            Tr("\nTyöntekijä vastaa sinulle tähän chattiin. Hän ei saa tietää, kuka olet.", when="some"),
            Tr("\nJos et tiedä, keneltä kysyä, valitse 💬 yleinen neuvonta.", when="advice"),
            Tr("Juuri nyt ei ole ketään, joka vastaisi. Yritä myöhemmin uudelleen.", when="none"),
            Column(
                Select(
                    Format("{item[1]}"),
                    id="whom",
                    item_id_getter=lambda item: item[0],
                    items="organisations",
                    on_click=on_whom,
                )
            ),
            OneAtATime(Label("Näytä muita"), id="more", on_click=on_more, about=_page_at_hand, when="more"),
            Button(back, id="back", on_click=on_back),
            state=At.whom,
            getter=get_whom,
        ),
        page(
            Tr("<b>🕶 Mitä haluat kysyä?</b>\n", when="new"),
            Tr("<b>🕶 Kirjoita viestisi</b>\n", when="reply"),
            Tr("Kenelle: {organisation}"),
            Tr(
                "\nTyöntekijä ei näe nimeäsi, puhelinnumeroasi eikä Telegram-tiliäsi. Älä kirjoita niitä "
                "viestiinkään. Näet viestin vielä ennen kuin se lähtee."
            ),
            Tr("\nKirjoitit äsken näin. Kopioi se painamalla:\n<code>{words}</code>", when="words"),
            Button(back, id="b_words", on_click=on_back_from_words),
            state=At.write,
            getter=get_draft,
            **words,
        ),
        page(
            Tr("<b>Viestissäsi näyttää olevan tietoja, joista sinut voi tunnistaa:</b>\n"),
            Ready("found"),
            Tr("\nJos ne jäävät viestiin, et ole enää nimetön. Saat itse päättää."),
            Button(change, id="change", on_click=to(At.write)),
            Button(Label("Lähetän tällaisenaan"), id="as_it_is", on_click=to(At.preview)),
            Button(Label("Peru, älä lähetä mitään"), id="cancel", on_click=on_cancel),
            state=At.found,
            getter=get_draft,
        ),
        page(
            Tr("<b>Tarkista vielä. Tämä lähtee ({organisation}):</b>\n"),
            Ready("quoted"),
            Tr("\nTyöntekijä näkee sinusta vain keksityn nimen: <b>{alias}</b>."),
            Tr(
                "\n🔒 Tallennan viestit ja sen, mihin vastaus tuodaan, salattuina. Poistan ne {days} päivää "
                "keskustelun päättymisen jälkeen, tai heti, kun kirjoitat /stop."
            ),
            OneAtATime(Label("📨 Lähetä nimettömänä"), id="send", on_click=on_send, about=_token),
            Button(change, id="change", on_click=to(At.write)),
            Button(Label("Peru, älä lähetä mitään"), id="cancel", on_click=on_cancel),
            state=At.preview,
            getter=get_draft,
        ),
        page(
            Tr("<b>Kysymyksesi lähti. Hyvä, että kysyit.</b>\n"),
            Tr(
                "{organisation} näkee siinä nimen {alias}. Vastaus tulee tähän chattiin, kun joku ehtii vastata."
            ),
            Tr("\nVoit lukea keskustelun, kirjoittaa lisää tai lopettaa sen: Valikko → 🕶 Kysy nimettömästi."),
            Button(Label("🕶 Avaa keskustelu"), id="open", on_click=on_open),
            state=At.sent,
            getter=get_draft,
        ),
        on_start=on_start,
        on_process_result=on_result,
    )
