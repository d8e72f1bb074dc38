"""What the courier says when a request could fall between: nobody takes it, two tell two stories, a chat is closed."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot import views
from bot.core.grants import Role
from bot.core.requests import State
from bot.db.tables import Client, OutboxMessage, Staff
from bot.i18n import fill, html, ngettext
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.notices.notice import Notice, button, consented
from bot.services import caseload, rescue
from bot.services.base import Services
from bot.services.closing import stamp
from bot.services.rescue import Waiting
from bot.staff import cards, overview
from catalog.schema import ChannelKind


async def late(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """Nobody has taken this request. In the organisation that is its card, anew; a coordinator gets no more than that
    it is so, and what they can do."""
    detail = row.detail or {}
    if worker.role == Role.COORDINATOR:
        found = await rescue.one(services, worker.id, row.request_id or 0, detail["since"])
        return _to_coordinator(services, found) if found else None
    card = await caseload.card(services, worker.id, row.request_id or 0)
    if card is None or card.state is not State.OPEN:
        return None
    reminded = html(_("🔔 Palvelun koordinaattori muistuttaa tästä pyynnöstä.\n"))
    text = views.joined(reminded if detail["why"] == "reminded" else None, cards.text(card, services))
    return Notice(text, cards.keyboard(card), protect=True, card=card)


def _to_coordinator(services: Services, found: Waiting) -> Notice:
    text = views.joined(
        fill(_("⏰ <b>Pyyntö odottaa ottajaa</b>")),
        overview.line(services, found),
        html(
            _(
                "\nVoit muistuttaa järjestöä tai kertoa asiakkaalle, ettei pyyntöä ole otettu. "
                "Asiakkaan tietoja et näe."
            )
        ),
    )
    return Notice(text, overview.keyboard(found))


async def unanswered(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """To the client, honestly: nobody has taken it yet. What they can do about it, and nothing they have to."""
    about = await consented(services, row, client)
    request = about.request if about else None
    if about is None or request is None or request.state != State.OPEN:
        return None
    if (row.detail or {})["since"] != stamp(rescue.since(request)):
        return None
    days = rescue.days_waited(services, request)
    told = ngettext(
        "{organisation} ei ole vielä ottanut pyyntöäsi. Se on odottanut {days} työpäivän.",
        "{organisation} ei ole vielä ottanut pyyntöäsi. Se on odottanut {days} työpäivää.",
        days,
    )
    phones = _phones(services, request.offer_id, request.organisation_id)
    text = views.joined(
        fill(told, organisation=organisation_name(services.catalog, request.organisation_id), days=days),
        html(_("Olen pahoillani. Se ei johdu sinusta.")),
        fill(_("\nVoit myös soittaa itse:\n{phones}"), phones=phones) if phones else None,
        html(_("\nPyyntösi on yhä voimassa. Jos joku ottaa sen, kerron heti.")),
    )
    rows = [
        button(_("🔎 Etsitään muuta"), "go:find"),
        button(_("⏳ Odotan vielä"), f"matter:wait:{request.id}"),
        button(_("Avaa pyyntö"), f"go:request:{request.id}"),
        button(_("Peru suostumus"), f"withdraw:{request.consent_id}"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows))


def _phones(services: Services, offer_id: str | None, organisation_id: str) -> str:
    """Numbers of what was asked for, or of where it is."""
    offer = services.catalog.offers_by_id.get(offer_id or "")
    organisation = services.catalog.organisations_by_id.get(organisation_id)
    unit = organisation.unit(offer.unit) if organisation and offer else None
    ways = (offer.channels if offer else ()) or (unit.channels if unit else ())
    return views.joined(*(views.channel_line(way) for way in ways if way.kind is ChannelKind.PHONE))


async def mismatch(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """The client says that nobody called: without blame, and with what may be behind it."""
    card = await caseload.outline(services, worker.id, row.request_id or 0)
    if card is None or card.state is not State.ACCEPTED:
        return None
    if not card.own and worker.role != Role.CONTACT_PERSON:
        return None  # somebody else has it by now
    if not card.own:
        text = _(
            "Pyyntö #{number}: asiakas kertoo, ettei häneen ole saatu yhteyttä. Pyyntöä hoitaa {name}."
        ).format(number=card.request_id, name=card.taken_by or "–")
        return Notice(html(text + " " + _("/mismatches näyttää kaikki tällaiset.")))
    text = _(
        "Pyyntö #{number}: merkitsit yhteyden saaduksi, mutta asiakas kertoo, ettei häneen ole otettu yhteyttä. "
        "Näin käy joskus: numero voi olla väärä, tai outoon numeroon ei vastata. "
        "Asiakas voi korjata yhteystietonsa. Katso pyyntö ja yritä uudelleen."
    ).format(number=card.request_id)
    return Notice(html(text), InlineKeyboardMarkup([button(_("Näytä pyyntö"), f"r:show:{card.request_id}")]))


async def unreached(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """The chat no longer reaches the client: only to who may see the client's data, and as long as it is so."""
    card = await caseload.card(services, worker.id, row.request_id or 0)
    if card is None or card.personal is None or card.personal.chat_reaches:
        return None
    what = (
        _("Voit soittaa hänelle. Numero on pyynnössä.")
        if card.personal.shared.phone
        else _("Numeroa hän ei ole antanut. Kerron pyynnössä, jos chat avataan uudelleen.")
    )
    text = fill(
        _("⚠️ Pyyntö #{number}: asiakas on sulkenut chatin, eivätkä viestit enää mene perille. {what}"),
        number=card.request_id,
        what=what,
    )
    return Notice(
        text, InlineKeyboardMarkup([button(_("Näytä pyyntö"), f"r:show:{card.request_id}")]), protect=True
    )
