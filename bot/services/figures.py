"""Figures for those who develop the services: counts without anybody behind them, small ones hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import AnswerCount, UnmetNeed
from bot.services.base import Services

SMALLEST_SHOWN = 5
"""A smaller count could point to somebody, above all in a small municipality."""


async def count_unmet(services: Services, areas: Collection[str], municipality: str | None) -> None:
    """Count needs for which nothing fitted: the area, the municipality if it was told, and the month."""
    month = this_month(services)
    dialect = sqlite if services.db.is_sqlite else postgresql
    async with services.db.work() as session:
        for area in sorted(areas):
            row = {"month": month, "area": area, "municipality": municipality or "", "count": 1}
            statement = dialect.insert(UnmetNeed).values(row)
            more = {"count": UnmetNeed.count + 1}
            keys = ["month", "area", "municipality"]
            await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=more))


def this_month(services: Services) -> str:
    return services.clock().astimezone(services.settings.zone).strftime("%Y-%m")


async def add(
    session: AsyncSession, services: Services, organisation_id: str, answers: Iterable[tuple[str, str]]
) -> None:
    """Count answers to questions about an organisation (empty: the service itself), and nobody with them."""
    month, dialect = this_month(services), sqlite if services.db.is_sqlite else postgresql
    for question, answer in sorted(answers):  # always in one order, so that two never wait for each other
        place = {"month": month, "organisation_id": organisation_id, "question": question, "answer": answer}
        statement = dialect.insert(AnswerCount).values({**place, "count": 1})
        more = {"count": AnswerCount.count + 1}
        await session.execute(statement.on_conflict_do_update(index_elements=list(place), set_=more))


@dataclass(frozen=True)
class Unmet:
    month: str
    area: str
    municipality: str
    count: int | None
    """None when it is too small to be shown."""


async def unmet_needs(services: Services) -> list[Unmet]:
    """All counts, newest month first; those under five are there without their number."""
    async with services.db.read() as session:
        rows = await session.scalars(
            select(UnmetNeed).order_by(UnmetNeed.month.desc(), UnmetNeed.area, UnmetNeed.municipality)
        )
        return [
            Unmet(row.month, row.area, row.municipality, row.count if row.count >= SMALLEST_SHOWN else None)
            for row in rows
        ]
