"""What an import must not drop: everything that a memo, a request, a consent or a worker names."""

from bot.services import clients, in_use, memos, staff
from bot.services.base import Services
from tests.services.people import CLIENT, KELLO, OTHER, SOMEBODY_ELSE, asks, joins


async def test_nothing_is_in_use_at_first(services: Services) -> None:
    assert await in_use.ids(services.db) == frozenset()


async def test_what_memos_and_requests_name_is_in_use_and_so_are_its_organisations(
    services: Services,
) -> None:
    await memos.save(services, CLIENT, "offer-1", "money")
    await memos.save(services, SOMEBODY_ELSE, "offer-2", None)
    await asks(services, CLIENT, offer_id="offer-3")
    await asks(services, SOMEBODY_ELSE, offer_id=None)
    assert await in_use.ids(services.db) == {"offer-1", "offer-2", "offer-3", KELLO}


async def test_it_is_in_use_no_more_when_its_client_is_forgotten_or_its_worker_leaves(
    services: Services,
) -> None:
    await memos.save(services, CLIENT, "offer-1", "money")
    await memos.save(services, SOMEBODY_ELSE, "offer-2", None)
    worker = await joins(services, organisation=OTHER)
    assert await in_use.ids(services.db) == {"offer-1", "offer-2", OTHER}
    await clients.forget(services, CLIENT.id)
    await staff.remove(services, worker.id)
    assert await in_use.ids(services.db) == {"offer-2"}
