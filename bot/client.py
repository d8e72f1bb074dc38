"""The client bot put together: languages, commands, the first look for danger, dialogs, and no press unanswered."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import BaseRequestMiddleware
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ChatMemberStatus, ChatType, ParseMode
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.filters import Command, CommandStart, ExceptionTypeFilter
from aiogram.methods import AnswerCallbackQuery, Response
from aiogram.types import (
    BotCommand,
    CallbackQuery,
    ChatMemberUpdated,
    ErrorEvent,
    InaccessibleMessage,
    LinkPreviewOptions,
    Message,
    TelegramObject,
    Update,
)
from aiogram_dialog import DialogManager, ShowMode, StartMode, setup_dialogs
from aiogram_dialog.api.entities import stack
from aiogram_dialog.api.exceptions import DialogStackOverflow, OutdatedIntent, UnknownIntent, UnknownState
from aiogram_dialog.utils import REPLY_CALLBACK_SYMBOLS

import dialogs
from bot.core.window import Window
from bot.db.dialog_state import DialogStorage
from bot.i18n import from_language_code, set_locale, speaking
from bot.i18n import gettext as _
from bot.limits import LONGEST_WAIT
from bot.services import clients
from bot.services.base import Services
from dialogs import (
    appointments,
    claim,
    closing,
    crisis,
    doors,
    matters,
    states,
    stopping,
    text_messages,
    tidy,
    welcome,
    withdrawal,
)
from dialogs.common import go_home, recall, remember

log = structlog.get_logger()

DANGER, DISTRESS = 2, 1
MANY = 1000
Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


stack.new_id = lambda: secrets.token_urlsafe(6)
"""aiogram-dialog's own ids are the second and a number below 100: of two dialogs opened within a second, one in a
hundred took the other's place."""


class PatientRequests(BaseRequestMiddleware):
    """A reply that Telegram asks to slow down waits a moment and is tried once more. A press that was made so long ago
    that it cannot be answered any more, before a restart for instance, is carried out all the same."""

    def __init__(self, window: Window | None = None) -> None:
        self._window = window or Window()
        self._responses: set[object] = set()  # pydantic forgets a generic model nobody holds: 9 ms each time
        self._answered: deque[str] = deque(maxlen=MANY)

    async def __call__(self, make_request: Any, bot: Bot, method: Any) -> Any:
        self._responses.add(Response[method.__returning__])
        if isinstance(method, AnswerCallbackQuery):
            if method.callback_query_id in self._answered:
                return True  # a press is answered once, by whoever has a word to say
            self._answered.append(method.callback_query_id)
        try:
            async with self._window.reply(method.__api_method__):
                return _shown(method, await make_request(bot, method))
        except TelegramRetryAfter as error:
            if error.retry_after > LONGEST_WAIT:
                raise
            await asyncio.sleep(error.retry_after)
            return _shown(method, await make_request(bot, method))
        except TelegramBadRequest as error:
            if isinstance(method, AnswerCallbackQuery) and "query is too old" in error.message:
                return True
            raise


def _shown(method: Any, result: Any) -> Any:
    """What was sent just now stands in the chat: noted, so that the chat can be tidied."""
    new = isinstance(result, Message) and method.__api_method__.startswith("send")
    if new and (shown := tidy.shown.get()) is not None:
        shown.append(result.message_id)
    return result


def build_bot(token: str, api: str, window: Window | None = None) -> Bot:
    session = AiohttpSession(api=TelegramAPIServer.from_base(api.rstrip("/")))
    session.middleware(PatientRequests(window))
    defaults = DefaultBotProperties(
        parse_mode=ParseMode.HTML, link_preview=LinkPreviewOptions(is_disabled=True)
    )
    return Bot(token, session=session, default=defaults)


def build_dispatcher(services: Services, storage: DialogStorage) -> Dispatcher:
    """Everything that answers a client. The same locks guard aiogram and aiogram-dialog, so that quick presses
    are handled one after another."""
    isolation = storage.create_isolation()
    dispatcher = Dispatcher(storage=storage, events_isolation=isolation, services=services)
    dispatcher.update.outer_middleware(speak)
    dispatcher.update.outer_middleware(keep_track)
    dispatcher.errors.outer_middleware(keep_track)  # answers to failures are sent outside of the one above
    dispatcher.message.outer_middleware(as_plain_words)
    dispatcher.callback_query.outer_middleware(leave_notice_alone)
    dispatcher.include_router(_commands())
    dispatcher.include_routers(*dialogs.build_all())
    dispatcher.include_router(_rest())
    setup_dialogs(dispatcher, events_isolation=isolation)
    dispatcher.message.middleware(look_for_danger)
    dispatcher.message.middleware(hear_no)
    dispatcher.errors.register(on_old_press, ExceptionTypeFilter(UnknownIntent, OutdatedIntent))
    dispatcher.errors.register(on_lost_place, ExceptionTypeFilter(UnknownState, DialogStackOverflow))
    dispatcher.errors.register(on_blocked, ExceptionTypeFilter(TelegramForbiddenError))
    dispatcher.errors.register(on_error)
    return dispatcher


