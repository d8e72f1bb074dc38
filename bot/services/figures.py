"""Figures for those who develop the services: counts without anybody behind them, small ones hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import figures as rules
from bot.core.figures import LEAST_ANSWERS, LEAST_RATINGS, SMALLEST_SHOWN, Batch, Split
from bot.core.grants import Role, WorkerFacts
from bot.core.outcomes import AREA, CHANGE, CONTACTED, ENOUGH, FEEDBACK, HELPED, MATCHES
from bot.db.tables import AnswerCount, FeedbackWord, Staff, UnmetNeed
from bot.services.base import Services

__all__ = ["SMALLEST_SHOWN"]


DIVIDED = (CONTACTED, HELPED, ENOUGH, CHANGE)


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


# --- what clients have answered


@dataclass(frozen=True)
class Report:
    """Answers about one organisation, or (empty id) about the service: of each question its newest whole batch."""

    organisation_id: str
    answers: Mapping[str, tuple[Batch, Split]]
    """How answers divide: whether somebody made contact, whether it helped, was enough, and what has changed."""
    ratings: Mapping[str, Batch]
    """Ratings 1 to 5: how well it matched, and the statements of the feedback."""

    def __bool__(self) -> bool:
        return bool(self.answers or self.ratings)


async def report(services: Services, worker_id: int, organisation_id: str) -> Report | None:
    """None if these figures are none of this worker's business."""
    worker = await _worker(services, worker_id)
    if worker is None or not rules.may_read(worker, organisation_id):
        return None
    return (await _reports(services, organisation_id)).get(organisation_id) or Report(organisation_id, {}, {})


async def reported(services: Services, worker_id: int) -> list[str]:
    """The organisations of which a coordinator can see something."""
    worker = await _worker(services, worker_id)
    if worker is None or worker.role is not Role.COORDINATOR or worker.removed:
        return []
    return [one for one, found in (await _reports(services)).items() if one and found]


async def all_reports(services: Services) -> list[Report]:
    """For the operator."""
    return [found for found in (await _reports(services)).values() if found]


async def _reports(services: Services, organisation_id: str | None = None) -> dict[str, Report]:
    wanted = select(AnswerCount).where(AnswerCount.month < this_month(services))
    if organisation_id is not None:
        wanted = wanted.where(AnswerCount.organisation_id == organisation_id)
    months: dict[str, dict[str, dict[str, dict[str, int]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(dict))
    )
    async with services.db.read() as session:
        rows = wanted.order_by(AnswerCount.organisation_id, AnswerCount.question)
        for row in await session.scalars(rows):
            months[row.organisation_id][row.question][row.month][row.answer] = row.count
    return {one: _report(services, one, questions) for one, questions in months.items()}


def _report(
    services: Services, organisation_id: str, questions: Mapping[str, Mapping[str, Mapping[str, int]]]
) -> Report:
    now, answers, ratings = this_month(services), {}, {}
    for question, months in questions.items():
        if question in MATCHES or question.startswith(FEEDBACK):
            if batch := rules.latest(months, now, LEAST_RATINGS):
                ratings[question] = batch
        elif question in DIVIDED or question.startswith(AREA):
            batch = rules.latest(months, now, LEAST_ANSWERS)
            if batch is not None:
                answers[question] = batch, rules.split(batch.counts)
    return Report(organisation_id, answers, ratings)


def lines(reports: Iterable[Report]) -> list[dict[str, Any]]:
    """Reports as they are printed: names and numbers."""
    told: list[dict[str, Any]] = []
    for one in reports:
        for question, (batch, split) in one.answers.items():
            answers: dict[str, int] = {" or ".join(group): count for group, count in split.groups}
            told.append({**_line(one, question, batch), "answers": answers})
        for question, batch in one.ratings.items():
            told.append({**_line(one, question, batch), "average": round(batch.average, 1)})
    return told


def _line(one: Report, question: str, batch: Batch) -> dict[str, Any]:
    place = {"organisation": one.organisation_id, "question": question}
    return {**place, "from": batch.first, "to": batch.last, "total": batch.total}


async def unmet_to(services: Services, worker_id: int) -> list[Unmet]:
    """For a coordinator: needs without an offer in months that are over, where the count is large enough."""
    worker = await _worker(services, worker_id)
    if worker is None or worker.role is not Role.COORDINATOR or worker.removed:
        return []
    now = this_month(services)
    return [one for one in await unmet_needs(services) if one.count is not None and one.month < now]


@dataclass(frozen=True)
class Words:
    """Free words of one batch, in no order that tells anything."""

    first: str
    last: str
    words: tuple[str, ...]


async def words(services: Services, worker_id: int, organisation_id: str) -> list[Words] | None:
    """Batches of at least five, newest first; None if they are none of this worker's business."""
    worker = await _worker(services, worker_id)
    if worker is None or not rules.may_read_words(worker, organisation_id):
        return None
    async with services.db.read() as session:
        rows = await session.scalars(
            select(FeedbackWord)
            .where(FeedbackWord.organisation_id == organisation_id, FeedbackWord.month < this_month(services))
            .order_by(FeedbackWord.month)
        )
        found = [(row.month, row.words) for row in rows]
    return [Words(first, last, mixed) for first, last, mixed in rules.mixed_batches(found)][::-1]


async def _worker(services: Services, worker_id: int) -> WorkerFacts | None:
    async with services.db.read() as session:
        row = await session.get(Staff, worker_id)
        return (
            WorkerFacts(row.id, row.organisation_id, Role(row.role), row.removed_at is not None)
            if row
            else None
        )
