"""What the courier says to somebody who has asked without a name."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.core.enquiries import KEPT_AFTER_END, Ended
from bot.core.enquiries import State as EnquiryState
from bot.db.tables import Enquiry, EnquiryMessage, OutboxMessage, Staff
from bot.i18n import fill
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.notices.notice import Notice, button
from bot.services.base import Services
from bot.services.outbox import Kind


async def for_asker(services: Services, row: OutboxMessage) -> Notice | None:
    """What a row says to somebody who has asked without a name; None when it is no longer true."""
    async with services.db.read() as session:
        enquiry = await session.get(Enquiry, row.enquiry_id)
        message = await session.get(EnquiryMessage, (row.detail or {}).get("message", 0))
        worker = await session.get(Staff, message.staff_id) if message and message.staff_id else None
    if enquiry is None:
        return None
    name = organisation_name(services.catalog, enquiry.organisation_id)
    if row.kind == Kind.ENQUIRY_ENDED:
        return _enquiry_ended(enquiry, name) if enquiry.state == EnquiryState.ENDED else None
    if message is None or message.enquiry_id != enquiry.id:
        return None
    text = fill(
        _("🕶 <b>{who}</b> vastaa kysymykseesi:\n<blockquote>{words}</blockquote>"),
        who=f"{worker.name} ({name})" if worker else name,
        words=message.words,
    )
    return Notice(text, InlineKeyboardMarkup([button(_("🕶 Avaa keskustelu"), f"go:enquiry:{enquiry.id}")]))


def _enquiry_ended(enquiry: Enquiry, organisation: str) -> Notice:
    if enquiry.ended_by == Ended.IDLE:
        text = _(
            "🕶 Nimettömään keskusteluun ei ole pitkään aikaan tullut viestejä ({organisation}), joten lopetin sen. "
            "Viestit poistuvat {days} päivän kuluttua. Voit kysyä uudelleen, milloin haluat."
        )
    else:
        text = _(
            "🕶 {organisation} on lopettanut nimettömän keskustelun. Voit lukea viestit vielä {days} päivän ajan. "
            "Jos asia jäi kesken, etsitään yhdessä muu paikka."
        )
    rows = [
        button(_("🕶 Avaa keskustelu"), f"go:enquiry:{enquiry.id}"),
        button(_("🔎 Etsitään muuta"), "go:find"),
    ]
    return Notice(fill(text, organisation=organisation, days=KEPT_AFTER_END.days), InlineKeyboardMarkup(rows))
