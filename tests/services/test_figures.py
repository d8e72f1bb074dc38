"""Unmet needs are counted without a person, and small counts are hidden."""

from __future__ import annotations

from people import services_on

from bot.core.calendar import Clock
from bot.db.work import Database
from bot.services import figures


async def test_a_need_is_counted_by_month_area_and_place(database: Database, clock: Clock) -> None:
    services = services_on(database, clock)
    for _round in range(figures.SMALLEST_SHOWN):
        await figures.count_unmet(services, {"housing", "money"}, "Multia")
    await figures.count_unmet(services, {"housing"}, None)

    rows = {(row.area, row.municipality): row.count for row in await figures.unmet_needs(services)}
    assert rows == {("housing", "Multia"): 5, ("money", "Multia"): 5, ("housing", ""): None}


async def test_a_count_of_four_stays_hidden(database: Database, clock: Clock) -> None:
    services = services_on(database, clock)
    for _round in range(figures.SMALLEST_SHOWN - 1):
        await figures.count_unmet(services, {"hope"}, "Luhanka")
    assert [row.count for row in await figures.unmet_needs(services)] == [None]
