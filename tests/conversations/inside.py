"""The client bot without a network: the real dispatcher, and the simulator called as a function.

As strict as over HTTP, and many times faster: for tours of every window and for long random walks.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.fsm.storage.base import BaseEventIsolation
from aiogram.fsm.storage.memory import MemoryStorage, MemoryStorageRecord, SimpleEventIsolation
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile

from bot import client
from bot.app import dialog_storage, open_services
from bot.db.dialog_state import DialogStorage
from bot.demo import CLIENT_TOKEN, settings_for
from bot.services import staff
from bot.services.base import Services
from bot.services.staff import Worker
from bot.simulator.api import Simulator
from bot.simulator.call import Upload
from bot.simulator.chats import User
from bot.simulator.errors import ApiError
from bot.updates import Source, handle_once
from tests.conftest import START
from tests.conversations.people import Client, place

NOWHERE = "http://nowhere.invalid"
AT_ONCE = 30
"""Updates of one act that may follow each other; more would be a loop."""


class StraightSession(BaseSession):
    """aiogram's way to Telegram, cut short: a method goes to the simulator as Telegram would get it."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.simulator = simulator

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 (the name is aiogram's)
    ) -> TelegramType:
        files: dict[str, InputFile] = {}
        given = {
            name: prepared
            for name, value in method.model_dump(warnings=False).items()
            if (prepared := self.prepare_value(value, bot, files))
        }
        uploads = {
            name: Upload(b"".join([part async for part in file.read(bot)]), file.filename)
            for name, file in files.items()
        }
        name = method.__api_method__.lower()
        try:
            result = await self.simulator.call(self.simulator.bots[bot.token], name, (given, uploads))
            status, answer = 200, {"ok": True, "result": result}
        except ApiError as error:
            status = error.code
            answer = {"ok": False, "error_code": error.code, "description": error.description}
        self.simulator.answers[name, status] += 1
        return cast(TelegramType, self.check_response(bot, method, status, json.dumps(answer)).result)

    async def close(self) -> None:
        """Nothing to close."""

    async def stream_content(self, *_args: Any, **_kwargs: Any) -> AsyncGenerator[bytes, None]:
        raise NotImplementedError("the client bot downloads nothing")
        yield b""


class Memory(MemoryStorage, DialogStorage):
    """Dialog state that is gone with the test; a chat can be put back to where it was."""

    def create_isolation(self) -> BaseEventIsolation:
        return SimpleEventIsolation()

    async def forget(self, bot_id: int, chat_id: int) -> None:
        for key in [key for key in self.storage if (key.bot_id, key.chat_id) == (bot_id, chat_id)]:
            del self.storage[key]

    async def forget_idle(self, before: datetime) -> int:
        return 0

    def copy_of(self, chat_id: int) -> dict[Any, MemoryStorageRecord]:
        return deepcopy({key: record for key, record in self.storage.items() if key.chat_id == chat_id})

    async def put_back(self, bot_id: int, chat_id: int, copy: dict[Any, MemoryStorageRecord]) -> None:
        await self.forget(bot_id, chat_id)
        self.storage.update(deepcopy(copy))


class Inside:
    """The client bot; `restart` makes everything new but what is kept."""

    def __init__(self, simulator: Simulator, services: Services, memory: Memory | None) -> None:
        self.simulator, self.services, self.memory = simulator, services, memory
        self.account = simulator.bots[CLIENT_TOKEN]
        self.clients: list[StraightClient] = []
        self.worker: Worker | None = None
        self._start()

    async def restart(self) -> None:
        await self.storage.close()
        self._start()

    def _start(self) -> None:
        self.storage: DialogStorage = self.memory or dialog_storage(self.services)
        self.dispatcher: Dispatcher = client.build_dispatcher(self.services, self.storage)
        self.bot = client.build_bot(CLIENT_TOKEN, NOWHERE)
        session = StraightSession(self.simulator)
        for middleware in self.bot.session.middleware:
            session.middleware(middleware)
        self.bot.session = session

    async def handle(self) -> None:
        """Hand over what people have done, as the poller would; an update never meets a second one of its chat."""

        async def feed(update: dict[str, Any]) -> None:
            await self.dispatcher.feed_raw_update(self.bot, update)

        source = Source("client", cast(Any, None), feed)
        for _ in range(AT_ONCE):
            if not self.account.queue:
                return
            update = self.account.queue[0]
            body = {"update_id": update.id, update.kind: update.body}
            await (feed(body) if self.memory else handle_once(self.services, source, body))
            self.account.confirm(before=update.id + 1)
        raise AssertionError("the updates do not end")

    def client(self, first_name: str = "Aino", language_code: str | None = "fi") -> StraightClient:
        user = self.simulator.add_user(first_name, language_code)
        self.clients.append(StraightClient(self, user))
        return self.clients[-1]

    async def employ(self, organisation: str, name: str = "Leena") -> Worker:
        """A worker who takes requests for the organisation; here the staff bot does not run."""
        invitation = await staff.invite(self.services, organisation, name)
        chat = self.simulator.add_user(name, "fi")
        worker = await staff.redeem(self.services, invitation.code, chat.id, "fi")
        assert isinstance(worker, Worker)
        self.worker = worker
        return worker


class StraightClient(Client):
    """A client whose acts are handled before they return."""

    def __init__(self, inside: Inside, user: User) -> None:
        super().__init__(inside.simulator, inside.account, user)
        self.inside = inside

    async def quiet(self) -> None:
        await self.inside.handle()

    @property
    async def place(self) -> str | None:
        return await place(self.inside.storage, self.inside.bot, self.user.id)


@asynccontextmanager
async def inside(folder: Path, *, memory: bool = False, **settings: Any) -> AsyncIterator[Inside]:
    """On SQLite in `folder`, unless `settings` say otherwise. With `memory` dialog state is in no database."""
    simulator = Simulator(START)
    simulator.add_bot(CLIENT_TOKEN, "rinnalla_demo_bot", "Rinnalla")
    chosen = settings_for(NOWHERE, folder).model_copy(update=settings)
    async with open_services(chosen, simulator.clock.now) as services:
        yield Inside(simulator, services, Memory() if memory else None)
