"""Where the client is: asked once, never needed, only what the catalogue covers, and a location is not kept."""

from __future__ import annotations

import pytest

from catalog.places import covered
from dialogs.states import Find, Menu, Place, Suggestions
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.places import Parked

JYVASKYLA, HELSINKI, GOTHENBURG = (62.24, 25.75), (60.17, 24.94), (57.71, 11.97)


async def test_it_is_asked_once_and_can_be_changed(parked: Parked) -> None:
    client = await parked.at(Place.ask)
    await client.says("jyväskylä")
    assert await client.place == Suggestions.level.state
    assert "📍 Jyväskylä – vaihda" in client.buttons
    await client.taps("home")
    await client.taps("find")
    await client.taps("door")
    assert await client.place == Find.results.state
    await client.presses("📍 Jyväskylä – vaihda")
    await client.presses("En kerro")
    assert "📍 Valitse paikkakunta" in client.buttons


async def test_skipping_is_one_press_and_is_not_asked_about_again(parked: Parked) -> None:
    client = await parked.at(Place.ask)
    await client.presses("En kerro")
    assert await client.place == Suggestions.level.state
    await client.taps("home")
    await client.taps("find")
    await client.taps("door")
    assert await client.place == Find.results.state


async def test_a_few_letters_are_enough(parked: Parked) -> None:
    client = await parked.at(Place.ask)
    towns = [one.name for one in covered(client.inside.services.catalog)]
    beginning = next(name[0] for name in towns if sum(other[0] == name[0] for other in towns) > 1)
    await client.says(beginning)
    assert await client.place == Place.choose.state
    assert set(client.buttons) & set(towns)
    chosen = next(label for label in client.buttons if label in towns)
    await client.presses(chosen)
    assert f"📍 {chosen} – vaihda" in client.buttons


async def test_an_unknown_place_changes_nothing_and_asks_kindly(parked: Parked) -> None:
    client = await parked.at(Place.ask)
    await client.says("Hogwarts")
    assert "En tunnistanut paikkakuntaa" in client.window.text
    await client.says("Jyväskylä")
    assert await client.place == Suggestions.level.state


async def test_where_the_catalogue_has_nothing_local_it_says_so(parked: Parked) -> None:
    client = await parked.at(Place.ask)
    await client.says("Inari")
    assert "Inari: sieltä minulla ei ole vielä" in client.window.text
    await client.presses("Näytä koko maan tarjonta")
    assert await client.place == Suggestions.level.state
    await client.taps("show")
    catalog = client.inside.services.catalog
    cards = await _cards(client)
    assert cards
    assert all(catalog.offers_by_id[offer].nationwide for offer in cards)


async def test_a_location_finds_the_municipality_and_is_not_kept(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    await client.taps("find")
    await client.taps("door")
    await client.sends_location(*JYVASKYLA)
    assert "Käytän sijaintiasi vain tähän hakuun" in client.sees
    assert await client.place == Find.results.state
    assert "📍 Jyväskylä – vaihda" in client.buttons
    assert "62.24" in _kept(rounds, client)
    await client.taps("home")
    assert "62.24" not in _kept(rounds, client)
    assert "Jyväskylä" in _kept(rounds, client)


@pytest.mark.parametrize(("where", "says"), [(HELSINKI, "Helsinki: sieltä"), (GOTHENBURG, None)])
async def test_a_location_elsewhere(parked: Parked, where: tuple[float, float], says: str | None) -> None:
    client = await parked.at(Place.ask)
    await client.sends_location(*where)
    assert await client.place == (Place.choose.state if says else Place.ask.state)
    assert (says or "ei näytä olevan Suomessa") in client.sees


async def test_the_municipality_decides_what_is_shown(parked: Parked) -> None:
    client = await parked.at(Place.ask)
    await client.says("Viitasaari")
    await client.taps("show")
    catalog = client.inside.services.catalog
    for offer in await _cards(client):
        assert (
            catalog.offers_by_id[offer].nationwide
            or "Viitasaari" in catalog.offers_by_id[offer].municipalities
        )


async def test_help_and_the_menu_are_one_press_away(parked: Parked) -> None:
    client = await parked.at(Place.ask)
    await client.taps("sos")
    await client.presses("Takaisin")
    assert await client.place == Place.ask.state
    await client.taps("home")
    assert await client.place == Menu.main.state


async def _cards(client: StraightClient) -> list[str]:
    memory = client.inside.memory
    assert memory is not None
    return next(
        [card[0] for card in record.data["dialog_data"]["cards"]]
        for key, record in memory.storage.items()
        if key.chat_id == client.user.id and "cards" in (record.data.get("dialog_data") or {})
    )


def _kept(inside: Inside, client: StraightClient) -> str:
    assert inside.memory is not None
    return str(
        [record.data for key, record in inside.memory.storage.items() if key.chat_id == client.user.id]
    )
