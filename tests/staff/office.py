"""A running staff bot and courier in a simulated Telegram: workers with telephones, clients by their use cases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from unittest.mock import patch

from pydantic import AnyHttpUrl
from sqlalchemy import select

from bot import app
from bot.core.consent import Item, Reach
from bot.core.grants import Role
from bot.courier import Courier
from bot.db.columns import Vault
from bot.db.tables import OutboxMessage
from bot.db.work import Database
from bot.services import consents, requests, staff
from bot.services.base import Services
from bot.services.clients import Chat
from bot.simulator.api import Simulator
from bot.simulator.chats import Bot, User
from bot.simulator.driver import Patience, Phone, until_quiet
from tests.courier.postman import CLIENT_TOKEN, STAFF_TOKEN, hurry
from tests.services.people import KELLO, asks, services_on

MORNING = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)  # a Wednesday, ten o'clock in Helsinki
PATIENCE = Patience(timeout=30)


@dataclass
class Office:
    simulator: Simulator
    services: Services
    client_bot: Bot
    staff_bot: Bot
    running: asyncio.Task[None] = field(repr=False)

    def telephone(self, name: str, language: str | None = "fi") -> WorkersPhone:
        """Somebody who may become a worker."""
        return WorkersPhone(self, self.simulator.add_user(name, language))

    async def worker(
        self,
        name: str = "Leena",
        organisation: str = KELLO,
        language: str = "fi",
        role: Role = Role.WORKER,
    ) -> WorkersPhone:
        """A worker who has joined with an invitation."""
        phone = self.telephone(name, language)
        await phone.says(f"/start {(await staff.invite(self.services, organisation, name, role)).code}")
        return phone

    def client(self, name: str = "Aino") -> Client:
        user = self.simulator.add_user(name, "fi")
        self.simulator.chat(self.client_bot, user).say("/start")
        self.client_bot.confirm(before=10**9)
        return Client(self, user)

    async def settled(self) -> None:
        """Until both bots and the courier have done all that is due."""
        while True:
            assert not self.running.done(), "the staff bot has stopped"
            await until_quiet(self.simulator.activity, PATIENCE)
            if not await self._something_is_due():
                return
            await asyncio.sleep(0.02)

    async def _something_is_due(self) -> bool:
        due = select(OutboxMessage.id).where(
            OutboxMessage.state.in_(["waiting", "leased"]), OutboxMessage.due_at <= self.services.clock()
        )
        async with self.services.db.read() as session:
            return (await session.scalars(due.limit(1))).first() is not None


class WorkersPhone(Phone):
    """A worker's telephone; it waits for the courier, too."""

    def __init__(self, office: Office, user: User) -> None:
        super().__init__(office.simulator, office.staff_bot, user, PATIENCE)
        self._office = office

    async def quiet(self) -> None:
        await self._office.settled()

    @property
    def written(self) -> list[str]:
        """What the bot has written and still stands there."""
        return [message.text for message in self.messages if message.from_bot]

    def showing(self, words: str) -> int:
        """In how many messages these words stand."""
        return sum(words in text for text in self.written)

    async def id(self) -> int:
        worker = await staff.worker(self._office.services, self.user.id)
        assert worker is not None
        return worker.id


@dataclass
class Client:
    """What a client does, by the use cases that the client bot calls."""

    office: Office
    user: User

    @property
    def received(self) -> list[str]:
        chat = self.office.simulator.chat(self.office.client_bot, self.user)
        return [message.text for message in chat.messages.values() if message.from_bot]

    async def asks(self, **changes: object) -> int:
        request_id = await asks(self.office.services, Chat(self.user.id, "fi"), **changes)
        await self.office.settled()
        return request_id

    async def asks_and_tells_nothing(self) -> int:
        return await self.asks(items=frozenset[Item](), reach=Reach.CHAT)

    async def writes(self, request_id: int, words: str) -> bool:
        number = len(self.received) + 1000 + next(self.office.simulator.serial)
        sent = await requests.answer(self.office.services, self.user.id, request_id, words, number)
        await self.office.settled()
        return sent

    async def withdraws(self) -> None:
        for consent in await consents.mine(self.office.services, self.user.id):
            await consents.withdraw(self.office.services, self.user.id, consent.id)
        await self.office.settled()


@asynccontextmanager
async def open_office(database_url: str, vault: Vault, **settings: Any) -> AsyncIterator[Office]:
    """Updates are polled, or pushed if the settings say so."""
    async with Simulator(start=MORNING) as simulator:
        database = Database(database_url, vault, simulator.clock.now)
        client_bot = simulator.add_bot(CLIENT_TOKEN, "client_bot", "Rinnalla")
        staff_bot = simulator.add_bot(STAFF_TOKEN, "staff_bot", "Työ")
        settings = {"telegram_api": AnyHttpUrl(simulator.url), **settings}
        services = services_on(database, simulator.clock.now, **settings)
        stop, ready = asyncio.Event(), asyncio.Event()
        with patch.object(app, "Courier", partial(Courier, pace=hurry)):
            work = app.run(services, ["staff", "courier"], stop, ready.set, "webhook_url" in settings)
            running = asyncio.create_task(work)
            try:
                await asyncio.wait_for(ready.wait(), 20)
                yield Office(simulator, services, client_bot, staff_bot, running)
            finally:
                stop.set()
                await asyncio.wait_for(running, 20)
                await database.close()
