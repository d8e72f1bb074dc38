"""The user's side for tests: a `Phone` says and presses, waits until the bot has done its part, and looks.

phone = Phone(simulator, bot, simulator.add_user("Testi", "fi"))
await phone.says("/start")
await phone.presses("Jatka")
assert "Kiitos" in phone.sees
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from bot.simulator import attachments
from bot.simulator.activity import Activity
from bot.simulator.chats import Bot, Chat, Json, Message, Query, User, World


class NotQuiet(AssertionError):
    """The conversation did not come to rest in time."""


class NotSeen(AssertionError):
    """What the test wanted to press or to see is not on the screen."""


@dataclass(frozen=True)
class Patience:
    """How a phone waits: quiet is when nothing is pending and nothing new comes for `settle` seconds."""

    settle: float = 0.03
    timeout: float = 10.0
    everywhere: bool = True  # wait for all chats; False (for many phones at once): for this chat only


async def until_quiet(activity: Activity, patience: Patience) -> None:
    """Raises NotQuiet with what is still pending."""
    loop = asyncio.get_running_loop()
    until, calm = loop.time() + patience.timeout, 0
    while calm < 3:  # in three parts: a loop that stood still for a while would use up a single wait
        if loop.time() > until:
            pending = "\n".join(activity.pending.values()) or "something new happens all the time"
            raise NotQuiet(f"not quiet after {patience.timeout:g} s:\n{pending}")
        if activity.pending:
            await activity.changes(until - loop.time())
            calm = 0
        else:
            calm = 0 if await activity.changes(patience.settle / 3) else calm + 1


class Phone:
    """One person's chat with one bot."""

    def __init__(self, world: World, bot: Bot, user: User, patience: Patience | None = None) -> None:
        self.world = world
        self.bot = bot
        self.user = user
        self.patience = patience or Patience()
        self.opened: str | None = None  # the address or text behind the last pressed link or copy button
        self.pressed: Query | None = None  # the last press; its `answered` tells whether the bot reacted
        self._mark = 0

    @property
    def chat(self) -> Chat:
        return self.world.chat(self.bot, self.user)

    # What the person does

    async def says(self, text: str, reply_to: Message | None = None, wait: bool = True) -> None:
        self._acts()
        self.chat.say(text, reply_to)
        await self._waits(wait)

    async def edits(self, message: Message, text: str, wait: bool = True) -> None:
        self._acts()
        self.chat.edit(message, text)
        await self._waits(wait)

    async def presses(self, label: str, wait: bool = True) -> None:
        """Press the newest visible button with this label, or the only one there that contains it."""
        for message in reversed(self.messages):
            if found := _fitting(label, [button for row in message.buttons for button in row]):
                return await self._press(message, self._single(label, found), wait)
        rows = self.chat.keyboard["keyboard"] if self.chat.keyboard else []
        if found := _fitting(label, [button for row in rows for button in row]):
            return await self._press_under(self._single(label, found), wait)
        raise NotSeen(f"no button {label!r} is visible:\n{self.transcript()}")

    async def presses_on(self, message: Message, label: str, wait: bool = True) -> None:
        """Press a button of a message that may have changed or gone since the test took hold of it."""
        found = _fitting(label, [button for row in message.buttons for button in row])
        if not found:
            raise NotSeen(f"no button {label!r} in the message {message.text!r}")
        await self._press(message, self._single(label, found), wait)

    async def press_raw(self, message_id: int, data: str, wait: bool = True) -> None:
        """Press with any callback data, for instance those of a window that is no longer there."""
        self._acts()
        self.chat.toast = None
        self.pressed = self.chat.press(message_id, data)
        await self._waits(wait)

    async def sends(self, content: Json, wait: bool = True) -> None:
        """Send anything, in Telegram's own fields."""
        self._acts()
        self.chat.send(content)
        await self._waits(wait)

    async def sends_photo(self, content: bytes = attachments.PNG, caption: str | None = None) -> None:
        await self.sends(attachments.photo(self.chat, content, caption))

    async def sends_document(
        self, content: bytes, name: str = "document.pdf", mime_type: str = "application/pdf"
    ) -> None:
        await self.sends(attachments.document(self.chat, content, name, mime_type))

    async def sends_voice(self) -> None:
        await self.sends(attachments.voice(self.chat))

    async def sends_video_note(self) -> None:
        await self.sends(attachments.video_note(self.chat))

    async def sends_sticker(self, emoji: str = "🙂") -> None:
        await self.sends(attachments.sticker(self.chat, emoji))

    async def sends_location(self, latitude: float, longitude: float) -> None:
        await self.sends(attachments.location(latitude, longitude))

    async def sends_contact(self, phone_number: str, own: bool = True) -> None:
        await self.sends(attachments.contact(self.chat, phone_number, own))

    async def blocks(self, wait: bool = True) -> None:
        self._acts()
        self.chat.block()
        await self._waits(wait)

    async def unblocks(self, wait: bool = True) -> None:
        self.chat.block(False)
        await self._waits(wait)

    def speaks(self, language_code: str | None) -> None:
        """Change the language of the phone; the bot learns it with the next update."""
        self.user.language_code = language_code

    # What the person waits for and sees

    async def quiet(self) -> None:
        """Wait until the bot has handled everything and nothing more comes."""
        everywhere = self.patience.everywhere
        try:
            await until_quiet(self.world.activity if everywhere else self.chat.activity, self.patience)
        except NotQuiet as error:
            raise NotQuiet(f"{error}\n{self.transcript()}") from None

    async def waits_for(self, text: str, seconds: float = 5.0) -> Message:
        """Wait for a message that comes by itself; one that came since the last own action will do."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            for message in self._news():
                if text in message.text:
                    return message
            if loop.time() >= until:
                raise NotSeen(f"{text!r} did not come in {seconds:g} s:\n{self.transcript()}")
            await self.chat.activity.changes(until - loop.time())

    @property
    def messages(self) -> list[Message]:
        """All visible messages of both sides, in order."""
        return list(self.chat.messages.values())

    @property
    def sees(self) -> str:
        """The bot's words that are new or changed since the person's last own action. No buttons."""
        return "\n".join(message.text for message in self._news())

    @property
    def screen(self) -> str:
        """The words of the last message."""
        return self.messages[-1].text if self.messages else ""

    @property
    def buttons(self) -> list[str]:
        """The labels under the newest message that has any; failing that, those under the text field."""
        for message in reversed(self.messages):
            if message.buttons:
                return [button["text"] for row in message.buttons for button in row]
        rows = self.chat.keyboard["keyboard"] if self.chat.keyboard else []
        return [button["text"] for row in rows for button in row]

    @property
    def toast(self) -> str | None:
        """What the bot answered to the last press (small text on top, or a box)."""
        return self.chat.toast

    @property
    def commands(self) -> dict[str, str]:
        """The menu of commands as this person sees it."""
        return {c["command"]: c["description"] for c in self.world.commands_for(self.chat)}

    def transcript(self) -> str:
        """The whole visible conversation, for people who read why a test failed."""
        lines = [f"--- {self.user.first_name} and @{self.bot.username}{', blocked' * self.chat.blocked} ---"]
        for message in self.messages:
            sender = self.bot.name if message.from_bot else self.user.first_name
            kind = "" if message.kind == "text" else f"[{message.kind}] "
            lines.append(f"{message.date:%d.%m. %H:%M} {sender}: {kind}{message.text}")
            lines += ["    " + " ".join(f"[ {button['text']} ]" for button in row) for row in message.buttons]
        return "\n".join(lines)

    # Inside

    def _news(self) -> list[Message]:
        return [message for message in self.messages if message.from_bot and message.touched > self._mark]

    def _acts(self) -> None:
        if self.chat.blocked:
            raise NotSeen(f"{self.user.first_name} has blocked the bot and cannot write to it")
        self._mark = next(self.world.serial)

    async def _waits(self, wait: bool) -> None:
        if wait:
            await self.quiet()

    async def _press(self, message: Message, button: Json, wait: bool) -> None:
        if "callback_data" in button:
            return await self.press_raw(message.id, button["callback_data"], wait)
        self.opened = button.get("url") or button.get("copy_text", {}).get("text")
        return None

    async def _press_under(self, button: Json, wait: bool) -> None:
        if button.get("request_contact"):
            return await self.sends(attachments.contact(self.chat, "+358000000000"), wait)
        if button.get("request_location"):
            return await self.sends(attachments.location(60.17, 24.94), wait)
        return await self.says(button["text"], wait=wait)

    def _single(self, label: str, found: list[Json]) -> Any:
        if len(found) > 1:
            labels = ", ".join(repr(button["text"]) for button in found)
            raise NotSeen(f"{label!r} fits several buttons: {labels}\n{self.transcript()}")
        return found[0]


def _fitting(label: str, buttons: list[Json]) -> list[Json]:
    """The buttons with exactly this label; if there are none, those that contain it."""
    exact = [button for button in buttons if button["text"] == label]
    return exact or [button for button in buttons if label in button["text"]]
