"""What the simulator knows: bots, people, their private chats, files, updates and the time. No HTTP here.

People act through `Chat` (`say`, `press`, `block` ...), which queues updates for the bot.
Bots act through `Chat.deliver`, `Chat.rewrite` and `Chat.remove`, which the Bot API calls.
Both sides are told to everyone who listens on `World.subscribe()`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal

from bot.simulator import markup
from bot.simulator.accounts import Bot, File, Json, Update, User
from bot.simulator.activity import Activity, Subscription
from bot.simulator.clock import Clock

__all__ = ["Bot", "Chat", "Event", "EventKind", "File", "Json", "Message", "Query", "Update", "User", "World"]

Hook = Callable[[], Awaitable[None]]
EventKind = Literal[
    "new",
    "edited",
    "deleted",
    "answer",
    "action",
    "commands",
    "profile",
    "blocked",
    "unblocked",
    "reset",
    "clock",
]
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(frozen=True, eq=False)
class Event:
    """One change. `text` is the answer of a callback query (`alert`: as a box), or the chat action."""

    kind: EventKind
    chat: Chat | None = None
    bot: Bot | None = None
    message: Message | None = None
    text: str = ""
    alert: bool = False


@dataclass(eq=False)
class Message:
    """One message. `content` holds Telegram's own fields: text and entities, or photo, caption ..."""

    chat: Chat
    id: int
    date: datetime
    from_bot: bool
    content: Json
    keyboard: Json | None = None  # the inline keyboard: {"inline_keyboard": [[...]]}
    protected: bool = False
    silent: bool = False
    reply_to: Message | None = None
    edited: datetime | None = None
    deleted: bool = False
    fixed: bool = False  # Telegram lets nobody edit what came with a reply keyboard
    touched: int = 0  # serial number of the last change of its content, in the whole world

    @property
    def text(self) -> str:
        """Text or caption, plain."""
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        return list(self.content.get("entities") or self.content.get("caption_entities") or [])

    @property
    def html(self) -> str:
        return markup.to_html(self.text, self.entities)

    @property
    def buttons(self) -> list[list[Json]]:
        """Rows of inline buttons, as Telegram's InlineKeyboardButton objects."""
        return list(self.keyboard["inline_keyboard"]) if self.keyboard else []

    @property
    def kind(self) -> str:
        kinds = ("photo", "document", "voice", "video_note", "sticker", "location", "contact")
        return next((kind for kind in kinds if kind in self.content), "text")

    @property
    def file(self) -> File | None:
        media = self.content.get(self.kind)
        media = media[-1] if isinstance(media, list) else media
        return self.chat.world.files.get(media.get("file_id", "")) if isinstance(media, dict) else None

    @property
    def photo(self) -> bytes | None:
        return self.file.content if self.kind == "photo" and self.file else None

    @property
    def document(self) -> bytes | None:
        return self.file.content if self.kind == "document" and self.file else None

    def shape(self, with_reply: bool = True) -> Json:
        sender = self.chat.bot.shape() if self.from_bot else self.chat.user.shape()
        shape: Json = {
            "message_id": self.id,
            "from": sender,
            "chat": self.chat.user.chat_shape(),
            "date": int(self.date.timestamp()),
            **self.content,
        }
        if self.edited:
            shape["edit_date"] = int(self.edited.timestamp())
        if self.protected:
            shape["has_protected_content"] = True
        if self.keyboard:
            shape["reply_markup"] = self.keyboard
        if self.reply_to and not self.reply_to.deleted and with_reply:
            shape["reply_to_message"] = self.reply_to.shape(with_reply=False)
        return shape


@dataclass(eq=False)
class Query:
    """A press of an inline button that waits for its answer."""

    id: str
    message: Message
    asked: datetime
    answered: bool = False
    text: str | None = None
    alert: bool = False


