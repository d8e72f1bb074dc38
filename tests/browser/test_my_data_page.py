"""The page with everything that is held, where it is read: on a telephone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from bot.db.columns import Vault
from bot.db.work import Database
from bot.i18n import LOCALES
from bot.services.base import Services
from tests.browser.conftest import SMALL
from tests.conftest import HandClock
from tests.services.people import services_on
from tests.services.test_services_my_data import whole_story
from tests.test_my_page import page_of


@pytest.fixture
async def services(sqlite_url: str, vault: Vault, clock: HandClock) -> AsyncIterator[Services]:
    database = Database(sqlite_url, vault, clock)
    yield services_on(database, clock)
    await database.close()


@pytest.mark.parametrize("locale", LOCALES)
async def test_nothing_is_wider_than_the_screen(
    browser: Browser, services: Services, tmp_path: Path, locale: str
) -> None:
    await whole_story(services)
    file = tmp_path / "page.html"
    file.write_text(await page_of(services, locale))
    page = await browser.new_page(viewport={"width": SMALL[0], "height": SMALL[1]})
    await page.goto(file.as_uri())
    assert await page.locator("td").count()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.close()
