"""A client shows a code, a worker enters it, the client says yes or no; and stopping is one word."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot import notices
from bot.db.tables import OutboxMessage
from bot.i18n import speaking
from bot.services import clients
from bot.services.outbox import Kind
from dialogs.states import CheckIn, Claim, Matters, Menu
from tests.conversations.inside import Inside
from tests.conversations.places import Parked, go_to
from tests.conversations.talking import Talk

CODE = re.compile(r"[A-Z2-9]{3}(?:-[A-Z2-9]{3}){3}")
WORDS = "velat valvottavat"


async def makes_a_code(aino) -> str:  # type: ignore[no-untyped-def]
    await aino.begins()
    await aino.rates({"money": WORDS}, money=1)
    await aino.reflects(helps="kävely")
    await aino.taps("home")
    await aino.taps("matters")
    for widget in ("claim", "new", "whom:kello", "items_ok"):
        await aino.taps(widget)
    assert WORDS in aino.sees
    await aino.taps("make")
    return CODE.search(aino.sees)[0]  # type: ignore[index]


async def test_a_worker_sees_it_after_the_clients_yes(talk: Talk) -> None:
    aino, leena = talk.client("Aino"), await talk.worker("Leena")
    code = await makes_a_code(aino)
    await leena.says(f"/koodi {code.lower().replace('-', ' ')}")
    assert "Kysyn nyt asiakkaalta" in leena.sees
    await aino.waits_for("syötti koodisi")
    assert WORDS not in leena.transcript()
    await aino.presses("Kyllä, näytä hänelle")
    await leena.waits_for(WORDS)
    await aino.waits_for("🧾")
    await leena.says(code)
    assert "ei kelpaa" in leena.sees


async def test_a_no_shows_nothing(talk: Talk) -> None:
    aino, leena = talk.client("Aino"), await talk.worker("Leena")
    code = await makes_a_code(aino)
    await leena.says(code)
    await aino.waits_for("syötti koodisi")
    await aino.presses("Ei, älä näytä")
    await leena.waits_for("Asiakas ei halunnut")
    assert WORDS not in leena.transcript()


async def test_a_code_can_be_cancelled(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Claim.code)
    assert client.window.protected
    await client.taps("mine")
    await client.presses("🗑 Peru: Mielenterveysyhdistys Kello")
    assert client.toast == "Koodi ei enää käy."
    assert not [widget for widget in client.widgets if widget.startswith("revoke:")]


async def test_a_round_that_is_not_finished_can_be_shown_too(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.rates({"money": WORDS}, money=1)
    await client.says("/my")
    for widget in ("claim", "new", "whom:kello", "items_ok"):
        await client.taps(widget)
    assert WORDS in client.sees


async def test_without_answers_there_is_a_way_to_give_some(parked: Parked) -> None:
    client = await parked.at(Claim.nothing)
    await client.taps("check_in")
    assert await client.place == CheckIn.intro.state


@pytest.mark.parametrize("word", ["STOP", "lopeta", "Sluta!", "/stop", "/lopeta"])
async def test_stop_in_any_place_ends_reminders_and_says_so(desk: Inside, word: str) -> None:
    client = desk.client()
    await go_to(client, Claim.code)
    await client.taps("home")
    await client.taps("check_in")
    await client.says(word)
    assert "En enää muistuta" in client.sees
    assert await client.place == Matters.forget.state
    assert await clients.opted_out(desk.services, client.user.id)
    await client.says("/start")  # writing later does not begin them again, and help is still given
    assert await clients.opted_out(desk.services, client.user.id)
    await client.taps("begin")
    assert "sos" in client.widgets
    await client.taps("matters")
    await client.taps("privacy")
    await client.taps("my_data")
    await client.presses("🔔 Muistutukset takaisin päälle")
    assert not await clients.opted_out(desk.services, client.user.id)


async def test_stop_in_a_sentence_is_no_order(parked: Parked) -> None:
    client = await parked.at(Menu.main)
    await client.says("haluan lopettaa tupakan polttamisen")
    assert "unohdettu" not in client.sees


async def test_a_reminder_is_veiled_unless_the_client_wants_it_open(talk: Talk) -> None:
    aino, _leena = talk.client("Aino"), await talk.worker("Leena")
    await aino.begins()
    await aino.asks_for_contact()
    await aino.taps("matters")
    await aino.taps("privacy")
    await aino.taps("my_data")
    for label, veiled in (("Näytä muistutusten", False), ("Piilota muistutusten", True)):
        await aino.presses(label)
        row = await ending(talk, aino.user.id)
        async with talk.service.services.db.read() as session:
            client = await clients.find(session, talk.service.services, aino.user.id)
        assert client is not None
        with speaking("fi"):
            notice = await notices.for_client(talk.service.services, row, client)
        assert notice is not None
        assert notice.text.startswith("🔔 Sinulle on viesti") == veiled
        assert ("tg-spoiler" in notice.text) == veiled


async def ending(talk: Talk, chat_id: int) -> OutboxMessage:
    services = talk.service.services
    async with services.db.read() as session:
        client = await clients.find(session, services, chat_id)
        assert client is not None
        found = await session.scalars(
            select(OutboxMessage).where(
                OutboxMessage.client_id == client.id, OutboxMessage.kind == Kind.CONSENT_ENDING
            )
        )
        return found.one()
