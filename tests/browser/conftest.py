"""A browser for the tests (Debian's Chromium through Playwright, started once), and a stage with two echo bots."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.simulator.api import Simulator
from bot.simulator.chats import Chat, User
from bot.simulator.page import Phone, attach
from tests.browser.echo import Echo

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HERE = Path(__file__).parent
SCREENSHOTS = HERE.parent / "screenshots"
SMALL, LARGE = (360, 740), (1280, 800)
START = datetime(2025, 3, 12, 11, 4, tzinfo=UTC)  # 13.04 in Helsinki

expect.set_options(timeout=5000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium; without it the tests are skipped, or fail where all services are required."""
    if not shutil.which(CHROMIUM):
        if os.environ.get("RINNALLA_REQUIRE_SERVICES") == "1":
            pytest.fail(f"{CHROMIUM} is missing")
        pytest.skip(f"{CHROMIUM} is missing")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@dataclass
class Stage:
    """A simulator with the page, two telephones, and an echo bot at the other end of each."""

    simulator: Simulator
    client: User
    worker: User
    client_bot: Echo
    worker_bot: Echo

    def chat(self, user: User | None = None) -> Chat:
        """The client bot's chat with the client, or with another of its people."""
        return self.simulator.chat(self.simulator.bots["1:client"], user or self.client)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    simulator = Simulator(START)
    simulator.add_bot("1:client", "esimerkki_bot", "Esimerkkibotti")
    simulator.add_bot("2:staff", "esimerkki_tyo_bot", "Työbotti")
    client, worker = simulator.add_user("Testi", "fi"), simulator.add_user("Toinen", "fi")
    attach(
        simulator,
        [Phone("esimerkki_bot", client.id, "client"), Phone("esimerkki_tyo_bot", worker.id, "worker")],
    )
    async with simulator:
        bots = [Echo(simulator.url, token) for token in ("1:client", "2:staff")]
        yield Stage(simulator, client, worker, *bots)
        for bot in bots:
            await bot.close()


class View:
    """The page in a browser, and what is where on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.client, self.worker = page.locator("#phone-0"), page.locator("#phone-1")
        self.log = self.client.locator(".log")
        self.field = self.client.locator("textarea")

    def key(self, label: str) -> Locator:
        """The newest button of this label under a message of the client's telephone."""
        return self.client.get_by_role("button", name=label, exact=True).and_(self.page.locator(".key")).last

    @property
    def last(self) -> Locator:
        return self.client.locator(".message").last

    async def say(self, text: str) -> None:
        await self.field.fill(text)
        await self.field.press("Enter")

    async def begin(self) -> None:
        """Start the client bot and wait for its greeting."""
        await self.client.get_by_role("button", name="Aloita", exact=True).click()
        await expect(self.client.locator(".message:not(.own)")).to_have_count(1)

    async def settled(self) -> None:
        """Wait until nothing scrolls any more."""
        await self.page.evaluate(
            """async () => {
                const places = () => [...document.querySelectorAll(".log")].map((log) => log.scrollTop).join();
                for (let before = "", still = 0; still < 6; before = places()) {
                    await new Promise(requestAnimationFrame);
                    still = places() === before ? still + 1 : 0;
                }
            }"""
        )

    async def shoot(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        await self.settled()
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


Visit = Callable[..., Awaitable[View]]


@pytest.fixture
async def visit(browser: Browser, stage: Stage) -> AsyncIterator[Visit]:
    """Open the page; an error in its scripts or against its content policy fails the test."""
    faults: list[str] = []
    async with AsyncExitStack() as contexts:

        async def open_page(size: tuple[int, int] = LARGE, **options: Any) -> View:
            context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
            contexts.push_async_callback(context.close)
            page = await context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on(
                "console", lambda said: faults.append(said.text) if is_fault(said.text, said.type) else None
            )
            await page.goto(stage.simulator.url)
            await expect(page.locator("main")).to_have_attribute("aria-busy", "false")
            return View(page)

        yield open_page
    assert not faults


def is_fault(text: str, kind: str) -> bool:
    """Refused requests and lost connections are told to the reader; they are no faults of the page."""
    return kind in {"error", "warning"} and "Failed to load resource" not in text and "net::ERR" not in text
