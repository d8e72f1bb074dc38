"""The client's own list of what could happen next."""

import asyncio

from bot.services import memos
from bot.services.base import Services
from bot.services.memos import LONGEST
from tests.services.people import CLIENT, SOMEBODY_ELSE, everything


async def test_what_is_saved_is_on_the_list_oldest_first(services: Services) -> None:
    assert await memos.save(services, CLIENT, "first", "money")
    assert await memos.save(services, CLIENT, "second", None)
    assert [(entry.offer_id, entry.reason) for entry in await memos.entries(services, CLIENT.id)] == [
        ("first", "money"),
        ("second", None),
    ]


async def test_the_same_thing_is_on_the_list_once(services: Services) -> None:
    saved = await asyncio.gather(*(memos.save(services, CLIENT, "first", None) for _ in range(10)))
    assert all(saved)
    assert len(await memos.entries(services, CLIENT.id)) == 1


async def test_a_list_holds_twenty_things_also_when_they_come_at_once(services: Services) -> None:
    saved = await asyncio.gather(
        *(memos.save(services, CLIENT, f"offer-{number}", None) for number in range(LONGEST + 5))
    )
    assert saved.count(True) == len(await memos.entries(services, CLIENT.id)) == LONGEST
    assert not await memos.save(services, CLIENT, "one-more", None)
    assert await memos.save(services, SOMEBODY_ELSE, "one-more", None)


async def test_a_full_list_still_knows_what_is_on_it(services: Services) -> None:
    for number in range(LONGEST):
        await memos.save(services, CLIENT, f"offer-{number}", None)
    assert await memos.save(services, CLIENT, "offer-3", None)


async def test_only_its_owner_sees_a_list_and_takes_things_off(services: Services) -> None:
    await memos.save(services, CLIENT, "first", None)
    await memos.save(services, SOMEBODY_ELSE, "second", None)
    entry = (await memos.entries(services, CLIENT.id))[0]
    await memos.remove(services, SOMEBODY_ELSE.id, entry.id)
    await memos.remove(services, 1, entry.id)
    assert len(await memos.entries(services, CLIENT.id)) == 1
    await memos.remove(services, CLIENT.id, entry.id)
    await memos.remove(services, CLIENT.id, entry.id)
    assert await memos.entries(services, CLIENT.id) == []
    assert len(await memos.entries(services, SOMEBODY_ELSE.id)) == 1


async def test_two_clients_lists_cannot_be_compared_in_the_database(services: Services) -> None:
    """What somebody is interested in tells about them: even its fingerprint is another for each client."""
    await memos.save(services, CLIENT, "the-same-offer", None)
    await memos.save(services, SOMEBODY_ELSE, "the-same-offer", None)
    keys = [
        line.split("'")[3] for line in (await everything(services)).splitlines() if "memo_entries" in line
    ]
    assert len(set(keys)) == 2
