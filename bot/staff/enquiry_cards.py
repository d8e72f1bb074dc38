"""How an anonymous enquiry looks to a worker: what was said, how it stands, and what this worker may do."""

from __future__ import annotations

from markupsafe import Markup
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import views
from bot.core.enquiries import BLOCK_LASTS, KEPT_AFTER_END, Ended, Side, State
from bot.i18n import fill, html
from bot.i18n import gettext as _
from bot.services.base import Services
from bot.services.enquiries import Said
from bot.services.enquiry_desk import Card

ROOM = 3400
"""Characters of what was said; of a long conversation the newest messages."""


def text(card: Card, services: Services) -> Markup:
    zone = services.settings.zone
    return views.joined(
        fill(_("<b>🕶 Nimetön kysymys #{number}</b>"), number=card.enquiry_id),
        fill(_("Kysyjä: <b>{alias}</b>"), alias=card.alias),
        fill(_("Saapunut {when}"), when=views.when(card.created_at, zone)),
        views.conversation([_said(one) for one in card.said], ROOM) if card.said else None,
        html(_state(card)),
    )


def _said(one: Said) -> Markup:
    if one.side is Side.ASKER:
        return fill("<blockquote>{words}</blockquote>", words=one.words)
    who = one.worker or _("Työntekijä")
    return fill("↩️ <b>{who}</b>:\n<blockquote>{words}</blockquote>", who=who, words=one.words)


def _state(card: Card) -> str:
    if not card.live:
        return "\n".join((_ended(card), *((_blocked(),) if card.blocked else ())))
    if card.writing and not card.own:
        return _("✍️ {name} kirjoittaa juuri vastausta.").format(name=card.answering)
    if card.writing:
        return _("✍️ Kirjoitat vastausta. Muut näkevät sen.")
    if card.answering and not card.own:
        return _("🙋 {name} vastaa tälle kysyjälle.").format(name=card.answering)
    if card.state is State.ANSWERED:
        return _("Olet vastannut. Kerron, jos kysyjä kirjoittaa lisää.")
    return _("Kysyjä odottaa vastausta. Et näe, kuka hän on, eikä häneen saa yhteyttä muuten.")


def _ended(card: Card) -> str:
    if card.ended_by is Ended.IDLE:
        return _("Päättynyt: keskustelu oli pitkään hiljaa.")
    if card.ended_by is Ended.UNREACHABLE:
        return _("Päättynyt: kysyjä ei ole enää tavoitettavissa.")
    if card.ended_by is Ended.WORKER:
        return _("Päättynyt: työntekijä lopetti keskustelun.")
    if card.ended_by is Ended.BLOCKED:
        return _("Päättynyt: kysyjä estettiin.")
    return _("Päättynyt: kysyjä lopetti keskustelun.")


def _blocked() -> str:
    return _(
        "🚫 Tältä kysyjältä ei tule teille kysymyksiä {days} päivään. Hänelle ei kerrota, että hänet on estetty."
    ).format(days=BLOCK_LASTS.days)


def keyboard(card: Card) -> InlineKeyboardMarkup | None:
    """Only what this worker may do now; it is checked again when pressed."""
    labels = {
        "answer": _("✍️ Vastaa") if card.can_answer else None,
        "end": _("✔️ Lopeta keskustelu") if card.live else None,
        "block": _("🚫 Estä kysyjä") if card.can_block else None,
        "unblock": _("↩️ Peru esto") if card.blocked else None,
    }
    rows = [_button(label, f"e:{step}:{card.enquiry_id}") for step, label in labels.items() if label]
    return InlineKeyboardMarkup(rows) if rows else None


def sure(card: Card, step: str) -> tuple[Markup, InlineKeyboardMarkup]:
    """Asked before what ends a conversation."""
    if step == "block":
        question = _(
            "<b>Estetäänkö {alias}?</b>\nKeskustelu päättyy, eikä häneltä tule teille uusia kysymyksiä. "
            "Et saa tietää, kuka hän on. Eston voi perua."
        )
        yes = _("Kyllä, estä")
    else:
        question = _(
            "<b>Lopetetaanko keskustelu ({alias})?</b>\nKysyjä saa siitä tiedon. "
            "Viestit poistuvat {days} päivän kuluttua."
        )
        yes = _("Kyllä, lopeta")
    rows = [
        _button(yes, f"e:{step}:{card.enquiry_id}:yes"),
        _button(_("⬅️ Takaisin"), f"e:show:{card.enquiry_id}"),
    ]
    asked = fill(question, alias=card.alias, days=KEPT_AFTER_END.days)
    return asked, InlineKeyboardMarkup(rows)


def _button(text: str, data: str) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton(text, callback_data=data)]
