"""How the client's own list of what happens next reads: why, how, with whom, when, and the way to reach them."""

from __future__ import annotations

from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager
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
from dialogs.common import as_id, chat_of, services_of, within

ROOM = 3500
"""Characters of the memo: a long list tells its last ones by name and number only."""


def organisation_name(catalog: Catalog, organisation_id: str) -> str:
    organisation = catalog.organisations_by_id.get(organisation_id)
    return organisation.name.best(current_locale()) if organisation else organisation_id


def offer_name(offer_id: str, catalog: Catalog) -> str:
    offer = catalog.offers_by_id.get(offer_id)
    return offer.name.best(current_locale()) if offer else _("vanha ehdotus")


def memo_text(entries: list[memos.Entry], mine: list[MyRequest], services: Services, room: int) -> Markup:
    """Why, how, with whom and when: each thing to do as a few plain lines."""
    parts = [_entry(entry, services) for entry in entries]
    for one in mine:
        if one.live:
            name = organisation_name(services.catalog, one.organisation_id)
            state = html(views.request_state(one.state, one.outcome, one.worker, name))
            parts.append(
                (views.joined(fill("<b>{name}</b>", name=name), state), fill("<b>{name}</b>", name=name))
            )
    return within(room, parts)


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
    full = views.joined(
        name,
        why,
        fill(_("Kenen kanssa: {who}"), who=who),
        fill(_("Miten: {how}"), how=views.best(offer.get_in)) if offer.get_in else None,
        fill(_("Milloin: {when}"), when=when) if when else None,
        reach,
        views.freshness(offer, today) if stale(offer, today) else None,
    )
    return full, views.joined(name, reach)


_BEST_FIRST = (ChannelKind.PHONE, ChannelKind.CHAT, ChannelKind.EMAIL, ChannelKind.WEB, ChannelKind.VISIT)


# --- its window in my matters


async def get_memo(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    entries = await memos.entries(services, chat_of(dialog_manager).id)
    mine = await requests.mine(services, chat_of(dialog_manager).id)
    removed = dialog_manager.dialog_data.get("removed")
    return {
        "memo": memo_text(entries, mine, services, ROOM) or html(_("Muistilistasi on vielä tyhjä.")),
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
