"""What the courier says: a row of the outbox turned into a message, or into nothing when it is no longer true."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import views
from bot.core.consent import ConsentRecord, ConsentState, Reach, Shared, stamp
from bot.core.enquiries import KEPT_AFTER_END, Ended
from bot.core.enquiries import State as EnquiryState
from bot.core.requests import IN_HAND, LIVE, Outcome, State
from bot.db.tables import Client, Consent, Enquiry, EnquiryMessage, OutboxMessage, Staff
from bot.i18n import current_locale, fill, html
from bot.i18n import gettext as _
from bot.services import caseload, claims, enquiry_desk
from bot.services.base import Services
from bot.services.caseload import Card
from bot.services.outbox import UNASKED, Kind
from bot.services.subjects import Subject, subject
from bot.staff import cards, enquiry_cards


@dataclass(frozen=True)
class Notice:
    """One message to send, or an earlier one to bring up to date (`edit`) or take away (`remove`)."""

    text: Markup
    keyboard: InlineKeyboardMarkup | None = None
    edit: int | None = None
    remove: int | None = None
    protect: bool = False
    card: Card | enquiry_desk.Card | None = None  # what the message shows, if it is a worker's card

    @property
    def repeatable(self) -> bool:
        """Whether it does no harm to do it twice."""
        return self.edit is not None or self.remove is not None


async def for_client(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """What a row says to its client now; None when it is no longer true or no longer allowed. A reminder is veiled,
    so that nothing personal can be read on a phone that lies on a table, unless the client wants it open."""
    if row.kind in UNASKED and client.opted_out_at is not None:
        return None
    notice = await _for_client(services, row, client)
    if notice is None or row.kind not in UNASKED or client.open_notices:
        return notice
    veiled = fill(
        _("🔔 Sinulle on viesti. Paina harmaata kohtaa, niin näet sen.\n\n<tg-spoiler>{text}</tg-spoiler>"),
        text=notice.text,
    )
    return replace(notice, text=veiled)


async def _for_client(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    if row.kind == Kind.CLAIM_ASKED:
        return await _claim_asked(services, row, client)
    about = await subject(services, row)
    if about.consent is None or about.consent.client_id != client.id:
        return None
    valid = about.consent.state == ConsentState.GIVEN and services.clock() < about.consent.valid_until
    if row.kind == Kind.CONSENT_ENDED:
        return _consent_ended(services, about.consent)
    if not valid:
        return None
    if row.kind == Kind.RECEIPT:
        return _receipt(services, about.consent)
    if about.request is None:
        return None
    if row.kind == Kind.CONSENT_ENDING:
        return _consent_ending(services, row, about)
    if row.kind == Kind.STEP:
        return _step(services, row, about)
    return _word(services, row, about) if row.kind == Kind.WORD and row.note else None


def _organisation(services: Services, organisation_id: str) -> str:
    organisation = services.catalog.organisations_by_id.get(organisation_id)
    return organisation.name.best(current_locale()) if organisation else organisation_id


def _button(text: str, data: str) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton(text, callback_data=data)]


def _receipt(services: Services, consent: Consent) -> Notice:
    zone = services.settings.zone
    events = ConsentRecord.model_validate(consent.record).events
    last = events[-1] if len(events) > 1 else None
    text = views.joined(
        fill(
            _("🧾 <b>Suostumuksesi</b>\nKenelle: {organisation}"),
            organisation=_organisation(services, consent.organisation_id),
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
        _button(_("Peru suostumus"), f"withdraw:{consent.id}"),
        _button(_("📁 Omat asiani"), "go:matters"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows), protect=True)


async def _claim_asked(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """May the worker who has entered the code see it? What exactly, stands below the question."""
    claim_id, worker_id = (row.detail or {})["claim"], (row.detail or {})["worker"]
    asked = await claims.asking(services, client.chat_id, claim_id, worker_id)
    if asked is None:
        return None
    text = views.joined(
        fill(
            _("🔑 <b>{worker}</b> ({organisation}) syötti koodisi ja haluaa nähdä tämän:\n"),
            worker=asked.worker,
            organisation=_organisation(services, asked.draft.organisation_id),
        ),
        views.shared(asked.draft.shared, services.catalog),
        fill(_("\n<b>Saako hän nähdä sen?</b> Ennen vastaustasi hän ei näe mitään.")),
    )
    rows = [
        _button(_("✅ Kyllä, näytä hänelle"), f"claim:yes:{claim_id}:{worker_id}"),
        _button(_("Ei, älä näytä"), f"claim:no:{claim_id}:{worker_id}"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows), protect=True)


def _step(services: Services, row: OutboxMessage, about: Subject) -> Notice | None:
    assert about.request is not None
    state = State((row.detail or {})["state"])
    if about.request.state != state:
        return None  # something newer has happened, and its own message is on the way
    outcome = (row.detail or {}).get("outcome")
    organisation = _organisation(services, about.request.organisation_id)
    worker = f"{about.worker.name} ({organisation})" if about.worker else None
    rows = [_button(_("Avaa pyyntö"), f"go:request:{about.request.id}")]
    if outcome in {Outcome.NO_CAPACITY, Outcome.NOT_RIGHT_PLACE, Outcome.NOT_INTERESTED}:
        rows.append(_button(_("🔎 Etsitään muuta"), "go:find"))
    return Notice(html(views.request_state(state, outcome, worker, organisation)), InlineKeyboardMarkup(rows))


def _word(services: Services, row: OutboxMessage, about: Subject) -> Notice:
    assert about.request is not None
    assert row.note is not None
    organisation = _organisation(services, about.request.organisation_id)
    who = f"{about.worker.name}, {organisation}" if about.worker else organisation
    rows = [_button(_("Avaa pyyntö"), f"go:request:{about.request.id}")]
    if about.request.state in IN_HAND and about.request.wish == Reach.CHAT:
        rows.insert(0, _button(_("✍️ Vastaa"), f"go:answer:{about.request.id}"))
    text = fill(
        _("<b>{who}</b> kirjoittaa sinulle:\n<blockquote>{words}</blockquote>"), who=who, words=row.note
    )
    return Notice(text, InlineKeyboardMarkup(rows))


def _consent_ending(services: Services, row: OutboxMessage, about: Subject) -> Notice | None:
    """Asked once a term, and only as long as there is somebody who could go on helping."""
    assert about.request is not None
    assert about.consent is not None
    consent = about.consent
    if about.request.state not in LIVE or (row.detail or {}).get("term") != stamp(consent.valid_until):
        return None
    text = fill(
        _(
            "⏳ Suostumuksesi ({organisation}) on voimassa {until} asti. "
            "Sen jälkeen työntekijä ei enää näe tietojasi.\n\nMiten haluat jatkaa?"
        ),
        organisation=_organisation(services, consent.organisation_id),
        until=views.until(consent.valid_until, services.settings.zone),
    )
    rows = [
        _button(_("Uusin suostumuksen"), f"go:renew:{consent.id}"),
        _button(_("Muutan, mitä kerrotaan"), f"go:change:{consent.id}"),
        _button(_("Annan sen päättyä"), f"letend:{consent.id}"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows))


def _consent_ended(services: Services, consent: Consent) -> Notice:
    organisation = _organisation(services, consent.organisation_id)
    text = fill(
        _(
            "Suostumuksesi ({organisation}) päättyi tänään. Työntekijä ei enää näe tietojasi. "
            "Jos tarvitset vielä apua, voit pyytää yhteydenottoa uudelleen."
        ),
        organisation=organisation,
    )
    return Notice(text, InlineKeyboardMarkup([_button(_("🏠 Valikko"), "go:menu")]))


async def for_worker(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """What a row says to a worker now; a card that is up to date already, or that nobody needs, says nothing."""
    if row.kind == Kind.CLAIM_REFUSED:
        return Notice(html(_("🔑 Asiakas ei halunnut näyttää tietojaan. Se on hänen oikeutensa.")))
    if row.kind == Kind.RETRACT:
        return Notice(Markup(""), remove=(row.detail or {})["message_id"])
    if row.kind == Kind.ENQUIRY:
        return await _enquiry(services, row, worker)
    assert row.request_id is not None
    if row.kind == Kind.CLIENT_WORD:
        return await _client_word(services, row, worker)
    if row.kind == Kind.CONSENT_OVER:
        over = await caseload.outline(services, worker.id, row.request_id)
        return _consent_over(over) if over is not None and over.state is State.WITHDRAWN else None
    message_id = await caseload.shown(services, worker.id, row.request_id)
    card = await caseload.card(services, worker.id, row.request_id)
    if card is None:
        gone = html(_("Tämä pyyntö ei ole enää nähtävilläsi."))
        return Notice(gone, edit=message_id) if message_id else None
    if message_id is None and not card.own and card.state is not State.OPEN:
        return None  # already in somebody else's hands or over: no need to disturb
    afresh = card.state is State.OPEN and (row.detail or {}).get("afresh")
    edit = None if afresh else message_id
    return Notice(cards.text(card, services), cards.keyboard(card), edit=edit, protect=True, card=card)


async def _client_word(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    if row.request_id is None or not row.note:
        return None
    heard = await caseload.heard(services, worker.id, row.request_id, row.note)
    if heard is None:
        return None
    text = fill(
        _("💬 Asiakas (pyyntö #{number}) kirjoittaa:\n<blockquote>{words}</blockquote>"),
        number=row.request_id,
        words=heard.words,
    )
    keyboard = InlineKeyboardMarkup([_button(_("✍️ Vastaa"), f"r:write:{row.request_id}")])
    return Notice(text, keyboard, protect=True)


def _consent_over(card: Card) -> Notice:
    text = fill(
        _(
            "Pyyntö #{number}: asiakas on perunut suostumuksensa, tai se on päättynyt. Tiedot on poistettu "
            "viesteistäsi. Älä enää ota yhteyttä tämän pyynnön perusteella. Jos kirjasit tietoja muualle, "
            "poista ne, ellei laki velvoita säilyttämään niitä."
        ),
        number=card.request_id,
    )
    return Notice(text)


async def _enquiry(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    assert row.enquiry_id is not None
    card = await enquiry_desk.card(services, worker.id, row.enquiry_id)
    message_id = await enquiry_desk.shown(services, worker.id, row.enquiry_id)
    if card is None:
        gone = html(_("Tämä kysymys ei ole enää nähtävilläsi."))
        return Notice(gone, edit=message_id) if message_id else None
    if message_id is None and not card.live:
        return None  # over before it was seen: no need to disturb
    afresh = card.live and (row.detail or {}).get("afresh")
    return Notice(
        enquiry_cards.text(card, services),
        enquiry_cards.keyboard(card),
        edit=None if afresh else message_id,
        protect=True,
        card=card,
    )


async def for_asker(services: Services, row: OutboxMessage) -> Notice | None:
    """What a row says to somebody who has asked without a name; None when it is no longer true."""
    async with services.db.read() as session:
        enquiry = await session.get(Enquiry, row.enquiry_id)
        message = await session.get(EnquiryMessage, (row.detail or {}).get("message", 0))
        worker = await session.get(Staff, message.staff_id) if message and message.staff_id else None
    if enquiry is None:
        return None
    name = _organisation(services, enquiry.organisation_id)
    if row.kind == Kind.ENQUIRY_ENDED:
        return _enquiry_ended(enquiry, name) if enquiry.state == EnquiryState.ENDED else None
    if message is None or message.enquiry_id != enquiry.id:
        return None
    text = fill(
        _("🕶 <b>{who}</b> vastaa kysymykseesi:\n<blockquote>{words}</blockquote>"),
        who=f"{worker.name} ({name})" if worker else name,
        words=message.words,
    )
    return Notice(text, InlineKeyboardMarkup([_button(_("🕶 Avaa keskustelu"), f"go:enquiry:{enquiry.id}")]))


def _enquiry_ended(enquiry: Enquiry, organisation: str) -> Notice:
    if enquiry.ended_by == Ended.IDLE:
        text = _(
            "🕶 Nimetön keskustelu on ollut pitkään hiljaa ({organisation}), joten päätin sen. "
            "Viestit poistuvat {days} päivän kuluttua. Voit kysyä uudelleen, milloin haluat."
        )
    else:
        text = _(
            "🕶 {organisation} on päättänyt nimettömän keskustelun. Voit lukea viestit vielä {days} päivän ajan. "
            "Jos asia jäi kesken, etsitään yhdessä muu paikka."
        )
    rows = [
        _button(_("🕶 Avaa keskustelu"), f"go:enquiry:{enquiry.id}"),
        _button(_("🔎 Etsitään muuta"), "go:find"),
    ]
    return Notice(fill(text, organisation=organisation, days=KEPT_AFTER_END.days), InlineKeyboardMarkup(rows))
