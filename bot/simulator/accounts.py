"""Who takes part: people and bots, with the updates and files that belong to a bot."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]


@dataclass(eq=False)
class User:
    id: int
    first_name: str
    language_code: str | None = None
    last_name: str | None = None
    username: str | None = None

    def shape(self) -> Json:
        fields = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        named = {key: value for key, value in fields.items() if value}
        return {"id": self.id, "is_bot": False, "first_name": self.first_name, **named}

    def chat_shape(self) -> Json:
        shape = {key: value for key, value in self.shape().items() if key not in {"is_bot", "language_code"}}
        return {**shape, "type": "private"}


@dataclass(eq=False)
class Update:
    id: int
    kind: str
    body: Json
    user: User
    done: Callable[[], None]

    def shape(self) -> Json:
        return {"update_id": self.id, self.kind: self.body}


@dataclass(eq=False)
class Webhook:
    """Where updates are pushed to, when the bot does not come and get them."""

    url: str
    secret: str | None = None
    max_connections: int = 40
    last_error: tuple[int, str] | None = None  # Unix time and what went wrong


@dataclass(eq=False)
class Bot:
    id: int
    token: str
    username: str
    name: str
    queue: deque[Update] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    poller: object = None  # the request that waits for updates; a newer one puts it out
    webhook: Webhook | None = None
    allowed_updates: list[str] = field(default_factory=list)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)  # by (scope, language)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)  # by (name|description|..., language)
    menu_buttons: dict[str, Json] = field(default_factory=dict)  # by chat id; "" for all others
    update_ids: count[int] = field(default_factory=lambda: count(1))
    message_ids: count[int] = field(default_factory=lambda: count(1))

    def shape(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    def text(self, kind: str, language: str | None) -> str:
        """The bot's name or description for a language, or the one for all others."""
        return self.texts.get((kind, language or ""), "") or self.texts.get((kind, ""), "")

    def drop(self, update: Update) -> None:
        """Forget one update: the bot has it."""
        self.queue.remove(update)
        update.done()

    def confirm(self, before: int) -> None:
        """Forget the updates with an id below `before`: the bot has them."""
        while self.queue and self.queue[0].id < before:
            self.queue.popleft().done()


@dataclass(eq=False)
class File:
    id: str
    unique_id: str
    bot: Bot
    path: str
    content: bytes
    name: str | None = None
    mime_type: str | None = None

    def shape(self) -> Json:
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.content)}
