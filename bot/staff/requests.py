"""Contact requests in the worker's chat: accept, tell how it went, write a word. Rights are checked at every press."""

from __future__ import annotations

import re
from contextlib import suppress

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.core.grants import Role
from bot.core.requests import Outcome, State, Step
from bot.i18n import fill
from bot.i18n import gettext as _
from bot.services import caseload
from bot.services.caseload import Card
from bot.services.staff import Worker
from bot.staff import cards
from bot.staff.context import StaffContext, answer, change, for_presses, for_workers


async def take_away(bot: Bot, chat_id: int, message_id: int) -> None:
    """Delete a message; one too old for that (48 hours) loses its words instead."""
    try:
        await bot.delete_message(chat_id, message_id)
    except BadRequest:
        with suppress(BadRequest):  # gone already
            await bot.edit_message_text(_("Tämän viestin tiedot on poistettu."), chat_id, message_id)


async def show(context: StaffContext, chat_id: int, card: Card, worker: Worker) -> None:
    """Show the request as a new message, which from now on is the one kept up to date. The message before it goes:
    what a withdrawn consent must take away may stand in one place only."""
    if (earlier := await caseload.shown(context.services, worker.id, card.request_id)) is not None:
        await take_away(context.bot, chat_id, earlier)
    text = cards.text(card, context.services)
    message = await context.bot.send_message(
        chat_id, text, parse_mode=ParseMode.HTML, reply_markup=cards.keyboard(card), protect_content=True
    )
    await _remember(context, chat_id, card, worker, message.message_id)


async def refresh(
    update: Update, context: StaffContext, request_id: int, worker: Worker, *, closing: bool = False
) -> None:
    """Bring the pressed message up to date; from now on it is the one that is kept so."""
    card = await caseload.card(context.services, worker.id, request_id)
    query = update.callback_query
    if query is None or query.message is None or card is None:
        return
    markup = cards.outcomes(card.request_id) if closing else cards.keyboard(card)
    await change(query, cards.text(card, context.services), markup)
    await _remember(context, query.message.chat.id, card, worker, query.message.message_id)


async def _remember(context: StaffContext, chat_id: int, card: Card, worker: Worker, message_id: int) -> None:
    earlier = await caseload.remember_shown(context.services, worker.id, card, message_id)
    if earlier is not None:
        await take_away(context.bot, chat_id, earlier)


@for_workers
async def on_requests(update: Update, context: StaffContext, worker: Worker) -> None:
    """/requests: what waits and what is in this worker's hands."""
    if update.effective_chat is None:
        return
    found = await caseload.waiting_and_own(context.services, worker.id)
    if worker.role is Role.COORDINATOR:
        line = _("Koordinaattori ei ota pyyntöjä. /waiting näyttää, mitkä pyynnöt odottavat ottajaa.")
        await context.bot.send_message(update.effective_chat.id, line)
    elif not found:
        await context.bot.send_message(
            update.effective_chat.id, _("Nyt ei ole avoimia pyyntöjä. Kerron heti, kun uusi saapuu.")
        )
    for card in found:
        await show(context, update.effective_chat.id, card, worker)


@for_presses("show", *Step)
async def on_press(update: Update, context: StaffContext, worker: Worker) -> None:
    """A press on a card: `r:STEP:REQUEST[:OUTCOME]`. The button only says what is wished for."""
    query = update.callback_query
    if query is None or query.data is None:
        return
    step, request_id, outcome = _parse(query.data)
    before = await caseload.outline(context.services, worker.id, request_id)
    if before is None:
        await answer(query, _("Tätä pyyntöä ei enää ole."), alert=True)
        return
    asks_how = step == Step.CLOSE and outcome is None and Step.CLOSE in before.steps
    if step == "show" or asks_how:
        await answer(query)
        await refresh(update, context, request_id, worker, closing=asks_how)
    elif step == Step.WRITE:
        await _on_write(update, context, worker, request_id)
    else:
        await _on_step(update, context, worker, request_id, Step(step), outcome)


def _parse(data: str) -> tuple[str, int, Outcome | None]:
    _prefix, step, request_id, outcome = [*data.split(":"), "", "", ""][:4]
    return (
        step,
        number(request_id),
        Outcome(outcome) if outcome in set(Outcome) else None,
    )


