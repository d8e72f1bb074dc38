"""What every window shares: translated texts, the way to help, and a kind line for what was not expected."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from aiogram import Bot
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, ContentType, InlineKeyboardButton, Message, User
from aiogram_dialog import DialogManager, StartMode, Window
from aiogram_dialog.api.entities import Context
from aiogram_dialog.api.internal import STORAGE_KEY, RawKeyboard
from aiogram_dialog.api.protocols import DialogProtocol
from aiogram_dialog.context.storage import StorageProxy
from aiogram_dialog.widgets.common import Whenable
from aiogram_dialog.widgets.input import BaseInput, MessageInput
from aiogram_dialog.widgets.kbd import Button, Keyboard, Row
from aiogram_dialog.widgets.text import Text
from markupsafe import Markup

from bot import views
from bot.core.check_in import LONGEST_WORDS, CheckIn, shortened
from bot.i18n import current_locale, fill, gettext, ngettext
from bot.i18n import gettext as _
from bot.services.base import Services
from bot.services.clients import Chat
from dialogs import states

ROOM = 2400
"""Characters of own words that fit a message beside all else in it; Telegram takes 4,096."""
LONGEST_ID = 18

OnText = Callable[[str, DialogManager], Awaitable[None]]
OnClick = Callable[[CallbackQuery, Button, DialogManager], Awaitable[None]]
Getter = Callable[..., Awaitable[dict[str, Any]]]


class Tr(Text):
    """A translated sentence of a message; values filled in are escaped for HTML unless they are Markup."""

    def __init__(self, message: str, when: Any = None) -> None:
        super().__init__(when=when)
        self.message = message

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        return str(fill(gettext(self.message), **data))


class NTr(Text):
    """A translated sentence whose form follows the number in `data[count]`."""

    def __init__(self, singular: str, plural: str, count: str, when: Any = None) -> None:
        super().__init__(when=when)
        self.singular, self.plural, self.count = singular, plural, count

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        return str(fill(ngettext(self.singular, self.plural, data[self.count]), **data))


class Label(Text):
    """A translated label of a button: plain text, nothing to escape."""

    def __init__(self, message: str, when: Any = None) -> None:
        super().__init__(when=when)
        self.message = message

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        return gettext(self.message).format(**data)


class Ready(Text):
    """Text that a getter has made ready: Markup in a message, plain in a label."""

    def __init__(self, key: str, when: Any = None) -> None:
        super().__init__(when=when)
        self.key = key

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        return str(data[self.key])


class OneAtATime(Button):
    """A button about one thing of several, which it names: tapped twice, or in an older message, it leaves the next
    thing alone. `about` tells what is at hand now."""

    def __init__(
        self, text: Text, id: str, on_click: OnClick, about: Callable[[DialogManager], str], when: Any = None
    ) -> None:
        super().__init__(text, id, on_click, when)
        self.about = about

    async def _render_keyboard(self, data: dict[str, Any], manager: DialogManager) -> RawKeyboard:
        label = await self.text.render_text(data, manager)
        named = self._item_callback_data(self.about(manager))
        return [[InlineKeyboardButton(text=label, callback_data=named)]]

    async def _process_item_callback(
        self, callback: CallbackQuery, data: str, dialog: DialogProtocol, manager: DialogManager
    ) -> bool:
        if data == self.about(manager):
            return await self._process_own_callback(callback, dialog, manager)
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
        return True


class StalePress(Keyboard):
    """Stands last in every window, shows nothing, and answers presses that no button of the window knows:
    those of an older message of the same dialog."""

    async def _render_keyboard(self, data: dict[str, Any], manager: DialogManager) -> RawKeyboard:
        return []

    async def process_callback(
        self, callback: CallbackQuery, dialog: DialogProtocol, manager: DialogManager
    ) -> bool:
        await callback.answer(_("Tuo nappi oli vanhemmasta viestistä. Olemme nyt tässä."))
        return True


class FreeText(BaseInput):
    """Text the client types where it is asked for. Commands are not taken for an answer."""

    def __init__(self, on_text: OnText) -> None:
        super().__init__(id=None)
        self.on_text = on_text

    async def process_message(self, message: Message, dialog: DialogProtocol, manager: DialogManager) -> bool:
        if message.content_type != ContentType.TEXT or not message.text or message.text.startswith("/"):
            return False
        await self.on_text(message.text, manager)
        return True


async def on_unexpected(message: Message, _widget: MessageInput, manager: DialogManager) -> None:
    """One kind, useful line; the window is shown again right after it, so the place is kept."""
    await message.answer(_unexpected_line(message))


def _unexpected_line(message: Message) -> str:
    if message.text and message.text.startswith("/"):
        return _("Tuota komentoa en tunne. Jatketaan tästä.")
    if message.content_type == ContentType.TEXT:
        return _("Kiitos viestistä. Tässä kohdassa voit vastata napeilla.")
    if message.content_type in {
        ContentType.VOICE,
        ContentType.VIDEO_NOTE,
        ContentType.AUDIO,
        ContentType.VIDEO,
    }:
        return _(
            "Anteeksi, en osaa kuunnella puhetta enkä katsoa videoita. Voit kirjoittaa tai käyttää nappeja."
        )
    if message.content_type in {ContentType.PHOTO, ContentType.DOCUMENT}:
        return _("En osaa katsoa kuvia tai tiedostoja, enkä tallentanut niitä. Jatketaan tästä.")
    if message.content_type in {ContentType.CONTACT, ContentType.LOCATION, ContentType.VENUE}:
        return _("En tarvitse tätä tietoa nyt, enkä tallentanut sitä. Jatketaan tästä.")
    return _("Kiitos! Jatketaan tästä.")


async def give_back_text(_start_data: Any, result: Any, manager: DialogManager) -> None:
    """After help was shown first: the words that were held go to the question they were meant for."""
    held = result.get("held") if isinstance(result, Mapping) else None
    if not held:
        return
    window = manager.dialog().windows[manager.current_context().state]  # type: ignore[attr-defined]
    for widget in _inputs(window.on_message):
        if isinstance(widget, FreeText):
            await widget.on_text(held, manager)
            return


def _inputs(widget: Any) -> list[Any]:
    return list(getattr(widget, "inputs", [widget])) if widget else []


async def on_sos(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(states.Crisis.needs)


async def on_language(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await manager.start(states.Language.choose)


async def on_home(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await go_home(manager)


async def go_home(manager: DialogManager) -> None:
    """To the menu from anywhere."""
    await keep_round(manager)
    await manager.start(states.Menu.main, mode=StartMode.RESET_STACK)


async def leave(manager: DialogManager, result: Any = None) -> None:
    """Back to where one was; to the menu if there was nothing."""
    if len(manager.current_stack().intents) > 1:
        await manager.done(result)
    else:
        await go_home(manager)


async def keep_round(manager: DialogManager) -> None:
    """Before everything open is closed: a round begun is remembered for its day, whatever lies on top of it."""
    for context in await _open_contexts(manager):
        data = context.dialog_data
        if context.state == states.Reflection.summary:
            return
        if context.state.group in {states.CheckIn, states.Reflection} and data.get("check_in"):
            await remember(manager, unfinished={"check_in": data["check_in"], "index": data["index"]})
            return


async def _open_contexts(manager: DialogManager) -> list[Context]:
    """Of all dialogs that lie on each other, the topmost first."""
    if not manager.has_context():
        return []
    proxy: StorageProxy = manager.middleware_data[STORAGE_KEY]
    covered = reversed(manager.current_stack().intents[:-1])
    return [manager.current_context(), *[await proxy.load_context(intent) for intent in covered]]


def page(
    *widgets: Text | Keyboard | Whenable,
    state: State,
    getter: Getter | None = None,
    preview: Mapping[str, Any] | None = None,
    on_text: OnText | None = None,
    inputs: tuple[BaseInput, ...] = (),
    footer: bool = True,
    language: bool = True,
    home: bool = True,
    protect: bool = False,
) -> Window:
    """A window as they all are: help, language and the menu one press away, and no message left without an answer.

    `on_text` takes what the client types here; `inputs` other kinds of messages that mean something here. What is
    `protect`ed cannot be passed on or photographed by the phone: windows that show what somebody has told.
    """
    row: list[Button] = [Button(Label("🆘 Apua heti"), id="sos", on_click=on_sos)]
    if language:
        row.append(Button(Label("🌐 Kieli"), id="lang", on_click=on_language))
    if home:
        row.append(Button(Label("🏠 Valikko"), id="home", on_click=on_home))
    text_input = (FreeText(on_text),) if on_text else ()
    return Window(
        *widgets,
        *((Row(*row),) if footer else ()),
        StalePress(),
        *text_input,
        *inputs,
        MessageInput(on_unexpected),
        state=state,
        getter=getter,
        preview_data=dict(preview) if preview else None,
        protect_content=protect or None,
    )


def memory(manager: DialogManager) -> FSMContext:
    """What the conversation remembers between dialogs: encrypted, and forgotten after a day without use."""
    context: FSMContext = manager.middleware_data["state"]
    return context


async def remember(manager: DialogManager, **values: Any) -> None:
    await memory(manager).update_data(values)


async def recall(manager: DialogManager, key: str) -> Any:
    return (await memory(manager).get_data()).get(key)


async def last_check_in(manager: DialogManager) -> CheckIn:
    """The round the client has gone through today; an empty one if there is none."""
    return CheckIn.model_validate(await recall(manager, "check_in") or {})


async def cut(text: str, manager: DialogManager) -> str:
    """Free text as it is kept; a very long one is cut, and the client is told so kindly."""
    kept, was_cut = shortened(text)
    if was_cut:
        line = _("Kiitos, että kerroit näin paljon. Otin mukaan alun, noin {count} merkkiä.")
        await tell(manager, line.format(count=LONGEST_WORDS))
    return kept


def said_before() -> Tr:
    """What the client has written here earlier, where `before` holds it."""
    return Tr("\nKirjoitit aiemmin:\n<blockquote>{before}</blockquote>", when="before")


def fitted(check_in: CheckIn, areas: Collection[str]) -> CheckIn:
    """The round with own words cut so that what was said of `areas` and the rest fit one message together."""
    said = (check_in.helps, check_in.people, check_in.next_step, check_in.if_worse)
    texts = [*said, *map(check_in.words.get, areas)]
    most = ROOM // max(sum(text is not None for text in texts), 1)
    return check_in.model_copy(
        update={
            "words": {area: _clipped(text, most) for area, text in check_in.words.items()},
            "helps": _clipped(check_in.helps or "", most) or None,
            "people": _clipped(check_in.people or "", most) or None,
            "next_step": _clipped(check_in.next_step or "", most) or None,
            "if_worse": _clipped(check_in.if_worse or "", most) or None,
        }
    )


def within(room: int, parts: Sequence[tuple[Markup, Markup]]) -> Markup:
    """Parts of a message, each given in full and shortly: from the first on as many in full as there is room for."""
    text = Markup("")
    for full in range(len(parts), -1, -1):
        chosen = [part[0] if number < full else part[1] for number, part in enumerate(parts)]
        text = views.joined(*chosen, gap="\n\n")
        if len(text.striptags()) <= room:
            break
    return text


def _clipped(text: str, most: int) -> str:
    """At most so many characters as Telegram counts them, in which an emoji is two or more."""
    units = text.encode("utf-16-le")
    return text if len(units) <= 2 * most else units[: 2 * most - 2].decode("utf-16-le", "ignore") + "…"


async def tell(manager: DialogManager, text: str) -> None:
    """One line of its own, before the next window."""
    bot: Bot = manager.middleware_data["bot"]
    await bot.send_message(manager.middleware_data["event_chat"].id, text)


async def in_moderation(manager: DialogManager) -> bool:
    """Whether the client may do one more costly thing now. If not they are told kindly, and nothing is done. Ask it
    before searching, drawing or passing on, and never on the way to help."""
    services = services_of(manager)
    if services.allowance.takes(chat_of(manager).id, services.clock()):
        return True
    line = _(
        "Nyt tuli monta viestiä nopeasti, enkä ehdi mukaan. Odotetaan hetki ja kokeillaan sitten uudelleen. "
        "🆘 Apua heti toimii koko ajan."
    )
    await tell(manager, line)
    return False


def to(state: State) -> OnClick:
    """A press that only moves on to `state` of the same dialog."""

    async def on_click(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
        await manager.switch_to(state)

    return on_click


def as_id(text: str) -> int | None:
    """The number in a button, which anybody can forge: None for what no database would take for an id."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None


def services_of(manager: DialogManager) -> Services:
    services: Services = manager.middleware_data["services"]
    return services


def chat_of(manager: DialogManager) -> Chat:
    user: User = manager.middleware_data["event_from_user"]
    return Chat(user.id, current_locale())
