"""Bad days: Telegram refuses, the line breaks, somebody has blocked the bot. Nothing is lost, little comes twice."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from bot.core.requests import Step
from bot.services import caseload, consents, outbox
from bot.services.base import Services
from bot.services.outbox import MOST_ATTEMPTS
from bot.simulator.chats import User
from tests.conftest import HandClock
from tests.courier.postman import Post, chat_of
from tests.services.people import NAME, asks, request
from tests.services.people import outbox as all_rows


async def receipt_for(post: Post, user: User) -> None:
    await asks(post.services, chat_of(user))


async def row(services: Services, kind: str = "receipt") -> tuple[str, int, str | None]:
    (found,) = await all_rows(services, kind)
    return found.state, found.attempts, found.reason


def uncertain() -> float:
    return REGISTRY.get_sample_value("rinnalla_messages_uncertain_total") or 0.0


# Too fast


async def test_a_pause_that_telegram_asks_for_is_kept_and_only_in_that_chat(
    post: Post, services: Services, clock: HandClock
) -> None:
    aino, bo = post.somebody("Aino"), post.somebody("Bo")
    flood = post.simulator.faults.add("flood", "sendMessage", chat_id=aino.id, seconds=30)
    began = asyncio.get_running_loop().time()
    for user in (aino, bo):
        await receipt_for(post, user)
    await post.until_all_is_sent()
    assert asyncio.get_running_loop().time() - began < 5, "nobody sat and waited"
    assert (len(post.of_client(aino)), len(post.of_client(bo))) == (0, 1)
    waiting = next(each for each in await all_rows(services) if each.state == "waiting")
    assert (waiting.due_at, waiting.attempts) == (clock() + timedelta(seconds=30), 0)
    assert flood.left == 0


async def test_more_for_a_paused_chat_waits_too_and_telegram_is_not_asked_again(
    post: Post, services: Services, clock: HandClock
) -> None:
    aino, bo = post.somebody("Aino"), post.somebody("Bo")
    post.simulator.faults.add("flood", "sendMessage", chat_id=aino.id, seconds=30)
    await receipt_for(post, aino)
    await post.until_all_is_sent()
    refused = post.simulator.answers["sendmessage", 429]
    for user in (aino, bo):
        await receipt_for(post, user)
    clock.go(timedelta(seconds=1))
    await post.until_all_is_sent()
    assert post.simulator.answers["sendmessage", 429] == refused == 1
    assert (len(post.of_client(aino)), len(post.of_client(bo))) == (0, 1)


async def test_after_the_pause_a_chats_messages_come_in_their_order(
    post: Post, services: Services, clock: HandClock
) -> None:
    worker, leena = await post.joins()
    post.simulator.faults.add("flood", "sendMessage", chat_id=leena.id, seconds=1)
    for user in (post.somebody(), post.somebody(), post.somebody()):
        await asks(services, chat_of(user))
    await post.until_all_is_sent()
    assert post.of_worker(leena) == []
    await asyncio.sleep(1.05)
    clock.go(timedelta(seconds=2))
    await post.until_all_is_sent()
    numbers = [message.text.partition("#")[2].partition("\n")[0] for message in post.of_worker(leena)]
    assert numbers == ["1", "2", "3"]
    assert worker.id


async def test_however_often_telegram_asks_to_wait_the_message_is_not_given_up(
    post: Post, services: Services, clock: HandClock
) -> None:
    aino = post.somebody()
    post.simulator.faults.add("flood", "sendMessage", chat_id=aino.id, seconds=60)
    await receipt_for(post, aino)
    for _ in range(2 * MOST_ATTEMPTS):
        await post.courier.round()
        clock.go(timedelta(seconds=61))
    assert await row(services) == ("waiting", 0, "retry after")
    await (await post.another_courier()).round()
    assert len(post.of_client(aino)) == 1


# Blocked


async def test_a_block_is_noted_and_the_waiting_worker_sees_it(post: Post, services: Services) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await post.until_all_is_sent()
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    post.simulator.chat(post.client_bot, aino).block()
    await post.until_all_is_sent()
    assert "Asiakas on sulkenut chatin" in post.of_worker(leena)[0].text
    assert await row(services, "step") == ("dropped", 1, "blocked")


async def test_a_worker_who_blocked_the_bot_is_not_written_to_again(post: Post, services: Services) -> None:
    from bot.services import staff

    _worker, leena = await post.joins()
    post.simulator.chat(post.staff_bot, leena).block()
    for _ in range(2):
        await asks(services, chat_of(post.somebody()))
        await post.until_all_is_sent()
    assert post.simulator.answers["sendmessage", 403] == 1
    assert await staff.reachable_organisations(services) == frozenset()


# Refused


async def test_what_telegram_refuses_is_given_up_and_holds_up_nothing(
    post: Post, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from markupsafe import Markup

    from bot.notices import for_workers

    _worker, leena = await post.joins()
    original: Callable[..., Markup] = for_workers.cards.text
    monkeypatch.setattr(
        for_workers.cards,
        "text",
        lambda card, at: Markup("<b>") if card.request_id == 1 else original(card, at),
    )
    for _ in range(2):
        await asks(services, chat_of(post.somebody()))
    await post.until_all_is_sent()
    assert [(each.request_id, each.state) for each in await all_rows(services, "card")] == [
        (1, "failed"),
        (2, "sent"),
    ]
    assert len(post.of_worker(leena)) == 1


async def test_a_mistake_of_ours_in_one_message_holds_up_no_other(
    post: Post, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.notices import for_workers

    _worker, leena = await post.joins()
    original = for_workers.cards.text

    def text(card: caseload.Card, at: Services) -> object:
        if card.request_id == 1:
            raise KeyError("a bug")
        return original(card, at)

    monkeypatch.setattr(for_workers.cards, "text", text)
    other, pekka = await post.joins("Pekka", "hyvaks")
    await asks(services, chat_of(post.somebody()))
    await asks(services, chat_of(post.somebody()), organisation_id="hyvaks")
    await post.until_all_is_sent()
    assert {each.request_id: each.state for each in await all_rows(services, "card")} == {
        1: "waiting",
        2: "sent",
    }
    assert (len(post.of_worker(leena)), len(post.of_worker(pekka))) == (0, 1)
    assert other.id


# Broken


@pytest.mark.parametrize("kind", ["error", "bad_gateway"])
async def test_an_error_of_telegrams_is_tried_again_after_a_growing_pause(
    post: Post, services: Services, clock: HandClock, kind: str
) -> None:
    aino = post.somebody()
    post.simulator.faults.add(kind, "sendMessage", times=3)  # type: ignore[arg-type]
    before = uncertain()
    await receipt_for(post, aino)
    for pause in (10, 20, 40):
        await post.until_all_is_sent()
        (waiting,) = await all_rows(services, "receipt")
        assert (waiting.state, waiting.due_at) == ("waiting", clock() + timedelta(seconds=pause))
        clock.go(timedelta(seconds=pause))
    await post.until_all_is_sent()
    assert len(post.of_client(aino)) == 1
    assert uncertain() == before


async def test_a_long_outage_loses_nothing(post: Post, services: Services, clock: HandClock) -> None:
    aino = post.somebody()
    outage = post.simulator.faults.add("bad_gateway", "sendMessage", times=10_000)
    await receipt_for(post, aino)
    for _ in range(10 * 6):  # ten hours, looked at every ten minutes
        await post.courier.round()
        clock.go(timedelta(minutes=10))
    outage.left = 0
    post.simulator.faults.clear()
    for _ in range(7):
        await post.courier.round()
        clock.go(timedelta(minutes=10))
    assert len(post.of_client(aino)) == 1


async def test_what_never_works_is_given_up_in_the_end(
    post: Post, services: Services, clock: HandClock
) -> None:
    aino = post.somebody()
    post.simulator.faults.add("bad_gateway", "sendMessage", times=10_000)
    await receipt_for(post, aino)
    for _ in range(MOST_ATTEMPTS + 5):
        await post.courier.round()
        clock.go(timedelta(hours=1))
    assert await row(services) == ("failed", MOST_ATTEMPTS, "not delivered")


async def test_a_line_cut_after_delivery_brings_the_message_twice_at_most_and_is_counted(
    post: Post, services: Services, clock: HandClock
) -> None:
    aino = post.somebody()
    post.simulator.faults.add("cut_after", "sendMessage")
    before = uncertain()
    await receipt_for(post, aino)
    await post.until_all_is_sent()
    clock.go(timedelta(seconds=10))
    await post.until_all_is_sent()
    assert len(post.of_client(aino)) == 2
    assert uncertain() - before == 1
    assert (await row(services))[0] == "sent"


async def test_a_line_cut_before_delivery_loses_nothing(
    post: Post, services: Services, clock: HandClock
) -> None:
    aino = post.somebody()
    post.simulator.faults.add("cut_before", "sendMessage")
    await receipt_for(post, aino)
    await post.until_all_is_sent()
    clock.go(timedelta(seconds=10))
    await post.until_all_is_sent()
    assert len(post.of_client(aino)) == 1


async def test_on_a_bad_line_nothing_comes_more_than_twice(
    post: Post, services: Services, clock: HandClock
) -> None:
    """Cut, refused, cut, refused: what may have arrived stays known through the errors between."""
    aino = post.somebody()
    for kind in ("cut_after", "bad_gateway", "error", "cut_after", "bad_gateway", "cut_after"):
        post.simulator.faults.add(kind, "sendMessage")  # type: ignore[arg-type]
    await receipt_for(post, aino)
    for _ in range(20):
        await post.courier.round()
        clock.go(timedelta(minutes=30))
    assert len(post.of_client(aino)) == 2
    assert await row(services) == ("failed", 4, "uncertain twice")


async def test_an_answer_that_cannot_be_read_may_mean_that_it_arrived(
    post: Post, services: Services, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from telegram.error import TelegramError

    from bot import courier

    async def garbled(*_: object) -> None:
        raise TelegramError("Invalid server response") from ValueError("Expecting value")

    aino, before = post.somebody(), uncertain()
    monkeypatch.setattr(courier, "_send", garbled)
    await receipt_for(post, aino)
    for _ in range(5):
        await post.courier.round()
        clock.go(timedelta(minutes=10))
    assert await row(services) == ("failed", 2, "uncertain twice")
    assert uncertain() - before == 2


async def test_a_bad_line_never_keeps_personal_data_in_a_card(
    post: Post, services: Services, clock: HandClock
) -> None:
    worker, leena = await post.joins()
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    await post.until_all_is_sent()
    assert NAME in post.of_worker(leena)[0].text
    for kind in ("cut_before", "cut_before", "cut_after", "cut_before"):
        post.simulator.faults.add(kind, "editMessageText")  # type: ignore[arg-type]
    (consent,) = await consents.mine(services, aino.id)
    await consents.withdraw(services, aino.id, consent.id)
    for _ in range(8):
        await post.courier.round()
        clock.go(timedelta(minutes=2))
    assert NAME not in post.of_worker(leena)[0].text
    assert {each.state for each in await all_rows(services, "card")} == {"sent"}


async def test_nobody_is_told_by_a_card_that_was_sent_twice(
    post: Post, services: Services, clock: HandClock
) -> None:
    """The line broke after the first one arrived: two messages show the request, and only one is kept up to date.
    Neither may hold anything personal, for nobody has accepted yet; who accepts on the stale one leaves one behind."""
    _worker, leena = await post.joins()
    post.simulator.faults.add("cut_after", "sendMessage", chat_id=leena.id)
    aino = post.somebody()
    request_id = await asks(services, chat_of(aino))
    await post.until_all_is_sent()
    clock.go(timedelta(seconds=10))
    await post.until_all_is_sent()
    assert [NAME in message.text for message in post.of_worker(leena)] == [False, False]
    assert (await request(services, request_id)).state == "open"


async def test_a_round_that_fails_is_not_the_end_of_the_courier(
    post: Post, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    aino = post.somebody()
    stop = asyncio.Event()
    failures = iter([ConnectionError("the database is away")])
    original = outbox.claim

    async def claim(services: Services, limit: int = 100) -> list[object]:
        if error := next(failures, None):
            raise error
        return list(await original(services, limit))

    monkeypatch.setattr(outbox, "claim", claim)
    running = asyncio.create_task(post.courier.run(stop))
    await asyncio.sleep(0.05)
    await receipt_for(post, aino)  # rings the bell
    for _ in range(100):
        if post.of_client(aino):
            break
        await asyncio.sleep(0.02)
    assert len(post.of_client(aino)) == 1
    stop.set()
    await asyncio.wait_for(running, 2)


async def test_the_courier_is_there_at_once_when_something_is_left_for_it(
    post: Post, services: Services
) -> None:
    aino, stop = post.somebody(), asyncio.Event()
    running = asyncio.create_task(post.courier.run(stop))
    await asyncio.sleep(0.05)
    began = asyncio.get_running_loop().time()
    await receipt_for(post, aino)
    while not post.of_client(aino):
        await asyncio.sleep(0.01)
        assert asyncio.get_running_loop().time() - began < 2, "its next round is five seconds away"
    stop.set()
    await asyncio.wait_for(running, 2)
