"""How a contact request looks to a worker. Made from a `Card`, which holds personal data only by a grant."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import views
from bot.core.consent import Reach
from bot.core.requests import Outcome, Side, State, Step, Urgency
from bot.i18n import current_locale, fill, html, ngettext
from bot.i18n import gettext as _
from bot.services.base import Services
from bot.services.caseload import Card


def text(card: Card, services: Services) -> Markup:
    """The card's message: what anybody in the organisation may know, and under a grant what the client shares."""
    catalog, zone = services.catalog, services.settings.zone
    offer = catalog.offers_by_id.get(card.offer_id or "")
    return views.joined(
        fill("<b>{title} #{number}</b>", title=_title(card), number=card.request_id),
        fill("<i>{offer}</i>", offer=offer.name.best(current_locale())) if offer else None,
        views.no_longer_offered(offer, catalog.organisation_of(offer)) if offer else None,
        fill(_("Saapunut {when}"), when=views.when(card.created_at, zone)),
        _late(card),
        _general(card, services) if card.state is State.OPEN else None,
        html(_state(card, zone)) if card.state is not State.OPEN else None,
        _personal(card, services),
    )


def _title(card: Card) -> str:
    return _("Uusi yhteydenottopyyntö") if card.state is State.OPEN else _("Yhteydenottopyyntö")


def _late(card: Card) -> Markup | None:
    """Said of a request that waits so long that others have been told."""
    if not card.waited:
        return None
    text = ngettext(
        "⏰ Kukaan ei ole ottanut tätä {count} työpäivään.",
        "⏰ Kukaan ei ole ottanut tätä {count} työpäivään.",
        card.waited,
    )
    return fill("<b>{text}</b>", text=text.format(count=card.waited))


def _general(card: Card, services: Services) -> Markup:
    areas = ", ".join(views.area_name(services.catalog, area) for area in card.areas)
    return views.joined(
        fill(_("Asia: {areas}"), areas=areas) if areas else None,
        html(_("Kiire: asiakas toivoo jonkun pian rinnalleen")) if card.urgency is Urgency.SOON else None,
        html(_("Toive: puhelu")) if card.wish is Reach.PHONE else html(_("Toive: viesti tämän botin kautta")),
        html(_("\nKun otat pyynnön, näet, mitä asiakas on halunnut kertoa.")),
    )


def _state(card: Card, zone: ZoneInfo) -> str:
    if card.state is State.WITHDRAWN:
        return _("Asiakas on perunut suostumuksen, tai se on päättynyt. Tiedot on poistettu tästä viestistä.")
    if card.state is State.CLOSED:
        return (
            _("Päättynyt: {outcome}.").format(outcome=outcome_name(card.outcome))
            if card.outcome
            else _("Päättynyt.")
        )
    if not card.own:
        return _("Tämän otti {name}.").format(name=card.taken_by or _("toinen työntekijä"))
    if card.state is State.CLOSING:
        return _closing(card, zone)
    if card.disputed and card.state is not State.CONTACTED:
        return _(
            "Asiakas kertoo, ettei yhteyttä ole vielä saatu. Yritä uudelleen ja merkitse, kun olette puhuneet."
        )
    return {
        State.ACCEPTED: _("Pyyntö on sinulla. Ota yhteyttä asiakkaaseen."),
        State.CONTACTED: _("Olet merkinnyt: yhteys saatu."),
        State.UNREACHABLE: _("Olet merkinnyt: ei tavoitettu. Asiakas tietää, että olet yrittänyt."),
    }[card.state]


def _closing(card: Card, zone: ZoneInfo) -> str:
    until = views.until(card.closes_at, zone) if card.closes_at else ""
    if card.closing_by is Side.CLIENT:
        return _(
            "Asiakas kertoo, ettei enää tarvitse tätä. Jos se sopii sinullekin, lopeta pyyntö. "
            "Muuten se päättyy itsestään {until}."
        ).format(until=until)
    return _(
        "Merkitsit: {outcome}. Asiakkaalta kysytään, sopiiko lopettaa. Jos hän ei vastaa, pyyntö päättyy {until}."
    ).format(outcome=outcome_name(card.outcome), until=until)


def _personal(card: Card, services: Services) -> Markup | None:
    if card.personal is None:
        return None
    personal = card.personal
    return views.joined(
        Markup("\n") + views.shared(personal.shared, services.catalog),
        fill(
            _("\n<i>Suostumus on voimassa {until} asti.</i>"),
            until=views.until(personal.valid_until, services.settings.zone),
        ),
        None
        if personal.chat_reaches
        else html(_("⚠️ Asiakas on sulkenut chatin. Viestit eivät nyt mene perille.")),
    )


def outcome_name(outcome: Outcome | None) -> str:
    return {
        Outcome.GOT_HELP: _("sai apua"),
        Outcome.REFERRED_ON: _("ohjattiin eteenpäin"),
        Outcome.NO_CAPACITY: _("meillä ei ole tilaa"),
        Outcome.NOT_RIGHT_PLACE: _("emme ole oikea paikka"),
        Outcome.NOT_INTERESTED: _("asiakas ei enää tarvitse"),
        None: "",
    }[outcome]


def keyboard(card: Card) -> InlineKeyboardMarkup | None:
    """Only what this worker may do now; it is checked again when pressed."""
    labels = {
        Step.ACCEPT: _("🙋 Otan tämän"),
        Step.CONTACTED: _("🤝 Yhteys saatu"),
        Step.UNREACHABLE: _("📵 Ei tavoitettu"),
        Step.WRITE: _("✍️ Kirjoita asiakkaalle"),
        Step.CLOSE: _("✔️ Lopeta pyyntö"),
        Step.REOPEN: _("↩️ Peru lopetus"),
    }
    rows = [
        [InlineKeyboardButton(label, callback_data=f"r:{step}:{card.request_id}")]
        for step, label in labels.items()
        if step in card.steps
    ]
    if Step.WRITE in card.steps:
        meet = InlineKeyboardButton(_("📅 Ehdota aikoja"), callback_data=f"a:open:{card.request_id}")
        rows.insert(-1, [meet])
    return InlineKeyboardMarkup(rows) if rows else None


def outcomes(request_id: int) -> InlineKeyboardMarkup:
    """How did it end? One press closes the request, another goes back."""
    rows = [
        [
            InlineKeyboardButton(
                outcome_name(outcome).capitalize(), callback_data=f"r:close:{request_id}:{outcome}"
            )
        ]
        for outcome in Outcome
    ]
    return InlineKeyboardMarkup(
        [*rows, [InlineKeyboardButton(_("⬅️ Takaisin"), callback_data=f"r:show:{request_id}")]]
    )
