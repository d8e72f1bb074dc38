"""What no window waits for: one kind line, the place kept, never silence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from aiogram.fsm.state import State

from bot.simulator import attachments
from dialogs.states import Consent, MyData, Place, Renewal, TextMessages
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.people import EVERY_STATE
from tests.conversations.places import Parked
from tests.conversations.test_crisis_help import asks_for_words

Act = Callable[[StraightClient], Awaitable[None]]

ACTS: dict[str, Act] = {
    "photo": lambda client: client.sends_photo(),
    "photo with words": lambda client: client.sends_photo(caption="tällainen olo"),
    "voice": lambda client: client.sends_voice(),
    "video note": lambda client: client.sends_video_note(),
    "sticker": lambda client: client.sends_sticker(),
    "location": lambda client: client.sends_location(62.24, 25.75),
    "somebody's contact": lambda client: client.sends_contact("+358401234567", own=False),
    "document": lambda client: client.sends_document(b"%PDF-1.4"),
    "unknown command": lambda client: client.says("/tuntematon"),
    "dice": lambda client: client.sends({"dice": {"emoji": "🎲", "value": 4}}),
    "poll": lambda client: client.sends({"poll": POLL}),
    "timer": lambda client: client.sends(
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}
    ),
}
POLL = {
    "id": "1",
    "question": "?",
    "options": [{"text": "a", "voter_count": 0, "persistent_id": "1"}],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}


ANSWERS = {Place: "location"}


@pytest.mark.parametrize("state", EVERY_STATE, ids=str)
async def test_one_kind_line_and_the_same_window(parked: Parked, state: State) -> None:
    client = await parked.at(state)
    before = client.window.text
    for name, act in ACTS.items():
        if name == ANSWERS.get(state.group) or (
            state in (Consent.phone, Renewal.phone, MyData.phone, TextMessages.number) and "contact" in name
        ):
            continue  # there it is an answer
        await act(client)
        said = [message for message in client.messages if message.touched > client._mark and message.from_bot]
        assert [message.text for message in said][1:] == [before], name
        assert "rikki" not in said[0].text, name
        assert await client.place == state.state, name


@pytest.mark.parametrize("state", [s for s in EVERY_STATE if s not in asks_for_words()], ids=str)
async def test_text_where_a_button_was_due(parked: Parked, state: State) -> None:
    client = await parked.at(state)
    before = client.window.text
    await client.says("No en kyllä tiedä")
    assert "Tässä kohdassa voit vastata napeilla." in client.sees
    assert client.window.text == before
    assert await client.place == state.state


async def test_no_file_is_fetched(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    for act in ACTS.values():
        await act(client)
    assert not [name for name, _code in rounds.simulator.answers if name == "getfile"]


async def test_an_album_is_answered(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    for _ in range(3):
        await client.sends({**attachments.photo(client.chat), "media_group_id": "7"}, wait=False)
    await client.quiet()
    assert len(client.buttons) > 3


async def test_own_contact_card_is_a_telephone_number_where_one_is_asked_for(parked: Parked) -> None:
    client = await parked.at(Consent.phone)
    await client.sends_contact("+358 40 123 4567")
    assert await client.place == Consent.time.state


async def test_blocking_and_coming_back_is_no_drama(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    await client.blocks()
    await client.unblocks()
    await client.taps("check_in")
    assert client.sees
