"""My matters: requests and how they stand, the memo, and being forgotten."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, StartMode
from aiogram_dialog.widgets.kbd import Button
from markupsafe import Markup

from bot import views
from bot.core.consent import Reach
from bot.core.requests import IN_HAND, State
from bot.i18n import current_locale, fill, html, ngettext
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import appointments, clients, enquiries, memos, requests
from bot.services.base import Services
from bot.services.requests import MyRequest
from catalog.schema import Catalog
from dialogs import answer, choices, closing, feedback, memo, own_times, privacy, states, tidy, welcome
from dialogs.common import (
    Label,
    Ready,
    Tr,
    as_id,
    chat_of,
    give_back_text,
    keep_round,
    memory,
    page,
    remember,
    services_of,
    to,
    within,
)
from dialogs.states import Asked
from dialogs.states import Matters as At


async def start(manager: DialogManager) -> None:
    await keep_round(manager)
    await manager.start(At.main, mode=StartMode.RESET_STACK)


async def start_request(manager: DialogManager, request_id: int) -> None:
    """Open one request: where the button of a message about it leads."""
    await keep_round(manager)
    await manager.start(At.request, data={"request": request_id}, mode=StartMode.RESET_STACK)


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data or {})


# --- overview


async def get_main(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    chat_id = chat_of(dialog_manager).id
    mine = await requests.mine(services, chat_id)
    entries = await memos.entries(services, chat_id)
    known = await clients.seen(services, chat_id) is not None
    asked = await enquiries.kept(services, chat_id)
    meetings = await appointments.mine(services, chat_id)
    return {
        "requests": [
            (str(one.id), f"{_SYMBOLS[one.state]} {organisation_name(services.catalog, one.organisation_id)}")
            for one in mine
        ],
        "states": within(memo.ROOM, [_state_line(services.catalog, one) for one in mine]) + "\n",
        "some": bool(mine),
        "memo": _("📝 Muistilista ({count})").format(count=len(entries)),
        "known": known,
        "unknown": not (known or asked),
        "only_asked": bool(asked and not known),
        "asked": asked,
        "meetings": _("📅 Tapaamiset ({count})").format(count=len(meetings)),
        "some_meetings": bool(meetings),
        "enquiries": _("🕶 Nimettömät kysymykset ({count})").format(count=asked),
    }


def _state_line(catalog: Catalog, one: MyRequest) -> tuple[Markup, Markup]:
    """How a request stands, in full and shortly."""
    name = organisation_name(catalog, one.organisation_id)
    state = views.request_state(one.state, one.outcome, one.worker, name, one.closing_by, one.disputed)
    head = fill("{symbol} <b>{name}</b>", symbol=_SYMBOLS[one.state], name=name)
    return views.joined(head, html(state)), head


_SYMBOLS = {
    State.OPEN: "⏳",
    State.ACCEPTED: "🙋",
    State.CONTACTED: "🤝",
    State.UNREACHABLE: "📵",
    State.CLOSING: "❔",
    State.CLOSED: "✔️",
    State.WITHDRAWN: "✖️",
}


async def on_enquiries(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(Asked.mine)


async def on_meetings(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(states.Appointment.mine)


async def on_request(_callback: CallbackQuery, _select: Any, manager: DialogManager, request_id: str) -> None:
    manager.dialog_data["request"] = as_id(request_id)
    await manager.switch_to(At.request)


async def on_follow_ups(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(states.FollowUps.main)


async def on_claim(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(states.Claim.mine)


# --- one request


async def _request(manager: DialogManager) -> MyRequest | None:
    mine = await requests.mine(services_of(manager), chat_of(manager).id)
    return next((one for one in mine if one.id == manager.dialog_data.get("request")), None)


async def get_request(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    one = await _request(dialog_manager)
    if one is None:
        return {"request": html(_("Tätä pyyntöä ei enää ole.")), "live": False, "find": True}
    name = organisation_name(services.catalog, one.organisation_id)
    offer = services.catalog.offers_by_id.get(one.offer_id or "")
    return {
        "request": views.joined(
            fill("<b>{name}</b>", name=name),
            fill("{offer}", offer=offer.name.best(current_locale())) if offer else None,
            views.no_longer_offered(offer, services.catalog.organisation_of(offer)) if offer else None,
            fill(_("Lähetetty {when}\n"), when=views.when(one.created_at, services.settings.zone)),
            html(views.request_state(one.state, one.outcome, one.worker, name, one.closing_by, one.disputed)),
        ),
        "live": one.live,
        "over": closing.label(one),
        "nobody": one.state is State.CONTACTED,
        "called": one.live and one.disputed,
        "write": one.state in IN_HAND and one.reach is Reach.CHAT,
        "find": one.state in {State.CLOSED, State.WITHDRAWN},
    }


async def on_write(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if one := await _request(manager):
        await answer.start(manager, one.id)


async def on_over(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if one := await _request(manager):
        await closing.start(manager, one.id)


async def on_nobody(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if one := await _request(manager):
        await closing.start_nobody(manager, one.id)


async def on_called(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if one := await _request(manager):
        await closing.on_called(callback, manager, one.id)


async def on_find(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(states.Find.doors)


async def on_request_consent(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if one := await _request(manager):
        await privacy.open_consent(manager, one.consent_id, At.request)


# --- forget me


async def get_forget(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    chat_id = chat_of(dialog_manager).id
    kept, known = await clients.kept(services, chat_id), await clients.seen(services, chat_id) is not None
    counted = [
        (
            kept.check_ins,
            ngettext(
                "• Mitä sinulle kuuluu: {count} kerta",
                "• Mitä sinulle kuuluu: {count} kertaa",
                kept.check_ins,
            ),
        ),
        (kept.memo, ngettext("• {count} kohta muistilistassa", "• {count} kohtaa muistilistassa", kept.memo)),
        (
            kept.own_times,
            ngettext(
                "• {count} merkintä omassa kalenterissa",
                "• {count} merkintää omassa kalenterissa",
                kept.own_times,
            ),
        ),
        (
            kept.requests,
            ngettext("• {count} yhteydenottopyyntö", "• {count} yhteydenottopyyntöä", kept.requests),
        ),
        (kept.meetings, ngettext("• {count} tapaaminen", "• {count} tapaamista", kept.meetings)),
        (kept.consents, ngettext("• {count} suostumus", "• {count} suostumusta", kept.consents)),
        (
            kept.enquiries,
            ngettext("• {count} nimetön kysymys", "• {count} nimetöntä kysymystä", kept.enquiries),
        ),
    ]
    rows = [text.format(count=count) for count, text in counted if count]
    if known:
        rows.append(_("• tämän chatin tunnus ja kielesi"))
    return {
        "kept": views.joined(*map(html, rows)),
        "known": bool(rows),
        "unknown": not rows,
        "consents": bool(kept.consents),
        "enquiries": bool(kept.enquiries),
    }


async def on_forget(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await forget(manager)


async def forget(manager: DialogManager) -> None:
    """Everything, at once: the account, the conversation's memory, and this dialog's own past."""
    await clients.forget(services_of(manager), chat_of(manager).id)
    locale = current_locale()
    await memory(manager).clear()
    await tidy.forget(memory(manager))
    await remember(
        manager, locale=locale
    )  # the goodbye is said in the same language, and forgotten in its turn
    await manager.start(At.forgotten, mode=StartMode.RESET_STACK)


async def on_new_words(_text: str, manager: DialogManager) -> None:
    """Who writes after being forgotten begins anew."""
    await welcome.start_welcome(manager)


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>📁 Omat asiani</b>\n"),
            Ready("states", when="some"),
            Tr("Tästä näet pyyntösi, suostumuksesi ja muistilistasi.", when="known"),
            Tr("Täällä ovat nimettömät kysymyksesi. Muuta en ole sinusta tallentanut.", when="only_asked"),
            Tr("Täällä ei ole vielä mitään. En ole tallentanut sinusta mitään.", when="unknown"),
            choices.listed("request", "requests", on_request),
            Button(Ready("meetings"), id="meetings", on_click=on_meetings, when="some_meetings"),
            Button(Ready("enquiries"), id="enquiries", on_click=on_enquiries, when="asked"),
            Button(Ready("memo"), id="memo", on_click=to(At.memo), when="known"),
            Button(Label("📅 Oma kalenteri"), id="own_times", on_click=own_times.on_open),
            Button(Label("🔁 Miten on mennyt?"), id="follow_ups", on_click=on_follow_ups, when="known"),
            Button(Label("🔑 Koodi ammattilaiselle"), id="claim", on_click=on_claim),
            Button(Label("⭐ Anna palautetta"), id="feedback", on_click=feedback.on_own),
            Button(Label("🔒 Suostumukset ja tietosuoja"), id="privacy", on_click=to(At.privacy)),
            state=At.main,
            getter=get_main,
        ),
        page(
            Ready("request"),
            Button(Label("✍️ Kirjoita työntekijälle"), id="write", on_click=on_write, when="write"),
            Button(Label("Minuun on otettu yhteyttä"), id="called", on_click=on_called, when="called"),
            Button(Label("Kukaan ei ole ottanut yhteyttä"), id="nobody", on_click=on_nobody, when="nobody"),
            Button(Ready("over"), id="over", on_click=on_over, when="live"),
            Button(Label("🔎 Etsitään muuta"), id="find", on_click=on_find, when="find"),
            Button(
                Label("Suostumus ja sen peruminen"), id="r_consent", on_click=on_request_consent, when="live"
            ),
            Button(back, id="b_main", on_click=to(At.main)),
            state=At.request,
            getter=get_request,
        ),
        privacy.window(),
        privacy.consent_window(),
        memo.window(),
        page(
            Tr("<b>🗑 Unohda minut</b>\n"),
            Tr(
                "En ole tallentanut sinusta mitään. Voin silti heti unohtaa sen, mitä olemme tänään puhuneet.",
                when="unknown",
            ),
            Tr("Sinusta on tallennettu:\n{kept}\n", when="known"),
            Tr("Poistan kaiken heti.", when="known"),
            Tr("Avoimet pyynnöt päättyvät, eikä työntekijä enää näe tietojasi.", when="consents"),
            Tr("Nimettömät kysymyksesi päättyvät.", when="enquiries"),
            Tr(
                "\nJäljelle jää vain merkintä siitä, että joskus oli suostumus ja milloin se päättyi. Siitä "
                "ei näe, kenen se oli. Sillä voin osoittaa, että toimin suostumuksesi mukaan.",
                when="consents",
            ),
            Tr("\nTätä ei voi perua."),
            Button(Label("Kyllä, unohda kaikki"), id="do_forget", on_click=on_forget),
            Button(back, id="b_privacy", on_click=to(At.privacy)),
            state=At.forget,
            getter=get_forget,
        ),
        page(
            Tr("<b>Kaikki on poistettu.</b>"),
            Tr("\nKiitos, että kävit. Jos joskus tarvitset, olen täällä."),
            state=At.forgotten,
            on_text=on_new_words,
        ),
        on_start=on_start,
        on_process_result=give_back_text,
    )
