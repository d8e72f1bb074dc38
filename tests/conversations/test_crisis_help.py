"""Help for a crisis: one press from every window, first of all when words sound like danger, and back to the place."""

from __future__ import annotations

import pytest
from aiogram.fsm.state import State

import dialogs
from dialogs.common import FreeText
from dialogs.states import (
    Answer,
    Appointment,
    Asked,
    CheckIn,
    Consent,
    Crisis,
    Enquiry,
    Feedback,
    Find,
    FollowUp,
    Matters,
    Menu,
    MyData,
    OwnTime,
    Place,
    Reflection,
    Renewal,
    TextMessages,
)
from tests.conversations.inside import Inside
from tests.conversations.people import DANGER, EVERY_STATE
from tests.conversations.places import Parked

ELSEWHERE = [state for state in EVERY_STATE if state not in Crisis]
DISTRESS = "en jaksa enää mitään, kaikki on toivotonta"
HARMLESS = "vähän väsynyt"


def asks_for_words() -> list[State]:
    """Every window in which text means something."""
    windows = [window for dialog in dialogs.build_all() for window in dialog.windows.values()]
    return [
        window.get_state()
        for window in windows
        if any(
            isinstance(each, FreeText) for each in getattr(window.on_message, "inputs", [window.on_message])
        )
    ]


@pytest.mark.parametrize("state", ELSEWHERE, ids=str)
async def test_help_is_one_press_away_and_leads_back(parked: Parked, state: State) -> None:
    client = await parked.at(state)
    before = client.window.text
    await client.taps("sos")
    assert "112" in client.sees
    await client.taps("need")
    assert "📞" in client.sees
    await client.taps("go_on")
    assert await client.place == state.state
    assert client.window.text == before


@pytest.mark.parametrize("state", EVERY_STATE, ids=str)
async def test_words_of_danger_are_heard_in_every_window(parked: Parked, state: State) -> None:
    client = await parked.at(state)
    await client.says(DANGER)
    assert await client.place == Crisis.noticed.state
    assert "ei tarvitse olla yksin" in client.sees
    assert "📞" in client.sees


@pytest.mark.parametrize("state", asks_for_words(), ids=str)
async def test_held_words_go_to_the_question_they_answered(parked: Parked, state: State) -> None:
    client = await parked.at(state)
    await client.says(HARMLESS)
    meant = await client.place
    client = await parked.at(state)
    await client.says(DANGER)
    await client.taps("go_on")
    assert await client.place == meant != Crisis.noticed.state
    assert len(client.buttons) > 1


def test_places_for_words_are_known() -> None:
    assert set(asks_for_words()) == {
        Menu.main,
        CheckIn.area,
        CheckIn.words,
        Reflection.helps,
        Reflection.people,
        Reflection.next_step,
        Reflection.if_worse,
        FollowUp.area,
        FollowUp.words,
        Find.doors,
        Find.areas,
        Find.results,
        Consent.name,
        Consent.phone,
        Renewal.name,
        Renewal.phone,
        MyData.name,
        MyData.phone,
        OwnTime.what,
        OwnTime.hour,
        OwnTime.minute,
        OwnTime.where,
        TextMessages.number,
        TextMessages.code,
        Answer.write,
        Appointment.other,
        Matters.forgotten,
        Enquiry.write,
        Feedback.words,
        Asked.thread,
        Find.heard,
        Place.ask,
        Place.choose,
    }


