"""How things of the catalogue and of a consent read in a message, in the language now spoken.

Both bots use these, so that what the client sees before consenting is what the worker sees after.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from markupsafe import Markup

from bot import schedule
from bot.core.check_in import Strength
from bot.core.consent import THE_SERVICE, BestTime, Reach, Shared
from bot.core.requests import Outcome, State
from bot.i18n import current_locale, day, fill, html, listed, moment
from bot.i18n import gettext as _
from catalog.freshness import stale
from catalog.schema import (
    Catalog,
    Channel,
    ChannelKind,
    ContactPerson,
    CrisisContact,
    LifeSituation,
    Offer,
    OfferKind,
    Organisation,
    Place,
    Unit,
)
from catalog.schema import Text as CatalogText

NAMES_OF_LANGUAGES = 6
FEW_MUNICIPALITIES = 4


def joined(*parts: str | Markup | None, gap: str = "\n") -> Markup:
    """Parts of a message joined; empty ones are left out."""
    return Markup(gap).join([part for part in parts if part])


def conversation(said: Sequence[Markup], room: int) -> Markup:
    """Messages in order; of a long conversation the newest that fit `room` characters, and always the last."""
    kept: list[Markup] = []
    for one in reversed(said):
        room -= len(one.striptags().encode("utf-16-le")) // 2  # as Telegram counts
        if kept and room < 0:
            kept.append(Markup("…"))
            break
        kept.append(one)
    return joined(*reversed(kept))


def best(text: CatalogText | None) -> str | None:
    return text.best(current_locale()) if text else None


def area_name(catalog: Catalog, area_id: str) -> str:
    """The area with its symbol; an area that has left the catalogue keeps its id."""
    area = catalog.areas_by_id.get(area_id)
    return f"{area.symbol} {area.name.best(current_locale())}" if area else area_id


def organisation_name(catalog: Catalog, organisation_id: str) -> str:
    """By its id, also of one that has left the catalogue; and what a consent is for that is given to none of them."""
    if organisation_id == THE_SERVICE:
        return _("tekstiviestit")
    organisation = catalog.organisations_by_id.get(organisation_id)
    return organisation.name.best(current_locale()) if organisation else organisation_id


def crisis_contacts(contacts: Sequence[CrisisContact], today: date) -> Markup:
    """Whom to turn to, in the order to try; facts that nobody has confirmed lately say of which day they are."""
    return joined(*(_crisis_contact(contact, today) for contact in contacts), gap="\n\n")


def _crisis_contact(contact: CrisisContact, today: date) -> Markup:
    locale = current_locale()
    return joined(
        fill("<b>{name}</b>", name=contact.name.best(locale)),
        fill("📞 <b>{phone}</b>", phone=contact.phone),
        html(contact.help.best(locale)),
        fill("🕐 {hours}", hours=contact.hours.best(locale)),
        fill(
            "<i>{more}</i>", more=joined(contact.if_no_answer.best(locale), caution(contact, today), gap=" ")
        ),
    )


def caution(contact: CrisisContact, today: date) -> Markup | None:
    """Said of a crisis contact that nobody has confirmed lately; it is worth a call all the same."""
    if not stale(contact, today):
        return None
    return fill(_("Tiedot ovat päivältä {day} ja ovat voineet muuttua."), day=day(contact.known_on))


def offer_card(offer: Offer, organisation: Organisation, today: date, why: Markup) -> Markup:
    """Why it is suggested, and all about it: what, for whom, where, when, cost, language, how to get in, how fresh."""
    languages = [_language_name(code) for code in offer.languages[:NAMES_OF_LANGUAGES]]
    kind = _("Toimintaa") if offer.kind is OfferKind.ACTIVITY else _("Palvelu")
    unit = organisation.unit(offer.unit)
    return joined(
        fill("<b>{name}</b>", name=offer.name.best(current_locale())),
        fill(
            "<i>{kind} · {organisation}</i>\n",
            kind=kind,
            organisation=organisation.name.best(current_locale()),
        ),
        fill("{summary}\n", summary=offer.summary.best(current_locale())),
        why,
        _fact(_("👤 Kenelle: {value}"), _for_whom(offer)),
        _fact(_("📍 Missä: {value}"), _where(offer, unit)),
        _fact(_("♿ Esteettömyys: {value}"), _accessibility(offer, unit)),
        _fact(_("🕐 Milloin: {value}"), schedule.when(offer, unit, today)),
        *map(html, schedule.exceptions(offer, unit, today)),
        _fact(_("💶 Hinta: {value}"), _cost(offer)),
        _fact(_("🗣 Kielet: {value}"), listed(languages)),
        html(_("🕶 Voit tulla nimettömänä.")) if offer.anonymous else None,
        html(_("🤝 Mukana on vertaisia tai kokemusasiantuntijoita.")) if offer.peers else None,
        _fact(_("🚪 Näin pääset mukaan: {value}"), best(offer.get_in)),
        _fact(_("✉️ Lähete: {value}"), best(offer.referral)),
        _capacity(offer, today),
        freshness(offer, today),
    )


def _fact(template: str, value: str | None) -> Markup | None:
    return fill(template, value=value) if value else None


def _language_name(code: str) -> str:
    own = Locale.parse(current_locale().partition("@")[0])
    return str(own.languages.get(code, code))


def _for_whom(offer: Offer) -> str | None:
    """The entry's own words, or else ages, situations and close persons."""
    whom = offer.for_whom
    if whom is None:
        return None
    if whom.text:
        return best(whom.text)
    least, most = whom.min_age, whom.max_age
    ages = (
        _("{least}–{most}-vuotiaille").format(least=least or 0, most=most)
        if most is not None
        else (_("{least} vuotta täyttäneille").format(least=least) if least else None)
    )
    close = _("myös läheisille") if whom.close_persons else None
    return ", ".join(part for part in (ages, *map(_situation, whom.situations), close) if part) or None


