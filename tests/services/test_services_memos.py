"""The client's own list of what could happen next."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.db.tables import Appointment, Client, FollowUp
from bot.services import clients, memos, own_times
from bot.services.base import Services
from bot.services.memos import LONGEST, Ahead
from bot.services.own_times import Draft
from tests.conftest import HandClock
from tests.services.people import CLIENT, KELLO, SOMEBODY_ELSE, asks, everything, joins


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


# What has a day


async def meets(services: Services, request_id: int = 1, **changes: Any) -> None:
    """A meeting of the first client with a worker."""
    usual: dict[str, Any] = {
        "client_id": 1,
        "request_id": request_id,
        "uid": f"meeting-{changes}",
        "state": "agreed",
        "details": {"where": "Asemakatu 2", "bring": "henkilökortti", "title": None},
        "minutes": 45,
        "made_at": services.clock(),
        "changed_at": services.clock(),
    }
    async with services.db.work() as session:
        session.add(Appointment(**{**usual, **changes}))


async def is_asked_later(services: Services, state: str, due_at: datetime) -> None:
    async with services.db.work() as session:
        session.add(FollowUp(client_id=1, number=1, state=state, due_at=due_at))


async def test_somebody_unknown_has_nothing_ahead(services: Services) -> None:
    assert await memos.ahead(services, 1) == Ahead((), None)


async def test_meetings_and_own_times_stand_in_the_order_of_their_days(
    services: Services, clock: HandClock
) -> None:
    request_id, leena = await asks(services), await joins(services)
    now = clock()
    await meets(services, request_id, starts_at=now + timedelta(days=4), staff_id=leena.id)
    await meets(services, request_id, state="proposed", starts_at=None, options=["later"], details={})
    await own_times.keep(services, CLIENT, Draft("own-1", "Ryhmä", "Kello", None, now + timedelta(days=2)))
    ahead = await memos.ahead(services, CLIENT.id)
    assert [one.starts_at for one in ahead.meetings] == [
        None,
        now + timedelta(days=2),
        now + timedelta(days=4),
    ]
    chosen = ahead.meetings[2]
    assert (chosen.worker, chosen.organisation_id, chosen.where, chosen.bring) == (
        "Leena",
        KELLO,
        "Asemakatu 2",
        "henkilökortti",
    )
    assert ahead.meetings[1].own


async def test_what_is_over_or_called_off_is_not_ahead(services: Services, clock: HandClock) -> None:
    request_id = await asks(services)
    await meets(services, request_id, starts_at=clock() - timedelta(minutes=45))
    await meets(services, request_id, starts_at=clock() + timedelta(days=1), state="cancelled")
    assert (await memos.ahead(services, CLIENT.id)).meetings == ()
    await meets(services, request_id, starts_at=clock() - timedelta(minutes=44))
    assert len((await memos.ahead(services, CLIENT.id)).meetings) == 1, "it is going on"


async def test_the_next_follow_up_is_ahead_unless_the_client_has_said_stop(
    services: Services, clock: HandClock
) -> None:
    await asks(services)
    day = timedelta(days=1)
    for state, due_at in (("waiting", 60 * day), ("waiting", 3 * day), ("asked", -day), ("cancelled", day)):
        await is_asked_later(services, state, clock() + due_at)
    assert (await memos.ahead(services, CLIENT.id)).follow_up == clock() + 3 * day
    await clients.opt_out(services, CLIENT.id)
    assert (await memos.ahead(services, CLIENT.id)).follow_up is None


async def test_nobody_sees_anothers_days(services: Services, clock: HandClock) -> None:
    await asks(services)
    await meets(services, starts_at=clock() + timedelta(days=1))
    await memos.save(services, SOMEBODY_ELSE, "first", None)
    async with services.db.read() as session:
        assert len(list(await session.scalars(select(Client)))) == 2
    assert await memos.ahead(services, SOMEBODY_ELSE.id) == Ahead((), None)
