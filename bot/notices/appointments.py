"""What the courier says about appointments: to the client what has become of one and when it is near, to the worker
what the client says to it."""

from __future__ import annotations

from datetime import datetime

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import appointment_views, calendar_file, views
from bot.core.appointments import Act, Answer, By, State
from bot.db.tables import Client, OutboxMessage, Staff
from bot.i18n import fill, html
from bot.i18n import gettext as _
from bot.notices.notice import File, Notice, button
from bot.services import appointment_desk, appointments, caseload
from bot.services.appointment_desk import Desk
from bot.services.appointments import Meeting
from bot.services.base import Services


async def _still_so(services: Services, row: OutboxMessage, client: Client) -> Meeting | None:
    """The client's appointment, if nothing has happened to it since."""
    told = row.detail or {}
    found = await appointments.one_of_mine(services, client.chat_id, told.get("appointment", 0))
    return found if found is not None and found.sequence == told.get("sequence") else None


def _file(meeting: Meeting, services: Services) -> File | None:
    content = calendar_file.build(meeting, services)
    return File(calendar_file.NAME, content) if content else None


# --- to the client


async def appointment(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    meeting, told = await _still_so(services, row, client), row.detail or {}
    if meeting is None:
        return None
    if told["what"] == "proposed":
        return _proposed(meeting, services, moved=told.get("moved", False))
    if told["what"] == "missed":
        return _missed(meeting)
    return _agreed(meeting, services) if meeting.state is State.AGREED else _cancelled(meeting, services)


def _proposed(meeting: Meeting, services: Services, *, moved: bool) -> Notice | None:
    if Act.CHOOSE not in meeting.acts:
        return None
    head = (
        _("📅 Sovittu aika ei enää käy. <b>{who}</b> ehdottaa uutta.\n")
        if moved
        else _("📅 <b>{who}</b> ehdottaa sinulle tapaamista.\n")
    )
    text = views.joined(
        fill(head, who=appointment_views.who(meeting, services)),
        fill("{times}\n", times=appointment_views.times(meeting, services.settings.zone)),
        appointment_views.where(meeting),
    )
    return Notice(text, InlineKeyboardMarkup([button(_("Katson ajat"), f"go:times:{meeting.id}")]))


def _agreed(meeting: Meeting, services: Services) -> Notice:
    text = views.joined(
        html(_("✅ Aika on sovittu.\n")),
        appointment_views.glance(meeting, services),
        html(_("\nMuistutan sinua hyvissä ajoin. Jos haluat, avaa tiedosto: aika menee kalenteriisi.")),
    )
    rows = [button(_("Avaa tapaaminen"), f"go:times:{meeting.id}")]
    return Notice(text, InlineKeyboardMarkup(rows), file=_file(meeting, services))


def _cancelled(meeting: Meeting, services: Services) -> Notice | None:
    if meeting.state is not State.CANCELLED:
        return None
    when = views.when(meeting.starts_at, services.settings.zone) if meeting.starts_at else "–"
    said = {
        By.CLIENT: _("Tapaaminen {when} on peruttu. Kerroin siitä työntekijälle."),
        By.WORKER: _("Tapaaminen {when} peruuntuu: {who} ei pääsekään. Se ei johdu sinusta."),
    }
    over = _("Tapaaminen {when} peruuntuu, koska pyyntö tai suostumus on päättynyt.")
    text = fill(
        said.get(meeting.cancelled_by or By.NOBODY, over),
        when=when,
        who=appointment_views.who(meeting, services),
    )
    rows = (
        [button(_("Toivon toista aikaa"), f"go:other:{meeting.id}")]
        if Act.ASK in meeting.acts
        else [button(_("🏠 Valikko"), "go:menu")]
    )
    return Notice(text, InlineKeyboardMarkup(rows), file=_file(meeting, services))


def _missed(meeting: Meeting) -> Notice | None:
    """A kind word and a new offer, never blame."""
    if Act.ASK not in meeting.acts:
        return None
    text = fill(
        _(
            "Tapaaminen jäi tällä kertaa väliin. Sellaista sattuu, eikä sitä tarvitse selittää. "
            "Olet yhä tervetullut.\n\nSopisiko jokin toinen aika?"
        )
    )
    rows = [
        button(_("Toivon uutta aikaa"), f"go:other:{meeting.id}"),
        button(_("📁 Omat asiani"), "go:matters"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows))


async def reminder(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """Like a good text message: one glance, and one press to answer."""
    meeting = await _still_so(services, row, client)
    if meeting is None or meeting.state is not State.AGREED or Act.CANCEL not in meeting.acts:
        return None
    text = views.joined(
        html(_("🔔 Muistutus: sinulla on tapaaminen.\n")), appointment_views.glance(meeting, services)
    )
    answers = {
        Answer.COMING: _("Tulen"),
        Answer.CANNOT: _("En pääse"),
        Answer.ANOTHER: _("Toinen aika"),
    }
    about = f"{meeting.id}:{meeting.sequence}"
    row_of = [
        InlineKeyboardButton(text, callback_data=f"meet:{said}:{about}") for said, text in answers.items()
    ]
    return Notice(text, InlineKeyboardMarkup([row_of]))


# --- to the worker


async def news(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """What the client says, as long as this worker may know it."""
    told = row.detail or {}
    if told["what"] == "ended":
        return await _ended(services, row, worker)
    desk = await appointment_desk.view(services, worker.id, told["appointment"])
    if desk is None or desk.meeting.sequence != told["sequence"]:
        return None
    meeting, what = desk.meeting, told["what"]
    if what == "how":
        return _how(desk, services) if Act.MARK in meeting.acts else None
    told_so = what != "coming" or meeting.answer is Answer.COMING
    return _news(desk, services, what) if told_so else None


def _news(desk: Desk, services: Services, what: str) -> Notice:
    meeting = desk.meeting
    lines = {
        "chosen": _("✅ Asiakas valitsi ajan (pyyntö #{number})."),
        "coming": _("👍 Asiakas tulee (pyyntö #{number})."),
        "cannot": _("🚫 Asiakas ei pääse (pyyntö #{number}). Aika on peruttu."),
        "cancelled": _("✖️ Asiakas perui ajan (pyyntö #{number})."),
        "wanted": _("🔁 Asiakas toivoo muita aikoja (pyyntö #{number})."),
        "again": _("🔁 Väliin jääneen tapaamisen jälkeen: asiakas toivoo uutta aikaa (pyyntö #{number})."),
        "declined": _("Asiakas ei halua tapaamista nyt (pyyntö #{number}). Voit kysyä, mikä muu auttaisi."),
    }
    if what == "missed_again":
        return _missed_again(desk)
    shown = what in {"chosen", "coming", "cannot", "cancelled"}
    text = views.joined(
        fill(lines[what], number=meeting.request_id),
        fill("\n{glance}", glance=appointment_views.glance(meeting, services))
        if shown and meeting.starts_at
        else None,
    )
    rows = (
        [button(_("Avaa tapaaminen"), f"a:show:{meeting.id}")]
        if what in {"chosen", "coming"}
        else [button(_("📅 Ehdota aikoja"), f"a:open:{meeting.request_id}")]
    )
    return Notice(text, InlineKeyboardMarkup(rows), protect=True)


def _missed_again(desk: Desk) -> Notice:
    """Not being there is mostly no sign of not wanting help."""
    text = fill(
        _(
            "💛 Pyynnön #{number} tapaamisista on jäänyt väliin jo {count}. Se ei yleensä tarkoita, ettei asiakas "
            "haluaisi apua. Tämä on usein auttanut:\n"
            "• kysy viestillä, mikä tulemisessa on vaikeaa\n"
            "• ehdota puhelua tai lyhyempää tapaamista\n"
            "• ehdota aikaa iltapäivältä ja tuttua paikkaa\n"
            "• tarjoudu tulemaan vastaan, tai sovi, että joku tulee mukaan"
        ),
        number=desk.meeting.request_id,
        count=desk.missed,
    )
    rows = [
        button(_("✍️ Kirjoita asiakkaalle"), f"r:write:{desk.meeting.request_id}"),
        button(_("📅 Ehdota aikoja"), f"a:open:{desk.meeting.request_id}"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows), protect=True)


def _how(desk: Desk, services: Services) -> Notice:
    text = views.joined(
        fill(_("Tuliko asiakas tapaamiseen (pyyntö #{number})?"), number=desk.meeting.request_id),
        appointment_views.glance(desk.meeting, services),
    )
    rows = [
        button(_("Tuli"), f"a:came:{desk.meeting.id}"),
        button(_("Ei tullut"), f"a:missed:{desk.meeting.id}"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows), protect=True)


async def _ended(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """Said without a grant, for there is none any more: which request, and what time is free again."""
    if await caseload.outline(services, worker.id, row.request_id or 0) is None:
        return None
    at = datetime.fromisoformat((row.detail or {})["at"])
    text = fill(
        _("✖️ Tapaaminen {when} (pyyntö #{number}) peruuntuu, koska suostumus on päättynyt."),
        when=views.when(at, services.settings.zone),
        number=row.request_id,
    )
    return Notice(text)
