"""The staff bot put together: python-telegram-bot's application with our handlers."""

from __future__ import annotations

import structlog
from telegram import BotCommand, Update
from telegram.constants import ChatType
from telegram.error import Forbidden
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.i18n import gettext as _
from bot.i18n import speaking
from bot.limits import PatientRateLimiter
from bot.services import staff
from bot.services.base import Services
from bot.staff import appointments, claims, enquiries, figures, joining, overview, requests
from bot.staff.context import StaffApplication, StaffContext, answer

log = structlog.get_logger()

READ_TIMEOUT = 20
"""Seconds; python-telegram-bot's own five are too few on a bad day."""


def build_application(token: str, api: str, services: Services) -> StaffApplication:
    """An application without an updater: updates are fed to it by `bot/updates.py`, which confirms them after."""
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api.rstrip('/')}/bot")
        .base_file_url(f"{api.rstrip('/')}/file/bot")
        .context_types(ContextTypes(context=StaffContext))
        .read_timeout(READ_TIMEOUT)
        .rate_limiter(PatientRateLimiter())
        .job_queue(None)
        .updater(None)
        .build()
    )
    application.bot_data["services"] = services
    private = filters.ChatType.PRIVATE
    application.add_handlers(
        [
            CommandHandler("start", joining.on_start, private),
            CommandHandler(["requests", "pyynnot", "begaran"], requests.on_requests, private),
            CommandHandler(["enquiries", "kysymykset", "fragor"], enquiries.on_enquiries, private),
            CommandHandler(["waiting", "odottavat", "vantar"], overview.on_waiting, private),
            CommandHandler(["mismatches", "ristiriidat", "oklart"], overview.on_mismatches, private),
            CommandHandler(["figures", "luvut", "siffror"], figures.on_figures, private),
            CommandHandler(["code", "koodi", "kod"], claims.on_code, private),
            CommandHandler(["language", "kieli", "sprak"], joining.on_language, private),
            CommandHandler(["help", "apua", "hjalp"], joining.on_help, private),
            CallbackQueryHandler(requests.on_press, r"^r:"),
            CallbackQueryHandler(requests.on_word_press, r"^w:"),
            CallbackQueryHandler(appointments.on_press, r"^a:"),
            CallbackQueryHandler(enquiries.on_press, r"^e:"),
            CallbackQueryHandler(overview.on_press, r"^q:"),
            CallbackQueryHandler(figures.on_press, r"^f:"),
            CallbackQueryHandler(joining.on_language_chosen, r"^l:"),
            CallbackQueryHandler(requests.on_anything_else),
            ChatMemberHandler(on_membership, ChatMemberHandler.MY_CHAT_MEMBER),
            MessageHandler(private & filters.Regex(claims.LOOKS_LIKE_CODE), claims.on_typed_code),
            MessageHandler(private & filters.TEXT & ~filters.COMMAND, enquiries.on_text),
            MessageHandler(private & filters.COMMAND, requests.on_unknown_command),
            MessageHandler(private & ~filters.StatusUpdate.ALL, requests.on_anything_else),
        ]
    )
    application.add_error_handler(on_error)
    return application


async def set_commands(application: StaffApplication) -> None:
    for locale, code in (("fi", None), ("fi", "fi"), ("sv", "sv"), ("en", "en")):
        with speaking(locale):
            commands = [
                BotCommand("requests", _("Avoimet ja omat pyynnöt")),
                BotCommand("enquiries", _("Nimettömät kysymykset")),
                BotCommand("figures", _("Luvut ja palaute")),
                BotCommand("code", _("Syötä asiakkaan koodi")),
                BotCommand("language", _("Vaihda kieli")),
                BotCommand("help", _("Ohje")),
            ]
        await application.bot.set_my_commands(commands, language_code=code)


async def on_membership(update: Update, context: StaffContext) -> None:
    """A worker has blocked or unblocked the bot. What happens in groups is no concern of ours."""
    change = update.my_chat_member
    if change is not None and change.chat.type == ChatType.PRIVATE:
        reachable = change.new_chat_member.status == change.new_chat_member.MEMBER
        await staff.chat_reachable(context.services, change.from_user.id, reachable)


async def on_error(update: object, context: StaffContext) -> None:
    """Something of ours broke: it is logged without a word of what was said, and the worker is told."""
    if not isinstance(update, Update) or update.effective_chat is None:
        log.error("staff bot failed", exc_info=context.error)
        return
    if isinstance(context.error, Forbidden):
        await staff.chat_reachable(context.services, update.effective_chat.id, False)
        return
    log.error("staff update failed", update_id=update.update_id, exc_info=context.error)
    if update.callback_query is not None:
        await answer(update.callback_query)
    await context.bot.send_message(
        update.effective_chat.id, _("Anteeksi, jokin meni rikki. Yritä hetken päästä uudelleen: /requests")
    )
