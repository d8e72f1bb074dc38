"""At the end of a follow-up: who may know how it went, and exactly what."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.follow_ups import Answers
from bot.services import consents
from dialogs.states import Feedback, Matters, Menu, Telling
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.places import followed_up, go_to
from tests.conversations.talking import Talk
from tests.conversations.test_renewal_talk import consent_of

QUESTION = "miten sinulla on mennyt?"


async def told(client: StraightClient) -> tuple[int, ...]:
    return (await consent_of(client)).shared.outcome


async def test_what_the_preview_shows_is_what_the_worker_gets_and_loses(talk: Talk) -> None:
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    number = await followed_up(talk.services, aino.user.id, mind=3, friends=1, money=5)
    await aino.press_raw(aino.window.id, f"go:tell:{number}")
    await aino.waits_for(QUESTION)
    preview = aino.screen.partition("näkisi tämän:\n\n")[2].partition("\n\nJos hän")[0]
    assert "Sai apua: kyllä" in preview
    assert "parempaan, 1 → 3" in preview
    assert "5" not in preview.replace("5 hyvä", "").replace("/5", ""), "money was not shared"
    assert "haluaa kertoa" not in leena.transcript()
    await aino.presses("Kyllä, kerro")
    await leena.waits_for("Asiakas kertoo, miten on mennyt")
    assert preview in leena.sees
    for consent in await consents.mine(talk.services, aino.user.id):
        await consents.withdraw(talk.services, aino.user.id, consent.id)
    await leena.waits_for("perunut suostumuksensa")
    async with asyncio.timeout(20):
        while any("Sai apua" in message.text for message in leena.messages):
            await leena.chat.activity.changes(1)


async def test_a_no_tells_nobody_and_leaves_no_trace(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Telling.ask)
    before = await consent_of(client)
    await client.presses("En kerro")
    assert client.toast == "Selvä, en kerro."
    assert "En kertonut kenellekään" in client.screen
    assert await consent_of(client) == before


async def test_a_yes_is_said_back_and_stands_on_the_consent(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Telling.ask)
    organisation = client.screen.partition("Saako ")[2].partition(" tietää")[0]
    await client.presses("Kyllä, kerro")
    assert organisation in client.screen
    assert len(await told(client)) == 1
    await client.presses("Jatketaan")
    assert await client.place == Feedback.ask.state
    await client.taps("home")
    for widget in ("matters", "privacy", "consent"):
        await client.taps(widget)
    assert "kerrottu, miten on mennyt" in client.screen


async def test_a_double_tap_tells_once(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Telling.ask)
    window = client.window
    data = next(
        str(button["callback_data"])
        for row in window.buttons
        for button in row
        if "yes" in str(button["callback_data"])
    )
    await client.taps("yes")
    await client.press_raw(window.id, data)
    assert len(await told(client)) == 1
    assert await client.place == Telling.done.state


async def test_what_was_told_is_not_asked_again(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Telling.done)
    (number,) = await told(client)
    await client.press_raw(client.window.id, f"go:tell:{number}")
    assert await client.place == Menu.main.state


async def test_a_consent_that_ends_while_it_is_looked_at_tells_nothing(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Telling.ask)
    one = await consent_of(client)
    await consents.withdraw(desk.services, client.user.id, one.id)
    await client.presses("Kyllä, kerro")
    assert client.toast == "Suostumus ehti päättyä. Mitään ei kerrottu."
    assert "En kertonut kenellekään" in client.screen


async def test_it_can_be_switched_off_where_the_consent_is_changed(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Telling.done)
    await client.presses("Jatketaan")
    await client.taps("home")
    for widget in ("matters", "privacy", "consent", "change"):
        await client.taps(widget)
    assert "✅ Miten sinulla on mennyt" in client.buttons
    await client.taps("item:outcome")
    for widget in ("items_ok", "called", "by_chat", "time:any", "same_term", "confirm"):
        await client.taps(widget)
    assert await told(client) == ()


@pytest.mark.parametrize("answers", [Answers()])
async def test_with_nothing_to_tell_nothing_is_asked(desk: Inside, answers: Answers) -> None:
    client = desk.client()
    await go_to(client, Matters.request)
    number = await followed_up(desk.services, client.user.id, answers)
    await client.press_raw(client.window.id, f"go:tell:{number}")
    assert await client.place == Menu.main.state


async def test_somebody_elses_follow_up_leads_to_the_menu(desk: Inside) -> None:
    aino, other = desk.client(), desk.client("Olli")
    await go_to(aino, Matters.request)
    number = await followed_up(desk.services, aino.user.id, mind=3)
    await go_to(other, Matters.request)
    await other.press_raw(other.window.id, f"go:tell:{number}")
    assert await other.place == Menu.main.state
