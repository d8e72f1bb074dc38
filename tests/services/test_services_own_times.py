"""What clients keep in mind for themselves: each time has its reminders once, and none comes late."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.core.repeating import Often, moment, rule
from bot.db.tables import OutboxMessage
from bot.services import clients, housekeeping, memos, outbox, own_times
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.outbox import Kind, Row
from bot.services.own_times import LONGEST, Draft
from tests.conftest import HandClock
from tests.services.people import CLIENT, SOMEBODY_ELSE, asks, everything
from tests.services.people import outbox as rows_of

HELSINKI = ZoneInfo("Europe/Helsinki")
TUESDAY = datetime(2026, 3, 24)  # noqa: DTZ001 – a day of the calendar
FIVE = time(17)


def draft(
    often: Often = Often.WEEKLY, at: time = FIVE, day: datetime = TUESDAY, title: str = "Ryhmä"
) -> Draft:
    return Draft(
        str(uuid4()), title, "Matarankatu 6", rule(often, day.date(), at), moment(day.date(), at, HELSINKI)
    )


async def keeps(services: Services, chat: Chat = CLIENT, **changes: object) -> int:
    assert await own_times.keep(services, chat, draft(**changes))  # type: ignore[arg-type]
    return max(own.id for own in await own_times.mine(services, chat.id))


async def reminders(services: Services) -> list[OutboxMessage]:
    return sorted(await rows_of(services, Kind.OWN_REMINDER), key=lambda row: row.due_at)


async def first_waiting(services: Services) -> datetime | None:
    async with services.db.read() as session:
        waiting = OutboxMessage.state == Row.WAITING
        return await session.scalar(select(func.min(OutboxMessage.due_at)).where(waiting))


async def due_times(services: Services) -> list[str]:
    return [f"{row.due_at.astimezone(HELSINKI):%d.%m. %H:%M}" for row in await reminders(services)]


async def sends_what_is_due(services: Services) -> list[str]:
    """Claimed and written down as sent, as the courier does; returns when what was sent begins."""
    sent = []
    for row in await outbox.claim(services):
        if row.expires_at is not None and row.expires_at <= services.clock():
            await outbox.settle(services, row, Row.DROPPED, reason="expired")
            continue
        found = await own_times.due(services, row.client_id or 0, row.detail or {})
        assert found
        sent.append(f"{found[1].astimezone(HELSINKI):%d.%m. %H:%M}")
        await outbox.settle(services, row, Row.SENT)
    return sent


# Kept, listed, removed


async def test_a_group_on_tuesdays_has_the_reminders_of_two_times_waiting(services: Services) -> None:
    await keeps(services)
    (own,) = await own_times.mine(services, CLIENT.id)
    assert (own.title, own.where, own.minutes, own.sequence) == ("Ryhmä", "Matarankatu 6", 60, 0)
    assert own.starts_at == datetime(2026, 3, 24, 15, tzinfo=UTC)
    assert await due_times(services) == ["23.03. 17:00", "24.03. 15:00", "30.03. 17:00", "31.03. 15:00"]


async def test_what_is_once_is_reminded_of_once_each(services: Services) -> None:
    await keeps(services, often=Often.ONCE)
    assert await due_times(services) == ["23.03. 17:00", "24.03. 15:00"]


async def test_the_next_one_comes_first_in_the_list(services: Services) -> None:
    await keeps(services, title="Myöhemmin", day=TUESDAY + timedelta(days=1))
    await keeps(services, title="Ensin")
    assert [own.title for own in await own_times.mine(services, CLIENT.id)] == ["Ensin", "Myöhemmin"]


async def test_one_press_keeps_once(services: Services) -> None:
    once = draft()
    assert all(await asyncio.gather(*(own_times.keep(services, CLIENT, once) for _ in range(10))))
    assert len(await own_times.mine(services, CLIENT.id)) == 1
    assert len(await reminders(services)) == 4


async def test_a_calendar_holds_twenty_also_when_they_come_at_once(services: Services) -> None:
    kept = await asyncio.gather(*(own_times.keep(services, CLIENT, draft()) for _ in range(LONGEST + 3)))
    assert kept.count(True) == len(await own_times.mine(services, CLIENT.id)) == LONGEST
    assert await own_times.keep(services, SOMEBODY_ELSE, draft())


async def test_removed_it_is_forgotten_and_nobody_is_reminded(services: Services, clock: HandClock) -> None:
    number, other = await keeps(services), await keeps(services, title="Toinen", at=time(18))
    await own_times.remove(services, CLIENT.id, number)
    assert [own.id for own in await own_times.mine(services, CLIENT.id)] == [other]
    assert "Ryhmä" not in await everything(services)
    clock.set(datetime(2026, 3, 23, 16, 1, tzinfo=UTC))
    assert await sends_what_is_due(services) == ["24.03. 18:00"]


async def test_only_its_owner_sees_it_and_removes_it(services: Services) -> None:
    number = await keeps(services)
    await keeps(services, SOMEBODY_ELSE)
    assert await own_times.one(services, SOMEBODY_ELSE.id, number) is None
    await own_times.remove(services, SOMEBODY_ELSE.id, number)
    await own_times.remove(services, 1, number)
    assert await own_times.one(services, CLIENT.id, number) is not None
    assert len(await reminders(services)) == 8


async def test_being_forgotten_takes_all_of_it(services: Services) -> None:
    await keeps(services)
    kept = await clients.kept(services, CLIENT.id)
    assert kept.own_times == 1
    assert kept
    await clients.forget(services, CLIENT.id)
    assert await reminders(services) == []
    assert "Ryhmä" not in await everything(services)


async def test_a_meeting_with_a_worker_is_no_own_time(services: Services, clock: HandClock) -> None:
    from tests.services.test_services_memos import meets

    await asks(services)
    await meets(services, starts_at=clock() + timedelta(days=3))
    assert await own_times.mine(services, CLIENT.id) == []
    await own_times.remove(services, CLIENT.id, 1)
    clock.go(timedelta(days=5))
    await own_times.advance(services)
    assert (await clients.kept(services, CLIENT.id)).own_times == 0
    assert "Asemakatu" in await everything(services)


# Time goes on


async def test_a_whole_year_of_tuesdays_each_reminded_of_twice_at_the_same_hours(
    services: Services, clock: HandClock
) -> None:
    """Through both changes of the clock, Christmas and Epiphany; looked after only now and then."""
    await keeps(services)
    sent: list[tuple[str, str]] = []
    for number in range(400):
        waiting = await first_waiting(services)
        clock.set(waiting or clock() + timedelta(days=1))
        if clock() > datetime(2027, 3, 24, tzinfo=UTC):
            break
        now = clock().astimezone(HELSINKI)
        sent += [(start, f"{now:%d.%m. %H:%M}") for start in await sends_what_is_due(services)]
        if not waiting or number % 3 == 0:
            await own_times.advance(services)
    starts = [start for start, _now in sent]
    assert all(starts.count(start) == 2 for start in starts)
    assert len(set(starts)) == 53
    assert all(start.endswith("17:00") for start in starts)
    assert ("31.03. 17:00", "31.03. 15:00") in sent  # two days after the clock was moved
    assert ("27.10. 17:00", "26.10. 17:00") in sent
    assert ("07.04. 17:00", "04.04. 20:55") in sent  # the day before is Easter Monday
    assert not [at for _start, at in sent if at[:6] in {"24.12.", "25.12.", "26.12.", "06.01."}]
    assert all("08:00" <= at[7:] < "21:00" for _start, at in sent)


async def test_after_a_time_the_next_one_stands_there(services: Services, clock: HandClock) -> None:
    await keeps(services)
    clock.set(datetime(2026, 3, 24, 15, 30, tzinfo=UTC))
    await own_times.advance(services)
    (own,) = await own_times.mine(services, CLIENT.id)
    assert own.starts_at == datetime(2026, 3, 24, 15, tzinfo=UTC), "it is going on"
    clock.set(datetime(2026, 3, 24, 16, 0, tzinfo=UTC))
    (own,) = await own_times.mine(services, CLIENT.id)
    assert own.starts_at == datetime(2026, 3, 31, 14, tzinfo=UTC), "also before it has been advanced"
    await own_times.advance(services)
    (own,) = await own_times.mine(services, CLIENT.id)
    assert own.starts_at == datetime(2026, 3, 31, 14, tzinfo=UTC)
    assert (await due_times(services))[-1] == "07.04. 15:00"


async def test_what_was_once_goes_when_it_is_over(services: Services, clock: HandClock) -> None:
    await keeps(services, often=Often.ONCE)
    clock.set(datetime(2026, 3, 24, 16, 1, tzinfo=UTC))
    assert await own_times.mine(services, CLIENT.id) == []
    await own_times.advance(services)
    assert "Ryhmä" not in await everything(services)


async def test_after_weeks_of_silence_nothing_comes_late_and_all_goes_on(
    services: Services, clock: HandClock
) -> None:
    await keeps(services)
    clock.set(datetime(2026, 6, 10, 9, tzinfo=UTC))
    await housekeeping.tick(services)
    assert await sends_what_is_due(services) == []
    (own,) = await own_times.mine(services, CLIENT.id)
    assert f"{own.starts_at.astimezone(HELSINKI):%d.%m. %H:%M}" == "16.06. 17:00"
    clock.set(datetime(2026, 6, 15, 14, 0, 1, tzinfo=UTC))
    assert await sends_what_is_due(services) == ["16.06. 17:00"]


async def test_two_couriers_that_go_on_at_once_leave_each_reminder_once(
    services: Services, clock: HandClock
) -> None:
    for _ in range(3):
        await keeps(services)
    clock.set(datetime(2026, 3, 24, 17, tzinfo=UTC))
    await asyncio.gather(*(own_times.advance(services) for _ in range(5)))
    keys = [row.key for row in await reminders(services)]
    assert len(keys) == len(set(keys)) == 3 * 6


async def test_kept_too_late_for_a_reminder_there_is_none(services: Services, clock: HandClock) -> None:
    clock.set(datetime(2026, 3, 24, 13, 30, tzinfo=UTC))  # an hour and a half before
    await keeps(services, often=Often.ONCE)
    assert await reminders(services) == []


# Stop, and again


async def test_who_says_stop_is_not_reminded_until_they_want_it_again(
    services: Services, clock: HandClock
) -> None:
    await keeps(services)
    clock.set(datetime(2026, 3, 23, 15, 0, 1, tzinfo=UTC))
    assert await sends_what_is_due(services) == ["24.03. 17:00"]
    await clients.opt_out(services, CLIENT.id)
    assert [row.state for row in await reminders(services)] == [Row.SENT, *[Row.DROPPED] * 3]
    await clients.opt_in(services, CLIENT.id)
    await own_times.remind_again(services, CLIENT.id)
    assert [row.state for row in await reminders(services)] == [Row.SENT, *[Row.WAITING] * 3]
    assert await sends_what_is_due(services) == [], "the one that was sent is not sent again"


@pytest.mark.parametrize("opted_out", [False, True])
async def test_the_memo_names_the_next_time(services: Services, opted_out: bool) -> None:
    await keeps(services)
    if opted_out:
        await clients.opt_out(services, CLIENT.id)
    ahead = await memos.ahead(services, CLIENT.id)
    assert [(one.own, one.title) for one in ahead.meetings] == [(True, "Ryhmä")]
