"""What a text message says. It is read on a locked screen, maybe by others: that there is something, and when if it has
a time, but not what about, unless the client wants notices open. It ends with the way to have no more of them."""

from __future__ import annotations

from bot.core import text_messages as rules
from bot.db.tables import Client, PhoneNumber
from bot.i18n import gettext as _
from bot.notices.notice import Notice
from bot.services import text_messages
from bot.services.base import Services


def code(services: Services, phone: PhoneNumber) -> str:
    text = _(
        "Rinnalla: koodisi on {code}. Kirjoita se chattiin {minutes} minuutin kuluessa. "
        "Jos et ole pyytänyt koodia, älä tee mitään."
    )
    minutes = int(rules.CODE_VALID.total_seconds()) // 60
    return rules.fitted(text.format(code=text_messages.code_of(services, phone), minutes=minutes))


def told(services: Services, notice: Notice, client: Client, phone: PhoneNumber) -> str:
    """What a notice says in the chat, as a text message. What comes first is kept when all of it is too long."""
    if client.open_notices:
        text = _("Rinnalla: {text}").format(text=notice.text.striptags())
    elif notice.brief is not None:
        text = _("Rinnalla: {text} Näet lisää Telegramissa.").format(text=notice.brief)
    else:
        text = _("Rinnalla: sinulle on viesti. Avaa Telegram, niin näet sen.")
    link = text_messages.link(services, phone)
    end = (
        _("Lopeta tekstiviestit: {link}").format(link=link)
        if link
        else _('Jos et halua tekstiviestejä, kirjoita chattiin "lopeta tekstiviestit".')
    )
    return rules.fitted(text, end)