def _situation(situation: LifeSituation) -> str:
    return {
        LifeSituation.FAMILY: _("lapsiperheille"),
        LifeSituation.YOUNG: _("nuorille"),
        LifeSituation.OLDER: _("ikääntyneille"),
        LifeSituation.UNEMPLOYED: _("työttömille"),
        LifeSituation.STUDENT: _("opiskelijoille"),
        LifeSituation.IMMIGRANT: _("maahan muuttaneille"),
        LifeSituation.LIVING_ABROAD: _("ulkomailla asuville"),
        LifeSituation.DISABLED: _("vammaisille ihmisille"),
        LifeSituation.ILL: _("pitkäaikaisesti sairaille"),
        LifeSituation.CARER: _("omaishoitajille"),
        LifeSituation.BEREAVED: _("läheisen menettäneille"),
        LifeSituation.SEPARATED: _("eronneille"),
        LifeSituation.INDEBTED: _("velkaantuneille"),
        LifeSituation.HOMELESS: _("asunnottomille"),
        LifeSituation.CONVICTED: _("rangaistusta suorittaville ja siitä vapautuneille"),
    }[situation]


def _place(offer: Offer, unit: Unit | None) -> Place | None:
    return offer.place or (unit.place if unit else None)


def _where(offer: Offer, unit: Unit | None) -> str:
    if place := _place(offer, unit):
        name = best(place.name) or (best(unit.name) if unit and place is unit.place else None)
        parts = [name, place.address, place.municipality if place.municipality not in place.address else None]
        return ", ".join(part for part in parts if part)
    if offer.nationwide:
        return _("koko maassa")
    municipalities = list(offer.municipalities)
    if len(municipalities) <= FEW_MUNICIPALITIES:
        return listed(municipalities)
    some = ", ".join(municipalities[:FEW_MUNICIPALITIES])
    return _("{count} kunnassa, esimerkiksi {some}").format(count=len(municipalities), some=some)


def _accessibility(offer: Offer, unit: Unit | None) -> str | None:
    place = _place(offer, unit)
    return best(place.accessibility) if place else None


def _cost(offer: Offer) -> str | None:
    if offer.cost:
        return best(offer.cost)
    return None if offer.free is None else (_("ei maksa mitään") if offer.free else _("maksullinen"))


