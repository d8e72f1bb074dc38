"""Text messages on their way: what waits in the chat also reaches the telephone, once, veiled, and only if wished."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import AnyHttpUrl, SecretStr
from sqlalchemy import select

from bot.core.consent import ConsentState
from bot.core.text_messages import CODE_VALID, is_gsm, parts
from bot.db.columns import Vault
from bot.db.tables import Client, Consent, PhoneNumber
from bot.db.work import Database
from bot.services import clients, consents, outbox, text_messages
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.outbox import BY_SMS, LEASE, Kind, Row
from bot.services.text_messages import Asked, Entered
from bot.simulator.chats import User
from bot.sms import Gateway
from tests.conftest import HandClock
from tests.courier.postman import Post, chat_of, post_office
from tests.courier.sms_gateway import LocalGateway, local_gateway
from tests.courier.test_courier_killed import couriers
from tests.services.people import asks
from tests.services.people import outbox as all_rows

PUBLIC = AnyHttpUrl("https://rinnalla.example")
BEFORE_THE_END = timedelta(days=24)
"""A consent of thirty days: the question what then has been due for a day."""


@pytest.fixture
async def local() -> AsyncIterator[LocalGateway]:
    async with local_gateway() as gateway:
        yield gateway


@pytest.fixture
async def post(database: Database, clock: HandClock, local: LocalGateway) -> AsyncIterator[Post]:
    settings = {"sms_url": SecretStr(local.json), "public_url": PUBLIC}
    async with post_office(database, clock, Gateway(local.json, rests=0), **settings) as office:
        yield office


@pytest.fixture
def services(post: Post) -> Services:
    return post.services


def number_of(user: User) -> str:
    return f"+35840{user.id % 10**7:07d}"


async def phone(services: Services, chat: Chat) -> PhoneNumber:
    async with services.db.read() as session:
        mine = (
            select(PhoneNumber)
            .join(Client)
            .where(Client.chat_key == services.vault.fingerprint(chat.id, "client"))
        )
        found = await session.scalar(mine)
    assert found is not None
    return found


async def wants_texts(post: Post, user: User) -> None:
    """The number is given, the code comes to the telephone and is entered."""
    services = post.services
    assert await text_messages.ask_code(services, user.id, number_of(user)) is Asked.SENT
    code = text_messages.code_of(services, await phone(services, chat_of(user)))
    assert await text_messages.confirm(services, chat_of(user), code) is Entered.YES


async def reminded(post: Post, name: str = "Aino") -> User:
    """A client with a request, whose consent will end, and who wants text messages."""
    user = post.somebody(name)
    await asks(post.services, chat_of(user))
    await wants_texts(post, user)
    await post.until_all_is_sent()
    return user


async def rows_by_sms(
    services: Services, kind: Kind = Kind.CONSENT_ENDING
) -> list[tuple[str, int, str | None]]:
    found = [row for row in await all_rows(services, kind) if row.channel == BY_SMS]
    return [(row.state, row.attempts, row.reason) for row in found]


async def test_the_code_comes_to_the_telephone_even_at_night(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    user = post.somebody()
    await asks(services, chat_of(user))
    clock.set(datetime(2026, 3, 11, 23, 0, tzinfo=UTC))
    await text_messages.ask_code(services, user.id, number_of(user))
    await post.until_all_is_sent()
    ((number, text),) = local.sent
    assert number == number_of(user)
    code = text_messages.code_of(services, await phone(services, chat_of(user)))
    assert f"koodisi on {code}." in text
    assert parts(text) == 1


async def test_a_code_that_has_run_out_or_was_used_is_not_sent(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    late, quick = post.somebody("Late"), post.somebody("Nopsa")
    for user in (late, quick):
        await asks(services, chat_of(user))
    await text_messages.ask_code(services, late.id, number_of(late))
    clock.go(CODE_VALID)
    await wants_texts(post, quick)
    await post.until_all_is_sent()
    assert local.sent == []
    assert [state for state, *_ in await rows_by_sms(services, Kind.NUMBER_CODE)] == [Row.DROPPED] * 2


async def test_what_comes_to_the_chat_comes_to_the_telephone_too(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    user = await reminded(post)
    clock.go(BEFORE_THE_END)
    before = len(post.of_client(user))
    await post.until_all_is_sent()
    assert len(post.of_client(user)) == before + 1
    ((number, text),) = local.sent
    assert number == number_of(user)
    token = text_messages.token_of(services, (await phone(services, chat_of(user))).consent_id or "")
    assert text == (
        "Rinnalla: sinulle on viesti. Avaa Telegram, niin näet sen. "
        f"Lopeta tekstiviestit: https://rinnalla.example/s/{token}"
    )
    assert parts(text) == 1
    await post.until_all_is_sent()
    assert len(local.sent) == 1


async def test_open_notices_say_what_about_in_the_clients_language_and_two_parts(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    user = await reminded(post)
    await clients.toggle_open_notices(services, user.id)
    await clients.speak(services, Chat(user.id, "sv"))
    clock.go(BEFORE_THE_END)
    await post.until_all_is_sent()
    ((_number, text),) = local.sent
    assert text.startswith("Rinnalla: Ditt samtycke (")
    assert "Avsluta textmeddelanden: https://rinnalla.example/s/" in text
    assert "<" not in text
    assert is_gsm(text)
    assert parts(text) <= 2


async def test_what_waited_already_comes_as_well_when_texts_are_wished_for_later(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    user = post.somebody()
    await asks(services, chat_of(user))
    assert await rows_by_sms(services) == []
    await wants_texts(post, user)
    assert [state for state, *_ in await rows_by_sms(services)] == [Row.WAITING]


async def test_in_quiet_hours_a_reminder_waits_for_the_morning(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    await reminded(post)
    local.moods = ["error"] * 5
    clock.set(datetime(2026, 4, 7, 17, 59, 59, tzinfo=UTC))  # a second before nine in the evening
    await post.until_all_is_sent()
    assert local.asked == 1
    clock.go(timedelta(minutes=5))
    local.moods = []
    await post.until_all_is_sent()
    assert local.sent == []
    clock.go(timedelta(hours=12))
    await post.until_all_is_sent()
    assert len(local.sent) == 1


# A bad day


async def test_a_gateway_that_fails_is_asked_again_later_and_holds_up_no_chat(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    user = await reminded(post)
    local.moods = ["error", "error"]
    clock.go(BEFORE_THE_END)
    before = len(post.of_client(user))
    await post.until_all_is_sent()
    assert len(post.of_client(user)) == before + 1
    assert await rows_by_sms(services) == [(Row.WAITING, 1, "not delivered")]
    clock.go(timedelta(seconds=10))
    await post.until_all_is_sent()
    assert await rows_by_sms(services) == [(Row.WAITING, 2, "not delivered")]
    clock.go(timedelta(seconds=20))
    await post.until_all_is_sent()
    assert await rows_by_sms(services) == [(Row.SENT, 3, None)]
    assert len(local.sent) == 1


async def test_what_may_have_arrived_is_sent_once_more_and_not_twice(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    await reminded(post)
    local.moods = ["cut after", "cut after", "well"]
    clock.go(BEFORE_THE_END)
    await post.until_all_is_sent()
    assert await rows_by_sms(services) == [(Row.WAITING, 1, outbox.UNCERTAIN)]
    for _ in range(5):
        clock.go(timedelta(hours=1))
        await post.until_all_is_sent()
    assert await rows_by_sms(services) == [(Row.FAILED, 2, "uncertain twice")]
    assert len(local.sent) == 2


async def test_a_silent_gateway_is_left_alone_for_a_while(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    resting = Gateway(local.json, rests=60)
    courier = await post.another_courier(gateway=resting)
    for name in ("Aino", "Bo"):
        await reminded(post, name)
    local.moods = ["cut before"] * 10
    clock.go(BEFORE_THE_END)
    while await courier.round():
        pass
    clock.go(timedelta(seconds=15))
    asked = local.asked
    while await courier.round():
        pass
    assert local.asked == asked
    assert all(attempts <= 1 for _state, attempts, _reason in await rows_by_sms(services))


async def test_without_a_gateway_any_more_nothing_is_sent_and_nothing_breaks(
    post: Post, services: Services, clock: HandClock
) -> None:
    await reminded(post)
    clock.go(BEFORE_THE_END)
    courier = await post.another_courier()
    while await courier.round():
        pass
    assert [(state, reason) for state, _, reason in await rows_by_sms(services)] == [
        (Row.DROPPED, "no gateway")
    ]


# No longer wished for


async def ends(post: Post, user: User, how: str) -> None:
    services = post.services
    if how == "button":
        assert await text_messages.end(services, user.id)
    elif how == "link":
        mine = await phone(services, chat_of(user))
        assert await text_messages.end_by_link(
            services, text_messages.token_of(services, mine.consent_id or "")
        )
    elif how == "stop":
        await clients.opt_out(services, user.id)
    elif how == "forget":
        await clients.forget(services, user.id)
    else:
        await consents.withdraw_all(services, user.id)


@pytest.mark.parametrize("how", ["button", "link", "stop", "forget", "withdrawn"])
async def test_once_they_are_ended_nothing_comes_any_more(
    post: Post, services: Services, clock: HandClock, local: LocalGateway, how: str
) -> None:
    user = await reminded(post)
    await ends(post, user, how)
    clock.go(BEFORE_THE_END)
    await post.until_all_is_sent()
    assert local.sent == []
    async with services.db.read() as session:
        assert await session.scalar(select(PhoneNumber)) is None
    assert (await consents.verify(services)).whole


async def test_what_a_courier_has_in_hand_is_looked_at_once_more(
    post: Post, services: Services, clock: HandClock, local: LocalGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client ends them between claiming and sending."""
    user = await reminded(post)
    clock.go(BEFORE_THE_END)
    claim = outbox.claim

    async def claim_and_end(*given: Any) -> Any:
        rows = await claim(*given)
        await text_messages.end(services, user.id)
        return rows

    monkeypatch.setattr(outbox, "claim", claim_and_end)
    await post.courier.round()
    assert local.sent == []


