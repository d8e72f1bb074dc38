"""A running staff bot with its courier."""

from collections.abc import AsyncIterator

import pytest

from bot.db.columns import Vault
from tests.staff.office import Office, open_office


@pytest.fixture
async def office(sqlite_url: str, vault: Vault) -> AsyncIterator[Office]:
    async with open_office(sqlite_url, vault) as opened:
        yield opened
