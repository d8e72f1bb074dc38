"""What the courier says to a worker: cards of requests and enquiries, a client's words, and what is over."""

from __future__ import annotations

from markupsafe import Markup
from telegram import InlineKeyboardMarkup

from bot import outcome as outcomes_in_words
from bot.core.requests import State
from bot.db.tables import OutboxMessage, Staff
from bot.i18n import fill, html
from bot.i18n import gettext as _
from bot.notices.notice import Notice, button
from bot.services import caseload, enquiry_desk, outcomes
from bot.services.base import Services
from bot.services.caseload import Card
from bot.staff import cards, enquiry_cards


async def claim_refused(_services: Services, _row: OutboxMessage, _worker: Staff) -> Notice:
    return Notice(html(_("🔑 Asiakas ei halunnut näyttää tietojaan. Se on hänen oikeutensa.")))


async def retract(_services: Services, row: OutboxMessage, _worker: Staff) -> Notice:
    """An earlier message that held a client's words is taken away."""
    return Notice(Markup(""), remove=(row.detail or {})["message_id"])


async def card(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """A request as it stands; one that is up to date already, or that nobody needs, says nothing."""
    assert row.request_id is not None
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


async def client_word(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
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
    keyboard = InlineKeyboardMarkup([button(_("✍️ Vastaa"), f"r:write:{row.request_id}")])
    return Notice(text, keyboard, protect=True)


async def outcome(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """How it went, if the client still wants it told: looked up when it is said."""
    follow_up = (row.detail or {})["follow_up"]
    learned = await outcomes.learned(services, worker.id, row.request_id or 0, follow_up)
    if learned is None:
        return None
    text = fill(
        _(
            "📈 <b>Asiakas kertoo, miten on mennyt (pyyntö #{number})</b>\n{outcome}\n\n"
            "<i>Nämä ovat asiakkaan omia vastauksia, ja hän antoi luvan kertoa ne sinulle. Älä välitä niitä "
            "eteenpäin.</i>"
        ),
        number=row.request_id,
        outcome=outcomes_in_words.text(learned.told, services.catalog),
    )
    return Notice(text, protect=True)


async def consent_over(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """Nothing may be done any more with a request that this worker had."""
    over = await caseload.outline(services, worker.id, row.request_id or 0)
    return _consent_over(over) if over is not None and over.state is State.WITHDRAWN else None


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


async def enquiry(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
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
