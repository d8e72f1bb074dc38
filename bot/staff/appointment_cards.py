"""How an appointment looks to the worker who puts it together, step by step, and afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from markupsafe import Markup
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import appointment_views, views
from bot.core.appointments import HOURS, MINUTES, MOST_TIMES, Act, Draft, Step, Way, next_days
from bot.core.times import Problem
from bot.i18n import clock_time, fill, html, short_day
from bot.i18n import gettext as _
from bot.services.appointment_desk import Desk
from bot.services.base import Services

DAY, MOMENT = "%Y%m%d", "%Y%m%d%H%M"
"""As a local day and time stand in a button."""

Screen = tuple[Markup, InlineKeyboardMarkup]
Rows = list[list[InlineKeyboardButton]]


def screen(desk: Desk, services: Services) -> Screen:
    """What is asked next, or how it stands."""
    return _draft(desk, desk.draft, services) if desk.draft else _settled(desk, services)


def _button(text: str, action: str, desk: Desk, *more: object) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=":".join(map(str, ("a", action, desk.meeting.id, *more))))


def _wide(rows: list[InlineKeyboardButton], width: int) -> Rows:
    return [rows[at : at + width] for at in range(0, len(rows), width)]


# --- putting one together


def _draft(desk: Desk, draft: Draft, services: Services) -> Screen:
    steps = {
        Step.TIMES: _times,
        Step.WAY: _way,
        Step.WHERE: _where,
        Step.WHO: _who,
        Step.BRING: _bring,
        Step.PREVIEW: _preview,
    }
    text, rows = steps[draft.step](desk, draft, services)
    stop = [_button(_("Peru, en ehdota nyt"), "stop", desk)]
    return text, InlineKeyboardMarkup([*rows, stop])


def _times(desk: Desk, draft: Draft, services: Services) -> tuple[Markup, Rows]:
    zone = services.settings.zone
    head = fill(_("<b>📅 Mitä aikoja ehdotat? (pyyntö #{number})</b>\n"), number=desk.meeting.request_id)
    how = fill(
        _("Valitse päivä, tai kirjoita aika, esimerkiksi: {example}\nVoit ehdottaa enintään kolmea aikaa."),
        example=_example(services),
    )
    days = [
        _button(short_day(day, zone), "day", desk, day.strftime(DAY))
        for day in next_days(services.clock(), zone)
    ]
    more = [
        [_button(_("➡️ Nämä riittävät"), "enough", desk)],
        [_button(_("↩️ Poista viimeisin"), "less", desk)],
    ]
    rows = [*_wide(days, 3), *(more if draft.times else [])]
    return views.joined(head, _chosen(draft, services), how), rows


def _example(services: Services) -> str:
    days = next_days(services.clock() + timedelta(days=1), services.settings.zone)
    return views.when(days[0].replace(hour=10), services.settings.zone)


def _chosen(draft: Draft, services: Services) -> Markup | None:
    zone = services.settings.zone
    lines = [fill("• {when}", when=views.when(time, zone)) for time in draft.times]
    return views.joined(*lines, Markup(" ")) if lines else None


def hours(desk: Desk, draft: Draft, day: datetime, services: Services) -> Screen:
    """The hours of a day chosen, as far as they are still to come."""
    zone = services.settings.zone
    moments = [day.replace(hour=hour) for hour in HOURS]
    buttons = [
        _button(clock_time(moment, zone), "at", desk, moment.strftime(MOMENT))
        for moment in moments
        if moment > services.clock() and moment not in draft.times
    ]
    text = views.joined(
        fill(_("<b>📅 {day}: mihin aikaan?</b>\n"), day=short_day(day, zone)),
        _chosen(draft, services),
    )
    back = [_button(_("⬅️ Toinen päivä"), "times", desk)]
    return text, InlineKeyboardMarkup([*_wide(buttons, 4), back])


def _way(desk: Desk, _draft: Draft, _services: Services) -> tuple[Markup, Rows]:
    ways = {Way.PLACE: _("📍 Paikan päällä"), Way.PHONE: _("📞 Puhelu"), Way.VIDEO: _("💻 Videotapaaminen")}
    return html(_("Miten tapaatte?")), [[_button(text, "way", desk, way)] for way, text in ways.items()]


def _where(desk: Desk, draft: Draft, _services: Services) -> tuple[Markup, Rows]:
    if draft.way is Way.PHONE:
        text = _("Kumpi soittaa? Jos asiakas soittaa sinulle, kirjoita numero.")
        return html(text), [[_button(_("Minä soitan"), "skip", desk, Step.WHERE)]]
    if draft.way is Way.VIDEO:
        return html(_("Kirjoita tai liitä videotapaamisen linkki. Se alkaa https://")), []
    return html(_("Missä tapaatte? Kirjoita osoite ja se, mistä ovesta tullaan sisään.")), []


def _who(desk: Desk, _draft: Draft, _services: Services) -> tuple[Markup, Rows]:
    text = _("Tuleeko lisäksesi muita? Kirjoita, ketkä. Asiakkaan on hyvä tietää se etukäteen.")
    return html(text), [[_button(_("Vain minä"), "skip", desk, Step.WHO)]]


def _bring(desk: Desk, _draft: Draft, _services: Services) -> tuple[Markup, Rows]:
    text = _("Pitääkö asiakkaan ottaa jotakin mukaan? Kirjoita se.")
    return html(text), [[_button(_("Ei mitään erityistä"), "skip", desk, Step.BRING)]]


def _preview(desk: Desk, draft: Draft, services: Services) -> tuple[Markup, Rows]:
    details, zone = draft.details, services.settings.zone
    shown = views.joined(
        *(fill("• {when}", when=views.when(time, zone)) for time in draft.times),
        appointment_views.where_of(draft.way, details.where),
        fill(_("👥 Mukana: {people}"), people=details.who) if details.who else None,
        fill(_("🎒 Ota mukaan: {things}"), things=details.bring) if details.bring else None,
        appointment_views.length(draft.minutes),
    )
    text = fill(_("Tämä lähtee asiakkaalle:\n<blockquote>{words}</blockquote>"), words=shown)
    longer = MINUTES[(MINUTES.index(draft.minutes) + 1) % len(MINUTES)] if draft.minutes in MINUTES else 60
    return text, [
        [_button(_("Lähetä"), "send", desk, desk.mark)],
        [_button(_("⏱ Vaihda kestoksi {minutes} min").format(minutes=longer), "minutes", desk, longer)],
        [_button(_("✏️ Muuta aikoja"), "times", desk), _button(_("✏️ Muuta muuta"), "words", desk)],
    ]


def unusual(desk: Desk, moments: list[datetime], services: Services) -> Screen:
    """A time at which few people meet: is it meant?"""
    zone = services.settings.zone
    rows = [
        [
            _button(
                _("Kyllä: {when}").format(when=views.when(moment, zone)),
                "at",
                desk,
                moment.astimezone(zone).strftime(MOMENT),
            )
        ]
        for moment in moments
    ]
    no = [_button(_("Ei, annan toisen ajan"), "times", desk)]
    return html(_("Tämä aika on myöhään illalla tai yöllä. Tarkoititko sitä?")), InlineKeyboardMarkup(
        [*rows, no]
    )


def unclear(problem: Problem, services: Services) -> str:
    """Kindly, what to write instead."""
    return {
        Problem.UNREADABLE: _("En saanut selvää ajasta. Kirjoita se näin: {example}"),
        Problem.NO_SUCH_DAY: _("Tätä päivää ei ole kalenterissa. Kirjoita aika näin: {example}"),
        Problem.NO_SUCH_TIME: _("Tätä kellonaikaa ei sinä päivänä ole. Kirjoita aika näin: {example}"),
        Problem.WRONG_WEEKDAY: _(
            "Viikonpäivä ja päivämäärä eivät kuulu yhteen. Tarkista ne ja kirjoita aika näin: {example}"
        ),
        Problem.PAST: _("Tämä aika on jo mennyt. Kirjoita tuleva aika, esimerkiksi: {example}"),
        Problem.FAR: _("Tämä aika on yli vuoden päässä. Kirjoita lähempi aika, esimerkiksi: {example}"),
    }[problem].format(example=_example(services))


def too_many() -> str:
    return _("Enintään {count} aikaa riittää. Lähetä ne, jotka sopivat sinulle parhaiten.").format(
        count=MOST_TIMES
    )


# --- afterwards


def _settled(desk: Desk, services: Services) -> Screen:
    acts, rows = desk.meeting.acts, []
    if Act.MARK in acts:
        rows.append([_button(_("Tuli"), "came", desk), _button(_("Ei tullut"), "missed", desk)])
    if Act.PROPOSE in acts:
        rows.append([_button(_("🔁 Ehdota muita aikoja"), "move", desk)])
    if Act.CANCEL in acts:
        rows.append([_button(_("✖️ Peru aika"), "cancel", desk)])
    if not rows:
        again = InlineKeyboardButton(_("📅 Ehdota aikoja"), callback_data=f"a:open:{desk.meeting.request_id}")
        rows.append([again])
    return appointment_views.for_worker(desk.meeting, services), InlineKeyboardMarkup(rows)


def sure(desk: Desk, services: Services) -> Screen:
    """Before it is cancelled."""
    text = views.joined(
        appointment_views.for_worker(desk.meeting, services),
        html(_("\nPerutaanko tämä? Asiakas saa siitä tiedon ja voi toivoa toista aikaa.")),
    )
    rows = [
        [_button(_("Kyllä, peru"), "cancel", desk, "yes")],
        [_button(_("⬅️ Takaisin"), "show", desk)],
    ]
    return text, InlineKeyboardMarkup(rows)
