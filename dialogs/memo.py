"""The client's own list of what happens next: why, how, with whom, when, and the way to reach them."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager, Window
from aiogram_dialog.widgets.kbd import Button
from markupsafe import Markup

from bot import schedule, views
from bot.i18n import current_locale, fill, html
from bot.i18n import gettext as _
from bot.services import memos, requests
from bot.services.base import Services
from bot.services.requests import MyRequest
from catalog.freshness import stale
from catalog.schema import Catalog, ChannelKind
from dialogs import choices
from dialogs.common import Label, Ready, Tr, as_id, chat_of, page, services_of, to, within
from dialogs.states import Matters as At

ROOM = 3500
"""Characters of the memo: a long list tells its last ones by name and number only."""


def organisation_name(catalog: Catalog, organisation_id: str) -> str:
    return views.organisation_name(catalog, organisation_id)


def offer_name(offer_id: str, catalog: Catalog) -> str:
    offer = catalog.offers_by_id.get(offer_id)
    return offer.name.best(current_locale()) if offer else _("vanha ehdotus")


def memo_text(entries: list[memos.Entry], mine: list[MyRequest], services: Services) -> Markup:
    """Why, how, with whom and when: each thing to do as a few plain lines."""
    parts = [_entry(entry, services) for entry in entries]
    for one in mine:
        if one.live:
            name = organisation_name(services.catalog, one.organisation_id)
            state = html(views.request_state(one.state, one.outcome, one.worker, name))
            parts.append(
                (views.joined(fill("<b>{name}</b>", name=name), state), fill("<b>{name}</b>", name=name))
            )
    return within(ROOM, parts)


def _entry(entry: memos.Entry, services: Services) -> tuple[Markup, Markup]:
    """One thing to do, in full and shortly."""
    offer = services.catalog.offers_by_id.get(entry.offer_id)
    name = fill("<b>{name}</b>", name=offer_name(entry.offer_id, services.catalog))
    why = (
        fill(_("Miksi: {why}"), why=views.area_name(services.catalog, entry.reason)) if entry.reason else None
    )
    if offer is None:
        return views.joined(name, why), name
    organisation = services.catalog.organisation_of(offer)
    who = organisation_name(services.catalog, organisation.id)
    today = services.clock().astimezone(services.settings.zone).date()
    when = schedule.when(offer, organisation.unit(offer.unit), today)
    contact = next(
        (channel for kind in _BEST_FIRST for channel in offer.channels if channel.kind == kind), None
    )
    reach = views.channel_line(contact) if contact else None
    gone = views.no_longer_offered(offer, organisation)
    full = views.joined(
        name,
        gone,
        why,
        fill(_("Kenen kanssa: {who}"), who=who),
        fill(_("Miten: {how}"), how=views.best(offer.get_in)) if offer.get_in else None,
        fill(_("Milloin: {when}"), when=when) if when else None,
        reach,
        views.freshness(offer, today) if stale(offer, today) else None,
    )
    return full, views.joined(name, gone, reach)


_BEST_FIRST = (ChannelKind.PHONE, ChannelKind.CHAT, ChannelKind.EMAIL, ChannelKind.WEB, ChannelKind.VISIT)


async def get_memo(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    entries = await memos.entries(services, chat_of(dialog_manager).id)
    mine = await requests.mine(services, chat_of(dialog_manager).id)
    removed = dialog_manager.dialog_data.get("removed")
    return {
        "memo": memo_text(entries, mine, services) or html(_("Muistilistasi on vielä tyhjä.")),
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


def window() -> Window:
    """The window of My matters that shows the list."""
    return page(
        Tr("<b>📝 Asioinnin muistilista</b>\n"),
        Ready("memo"),
        choices.listed("remove", "entries", on_remove),
        Button(Ready("removed"), id="undo", on_click=on_undo, when="undo"),
        Button(Label("⬅️ Takaisin"), id="b_main", on_click=to(At.main)),
        state=At.memo,
        getter=get_memo,
    )
