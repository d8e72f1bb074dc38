"""A year of one client: through both changes of the clock and Christmas, in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import holidays
from sqlalchemy import func, select

from bot.core.requests import Step
from bot.db.tables import OutboxMessage
from bot.services import caseload, requests, staff
from bot.services.outbox import Row
from bot.simulator.chats import Message
from bot.simulator.driver import Phone
from tests.conversations.people import Client
from tests.conversations.talking import Later

FREE = holidays.country_holidays("FI", years=(2026, 2027))
NOON, EVENING = time(12), time(17, 30)
ASKED, REMINDED = ("Miten asiat ovat menneet?", "Kysyin muutama päivä sitten")


class Year:
    """Goes on in the evening by the clock on the wall, when the day's questions have been asked."""

    def __init__(self, people: Later, aino: Client) -> None:
        self.people, self.aino = people, aino
        self.zone = people.services.settings.zone

    @property
    def today(self) -> date:
        return self.people.simulator.clock.now().astimezone(self.zone).date()

    async def until(self, day: str, at: time = EVENING) -> None:
        """To this day, by way of each on which something is due."""
        last = date.fromisoformat(day)
        while (today := self.today) < last:
            next_day = min(max(await self._due_on(), today + timedelta(days=1)), last)
            moment = datetime.combine(next_day, at if next_day == last else EVENING, tzinfo=self.zone)
            await self.people.passes(moment - self.people.simulator.clock.now())

    async def _due_on(self) -> date:
        async with self.people.services.db.read() as session:
            due = await session.scalar(
                select(func.min(OutboxMessage.due_at)).where(OutboxMessage.state == Row.WAITING)
            )
        return due.astimezone(self.zone).date() if due else date.max

    def said(self, *words: str) -> Iterator[Message]:
        for message in self.aino.messages:
            if message.from_bot and any(one in message.text for one in words):
                yield message

    def days(self, *words: str) -> list[str]:
        return [f"{message.date.astimezone(self.zone):%Y-%m-%d}" for message in self.said(*words)]


async def asks(aino: Client) -> None:
    await aino.says("/menu")
    await aino.rates(money=2, mind=2)
    await aino.reflects(strength="own", if_worse="soitan siskolle")
    await aino.sees_suggestions()
    await aino.finds_whom_to_ask()
    await aino.drafts_a_request()
    await aino.taps("consent")


async def taken(people: Later, leena: Phone, aino: Client, *steps: Step) -> None:
    """The worker takes these steps with the newest request."""
    worker = await staff.worker(people.services, leena.user.id)
    assert worker is not None
    newest = (await requests.mine(people.services, aino.user.id))[0]
    for step in steps:
        _card, done = await caseload.take(people.services, worker.id, newest.id, step)
        assert done


async def answers(aino: Client, question: Message, helped: str, *ratings: int) -> None:
    await aino.presses_on(question, "Kerron, miten menee")
    await aino.taps("answer:contacted.yes")
    await aino.taps(f"answer:helped.{helped}")
    while aino.offered("skip"):
        await aino.taps("skip")
    for rating in ratings:
        await aino.taps(next(one for one in aino.widgets if one.endswith(f".{rating}")))
        if aino.offered("skip_words"):
            await aino.taps("skip_words")


async def test_a_year_of_a_client(years: Later) -> None:
    leena, aino = await years.worker(), years.client("Aino")
    year = Year(years, aino)
    await aino.begins()
    await asks(aino)
    await year.until("2026-03-12", NOON)
    await taken(years, leena, aino, Step.ACCEPT, Step.CONTACTED)

    # Spring: the first question two weeks after the contact, and over the change to summer time. Things are better.
    await year.until("2026-03-26")
    assert year.days(ASKED) == ["2026-03-26"]
    await answers(aino, next(year.said(ASKED)), "yes", 3, 4)
    assert "Nyt menee paremmin" in aino.sees
    await aino.taps("done")
    assert "Kysyn seuraavan kerran 11.5.2026" in aino.sees

    # Early summer: no answer. One reminder, after the holiday, and then it is quiet.
    await year.until("2026-06-30")
    assert year.days(ASKED) == ["2026-03-26", "2026-05-11"]
    assert year.days(REMINDED) == ["2026-05-15"]
    await aino.says("/omat")
    await aino.taps("follow_ups")
    assert "Kysyin sinulta 11.5.2026, enkä saanut vastausta. Se on ihan ok." in aino.sees

    # September: half a year on. Things are worse: what was agreed is said again, and more is asked from now on.
    await year.until("2026-09-08")
    assert year.days(ASKED)[2:] == ["2026-09-08"]
    await answers(aino, list(year.said(ASKED))[-1], "partly", 1, 1)
    assert "Se ei tarkoita, että olisit epäonnistunut" in aino.sees
    assert "soitan siskolle" in aino.sees
    await aino.taps("denser")

    # Autumn: as usual again, and another request. Asked over the change of the clock, reminded after Christmas.
    await aino.says("/omat")
    await aino.taps("follow_ups")
    await aino.taps("pace:ordinary")
    await year.until("2026-10-22")
    await asks(aino)
    await year.until("2026-10-23", NOON)
    await taken(years, leena, aino, Step.ACCEPT, Step.CONTACTED)
    await year.until("2027-01-15")
    assert year.days(ASKED)[3:] == ["2026-11-06", "2026-12-22"]
    assert year.days(REMINDED)[1:] == ["2026-11-09", "2026-12-28"]

    # Winter: enough. Nothing is asked any more, and the clock is moved once more.
    await aino.says("STOP")
    await year.until("2027-05-03")
    assert len(year.days(ASKED)) == 5

    for message in year.said(ASKED, REMINDED):
        day = message.date.astimezone(year.zone).date()
        assert day not in FREE
        assert day.weekday() < 5
    assert all(year.days(ASKED, REMINDED).count(day) == 1 for day in year.days(ASKED, REMINDED))
