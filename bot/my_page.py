"""What is held about a client as one page to read, print and keep: nothing on it is fetched from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot import appointment_views, follow_up_words, looks, views
from bot.core.check_in import CheckIn
from bot.core.consent import EventKind, Purpose, Shared
from bot.core.enquiries import Side
from bot.core.follow_ups import Answers, Pace
from bot.core.follow_ups import State as FollowUpState
from bot.core.requests import State
from bot.i18n import LANGUAGE_NAMES, clock_time, current_locale, day, fill, html, listed
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services.access import Reading
from bot.services.base import Services
from bot.services.outbox import BY_SMS, Kind, Row
from catalog.schema import Catalog

STYLE = Markup(
    "body{max-width:46rem;margin:0 auto;padding:1rem;color:#1d1d1b;background:#fffdf8;"
    "font:1.05rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "h1,h2,h3{line-height:1.25}h2{margin-top:2.5rem;border-bottom:2px solid #1f6a58}"
    ".told{white-space:pre-line}blockquote{margin:.25rem 0;padding-left:.75rem;border-left:3px solid #1f6a58}"
    "table{border-collapse:collapse;width:100%}th,td{padding:.35rem .5rem;text-align:left;vertical-align:top;"
    "border-bottom:1px solid #bbb}"
    "@media screen and (max-width:40rem){thead{display:none}tr,td{display:block}tr{border-bottom:1px solid #bbb}"
    "td{padding:.1rem 0;border:0}td:first-child{padding-top:.75rem;font-weight:bold}"
    "td:last-child{padding-bottom:.75rem}}"
    "@media print{body{background:none;max-width:none}h2,h3{break-after:avoid}li,tr{break-inside:avoid}}"
)


def page(data: dict[str, Any], services: Services) -> str:
    """The page of `my_data.everything`, in the language now spoken."""
    title = _("Omat tietoni")
    body = (
        Markup("<h1>{}</h1>").format(title),
        _paragraph(
            _("Tässä on kaikki, mitä sinusta on tallessa Rinnalla-palvelussa {day} kello {time}.").format(
                day=_day(data["made_at"], services), time=_time(data["made_at"], services)
            )
        ),
        _section(_("Tilisi"), _list(_account(data["account"], services) if data["account"] else ())),
        _section(
            _("Mitä sinulle kuuluu?"),
            *(
                _article(_day(one["made_at"], services), check_in(one["answers"], services.catalog))
                for one in data["check_ins"]
            ),
        ),
        _section(_("Asioinnin muistilista"), _list(_memo(one, services) for one in data["memo"])),
        _section(_("Suostumuksesi"), *(_consent(one, services) for one in data["consents"])),
        _section(_("Yhteydenottopyyntösi"), *(_request(one, services) for one in data["requests"])),
        _section(
            _("Tapaamiset"),
            *(
                _article(heading, *parts)
                for heading, parts in (
                    appointment_views.on_page(one, services) for one in data["appointments"]
                )
            ),
        ),
        _section(_("Miten on mennyt"), *(_follow_up(one, data, services) for one in data["follow_ups"])),
        _section(_("Koodit ammattilaiselle"), _list(_claim(one, services) for one in data["claims"])),
        _section(_("Nimettömät kysymyksesi"), *(_enquiry(one, services) for one in data["enquiries"])),
        _section(_("Tekstiviestit"), _list(_number(one, services) for one in data["phone_numbers"])),
        _section(_("Viestit"), _list(_message(one, services) for one in data["messages"])),
        _section(_("Kuka on katsonut tietojani"), _readings(data["readings"], services)),
    )
    return Markup(
        '<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<style>{style}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    ).format(
        lang=current_locale().partition("@")[0], title=title, style=STYLE, body=views.joined(*body)
    )  # fmt: skip


# --- the shape of the page


def _section(title: str, *parts: Markup) -> Markup:
    """A part of the page with its heading; where there is nothing, it says so."""
    filled = [part for part in parts if part] or [_paragraph(_("Tässä ei ole mitään."))]
    return Markup("<section><h2>{}</h2>\n{}</section>").format(title, views.joined(*filled))


def _article(title: str, *parts: Markup) -> Markup:
    return Markup('<article><h3>{}</h3>\n<div class="told">{}</div></article>').format(
        title, views.joined(*parts)
    )


def _paragraph(text: str | Markup) -> Markup:
    return Markup("<p>{}</p>").format(text)


def _list(items: Iterable[str | Markup]) -> Markup:
    rows = Markup("\n").join([Markup('<li class="told">{}</li>').format(item) for item in items])
    return Markup("<ul>\n{}\n</ul>").format(rows) if rows else Markup("")


def _day(value: datetime, services: Services) -> str:
    return views.until(value, services.settings.zone)


def _time(value: datetime, services: Services) -> str:
    return clock_time(value, services.settings.zone)


def _offer(offer_id: str | None, services: Services) -> str | None:
    offer = services.catalog.offers_by_id.get(offer_id or "")
    return offer.name.best(current_locale()) if offer else offer_id


# --- its parts


def _account(account: dict[str, Any], services: Services) -> list[str]:
    blocked, silent = account["blocked_at"], account["opted_out_at"]
    asked = max(map(datetime.fromisoformat, (account["feedback_asked"] or {}).values()), default=None)
    lines = [
        _("Telegram-chatisi tunnus: {id}").format(id=account["chat_id"]),
        _("Numerosi palvelussa: {id}").format(id=account["id"]),
        _("Kielesi: {language}").format(language=LANGUAGE_NAMES.get(account["locale"], account["locale"])),
        _("Annoit luvan tallentaa: {day}").format(day=_day(account["agreed_at"], services)),
        _("Kävit viimeksi: {day}").format(day=_day(account["last_seen_at"], services)),
        _("Suljit chatin: {day}").format(day=_day(blocked, services)) if blocked else "",
        _("Nimesi: {name}").format(name=account["name"]) if account["name"] else "",
        _("Muistutusten sisältö saa näkyä ilmoituksissa.") if account["open_notices"] else "",
        _pace(account["follow_up_pace"]),
        _("Lopetit muistutukset: {day}").format(day=_day(silent, services)) if silent else "",
        _("Sinulta kysyttiin palautetta viimeksi: {day}").format(day=_day(asked, services)) if asked else "",
    ]
    return [line for line in lines if line]


def _pace(pace: str | None) -> str:
    return {
        str(Pace.ORDINARY): _("Saa kysyä, miten on mennyt: tavalliseen tahtiin"),
        str(Pace.DENSE): _("Saa kysyä, miten on mennyt: useammin"),
        str(Pace.SPARSE): _("Saa kysyä, miten on mennyt: harvemmin"),
        str(Pace.NONE): _("Ei saa kysyä, miten on mennyt."),
    }.get(pace or "", "")


def check_in(answers: CheckIn | dict[str, Any], catalog: Catalog) -> Markup:
    """All answers of a round, in full."""
    said = CheckIn.model_validate(answers)
    areas = [
        fill(
            "{area}: {answer}",
            area=views.area_name(catalog, area),
            answer=views.best(catalog.answer(rating).label),
        )
        for area, rating in said.ratings.items()
    ]
    words = [
        fill("<blockquote>{area}: {words}</blockquote>", area=views.area_name(catalog, area), words=text)
        for area, text in said.words.items()
    ]
    first = listed([views.area_name(catalog, area) for area in said.priorities])
    strength = views.strength(said.strength)
    return views.joined(
        html(_("💛 Asia koskee läheistä.")) if said.about == "other" else None,
        *areas,
        *words,
        fill(_("Tärkeintä sinulle: {areas}"), areas=first) if first else None,
        fill(_("💪 Voimat: {value}"), value=strength) if strength else None,
        fill(_("🌱 Auttaa jo nyt: {value}"), value=said.helps) if said.helps else None,
        fill(_("🫂 Tukena: {value}"), value=said.people) if said.people else None,
        fill(_("👣 Hyvä seuraava askel: {value}"), value=said.next_step) if said.next_step else None,
        fill(_("🧭 Jos vointi huononee: {value}"), value=said.if_worse) if said.if_worse else None,
    )


def _memo(entry: dict[str, Any], services: Services) -> Markup:
    reason = entry["reason"]
    return views.joined(
        html(_offer(entry["offer_id"], services)),
        fill(_("Miksi: {why}"), why=views.area_name(services.catalog, reason)) if reason else None,
        fill(_("Tallennettu {day}"), day=_day(entry["saved_at"], services)),
    )


def _consent(consent: dict[str, Any], services: Services) -> Markup:
    record = consent["record"] or {}
    kinds = looks.kind_names(record.get("pii_types", ()))
    return _article(
        organisation_name(services.catalog, consent["organisation_id"]),
        html(
            _("Mitä varten: muistutukset tekstiviestinä")
            if consent["purpose"] == Purpose.REMIND
            else _("Mitä varten: yhteydenotto ja avusta sopiminen")
        ),
        fill(_("Mitä tietoja: {kinds}"), kinds=kinds) if kinds else Markup(""),
        fill(
            _("Voimassa {start}–{end}"),
            start=_day(consent["given_at"], services),
            end=_day(consent["valid_until"], services),
        ),
        *(
            fill("{what}: {day}", what=_event(event["kind"]), day=_day(event["at"], services))
            for event in consent["events"]
        ),
        fill(_("Tunnus: {id}"), id=consent["id"]),
        views.joined(
            html(_("\nTämän työntekijä saa nähdä:")),
            views.shared(Shared.model_validate(consent["shared"]), services.catalog),
        )
        if consent["shared"] and consent["purpose"] == Purpose.CONTACT
        else Markup("")
        if consent["shared"]
        else html(_("Suostumus on päättynyt, ja se, mitä jaoit, on poistettu.")),
    )


def _event(kind: str) -> str:
    return {
        str(EventKind.GIVEN): _("Annettu"),
        str(EventKind.CHANGED): _("Muutettu"),
        str(EventKind.RENEWED): _("Jatkettu"),
        str(EventKind.WITHDRAWN): _("Peruttu"),
        str(EventKind.EXPIRED): _("Päättynyt"),
    }.get(kind, kind)


def _request(request: dict[str, Any], services: Services) -> Markup:
    organisation = organisation_name(services.catalog, request["organisation_id"])
    course = (
        (_("Lähetetty: {day}"), request["created_at"]),
        (_("Työntekijä otti pyynnön: {day}"), request["accepted_at"]),
        (_("Yhteys saatu: {day}"), request["contacted_at"]),
        (_("Kerroit, ettei yhteyttä ole otettu: {day}"), request["disputed_at"]),
        (_("Päättynyt: {day}"), request["closed_at"]),
    )
    state = views.request_state(
        State(request["state"]),
        request["outcome"],
        request["worker"],
        organisation,
        request["closing_by"],
        request["disputed_at"] is not None,
    )
    areas = listed([views.area_name(services.catalog, area) for area in request["areas"]])
    return _article(
        organisation,
        html(_offer(request["offer_id"], services) or ""),
        fill(_("Asia: {areas}"), areas=areas) if areas else Markup(""),
        *(fill(text, day=_day(at, services)) for text, at in course if at),
        html(state),
        fill(_("Tunnus: {id}"), id=request["id"]),
    )


def _follow_up(one: dict[str, Any], data: dict[str, Any], services: Services) -> Markup:
    """What was asked and said later; how things were then stands with the other rounds."""
    said = Answers.model_validate(one["answers"] or {})
    asked = [request for request in data["requests"] if request["id"] == one["request_id"]]
    return _article(
        _day(one["due_at"], services),
        html(organisation_name(services.catalog, asked[0]["organisation_id"])) if asked else Markup(""),
        follow_up_words.state(FollowUpState(one["state"])),
        *follow_up_words.answers(said),
    )


def _claim(claim: dict[str, Any], services: Services) -> Markup:
    made, until = _day(claim["created_at"], services), _day(claim["expires_at"], services)
    shown = claim["draft"]
    return views.joined(
        fill("<b>{name}</b>", name=organisation_name(services.catalog, claim["organisation_id"])),
        fill(_("Tehty {day}, voimassa {until} asti"), day=made, until=until),
        check_in(shown["check_in"], services.catalog) if shown else html(_("Koodi ei enää käy.")),
    )


def _enquiry(enquiry: dict[str, Any], services: Services) -> Markup:
    said = [
        views.joined(
            fill(
                "{who}, {day}",
                who=_("Sinä") if one["side"] == Side.ASKER else one["worker"] or _("Työntekijä"),
                day=_day(one["at"], services),
            ),
            fill("<blockquote>{words}</blockquote>", words=one["words"]),
        )
        for one in enquiry["messages"]
    ]
    return _article(
        organisation_name(services.catalog, enquiry["organisation_id"]),
        fill(_("Nimesi tässä kysymyksessä: {alias}"), alias=enquiry["alias"]),
        fill(_("Lähetetty: {day}"), day=_day(enquiry["created_at"], services)),
        fill(_("Päättynyt: {day}"), day=_day(enquiry["ended_at"], services))
        if enquiry["ended_at"]
        else Markup(""),
        *said,
    )


def _message(message: dict[str, Any], services: Services) -> Markup:
    if message["sent_at"]:
        fate = _("Lähetetty: {day}").format(day=_day(message["sent_at"], services))
    elif message["state"] in {Row.WAITING, Row.LEASED}:
        fate = _("Lähtee aikaisintaan: {day}").format(day=_day(message["due_at"], services))
    else:
        fate = _("Tätä ei lähetetty.")
    name = _message_name(message["kind"])
    return views.joined(
        html(_("{what} (tekstiviesti)").format(what=name) if message["channel"] == BY_SMS else name),
        html(fate),
        fill("<blockquote>{words}</blockquote>", words=message["note"]) if message["note"] else None,
    )


def _message_name(kind: str) -> str:
    """What a message is about; one of a later kind keeps its code."""
    return {
        str(Kind.RECEIPT): _("Tosite suostumuksestasi"),
        str(Kind.STEP): _("Tieto siitä, miten pyyntösi etenee"),
        str(Kind.CLOSING): _("Kysymys siitä, sopiiko pyynnön päättyä"),
        str(Kind.UNANSWERED): _("Tieto siitä, ettei kukaan ole vielä ottanut pyyntöäsi"),
        str(Kind.WORD): _("Työntekijän viesti sinulle"),
        str(Kind.CONSENT_ENDING): _("Kysymys siitä, miten suostumuksesi jatkuu"),
        str(Kind.OWN_REMINDER): _("Muistutus omasta kalenteristasi"),
        str(Kind.APPOINTMENT): _("Tieto tapaamisesta"),
        str(Kind.REMINDER): _("Muistutus tapaamisesta"),
        str(Kind.FOLLOW_UP): _("Kysymys siitä, miten on mennyt"),
        str(Kind.CLAIM_ASKED): _("Kysymys siitä, saako koodisi syöttänyt nähdä tietosi"),
        str(Kind.CONSENT_ENDED): _("Tieto siitä, että suostumuksesi päättyi"),
        str(Kind.ENQUIRY_ANSWER): _("Vastaus nimettömään kysymykseesi"),
        str(Kind.ENQUIRY_ENDED): _("Tieto siitä, että nimetön kysymyksesi päättyi"),
        str(Kind.NUMBER_CODE): _("Koodi, jolla varmistin numerosi"),
        str(Kind.CLIENT_WORD): _("Sinun viestisi työntekijälle"),
        str(Kind.OUTCOME): _("Tieto työntekijälle siitä, miten sinulla on mennyt"),
    }.get(kind, kind)


def _number(phone: dict[str, Any], services: Services) -> str:
    if phone["confirmed_at"] is None:
        return _("{number}, odottaa koodia").format(number=phone["number"])
    since = _day(phone["confirmed_at"], services)
    return _("{number}, vahvistettu {day}").format(number=phone["number"], day=since)


def _readings(entries: Sequence[dict[str, Any]], services: Services) -> Markup:
    if not entries:
        return _paragraph(_("Kenellekään ei ole vielä näytetty tietojasi."))
    read = [
        Reading(one["worker"], one["organisation_id"], tuple(one["kinds"]), one["at"])
        for one in reversed(entries)
    ]
    rows = [
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            day(one.day), one.times, one.who, one.kinds
        )
        for one in looks.looks(read, services)
    ]
    head = Markup("").join(
        [
            Markup('<th scope="col">{}</th>').format(title)
            for title in (_("Päivä"), _("Kello"), _("Kenelle näytettiin"), _("Mitä näytettiin"))
        ]
    )
    return Markup("<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table>").format(
        head, views.joined(*rows)
    )
