"""What the courier says to a client: about a request, and about the consent it rests on."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot import views
from bot.core.consent import ConsentRecord, ConsentState, Purpose, Reach, Shared, stamp
from bot.core.requests import IN_HAND, LIVE, Outcome, State
from bot.db.tables import Client, Consent, OutboxMessage
from bot.i18n import fill, html
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.notices import closing
from bot.notices.notice import Notice, button, consented
from bot.services import claims
from bot.services.base import Services
from bot.services.subjects import Subject, opened, subject


async def receipt(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """What was consented to, with one tap to withdraw."""
    about = await consented(services, row, client)
    consent = await opened(services, about.consent.id) if about and about.consent else None
    return _receipt(services, consent) if consent and consent.state == ConsentState.GIVEN else None


def _receipt(services: Services, consent: Consent) -> Notice:
    zone = services.settings.zone
    if consent.purpose == Purpose.REMIND:
        return _receipt_of_texts(services, consent)
    events = ConsentRecord.model_validate(consent.record).events
    last = events[-1] if len(events) > 1 else None
    text = views.joined(
        fill(
            _("🧾 <b>Suostumuksesi</b>\nKenelle: {organisation}"),
            organisation=organisation_name(services.catalog, consent.organisation_id),
        ),
        html(_("Mitä varten: yhteydenotto ja avusta sopiminen")),
        fill(
            _("Annettu {day}, voimassa {until} asti.\n"),
            day=views.until(consent.given_at, zone),
            until=views.until(consent.valid_until, zone),
        ),
        fill(_("Päivitetty {day}.\n"), day=views.until(last.event_time, zone)) if last else None,
        html(_("Työntekijälle kerrotaan:")),
        views.shared(Shared.model_validate(consent.shared), services.catalog),
    )
    rows = [
        button(_("Peru suostumus"), f"withdraw:{consent.id}"),
        button(_("📁 Omat asiani"), "go:matters"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows), protect=True)


def _receipt_of_texts(services: Services, consent: Consent) -> Notice:
    zone = services.settings.zone
    text = fill(
        _(
            "🧾 <b>Suostumuksesi tekstiviesteihin</b>\n"
            "Mitä varten: muistutukset tekstiviestinä numeroon <b>{number}</b>\n"
            "Annettu {day}, voimassa {until} asti.\n\n"
            "Numerosi ja viestin näkevät viestinvälittäjä ja puhelinoperaattori. Työntekijä ei näe numeroa."
        ),
        number=Shared.model_validate(consent.shared).phone or "–",
        day=views.until(consent.given_at, zone),
        until=views.until(consent.valid_until, zone),
    )
    rows = [
        button(_("Peru suostumus"), f"withdraw:{consent.id}"),
        button(_("📁 Omat asiani"), "go:matters"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows), protect=True)


async def claim_asked(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """May the worker who has entered the code see it? What exactly, stands below the question."""
    claim_id, worker_id = (row.detail or {})["claim"], (row.detail or {})["worker"]
    asked = await claims.asking(services, client.chat_id, claim_id, worker_id)
    if asked is None:
        return None
    text = views.joined(
        fill(
            _("🔑 <b>{worker}</b> ({organisation}) syötti koodisi ja haluaa nähdä tämän:\n"),
            worker=asked.worker,
            organisation=organisation_name(services.catalog, asked.draft.organisation_id),
        ),
        views.shared(asked.draft.shared, services.catalog),
        fill(_("\n<b>Saako hän nähdä sen?</b> Ennen vastaustasi hän ei näe mitään.")),
    )
    rows = [
        button(_("✅ Kyllä, näytä hänelle"), f"claim:yes:{claim_id}:{worker_id}"),
        button(_("Ei, älä näytä"), f"claim:no:{claim_id}:{worker_id}"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows), protect=True)


async def step(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """What has happened to a request."""
    about = await consented(services, row, client)
    return _step(services, row, about) if about and about.request else None


def _step(services: Services, row: OutboxMessage, about: Subject) -> Notice | None:
    assert about.request is not None
    if (row.detail or {}).get("goes_on"):
        return closing.goes_on(about)
    state = State((row.detail or {})["state"])
    if about.request.state != state:
        return None  # something newer has happened, and its own message is on the way
    outcome = (row.detail or {}).get("outcome")
    organisation = organisation_name(services.catalog, about.request.organisation_id)
    worker = f"{about.worker.name} ({organisation})" if about.worker else None
    rows = [button(_("Avaa pyyntö"), f"go:request:{about.request.id}")]
    if outcome in {Outcome.NO_CAPACITY, Outcome.NOT_RIGHT_PLACE, Outcome.NOT_INTERESTED}:
        rows.append(button(_("🔎 Etsitään muuta"), "go:find"))
    if state is State.CONTACTED:
        rows = closing.was_it_so(about.request)
    if state is State.CONTACTED or outcome in {Outcome.GOT_HELP, Outcome.REFERRED_ON}:
        rows.append(button(_("⭐ Anna palautetta"), "go:feedback"))
    told = views.request_state(state, outcome, worker, organisation, about.request.closing_by)
    if (row.detail or {}).get("ran_out"):
        return closing.ran_out(told, about)
    return Notice(html(told), InlineKeyboardMarkup(rows))


async def word(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """A worker's own words."""
    about = await consented(services, row, client)
    return _word(services, row, about) if about and about.request and row.note else None