@dataclass(eq=False)
class Chat:
    """The private chat of one person with one bot."""

    world: World
    bot: Bot
    user: User
    messages: dict[int, Message] = field(default_factory=dict)
    started: bool = False  # the person has written: the bot may write
    blocked: bool = False
    keyboard: Json | None = None  # the reply keyboard under the text field, if any
    action: str = ""  # "typing" and the like, until the next message
    toast: str | None = None  # text of the last callback answer
    activity: Activity = field(default_factory=Activity)

    # The person's side

    def say(self, text: str, reply_to: Message | None = None) -> Message:
        content: Json = {"text": text}
        if entities := markup.detect(text):
            content["entities"] = entities
        return self.send(content, reply_to)

    def send(self, content: Json, reply_to: Message | None = None) -> Message:
        """The person sends anything: `content` in Telegram's own fields."""
        self.started = True
        message = self._add(content, from_bot=False, reply_to=reply_to)
        self.update("message", message.shape(), message.text or message.kind)
        return message

    def edit(self, message: Message, text: str) -> None:
        content: Json = {"text": text}
        if entities := markup.detect(text):
            content["entities"] = entities
        self.rewrite(message, content, message.keyboard)
        self.update("edited_message", message.shape(), text)

    def press(self, message_id: int, data: str) -> Query:
        """Press a button, perhaps one that is no longer there: old windows can still be pressed."""
        message = self.messages.get(message_id)
        missing = Message(self, message_id, datetime.fromtimestamp(0, UTC), True, {})
        query = Query(
            str(next(self.world.serial) + 4_000_000_000), message or missing, self.world.clock.now()
        )
        self.world.queries[query.id] = query
        body = {
            "id": query.id,
            "from": self.user.shape(),
            "chat_instance": str(self.user.id * 31 + self.bot.id),
            "message": message.shape()
            if message
            else {"message_id": message_id, "chat": self.user.chat_shape(), "date": 0},
            "data": data,
        }
        self.update("callback_query", body, f"press of {data!r}")
        return query

    def block(self, blocked: bool = True) -> None:
        if blocked == self.blocked:
            return
        self.blocked = blocked
        statuses = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = (Json(user=self.bot.shape(), status=status) for status in statuses)
        (new if blocked else old)["until_date"] = 0
        body = {
            "chat": self.user.chat_shape(),
            "from": self.user.shape(),
            "date": int(self.world.clock.now().timestamp()),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        self.update("my_chat_member", body, "block" if blocked else "unblock")
        self.world.tell(Event("blocked" if blocked else "unblocked", self, self.bot))

    # The bot's side

    def deliver(self, content: Json, **fields: Any) -> Message:
        """A new message from the bot; `fields` are those of `Message`."""
        self.action = ""
        return self._add(content, from_bot=True, **fields)

    def rewrite(self, message: Message, content: Json, keyboard: Json | None) -> None:
        if content != message.content:  # a change of the keyboard alone shows nothing new to read
            message.touched = next(self.world.serial)
        message.content, message.keyboard = content, keyboard
        message.edited = self.world.clock.now()
        self.world.tell(Event("edited", self, self.bot, message))

    def remove(self, message: Message) -> None:
        message.deleted = True
        message.touched = next(self.world.serial)
        del self.messages[message.id]
        self.world.tell(Event("deleted", self, self.bot, message))

    def answer(self, query: Query, text: str | None, alert: bool) -> None:
        query.answered, query.text, query.alert, self.toast = True, text, alert, text
        self.world.tell(Event("answer", self, self.bot, query.message, text or "", alert))

    def _add(self, content: Json, from_bot: bool, **fields: Any) -> Message:
        now, number = self.world.clock.now(), next(self.bot.message_ids)
        message = Message(self, number, now, from_bot, content, touched=next(self.world.serial), **fields)
        self.messages[number] = message
        self.world.tell(Event("new", self, self.bot, message))
        return message

    def update(self, kind: str, body: Json, about: str) -> None:
        """Queue an update for the bot, unless it has said that it does not want such."""
        wanted = self.bot.allowed_updates
        if kind not in wanted if wanted else kind in NOT_BY_DEFAULT:
            return
        what = f"{kind} {about!r} of {self.user.first_name} is not yet confirmed by @{self.bot.username}"
        here, everywhere = self.activity.begin(what), self.world.activity.begin(what)

        def done() -> None:
            self.activity.end(here)
            self.world.activity.end(everywhere)

        self.bot.queue.append(Update(next(self.bot.update_ids), kind, body, self.user, done))
        self.bot.arrived.set()


class World:
    """Everything there is. `api.Simulator` is this, served over HTTP."""

    def __init__(self, start: datetime | None = None) -> None:
        self.clock = Clock(start, self._moved)
        self.bots: dict[str, Bot] = {}  # by token
        self.users: dict[int, User] = {}
        self.chats: dict[tuple[int, int], Chat] = {}  # by (bot id, user id)
        self.files: dict[str, File] = {}
        self.queries: dict[str, Query] = {}
        self.activity = Activity()
        self.serial = count(1)
        self.closing = False  # nobody may wait for updates any more
        self.on_reset: list[Hook] = []
        self.on_forward: list[Hook] = []
        self.on_newcomer: list[Callable[[Bot, User], Awaitable[None]]] = []
        self._listeners: set[Subscription[Event]] = set()
        self._user_ids = count(7_000_000_001)  # beyond 32 bits, as Telegram's newer ids are

    def add_bot(self, token: str, username: str, name: str) -> Bot:
        number, _, secret = token.partition(":")
        if not number.isdigit() or not secret:
            raise ValueError("a token reads like 123456:ABC-def")
        self.bots[token] = bot = Bot(int(number), token, username, name)
        bot.texts["name", ""] = name
        return bot

    def add_user(
        self,
        first_name: str,
        language_code: str | None = None,
        last_name: str | None = None,
        username: str | None = None,
    ) -> User:
        user = User(next(self._user_ids), first_name, language_code, last_name, username)
        self.users[user.id] = user
        return user

    def chat(self, bot: Bot, user: User) -> Chat:
        key = (bot.id, user.id)
        if key not in self.chats:
            self.chats[key] = Chat(self, bot, user)
        return self.chats[key]

    def add_file(
        self, bot: Bot, kind: str, content: bytes, name: str | None = None, mime_type: str | None = None
    ) -> File:
        """Keep a file; its id is good for this bot only, as with Telegram."""
        number = next(self.serial)
        ending = (
            name.rpartition(".")[2]
            if name and "." in name
            else {"photo": "jpg", "voice": "oga"}.get(kind, "bin")
        )
        path = f"{kind}s/file_{number}.{ending}"
        file = File(f"{kind}-{bot.id}-{number}", f"unique-{number}", bot, path, content, name, mime_type)
        self.files[file.id] = file
        return file

    def subscribe(self) -> Subscription[Event]:
        """All changes from now on: `with world.subscribe() as events: async for event in events: ...`"""
        return Subscription(self._listeners)

    def tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener.put(event)
        if event.chat:
            event.chat.activity.stir()
        self.activity.stir()

    async def reset(self) -> None:
        """Begin anew: chats, files and the time. Bots (with their commands) and people stay."""
        for bot in self.bots.values():
            bot.confirm(before=next(bot.update_ids) + 1)
        self.chats.clear()
        self.files.clear()
        self.queries.clear()
        self.clock.rewind()
        self.tell(Event("reset"))
        for hook in self.on_reset:
            await hook()

    async def _moved(self) -> None:
        self.tell(Event("clock"))
        for hook in self.on_forward:
            await hook()

    def commands_for(self, chat: Chat) -> list[Json]:
        """The commands that this person sees in the menu, found in the order in which Telegram looks."""
        language = (chat.user.language_code or "")[:2]
        for scope in (f"chat {chat.user.id}", "all_private_chats", "default"):
            for key in ((scope, language), (scope, "")):
                if key in chat.bot.commands:
                    return chat.bot.commands[key]
        return []

    def age(self, moment: datetime) -> timedelta:
        return self.clock.now() - moment
