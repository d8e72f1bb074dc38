"""The demonstration in a browser, as a person would try it: from the first question to a worker with a request."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from bot.demo import Demo, demonstration
from tests.browser.conftest import LARGE, SMALL, View

AREAS = 12
HARD = {2: "Vaikeaa", 5: "Joihinkin", 7: "Vaikeaa"}


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with demonstration(tmp_path) as running:
        yield running


@dataclass
class Person:
    """Somebody at the page who reads and presses."""

    view: View
    phone: int

    @property
    def log(self) -> Locator:
        return self.view.page.locator(f"#phone-{self.phone} .log")

    async def sees(self, text: str) -> None:
        await expect(self.log).to_contain_text(text, timeout=15_000)

    async def presses(self, label: str, then: str = "") -> None:
        """Press the newest button with this label, and wait for the answer that is expected."""
        key = self.log.locator(".key").filter(has_text=label).last
        await expect(key).to_be_visible(timeout=15_000)
        await key.click()
        if then:
            await expect(self.log.locator(".message").last).to_contain_text(then, timeout=15_000)


async def at_the_page(browser: Browser, demo: Demo, size: tuple[int, int]) -> tuple[View, Person, Person]:
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="fi-FI")
    await page.goto(demo.simulator.url)
    view = View(page)
    return view, Person(view, 0), Person(view, 1)


async def rate_everything(client: Person, view: View) -> None:
    """Three areas are hard, and one of them is told of in own words; the rest are fine."""
    for number in range(1, AREAS + 1):
        await expect(view.last).to_contain_text(f"{number}/{AREAS}")
        hard = HARD.get(number)
        await client.presses(hard or "Hyvä, pärjään")
        if hard:
            await expect(view.last).to_contain_text("Mikä tässä on nyt vaikeinta?")
        if number == 2:
            await view.say("En ole nukkunut kunnolla viikkoon.")
        elif hard:
            await client.presses("Ohita")


async def test_a_person_goes_all_the_way_in_a_browser(browser: Browser, demo: Demo) -> None:
    view, client, worker = await at_the_page(browser, demo, LARGE)
    await view.say("/start")
    await client.sees("Hei, mukava kun tulit.")
    await client.presses("Aloitetaan", then="Mistä haluat lähteä liikkeelle?")
    await client.presses("Mitä sinulle kuuluu?", then="yksi kerrallaan")
    await client.presses("Aloitetaan", then="1/12")
    await rate_everything(client, view)

    await client.presses("Ystävät", then="tärkeimpiä")
    await client.presses("Mieli", then="tärkeimpiä")
    await client.presses("Valmis", then="Mikä auttaa sinua jo nyt?")
    await view.say("Kävely metsässä")
    await client.sees("Kuka on tukenasi?")
    await client.presses("Ohita", then="voimia")
    await client.presses("vähän apua", then="seuraava askel")
    await client.presses("Ohita", then="Jos vointisi huononee")
    await client.presses("Ohita", then="Tällaista sinulta kuulin")
    await view.shoot("demo-summary")
    await client.presses("Kyllä, näytä ehdotuksia", then="paikkakunnalla")
    await view.say("jyväs")
    await client.sees("rauhassa")
    await client.presses("Näytä ehdotukset", then="Ehdotus 1/")
    number = 1
    while not await client.log.locator(".key").filter(has_text="Pyydä yhteydenottoa").count():
        number += 1
        await client.presses("Seuraava", then=f"Ehdotus {number}/")
    await view.shoot("demo-card")

    await client.presses("Pyydä yhteydenottoa", then="Valitset itse")
    await client.presses("Jatketaan", then="saa kertoa")
    await client.presses("Jatketaan", then="Millä nimellä")
    await client.presses("Aino", then="Miten sinuun saa ottaa")
    await client.presses("Tässä chatissa", then="Milloin sinulle sopii?")
    await client.presses("Milloin vain", then="voimassa")
    await client.presses("90", then="Tarkista vielä.")
    await view.shoot("demo-consent")
    await client.presses("Annan suostumuksen")
    await client.sees("🧾")

    await worker.sees("Uusi yhteydenottopyyntö")
    assert "nukkunut" not in await worker.log.inner_text()  # nothing personal before it is accepted
    await worker.presses("Otan tämän")
    await worker.sees("En ole nukkunut kunnolla viikkoon.")
    await client.sees("on ottanut pyyntösi hoitaakseen")
    await view.shoot("demo-accepted")

    await client.presses("Peru suostumus")
    await worker.sees("Tiedot on poistettu tästä viestistä.")
    assert "nukkunut" not in await worker.log.inner_text()
    await view.page.close()


@pytest.mark.parametrize(
    ("label", "greeting", "begin"),
    [
        ("Suomi", "Hei, mukava kun tulit.", "Aloitetaan"),
        ("Selkosuomi", "Hei", "Aloita"),
        ("Svenska", "Hej", "Vi börjar"),
        ("English", "Hello", "start"),
    ],
)
async def test_each_language_is_one_press_away_and_fits_a_phone(
    browser: Browser, demo: Demo, label: str, greeting: str, begin: str
) -> None:
    view, client, _worker = await at_the_page(browser, demo, SMALL)
    await view.say("/start")
    await client.sees("Hei, mukava kun tulit.")
    await client.log.get_by_role("button", name=re.compile(rf"^(✅ )?{label}$")).last.click()
    await client.sees(greeting)
    await view.shoot(f"demo-phone-{label.lower()}")
    wide = await view.page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not wide
    await view.page.close()


async def test_another_worker_belongs_to_the_same_organisation(browser: Browser, demo: Demo) -> None:
    view, _client, worker = await at_the_page(browser, demo, LARGE)
    await view.page.get_by_role("button", name="Uusi työntekijä").click()
    await worker.sees("Olet mukana: Mielenterveysyhdistys Kello ry.")
    await expect(view.worker).to_contain_text("Työntekijä 2")
    await view.page.close()
