"""The simulator's web page: telephones side by side, on which people try the bots in a browser.

`attach` adds it to the simulator, which serves it beside the Bot API. The page in `static/` loads the whole
state once, follows the changes as server-sent events, and does what its reader does through small POSTs.
It is meant for the reader's own machine: requests that another site or another host name sends are refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from json import dumps
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from aiohttp import BodyPartReader, web

from bot.simulator import attachments
from bot.simulator.activity import Subscription
from bot.simulator.api import Simulator
from bot.simulator.chats import Bot, Chat, Event, Json, User, World
from bot.simulator.errors import ApiError

STATIC = Path(__file__).parent / "static"
NOBODYS_NUMBER = "+358000000000"
MARKET_SQUARE = (62.2426, 25.7473)  # in Jyväskylä
FILE_LIMIT = 20 * 1024 * 1024
LONGEST_JUMP = timedelta(days=3660)
HEARTBEAT = 15.0
UNKNOWN_TYPE = "application/octet-stream"
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# Shown in the browser by their first bytes; every other file is only offered for saving.
SHOWN = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
    b"OggS": "audio/ogg",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Phone:
    """A telephone on the page: whose it is at first, and the bot it talks with.

    The roles "client" and "worker" have titles in the page's languages; any other role is its own title.
    """

    bot: str
    user: int
    role: str


class Refused(Exception):
    """Something that cannot be done; the page has words for the code."""


def attach(simulator: Simulator, phones: Iterable[Phone], time_zone: str = "Europe/Helsinki") -> None:
    """Let a simulator that is not yet started serve the page, at `/`."""
    simulator.routes += _Page(simulator, list(phones), time_zone).routes()


class _Page:
    def __init__(self, world: World, phones: list[Phone], time_zone: str) -> None:
        self.world = world
        self.phones = phones
        self.time_zone = time_zone
        self.bots: dict[str, Bot] = {bot.username: bot for bot in world.bots.values()}
        self.people: list[tuple[str, User]] = [(phone.bot, world.users[phone.user]) for phone in phones]

    def routes(self) -> list[web.AbstractRouteDef]:
        posts = {
            "text": self.on_text,
            "press": self.on_press,
            "thing": self.on_thing,
            "file": self.on_file,
            "language": self.on_language,
            "block": self.on_block,
            "people": self.on_people,
            "clock": self.on_clock,
            "reset": self.on_reset,
        }
        gets = {
            "/": self.index,
            "/sim/state": self.get_state,
            "/sim/events": self.get_events,
            "/sim/files/{id}": self.get_file,
            "/sim/static/{name}": self.get_static,
        }
        return [
            *(web.get(path, _guarded(handler)) for path, handler in gets.items()),
            *(web.post(f"/sim/{name}", _guarded(handler)) for name, handler in posts.items()),
        ]

    # What the page shows

    async def index(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def get_static(self, request: web.Request) -> web.FileResponse:
        path = STATIC / request.match_info["name"]
        if path.parent != STATIC or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path)

    async def get_state(self, _: web.Request) -> web.Response:
        return web.json_response({**self._time(), "phones": [self._phone(phone) for phone in self.phones]})

    def _time(self) -> Json:
        return {"now": self.world.clock.now().timestamp(), "time_zone": self.time_zone}

    def _phone(self, phone: Phone) -> Json:
        bot = self.bots[phone.bot]
        chats = [self.world.chat(bot, user) for name, user in self.people if name == phone.bot]
        people = [
            {
                "user": chat.user.shape(),
                "chat": {
                    **self._chat(chat),
                    "messages": [message.shape() for message in chat.messages.values()],
                },
            }
            for chat in chats
        ]
        name = bot.text("name", None) or bot.name
        return {"role": phone.role, "bot": {"username": bot.username, "name": name}, "people": people}

    def _chat(self, chat: Chat) -> Json:
        return {
            "blocked": chat.blocked,
            "keyboard": chat.keyboard,
            "commands": self.world.commands_for(chat),
            "about": chat.bot.text("description", chat.user.language_code),
            "typing": False,
        }

    def _event(self, event: Event) -> Json:
        """One change for the page. What touches more than one chat makes it load everything again."""
        if not event.chat or event.kind in {"reset", "clock", "commands", "profile"}:
            return {"kind": "reload"}
        return {
            "kind": event.kind,
            "bot": event.chat.bot.username,
            "user": event.chat.user.id,
            "chat": {**self._chat(event.chat), "typing": event.kind == "action"},
            "message": event.message.shape() if event.message else None,
            "text": event.text,
            "alert": event.alert,
        }

    async def get_events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        _harden(response)
        with self.world.subscribe() as events, suppress(ConnectionResetError):  # the page may be closed
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            await self._stream(response, events)
        return response

    async def _stream(self, response: web.StreamResponse, events: Subscription[Event]) -> None:
        while True:
            try:
                event = await asyncio.wait_for(anext(events), HEARTBEAT)
            except TimeoutError:
                await response.write(b": still here\n\n")
            except StopAsyncIteration:
                return
            else:
                await response.write(f"data: {dumps(self._event(event))}\n\n".encode())

    async def get_file(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.match_info["id"])
        if not file:
            raise web.HTTPNotFound
        shown = next((kind for start, kind in SHOWN.items() if file.content.startswith(start)), None)
        headers = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private"}
        if not shown or "download" in request.query:
            name = quote(file.name or file.path.rpartition("/")[2])
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return web.Response(body=file.content, content_type=shown or UNKNOWN_TYPE, headers=headers)

    # What the reader does

    async def on_text(self, request: web.Request) -> web.Response:
        body = await _body(request)
        chat = self._open_chat(body)
        text = str(body["text"]).strip()
        if not 0 < len(text) <= 4096:
            raise Refused("failed")
        chat.say(text, chat.messages.get(_number(body.get("reply"))))
        return _done()

    async def on_press(self, request: web.Request) -> web.Response:
        body = await _body(request)
        self._open_chat(body).press(_number(body["message"]), str(body["data"]))
        return _done()

    async def on_thing(self, request: web.Request) -> web.Response:
        body = await _body(request)
        chat = self._open_chat(body)
        chat.send(_sample(chat, str(body["kind"])), chat.messages.get(_number(body.get("reply"))))
        return _done()

    async def on_file(self, request: web.Request) -> web.Response:
        fields, name, content = await _form(request)
        chat = self._open_chat(fields)
        caption = fields.get("caption", "").strip()[:1024]
        reply = chat.messages.get(_number(fields.get("reply")))
        chat.send(_sent_file(chat, fields["kind"], content, name, caption), reply)
        return _done()

    async def on_language(self, request: web.Request) -> web.Response:
        body = await _body(request)
        self._find_chat(body).user.language_code = str(body["language"]) or None
        self.world.tell(Event("profile"))
        return _done()

    async def on_block(self, request: web.Request) -> web.Response:
        body = await _body(request)
        self._find_chat(body).block(bool(body["blocked"]))
        return _done()

    async def on_people(self, request: web.Request) -> web.Response:
        body = await _body(request)
        if body["bot"] not in self.bots or not str(body["name"]).strip():
            raise Refused("failed")
        user = self.world.add_user(str(body["name"]).strip()[:64], str(body.get("language") or "") or None)
        self.people.append((body["bot"], user))
        self.world.tell(Event("profile"))
        for hook in self.world.on_newcomer:
            await hook(self.bots[body["bot"]], user)
        return _done(user=user.shape())

    async def on_clock(self, request: web.Request) -> web.Response:
        body = await _body(request)
        now = self.world.clock.now()
        if "seconds" in body:
            step = timedelta(seconds=float(body["seconds"]))
        else:
            step = self._moment(str(body["moment"])) - now
        if step <= timedelta():
            raise Refused("past")
        if step > LONGEST_JUMP:
            raise Refused("far")
        await self.world.clock.forward(step)
        return _done(**self._time())

    def _moment(self, text: str) -> datetime:
        """A local time as a browser writes it, 2025-03-13T14:05, in the time zone of the page."""
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(self.time_zone))

    async def on_reset(self, request: web.Request) -> web.Response:
        await _body(request)
        self.people = [(phone.bot, self.world.users[phone.user]) for phone in self.phones]
        await self.world.reset()
        return _done()

    def _find_chat(self, body: Json) -> Chat:
        user = self.world.users.get(_number(body["user"]))
        if not user or (body["bot"], user) not in self.people:
            raise Refused("failed")
        return self.world.chat(self.bots[body["bot"]], user)

    def _open_chat(self, body: Json) -> Chat:
        chat = self._find_chat(body)
        if chat.blocked:
            raise Refused("blocked_bot")
        return chat


def _sample(chat: Chat, kind: str) -> Json:
    """What a person can send without choosing anything."""
    match kind:
        case "voice":
            return attachments.voice(chat, (STATIC / "voice.ogg").read_bytes())
        case "sticker":
            return attachments.sticker(chat, "☀️", (STATIC / "sticker.webp").read_bytes())
        case "location":
            return attachments.location(*MARKET_SQUARE)
        case "contact":
            return attachments.contact(chat, NOBODYS_NUMBER)
    raise Refused("failed")


def _sent_file(chat: Chat, kind: str, content: bytes, name: str, caption: str) -> Json:
    """A picture that Telegram would not show as one goes as a document."""
    if kind == "photo":
        with suppress(ApiError):
            return attachments.photo(chat, content, caption)
    return attachments.document(chat, content, name, guess_type(name)[0] or UNKNOWN_TYPE, caption)


def _done(**more: object) -> web.Response:
    return web.json_response({"ok": True, **more})


def _number(value: object) -> int:
    """A whole number, or 0 for nothing: no message has that number."""
    return int(str(value)) if value else 0


async def _body(request: web.Request) -> Json:
    body: Any = await request.json()
    if not isinstance(body, dict):
        raise Refused("failed")
    return body


async def _form(request: web.Request) -> tuple[Json, str, bytes]:
    """The fields of a form, and the name and content of the one file in it."""
    fields: Json = {}
    name, content = "", bytearray()
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise Refused("failed")
        if not part.filename:
            fields[part.name or ""] = await part.text()
            continue
        name = part.filename
        while chunk := await part.read_chunk(65536):
            content += chunk
            if len(content) > FILE_LIMIT:
                raise Refused("large")
    return fields, name, bytes(content)


def _guarded(handler: Handler) -> Handler:
    """Only this machine's own page may use the simulator, whatever other pages the browser has open."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if not _is_local(request.host) or (origin and urlsplit(origin).netloc != request.host):
            return web.Response(status=403, text="The page answers this machine only.")
        if request.method == "POST" and "X-Rinnalla" not in request.headers:
            return web.Response(status=403, text="Only the page itself may do this.")
        try:
            response = await handler(request)
        except Refused as refused:
            response = web.json_response({"error": str(refused)}, status=400)
        except (KeyError, ValueError, OverflowError):
            response = web.json_response({"error": "failed"}, status=400)
        if not response.prepared:
            _harden(response)
        return response

    return guarded


def _is_local(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _harden(response: web.StreamResponse) -> None:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Cache-Control", "no-cache")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