async def test_the_permission_runs_out_by_itself_and_the_chat_says_so(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    user = await reminded(post)
    clock.go(timedelta(days=366))
    await consents.expire_due(services)
    await post.until_all_is_sent()
    assert any("Lupasi tekstiviesteihin päättyi" in message.text for message in post.of_client(user))
    assert await text_messages.mine(services, user.id) is None
    assert (await consents.verify(services)).whole
    mine = [row.state for row in await _all_consents(services)]
    assert mine.count(ConsentState.EXPIRED) == 2


async def _all_consents(services: Services) -> list[Any]:
    async with services.db.read() as session:
        return list(await session.scalars(select(Consent)))


async def test_a_blocked_chat_leaves_the_telephone(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    user = await reminded(post)
    await clients.chat_reachable(services, user.id, False)
    clock.go(BEFORE_THE_END)
    await post.until_all_is_sent()
    assert len(local.sent) == 1


# Once, whatever happens to couriers


async def test_two_couriers_send_each_message_once(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    users = [await reminded(post, str(number)) for number in range(8)]
    other = await post.another_courier(gateway=Gateway(local.json, rests=0))
    clock.go(BEFORE_THE_END)
    for _ in range(4):
        await asyncio.gather(post.courier.round(), other.round())
    assert sorted(number for number, _ in local.sent) == sorted(map(number_of, users))


async def test_a_message_that_was_in_dead_hands_is_sent_once(
    post: Post, services: Services, clock: HandClock, local: LocalGateway
) -> None:
    await reminded(post)
    clock.go(BEFORE_THE_END)
    await outbox.claim(services)  # by a courier that dies now
    await post.until_all_is_sent()
    assert local.sent == []
    clock.go(LEASE + timedelta(seconds=1))
    await post.until_all_is_sent()
    assert len(local.sent) == 1


@pytest.mark.timeout(300)
async def test_kills_lose_no_text_message_and_repeat_little(
    sqlite_url: str, vault: Vault, local: LocalGateway
) -> None:
    kills, people, rng, clock = 4, 24, random.Random(1), HandClock()
    database = Database(sqlite_url, vault, clock)
    settings = {"sms_url": SecretStr(local.json), "public_url": PUBLIC}
    try:
        async with post_office(database, clock, **settings) as post:
            users = [post.somebody(str(number)) for number in range(people)]
            for user in users:
                await asks(post.services, chat_of(user))
                await wants_texts(post, user)
                await receipt_by_sms(post.services, user)
            async with couriers(sqlite_url, post.simulator.url, SMS_URL=local.json) as line:
                for _ in range(kills):
                    await line.starts()
                    least = min(len(local.sent) + rng.randint(1, people // kills), people)
                    await local.until_sent(least)
                    await asyncio.sleep(rng.random() * 0.05)
                    line.kill()
                while await unsent(post.services):
                    await line.starts()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(5):
                            while await unsent(post.services):
                                await post.simulator.activity.changes(0.1)
                    line.kill()
    finally:
        await database.close()
    assert {number for number, _ in local.sent} == set(map(number_of, users))
    assert len(local.sent) - people <= kills * 4


async def receipt_by_sms(services: Services, user: User) -> None:
    """Any message will do that is true for a while."""
    (mine,) = [one for one in await consents.mine(services, user.id) if one.purpose == "remind"]
    async with services.db.work() as session:
        client = await clients.find(session, services, user.id)
        assert client is not None
        await outbox.put(
            session,
            services,
            Kind.RECEIPT,
            f"test:{client.id}",
            client_id=client.id,
            consent_id=mine.id,
            urgent=True,
            channel=BY_SMS,
        )


async def unsent(services: Services) -> bool:
    return any(row.state != "sent" for row in await of_texts(services))


async def of_texts(services: Services) -> list[Any]:
    return [row for row in await all_rows(services, Kind.RECEIPT) if row.channel == BY_SMS]
