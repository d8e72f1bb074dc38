"""The Bot API over HTTP, as strict as Telegram's own. Bots of any framework run against it unmodified.

simulator = Simulator()
simulator.add_bot("1:secret", "example_bot", "Example")
await simulator.start()  # then give `simulator.url` to the bots as their Bot API server
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections import Counter
from contextlib import ExitStack, suppress
from datetime import datetime
from types import TracebackType
from typing import Any

from aiohttp import web

from bot.simulator import messages, profile, requests, schema, updates
from bot.simulator.call import METHODS, Call
from bot.simulator.chats import Bot, Chat, World
from bot.simulator.errors import ApiError
from bot.simulator.faults import Faults, Limits
from bot.simulator.requests import Given
from bot.simulator.webhooks import Webhooks

WITH_METHODS = (messages, profile, updates)  # importing them has registered what they can do

BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"


class Simulator(World):
    """A `World` that bots reach over HTTP."""

    def __init__(self, start: datetime | None = None, limits: Limits | None = None) -> None:
        super().__init__(start)
        self.faults = Faults()
        self.limits = limits
        self.latency = 0.0  # seconds that every call takes, except the wait for updates
        self.answers: Counter[tuple[str, int]] = Counter()  # by (method, code)
        self.routes: list[web.AbstractRouteDef] = []  # served beside the Bot API: the page adds its own
        self.url = ""
        self._webhooks = Webhooks(self, self._execute_answer)
        self._runner: web.AppRunner | None = None
        self._pushing: asyncio.Task[None] | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes(
            [
                web.route("*", "/bot{token}/{method}", self._serve),
                web.get("/file/bot{token}/{path:.+}", self._serve_file),
                *self.routes,
            ]
        )
        self.closing = False
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"
        self._pushing = asyncio.create_task(self._webhooks.run())

    async def stop(self) -> None:
        self.closing = True
        for bot in self.bots.values():
            bot.arrived.set()
        for listener in list(self._listeners):
            listener.close()
        if self._pushing:
            self._pushing.cancel()
            with suppress(asyncio.CancelledError):
                await self._pushing
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Simulator:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def reset(self) -> None:
        self.faults.clear()
        self.answers.clear()
        if self.limits:
            self.limits.forget()
        await super().reset()

    # Requests

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        bot = self.bots.get(request.match_info["token"])
        name = request.match_info["method"].lower()
        try:
            if not bot:
                raise ApiError(401)
            if name == "getupdates":
                return await self._respond(request, bot, name, await requests.from_request(request))
            with ExitStack() as going_on:
                what = f"{name} of @{bot.username} is not yet answered"
                going_on.enter_context(self.activity.going_on(what))
                given = await requests.from_request(request)
                if chat := self._chat_of(bot, given[0]):
                    going_on.enter_context(chat.activity.going_on(what))
                return await self._respond(request, bot, name, given)
        except ApiError as error:
            self.answers[name, error.code] += 1
            return _refusal(error)

    async def _respond(self, request: web.Request, bot: Bot, name: str, given: Given) -> web.StreamResponse:
        chat = self._chat_of(bot, given[0])
        chat_id = chat.user.id if chat else None
        fault = self.faults.take(bot.id, name, chat_id)
        kind = fault.kind if fault else None
        if self.latency and name != "getupdates":
            await asyncio.sleep(self.latency)
        if fault and kind == "delay":
            await asyncio.sleep(fault.seconds)
        if fault:
            fault.refuse()
        if kind == "bad_gateway":
            self.answers[name, 502] += 1
            return web.Response(status=502, text=BAD_GATEWAY, content_type="text/html")
        if kind != "cut_before":
            if self.limits:
                self.limits.check(asyncio.get_running_loop().time(), bot.id, name, chat_id)
            result = await self.call(bot, name, given)
            if kind != "cut_after":
                self.answers[name, 200] += 1
                return _json({"ok": True, "result": result})
        if request.transport:
            request.transport.abort()
        return web.Response(status=500)

    async def call(self, bot: Bot, name: str, given: Given) -> Any:
        """Carry out one call; ApiError when Telegram would refuse it."""
        handler = METHODS.get(name)
        if not handler:
            raise ApiError(404, "method not found")
        params, uploads = given
        call = Call(self, bot, uploads)
        result = handler(call, **schema.validated(name, handler, params))
        return await result if inspect.isawaitable(result) else result

    async def _execute_answer(self, bot: Bot, given: Given) -> None:
        name = str(given[0].pop("method", "")).lower()
        if name:
            with suppress(ApiError):  # nobody is told: Telegram doesn't answer the answer
                await self.call(bot, name, given)

    def _chat_of(self, bot: Bot, params: dict[str, Any]) -> Chat | None:
        query = self.queries.get(str(params.get("callback_query_id")))
        if query:
            return query.message.chat
        return Call(self, bot).known_chat(params.get("chat_id"))

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        bot, path = self.bots.get(request.match_info["token"]), request.match_info["path"]
        for file in self.files.values():
            if bot and file.bot is bot and file.path == path:
                return web.Response(body=file.content, content_type="application/octet-stream")
        return _refusal(ApiError(404) if bot else ApiError(401))


def _json(body: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json")


def _refusal(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.retry_after:
        body["parameters"] = {"retry_after": error.retry_after}
    return _json(body, error.code)
