"""One call of a Bot API method: who calls, with which files. And the register of all methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.simulator import checks
from bot.simulator.chats import Bot, Chat, File, Json, Message, World
from bot.simulator.errors import ApiError, bad

METHODS: dict[str, Callable[..., Any]] = {}


Handler = TypeVar("Handler", bound=Callable[..., Any])


def method(handler: Handler) -> Handler:
    """Register a function as the Bot API method of its name: `send_message` answers sendMessage."""
    METHODS[handler.__name__.replace("_", "")] = handler
    return handler


@dataclass(frozen=True)
class Upload:
    content: bytes
    name: str | None = None
    mime_type: str | None = None


@dataclass
class Call:
    world: World
    bot: Bot
    uploads: dict[str, Upload] = field(default_factory=dict)

    def known_chat(self, chat_id: object) -> Chat | None:
        number = str(chat_id)
        return self.world.chats.get((self.bot.id, int(number))) if number.isdecimal() else None

    def chat(self, chat_id: object) -> Chat:
        """The chat, if the bot may write there."""
        chat = self.known_chat(chat_id)
        if chat and chat.started:
            if chat.blocked:
                raise ApiError(403, "bot was blocked by the user")
            return chat
        if str(chat_id).isdecimal() and int(str(chat_id)) in self.world.users:
            raise ApiError(403, "bot can't initiate conversation with a user")
        raise bad("chat not found")

    def file(self, value: str, kind: str) -> File:
        """A file sent along, or one that this bot has sent or got before."""
        upload = self.uploads.get(value.removeprefix("attach://")) if value.startswith("attach://") else None
        if upload:
            if not upload.content:
                raise bad("file must be non-empty")
            if len(upload.content) > checks.FILE_LIMIT:
                raise ApiError(413)
            return self.world.add_file(self.bot, kind, upload.content, upload.name, upload.mime_type)
        known = self.world.files.get(value)
        if value.startswith(("http://", "https://")):
            raise bad("failed to get HTTP URL content")
        if not known or known.bot is not self.bot:
            raise bad("wrong file identifier/HTTP URL specified")
        if not known.id.startswith(kind):
            raise bad(f"can't use file of type {known.id.partition('-')[0].title()} as {kind.title()}")
        return known

    def photo(self, value: str) -> Json:
        file = self.file(value, "photo")
        width, height = checks.picture_size(file.content)
        return {"photo": [{**file.shape(), "width": width, "height": height}]}

    def document(self, value: str) -> Json:
        file = self.file(value, "document")
        about = {"file_name": file.name, "mime_type": file.mime_type}
        return {"document": {**file.shape(), **{key: known for key, known in about.items() if known}}}

    def message(self, chat_id: object, message_id: int | None, purpose: str) -> Message:
        """A message in a chat that the bot may write to; `purpose` as in "message to edit not found"."""
        if not chat_id:
            raise bad("chat_id is empty")
        if not message_id:
            raise bad("message identifier is not specified")
        message = self.chat(chat_id).messages.get(message_id)
        if not message:
            raise bad(f"message to {purpose} not found")
        return message
