"""The demonstration's clock is moved on in a browser: the reminder of a meeting comes, and later the follow-up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser

from bot.demo import Demo, demonstration
from tests.browser.conftest import LARGE, View
from tests.browser.test_whole_path import Person, at_the_page

MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ZoneInfo("Europe/Helsinki"))


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with demonstration(tmp_path, start=MONDAY) as running:
        yield running


async def goes_on(view: View, *steps: str) -> None:
    """Move the clock of the page on by its buttons."""
    forward = view.page.get_by_role("group", name="Siirrä kelloa eteenpäin")
    for step in steps:
        await forward.get_by_role("button", name=step).click()


async def unveils(client: Person, button: str) -> None:
    """A reminder, which `button` stands below, shows nothing before it is touched."""
    await client.sees(button)
    await client.log.locator("button.spoiler").last.click()


async def asks_for_contact(client: Person, view: View) -> None:
    await view.say("/start")
    await client.presses("Aloitetaan", then="Mistä haluat lähteä liikkeelle?")
    await client.presses("Mitä sinulle kuuluu?", then="yksi kerrallaan")
    await client.presses("Aloitetaan", then="1/12")
    await client.presses("Ohita", then="2/12")
    await client.presses("Vaikeaa", then="Mikä tässä on nyt vaikeinta?")
    await client.presses("Ohita", then="3/12")
    await client.presses("Riittää", then="Mikä auttaa sinua jo nyt?")
    await client.presses("Ohita", then="Kuka on tukenasi?")
    await client.presses("Ohita", then="voimia")
    await client.presses("vähän apua", then="seuraava askel")
    await client.presses("Ohita", then="Jos vointisi huononee")
    await view.say("Soitan siskolle")
    await client.sees("Tällaista sinulta kuulin")
    await client.presses("Kyllä, näytä ehdotuksia", then="paikkakunnalla")
    await client.presses("En kerro", then="ehdotukset")
    await client.presses("Näytä ehdotukset", then="Ehdotus 1/")
    number = 1
    while not await client.log.locator(".key").filter(has_text="Pyydä yhteydenottoa").count():
        number += 1
        await client.presses("Seuraava", then=f"Ehdotus {number}/")
    await client.presses("Pyydä yhteydenottoa", then="Valitset itse")
    await client.presses("Jatketaan", then="saa kertoa")
    await client.presses("Jatketaan", then="Millä nimellä")
    await client.presses("Aino", then="Miten sinuun saa ottaa")
    await client.presses("Tässä chatissa", then="Milloin sinulle sopii?")
    await client.presses("Milloin vain", then="voimassa")
    await client.presses("90", then="Tarkista vielä.")
    await client.presses("Annan suostumuksen")


async def test_the_reminder_and_the_follow_up_come_in_their_time(browser: Browser, demo: Demo) -> None:
    view, client, worker = await at_the_page(browser, demo, LARGE)
    await asks_for_contact(client, view)
    await worker.sees("Uusi yhteydenottopyyntö")
    await worker.presses("Otan tämän")
    await client.sees("on ottanut pyyntösi hoitaakseen")

    await worker.presses("Ehdota aikoja", then="Mitä aikoja ehdotat?")
    await worker.presses("to 12.3.")
    await worker.presses("10.00")
    await worker.presses("Nämä riittävät", then="Miten tapaatte?")
    await worker.presses("Puhelu")
    await worker.presses("Minä soitan")
    await worker.presses("Vain minä")
    await worker.presses("Ei mitään erityistä")
    await worker.presses("Lähetä")
    await client.sees("ehdottaa sinulle tapaamista")
    await client.presses("Katson ajat")
    await client.presses("to 12.3. klo 10.00")
    await client.sees("tapaaminen.ics")
    await view.shoot("later-agreed")

    await goes_on(view, "1 päivä", "1 päivä", "1 tunti")
    await unveils(client, "Tulen")
    await client.sees("Muistutus: sinulla on tapaaminen.")
    await view.shoot("later-reminder")
    await client.presses("Tulen")
    await worker.sees("tulee")
    await worker.presses("Yhteys saatu")

    await goes_on(view, "1 viikko")
    await unveils(client, "Kerron, miten menee")
    await client.sees("Miten asiat ovat menneet?")
    await client.presses("Kerron, miten menee")
    await client.sees("Ottiko joku sinuun yhteyttä?")
    await client.presses("Kyllä")
    await client.sees("Saitko apua?")
    await view.shoot("later-follow-up")
    await view.page.close()
