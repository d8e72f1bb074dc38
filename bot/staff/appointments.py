"""Appointments in the worker's chat: times proposed with a few presses or typed, moved, cancelled, and whether the
client came. What is being put together is kept in the database, and rights are checked at every press."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from telegram import Update
from telegram.constants import ParseMode

from bot.core import appointments as rules
from bot.core import times
from bot.core.appointments import MINUTES, MOST_TIMES, Act, Attended, Draft, Step, Way
from bot.core.times import Unclear
from bot.i18n import gettext as _
from bot.services import appointment_desk as desk_of
from bot.services.appointment_desk import Desk
from bot.services.staff import Worker
from bot.staff import appointment_cards as cards
from bot.staff.context import StaffContext, answer, change, for_presses
from bot.staff.requests import number


@for_presses(
    *("open", "show", "day", "at", "enough", "less", "times", "words", "way", "skip", "minutes"),
    *("send", "stop", "move", "cancel", "came", "missed"),
)
async def on_press(update: Update, context: StaffContext, worker: Worker) -> None:
    """`a:open:REQUEST` on a request's card; everything else names the appointment: `a:ACTION:APPOINTMENT[:MORE]`."""
    query = update.callback_query
    if query is None or query.data is None or query.message is None:
        return
    _prefix, action, named, *more = [*query.data.split(":"), "", "", ""]
    if action == "open":
        await _open(update, context, worker, number(named))
        return
    desk = await desk_of.view(context.services, worker.id, number(named))
    if desk is None:
        await answer(query, _("Tätä tapaamista ei enää ole, tai pyyntö ei ole sinulla."), alert=True)
    elif action in {"send", "stop", "move", "cancel", "came", "missed"}:
        await _settle(update, context, worker, desk, action, more[0])
    elif action != "show" and desk.draft is None:
        await answer(query, _("Tuo nappi on vanhentunut."))
        await _show(update, context, desk)
    elif action == "day":
        await _day(update, context, desk, more[0])
    elif action == "at":
        await _at(update, context, worker, desk, more[0])
    else:
        await answer(query)
        after = await _edited(context, worker, desk, action, more[0]) if action != "show" else desk
        await _show(update, context, after or desk)


async def _open(update: Update, context: StaffContext, worker: Worker, request_id: int) -> None:
    """The appointment under way on a request, as a new message below its card."""
    query, chat = update.callback_query, update.effective_chat
    if query is None or chat is None:
        return
    desk = await desk_of.begin(context.services, worker.id, request_id)
    if desk is None:
        await answer(query, _("Tälle asiakkaalle ei voi enää ehdottaa aikoja."), alert=True)
        return
    await answer(query)
    await _say(context, chat.id, cards.screen(desk, context.services))


async def _say(context: StaffContext, chat_id: int, screen: cards.Screen) -> None:
    text, keyboard = screen
    await context.bot.send_message(chat_id, text, parse_mode=ParseMode.HTML, reply_markup=keyboard)


async def _show(update: Update, context: StaffContext, desk: Desk) -> None:
    if update.callback_query is not None:
        await change(update.callback_query, *cards.screen(desk, context.services))


async def _edited(context: StaffContext, worker: Worker, desk: Desk, action: str, what: str) -> Desk | None:
    """One press changes one thing."""
    changes: dict[str, Any] = {
        "enough": {"enough": True},
        "times": {"enough": False},
        "words": {"way": None, "where": None, "who": None, "bring": None},
    }

    def how(draft: Draft) -> Draft:
        if action in changes:
            return draft.model_copy(update=changes[action])
        if action == "less":
            return draft.model_copy(update={"times": draft.times[:-1]})
        if action == "way" and what in set(Way):
            return draft.model_copy(update={"way": Way(what), "where": None})
        if action == "skip" and draft.step == what and what in {Step.WHERE, Step.WHO, Step.BRING}:
            allowed = draft.step is not Step.WHERE or draft.way is Way.PHONE
            return draft.model_copy(update={what: ""}) if allowed else draft
        if action == "minutes" and what in map(str, MINUTES):
            return draft.model_copy(update={"minutes": int(what)})
        return draft

    return await desk_of.edit(context.services, worker.id, desk.meeting.id, how)


# --- times


def _moment(text: str, form: str, context: StaffContext) -> datetime | None:
    """A local moment as it stands in a button."""
    try:
        local = datetime.strptime(text, form)  # noqa: DTZ007 (the zone comes with the next line)
        return times.at(local.date(), local.time(), context.services.settings.zone)
    except ValueError:
        return None


async def _day(update: Update, context: StaffContext, desk: Desk, text: str) -> None:
    query, day = update.callback_query, _moment(text, cards.DAY, context)
    if query is None or desk.draft is None:
        return
    if day is None:
        await answer(query, _("Tuo nappi on vanhentunut."))
        return
    await answer(query)
    local = day.astimezone(context.services.settings.zone)
    await change(query, *cards.hours(desk, desk.draft, local, context.services))


