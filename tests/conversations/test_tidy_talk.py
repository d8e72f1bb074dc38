"""On a shared or borrowed phone: what was said is taken away as far as a bot may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiogram.fsm.state import State

from dialogs.states import CheckIn, Consent, Matters, Menu, Reflection, Renewal, Tidy
from tests.conversations.inside import Inside
from tests.conversations.places import Parked, go_to
from tests.conversations.talking import Talk


async def test_every_message_of_the_last_two_days_goes(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    await client.rates({"mind": "en saa nukuttua"}, mind=1)
    await client.sends_photo()
    await client.taps("home")
    await client.taps("matters")
    await client.taps("privacy")
    assert len(client.messages) > 6
    await client.taps("tidy")
    assert await client.place == Tidy.ask.state
    await client.taps("tidy")
    assert [message.text.splitlines()[0] for message in client.messages] == ["Siivottu."]
    await client.taps("home")
    assert await client.place == Menu.main.state


async def test_older_ones_stay_and_stop_nothing(rounds: Inside) -> None:
    client = rounds.client()
    await client.says("moi")
    old = len(client.messages)
    await rounds.simulator.clock.forward(timedelta(hours=49))
    await client.begins()
    await client.taps("matters")
    await client.taps("privacy")
    await client.taps("tidy")
    await client.taps("tidy")
    assert len(client.messages) == old + 1


async def test_the_answer_to_an_old_press_goes_too(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    assert rounds.memory is not None
    await rounds.memory.forget(rounds.bot.id, client.user.id)
    old = len(client.messages)
    await client.taps("matters")
    assert len(client.messages) == old + 1, "the menu has come anew, since the press was an old one"
    for widget in ("matters", "privacy", "tidy", "tidy"):
        await client.taps(widget)
    assert [message.text.splitlines()[0] for message in client.messages[old:]] == ["Siivottu."]


async def test_a_round_begun_is_still_there_afterwards(rounds: Inside) -> None:
    client = rounds.client()
    await go_to(client, CheckIn.area)
    await client.taps("rate:health.3")
    await client.says("/my")
    await client.taps("privacy")
    await client.taps("tidy")
    await client.taps("tidy")
    await client.taps("home")
    await client.taps("check_in")
    assert await client.place == CheckIn.unfinished.state


async def test_not_tidying_leaves_everything(rounds: Inside) -> None:
    client = rounds.client()
    await go_to(client, Tidy.ask)
    before = len(client.messages)
    await client.presses("Takaisin")
    assert await client.place == Matters.privacy.state
    assert len(client.messages) == before


async def test_what_the_courier_has_sent_goes_too(talk: Talk) -> None:
    aino, _leena = talk.client("Aino"), await talk.worker("Leena")
    await aino.begins()
    await aino.asks_for_contact()
    await aino.waits_for("Suostumuksesi")
    await aino.taps("matters")
    await aino.taps("privacy")
    await aino.taps("tidy")
    await aino.taps("tidy")
    assert "Suostumuksesi" not in aino.transcript()


@pytest.mark.parametrize(
    "state", [Reflection.summary, Consent.preview, Matters.consent, Renewal.preview], ids=str
)
async def test_what_somebody_has_told_cannot_be_passed_on(parked: Parked, state: State) -> None:
    client = await parked.at(state)
    assert client.window.protected
    await client.taps("home")
    assert not client.window.protected
