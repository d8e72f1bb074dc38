"""Text messages: offered where there is a gateway, a number, yes, a code, and many ways to end them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.core.consent import Purpose
from bot.core.text_messages import CODE_VALID, MOST_CODES, MOST_TRIES
from bot.db.tables import OutboxMessage, PhoneNumber
from bot.services import clients, consents, housekeeping, receipts, text_messages
from bot.services.outbox import BY_SMS, Kind
from dialogs.states import Matters, MyData, TextMessages
from tests.conversations.inside import Inside, StraightClient, inside
from tests.conversations.places import code_sent_to, go_to


async def numbers(desk: Inside, client: StraightClient) -> list[PhoneNumber]:
    async with desk.services.db.read() as session:
        found = await clients.find(session, desk.services, client.user.id)
        mine = select(PhoneNumber).where(PhoneNumber.client_id == (found.id if found else 0))
        return list(await session.scalars(mine))


async def codes(desk: Inside, client: StraightClient) -> int:
    async with desk.services.db.read() as session:
        found = await clients.find(session, desk.services, client.user.id)
        sent = (
            select(func.count())
            .select_from(OutboxMessage)
            .where(
                OutboxMessage.client_id == (found.id if found else 0), OutboxMessage.kind == Kind.NUMBER_CODE
            )
        )
        return await session.scalar(sent) or 0


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


# Offered or not


async def test_without_a_gateway_nothing_of_it_is_offered(tmp_path: Path) -> None:
    async with inside(tmp_path) as desk:
        await desk.employ("kello")
        client = desk.client()
        await go_to(client, MyData.main)
        assert "texts" not in client.widgets
        assert "ekstivi" not in client.sees


async def test_nothing_is_kept_before_yes(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, TextMessages.agree)
    assert f"numeroon +35840{client.user.id % 10**7:07d}" in client.screen
    assert await numbers(desk, client) == []
    assert await codes(desk, client) == 0


# The code


async def test_the_code_makes_it_a_consent_with_a_receipt(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, TextMessages.on)
    (mine,) = await numbers(desk, client)
    assert mine.confirmed_at is not None
    assert (mine.code_hash, mine.code_until) == (None, None)
    (consent,) = [
        one for one in await consents.mine(desk.services, client.user.id) if one.purpose is Purpose.REMIND
    ]
    assert consent.shared.phone == mine.number
    assert consent.id == mine.consent_id
    assert (await consents.verify(desk.services)).whole
    receipt = await receipts.mine(desk.services, client.user.id, consent.id)
    assert receipt is not None
    assert receipt.record.pii_types == ["phone"]
    assert receipt.record.recipients == ["the service", "the operator's text message gateway"]
    assert mine.number not in receipts.as_json(receipt)
    assert "urn:x-rinnalla:" in receipts.as_fhir(receipt)


async def test_a_wrong_code_is_told_kindly_and_the_right_one_still_counts(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, TextMessages.code)
    code = await code_sent_to(client)
    await client.says("mikä koodi?")
    assert "kuusi numeroa" in client.sees
    for _ in range(MOST_TRIES - 1):
        await client.says(wrong(code))
        assert await client.place == TextMessages.code.state
    assert "ei ollut oikea koodi" in client.sees
    await client.says(f"{code[:3]} {code[3:]}")
    assert await client.place == TextMessages.on.state


async def test_after_five_wrong_ones_even_the_right_one_is_of_no_use(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, TextMessages.code)
    code = await code_sent_to(client)
    for _ in range(MOST_TRIES):
        await client.says(wrong(code))
    assert await client.place == TextMessages.agree.state
    assert await text_messages.confirm(desk.services, _chat(client), code) == "over"
    await client.taps("agree")
    assert await code_sent_to(client) != code
    await client.says(await code_sent_to(client))
    assert await client.place == TextMessages.on.state


def _chat(client: StraightClient) -> clients.Chat:
    return clients.Chat(client.user.id, "fi")


async def test_a_code_is_good_for_a_quarter_of_an_hour_and_then_the_number_vanishes(tmp_path: Path) -> None:
    from tests.conversations.conftest import NOWHERE

    async with inside(tmp_path, sms_url=NOWHERE) as desk:
        await desk.employ("kello")
        client = desk.client()
        await go_to(client, TextMessages.code)
        code = await code_sent_to(client)
        await desk.simulator.clock.forward(CODE_VALID)
        await client.says(code)
        assert "ei ole enää voimassa" in client.sees
        await desk.simulator.clock.forward(timedelta(seconds=1))
        removed = await housekeeping.purge(desk.services)
        assert removed["numbers"] == 1
        assert await numbers(desk, client) == []


async def test_codes_are_sent_a_few_times_a_day_and_no_more(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, TextMessages.code)
    for _ in range(MOST_CODES):
        await client.taps("again")
    assert await codes(desk, client) == MOST_CODES
    assert "jo monta" in client.sees
    await client.says(await code_sent_to(client))
    assert await client.place == TextMessages.on.state, "the last one still counts"


async def test_several_people_together_cannot_ring_one_number_all_day(desk: Inside) -> None:
    for _ in range(MOST_CODES):
        client = desk.client()
        await go_to(client, TextMessages.number)
        await client.says("040 555 0001")
        await client.taps("agree")
        assert await client.place == TextMessages.code.state
    last = desk.client()
    await go_to(last, TextMessages.number)
    await last.says("+358 40 555 0001")
    await last.taps("agree")
    assert "jo monta" in last.sees
    assert await numbers(desk, last) == []


@pytest.mark.parametrize("number", ["09 1234567", "0800 123456", "112"])
async def test_a_number_that_gets_no_text_messages_is_asked_again(desk: Inside, number: str) -> None:
    client = desk.client()
    await go_to(client, TextMessages.number)
    await client.says(number)
    assert await client.place == TextMessages.number.state
    assert "040 123 4567" in client.sees


async def test_somebody_who_thinks_better_of_it_leaves_nothing(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, TextMessages.code)
    code = await code_sent_to(client)
    await client.taps("no_c")
    assert await client.place == MyData.main.state
    assert await numbers(desk, client) == []
    assert await text_messages.confirm(desk.services, _chat(client), code) == "over"
    async with desk.services.db.read() as session:
        waiting = select(OutboxMessage).where(
            OutboxMessage.channel == BY_SMS, OutboxMessage.state == "waiting"
        )
        found = await clients.find(session, desk.services, client.user.id)
        assert found is not None
        assert list(await session.scalars(waiting.where(OutboxMessage.client_id == found.id))) == []


# Their end


async def gets_texts(desk: Inside, client: StraightClient) -> bool:
    mine = await text_messages.mine(desk.services, client.user.id)
    given = [
        one for one in await consents.mine(desk.services, client.user.id) if one.purpose is Purpose.REMIND
    ]
    assert bool(given) == bool(mine), "the number and the consent end together"
    assert (await consents.verify(desk.services)).whole
    return mine is not None


async def test_a_button_ends_them(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, TextMessages.on)
    assert await gets_texts(desk, client)
    await client.taps("end")
    assert "poistin numerosi" in client.sees
    assert await client.place == MyData.main.state
    assert not await gets_texts(desk, client)
    await client.taps("texts")
    assert await client.place == TextMessages.about.state


@pytest.mark.parametrize("words", ["lopeta tekstiviestit", "Sluta skicka sms!", "stop text messages"])
@pytest.mark.parametrize("state", [TextMessages.on, TextMessages.code], ids=str)
async def test_words_end_them_and_nothing_else(desk: Inside, words: str, state: object) -> None:
    client = desk.client()
    await go_to(client, state)  # type: ignore[arg-type]
    requests = len(await consents.mine(desk.services, client.user.id)) - (state is TextMessages.on)
    await client.says(words)
    assert "poistin numerosi" in client.sees
    assert not await gets_texts(desk, client)
    assert await numbers(desk, client) == []
    assert len(await consents.mine(desk.services, client.user.id)) == requests
    assert not await clients.opted_out(desk.services, client.user.id)


async def test_stop_ends_them_with_all_else(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, TextMessages.on)
    await client.says("/stop")
    assert not await gets_texts(desk, client)
    assert await clients.opted_out(desk.services, client.user.id)


async def test_the_consent_stands_among_the_others_and_is_withdrawn_there(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, TextMessages.on)
    await client.says("/my")
    await client.taps("privacy")
    await client.presses("Suostumus: tekstiviestit")
    assert "Sinulle saa lähettää muistutuksia tekstiviestinä" in client.screen
    assert not {"renew", "change"} & set(client.widgets)
    assert client.window.protected
    await client.taps("withdraw")
    assert client.toast is not None
    assert "poistin numerosi" in client.toast
    assert await client.place == Matters.main.state
    assert not await gets_texts(desk, client)


async def test_withdrawing_in_words_asks_which_of_several(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, TextMessages.on)
    await client.says("perun suostumuksen")
    await client.presses("tekstiviestit")
    assert "poistin numerosi" in client.sees
    assert not await gets_texts(desk, client)
    assert len(await consents.mine(desk.services, client.user.id)) == 1


async def test_words_about_text_messages_go_on_to_the_question_where_there_are_none(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.taps("find")
    await client.says("en halua enää tekstiviestejä exältä")
    assert "poistin numerosi" not in client.sees