def _capacity(offer: Offer, today: date) -> Markup | None:
    """That there is a queue or no place, until the day for which that was said."""
    capacity = offer.capacity
    if capacity is None or capacity.state == "open" or (capacity.until and capacity.until < today):
        return None
    queue = capacity.state == "waiting_list"
    if capacity.until is None:
        return html(_("⏳ Tähän on nyt jonoa.") if queue else _("⛔ Tämä on nyt täynnä."))
    text = _("⏳ Tähän on jonoa ainakin {day} asti.") if queue else _("⛔ Tämä on täynnä ainakin {day} asti.")
    return fill(text, day=day(capacity.until))


def freshness(offer: Offer, today: date) -> Markup:
    """When the facts were last known to hold, said plainly; an old one asks to be made sure of."""
    if offer.verified:
        known = fill(_("🗓 Tiedot tarkistettu {day}."), day=day(offer.verified.on))
    else:
        known = fill(
            _("🗓 Tiedot ovat vuodelta {year}. Niitä ei ole tarkistettu sen jälkeen."),
            year=offer.source.date.year,
        )
    if not stale(offer, today):
        return fill("\n<i>{known}</i>", known=known)
    somewhere_to_go = offer.place or any(channel.kind is ChannelKind.VISIT for channel in offer.channels)
    advice = (
        _("Varmista ne, ennen kuin lähdet paikalle.") if somewhere_to_go else _("Ne ovat voineet muuttua.")
    )
    return fill("\n<i>{known} {advice}</i>", known=known, advice=advice)


def no_longer_offered(offer: Offer, organisation: Organisation) -> Markup | None:
    """Said of what a memo or a request still names although its source does not have it any more."""
    gone = offer if offer.retired else organisation
    if gone.retired_on is None:
        return None
    told = _("⚠️ Tätä ei enää tarjota. Lähde: {source}, {day}.")
    return fill(told, source=gone.source.name, day=day(gone.retired_on))


def contact_details(offer: Offer, organisation: Organisation, today: date) -> Markup:
    unit = organisation.unit(offer.unit)
    ways = offer.channels or (unit.channels if unit else ())
    channels = [channel_line(channel) for channel in ways]
    if not channels:
        channels = [html(_("Yhteystietoja ei ole luettelossa."))]
    listed_already = [channel.value for channel in ways]
    where, url = _where(offer, unit) if _place(offer, unit) else "", str(organisation.url or "").rstrip("/")
    place = fill("📍 {where}", where=where) if where and where not in listed_already else None
    persons = (unit.contact_persons if unit else ()) or organisation.contact_persons
    web = (
        fill("🌐 {url}", url=url) if url and not any(one.startswith(url) for one in listed_already) else None
    )
    return joined(
        fill(
            "<b>{name}</b>\n<i>{organisation}</i>\n",
            name=offer.name.best(current_locale()),
            organisation=organisation.name.best(current_locale()),
        ),
        *channels,
        place,
        _fact(_("♿ Esteettömyys: {value}"), _accessibility(offer, unit)),
        _fact(_("🕐 Milloin: {value}"), schedule.when(offer, unit, today)),
        *map(html, schedule.exceptions(offer, unit, today)),
        *map(_contact_person, persons),
        web,
        _capacity(offer, today),
        freshness(offer, today),
    )


def _contact_person(person: ContactPerson) -> Markup:
    parts = [person.name, best(person.title), person.phone, person.email]
    return fill(_("👤 Yhteyshenkilö: {who}"), who=", ".join(part for part in parts if part))


_SYMBOLS = {
    ChannelKind.VISIT: "📍",
    ChannelKind.PHONE: "📞",
    ChannelKind.CHAT: "💬",
    ChannelKind.EMAIL: "✉️",
    ChannelKind.WEB: "🌐",
}


def channel_line(channel: Channel) -> Markup:
    languages = listed([_language_name(code) for code in channel.languages])
    extras = [
        text for text in (best(channel.label), best(channel.hours), best(channel.price), languages) if text
    ]
    head = fill("{symbol} <b>{value}</b>", symbol=_SYMBOLS[channel.kind], value=channel.value)
    return head + (fill(" – {extras}", extras=", ".join(extras)) if extras else "")


