"""What must happen by itself: terms end, conversations are forgotten, old rows go."""

from datetime import timedelta

from bot.db.tables import DialogState, HandledUpdate
from bot.services import housekeeping, staff
from bot.services.base import Services
from bot.services.housekeeping import Purged
from tests.conftest import HandClock
from tests.services.people import CLIENT, KELLO, asks, consent_of


async def dialog(services: Services, key: str, chat: str) -> None:
    async with services.db.work() as session:
        session.add(DialogState(key=key, chat_key=chat, state="s", data={}, touched_at=services.clock()))


async def test_an_unused_conversation_is_forgotten_after_a_day_as_a_whole(
    services: Services, clock: HandClock
) -> None:
    await dialog(services, "old-1", "old")
    await dialog(services, "old-2", "old")
    await dialog(services, "used-1", "used")
    clock.go(timedelta(hours=23))
    await dialog(services, "used-2", "used")
    clock.go(timedelta(hours=2))
    assert (await housekeeping.purge(services)).dialogs == 2
    async with services.db.read() as session:
        assert await session.get(DialogState, "used-1") is not None
        assert await session.get(DialogState, "old-1") is None


async def test_updates_are_remembered_longer_than_telegram_keeps_them(
    services: Services, clock: HandClock
) -> None:
    async with services.db.work() as session:
        session.add(HandledUpdate(bot="client", update_id=1, at=clock()))
    clock.go(timedelta(days=1, hours=1))
    assert (await housekeeping.purge(services)).updates == 0
    clock.go(timedelta(days=1))
    assert (await housekeeping.purge(services)).updates == 1


async def test_old_invitations_go(services: Services, clock: HandClock) -> None:
    await staff.invite(services, KELLO, "Leena")
    clock.go(timedelta(days=8))
    assert (await housekeeping.purge(services)).invites == 0  # whoever comes late hears that it is too late
    clock.go(timedelta(days=2))
    assert (await housekeeping.purge(services)).invites == 1


async def test_where_nothing_is_old_nothing_goes(services: Services) -> None:
    await asks(services)
    await dialog(services, "one", "chat")
    assert await housekeeping.purge(services) == Purged(0, 0, 0, 0, 0, 0)


async def test_each_tick_ends_what_is_over(services: Services, clock: HandClock) -> None:
    request_id = await asks(services, CLIENT, days=30)
    await housekeeping.tick(services)
    clock.go(timedelta(days=30))
    await housekeeping.tick(services)
    assert (await consent_of(services, request_id)).state == "expired"


async def test_ticks_tidy_up_once_an_hour(services: Services, clock: HandClock) -> None:
    await housekeeping.tick(services)
    await dialog(services, "one", "chat")
    clock.go(timedelta(days=2))
    await housekeeping.tick(services)
    async with services.db.read() as session:
        assert await session.get(DialogState, "one") is None