def _word(services: Services, row: OutboxMessage, about: Subject) -> Notice:
    assert about.request is not None
    assert row.note is not None
    organisation = organisation_name(services.catalog, about.request.organisation_id)
    who = f"{about.worker.name}, {organisation}" if about.worker else organisation
    rows = [button(_("Avaa pyyntö"), f"go:request:{about.request.id}")]
    if about.request.state in IN_HAND and about.request.wish == Reach.CHAT:
        rows.insert(0, button(_("✍️ Vastaa"), f"go:answer:{about.request.id}"))
    text = fill(
        _("<b>{who}</b> kirjoittaa sinulle:\n<blockquote>{words}</blockquote>"), who=who, words=row.note
    )
    return Notice(text, InlineKeyboardMarkup(rows))


async def consent_ending(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """Asked once a term, and only as long as there is somebody who could go on helping."""
    about = await consented(services, row, client)
    if about is None or about.consent is None or about.request is None:
        return None
    consent = about.consent
    if about.request.state not in LIVE or (row.detail or {}).get("term") != stamp(consent.valid_until):
        return None
    text = fill(
        _(
            "⏳ Suostumuksesi ({organisation}) on voimassa {until} asti. "
            "Sen jälkeen työntekijä ei enää näe tietojasi.\n\nMiten haluat jatkaa?"
        ),
        organisation=organisation_name(services.catalog, consent.organisation_id),
        until=views.until(consent.valid_until, services.settings.zone),
    )
    rows = [
        button(_("Uusin suostumuksen"), f"go:renew:{consent.id}"),
        button(_("Muutan, mitä kerrotaan"), f"go:change:{consent.id}"),
        button(_("Annan sen päättyä"), f"letend:{consent.id}"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows))


async def consent_ended(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """The term ran out."""
    about = await subject(services, row)
    mine = about.consent is not None and about.consent.client_id == client.id
    return _consent_ended(services, about.consent) if mine and about.consent else None


def _consent_ended(services: Services, consent: Consent) -> Notice:
    if consent.purpose == Purpose.REMIND:
        text = html(
            _(
                "Lupasi tekstiviesteihin päättyi tänään, ja poistin numerosi. Muistutukset tulevat edelleen tähän "
                "chattiin. Jos haluat tekstiviestit takaisin, anna numerosi uudelleen kohdassa Omat tietoni."
            )
        )
        return Notice(text, InlineKeyboardMarkup([button(_("📁 Omat asiani"), "go:matters")]))
    organisation = organisation_name(services.catalog, consent.organisation_id)
    text = fill(
        _(
            "Suostumuksesi ({organisation}) päättyi tänään. Työntekijä ei enää näe tietojasi. "
            "Jos tarvitset vielä apua, voit pyytää yhteydenottoa uudelleen."
        ),
        organisation=organisation,
    )
    return Notice(text, InlineKeyboardMarkup([button(_("🏠 Valikko"), "go:menu")]))