def shared(what: Shared, catalog: Catalog) -> Markup:
    """What a client shares, as the worker sees it: the same text is shown to the client before consenting."""
    reach = (
        fill(_("📞 Yhteys: puhelu numeroon <b>{phone}</b>"), phone=what.phone or "–")
        if what.reach is Reach.PHONE
        else html(_("💬 Yhteys: viestit chatissa"))
    )
    areas = [
        fill("• {area}: {answer}", area=area_name(catalog, area), answer=best(catalog.answer(rating).label))
        for area, rating in what.areas.items()
    ]
    words = [
        fill("<blockquote>{area}: {words}</blockquote>", area=area_name(catalog, area), words=text)
        for area, text in what.words.items()
    ]
    return joined(
        html(_("💛 Asia koskee läheistä.")) if what.about == "other" else None,
        _fact(_("👤 Nimi: {value}"), what.name),
        _fact(_("🕶 On kysynyt nimettömästi nimellä: {value}"), what.enquiry),
        reach,
        fill(_("🕐 Sopiva aika: {value}"), value=best_time(what.best_time)),
        fill("\n<b>{title}</b>", title=_("Tästä olisi hyvä jutella")) if areas else None,
        *areas,
        *words,
        _fact(_("💪 Voimat: {value}"), strength(what.strength)),
        _fact(_("🌱 Auttaa jo nyt: {value}"), what.helps),
        _fact(_("🫂 Tukena: {value}"), what.people),
        _fact(_("👣 Hyvä seuraava askel: {value}"), what.next_step),
    )


def best_time(value: BestTime) -> str:
    return {
        BestTime.ANY: _("milloin vain arkisin"),
        BestTime.MORNING: _("arkisin aamupäivällä"),
        BestTime.AFTERNOON: _("arkisin iltapäivällä"),
        BestTime.EVENING: _("arkisin alkuillasta"),
    }[value]


def strength(value: Strength) -> str | None:
    return {
        Strength.OWN: _("pystyn toimimaan itse"),
        Strength.SOME_HELP: _("pystyn, kun saan vähän apua"),
        Strength.BESIDE: _("tarvitsen jonkun rinnalleni"),
        Strength.UNKNOWN: None,
    }[value]


def until(value: datetime, zone: ZoneInfo) -> str:
    """The last day of a term, as people say it."""
    return day(value.astimezone(zone).date())


def when(value: datetime, zone: ZoneInfo) -> str:
    return moment(value, zone)


def request_state(state: State, outcome: str | None, worker: str | None, organisation: str) -> str:
    """How a request stands, told to its client in plain words."""
    who = worker or organisation
    if state is State.CLOSED and outcome:
        return request_outcome(Outcome(outcome), organisation)
    return {
        State.OPEN: _("Pyyntösi odottaa, että joku työntekijä ottaa sen hoitaakseen."),
        State.ACCEPTED: _("{who} on ottanut pyyntösi hoitaakseen ja ottaa sinuun yhteyttä."),
        State.CONTACTED: _("{who} kertoo ottaneensa sinuun yhteyttä."),
        State.UNREACHABLE: _("{who} on yrittänyt tavoittaa sinua. Se ei ole vielä onnistunut."),
        State.CLOSED: _("Pyyntö on päättynyt."),
        State.WITHDRAWN: _("Suostumus on päättynyt, joten pyyntökin päättyi."),
    }[state].format(who=who)


def request_outcome(outcome: Outcome, organisation: str) -> str:
    return {
        Outcome.GOT_HELP: _("Pyyntö on päättynyt. Toivottavasti sait apua."),
        Outcome.REFERRED_ON: _("Pyyntö on päättynyt. {organisation} ohjasi sinut eteenpäin."),
        Outcome.NO_CAPACITY: _(
            "Valitettavasti {organisation} ei pysty nyt auttamaan. Se ei johdu sinusta. Etsitään yhdessä muu paikka."
        ),
        Outcome.NOT_RIGHT_PLACE: _(
            "{organisation} ei ollut tähän oikea paikka. Et jää yksin: etsitään yhdessä parempi."
        ),
        Outcome.NOT_INTERESTED: _(
            "Pyyntö on päättynyt. Työntekijä kertoi, ettet enää tarvitse apua. Voit aina palata."
        ),
    }[outcome].format(organisation=organisation)
