"""A simulator with one bot and one person."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.simulator.api import Simulator
from bot.simulator.chats import Bot, User
from bot.simulator.driver import Patience, Phone
from tests.simulator.helpers import TOKEN, Api


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator() as simulator:
        yield simulator


@pytest.fixture
def bot(simulator: Simulator) -> Bot:
    return simulator.add_bot(TOKEN, "example_bot", "Esimerkki")


@pytest.fixture
def user(simulator: Simulator) -> User:
    return simulator.add_user("Testi", "fi")


@pytest.fixture
def phone(simulator: Simulator, bot: Bot, user: User) -> Phone:
    return Phone(simulator, bot, user, Patience(timeout=5))


@pytest.fixture
async def api(simulator: Simulator, bot: Bot) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(session, simulator)


@pytest.fixture
async def chat_id(phone: Phone) -> int:
    """A chat in which the person has written, so that the bot may write, too."""
    await phone.says("/start", wait=False)
    phone.bot.confirm(before=1000)
    return phone.user.id
