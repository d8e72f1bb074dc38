"""What an import finds gone stays with whoever has it in a memo or a request, told plainly, and goes to nobody else."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.i18n import speaking
from bot.services import caseload, in_use, memos, requests
from bot.services.clients import Chat
from bot.settings import CATALOG
from bot.staff import cards
from catalog.registers.ptv import import_ptv
from dialogs.states import Find, Matters, Suggestions
from tests.conversations.inside import Inside, StraightClient, inside
from tests.registers.register_helpers import identifier, ptv_id, service, typed, write
from tests.services.people import draft

GONE = {
    "fi": "⚠️ Tätä ei enää tarjota. Lähde: Suomi.fi-palvelutietovaranto,",
    "fi@selko": "⚠️ Tätä ei enää ole. Tieto tulee tästä: Suomi.fi-palvelutietovaranto,",
    "sv": "⚠️ Det här ordnas inte längre. Källa: Suomi.fi-palvelutietovaranto,",
    "en": "⚠️ This is no longer offered. Source: Suomi.fi-palvelutietovaranto,",
}
MAKER = ptv_id(900)


class Register(Inside):
    """The bot on a catalogue that is filled from a register."""

    async def publishes(self, *numbers: int) -> None:
        """These services and no others; the names are words that nothing else in the catalogue has."""
        entries = [service(one, serviceNames=typed("Name", f"Zyxelöinti {one}")) for one in numbers]
        folder = self.services.settings.catalog
        source = write(folder.parent / "page.json", entries)
        needed = await in_use.ids(self.services.db)
        import_ptv(source, folder, in_use=needed, today=self.services.clock().date())
        assert self.services.shelf.look()
        assert self.services.shelf.problem is None


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    folder = tmp_path / "catalogue"
    shutil.copytree(CATALOG, folder)
    (tmp_path / "service").mkdir()
    async with inside(tmp_path / "service", memory=True, catalog=folder) as opened:
        register = Register(opened.simulator, opened.services, opened.memory)
        await register.publishes(1, 2, 3)
        yield register


async def speaks(client: StraightClient, locale: str) -> None:
    await client.says("/kieli")
    await client.taps(f"locale:{locale}")


async def test_the_memo_and_the_request_say_that_it_is_no_longer_offered(register: Register) -> None:
    client = register.client()
    await client.begins()
    chat = Chat(client.user.id, "fi")
    assert await memos.save(register.services, chat, ptv_id(1), "money")
    wish = draft(offer_id=ptv_id(2), organisation_id=MAKER)
    request_id = await requests.send(register.services, chat, wish)
    await client.says("/omat")
    await client.taps("memo")
    assert "Zyxelöinti 1" in client.window.text
    assert "⚠️" not in client.window.text
    await register.publishes(3)
    day = f"{register.services.clock():%-d.%-m.%Y}"
    for locale, told in GONE.items():
        await speaks(client, locale)
        await client.says("/omat")
        await client.taps("memo")
        assert await client.place == Matters.memo.state
        assert "Zyxelöinti 1" in client.window.text
        assert told in client.window.text
        assert "Apu ry" in client.window.text  # whom it was with is still told
        await client.says("/omat")
        await client.taps("request")
        assert await client.place == Matters.request.state
        assert "Zyxelöinti 2" in client.window.text
        assert told in client.window.text
    await speaks(client, "fi")
    await client.says("/omat")
    await client.taps("memo")
    assert f"{GONE['fi']} {day}." in client.window.text
    worker = await register.employ(MAKER)
    card = await caseload.card(register.services, worker.id, request_id)
    assert card is not None
    with speaking("fi"):
        assert GONE["fi"] in cards.text(card, register.services)


async def test_it_is_neither_found_nor_asked_for(register: Register) -> None:
    client = register.client()
    await client.begins()
    await memos.save(register.services, Chat(client.user.id, "fi"), ptv_id(1), "money")
    await register.employ(MAKER)
    await client.taps("find")
    await client.says("zyxelöinti 1")
    assert await client.place == Find.results.state
    await client.presses("Zyxelöinti 1")
    assert await client.place == Suggestions.card.state
    assert "ask" in client.widgets
    await register.publishes(2, 3)
    await client.taps("ask")  # the card was open all the time
    assert "ei voi juuri nyt pyytää" in client.toast
    await client.says("/menu")
    await client.taps("find")
    await client.says("zyxelöinti 1")
    labels = "".join(client.buttons)
    assert "Zyxelöinti 2" in labels
    assert "Zyxelöinti 1" not in labels
    assert register.services.catalog.suggestable(ptv_id(1)) is None
    assert register.services.catalog.offers_by_id[ptv_id(1)].retired


async def test_when_it_comes_back_nothing_is_said_any_more(register: Register) -> None:
    client = register.client()
    await client.begins()
    await memos.save(register.services, Chat(client.user.id, "fi"), ptv_id(1), "money")
    await register.publishes(3)
    await register.publishes(1, 3)
    await client.says("/omat")
    await client.taps("memo")
    assert "Zyxelöinti 1" in client.window.text
    assert "⚠️" not in client.window.text
    assert identifier(1) == register.services.catalog.offer(ptv_id(1)).origin.id  # type: ignore[union-attr]
