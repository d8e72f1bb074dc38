"""What a staff handler is handed: the services, and who is asking, looked up anew each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any

from telegram import CallbackQuery, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import Application, CallbackContext, ExtBot

from bot.i18n import from_language_code, set_locale
from bot.i18n import gettext as _
from bot.services import staff
from bot.services.base import Services
from bot.services.staff import Worker


class StaffContext(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """PTB's context with our services, which `bot/app.py` puts into `bot_data` when it builds the application."""

    @property
    def services(self) -> Services:
        services: Services = self.bot_data["services"]
        return services


StaffApplication = Application[Any, StaffContext, Any, Any, Any, Any]
Handler = Callable[[Update, StaffContext], Coroutine[Any, Any, None]]


def for_workers(handler: Callable[[Update, StaffContext, Worker], Awaitable[None]]) -> Handler:
    """Only linked workers get further; anybody else gets a kind line and nothing else."""

    @wraps(handler)
    async def checked(update: Update, context: StaffContext) -> None:
        worker = await speak_to(update, context)
        if worker is not None:
            await handler(update, context, worker)
        elif update.callback_query is not None:
            await answer(update.callback_query, not_linked(), alert=True)
        elif update.effective_chat is not None:
            await context.bot.send_message(update.effective_chat.id, not_linked())

    return checked


def for_presses(
    *actions: str,
) -> Callable[[Callable[[Update, StaffContext, Worker], Awaitable[None]]], Press]:
    """For buttons `PREFIX:ACTION[:…]`: linked workers alone get further, and with these actions alone. What a handler
    does not name here it cannot do, so tests/staff/test_matrix.py knows every button there is."""

    def decorate(handler: Callable[[Update, StaffContext, Worker], Awaitable[None]]) -> Press:
        @wraps(handler)
        async def known(update: Update, context: StaffContext, worker: Worker) -> None:
            query = update.callback_query
            if query is None:
                return
            if [*(query.data or "").split(":"), ""][1] in actions:
                await handler(update, context, worker)
            else:
                await answer(query, _("Tuo nappi on vanhentunut."))

        return Press(for_workers(known), frozenset(actions))

    return decorate


@dataclass(frozen=True)
class Press:
    """A handler of buttons, with the actions that it takes."""

    handler: Handler
    actions: frozenset[str]

    def __call__(self, update: Update, context: StaffContext) -> Coroutine[Any, Any, None]:
        return self.handler(update, context)


async def speak_to(update: Update, context: StaffContext) -> Worker | None:
    """Who is asking, if a linked worker; from here on they are spoken to in their language."""
    user = update.effective_user
    worker = await staff.worker(context.services, user.id) if user else None
    default = context.services.settings.default_locale
    set_locale(worker.locale if worker else from_language_code(user.language_code if user else None, default))
    return worker


async def answer(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """Answer a press. One that has waited too long cannot be answered any more, and is handled all the same."""
    with suppress(BadRequest):
        await query.answer(text, show_alert=alert)


async def change(query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
    """Change the message under a press; one that says so already stays as it is."""
    try:
        await query.edit_message_text(text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
    except BadRequest as error:
        if "not modified" not in str(error):
            raise


def not_linked() -> str:
    return _(
        "Hei! Tämä on järjestöjen työntekijöiden botti. Pääset mukaan kutsulinkillä, jonka saat palvelun ylläpidolta."
    )
