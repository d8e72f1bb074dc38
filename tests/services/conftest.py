"""The use cases on an empty database: every test runs on SQLite and on PostgreSQL."""

import pytest

from bot.db.work import Database
from bot.services.base import Services
from tests.conftest import HandClock
from tests.services.people import services_on


@pytest.fixture
def services(database: Database, clock: HandClock) -> Services:
    return services_on(database, clock)
