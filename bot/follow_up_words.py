"""What has been answered in a follow-up, in words."""

from __future__ import annotations

from markupsafe import Markup

from bot.core.follow_ups import Answers, Contacted, Helped, State
from bot.i18n import fill, html
from bot.i18n import gettext as _


def answers(said: Answers) -> list[Markup]:
    """One line for each answer that was given."""
    ratings = (
        (_("Vastasi siihen, mitä tarvitsit: {value}/5"), said.needs),
        (_("Vastasi siihen, mitä odotit: {value}/5"), said.expectations),
        (_("Vei kohti sitä, mitä tavoittelit: {value}/5"), said.goals),
    )
    lines = [
        fill(_("Sinuun otettiin yhteyttä: {value}"), value=_contacted(said.contacted))
        if said.contacted
        else None,
        fill(_("Sait apua: {value}"), value=_helped(said.helped)) if said.helped else None,
        fill(_("Apu riitti: {value}"), value=_helped(said.enough)) if said.enough else None,
        *(fill(text, value=value) for text, value in ratings if value),
    ]
    return [line for line in lines if line]


def state(value: State) -> Markup:
    return html(
        {
            State.WAITING: _("Tätä ei ole vielä kysytty."),
            State.ASKED: _("Odottaa vastaustasi."),
            State.REMINDED: _("Odottaa vastaustasi."),
            State.ANSWERED: _("Vastasit."),
            State.SILENT: _("Et vastannut, ja se on ihan ok."),
            State.CANCELLED: _("Tätä ei kysytä."),
        }[value]
    )


def _contacted(value: Contacted) -> str:
    return {Contacted.YES: _("kyllä"), Contacted.NO: _("ei")}[value]


def _helped(value: Helped) -> str:
    return {Helped.YES: _("kyllä"), Helped.PARTLY: _("osittain"), Helped.NO: _("ei")}[value]
