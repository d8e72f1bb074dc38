"""The memo in the chat: what has a day comes first, and all of it can be had for the printer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.services import clients, own_times
from bot.services.own_times import Draft
from dialogs.states import Matters
from tests.conversations.inside import Inside, StraightClient, inside
from tests.conversations.places import go_to


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inside]:
    """With nobody else, so that its days are those of the tests."""
    async with inside(tmp_path_factory.mktemp("memo")) as opened:
        yield opened


async def with_a_group(desk: Inside, language_code: str = "fi") -> StraightClient:
    client = desk.client(language_code=language_code)
    await go_to(client, Matters.memo)
    rule = "FREQ=WEEKLY;BYDAY=FR;BYHOUR=10;BYMINUTE=0"
    draft = Draft(
        f"own-{client.user.id}",
        "Vertaisryhmä",
        "Kauppakatu 5",
        rule,
        desk.services.clock() + timedelta(days=2),
    )
    await own_times.keep(desk.services, clients.Chat(client.user.id, language_code), draft)
    await client.taps("b_main")
    await client.taps("memo")
    return client


async def test_an_own_time_comes_before_what_has_no_day(desk: Inside) -> None:
    client = await with_a_group(desk)
    text = client.window.text
    assert "📅 pe 13.3. klo 10.00: Vertaisryhmä\nMissä: Kauppakatu 5\nToistuu: perjantaisin" in text
    assert text.index("Vertaisryhmä") < text.index("Kenen kanssa:")


async def test_the_memo_comes_as_a_page_for_the_printer(desk: Inside) -> None:
    client = await with_a_group(desk)
    await client.presses("🖨 Tulostettava muistilista")
    (file,) = [message for message in client.messages if message.kind == "document"]
    assert file.content["document"]["file_name"] == "muistilista.html"
    assert not file.protected, "it is the client's own, to save and to print"
    assert file.document is not None
    page = file.document.decode()
    assert "<h1>Asioinnin muistilista</h1>" in page
    assert "pe 13.3. klo 10.00: Vertaisryhmä" in page
    assert client.messages[-1] is client.window, "the window is below the file"


async def test_the_page_speaks_the_clients_language(desk: Inside) -> None:
    client = await with_a_group(desk, "sv")
    await client.taps("print")
    (file,) = [message for message in client.messages if message.kind == "document"]
    assert file.content["document"]["file_name"] == "minneslista.html"
    assert file.document is not None
    assert '<html lang="sv">' in file.document.decode()


async def test_pressing_on_and_on_prints_in_moderation(desk: Inside) -> None:
    client = await with_a_group(desk)
    for _ in range(40):
        await client.taps("print")
    assert "Nyt tuli monta viestiä nopeasti" in client.sees
    assert len([message for message in client.messages if message.kind == "document"]) < 40
