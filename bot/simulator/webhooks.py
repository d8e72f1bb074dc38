"""Pushing updates to webhooks: in order within a chat, again and again until the bot answers 2xx."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

from bot.simulator import requests
from bot.simulator.accounts import Bot, Update, Webhook
from bot.simulator.chats import World
from bot.simulator.requests import Given

Execute = Callable[[Bot, Given], Awaitable[None]]


class Webhooks:
    def __init__(self, world: World, execute: Execute, first_pause: float = 0.1) -> None:
        self.world = world
        self.execute = execute  # a webhook's answer can be a call
        self.first_pause = first_pause
        self._busy: dict[tuple[int, int], asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Push whatever can be pushed, whenever something has changed, until cancelled."""
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60)) as session:
                while True:
                    for bot in self.world.bots.values():
                        if bot.webhook:
                            self._start_pushes(session, bot, bot.webhook)
                    await self.world.activity.changes(60)
        finally:
            for task in list(self._busy.values()):
                task.cancel()

    def _start_pushes(self, session: aiohttp.ClientSession, bot: Bot, hook: Webhook) -> None:
        for update in bot.queue:
            key = (bot.id, update.user.id)
            busy = sum(bot_id == bot.id for bot_id, _ in self._busy)
            if key not in self._busy and busy < hook.max_connections:
                self._busy[key] = asyncio.create_task(self._push(session, bot, update, key))

    async def _push(
        self, session: aiohttp.ClientSession, bot: Bot, update: Update, key: tuple[int, int]
    ) -> None:
        pause = self.first_pause
        try:
            while bot.webhook and update in bot.queue:
                if await self._try(session, bot, bot.webhook, update):
                    if update in bot.queue:
                        bot.drop(update)
                    break
                await asyncio.sleep(pause)
                pause = min(pause * 2, 60)
        finally:
            del self._busy[key]
            self.world.activity.stir()

    async def _try(self, session: aiohttp.ClientSession, bot: Bot, hook: Webhook, update: Update) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            # Content-Type exactly so: python-telegram-bot refuses anything longer.
            async with session.post(hook.url, json=update.shape(), headers=headers) as response:
                if 200 <= response.status < 300:
                    await self.execute(bot, await requests.from_answer(response))
                    return True
                error = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError):
            error = "Connection refused"
        hook.last_error = (int(self.world.clock.now().timestamp()), error)
        return False
