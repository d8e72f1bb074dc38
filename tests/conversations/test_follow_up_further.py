"""What a follow-up sets going: two stories compared, figures of nobody, who may know, and a word about the help."""

from __future__ import annotations

from sqlalchemy import select

from bot.core.requests import State, Step
from bot.db.tables import AnswerCount, ContactRequest
from bot.services import caseload, follow_ups, requests
from dialogs.states import Feedback, FollowUp, Menu, Telling
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.test_follow_up_talk import asked, now, skips_to_areas


async def worker_says(desk: Inside, client: StraightClient, *steps: Step) -> int:
    """Somebody of the organisation takes the client's newest request and goes these steps; returns its id."""
    mine = (await requests.mine(desk.services, client.user.id))[0]
    worker = await desk.employ(mine.organisation_id)
    for step in steps:
        _card, done = await caseload.take(desk.services, worker.id, mine.id, step)
        assert done
    return mine.id


async def request(desk: Inside, number: int) -> ContactRequest:
    async with desk.services.db.read() as session:
        return await session.get_one(ContactRequest, number)


async def test_two_stories_open_the_request_again_and_one_story_ends_that(desk: Inside) -> None:
    client = desk.client()
    follow_up = await asked(client)
    number = await worker_says(desk, client, Step.ACCEPT, Step.CONTACTED)
    await client.taps("answer:contacted.no")
    opened = await request(desk, number)
    assert (opened.state, opened.disputed_at is not None) == (State.ACCEPTED, True)
    await follow_ups.say(desk.services, client.user.id, follow_up, "contacted", "yes")
    agreed = await request(desk, number)
    assert (agreed.state, agreed.disputed_at) == (State.CONTACTED, None)


async def counted(desk: Inside) -> dict[tuple[str, str], int]:
    async with desk.services.db.read() as session:
        rows = await session.scalars(select(AnswerCount).where(AnswerCount.organisation_id == "kello"))
        return {(row.question, row.answer): row.count for row in rows}


async def test_what_was_answered_is_counted_once_and_of_nobody(desk: Inside) -> None:
    client = desk.client()
    await asked(client, "mind")
    before = await counted(desk)
    await client.taps("answer:contacted.yes")
    await client.taps("answer:helped.yes")
    await skips_to_areas(client)
    await now(client, 4)
    await client.taps("done")
    after = await counted(desk)
    more = {key: count - before.get(key, 0) for key, count in after.items() if count != before.get(key, 0)}
    assert more["contacted", "yes"] == more["helped", "yes"] == 1
    assert set(more.values()) == {1}


async def test_after_it_comes_who_may_know_and_then_a_word_about_the_help(desk: Inside) -> None:
    client = desk.client()
    await asked(client, "mind")
    await worker_says(desk, client, Step.ACCEPT, Step.CONTACTED)
    await client.taps("answer:contacted.yes")
    await client.taps("answer:helped.yes")
    await skips_to_areas(client)
    await now(client, 4)
    assert await client.place == FollowUp.next.state
    await client.taps("done")
    assert await client.place == Telling.ask.state
    assert "Kello" in client.window.text
    await client.taps("yes")
    await client.taps("done")
    assert await client.place == Feedback.ask.state
    await client.taps("not_now")
    assert await client.place == Menu.main.state
