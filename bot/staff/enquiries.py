"""Anonymous enquiries in the worker's chat: answer, end, block. Rights are checked at every press."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode

from bot.i18n import fill
from bot.i18n import gettext as _
from bot.services import appointment_desk, caseload, enquiry_desk
from bot.services.enquiry_desk import Card, Sent
from bot.services.staff import Worker
from bot.staff import appointments, enquiry_cards, requests
from bot.staff.context import StaffContext, answer, change, for_presses, for_workers
from bot.staff.requests import number, take_away


async def show(context: StaffContext, chat_id: int, card: Card, worker: Worker) -> None:
    """Show the enquiry as a new message, which from now on is the one kept up to date; the one before it goes."""
    if (earlier := await enquiry_desk.shown(context.services, worker.id, card.enquiry_id)) is not None:
        await take_away(context.bot, chat_id, earlier)
    message = await context.bot.send_message(
        chat_id,
        enquiry_cards.text(card, context.services),
        parse_mode=ParseMode.HTML,
        reply_markup=enquiry_cards.keyboard(card),
        protect_content=True,
    )
    await _remember(context, chat_id, card, worker, message.message_id)


async def _remember(context: StaffContext, chat_id: int, card: Card, worker: Worker, message_id: int) -> None:
    earlier = await enquiry_desk.remember_shown(context.services, worker.id, card, message_id)
    if earlier is not None:
        await take_away(context.bot, chat_id, earlier)


async def _refresh(
    update: Update, context: StaffContext, worker: Worker, enquiry_id: int, sure: str | None = None
) -> None:
    """Bring the pressed message up to date, or have it ask whether one is `sure`."""
    query = update.callback_query
    card = await enquiry_desk.card(context.services, worker.id, enquiry_id)
    if query is None or query.message is None or card is None:
        return
    if sure:
        await change(query, *enquiry_cards.sure(card, sure))
    else:
        await change(query, enquiry_cards.text(card, context.services), enquiry_cards.keyboard(card))
    await _remember(context, query.message.chat.id, card, worker, query.message.message_id)


@for_workers
async def on_enquiries(update: Update, context: StaffContext, worker: Worker) -> None:
    """/enquiries: what has not ended, that which waits for an answer first."""
    if update.effective_chat is None:
        return
    found = await enquiry_desk.going_on(context.services, worker.id)
    if not found:
        await context.bot.send_message(
            update.effective_chat.id, _("Nyt ei ole nimettömiä kysymyksiä. Kerron heti, kun uusi saapuu.")
        )
    for card in found:
        await show(context, update.effective_chat.id, card, worker)


@for_presses("show", "answer", "send", "stop", "end", "block", "unblock")
async def on_press(update: Update, context: StaffContext, worker: Worker) -> None:
    """A press on a card, `e:STEP:ENQUIRY[:yes]`, or on a preview, `e:send:ENQUIRY:MARK:LAST` and `e:stop:ENQUIRY`."""
    query = update.callback_query
    if query is None or query.data is None:
        return
    _prefix, step, enquiry, *more = [*query.data.split(":"), "", "", ""]
    enquiry_id = number(enquiry)
    card = await enquiry_desk.card(context.services, worker.id, enquiry_id)
    if card is None:
        await answer(query, _("Tätä kysymystä ei enää ole."), alert=True)
    elif step == "answer":
        await _on_answer(update, context, worker, card)
    elif step == "send":
        await _on_send(update, context, worker, enquiry_id, more[0], number(more[1]))
    elif step == "stop":
        await enquiry_desk.stop(context.services, worker.id)
        await answer(query, line := _("Vastausta ei lähetetty."))
        await change(query, line)
    elif step in {"end", "block"} and more[0] != "yes":
        await answer(query)
        possible = card.live if step == "end" else card.can_block
        await _refresh(update, context, worker, enquiry_id, sure=step if possible else None)
    elif step in {"end", "block", "unblock"}:
        await _on_done(update, context, worker, enquiry_id, step)
    else:
        await answer(query)
        await _refresh(update, context, worker, enquiry_id)


async def _on_done(update: Update, context: StaffContext, worker: Worker, enquiry_id: int, step: str) -> None:
    query = update.callback_query
    if query is None:
        return
    act, line = {
        "end": (enquiry_desk.end, _("Keskustelu on lopetettu. Kysyjä saa siitä tiedon.")),
        "block": (enquiry_desk.block, _("Kysyjä on estetty. Voit perua eston napista.")),
        "unblock": (enquiry_desk.unblock, _("Esto on peruttu.")),
    }[step]
    done = await act(context.services, worker.id, enquiry_id)
    await answer(query, line if done else _("Tämä on jo tehty."), alert=not done)
    await _refresh(update, context, worker, enquiry_id)


# --- an answer


async def _on_answer(update: Update, context: StaffContext, worker: Worker, card: Card) -> None:
    query = update.callback_query
    if query is None or update.effective_chat is None:
        return
    begun = await enquiry_desk.begin(context.services, worker.id, card.enquiry_id)
    now = await enquiry_desk.card(context.services, worker.id, card.enquiry_id)
    if not begun:
        name = now.answering if now and now.live and not now.own else None
        line = _("{name} kirjoittaa juuri vastausta.").format(name=name) if name else None
        await answer(query, line or _("Tähän ei voi enää vastata."), alert=True)
        await _refresh(update, context, worker, card.enquiry_id)
        return
    await answer(query)
    await context.bot.send_message(
        update.effective_chat.id,
        fill(
            _(
                "Kirjoita nyt vastaus ({alias}). Näet sen vielä ennen kuin se lähtee. Kysyjä näkee nimesi.\n"
                "Älä pyydä häneltä nimeä tai puhelinnumeroa: jos hän haluaa yhteydenoton, hän voi pyytää sitä napista."
            ),
            alias=card.alias,
        ),
        reply_markup=InlineKeyboardMarkup([[_button(_("Peru"), f"e:stop:{card.enquiry_id}")]]),
    )


@for_workers
async def on_text(update: Update, context: StaffContext, worker: Worker) -> None:
    """Text is an answer if one was begun; otherwise it may belong to an appointment or a contact request."""
    message = update.effective_message
    if message is None or message.text is None:
        return
    if (meeting := appointment_desk.typing(worker)) is not None:
        await appointments.on_words(update, context, worker, meeting)
        return
    if worker.writing_enquiry is None:
        await requests.on_words(update, context, worker)
        return
    card = await enquiry_desk.draft(context.services, worker.id, message.text)
    if card is None:
        await message.reply_text(_("Tähän ei voi enää vastata. /enquiries näyttää nimettömät kysymykset."))
        return
    await message.reply_text(
        _preview(message.text), parse_mode=ParseMode.HTML, reply_markup=_under_preview(card, message.text)
    )


def _preview(words: str) -> str:
    return fill(
        _("Tämä lähtee kysyjälle:\n<blockquote>{words}</blockquote>"),
        words=words[: caseload.LONGEST_WORD],
    )


def _under_preview(card: Card, words: str) -> InlineKeyboardMarkup:
    send = f"e:send:{card.enquiry_id}:{caseload.mark(words)}:{card.last}"
    return InlineKeyboardMarkup(
        [[_button(_("Lähetä"), send)], [_button(_("Peru"), f"e:stop:{card.enquiry_id}")]]
    )


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=data)


async def _on_send(
    update: Update, context: StaffContext, worker: Worker, enquiry_id: int, marked: str, last: int
) -> None:
    """When somebody has written since the preview, that is shown first and the same words are offered once more."""
    query, chat = update.callback_query, update.effective_chat
    if query is None or query.message is None or chat is None:
        return
    press = f"{worker.id}:{query.message.message_id}"
    sent = await enquiry_desk.send(context.services, worker.id, enquiry_id, marked, last, press)
    card = await enquiry_desk.card(context.services, worker.id, enquiry_id)
    if sent is Sent.LOOK_FIRST and card is not None and worker.draft:
        await answer(query, _("Keskusteluun on tullut uutta. Katso se ensin."), alert=True)
        await show(context, chat.id, card, worker)
        await query.delete_message()
        await context.bot.send_message(
            chat.id,
            _preview(worker.draft),
            parse_mode=ParseMode.HTML,
            reply_markup=_under_preview(card, worker.draft),
        )
        return
    line = _("Vastaus lähtee kysyjälle.") if sent is Sent.SENT else _("Vastausta ei lähetetty.")
    await answer(query, line)
    await change(query, line)
