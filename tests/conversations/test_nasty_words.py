"""A client with a name and words full of markup goes the whole way, and sees everywhere what they wrote."""

from __future__ import annotations

import random

import pytest

from tests.conversations.inside import Inside
from tests.test_words_as_html import PIECES

SEEN = [piece for piece in PIECES if piece.isprintable()]
"""Telegram itself drops some signs that cannot be seen."""


@pytest.mark.parametrize("locale", ["fi", "sv", "en"])
@pytest.mark.parametrize("seed", range(3))
async def test_nasty_words_are_only_words(rounds: Inside, locale: str, seed: int) -> None:
    chance = random.Random(f"{locale} {seed}")
    name, words, helps, step = ("".join(chance.sample(SEEN, 6)) for _ in range(4))
    name, words, helps, step = (f"a{each}z".replace("/stop", "") for each in (name, words, helps, step))
    name = name[:50]  # a longer one is cut
    client = rounds.client(name, locale)
    await client.begins()
    await client.rates({"mind": words}, mind=1, friends=1)
    await client.reflects(helps, helps, "beside", step)
    for told in (words, helps, step):
        assert told in client.sees
    await client.sees_suggestions()
    await client.finds_whom_to_ask()
    await client.drafts_a_request()
    for told in (name, words, helps, step):
        assert told in client.sees
    await client.taps("consent")
    await client.taps("matters")
    await client.taps("privacy")
    await client.taps("consent")
    for told in (name, words, helps, step):
        assert told in client.sees
    await client.says("/menu")
    await client.says(words)
    assert "sos" in client.widgets
