"""Every window can be reached, and this is how."""

from __future__ import annotations

import pytest
from aiogram.fsm.state import State

from tests.conversations.inside import Inside
from tests.conversations.people import EVERY_STATE
from tests.conversations.places import WAYS, go_to


def test_there_is_a_way_to_every_window() -> None:
    assert set(WAYS) == set(EVERY_STATE)


@pytest.mark.parametrize("state", EVERY_STATE, ids=str)
async def test_the_way_leads_there(rounds: Inside, state: State) -> None:
    client = rounds.client()
    await go_to(client, state)
    assert client.sees
