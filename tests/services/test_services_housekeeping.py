"""What must happen by itself: terms end, conversations are forgotten, old rows go."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.core import retention
from bot.core.requests import Step
from bot.db.tables import Base, Client, DialogState, HandledUpdate, Staff
from bot.services import caseload, clients, consents, housekeeping, requests, staff
from bot.services.base import Services
from tests.conftest import HandClock
from tests.services.people import (
    CLIENT,
    KELLO,
    accepts,
    asks,
    closes,
    consent_of,
    events,
    everything,
    joins,
    outbox,
    request,
)


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
    assert (await housekeeping.purge(services))["dialogs"] == 2
    async with services.db.read() as session:
        assert await session.get(DialogState, "used-1") is not None
        assert await session.get(DialogState, "old-1") is None


async def test_updates_are_remembered_longer_than_telegram_keeps_them(
    services: Services, clock: HandClock
) -> None:
    async with services.db.work() as session:
        session.add(HandledUpdate(bot="client", update_id=1, at=clock()))
    clock.go(timedelta(days=1, hours=1))
    assert (await housekeeping.purge(services))["updates"] == 0
    clock.go(timedelta(days=1))
    assert (await housekeeping.purge(services))["updates"] == 1


async def test_old_invitations_go(services: Services, clock: HandClock) -> None:
    await staff.invite(services, KELLO, "Leena")
    clock.go(timedelta(days=8))
    assert (await housekeeping.purge(services))[
        "invites"
    ] == 0  # whoever comes late hears that it is too late
    clock.go(timedelta(days=2))
    assert (await housekeeping.purge(services))["invites"] == 1


async def closed_request(services: Services, name: str = "Leena Lähtenyt") -> int:
    """A client's request that a worker has taken care of."""
    worker, request_id = await joins(services, name), await asks(services, CLIENT, days=30)
    await accepts(services, worker, request_id)
    assert (await caseload.take(services, worker.id, request_id, Step.CONTACTED))[1]
    await closes(services, worker, request_id)
    return request_id


async def seen(services: Services) -> None:
    """The client comes back now and then, so that the account is not an idle one."""
    await clients.seen(services, CLIENT.id)
    await housekeeping.tick(services)


async def test_a_closed_request_becomes_a_figure_after_a_year(services: Services, clock: HandClock) -> None:
    request_id = await closed_request(services)
    clock.go(timedelta(days=364))
    await seen(services)
    (mine,) = await requests.mine(services, CLIENT.id)
    assert (mine.worker, mine.outcome) == ("Leena Lähtenyt", "got_help")
    clock.go(timedelta(days=2))
    assert (await housekeeping.purge(services))["requests"] == 1
    assert (await housekeeping.purge(services))["requests"] == 0
    assert await requests.mine(services, CLIENT.id) == []
    row = await request(services, request_id)
    assert (row.client_id, row.accepted_by, row.offer_id, row.areas) == (None, None, None, [])
    assert (row.organisation_id, row.state, row.outcome) == (KELLO, "closed", "got_help")
    assert row.contacted_at is not None


async def test_an_open_request_is_kept_however_old(services: Services, clock: HandClock) -> None:
    request_id = await asks(services, CLIENT, days=180)
    clock.go(timedelta(days=179))
    await seen(services)
    assert (await request(services, request_id)).client_id is not None


async def test_the_record_of_an_ended_consent_goes_after_two_years_and_the_chain_stays(
    services: Services, clock: HandClock
) -> None:
    request_id = await asks(services, CLIENT, days=30)
    clock.go(timedelta(days=31))
    await seen(services)
    clock.go(timedelta(days=728))
    await seen(services)
    assert (await consent_of(services, request_id)).record is not None
    clock.go(timedelta(days=3))
    assert (await housekeeping.purge(services))["consents"] == 1
    consent = await consent_of(services, request_id)
    assert (consent.record, consent.client_id, consent.state) == (None, None, "expired")
    assert [event.kind for event in await events(services)] == ["given", "expired"]
    assert (await consents.verify(services)).whole
    async with services.db.read() as session:
        assert await session.scalar(select(Client.id)) is not None  # who comes back now and then is not idle


async def test_a_worker_who_was_removed_is_forgotten_after_a_month(
    services: Services, clock: HandClock
) -> None:
    request_id = await closed_request(services)
    worker_id = (await request(services, request_id)).accepted_by
    assert worker_id is not None
    clock.go(timedelta(days=40))
    await housekeeping.tick(services)
    async with services.db.read() as session:
        assert await session.get(Staff, worker_id) is not None  # nobody who works here goes
    await staff.remove(services, worker_id)
    clock.go(timedelta(days=29))
    assert (await housekeeping.purge(services))["workers"] == 0
    clock.go(timedelta(days=2))
    assert (await housekeeping.purge(services))["workers"] == 1
    assert "Lähtenyt" not in await everything(services)
    assert [row for row in await outbox(services) if row.staff_id == worker_id] == []
    assert (await request(services, request_id)).outcome == "got_help"


async def test_each_limit_has_a_name_and_is_told_of() -> None:
    """What an operator promises to clients is on the page, with the number that the code goes by."""
    page = (Path(__file__).parents[2] / "docs" / "data-model.md").read_text()
    limits = {name: value for name, value in vars(retention).items() if name.isupper()}
    for name, limit in limits.items():
        assert f"| `{name}` | {limit.days} days |" in page, name
    for kind in housekeeping.KINDS:
        assert f"| {kind} |" in page, kind


@pytest.mark.parametrize("table", [table.name for table in Base.metadata.sorted_tables])
def test_of_each_table_it_is_told_when_its_rows_go(table: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "data-model.md").read_text()
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{table}` |")]
    assert len(row.strip("| ").split(" | ")) == 4, "what it is, what is encrypted, and when it goes"


def test_whoever_goes_never_leaves_a_row_that_points_nowhere() -> None:
    """Each foreign key says what becomes of its row, or else removing a client or a worker would be refused."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            assert key.ondelete or key.target_fullname == "consents.id", f"{key.parent}: ondelete is missing"


async def test_where_nothing_is_old_nothing_goes(services: Services) -> None:
    await asks(services)
    await dialog(services, "one", "chat")
    assert await housekeeping.purge(services) == dict.fromkeys(housekeeping.KINDS, 0)


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
