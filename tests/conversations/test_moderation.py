"""One person who asks for very much in a short time slows nobody down, hears why, and still gets help at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.allowance import Allowance
from dialogs.states import Crisis
from tests.conversations.inside import Inside, StraightClient, inside
from tests.conversations.people import DANGER

AT_ONCE, EVERY = 5, timedelta(minutes=10)
"""Less than in earnest, for a test has little time."""
TOO_MUCH = "Nyt tuli monta viestiä nopeasti"


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[Inside]:
    async with inside(tmp_path, memory=True) as opened:
        await opened.employ("kello")
        opened.services = replace(opened.services, allowance=Allowance(AT_ONCE, EVERY))
        await opened.restart()
        yield opened


async def searches(client: StraightClient, number: int) -> None:
    await client.says(f"kahvila {number}")
    await client.tells_no_place()


async def searches_too_much(client: StraightClient) -> None:
    """Searches until that is enough."""
    for number in range(2 * AT_ONCE):
        await searches(client, number)
        if TOO_MUCH in client.transcript():
            return
    raise AssertionError("nobody said that it was too much")


async def test_who_searches_without_end_hears_it_kindly_and_can_go_on_later(fresh: Inside) -> None:
    client = fresh.client()
    await client.begins()
    for number in range(AT_ONCE):
        await searches(client, number)
    assert TOO_MUCH not in client.transcript(), "so much is no trouble"
    await searches_too_much(client)
    assert "🆘 Apua heti" in client.buttons
    await fresh.simulator.clock.forward(EVERY)
    await client.says("kello")
    assert "offer" in "".join(client.widgets)


async def test_help_comes_however_much_was_asked_before(fresh: Inside) -> None:
    client = fresh.client()
    await client.begins()
    await searches_too_much(client)
    await client.says(DANGER)
    assert await client.place == Crisis.noticed.state
    assert "📞" in client.sees
    await client.says("/start")
    for _ in range(AT_ONCE):
        await client.says("/help")
        assert await client.place == Crisis.needs.state
        await client.taps("need")
        assert "📞" in client.sees


async def test_others_notice_nothing(fresh: Inside) -> None:
    flooder, aino = fresh.client("Tulva"), fresh.client("Aino")
    await flooder.begins()
    await searches_too_much(flooder)
    await aino.begins()
    await aino.asks_for_contact()
    assert "Pyyntösi lähti" in aino.sees


async def test_a_request_that_had_to_wait_is_not_lost(fresh: Inside) -> None:
    client = fresh.client()
    await client.begins()
    await client.rates(mind=1, friends=1)
    await client.reflects()
    await client.sees_suggestions()
    await client.finds_whom_to_ask()
    await client.drafts_a_request()
    while fresh.services.allowance.takes(client.user.id, fresh.services.clock()):
        pass
    await client.taps("consent")
    assert TOO_MUCH in client.transcript()
    await fresh.simulator.clock.forward(EVERY)
    await client.taps("consent")
    assert "Pyyntösi lähti" in client.sees