async def _at(update: Update, context: StaffContext, worker: Worker, desk: Desk, text: str) -> None:
    query, moment = update.callback_query, _moment(text, cards.MOMENT, context)
    if query is None or desk.draft is None:
        return
    if moment is None:
        await answer(query, _("Tuo nappi on vanhentunut."))
    elif moment <= context.services.clock():
        await answer(query, _("Tämä aika on jo mennyt."), alert=True)
    elif len({*desk.draft.times, moment}) > MOST_TIMES:
        await answer(query, cards.too_many(), alert=True)
    else:
        await answer(query)
        desk = await _with_times(context, worker, desk, [moment]) or desk
    await _show(update, context, desk)


async def _with_times(
    context: StaffContext, worker: Worker, desk: Desk, moments: list[datetime]
) -> Desk | None:
    """With all three there is nothing more to ask."""

    def how(draft: Draft) -> Draft:
        fuller = draft.with_times(moments)
        return fuller.model_copy(update={"enough": len(fuller.times) >= MOST_TIMES})

    return await desk_of.edit(context.services, worker.id, desk.meeting.id, how)


# --- words


async def on_words(update: Update, context: StaffContext, worker: Worker, appointment_id: int) -> None:
    """Text that was asked for: times, or one of the words."""
    message, services = update.effective_message, context.services
    if message is None or message.text is None:
        return
    desk = await desk_of.view(services, worker.id, appointment_id)
    if desk is None or desk.draft is None:
        await desk_of.drop(services, worker.id, appointment_id)
        await message.reply_text(
            _("Tälle asiakkaalle ei voi enää ehdottaa aikoja. /requests näyttää pyynnöt.")
        )
        return
    step = desk.draft.step
    if step is Step.TIMES:
        await _typed_times(update, context, worker, desk, message.text)
        return
    words = rules.shorten(message.text)
    if step is Step.WHERE and desk.draft.way is Way.VIDEO and not rules.looks_like_link(words):
        await message.reply_text(_("Tämä ei näytä linkiltä. Linkki alkaa https:// ja siinä ei ole välejä."))
        return
    if step in {Step.WHERE, Step.WHO, Step.BRING}:
        after = await desk_of.edit(
            services,
            worker.id,
            appointment_id,
            lambda draft: draft.model_copy(update={step: words}) if draft.step is step else draft,
        )
        await _say(context, message.chat_id, cards.screen(after or desk, services))


async def _typed_times(update: Update, context: StaffContext, worker: Worker, desk: Desk, text: str) -> None:
    message, services = update.effective_message, context.services
    if message is None or desk.draft is None:
        return
    zone = services.settings.zone
    try:
        moments = times.read(text, services.clock(), zone)
    except Unclear as unclear:
        await message.reply_text(cards.unclear(unclear.problem, services))
        return
    if len({*desk.draft.times, *moments}) > MOST_TIMES:
        await message.reply_text(cards.too_many())
        return
    asked = [moment for moment in moments if rules.is_unusual(moment, zone)]
    usual = [moment for moment in moments if moment not in asked]
    if usual:
        desk = await _with_times(context, worker, desk, usual) or desk
    screen = cards.unusual(desk, asked, services) if asked else cards.screen(desk, services)
    await _say(context, message.chat_id, screen)


# --- what the client learns


async def _settle(
    update: Update, context: StaffContext, worker: Worker, desk: Desk, action: str, more: str
) -> None:
    query, services, appointment_id = update.callback_query, context.services, desk.meeting.id
    if query is None:
        return
    if action == "cancel" and more != "yes" and Act.CANCEL in desk.meeting.acts:
        await answer(query)
        await change(query, *cards.sure(desk, services))
        return
    if action == "stop":
        await desk_of.drop(services, worker.id, appointment_id)
        await answer(query, line := _("Aikoja ei ehdotettu."))
        await change(query, line)
        return
    done, line = await _do(context, worker, desk, action, more)
    await answer(
        query, line if done else _("Tätä ei voi enää tehdä. Katso, miten asia on nyt."), alert=not done
    )
    after = await desk_of.view(services, worker.id, appointment_id)
    if after is not None:
        await _show(update, context, after)


async def _do(context: StaffContext, worker: Worker, desk: Desk, action: str, more: str) -> tuple[bool, str]:
    services, appointment_id = context.services, desk.meeting.id
    if action == "send":
        sent = await desk_of.propose(services, worker.id, appointment_id, more)
        return sent, _("Ajat lähtevät asiakkaalle. Kerron heti, kun hän vastaa.")
    if action == "move":
        moving = await desk_of.begin_moving(services, worker.id, appointment_id)
        return moving is not None, _("Entinen aika on voimassa, kunnes lähetät uudet.")
    if action == "cancel":
        cancelled = await desk_of.cancel(services, worker.id, appointment_id)
        return cancelled, _("Aika on peruttu. Asiakas saa siitä tiedon.")
    attended = Attended(action)
    marked = await desk_of.mark(services, worker.id, appointment_id, attended)
    line = {
        Attended.CAME: _("Hyvä! Merkitsin, että asiakas tuli."),
        Attended.MISSED: _("Merkitsin. Asiakas saa ystävällisen viestin ja voi toivoa uutta aikaa."),
    }[attended]
    return marked is not None, line
