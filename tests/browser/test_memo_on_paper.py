"""The memo where it is read: on a telephone, and on paper."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from bot.db.columns import Vault
from bot.db.work import Database
from bot.i18n import LOCALES
from bot.services.base import Services
from tests.browser.conftest import SMALL
from tests.conftest import HandClock
from tests.services.people import services_on
from tests.test_memo_page import busy_client, printed


@pytest.fixture
async def services(sqlite_url: str, vault: Vault, clock: HandClock) -> AsyncIterator[Services]:
    database = Database(sqlite_url, vault, clock)
    yield services_on(database, clock)
    await database.close()


async def opened(browser: Browser, services: Services, folder: Path, locale: str) -> Page:
    await busy_client(services)
    file = folder / "memo.html"
    file.write_text(await printed(services, locale))
    page = await browser.new_page(viewport={"width": SMALL[0], "height": SMALL[1]}, bypass_csp=True)
    await page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("locale", LOCALES)
async def test_it_fits_a_telephone_and_everybody_can_read_it(
    browser: Browser, services: Services, tmp_path: Path, locale: str
) -> None:
    page = await opened(browser, services, tmp_path, locale)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    await page.close()


@pytest.mark.parametrize("locale", LOCALES)
async def test_it_prints_on_one_or_two_sheets_of_a4_in_large_letters(
    browser: Browser, services: Services, tmp_path: Path, locale: str
) -> None:
    page = await opened(browser, services, tmp_path, locale)
    pdf = await page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 2
    width, height = (
        float(number) for number in re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups()
    )  # type: ignore[union-attr]
    assert (round(width), round(height)) == (595, 842)
    await page.emulate_media(media="print")
    size = await page.evaluate("parseFloat(getComputedStyle(document.querySelector('td')).fontSize)")
    assert size >= 16  # 12 points
    await page.close()
