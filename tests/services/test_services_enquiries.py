"""Anonymous enquiries by their use cases, on SQLite and on PostgreSQL: who may do what, the limits, and the end."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import func, select

from bot.core import enquiries as rules
from bot.core.enquiries import BLOCK_LASTS, IDLE_ENDS, KEPT_AFTER_END, Ended, Refused, Side, State
from bot.db.tables import Enquiry, EnquiryBlock, EnquiryMessage, Staff
from bot.services import clients, enquiries, enquiry_desk, housekeeping, staff
from bot.services.base import Services
from bot.services.caseload import mark
from bot.services.clients import Chat
from bot.services.enquiries import Draft
from bot.services.enquiry_desk import Card, Sent
from bot.services.staff import Worker
from tests.conftest import HandClock
from tests.services.people import CLIENT, KELLO, OTHER, SOMEBODY_ELSE, asks, everything, joins, outbox

QUESTION, ANSWER = "saako velkaneuvontaa ilman ajanvarausta", "tervetuloa maanantaina kello kymmenen"
_presses = count()


def draft(**changes: str) -> Draft:
    usual = {
        "token": f"t{next(_presses)}",
        "organisation_id": KELLO,
        "alias": "Sammal Siili",
        "words": QUESTION,
    }
    return Draft(**{**usual, **changes})


async def asked(services: Services, chat: Chat = CLIENT, **changes: str) -> int:
    enquiry_id = await enquiries.ask(services, chat, draft(**changes))
    assert isinstance(enquiry_id, int)
    return enquiry_id


async def writes(services: Services, enquiry_id: int, words: str = "lisäkysymys") -> Refused | None:
    return await enquiries.write(services, CLIENT, enquiry_id, words, f"t{next(_presses)}")


async def seen(services: Services, worker: Worker, enquiry_id: int) -> Card:
    card = await enquiry_desk.card(services, worker.id, enquiry_id)
    assert card is not None
    return card


async def answers(services: Services, worker: Worker, enquiry_id: int, words: str = ANSWER) -> Sent:
    assert await enquiry_desk.begin(services, worker.id, enquiry_id)
    card = await enquiry_desk.draft(services, worker.id, words)
    assert card is not None
    return await enquiry_desk.send(
        services, worker.id, enquiry_id, mark(words), card.last, f"w{next(_presses)}"
    )


async def row(services: Services, enquiry_id: int) -> Enquiry:
    async with services.db.read() as session:
        return await session.get_one(Enquiry, enquiry_id)


async def messages(services: Services) -> int:
    async with services.db.read() as session:
        return await session.scalar(select(func.count(EnquiryMessage.id))) or 0


# Asking and answering


async def test_a_question_is_answered_and_gone_on_with(services: Services) -> None:
    leena = await joins(services)
    enquiry_id = await asked(services)
    assert (await seen(services, leena, enquiry_id)).state is State.OPEN
    assert await answers(services, leena, enquiry_id) is Sent.SENT
    mine = await enquiries.thread(services, CLIENT.id, enquiry_id)
    assert mine is not None
    assert [(one.side, one.worker, one.words) for one in mine.said] == [
        (Side.ASKER, None, QUESTION),
        (Side.WORKER, "Leena", ANSWER),
    ]
    assert mine.state is State.ANSWERED
    assert await writes(services, enquiry_id) is None
    card = await seen(services, leena, enquiry_id)
    assert (card.state, len(card.said)) == (State.OPEN, 3)


async def test_the_same_press_asks_and_writes_once(services: Services) -> None:
    await joins(services)
    question = draft()
    first = await enquiries.ask(services, CLIENT, question)
    assert await enquiries.ask(services, CLIENT, question) == first
    assert isinstance(first, int)
    for _ in range(2):
        assert await enquiries.write(services, CLIENT, first, "lisää", "press") is None
    assert await messages(services) == 2


async def test_asking_makes_no_account(services: Services) -> None:
    await joins(services)
    await asked(services)
    assert await clients.seen(services, CLIENT.id) is None


async def test_an_enquiry_cannot_be_matched_with_an_account(services: Services) -> None:
    await joins(services)
    enquiry_id = await asked(services)
    await asks(services)
    async with services.db.read() as session:
        client = await clients.find(session, services, CLIENT.id)
    assert client is not None
    assert client.chat_key != (await row(services, enquiry_id)).asker_key
    cards = await outbox(services, "enquiry")
    assert [(each.client_id, each.request_id) for each in cards] == [(None, None)]


async def test_only_whoever_asked_reads_writes_and_ends_it(services: Services) -> None:
    await joins(services)
    enquiry_id = await asked(services)
    assert await enquiries.thread(services, SOMEBODY_ELSE.id, enquiry_id) is None
    assert await enquiries.write(services, SOMEBODY_ELSE, enquiry_id, "x", "y") is Refused.ENDED
    assert not await enquiries.end(services, SOMEBODY_ELSE.id, enquiry_id)
    assert (await row(services, enquiry_id)).state == State.OPEN


async def test_only_workers_of_the_organisation_see_and_answer_it(services: Services) -> None:
    leena, pekka = await joins(services), await joins(services, "Pekka", OTHER)
    enquiry_id = await asked(services)
    assert await enquiry_desk.card(services, pekka.id, enquiry_id) is None
    assert not await enquiry_desk.begin(services, pekka.id, enquiry_id)
    for act in (enquiry_desk.end, enquiry_desk.block, enquiry_desk.unblock):
        assert not await act(services, pekka.id, enquiry_id)
    assert [card.enquiry_id for card in await enquiry_desk.going_on(services, leena.id)] == [enquiry_id]
    assert await enquiry_desk.going_on(services, pekka.id) == []
    await staff.remove(services, leena.id)
    assert await enquiry_desk.card(services, leena.id, enquiry_id) is None
    assert not await enquiry_desk.begin(services, leena.id, enquiry_id)


async def test_nobody_is_asked_who_would_not_answer(services: Services) -> None:
    assert await enquiries.ask(services, CLIENT, draft()) is Refused.NOT_THERE
    leena = await joins(services)
    enquiry_id = await asked(services)
    await staff.remove(services, leena.id)
    assert await enquiries.askable(services, CLIENT.id) == frozenset()
    assert await writes(services, enquiry_id) is Refused.NOT_THERE


# Two workers


async def test_two_do_not_answer_at_once(services: Services) -> None:
    leena, pekka = await joins(services, "Leena"), await joins(services, "Pekka")
    enquiry_id = await asked(services)
    assert await enquiry_desk.begin(services, leena.id, enquiry_id)
    card = await seen(services, pekka, enquiry_id)
    assert (card.answering, card.writing, card.can_answer) == ("Leena", True, False)
    assert not await enquiry_desk.begin(services, pekka.id, enquiry_id)
    await enquiry_desk.stop(services, leena.id)
    assert (await seen(services, pekka, enquiry_id)).answering is None
    assert await enquiry_desk.begin(services, pekka.id, enquiry_id)


async def test_who_answered_first_is_shown_to_colleagues(services: Services) -> None:
    leena, pekka = await joins(services, "Leena"), await joins(services, "Pekka")
    enquiry_id = await asked(services)
    await answers(services, leena, enquiry_id)
    card = await seen(services, pekka, enquiry_id)
    assert (card.answering, card.own, card.writing) == ("Leena", False, False)
    await enquiry_desk.begin(services, pekka.id, enquiry_id)
    await enquiry_desk.stop(services, pekka.id)
    assert (await seen(services, pekka, enquiry_id)).answering == "Leena"


async def test_a_colleague_takes_over_from_one_who_never_finished(
    services: Services, clock: HandClock
) -> None:
    leena, pekka = await joins(services, "Leena"), await joins(services, "Pekka")
    enquiry_id = await asked(services)
    await enquiry_desk.begin(services, leena.id, enquiry_id)
    written = await enquiry_desk.draft(services, leena.id, "puolivalmis")
    assert written is not None
    clock.go(rules.WRITING_LASTS)
    assert await answers(services, pekka, enquiry_id) is Sent.SENT
    late = await enquiry_desk.send(services, leena.id, enquiry_id, mark("puolivalmis"), written.last, "late")
    assert late is Sent.LOOK_FIRST


async def test_what_came_meanwhile_is_looked_at_before_an_answer_goes(services: Services) -> None:
    leena = await joins(services)
    enquiry_id = await asked(services)
    await enquiry_desk.begin(services, leena.id, enquiry_id)
    card = await enquiry_desk.draft(services, leena.id, ANSWER)
    assert card is not None
    await writes(services, enquiry_id, "en tarvitsekaan enää")
    first = await enquiry_desk.send(services, leena.id, enquiry_id, mark(ANSWER), card.last, "p1")
    assert first is Sent.LOOK_FIRST
    last = (await seen(services, leena, enquiry_id)).last
    for _ in range(2):
        assert await enquiry_desk.send(services, leena.id, enquiry_id, mark(ANSWER), last, "p2") is Sent.SENT
    assert await messages(services) == 3


async def test_other_words_than_those_shown_are_not_sent(services: Services) -> None:
    leena = await joins(services)
    enquiry_id = await asked(services)
    await enquiry_desk.begin(services, leena.id, enquiry_id)
    await enquiry_desk.draft(services, leena.id, "toiset sanat")
    last = (await seen(services, leena, enquiry_id)).last
    assert await enquiry_desk.send(services, leena.id, enquiry_id, mark(ANSWER), last, "p") is Sent.NOT


# Limits


async def test_one_person_has_few_enquiries_at_a_time_and_in_a_day(
    services: Services, clock: HandClock
) -> None:
    await joins(services)
    begun = [await asked(services) for _ in range(rules.MOST_LIVE)]
    assert await enquiries.ask(services, CLIENT, draft()) is Refused.MOST_LIVE
    await asked(services, SOMEBODY_ELSE)
    for enquiry_id in begun:
        await enquiries.end(services, CLIENT.id, enquiry_id)
    for _ in range(rules.MOST_A_DAY - rules.MOST_LIVE):
        await enquiries.end(services, CLIENT.id, await asked(services))
    assert await enquiries.ask(services, CLIENT, draft()) is Refused.MOST_A_DAY
    await enquiries.forget_at_once(services, CLIENT.id)
    await housekeeping.purge(services)
    assert await enquiries.ask(services, CLIENT, draft()) is Refused.MOST_A_DAY, "forgetting lifts no limit"
    clock.go(rules.DAY)
    await asked(services)


async def test_an_organisation_is_not_flooded(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    leena = await joins(services)
    monkeypatch.setattr(rules, "MOST_WAITING", 2)
    first = await asked(services, Chat(1, "fi"))
    await asked(services, Chat(2, "fi"))
    assert await enquiries.ask(services, Chat(3, "fi"), draft()) is Refused.FULL
    await answers(services, leena, first)
    await asked(services, Chat(3, "fi"))


async def test_all_together_are_not_flooded(
    services: Services, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await joins(services)
    monkeypatch.setattr(rules, "MOST_AN_HOUR", 2)
    await asked(services, Chat(1, "fi"))
    await asked(services, Chat(2, "fi"))
    assert await enquiries.ask(services, Chat(3, "fi"), draft()) is Refused.FULL
    clock.go(rules.HOUR)
    await asked(services, Chat(3, "fi"))


async def test_one_enquiry_takes_few_messages_without_an_answer(services: Services) -> None:
    leena = await joins(services)
    enquiry_id = await asked(services)
    for _ in range(rules.MOST_UNANSWERED - 1):
        assert await writes(services, enquiry_id) is None
    assert await writes(services, enquiry_id) is Refused.UNANSWERED
    await answers(services, leena, enquiry_id)
    assert await writes(services, enquiry_id) is None


# Blocking


async def test_a_block_keeps_one_person_from_one_organisation_without_telling_who(services: Services) -> None:
    leena, pekka = await joins(services), await joins(services, "Pekka", OTHER)
    enquiry_id = await asked(services)
    assert await enquiry_desk.block(services, leena.id, enquiry_id)
    assert not await enquiry_desk.block(services, leena.id, enquiry_id)
    card = await seen(services, leena, enquiry_id)
    assert (card.state, card.ended_by, card.blocked) == (State.ENDED, Ended.BLOCKED, True)
    assert await enquiries.ask(services, CLIENT, draft()) is Refused.NOT_THERE
    assert await enquiries.askable(services, CLIENT.id) == {OTHER}
    await asked(services, SOMEBODY_ELSE)
    elsewhere = await asked(services, organisation_id=OTHER)
    assert not (await seen(services, pekka, elsewhere)).blocked
    assert str(CLIENT.id) not in repr(card)


async def test_a_block_can_be_undone_and_the_enquiry_goes_on(services: Services) -> None:
    leena = await joins(services)
    enquiry_id = await asked(services)
    await answers(services, leena, enquiry_id)
    await enquiry_desk.block(services, leena.id, enquiry_id)
    assert await enquiry_desk.unblock(services, leena.id, enquiry_id)
    assert not await enquiry_desk.unblock(services, leena.id, enquiry_id)
    assert (await seen(services, leena, enquiry_id)).state is State.ANSWERED
    assert await writes(services, enquiry_id) is None


async def test_a_block_outlives_forgetting_and_ends_by_itself(services: Services, clock: HandClock) -> None:
    leena = await joins(services)
    await enquiry_desk.block(services, leena.id, await asked(services))
    await clients.forget(services, CLIENT.id)
    clock.go(timedelta(days=2))
    await housekeeping.purge(services)
    assert await enquiries.ask(services, CLIENT, draft()) is Refused.NOT_THERE
    clock.go(BLOCK_LASTS)
    await asked(services)
    await housekeeping.purge(services)
    async with services.db.read() as session:
        assert (await session.scalars(select(EnquiryBlock))).all() == []


# The end


async def test_either_side_ends_it_and_nobody_writes_on(services: Services) -> None:
    leena = await joins(services)
    mine, theirs = await asked(services), await asked(services)
    assert await enquiries.end(services, CLIENT.id, mine)
    assert await enquiry_desk.end(services, leena.id, theirs)
    assert not await enquiry_desk.end(services, leena.id, theirs)
    for enquiry_id in (mine, theirs):
        assert await writes(services, enquiry_id) is Refused.ENDED
        assert not await enquiry_desk.begin(services, leena.id, enquiry_id)
    assert [row.enquiry_id for row in await outbox(services, "enquiry_ended")] == [theirs]


async def test_an_answer_being_written_is_dropped_when_it_ends(services: Services) -> None:
    leena = await joins(services)
    enquiry_id = await asked(services)
    await enquiry_desk.begin(services, leena.id, enquiry_id)
    await enquiry_desk.draft(services, leena.id, ANSWER)
    await enquiries.end(services, CLIENT.id, enquiry_id)
    async with services.db.read() as session:
        worker = await session.get_one(Staff, leena.id)
    assert (worker.writing_enquiry, worker.draft) == (None, None)


async def test_silence_ends_it_and_a_month_later_words_and_way_are_gone(
    services: Services, clock: HandClock
) -> None:
    leena = await joins(services)
    enquiry_id = await asked(services)
    await answers(services, leena, enquiry_id)
    clock.go(IDLE_ENDS - timedelta(hours=1))
    await housekeeping.purge(services)
    assert (await row(services, enquiry_id)).state == State.ANSWERED
    clock.go(timedelta(hours=2))
    await housekeeping.purge(services)
    assert (await row(services, enquiry_id)).ended_by == Ended.IDLE
    assert len(await outbox(services, "enquiry_ended")) == 1
    assert await messages(services) == 2
    clock.go(KEPT_AFTER_END + timedelta(hours=1))
    assert (await housekeeping.purge(services))["enquiries"] == 1
    left = await row(services, enquiry_id)
    assert (left.route, left.asker_key, left.answering) == (None, None, None)
    assert await messages(services) == 0
    assert await enquiries.mine(services, CLIENT.id) == []
    assert (await seen(services, leena, enquiry_id)).said == ()
    stored = await everything(services)
    assert QUESTION not in stored
    assert str(CLIENT.id) not in stored


async def test_being_forgotten_ends_and_erases_at_once(services: Services, clock: HandClock) -> None:
    leena = await joins(services)
    enquiry_id = await asked(services)
    other = await asked(services, SOMEBODY_ELSE, words="toisen asia")
    assert (await clients.kept(services, CLIENT.id)).enquiries == 1
    assert await clients.forget(services, CLIENT.id)
    assert not await clients.forget(services, CLIENT.id)
    assert not await clients.kept(services, CLIENT.id)
    stored = await everything(services)
    assert QUESTION not in stored
    assert str(CLIENT.id) not in stored
    assert (await seen(services, leena, enquiry_id)).state is State.ENDED
    assert (await seen(services, leena, other)).said[0].words == "toisen asia"
    clock.go(rules.DAY + timedelta(minutes=1))
    await housekeeping.purge(services)
    assert (await row(services, enquiry_id)).asker_key is None


async def test_the_language_of_the_answer_follows_whoever_asked(services: Services) -> None:
    await joins(services)
    enquiry_id = await asked(services)
    await clients.speak(services, Chat(CLIENT.id, "sv"))
    asker = await enquiries.asker(services, enquiry_id)
    assert asker is not None
    assert (asker.chat_id, asker.locale) == (CLIENT.id, "sv")


async def test_whoever_cannot_be_reached_ends_it(services: Services) -> None:
    leena = await joins(services)
    enquiry_id = await asked(services)
    await enquiries.unreachable(services, enquiry_id)
    assert await enquiries.asker(services, enquiry_id) is None
    assert (await seen(services, leena, enquiry_id)).ended_by is Ended.UNREACHABLE


async def test_a_new_name_is_none_that_the_organisation_knows(services: Services) -> None:
    await joins(services)
    names = set()
    for number in range(8):
        name = await enquiries.new_alias(services, KELLO)
        assert name not in names
        names.add(name)
        await asked(services, Chat(number, "fi"), alias=name)


async def test_who_joins_sees_what_is_going_on_and_who_leaves_no_more(services: Services) -> None:
    leena = await joins(services, "Leena")
    enquiry_id = await asked(services)
    await answers(services, leena, enquiry_id)
    pekka = await joins(services, "Pekka")
    rows = {row.staff_id for row in await outbox(services, "enquiry")}
    assert rows == {leena.id, pekka.id}
    await staff.remove(services, leena.id)
    assert (await seen(services, pekka, enquiry_id)).answering is None
