"""How an appointment reads, to its client and to its worker, in the language now spoken."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot import views
from bot.core.appointments import Answer, Attended, By, State, Way
from bot.i18n import fill, html
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services.appointments import Meeting
from bot.services.base import Services


def who(meeting: Meeting, services: Services) -> str:
    """Whom one meets: the worker and the organisation."""
    organisation = organisation_name(services.catalog, meeting.organisation_id)
    return f"{meeting.worker} ({organisation})" if meeting.worker else organisation


def glance(meeting: Meeting, services: Services) -> Markup:
    """All there is to know, shortly: when, who, where, what to bring."""
    zone, details = services.settings.zone, meeting.details
    return views.joined(
        fill("🕐 <b>{when}</b>", when=views.when(meeting.starts_at, zone)) if meeting.starts_at else None,
        fill("👤 {who}", who=who(meeting, services)),
        fill(_("👥 Mukana: {people}"), people=details.who) if details.who else None,
        where(meeting),
        fill(_("🎒 Ota mukaan: {things}"), things=details.bring) if details.bring else None,
    )


def where(meeting: Meeting) -> Markup | None:
    return where_of(meeting.way, meeting.details.where)


def where_of(way: Way | None, place: str | None) -> Markup | None:
    if way is Way.PHONE:
        return fill(_("📞 Soita: {number}"), number=place) if place else html(_("📞 Työntekijä soittaa."))
    if way is Way.VIDEO:
        return fill(_("💻 Videotapaaminen: {link}"), link=place or "–")
    return fill("📍 {place}", place=place) if place else None


def times(meeting: Meeting, zone: ZoneInfo) -> Markup:
    return views.joined(*(fill("• {when}", when=views.when(time, zone)) for time in meeting.times))


def length(minutes: int) -> Markup:
    return fill(_("⏱ Kesto noin {minutes} minuuttia"), minutes=minutes)


def state_for_client(meeting: Meeting, now: datetime) -> str:
    """How it stands, told to its client."""
    if meeting.state is State.AGREED:
        over = meeting.starts_at is not None and meeting.starts_at <= now
        return _("Tapaamisen aika on mennyt.") if over else _("Tästä on sovittu.")
    if meeting.state is State.OVER and meeting.attended is Attended.MISSED:
        return _("Tämä tapaaminen jäi väliin. Sellaista sattuu. Voit toivoa uutta aikaa.")
    if meeting.state is State.CANCELLED:
        return {
            By.CLIENT: _("Peruit tämän tapaamisen."),
            By.WORKER: _("Työntekijä joutui perumaan tämän tapaamisen. Se ei johdu sinusta."),
        }.get(meeting.cancelled_by or By.NOBODY, _("Tämä tapaaminen peruuntui, koska pyyntö päättyi."))
    return {
        State.PROPOSED: _("Sinulle ehdotetaan aikaa. Valitse itsellesi sopivin."),
        State.WANTED: _("Olet toivonut muita aikoja. Työntekijä ehdottaa uusia."),
        State.DECLINED: _("Et halunnut tapaamista nyt. Se on ihan hyvä vastaus."),
    }.get(meeting.state, _("Tämä tapaaminen on ollut."))


def state_for_worker(meeting: Meeting, now: datetime) -> str:
    """How it stands, told to its worker."""
    if meeting.state is State.AGREED:
        if meeting.starts_at is not None and meeting.starts_at <= now:
            return _("Merkitse, tuliko asiakas.")
        answered = {Answer.COMING: _("Sovittu. Asiakas on vahvistanut tulevansa.")}
        return answered.get(meeting.answer or Answer.ANOTHER, _("Sovittu. Asiakas saa muistutukset."))
    if meeting.state is State.OVER:
        attended = {Attended.CAME: _("Asiakas tuli."), Attended.MISSED: _("Asiakas ei tullut.")}
        return (
            attended.get(meeting.attended or Attended.CAME, "") if meeting.attended else _("Aika on mennyt.")
        )
    if meeting.state is State.CANCELLED:
        return (
            _("Peruit tämän ajan.") if meeting.cancelled_by is By.WORKER else _("Asiakas perui tämän ajan.")
        )
    return {
        State.PROPOSED: _("Ehdotettu. Asiakas ei ole vielä valinnut aikaa."),
        State.WANTED: _("Asiakas toivoo muita aikoja."),
        State.DECLINED: _("Asiakas ei halua tapaamista nyt."),
    }.get(meeting.state, _("Ei vielä lähetetty."))


def for_worker(meeting: Meeting, services: Services) -> Markup:
    """What stands in the worker's chat."""
    zone = services.settings.zone
    return views.joined(
        fill(_("<b>📅 Tapaaminen, pyyntö #{number}</b>"), number=meeting.request_id),
        fill("{state}\n", state=state_for_worker(meeting, services.clock())),
        times(meeting, zone) if meeting.times else None,
        glance(meeting, services) if meeting.way else None,
    )


def symbol(meeting: Meeting) -> str:
    return {State.PROPOSED: "❓", State.WANTED: "⏳", State.AGREED: "📅"}.get(meeting.state, "✖️")


def button(meeting: Meeting, services: Services) -> str:
    """One line of a list."""
    at = meeting.starts_at
    when = views.when(at, services.settings.zone) if at else who(meeting, services)
    return f"{symbol(meeting)} {when}"


# --- on the page of everything held


def on_page(one: dict[str, Any], services: Services) -> tuple[str, list[Markup]]:
    """A meeting with a worker as `my_data` tells it: its heading, and what is known of it."""
    zone, details = services.settings.zone, one["details"] or {}
    words = (
        (_("Otsikko: {words}"), details.get("title")),
        (_("Missä: {words}"), details.get("where")),
        (_("Mukana: {words}"), details.get("who")),
        (_("Ota mukaan: {words}"), details.get("bring")),
        (_("Työntekijä: {words}"), one["worker"]),
    )
    proposed = [views.when(datetime.fromisoformat(at), zone) for at in one["options"] or ()]
    heading = views.when(one["starts_at"], zone) if one["starts_at"] else _("Aikaa ei ole sovittu")
    answered = _answers().get(one["answer"] or "")
    return heading, [
        fill(_("Tilanne: {state}"), state=_states().get(one["state"], one["state"])),
        *(fill(text, words=said) for text, said in words if said),
        *(fill(_("Ehdotettu: {when}"), when=when) for when in proposed),
        *([fill(_("Vastasit: {answer}"), answer=answered)] if answered else []),
        *([html(_("Et päässyt paikalle."))] if one["attended"] == Attended.MISSED else []),
        *([html(_("Olit paikalla."))] if one["attended"] == Attended.CAME else []),
    ]


def _states() -> dict[str, str]:
    return {
        State.DRAFT: _("työntekijä valmistelee ehdotusta"),
        State.PROPOSED: _("aikoja on ehdotettu"),
        State.WANTED: _("olet toivonut muita aikoja"),
        State.AGREED: _("sovittu"),
        State.DECLINED: _("et halunnut tapaamista"),
        State.CANCELLED: _("peruttu"),
        State.OVER: _("ohi"),
    }


def _answers() -> dict[str, str]:
    return {
        Answer.COMING: _("tulen"),
        Answer.CANNOT: _("en pääse"),
        Answer.ANOTHER: _("toinen aika"),
    }
