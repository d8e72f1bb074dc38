"""A gateway for text messages on this machine: it notes what comes, and answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from aiohttp import web

Mood = Literal["well", "error", "cut before", "cut after", "silent"]


@dataclass
class LocalGateway:
    """`sent` is what telephones got, in order: number and text."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    asked: int = 0
    moods: list[Mood] = field(default_factory=list)
    """Of the next requests; when there are none left, it is well."""
    more: asyncio.Event = field(default_factory=asyncio.Event)
    ends: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    @property
    def json(self) -> str:
        return f"json://127.0.0.1:{self.port}/{{number}}"

    @property
    def form(self) -> str:
        return f"form://127.0.0.1:{self.port}/send?-to={{number}}&:message=body"

    async def until_sent(self, many: int) -> None:
        while len(self.sent) < many:
            self.more.clear()
            await self.more.wait()

    async def takes(self, request: web.Request) -> web.Response:
        self.asked += 1
        mood = self.moods.pop(0) if self.moods else "well"
        if mood == "error":
            return web.Response(status=500)
        if mood != "cut before":
            self.sent.append(await _read(request))
            self.more.set()
        if mood == "silent":
            await self.ends.wait()
        if mood in {"cut before", "cut after"} and request.transport is not None:
            request.transport.close()
        return web.Response(text="ok")


async def _read(request: web.Request) -> tuple[str, str]:
    if request.content_type == "application/json":
        return unquote(request.path).strip("/"), str((await request.json())["message"])
    told = await request.post()
    return str(request.query.get("to", told.get("to"))), str(told.get("body", told.get("message")))


@asynccontextmanager
async def local_gateway() -> AsyncIterator[LocalGateway]:
    gateway = LocalGateway()
    application = web.Application()
    application.router.add_post("/{path:.*}", gateway.takes)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    gateway.port = int(runner.addresses[0][1])
    try:
        yield gateway
    finally:
        gateway.ends.set()
        await runner.cleanup()
