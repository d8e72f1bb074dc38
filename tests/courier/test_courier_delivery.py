"""What the service says of its own accord arrives, and only as long as it is true and allowed."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bot.core.consent import BestTime, Item, Reach
from bot.core.requests import Step
from bot.services import caseload, clients, consents, outbox, requests, revisions, staff
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.outbox import LEASE, Kind
from bot.services.revisions import Revision
from bot.simulator.chats import User
from bot.simulator.faults import Fault
from tests.conftest import HandClock
from tests.courier.postman import Post, chat_of
from tests.services.people import NAME, WORDS, asks, closes, joins
from tests.services.people import outbox as all_rows

NIGHT = datetime(2026, 3, 11, 21, 0, tzinfo=UTC)  # eleven in the evening in Helsinki
MORNING = datetime(2026, 3, 12, 6, 0, tzinfo=UTC)
CHRISTMAS = datetime(2026, 12, 25, 10, 0, tzinfo=UTC)


async def withdraws(services: Services, user: User) -> None:
    for consent in await consents.mine(services, user.id):
        await consents.withdraw(services, user.id, consent.id)


async def on_its_way(post: Post, delay: Fault) -> None:
    """Until Telegram has a message and takes its time."""
    before = delay.left
    while delay.left == before:
        await post.simulator.activity.changes(0.1)


async def states(services: Services) -> list[tuple[str, str, str | None]]:
    """Of what is due: the question at the end of a term waits for its day."""
    rows = await all_rows(services)
    return [(row.kind, row.state, row.reason) for row in rows if row.due_at <= services.clock()]


# A request's way


async def test_a_request_brings_its_client_a_receipt_and_every_worker_a_card(
    post: Post, services: Services
) -> None:
    (_, leena), (_, pekka) = await post.joins("Leena"), await post.joins("Pekka")
    aino = post.somebody()
    await asks(services, chat_of(aino))
    await post.until_all_is_sent()
    (receipt,) = post.of_client(aino)
    assert "Suostumuksesi" in receipt.text
    assert WORDS in receipt.text
    assert receipt.protected
    for worker in (leena, pekka):
        (card,) = post.of_worker(worker)
        assert "Uusi yhteydenottopyyntö" in card.text
        assert NAME not in card.text
        assert WORDS not in card.text
    assert {state for _, state, _ in await states(services)} == {"sent"}


async def test_cards_are_brought_up_to_date_where_they_stand(post: Post, services: Services) -> None:
    (first, leena), (_, pekka) = await post.joins("Leena"), await post.joins("Pekka")
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await post.until_all_is_sent()
    await caseload.take(services, first.id, request_id, Step.ACCEPT)
    await post.until_all_is_sent()
    (own,), (other,) = post.of_worker(leena), post.of_worker(pekka)
    assert NAME in own.text
    assert WORDS in own.text
    assert "Tämän otti Leena." in other.text
    assert NAME not in other.text
    assert other.buttons == []
    assert "Leena" in post.of_client(aino)[-1].text
    await closes(services, first, request_id, chat=chat_of(aino))
    await post.until_all_is_sent()
    assert NAME not in post.of_worker(leena)[0].text
    assert len(post.of_worker(leena)) == len(post.of_worker(pekka)) == 1


async def test_a_card_that_is_up_to_date_is_left_alone(post: Post, services: Services) -> None:
    worker, leena = await post.joins()
    request_id = await asks(services, chat_of(post.somebody()))
    await post.until_all_is_sent()
    async with services.db.work() as session:
        await outbox.put_card(session, services, worker.id, request_id, urgent=True)
    await post.until_all_is_sent()
    assert len(post.of_worker(leena)) == 1
    assert {state for _, state, _ in await states(services)} == {"sent"}


async def test_who_joins_after_a_request_was_taken_is_not_bothered_with_it(
    post: Post, services: Services
) -> None:
    worker, _leena = await post.joins()
    taken = await asks(services, chat_of(post.somebody()))
    await caseload.take(services, worker.id, taken, Step.ACCEPT)
    _late, pekka = await post.joins("Pekka")
    async with services.db.work() as session:
        await outbox.put_cards(session, services, "kello", taken, urgent=True)
    await post.until_all_is_sent()
    assert post.of_worker(pekka) == []


async def test_each_person_is_spoken_to_in_their_own_language(post: Post, services: Services) -> None:
    aino, bo = post.somebody("Aino"), post.somebody("Bo")
    await asks(services, Chat(aino.id, "fi"))
    await asks(services, Chat(bo.id, "en"))
    await post.until_all_is_sent()
    assert "Suostumuksesi" in post.of_client(aino)[0].text
    assert "consent" in post.of_client(bo)[0].text


async def test_words_go_both_ways(post: Post, services: Services) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await caseload.begin_writing(services, worker.id, request_id)
    await caseload.draft(services, worker.id, "Soitan <huomenna> & kysyn")
    assert await caseload.send_draft(
        services, worker.id, request_id, caseload.mark("Soitan <huomenna> & kysyn"), "1"
    )
    await requests.answer(services, aino.id, request_id, "Sopii <3", 77)
    await post.until_all_is_sent()
    assert "Soitan <huomenna> & kysyn" in post.of_client(aino)[-1].text
    assert "Sopii <3" in post.of_worker(leena)[-1].text


async def test_the_longest_words_fit_into_a_message(post: Post, services: Services) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await post.until_all_is_sent()
    longest = "<&>" * (caseload.LONGEST_WORD // 3)
    await requests.answer(services, aino.id, request_id, longest, 77)
    await caseload.begin_writing(services, worker.id, request_id)
    await caseload.draft(services, worker.id, longest)
    await caseload.send_draft(services, worker.id, request_id, caseload.mark(longest), "1")
    await post.until_all_is_sent()
    assert longest in post.of_client(aino)[-1].text
    assert longest in post.of_worker(leena)[-1].text


# The time of day


async def test_what_is_not_urgent_waits_for_the_morning(
    post: Post, services: Services, clock: HandClock
) -> None:
    _, leena = await post.joins()
    aino = post.somebody()
    clock.set(NIGHT)
    await asks(services, chat_of(aino))
    await post.until_all_is_sent()
    assert len(post.of_client(aino)) == 1, "the receipt answers what the client just did"
    assert post.of_worker(leena) == []
    clock.set(MORNING)
    await post.until_all_is_sent()
    assert len(post.of_worker(leena)) == 1


async def test_quiet_hours_are_looked_at_again_when_a_message_is_sent(
    post: Post, services: Services, clock: HandClock
) -> None:
    """It was due in the day, but the courier stood still until night."""
    _, leena = await post.joins()
    await asks(services, chat_of(post.somebody()))
    clock.set(NIGHT)
    await post.until_all_is_sent()
    assert post.of_worker(leena) == []
    (card,) = await all_rows(services, "card")
    assert (card.state, card.due_at, card.attempts) == ("waiting", MORNING, 0)
    clock.set(MORNING)
    await post.until_all_is_sent()
    assert len(post.of_worker(leena)) == 1


async def test_holidays_are_quiet(post: Post, services: Services, clock: HandClock) -> None:
    clock.set(CHRISTMAS)
    _, leena = await post.joins()
    await asks(services, chat_of(post.somebody()))
    await post.until_all_is_sent()
    assert post.of_worker(leena) == []
    clock.set(datetime(2026, 12, 27, 6, 0, tzinfo=UTC))
    await post.until_all_is_sent()
    assert len(post.of_worker(leena)) == 1


async def test_a_message_that_waits_for_the_morning_holds_up_nothing_urgent(
    post: Post, services: Services, clock: HandClock
) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    clock.set(NIGHT)  # the card is due, and may not go
    async with services.db.work() as session:
        for key in ("second", "third"):
            await outbox.put(
                session, services, Kind.CARD, key, staff_id=worker.id, request_id=request_id, urgent=True
            )
    await post.until_all_is_sent()
    assert len(post.of_worker(leena)) == 1


async def test_what_comes_too_late_is_not_said_at_all(
    post: Post, services: Services, clock: HandClock
) -> None:
    worker, leena = await post.joins()
    request_id = await asks(services, chat_of(post.somebody()))
    async with services.db.work() as session:
        await outbox.put(
            session,
            services,
            Kind.CARD,
            "soon",
            staff_id=worker.id,
            request_id=request_id,
            expires_at=clock() + timedelta(minutes=5),
        )
    clock.go(timedelta(minutes=5))
    await post.until_all_is_sent()
    assert ("card", "dropped", "expired") in await states(services)
    assert len(post.of_worker(leena)) == 1


# No longer true, no longer allowed


async def test_a_consent_withdrawn_before_anything_went_tells_nobody_anything(
    post: Post, services: Services
) -> None:
    _, leena = await post.joins()
    aino = post.somebody()
    await asks(services, chat_of(aino))
    await withdraws(services, aino)
    await post.until_all_is_sent()
    assert post.of_client(aino) == post.of_worker(leena) == []


async def test_a_consent_withdrawn_between_claiming_and_sending_sends_nothing_personal(
    post: Post, services: Services
) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await post.until_all_is_sent()
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await requests.answer(services, aino.id, request_id, "salaisuus", 77)
    claimed = await outbox.claim(services)
    assert {row.kind for row in claimed} == {"step", "card", "client_word"}
    await withdraws(services, aino)
    for row in claimed:
        await post.courier._deliver(row)
    everything = "\n".join(message.text for message in post.of_worker(leena))
    assert NAME not in everything
    assert "salaisuus" not in everything


async def test_a_consent_withdrawn_while_a_message_is_on_its_way_takes_it_back(
    post: Post, services: Services
) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await requests.answer(services, aino.id, request_id, "salaisuus", 77)
    delay = post.simulator.faults.add("delay", "sendMessage", chat_id=leena.id, times=2, seconds=0.3)
    sending = asyncio.create_task(post.courier.round())
    await on_its_way(post, delay)
    await withdraws(services, aino)  # after the card was made, before Telegram has it
    await sending
    await post.until_all_is_sent()
    everything = "\n".join(message.text for message in post.of_worker(leena))
    assert "perunut suostumuksen" in everything
    assert NAME not in everything
    assert "salaisuus" not in everything


async def test_words_withdrawn_while_they_are_on_their_way_are_taken_back(
    post: Post, services: Services
) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await post.until_all_is_sent()
    await requests.answer(services, aino.id, request_id, "salaisuus", 77)
    delay = post.simulator.faults.add("delay", "sendMessage", chat_id=leena.id, seconds=0.3)
    sending = asyncio.create_task(post.courier.round())
    await on_its_way(post, delay)
    await withdraws(services, aino)
    await sending
    assert "salaisuus" in post.of_worker(leena)[-1].text, "it did arrive"
    await post.until_all_is_sent()
    assert not any("salaisuus" in message.text for message in post.of_worker(leena))


async def test_withdrawing_takes_cards_and_words_back(post: Post, services: Services) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await requests.answer(services, aino.id, request_id, "salaisuus", 77)
    await post.until_all_is_sent()
    assert len(post.of_worker(leena)) == 2
    await withdraws(services, aino)
    await post.until_all_is_sent()
    card, told = post.of_worker(leena)
    assert NAME not in card.text + told.text
    assert card.buttons == []


async def test_words_too_old_to_be_deleted_lose_their_text(
    post: Post, services: Services, clock: HandClock
) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await requests.answer(services, aino.id, request_id, "salaisuus", 77)
    await post.until_all_is_sent()
    for _ in range(2):
        clock.go(timedelta(days=2))
        await post.simulator.clock.forward(timedelta(days=2))
    await withdraws(services, aino)
    await post.until_all_is_sent()
    everything = "\n".join(message.text for message in post.of_worker(leena))
    assert "Tämän viestin tiedot on poistettu." in everything
    assert "salaisuus" not in everything


async def test_a_consent_that_ran_out_closes_the_card_and_tells_the_client(
    post: Post, services: Services, clock: HandClock
) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino), days=30)
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await post.until_all_is_sent()
    clock.go(timedelta(days=30))
    await consents.expire_due(services)
    await post.until_all_is_sent()
    assert "päättyi tänään" in post.of_client(aino)[-1].text
    assert NAME not in post.of_worker(leena)[0].text


async def test_before_the_term_ends_the_client_is_asked_what_then(
    post: Post, services: Services, clock: HandClock
) -> None:
    worker, _leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino), days=90)
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    clock.go(timedelta(days=83) - timedelta(seconds=1))
    await post.until_all_is_sent()
    assert "Miten haluat jatkaa?" not in post.of_client(aino)[-1].text
    clock.go(timedelta(seconds=1))
    await post.until_all_is_sent()
    question = post.of_client(aino)[-1]
    assert "on voimassa 9.6.2026 asti" in question.text
    assert [button["text"] for row in question.buttons for button in row] == [
        "Uusin suostumuksen",
        "Muutan, mitä kerrotaan",
        "Annan sen päättyä",
    ]
    assert NAME not in question.text
    assert WORDS not in question.text


async def test_who_has_renewed_is_not_asked_at_the_old_end(
    post: Post, services: Services, clock: HandClock
) -> None:
    aino = post.somebody()
    await asks(services, chat_of(aino), days=30)
    (consent,) = await consents.mine(services, aino.id)
    clock.go(timedelta(days=3))
    given = {"items": frozenset(Item), "reach": Reach.CHAT, "best_time": BestTime.ANY, "name": NAME}
    renewed = Revision(id=str(uuid4()), consent_id=consent.id, days=90, **given)
    assert await revisions.confirm(services, chat_of(aino), renewed)
    clock.go(timedelta(days=24))
    await post.until_all_is_sent()
    assert all("Miten haluat jatkaa?" not in message.text for message in post.of_client(aino))
    assert ("consent_ending", "dropped", "no longer true") in await states(services)


async def test_of_a_request_that_is_over_nothing_is_asked(
    post: Post, services: Services, clock: HandClock
) -> None:
    worker, _leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino), days=30)
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await closes(services, worker, request_id, chat=chat_of(aino))
    clock.go(timedelta(days=25))
    await post.until_all_is_sent()
    assert all("Miten haluat jatkaa?" not in message.text for message in post.of_client(aino))


async def test_a_question_that_comes_too_late_is_not_asked(
    post: Post, services: Services, clock: HandClock
) -> None:
    """Telegram was out of reach for a week: the term is over, and the client is told that instead."""
    aino = post.somebody()
    await asks(services, chat_of(aino), days=30)
    clock.go(timedelta(days=30))
    await consents.expire_due(services)
    await post.until_all_is_sent()
    said = [
        message.text for message in post.of_client(aino) if "Miten asiat ovat menneet?" not in message.text
    ]
    assert [text.split()[0] for text in said] == ["Suostumuksesi"]


async def test_the_card_follows_what_is_told_in_both_directions(post: Post, services: Services) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await post.until_all_is_sent()
    (consent,) = await consents.mine(services, aino.id)
    usual = {"consent_id": consent.id, "reach": Reach.CHAT, "best_time": BestTime.ANY, "name": NAME}
    for items, told in ((frozenset({Item.NAME}), False), (frozenset(Item), True)):
        await revisions.confirm(services, chat_of(aino), Revision(id=str(uuid4()), items=items, **usual))
        await post.until_all_is_sent()
        (card,) = post.of_worker(leena)
        assert (WORDS in card.text) is told
        assert NAME in card.text
        receipt = post.of_client(aino)[-1]
        assert "Päivitetty 11.3.2026" in receipt.text
        assert (WORDS in receipt.text) is told


async def test_the_worker_hears_that_a_consent_was_withdrawn(post: Post, services: Services) -> None:
    (worker, leena), (_, pekka) = await post.joins("Leena"), await post.joins("Pekka")
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await post.until_all_is_sent()
    await withdraws(services, aino)
    await post.until_all_is_sent()
    card, told = post.of_worker(leena)
    assert "Tiedot on poistettu tästä viestistä" in card.text
    assert "Älä enää ota yhteyttä" in told.text
    assert all(NAME not in message.text for message in post.of_worker(leena))
    assert post.of_worker(pekka) == []


async def test_forgetting_takes_everything_back(post: Post, services: Services) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await requests.answer(services, aino.id, request_id, "salaisuus", 77)
    await post.until_all_is_sent()
    await clients.forget(services, aino.id)
    await post.until_all_is_sent()
    card, _told = post.of_worker(leena)
    assert NAME not in card.text


async def test_a_removed_workers_chat_holds_nothing_personal(post: Post, services: Services) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await requests.answer(services, aino.id, request_id, "salaisuus", 77)
    await post.until_all_is_sent()
    await staff.remove(services, worker.id)
    await post.until_all_is_sent()
    (card,) = post.of_worker(leena)
    assert card.text == "Tämä pyyntö ei ole enää nähtävilläsi."
    assert card.buttons == []


async def test_a_worker_removed_while_the_card_is_on_its_way_loses_it(post: Post, services: Services) -> None:
    worker, leena = await post.joins()
    request_id = await asks(services, chat_of(post.somebody()))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    delay = post.simulator.faults.add("delay", "sendMessage", chat_id=leena.id, seconds=0.3)
    sending = asyncio.create_task(post.courier.round())
    await on_its_way(post, delay)
    await staff.remove(services, worker.id)
    await sending
    await post.until_all_is_sent()
    assert [message.text for message in post.of_worker(leena)] == ["Tämä pyyntö ei ole enää nähtävilläsi."]


# Several couriers


async def test_two_couriers_at_once_send_each_message_once(post_on_both: Post) -> None:
    post, services = post_on_both, post_on_both.services
    people = [post.somebody(str(number)) for number in range(40)]
    workers = [(await post.joins(f"Työntekijä {number}"))[1] for number in range(3)]
    for user in people:
        await asks(services, chat_of(user))
    other = await post.another_courier()

    async def works(courier: object) -> None:
        while await courier.round():  # type: ignore[attr-defined]
            pass

    await asyncio.gather(works(post.courier), works(other), works(post.courier), works(other))
    await post.until_all_is_sent()
    assert [len(post.of_client(user)) for user in people] == [1] * 40
    assert [len(post.of_worker(user)) for user in workers] == [40] * 3


async def test_what_a_dead_courier_had_claimed_is_sent_by_another(
    post: Post, services: Services, clock: HandClock
) -> None:
    aino = post.somebody()
    await asks(services, chat_of(aino))
    assert len(await outbox.claim(services)) == 1  # and then it died
    await post.until_all_is_sent()
    assert post.of_client(aino) == []
    clock.go(LEASE + timedelta(seconds=1))
    await post.until_all_is_sent()
    assert len(post.of_client(aino)) == 1


async def test_a_courier_that_was_asleep_leaves_the_message_to_whoever_took_over(
    post: Post, services: Services, clock: HandClock
) -> None:
    aino = post.somebody()
    await asks(services, chat_of(aino))
    (asleep,) = await outbox.claim(services)
    clock.go(LEASE + timedelta(seconds=1))
    await post.until_all_is_sent()
    await post.courier._deliver(asleep)
    assert len(post.of_client(aino)) == 1


async def test_without_a_staff_bot_nothing_is_said_to_workers(post: Post, services: Services) -> None:
    from bot.courier import Courier

    await joins(services)
    await asks(services, chat_of(post.somebody()))
    await Courier(services, post.telegram[0], None).round()
    assert sorted(await states(services)) == [("card", "dropped", "no chat"), ("receipt", "sent", None)]