async def test_held_words_are_said_back(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    await client.taps("check_in")
    await client.taps("begin")
    await client.taps("rate:health.1")
    await client.says(DANGER)
    await client.taps("go_on")
    await client.taps("enough")
    await client.says("haluan viillellä itseäni")
    await client.taps("go_on")
    await client.taps("skip_people")
    await client.taps("strength:own")
    await client.says("mies hakkaa minua")
    await client.taps("needs")
    await client.taps("go_on")
    await client.taps("skip_if_worse")
    assert [message.kind for message in client.messages][-2:] == ["photo", "text"]
    for words in (DANGER, "haluan viillellä itseäni", "mies hakkaa minua"):
        assert words in client.sees


async def test_a_name_and_a_number_said_in_danger(parked: Parked) -> None:
    client = await parked.at(Consent.phone)
    await client.says("040 123 4567, tapan itseni")
    await client.taps("go_on")
    assert "040 123 4567" in client.sees  # an example of how to write it
    assert await client.place == Consent.phone.state


async def test_danger_while_help_is_shown_shows_the_help_that_fits(parked: Parked) -> None:
    client = await parked.at(CheckIn.words)
    await client.says(DANGER)
    await client.says("otin koko purkin unilääkkeitä")
    assert "112" in client.sees
    await client.taps("go_on")
    await client.taps("enough")
    await client.reflects()
    assert DANGER in client.sees


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("otin koko purkin unilääkkeitä", "Soita 112"),
        ("haluan viillellä itseäni", "ei tarvitse olla yksin"),
        ("mies hakkaa minua", "ei ole oikeutta satuttaa"),
        ("jag vill dö", "ei tarvitse olla yksin"),
        ("I want to kill myself", "ei tarvitse olla yksin"),
    ],
)
async def test_first_words_fit_what_was_said(rounds: Inside, words: str, first: str) -> None:
    client = rounds.client()
    await client.begins()
    await client.says(words)
    assert first in client.sees


async def test_the_very_first_message_can_be_a_cry_for_help(rounds: Inside) -> None:
    client = rounds.client()
    await client.says(DANGER)
    assert await client.place == Crisis.noticed.state
    await client.taps("go_on")
    assert await client.place == Menu.main.state


@pytest.mark.parametrize("command", ["/start", "/menu", "/tuntematon"])
async def test_danger_after_a_command_is_heard(parked: Parked, command: str) -> None:
    client = await parked.at(CheckIn.area)
    await client.says(f"{command} {DANGER}")
    assert await client.place == Crisis.noticed.state


async def test_danger_under_a_picture_is_heard(parked: Parked) -> None:
    client = await parked.at(CheckIn.words)
    await client.sends_photo(caption=DANGER)
    assert await client.place == Crisis.noticed.state


async def test_danger_in_a_reply_to_an_old_message_is_heard(parked: Parked) -> None:
    client = await parked.at(CheckIn.area)
    old = client.window
    await client.says("hei")
    old.keyboard = client.window.keyboard  # as when Telegram could not take the old buttons away
    await client.taps("home")
    await client.says(DANGER, reply_to=old)
    assert await client.place == Crisis.noticed.state


@pytest.mark.parametrize("ending", ["\u00ad\u200d", "\u2060\u2061\u2062\u2063", "\u200d", "\u200c" * 7])
async def test_danger_with_invisible_signs_is_heard(parked: Parked, ending: str) -> None:
    client = await parked.at(CheckIn.words)
    await client.says(DANGER + ending)
    assert await client.place == Crisis.noticed.state


async def test_distress_is_answered_once(parked: Parked) -> None:
    client = await parked.at(CheckIn.words)
    await client.says(DISTRESS)
    assert "Kuulostaa raskaalta" in client.sees
    assert await client.place == CheckIn.area.state
    await client.taps("rate:mind.1")
    await client.says(DISTRESS)
    assert "Kuulostaa raskaalta" not in client.sees
    assert await client.place == CheckIn.area.state


@pytest.mark.parametrize("command", ["/help", "/apua", "/hjalp", "/sos"])
async def test_help_by_command_keeps_the_place(parked: Parked, command: str) -> None:
    client = await parked.at(Reflection.people)
    await client.says(command)
    assert await client.place == Crisis.needs.state
    await client.taps("go_on")
    assert await client.place == Reflection.people.state


async def test_a_round_covered_by_help_is_not_lost_on_the_way_to_the_menu(parked: Parked) -> None:
    client = await parked.at(CheckIn.area)
    await client.taps("rate:health.4")
    await client.says(DANGER)
    await client.says("/menu")
    await client.taps("check_in")
    assert await client.place == CheckIn.unfinished.state
    await client.taps("continue")
    assert "Mieli" in client.window.text
