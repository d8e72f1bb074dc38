"""The memo (asioinnin muistilista): why, how, with whom and when things go on. Its facts in words for the chat, and as
one page for a printer's A4 that reads well on a telephone, too; nothing on it is fetched from anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bot import schedule, views
from bot.i18n import current_locale, day, fill, html, near_day
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services.base import Services
from bot.services.memos import Ahead, Entry, Meeting
from bot.services.requests import MyRequest
from catalog.freshness import stale
from catalog.schema import ChannelKind, CrisisContact

LINES = 5
"""Empty lines for notes by hand."""
CONTACTS = 5
"""Numbers for a crisis at the foot."""
_BEST_FIRST = (ChannelKind.PHONE, ChannelKind.CHAT, ChannelKind.EMAIL, ChannelKind.WEB, ChannelKind.VISIT)

STYLE = Markup(
    "@page{size:A4;margin:16mm}"
    "body{max-width:46rem;margin:0 auto;padding:1rem;color:#1d1d1b;background:#fffdf8;"
    "font:1.15rem/1.5 system-ui,sans-serif;overflow-wrap:break-word;hyphens:auto}"
    "h1,h2,h3{line-height:1.25;margin:0 0 .25rem}h2{font-size:1.3em;margin-top:2rem;border-bottom:2px solid #1f6a58}"
    "p{margin:.25rem 0}article{margin:.75rem 0}dl{margin:.25rem 0}dt{float:left;clear:left;font-weight:bold;"
    "padding-right:.4rem}dd{margin:0}"
    ".first{border:2px solid #1f6a58;border-radius:.5rem;padding:.75rem 1rem;margin-top:1rem}"
    ".first h2{margin:0;border:0}"
    "table{border-collapse:collapse;width:100%}th,td{padding:.4rem .5rem .4rem 0;text-align:left;"
    "vertical-align:top;border-bottom:1px solid #888}"
    ".line{height:2.2rem;border-bottom:1px solid #888}"
    "footer ul{padding-left:1.2rem;margin:.25rem 0}"
    "@media screen and (max-width:40rem){thead{display:none}tr,td{display:block}tr{border-bottom:1px solid #888}"
    "td{padding:.1rem 0;border:0}td:first-child{padding-top:.6rem;font-weight:bold}td:last-child{padding-bottom:.6rem}}"
    "@media print{body{background:none;max-width:none;padding:0;font-size:12.5pt;line-height:1.35}"
    "h2{margin-top:.9rem}article{margin:.5rem 0}.line{height:1.9rem}"
    "h2,h3{break-after:avoid}article,tr,.first,.notes,footer{break-inside:avoid}}"
)


# --- facts in words, for the chat and for the page


@dataclass(frozen=True)
class Step:
    """One thing to do: its name, what is asked of it and answered, and the best way to get in touch."""

    name: str
    gone: Markup | None
    facts: tuple[tuple[str, str], ...]
    reach: Markup | None
    caution: Markup | None


def step(entry: Entry, services: Services) -> Step:
    catalog, today = services.catalog, services.clock().astimezone(services.settings.zone).date()
    offer = catalog.offers_by_id.get(entry.offer_id)
    why = views.area_name(catalog, entry.reason) if entry.reason else None
    if offer is None:
        return Step(_("vanha ehdotus"), None, _told((_("Miksi"), why)), None, None)
    organisation = catalog.organisation_of(offer)
    ways = (channel for kind in _BEST_FIRST for channel in offer.channels if channel.kind == kind)
    contact = next(ways, None)
    facts = _told(
        (_("Miksi"), why),
        (_("Kenen kanssa"), organisation_name(services.catalog, organisation.id)),
        (_("Miten"), views.best(offer.get_in)),
        (_("Milloin"), schedule.when(offer, organisation.unit(offer.unit), today)),
    )
    return Step(
        offer.name.best(current_locale()),
        views.no_longer_offered(offer, organisation),
        facts,
        views.channel_line(contact) if contact else None,
        views.freshness(offer, today) if stale(offer, today) else None,
    )


def _told(*facts: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in facts if value)


def meeting_when(meeting: Meeting, services: Services) -> str:
    if meeting.starts_at is None:
        return _("Ajasta ei ole vielä sovittu")
    return views.when(meeting.starts_at, services.settings.zone)


def meeting_title(meeting: Meeting) -> str:
    return meeting.title or _("Tapaaminen")


def meeting_facts(meeting: Meeting, services: Services) -> tuple[str, ...]:
    """With whom, how, where, what to bring, how often."""
    organisation = (
        organisation_name(services.catalog, meeting.organisation_id) if meeting.organisation_id else None
    )
    whom = ", ".join(part for part in (meeting.worker, organisation) if part)
    today = services.clock().astimezone(services.settings.zone).date()
    often = schedule.recurring(meeting.rule, today) if meeting.rule else None
    told = (
        "" if meeting.chosen else _("Sinulle on ehdotettu aikoja. Valitse sopiva chatissa."),
        _("Kenen kanssa: {who}").format(who=whom) if whom else "",
        {"phone": _("Miten: puhelimessa"), "video": _("Miten: videopuheluna")}.get(meeting.way or "", ""),
        _("Missä: {where}").format(where=meeting.where) if meeting.where else "",
        _("Ota mukaan: {bring}").format(bring=meeting.bring) if meeting.bring else "",
        _("Toistuu: {often}").format(often=often) if often else "",
    )
    return tuple(line for line in told if line)


def follow_up_day(moment: datetime, services: Services) -> str:
    return near_day(moment.astimezone(services.settings.zone).date(), weekday=True)


# --- the page


def page(entries: Sequence[Entry], mine: Sequence[MyRequest], ahead: Ahead, services: Services) -> str:
    """In the language now spoken."""
    title = _("Asioinnin muistilista")
    live = [one for one in mine if one.live]
    made = day(services.clock().astimezone(services.settings.zone).date())
    body = (
        fill("<h1>{title}</h1>", title=title),
        _paragraph(_("Tämä on sinun listasi. Se on tehty {day}.").format(day=made)),
        _next(entries, live, ahead, services),
        _section(_("Milloin"), _dates(ahead, services)),
        _section(_("Mitä, miksi ja miten"), *(_step(step(entry, services)) for entry in entries)),
        _section(_("Yhteydenottopyyntösi"), *(_request(one, services) for one in live)),
        Markup('<section class="notes"><h2>{}</h2>\n{}</section>').format(
            _("Omia muistiinpanoja"), Markup('<div class="line"></div>\n') * LINES
        ),
        _foot(services),
    )
    return Markup(
        '<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<style>{style}</style></head>\n<body>\n{body}\n</body></html>\n"
    ).format(
        lang=current_locale().partition("@")[0],
        title=title,
        style=STYLE,
        body=views.joined(Markup("<main>"), *body[:-1], Markup("</main>"), body[-1]),
    )  # fmt: skip


def _section(title: str, *parts: Markup) -> Markup:
    """A part of the page with its heading; where there is nothing to tell, there is none."""
    filled = views.joined(*parts)
    return Markup("<section><h2>{}</h2>\n{}</section>").format(title, filled) if filled else Markup("")


def _paragraph(text: str | Markup) -> Markup:
    return fill("<p>{text}</p>", text=text)


def _next(entries: Sequence[Entry], live: Sequence[MyRequest], ahead: Ahead, services: Services) -> Markup:
    """The one thing that comes first, in a frame of its own."""
    if ahead.meetings:
        first = ahead.meetings[0]
        lines = [f"{meeting_when(first, services)}: {meeting_title(first)}", *meeting_facts(first, services)]
        told = views.joined(*map(_paragraph, lines))
    elif entries:
        one = step(entries[0], services)
        told = views.joined(_paragraph(one.name), _paragraph(one.reach) if one.reach else None)
    elif live:
        told = _paragraph(_("Odotat yhteydenottoa: {who}.").format(who=_whose(live[0], services)))
    else:
        told = _paragraph(_("Listalla ei ole vielä mitään. Voit kirjoittaa tähän itse."))
    return Markup('<section class="first"><h2>{}</h2>\n{}</section>').format(_("Ensimmäiseksi"), told)


def _dates(ahead: Ahead, services: Services) -> Markup:
    rows = [
        (
            meeting_when(one, services),
            meeting_title(one),
            views.joined(*map(html, meeting_facts(one, services)), gap=Markup("<br>")),
        )
        for one in ahead.meetings
    ]
    if ahead.follow_up:
        asks = _("Rinnalla kysyy chatissa, miten on mennyt.")
        rows.append((follow_up_day(ahead.follow_up, services), _("Seuranta"), html(asks)))
    if not rows:
        return Markup("")
    head = Markup("").join(
        fill('<th scope="col">{name}</th>', name=name)
        for name in (_("Aika"), _("Mitä"), _("Kenen kanssa ja missä"))
    )
    cells = [Markup("<tr><td>{}</td><td>{}</td><td>{}</td></tr>").format(*row) for row in rows]
    return Markup("<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table>").format(
        head, views.joined(*cells)
    )


def _step(one: Step) -> Markup:
    facts = views.joined(
        *(Markup("<dt>{}:</dt> <dd>{}</dd>").format(name, value) for name, value in one.facts)
    )
    return Markup("<article><h3>{}</h3>\n{}</article>").format(
        one.name,
        views.joined(
            _paragraph(one.gone) if one.gone else None,
            Markup("<dl>{}</dl>").format(facts) if facts else None,
            _paragraph(one.reach) if one.reach else None,
            _paragraph(one.caution) if one.caution else None,
        ),
    )


def _whose(one: MyRequest, services: Services) -> str:
    organisation = organisation_name(services.catalog, one.organisation_id)
    return f"{one.worker} ({organisation})" if one.worker else organisation


def _request(one: MyRequest, services: Services) -> Markup:
    name = organisation_name(services.catalog, one.organisation_id)
    state = views.request_state(one.state, one.outcome, one.worker, name)
    return Markup("<article><h3>{}</h3>\n{}</article>").format(name, _paragraph(state))


def _foot(services: Services) -> Markup:
    lines = views.joined(
        *(
            fill(
                "<li>{name}: <b>{phone}</b> ({hours})</li>",
                name=one.name.best(current_locale()),
                phone=one.phone,
                hours=one.hours.best(current_locale()),
            )
            for one in crisis_numbers(services)
        )
    )
    return Markup("<footer><h2>{}</h2>\n<ul>\n{}\n</ul></footer>").format(_("Jos tulee hätä"), lines)


def crisis_numbers(services: Services) -> list[CrisisContact]:
    """The numbers that help in most kinds of crisis, in the order in which the catalogue names them."""
    found: Counter[str] = Counter()
    contacts: dict[str, CrisisContact] = {}
    for contact in _all_contacts(services):
        found[contact.id] += 1
        contacts.setdefault(contact.id, contact)
    chosen = {name for name, _count in found.most_common(CONTACTS)}
    return [contact for name, contact in contacts.items() if name in chosen]


def _all_contacts(services: Services) -> Iterable[CrisisContact]:
    for need in services.catalog.crisis.needs:
        yield from services.catalog.crisis_contacts(need.id, locale=current_locale())
