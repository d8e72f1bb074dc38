"""The catalogue is edited while somebody looks at a card: nothing breaks, and what is shown is true."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import CATALOG
from catalog.plain_yaml import parse
from dialogs.states import Find, Suggestions
from tests.conversations.inside import Inside, StraightClient, inside

KELLO = Path("organisations", "kello.yaml")
OFFER = "kello-kohtaamispaikka"


class Desk:
    """The client bot with a catalogue of its own, and a coordinator who edits it."""

    def __init__(self, opened: Inside, folder: Path) -> None:
        self.opened, self.folder = opened, folder

    def edits(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the organisation's file, and let the service look at it."""
        content = parse((self.folder / KELLO).read_text("utf-8"))
        change(content)
        self.writes(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))

    def writes(self, text: str) -> None:
        (self.folder / KELLO).write_text(text, "utf-8")
        assert self.opened.services.shelf.look() is True

    async def client_at_a_card(self) -> StraightClient:
        """Looking at the offer, after a search."""
        client = self.opened.client()
        await client.begins()
        await client.says("Kellon kohtaamispaikka")
        await client.taps(f"offer:{OFFER}")
        assert "<b>Kellon kohtaamispaikka</b>" in client.window.html
        return client


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    folder = tmp_path / "catalogue"
    shutil.copytree(CATALOG, folder)
    async with inside(tmp_path, memory=True, catalog=folder) as opened:
        yield Desk(opened, folder)


def offer(content: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in content["offers"] if one["id"] == OFFER)


async def test_an_offer_is_removed_while_its_card_is_open(desk: Desk) -> None:
    client = await desk.client_at_a_card()
    desk.edits(lambda content: content["offers"].remove(offer(content)))
    await client.taps("contact")
    assert "ei ole enää luettelossa" in client.sees
    await client.taps("back_card")
    assert "ei ole enää luettelossa" in client.sees
    assert "memo" not in client.widgets
    await client.taps("next")
    assert await client.place in {Suggestions.card.state, Suggestions.end.state}
    await client.taps("back")
    assert await client.place == Find.results.state
    assert f"offer:{OFFER}" not in client.widgets


async def test_saving_what_was_removed_meanwhile_is_answered_and_keeps_nothing(desk: Desk) -> None:
    client = await desk.client_at_a_card()
    await client.taps("memo")
    desk.edits(lambda content: content["offers"].remove(offer(content)))
    await client.taps("keep")
    assert client.toast == "Tämä ehdotus ei ole enää luettelossa."
    await client.taps("home")
    await client.taps("matters")
    assert "En ole tallentanut sinusta mitään" in client.sees


async def test_an_offer_is_changed_while_its_card_is_open(desk: Desk) -> None:
    client = await desk.client_at_a_card()

    def change(content: dict[str, Any]) -> None:
        offer(content).update(
            name={"fi": "Kellon olohuone"}, channels=[{"kind": "phone", "value": "014 555 0100"}]
        )

    desk.edits(change)
    await client.taps("contact")
    assert "Kellon olohuone" in client.sees
    assert "014 555 0100" in client.sees
    await client.taps("back_card")
    assert "Kellon olohuone" in client.sees


async def test_a_broken_edit_changes_nothing_for_whoever_is_looking(desk: Desk) -> None:
    client = await desk.client_at_a_card()
    card = client.window.text
    good = (desk.folder / KELLO).read_text("utf-8")
    desk.writes(good.replace("kind: activity", "kind: aktivity"))
    shelf = desk.opened.services.shelf
    assert "kello.yaml" in (shelf.problem or "")
    await client.taps("contact")
    await client.taps("back_card")
    assert client.window.text == card
    await client.taps("home")
    await client.says("Kellon kohtaamispaikka")
    assert f"offer:{OFFER}" in client.widgets
    desk.writes(good + "\n")
    assert shelf.problem is None


async def test_the_whole_organisation_is_removed_while_its_card_is_open(desk: Desk) -> None:
    client = await desk.client_at_a_card()
    (desk.folder / KELLO).unlink()
    assert desk.opened.services.shelf.look() is True
    assert desk.opened.services.shelf.problem is None
    await client.taps("contact")
    assert "ei ole enää luettelossa" in client.sees
    await client.taps("back_card")
    await client.taps("not_me")
    await client.taps("home")
    assert client.sees
