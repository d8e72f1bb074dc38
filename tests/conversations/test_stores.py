"""The same conversations with dialog state in Redis, and with PostgreSQL for a database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import func, select

from bot.db.tables import ContactRequest, DialogState
from dialogs.states import CheckIn, Consent, Crisis, Matters, Menu, Reflection
from tests.conftest import KEY
from tests.conversations.inside import Inside, StraightClient, inside
from tests.conversations.people import DANGER
from tests.conversations.places import go_to
from tests.conversations.test_stale_presses import data_of

STORES = [
    pytest.param("redis", marks=pytest.mark.redis),
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]


@pytest.fixture(params=STORES)
def elsewhere(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "redis":
        return {"redis_url": SecretStr(request.getfixturevalue("redis_url"))}
    url = request.getfixturevalue("empty_postgresql_url")
    return {"database_url": url, "encryption_keys": (SecretStr(KEY),)}


@pytest.fixture
async def stored(elsewhere: dict[str, Any], tmp_path: Path) -> AsyncIterator[Inside]:
    async with inside(tmp_path, **elsewhere) as opened:
        await opened.employ("kello")
        yield opened
        await opened.storage.close()


async def test_from_the_first_word_to_being_forgotten(stored: Inside) -> None:
    client = stored.client()
    await go_to(client, Consent.sent)
    await stored.restart()
    await client.taps("matters")
    await client.taps("request")
    assert "Kello" in client.sees
    await client.says("/stop")
    await client.taps("do_forget")
    assert await client.place == Matters.forgotten.state


async def test_held_words_outlive_a_restart(stored: Inside) -> None:
    client = stored.client()
    await go_to(client, CheckIn.words)
    await client.says(DANGER)
    assert await client.place == Crisis.noticed.state
    await stored.restart()
    await client.taps("go_on")
    await stored.restart()
    await client.taps("enough")
    await client.reflects()
    assert DANGER in client.sees


async def at_once(stored: Inside, client: StraightClient, *widgets: str) -> None:
    """Presses that the bot gets in the same moment."""
    window = client.window
    for widget in widgets:
        await client.press_raw(window.id, data_of(window, widget), wait=False)
    updates = [stored.account.queue.popleft() for _ in widgets]
    bodies = [{"update_id": update.id, update.kind: update.body} for update in updates]
    await asyncio.gather(*(stored.dispatcher.feed_raw_update(stored.bot, body) for body in bodies))


async def test_no_press_is_lost_when_several_come_at_once(stored: Inside) -> None:
    client = stored.client()
    await client.begins()
    await client.rates(mind=1, friends=1, money=1, health=5)
    assert await client.place == Reflection.priorities.state
    await at_once(stored, client, "priority:mind", "priority:friends", "priority:money")
    assert len([label for label in client.buttons if label.startswith("✅")]) == 3


async def test_consenting_twice_at_once_makes_one_request(stored: Inside) -> None:
    client = stored.client()
    await go_to(client, Consent.preview)
    await at_once(stored, client, "consent", "consent", "consent")
    assert await client.place == Consent.sent.state
    async with stored.services.db.read() as session:
        assert await session.scalar(select(func.count(ContactRequest.id))) == 1


async def test_a_lost_window_leads_to_the_menu(stored: Inside) -> None:
    client = stored.client()
    await go_to(client, CheckIn.area)
    await stored.storage.forget(stored.bot.id, client.user.id)
    await client.taps("rate:health.3")
    assert await client.place == Menu.main.state


@pytest.mark.redis
async def test_redis_holds_nothing_that_can_be_read_and_not_for_long(redis_url: str, tmp_path: Path) -> None:
    async with inside(tmp_path, redis_url=SecretStr(redis_url)) as desk, Redis.from_url(redis_url) as redis:
        client = desk.client()
        await go_to(client, Reflection.helps)
        keys = await redis.keys("rinnalla:dialog:*")
        assert keys
        shown = b"".join([b"".join((key, *(await redis.hgetall(key)).values())) for key in keys])
        for secret in ("nukuttua", "mind", "Reflection", str(client.user.id)):
            assert secret.encode() not in shown
        assert {0 < await redis.ttl(key) <= 24 * 3600 for key in keys} == {True}
        async with desk.services.db.read() as session:
            assert await session.scalar(select(func.count()).select_from(DialogState)) == 0
        await desk.storage.close()
