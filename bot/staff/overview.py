"""What a contact person and a coordinator see of the whole: requests that wait, and stories that do not fit."""

from __future__ import annotations

from markupsafe import Markup
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode

from bot import views
from bot.core import rescue as rules
from bot.core.rescue import Reached
from bot.i18n import fill, html, ngettext
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import mismatches, rescue
from bot.services.base import Services
from bot.services.mismatches import Mismatch
from bot.services.rescue import Waiting
from bot.services.staff import Worker
from bot.staff.context import StaffContext, answer, change, for_presses, for_workers
from bot.staff.requests import number

MOST_BUTTONS = 10


def line(services: Services, one: Waiting) -> Markup:
    """One request that waits: whose, since when, and who knows."""
    days = ngettext("{count} työpäivä", "{count} työpäivää", one.days).format(count=one.days)
    reached = {
        Reached.NOBODY: None,
        Reached.CONTACT_PERSON: _("yhteyshenkilö tietää"),
        Reached.COORDINATOR: _("koordinaattori tietää"),
        Reached.CLIENT: _("asiakkaalle on kerrottu"),
    }[one.reached]
    whose = None if one.own else organisation_name(services.catalog, one.organisation_id)
    parts = [f"#{one.request_id}", whose, days, reached]
    return fill("{line}", line=" · ".join(part for part in parts if part))


def keyboard(one: Waiting) -> InlineKeyboardMarkup:
    """What a coordinator can do about one request."""
    rows = [[InlineKeyboardButton(_("🔔 Muistuta järjestöä"), callback_data=f"q:remind:{one.request_id}")]]
    if rules.may_tell_client(one.reached):
        tell = _("💬 Kerro asiakkaalle nyt")
        rows.append([InlineKeyboardButton(tell, callback_data=f"q:tell:{one.request_id}")])
    return InlineKeyboardMarkup(rows)


@for_workers
async def on_waiting(update: Update, context: StaffContext, worker: Worker) -> None:
    """/waiting: what nobody has taken yet."""
    if update.effective_chat is None:
        return
    services, found = context.services, await rescue.waiting(context.services, worker.id)
    rows: list[list[InlineKeyboardButton]] = []
    if found is None:
        text = html(_not_yours())
    elif not found:
        text = html(_("Yksikään pyyntö ei odota ottajaa."))
    else:
        text = views.joined(
            fill(_("<b>Ottajaa odottavat pyynnöt</b>\n")), *(line(services, one) for one in found)
        )
        rows = [
            [
                InlineKeyboardButton(
                    _("Pyyntö #{number}").format(number=one.request_id),
                    callback_data=f"{'r' if one.own else 'q'}:show:{one.request_id}",
                )
            ]
            for one in found[:MOST_BUTTONS]
        ]
    markup = InlineKeyboardMarkup(rows) if rows else None
    await context.bot.send_message(
        update.effective_chat.id, text, parse_mode=ParseMode.HTML, reply_markup=markup
    )


def _not_yours() -> str:
    return _("Tämä lista on yhteyshenkilöille ja koordinaattoreille. /requests näyttää pyynnöt.")


@for_workers
async def on_mismatches(update: Update, context: StaffContext, worker: Worker) -> None:
    """/mismatches: the worker says contacted, the client says that nobody called."""
    if update.effective_chat is None:
        return
    found = await mismatches.listed(context.services, worker.id)
    if found is None:
        text = html(_not_yours())
    elif not found:
        text = html(_("Tällä listalla ei ole nyt mitään."))
    else:
        text = views.joined(
            fill(_("<b>Asiakkaan mukaan yhteyttä ei ole saatu</b>\n")),
            *(_mismatch(context.services, one) for one in found),
        )
    await context.bot.send_message(update.effective_chat.id, text, parse_mode=ParseMode.HTML)


def _mismatch(services: Services, one: Mismatch) -> Markup:
    day = views.until(one.since, services.settings.zone)
    return fill(
        "#{number} · {who} · {day}",
        number=one.request_id,
        who=one.worker or organisation_name(services.catalog, one.organisation_id),
        day=day,
    )


@for_presses("show", "remind", "tell")
async def on_press(update: Update, context: StaffContext, worker: Worker) -> None:
    """`q:ACTION:REQUEST`, for coordinators; who presses is looked up anew, and what is left to do as well."""
    query = update.callback_query
    if query is None or query.data is None:
        return
    _prefix, action, request_id = [*query.data.split(":"), "", ""][:3]
    services, chosen = context.services, number(request_id)
    before = await rescue.one(services, worker.id, chosen)
    if before is None or before.own:
        await answer(query, _("Tämä pyyntö ei enää odota ottajaa."), alert=True)
        return
    if action == "remind":
        done = await rescue.remind(services, worker.id, chosen)
        said = _("Muistutus lähtee.") if done else _("Järjestössä ei ole nyt ketään, jota muistuttaa.")
    elif action == "tell":
        done = await rescue.tell_client(services, worker.id, chosen)
        said = _("Asiakas saa tiedon.") if done else _("Järjestöllä on vielä aikaa ottaa pyyntö.")
    else:
        done, said = True, None
    await answer(query, said, alert=not done)
    after = await rescue.one(services, worker.id, chosen)
    if after is not None:
        await change(query, line(services, after), keyboard(after))