def number(text: str) -> int:
    """An id as it stands in a button; 0, which nothing has, for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


async def _on_step(
    update: Update,
    context: StaffContext,
    worker: Worker,
    request_id: int,
    step: Step,
    outcome: Outcome | None,
) -> None:
    query = update.callback_query
    if query is None:
        return
    after, done = await caseload.take(context.services, worker.id, request_id, step, outcome)
    if after is None:
        await answer(query, _("Tätä pyyntöä ei enää ole."), alert=True)
        return
    line = _("Lopetus on peruttu.") if step is Step.REOPEN else _done(after)
    await answer(query, line if done else _not_done(after), alert=not done)
    await refresh(update, context, request_id, worker)


def _done(card: Card) -> str:
    return {
        State.ACCEPTED: _("Pyyntö on nyt sinulla. Asiakas saa siitä tiedon."),
        State.CONTACTED: _("Kiitos! Merkitsin yhteyden. Asiakas saa siitä tiedon."),
        State.UNREACHABLE: _("Merkitsin. Asiakas saa tietää, että olet yrittänyt."),
        State.CLOSING: _("Merkitsin. Kysyn vielä asiakkaalta, sopiiko lopettaa."),
    }.get(card.state, _("Pyyntö on lopetettu. Asiakas saa siitä tiedon."))


def _not_done(card: Card) -> str:
    if card.taken_by:
        return _("{name} ehti ensin. Hän hoitaa tämän.").format(name=card.taken_by)
    if card.state is State.WITHDRAWN:
        return _("Suostumus ei ole enää voimassa.")
    return _("Tämä on jo tehty.")


# --- a word through the bot


async def _on_write(update: Update, context: StaffContext, worker: Worker, request_id: int) -> None:
    query = update.callback_query
    if query is None or update.effective_chat is None:
        return
    if not await caseload.begin_writing(context.services, worker.id, request_id):
        await answer(query, _("Tälle asiakkaalle ei voi enää kirjoittaa."), alert=True)
        await refresh(update, context, request_id, worker)
        return
    await answer(query)
    await context.bot.send_message(
        update.effective_chat.id,
        fill(
            _(
                "Kirjoita nyt viesti asiakkaalle (pyyntö #{number}). Näet sen vielä, ennen kuin se lähtee.\n"
                "Esimerkki: Hei! Soitan sinulle huomenna kello 12 jälkeen."
            ),
            number=request_id,
        ),
        reply_markup=InlineKeyboardMarkup([[_button(_("Peru"), f"w:stop:{request_id}")]]),
    )


async def on_words(update: Update, context: StaffContext, worker: Worker) -> None:
    """Text is a message to a client if writing was begun; otherwise a kind line says what there is to do."""
    message = update.effective_message
    if message is None or message.text is None:
        return
    request_id = await caseload.draft(context.services, worker.id, message.text)
    if request_id is None:
        await message.reply_text(
            _("Kiitos viestistä. Asiakkaalle voit kirjoittaa pyynnön napista. /requests näyttää pyynnöt.")
        )
        return
    preview = fill(
        _("Tämä lähtee asiakkaalle:\n<blockquote>{words}</blockquote>"),
        words=message.text[: caseload.LONGEST_WORD],
    )
    await message.reply_text(
        preview,
        parse_mode=ParseMode.HTML,
        reply_markup=InlineKeyboardMarkup(
            [
                [_button(_("Lähetä"), f"w:send:{request_id}:{caseload.mark(message.text)}")],
                [_button(_("Peru"), f"w:stop:{request_id}")],
            ]
        ),
    )


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=data)


@for_presses("send", "stop")
async def on_word_press(update: Update, context: StaffContext, worker: Worker) -> None:
    """`w:send:REQUEST:MARK` or `w:stop:REQUEST` under the preview of a message."""
    query = update.callback_query
    if query is None or query.data is None:
        return
    _prefix, action, request_id, marked = [*query.data.split(":"), "", "", ""][:4]
    message = query.message
    sent = False
    if action == "send" and message is not None:
        press = f"{worker.id}:{message.message_id}"
        sent = await caseload.send_draft(context.services, worker.id, number(request_id), marked, press)
    else:
        await caseload.stop_writing(context.services, worker.id)
    line = _("Viesti lähtee asiakkaalle.") if sent else _("Viestiä ei lähetetty.")
    await answer(query, line)
    await change(query, line)


@for_workers
async def on_unknown_command(update: Update, context: StaffContext, worker: Worker) -> None:
    if update.effective_message is not None:
        await update.effective_message.reply_text(
            _("Tuota komentoa en tunne. /requests näyttää pyynnöt, /help ohjeen.")
        )


@for_workers
async def on_anything_else(update: Update, context: StaffContext, worker: Worker) -> None:
    """Pictures, voice and the like: kindly refused, nothing is kept."""
    if update.callback_query is not None:
        await answer(update.callback_query, _("Tuo nappi on vanhentunut."))
    elif update.effective_message is not None:
        await update.effective_message.reply_text(
            _("Osaan välittää vain tekstiä. En tallentanut tätä. /requests näyttää pyynnöt.")
        )
