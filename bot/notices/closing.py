"""What the courier says about the end of a request, to the client and to the worker who has it."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import views
from bot.core.requests import CLOSES_AFTER, IN_HAND, Outcome, Side, State
from bot.db.tables import Client, ContactRequest, OutboxMessage, Staff
from bot.i18n import fill, html
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.notices.notice import Notice, button, consented
from bot.services import caseload
from bot.services.base import Services
from bot.services.closing import stamp
from bot.services.subjects import Subject


async def asked(services: Services, row: OutboxMessage, client: Client) -> Notice | None:
    """The worker says that it is over: does that suit the client? Nothing is asked twice, and not of what has gone on
    meanwhile."""
    about = await consented(services, row, client)
    request = about.request if about else None
    if about is None or request is None or request.state != State.CLOSING or request.closing_at is None:
        return None
    question = (row.detail or {})["asked"]
    if request.closing_by != Side.WORKER or stamp(request.closing_at) != question:
        return None
    organisation = organisation_name(services.catalog, request.organisation_id)
    text = views.joined(
        fill(
            _said(request.outcome),
            who=f"{about.worker.name} ({organisation})" if about.worker else organisation,
        ),
        fill(_("\n<b>Sopiiko, että tämä pyyntö päättyy?</b>")),
        fill(
            _("\n<i>Jos et vastaa, se päättyy {until}. Voit pyytää apua uudelleen, milloin haluat.</i>"),
            until=views.until(request.closing_at + CLOSES_AFTER, services.settings.zone),
        ),
    )
    rows = [
        button(_("✅ Kyllä, se sopii"), f"matter:end:{request.id}:{question}"),
        button(_("Ei, tarvitsen vielä apua"), f"matter:on:{request.id}:{question}"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows))


def _said(outcome: str | None) -> str:
    return {
        str(Outcome.GOT_HELP): _("{who} kertoo, että olet saanut apua."),
        str(Outcome.REFERRED_ON): _("{who} kertoo, että sinut on ohjattu eteenpäin."),
        str(Outcome.NOT_INTERESTED): _("{who} kertoo, ettet enää tarvitse tätä."),
    }.get(outcome or "", _("{who} kertoo, että tämä pyyntö voisi päättyä."))


def goes_on(about: Subject) -> Notice | None:
    """The worker has taken back what the client was asked."""
    request = about.request
    if request is None or request.state not in IN_HAND - {State.CLOSING}:
        return None
    text = _(
        "Pyyntösi jatkuu. Työntekijä oli merkinnyt sen päättyneeksi vahingossa. Sinun ei tarvitse tehdä mitään."
    )
    return Notice(html(text), InlineKeyboardMarkup([button(_("Avaa pyyntö"), f"go:request:{request.id}")]))


def was_it_so(request: ContactRequest) -> list[list[InlineKeyboardButton]]:
    """Below the news that the worker has been in touch: the client's own word for it."""
    rows = [
        button(_("Kukaan ei ole ottanut yhteyttä"), f"matter:nobody:{request.id}"),
        button(_("Avaa pyyntö"), f"go:request:{request.id}"),
    ]
    if request.disputed_at is not None:
        rows.insert(0, button(_("✅ Kyllä, minuun otettiin yhteyttä"), f"matter:called:{request.id}"))
    return rows


def ran_out(told: str, about: Subject) -> Notice:
    """It has closed because nobody answered; the client may have wanted to."""
    assert about.request is not None
    text = (
        html(told)
        if about.request.closing_by == Side.CLIENT
        else fill(
            _(
                "Pyyntösi on nyt päättynyt, koska en saanut sinulta vastausta. Se ei haittaa. "
                "Jos tarvitset vielä apua, voit pyytää yhteydenottoa uudelleen."
            )
        )
    )
    rows = [
        button(_("🔎 Etsitään apua"), "go:find"),
        button(_("Avaa pyyntö"), f"go:request:{about.request.id}"),
    ]
    return Notice(text, InlineKeyboardMarkup(rows))


async def told(services: Services, row: OutboxMessage, worker: Staff) -> Notice | None:
    """What became of the end, to the worker who has the request; nothing personal is in it."""
    card = await caseload.outline(services, worker.id, row.request_id or 0)
    news = (row.detail or {})["news"]
    if card is None or not card.own:
        return None
    show = button(_("Näytä pyyntö"), f"r:show:{card.request_id}")
    if news == "over" and card.state is State.CLOSING and card.closing_by is Side.CLIENT and card.closes_at:
        text = fill(
            _(
                "Pyyntö #{number}: asiakas kertoo, ettei enää tarvitse tätä. Jos se sopii sinullekin, lopeta pyyntö. "
                "Muuten se päättyy itsestään {until}."
            ),
            number=card.request_id,
            until=views.until(card.closes_at, services.settings.zone),
        )
        close = button(_("✔️ Lopeta pyyntö"), f"r:close:{card.request_id}")
        return Notice(text, InlineKeyboardMarkup([close, show]))
    if news == "needs" and card.state in IN_HAND - {State.CLOSING}:
        text = fill(
            _("Pyyntö #{number}: asiakas tarvitsee vielä apua. Pyyntö on taas sinulla. Ota häneen yhteyttä."),
            number=card.request_id,
        )
        return Notice(text, InlineKeyboardMarkup([show]))
    if news == "ran_out" and card.state is State.CLOSED:
        text = fill(
            _("Pyyntö #{number} on päättynyt, koska vastausta ei tullut. Asiakas saa siitä tiedon."),
            number=card.request_id,
        )
        return Notice(text)
    return None