async def speak(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """The language of this update: chosen in this conversation, or earlier by an agreed client, or Telegram's."""
    user, chat = data.get("event_from_user"), data.get("event_chat")
    if user is None or (chat is not None and chat.type != ChatType.PRIVATE):
        return None  # groups and channels are no place for this
    services: Services = data["services"]
    state = data.get("state")
    locale = (await state.get_data()).get("locale") if state else None
    if locale is None:
        locale = await clients.seen(services, user.id)
    set_locale(locale or from_language_code(user.language_code, services.settings.default_locale))
    return await handler(event, data)


async def keep_track(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """Remember which messages came and went with this update."""
    sent: list[int] = []
    token = tidy.shown.set(sent)
    try:
        return await handler(event, data)
    finally:
        tidy.shown.reset(token)
        message = event.message if isinstance(event, Update) else None
        if message or sent:
            numbers = [message.message_id, *sent] if message else sent
            await tidy.note(data["state"], data["services"], numbers)


async def as_plain_words(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """A message is what it says. aiogram-dialog would take a reply to an old message for a press on that message, and
    signs that cannot be seen for the press of a button, and nobody would look at the words."""
    if isinstance(event, Message):
        text = event.text.rstrip(REPLY_CALLBACK_SYMBOLS) if event.text else event.text
        event = event.model_copy(update={"text": text, "reply_to_message": None})
    return await handler(event, data)


async def leave_notice_alone(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """A press on a message of the courier opens a window below it. aiogram-dialog would take that message for its own
    last window and remove the buttons, and with them the way to withdraw a consent."""
    if isinstance(event, CallbackQuery) and event.message and (event.data or "").startswith(doors.GO):
        beside = InaccessibleMessage(chat=event.message.chat, message_id=event.message.message_id, date=0)
        event = event.model_copy(update={"message": beside})
    return await handler(event, data)


async def look_for_danger(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """Free text is looked at for danger before anything else sees it. A hit shows help first; the words are kept for
    the moment when the client goes on. Distress is answered with a kind line, once in a conversation."""
    manager: DialogManager | None = data.get("dialog_manager")
    text = (event.text or event.caption) if isinstance(event, Message) else None
    if not text or manager is None:
        return await handler(event, data)
    services: Services = data["services"]
    screening = services.safety.screen(text)
    if screening.level >= DANGER:
        return await crisis.start_noticed(manager, screening, text)
    if screening.level == DISTRESS and isinstance(event, Message) and not await recall(manager, "distress"):
        await remember(manager, distress=True)
        await event.answer(
            _(
                "Kuulostaa raskaalta. Hyvä, että kerroit. Jos haluat puhua jonkun kanssa heti, paina 🆘 Apua heti."
            )
        )
    return await handler(event, data)


async def hear_no(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """To stop, or to take a consent back, it is enough to say so, wherever the client is: no question and no search
    gets those words."""
    manager: DialogManager | None = data.get("dialog_manager")
    if isinstance(event, Message) and event.text and manager is not None and not event.text.startswith("/"):
        if stopping.says_stop(event.text):
            return await stopping.on_stop(event, manager, data["services"])
        if await text_messages.hear(manager, event.text) or await withdrawal.hear(manager, event.text):
            return None
    return await handler(event, data)


# --- commands and buttons of messages that the courier has sent


COMMANDS = {
    "start": "start",
    "menu": "menu|valikko|meny",
    "help": "help|apua|hjalp|sos",
    "language": "language|kieli|sprak",
    "matters": "omat|mina|my",
}


def _commands() -> Router:
    router = Router(name="commands")
    router.message.register(on_start, CommandStart())
    router.message.register(on_menu, Command(*COMMANDS["menu"].split("|")))
    router.message.register(on_help, Command(*COMMANDS["help"].split("|")))
    router.message.register(on_language, Command(*COMMANDS["language"].split("|")))
    router.message.register(on_matters, Command(*COMMANDS["matters"].split("|")))
    router.message.register(stopping.on_stop, Command(*stopping.COMMAND.split("|")))
    router.callback_query.register(doors.on_go, F.data.startswith(doors.GO))
    router.callback_query.register(claim.on_answer, F.data.startswith("claim:"))
    router.callback_query.register(closing.on_press, F.data.startswith("matter:"))
    router.callback_query.register(appointments.on_answer, F.data.startswith("meet:"))
    router.callback_query.register(withdrawal.on_let_end, F.data.startswith("letend:"))
    router.callback_query.register(withdrawal.on_withdraw, F.data.startswith("withdraw:"))
    router.my_chat_member.register(on_membership)
    return router


async def set_commands(bot: Bot) -> None:
    """The command menu, in each language that Telegram can tell apart."""
    for locale, code in (("fi", None), ("fi", "fi"), ("sv", "sv"), ("en", "en")):
        with speaking(locale):
            commands = [
                BotCommand(command="menu", description=_("Valikko")),
                BotCommand(command="help", description=_("Apua heti")),
                BotCommand(command="language", description=_("Vaihda kieli")),
                BotCommand(command="my", description=_("Omat asiani")),
                BotCommand(command="stop", description=_("Lopeta ja unohda keskustelu")),
            ]
        await bot.set_my_commands(commands, language_code=code)


async def on_start(_message: Message, dialog_manager: DialogManager) -> None:
    """/start greets; in the middle of something it asks whether to go on or to start over."""
    places = (*states.Menu, *states.Matters, states.Welcome.hello)
    if dialog_manager.has_context() and dialog_manager.current_context().state not in places:
        await welcome.start_resume(dialog_manager)
    else:
        await welcome.start_welcome(dialog_manager)


async def on_menu(_message: Message, dialog_manager: DialogManager) -> None:
    await go_home(dialog_manager)


async def on_help(_message: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(states.Crisis.needs)


async def on_language(_message: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(states.Language.choose)


async def on_matters(_message: Message, dialog_manager: DialogManager) -> None:
    await matters.start(dialog_manager)


async def on_membership(event: ChatMemberUpdated, services: Services) -> None:
    reachable = event.new_chat_member.status == ChatMemberStatus.MEMBER
    await clients.chat_reachable(services, event.from_user.id, reachable)


# --- everything else


def _rest() -> Router:
    router = Router(name="rest")
    router.message.register(on_message_without_dialog)
    router.callback_query.register(on_unknown_press)
    return router


async def on_message_without_dialog(message: Message, dialog_manager: DialogManager) -> None:
    """Nothing was going on (or it was forgotten): whatever is written opens the conversation."""
    if dialog_manager.has_context():
        await dialog_manager.show(ShowMode.SEND)
    else:
        await welcome.start_welcome(dialog_manager)


async def on_unknown_press(callback: CallbackQuery, dialog_manager: DialogManager) -> None:
    """One kind line, and the place where we are now; unless that is the very message that was pressed."""
    await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
    if not dialog_manager.has_context():
        await _show_menu(dialog_manager)
    elif (
        callback.message is None
        or callback.message.message_id != dialog_manager.current_stack().last_message_id
    ):
        await dialog_manager.show(ShowMode.SEND)


async def on_old_press(event: ErrorEvent, dialog_manager: DialogManager) -> bool:
    """A press on an old, closed or covered window, or the second tap on one that has just moved on."""
    if event.update.callback_query is not None:
        await on_unknown_press(event.update.callback_query, dialog_manager)
    return True


async def on_lost_place(event: ErrorEvent, dialog_manager: DialogManager, services: Services) -> bool:
    """The window has been renamed or removed since, or too many lie on each other: on from the menu, but help first
    if that is what was written."""
    if event.update.callback_query is not None:
        await event.update.callback_query.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
    message = event.update.message
    text = (message.text or message.caption) if message else None
    await dialog_manager.reset_stack(remove_keyboard=False)
    if text and (screening := services.safety.screen(text)).level >= DANGER:
        await crisis.start_noticed(dialog_manager, screening, text)
    elif not (text and await withdrawal.hear(dialog_manager, text)):
        await _show_menu(dialog_manager)
    return True


async def _show_menu(manager: DialogManager) -> None:
    await manager.start(states.Menu.main, mode=StartMode.RESET_STACK, show_mode=ShowMode.SEND)


async def on_blocked(event: ErrorEvent, services: Services) -> bool:
    """The client has blocked the bot while we were answering."""
    person = _person(event.update)
    if person is not None:
        await clients.chat_reachable(services, person, False)
    return True


async def on_error(event: ErrorEvent, bot: Bot) -> bool:
    """Something of ours broke: it is logged without a word of what was said, and the client is not left alone."""
    log.error("update failed", update_id=event.update.update_id, exc_info=event.exception)
    person = _person(event.update)
    if event.update.callback_query is not None:
        await event.update.callback_query.answer()
    if person is not None:
        await bot.send_message(
            person,
            _(
                "Anteeksi, minulla meni jokin rikki. Vika ei ole sinussa. Yritä hetken päästä uudelleen: /start"
            ),
        )
    return True


def _person(update: Update) -> int | None:
    event = update.message or update.callback_query or update.my_chat_member
    return event.from_user.id if event and event.from_user else None
