"""Joining with an invitation, choosing the language, and help."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode

from bot.core.grants import Role
from bot.i18n import LANGUAGE_NAMES, LOCALES, current_locale, fill, set_locale
from bot.i18n import gettext as _
from bot.services import staff
from bot.services.staff import Refusal, Worker
from bot.staff.context import StaffContext, answer, change, for_presses, for_workers, not_linked, speak_to


async def on_start(update: Update, context: StaffContext) -> None:
    """`/start CODE` links a worker; `/start` alone greets one who is linked."""
    worker = await speak_to(update, context)
    chat, user = update.effective_chat, update.effective_user
    if chat is None or user is None:
        return
    if context.args:
        joined = await staff.redeem(context.services, context.args[0], user.id, current_locale())
        if isinstance(joined, Worker):
            await _greet(context, chat.id, joined)
        elif worker is not None:
            await _greet(context, chat.id, worker)
        else:
            await context.bot.send_message(chat.id, _refusal(joined))
    elif worker is not None:
        await _greet(context, chat.id, worker)
    else:
        await context.bot.send_message(chat.id, not_linked())


def _refusal(why: Refusal) -> str:
    return {
        Refusal.UNKNOWN: _(
            "Tämä kutsu ei kelpaa. Tarkista linkki tai pyydä uusi kutsu palvelun ylläpidolta."
        ),
        Refusal.EXPIRED: _("Tämä kutsu on vanhentunut. Pyydä uusi palvelun ylläpidolta."),
        Refusal.USED: _(
            "Tämä kutsu on jo käytetty. Jos et käyttänyt sitä itse, kerro siitä palvelun ylläpidolle."
        ),
    }[why]


def _welcome(role: Role) -> str:
    """What somebody in this role is there for, and what they see."""
    if role is Role.COORDINATOR:
        return _(
            "<b>Tervetuloa, {worker}!</b>\nOlet palvelun koordinaattori. Työpaikkasi: {organisation}.\n\n"
            "Saat tiedon, kun jonkin järjestön pyyntö odottaa liian kauan. Voit muistuttaa järjestöä tai kertoa "
            "asiakkaalle. Asiakkaiden tietoja et näe.\n\n"
            "/waiting näyttää, mitkä pyynnöt odottavat ottajaa.\n"
            "/mismatches näyttää, missä asiakas kertoo, ettei yhteyttä ole saatu.\n/language vaihtaa kielen."
        )
    if role is Role.CONTACT_PERSON:
        return _(
            "<b>Tervetuloa, {worker}!</b>\nOlet yhteyshenkilö: {organisation}.\n\n"
            "Saat tähän tiedon, kun joku pyytää yhteydenottoa, ja uudelleen, jos kukaan ei ota pyyntöä. "
            "Asiakkaan tiedot näet vasta, kun otat pyynnön, ja vain ne, joihin asiakas on antanut suostumuksen.\n\n"
            "/requests näyttää avoimet ja omat pyyntösi.\n/waiting näyttää, mitkä pyynnöt odottavat ottajaa.\n"
            "/mismatches näyttää, missä asiakas kertoo, ettei yhteyttä ole saatu.\n"
            "/enquiries näyttää nimettömät kysymykset.\n/language vaihtaa kielen."
        )
    return _(
        "<b>Tervetuloa, {worker}!</b>\nOlet mukana: {organisation}.\n\n"
        "Saat tähän tiedon, kun joku pyytää yhteydenottoa. Asiakkaan tiedot näet vasta, kun otat pyynnön, "
        "ja vain ne, joihin asiakas on antanut suostumuksen.\n\n"
        "/requests näyttää avoimet ja omat pyyntösi.\n/enquiries näyttää nimettömät kysymykset.\n"
        "/language vaihtaa kielen."
    )


async def _greet(context: StaffContext, chat_id: int, worker: Worker) -> None:
    organisation = context.services.catalog.organisations_by_id.get(worker.organisation_id)
    name = organisation.name.best(current_locale()) if organisation else worker.organisation_id
    text = fill(_welcome(worker.role), worker=worker.name, organisation=name)
    await context.bot.send_message(chat_id, text, parse_mode=ParseMode.HTML)


@for_workers
async def on_help(update: Update, context: StaffContext, worker: Worker) -> None:
    if update.effective_chat:
        await _greet(context, update.effective_chat.id, worker)


@for_workers
async def on_language(update: Update, context: StaffContext, worker: Worker) -> None:
    rows = [[InlineKeyboardButton(LANGUAGE_NAMES[locale], callback_data=f"l:{locale}")] for locale in LOCALES]
    if update.effective_chat:
        await context.bot.send_message(
            update.effective_chat.id, _("Millä kielellä jatketaan?"), reply_markup=InlineKeyboardMarkup(rows)
        )


@for_presses(*LOCALES)
async def on_language_chosen(update: Update, context: StaffContext, worker: Worker) -> None:
    query = update.callback_query
    if query is None or not query.data:
        return
    locale = query.data.partition(":")[2]
    await staff.speak(context.services, worker.id, locale)
    set_locale(locale)
    await answer(query, _("Kieli vaihdettu."))
    await change(query, _("Jatketaan tällä kielellä."))
