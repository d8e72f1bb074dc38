"""The client's own list of what happens next: why, how, with whom, when, and the way to reach them."""

from __future__ import annotations

from typing import Any

from aiogram import Bot
from aiogram.types import BufferedInputFile, CallbackQuery
from aiogram_dialog import DialogManager, ShowMode, Window
from aiogram_dialog.widgets.kbd import Button
from markupsafe import Markup

from bot import memo_page, views
from bot.i18n import current_locale, fill, html
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import memos, requests
from bot.services.base import Services
from bot.services.memos import Ahead, Entry, Meeting
from bot.services.requests import MyRequest
from catalog.schema import Catalog
from dialogs import choices
from dialogs.common import (
    Label,
    Ready,
    Tr,
    as_id,
    chat_of,
    in_moderation,
    page,
    services_of,
    to,
    within,
)
from dialogs.states import Matters as At

ROOM = 3500
"""Characters of the memo: a long list tells its last ones by name and number only."""


def offer_name(offer_id: str, catalog: Catalog) -> str:
    offer = catalog.offers_by_id.get(offer_id)
    return offer.name.best(current_locale()) if offer else _("vanha ehdotus")


def memo_text(entries: list[Entry], mine: list[MyRequest], ahead: Ahead, services: Services) -> Markup:
    """Why, how, with whom and when: each thing to do as a few plain lines, what has a day first."""
    parts = [_meeting(meeting, services) for meeting in ahead.meetings]
    if ahead.follow_up:
        asks = fill(
            _("📮 Kysyn sinulta {day}, miten on mennyt."),
            day=memo_page.follow_up_day(ahead.follow_up, services),
        )
        parts.append((asks, asks))
    parts += [_entry(entry, services) for entry in entries]
    for one in mine:
        if one.live:
            name = organisation_name(services.catalog, one.organisation_id)
            state = html(views.request_state(one.state, one.outcome, one.worker, name))
            parts.append(
                (views.joined(fill("<b>{name}</b>", name=name), state), fill("<b>{name}</b>", name=name))
            )
    return within(ROOM, parts)


def _meeting(meeting: Meeting, services: Services) -> tuple[Markup, Markup]:
    """In full and shortly."""
    head = fill(
        "📅 <b>{when}</b>: {title}",
        when=memo_page.meeting_when(meeting, services),
        title=memo_page.meeting_title(meeting),
    )
    return views.joined(head, *map(html, memo_page.meeting_facts(meeting, services))), head


def _entry(entry: Entry, services: Services) -> tuple[Markup, Markup]:
    """One thing to do, in full and shortly."""
    one = memo_page.step(entry, services)
    name = fill("<b>{name}</b>", name=one.name)
    facts = [fill("{fact}: {value}", fact=fact, value=value) for fact, value in one.facts]
    return views.joined(name, one.gone, *facts, one.reach, one.caution), views.joined(
        name, one.gone, one.reach
    )


async def _all(services: Services, chat_id: int) -> tuple[list[Entry], list[MyRequest], Ahead]:
    return (
        await memos.entries(services, chat_id),
        await requests.mine(services, chat_id),
        await memos.ahead(services, chat_id),
    )


async def get_memo(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    entries, mine, ahead = await _all(services, chat_of(dialog_manager).id)
    removed = dialog_manager.dialog_data.get("removed")
    return {
        "memo": memo_text(entries, mine, ahead, services) or html(_("Muistilistasi on vielä tyhjä.")),
        "entries": [
            (str(entry.id), _("🗑 Poista: {name}").format(name=offer_name(entry.offer_id, services.catalog)))
            for entry in entries
        ],
        "removed": _("↩️ Palauta: {name}").format(name=offer_name(removed[0], services.catalog))
        if removed
        else "",
        "undo": removed is not None,
    }


async def on_remove(callback: CallbackQuery, _select: Any, manager: DialogManager, entry_id: str) -> None:
    """One press takes it away, and another brings it back."""
    services, chat_id = services_of(manager), chat_of(manager).id
    for entry in await memos.entries(services, chat_id):
        if entry.id == as_id(entry_id):
            await memos.remove(services, chat_id, entry.id)
            manager.dialog_data["removed"] = [entry.offer_id, entry.reason]
    await callback.answer(_("Poistin sen muistilistasta."))


async def on_undo(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    if removed := manager.dialog_data.pop("removed", None):
        await memos.save(services_of(manager), chat_of(manager), *removed)
        await callback.answer(_("Palautin sen muistilistaasi."))


async def on_print(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """A page for the printer; made in memory, and sent to this chat alone."""
    if not await in_moderation(manager):
        return
    services, chat_id = services_of(manager), chat_of(manager).id
    printed = memo_page.page(*await _all(services, chat_id), services)
    bot: Bot = manager.middleware_data["bot"]
    file = BufferedInputFile(printed.encode(), _("muistilista.html"))
    caption = _("Tässä on muistilistasi. Avaa se ja tulosta. Siinä on omia asioitasi: säilytä se hyvin.")
    await bot.send_document(chat_id, file, caption=caption)
    await callback.answer()
    manager.show_mode = ShowMode.SEND


def window() -> Window:
    """The window of My matters that shows the list."""
    return page(
        Tr("<b>📝 Asioinnin muistilista</b>\n"),
        Ready("memo"),
        choices.listed("remove", "entries", on_remove),
        Button(Ready("removed"), id="undo", on_click=on_undo, when="undo"),
        Button(Label("🖨 Tulostettava muistilista"), id="print", on_click=on_print),
        Button(Label("⬅️ Takaisin"), id="b_main", on_click=to(At.main)),
        state=At.memo,
        getter=get_memo,
    )
