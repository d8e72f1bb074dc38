"""A courier at work between a database and a simulated Telegram, with the telephones that get its messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import AnyHttpUrl
from telegram import Bot as TelegramBot

from bot.app import sending_bot
from bot.core.calendar import Clock
from bot.courier import Courier
from bot.db.work import Database
from bot.limits import Pace
from bot.services import staff
from bot.services.base import Services
from bot.services.clients import Chat as ClientChat
from bot.services.staff import Worker
from bot.simulator.api import Simulator
from bot.simulator.chats import Bot, Chat, Message, User
from bot.sms import Gateway
from tests.services.people import KELLO, services_on

CLIENT_TOKEN, STAFF_TOKEN = "1001:client", "1002:staff"


@dataclass
class Post:
    """Everything a test of the courier has in its hands."""

    simulator: Simulator
    services: Services
    client_bot: Bot
    staff_bot: Bot
    telegram: tuple[TelegramBot, TelegramBot]
    courier: Courier
    stack: AsyncExitStack = field(repr=False)

    def somebody(self, name: str = "Testi") -> User:
        """Somebody who has written to the client bot, so that it may write to them."""
        user = self.simulator.add_user(name, "fi")
        self._starts(self.client_bot, user)
        return user

    async def joins(self, name: str = "Leena", organisation: str = KELLO) -> tuple[Worker, User]:
        user = self.simulator.add_user(name, "fi")
        self._starts(self.staff_bot, user)
        invitation = await staff.invite(self.services, organisation, name)
        worker = await staff.redeem(self.services, invitation.code, user.id, "fi")
        assert isinstance(worker, Worker)
        return worker, user

    def of_client(self, user: User) -> list[Message]:
        """What the client bot has written to this person and still stands there."""
        return _written(self.simulator.chat(self.client_bot, user))

    def of_worker(self, user: User) -> list[Message]:
        return _written(self.simulator.chat(self.staff_bot, user))

    async def another_courier(
        self, services: Services | None = None, gateway: Gateway | None = None
    ) -> Courier:
        """A second courier with its own connections, as a second machine would have."""
        mine = services or self.services
        bots = [await self.stack.enter_async_context(sending_bot(mine, token)) for token in TOKENS]
        return Courier(mine, bots[0], bots[1], hurry, gateway)

    async def until_all_is_sent(self) -> None:
        while await self.courier.round():
            pass

    def _starts(self, bot: Bot, user: User) -> None:
        self.simulator.chat(bot, user).say("/start")
        bot.confirm(before=10**9)


TOKENS = (CLIENT_TOKEN, STAFF_TOKEN)


def hurry() -> Pace:
    """How evenly messages go out is tested by itself."""
    return Pace(per_second=10_000, per_chat=10_000)


def _written(chat: Chat) -> list[Message]:
    return [message for message in chat.messages.values() if message.from_bot]


def chat_of(user: User) -> ClientChat:
    return ClientChat(user.id, "fi")


@asynccontextmanager
async def post_office(
    database: Database, clock: Clock, gateway: Gateway | None = None, **settings: Any
) -> AsyncIterator[Post]:
    async with Simulator() as simulator, AsyncExitStack() as stack:
        client_bot = simulator.add_bot(CLIENT_TOKEN, "client_bot", "Rinnalla")
        staff_bot = simulator.add_bot(STAFF_TOKEN, "staff_bot", "Työ")
        services = services_on(database, clock, telegram_api=AnyHttpUrl(simulator.url), **settings)
        telegram = [await stack.enter_async_context(sending_bot(services, token)) for token in TOKENS]
        courier = Courier(services, telegram[0], telegram[1], hurry, gateway)
        yield Post(simulator, services, client_bot, staff_bot, (telegram[0], telegram[1]), courier, stack)
