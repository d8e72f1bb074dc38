"""A post office: a courier between an empty database and a simulated Telegram."""

from collections.abc import AsyncIterator

import pytest

from bot.db.columns import Vault
from bot.db.work import Database
from bot.services.base import Services
from tests.conftest import HandClock
from tests.courier.postman import Post, post_office


@pytest.fixture
async def post(sqlite_url: str, vault: Vault, clock: HandClock) -> AsyncIterator[Post]:
    database = Database(sqlite_url, vault, clock)
    try:
        async with post_office(database, clock) as office:
            yield office
    finally:
        await database.close()


@pytest.fixture
def services(post: Post) -> Services:
    return post.services


@pytest.fixture
async def post_on_both(database: Database, clock: HandClock) -> AsyncIterator[Post]:
    """The same on SQLite and on PostgreSQL."""
    async with post_office(database, clock) as office:
        yield office
