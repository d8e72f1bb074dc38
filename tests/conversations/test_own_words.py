"""In one's own words: what it could be about is offered, never decided, and small talk is no need."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.db.tables import UnmetNeed
from bot.services import figures
from dialogs.states import Crisis, Find, Menu, Suggestions
from tests.conversations.inside import Inside, inside
from tests.conversations.places import Parked

DATA = Path(__file__).parents[2] / "catalog" / "data"


def offered(widgets: list[str], of: str = "heard") -> list[str]:
    return [widget.partition(":")[2] for widget in widgets if widget.startswith(f"{of}:")]


@pytest.mark.parametrize(
    ("language", "words", "area"),
    [
        ("fi", "laskupino sen kun kasvaa enkä tiedä mitä tehdä", "money"),
        ("fi", "en oo jutellu kenenkään kaa viikkoon", "friends"),
        ("sv", "jag hittar ingen bostad någonstans", "housing"),
        ("en", "the bills keep piling up and I am scared", "money"),
    ],
)
async def test_the_areas_it_could_be_about_are_buttons(
    parked: Parked, language: str, words: str, area: str
) -> None:
    client = await parked.at(Menu.main, language)
    await client.says(words)
    assert await client.place == Find.heard.state
    assert area in offered(client.widgets)
    assert len(offered(client.widgets)) <= 3
    assert {"areas", "sos", "home"} <= set(client.widgets)  # none of these, help, the menu
    await client.taps(f"heard:{area}")
    await client.tells_no_place()
    assert await client.place == Find.results.state
    assert offered(client.widgets, "offer")


async def test_none_of_these_leads_to_all_areas_and_back_leads_to_what_was_heard(parked: Parked) -> None:
    client = await parked.at(Find.heard)
    heard = offered(client.widgets)
    await client.presses("Ei mikään näistä")
    assert await client.place == Find.areas.state
    client = await parked.at(Find.heard)
    await client.taps("heard")
    await client.tells_no_place()
    await client.presses("Takaisin")
    assert await client.place == Find.heard.state
    assert offered(client.widgets) == heard


async def test_a_name_or_a_topic_is_shown_at_once(parked: Parked) -> None:
    client = await parked.at(Menu.main)
    for words, name in (("AA", "AA"), ("velkaneuvonta", "velka"), ("velkanevonta", "velka")):
        await client.says(words)
        assert await client.place == Find.results.state, words
        assert name.casefold() in " ".join(client.buttons).casefold(), words


async def test_a_place_in_the_words_tells_where_to_look(parked: Parked) -> None:
    client = await parked.at(Menu.main)
    await client.says("ryhmä Viitasaari")
    catalog = client.inside.services.catalog
    found = [catalog.offers_by_id[offer] for offer in offered(client.widgets, "offer")]
    assert found
    assert all(offer.nationwide or "Viitasaari" in offer.municipalities for offer in found)


@pytest.mark.parametrize("words", ["moi", "kiitos paljon", "hej på dig", "hello there"])
async def test_small_talk_is_no_need(parked: Parked, words: str) -> None:
    client = await parked.at(Menu.main)
    await client.says(words)
    assert await client.place == Find.results.state
    assert offered(client.widgets) == []


async def test_danger_is_seen_before_anything_else(parked: Parked) -> None:
    client = await parked.at(Find.heard)
    await client.says("en jaksa enää elää, haluan kuolla")
    assert await client.place == Crisis.noticed.state


async def test_own_words_are_not_markup(parked: Parked) -> None:
    client = await parked.at(Menu.main)
    await client.says("<b>velka & <i>vuokra")
    assert client.sees


async def test_nothing_found_says_where_to_ask(parked: Parked) -> None:
    client = await parked.at(Menu.main)
    await client.says("qwertyqwerty zxcvzxcv")
    assert "Se ei tarkoita, ettei apua ole" in client.sees
    assert "116 117" in client.sees
    await client.taps("advice")
    assert await client.place == Suggestions.card.state
    assert "Sosiaaliohjaus ja neuvonta" in client.window.text
    await client.presses("Takaisin")
    assert await client.place == Find.results.state


@pytest.fixture
async def small_catalogue(tmp_path: Path) -> AsyncIterator[Inside]:
    """A service that knows two organisations: for some areas of life it has nothing."""
    folder = tmp_path / "catalogue"
    shutil.copytree(DATA, folder)
    for file in (folder / "organisations").iterdir():
        if file.stem not in {"kello", "hyvaks"}:
            file.unlink()
    async with inside(tmp_path, memory=True, catalog=folder) as opened:
        yield opened


def without_offers(service: Inside) -> str:
    catalog = service.services.catalog
    served = {area for offer in catalog.offers for area in offer.areas}
    return next(area.id for area in catalog.areas if area.id not in served)


async def unmet(service: Inside) -> list[tuple[str, int]]:
    async with service.services.db.read() as session:
        rows = await session.scalars(select(UnmetNeed).where(UnmetNeed.municipality == ""))
        return [(row.area, row.count) for row in rows]


async def test_a_need_for_which_there_is_nothing_is_counted_once_and_for_nobody(
    small_catalogue: Inside,
) -> None:
    area = without_offers(small_catalogue)
    client = small_catalogue.client()
    await client.begins()
    for _ in range(2):
        await client.taps("find")
        await client.taps("areas")
        await client.taps(f"area:{area}")
        await client.tells_no_place()
        assert "En löytänyt" in client.window.text
        await client.taps("home")
    assert await unmet(small_catalogue) == [(area, 1)]
    assert [row.count for row in await figures.unmet_needs(small_catalogue.services)] == [None]


async def test_after_a_check_in_the_need_left_over_is_said_and_counted(small_catalogue: Inside) -> None:
    area = without_offers(small_catalogue)
    client = small_catalogue.client()
    await client.begins()
    await client.rates(**{area: 1, "mind": 1})
    await client.reflects()
    await client.sees_suggestions()
    while "next" in {widget.partition(":")[0] for widget in client.widgets}:
        await client.taps("next")
    assert "Tähän en löytänyt luettelosta sopivaa" in client.window.text
    await client.taps("advice")
    assert "Sosiaaliohjaus ja neuvonta" in client.window.text
    assert await unmet(small_catalogue) == [(area, 1)]


async def test_a_long_list_is_shown_a_few_at_a_time(parked: Parked) -> None:
    client = await parked.at(Find.areas)
    await client.taps("area:money")
    await client.tells_no_place()
    first = offered(client.widgets, "offer")
    assert len(first) == 6
    await client.presses("Näytä lisää")
    second = offered(client.widgets, "offer")
    assert second
    assert not set(first) & set(second)
    while "Listan alkuun" not in " ".join(client.buttons):
        await client.taps("more")
    await client.taps("more")
    assert offered(client.widgets, "offer") == first
