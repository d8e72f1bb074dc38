"""How the client's own list of what happens next reads: why, how, with whom, when, and the way to reach them."""

from __future__ import annotations

from markupsafe import Markup

from bot import schedule, views
from bot.i18n import current_locale, fill, html
from bot.i18n import gettext as _
from bot.services import memos
from bot.services.base import Services
from bot.services.requests import MyRequest
from catalog.freshness import stale
from catalog.schema import Catalog, ChannelKind
from dialogs.common import within


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
