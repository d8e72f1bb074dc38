"""The first minutes: who speaks, in which language, and that it can be changed anywhere, keeping the place."""

from __future__ import annotations

import pytest

from bot.i18n import LANGUAGE_NAMES
from dialogs.states import CheckIn, Consent, Language, Menu, Reflection, Welcome
from tests.conversations.inside import Inside
from tests.conversations.places import go_to


@pytest.mark.parametrize(
    ("code", "greeting", "begin"),
    [
        ("fi", "Hei, mukava kun tulit", "Aloitetaan"),
        ("sv", "Hej", "börja"),
        ("en", "Hello", "start"),
        ("uk", "Hello", "start"),
        (None, "Hei, mukava kun tulit", "Aloitetaan"),
    ],
)
async def test_the_first_word_is_in_the_language_of_the_telephone(
    desk: Inside, code: str | None, greeting: str, begin: str
) -> None:
    client = desk.client(language_code=code)
    await client.says("/start")
    assert greeting.lower() in client.sees.lower()
    assert begin.lower() in client.buttons[0].lower()


async def test_the_start_says_what_this_is_and_what_is_kept(desk: Inside) -> None:
    client = desk.client()
    await client.says("/start")
    for promise in ("En tallenna sinusta mitään", "vapaaehtoista", "ohjelma, en ihminen", "esittelyversio"):
        assert promise in client.sees
    assert all(any(name in label for label in client.buttons) for name in LANGUAGE_NAMES.values())


async def test_a_language_is_chosen_at_the_start(desk: Inside) -> None:
    client = desk.client(language_code="fi")
    await client.says("/start")
    await client.presses("English")
    assert "✅ English" in client.buttons
    assert await client.place == Welcome.hello.state
    await client.taps("begin")
    assert "Menu" not in client.sees
    assert "Mistä" not in client.sees
    await client.taps("check_in")
    assert "Mitä sinulle kuuluu" not in client.sees


async def test_a_language_is_chosen_from_the_foot_of_a_window(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.presses("🌐 Kieli")
    assert "Millä kielellä jatketaan?" in client.sees
    await client.presses("Svenska")
    assert await client.place == Menu.main.state
    assert "Mistä haluat lähteä" not in client.sees


@pytest.mark.parametrize("command", ["/kieli", "/language", "/sprak"])
async def test_a_language_is_chosen_in_the_middle_and_the_place_is_kept(desk: Inside, command: str) -> None:
    client = desk.client()
    await client.begins()
    await client.rates({"mind": "väsyttää"}, mind=2, friends=4)
    assert await client.place == Reflection.helps.state
    await client.says(command)
    assert await client.place == Language.choose.state
    await client.presses("Selkosuomi")
    assert await client.place == Reflection.helps.state
    await client.reflects()
    assert "väsyttää" in client.sees


async def test_no_new_language_is_chosen_and_the_place_is_kept(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, CheckIn.words)
    await client.taps("lang")
    await client.presses("Takaisin")
    assert await client.place == CheckIn.words.state


async def test_the_language_of_a_client_who_agreed_outlives_the_conversation(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Consent.sent)
    await client.taps("lang")
    await client.presses("Svenska")
    await desk.storage.forget(desk.bot.id, client.user.id)
    await client.says("/start")
    assert "✅ Svenska" in client.buttons


async def test_start_in_the_middle_asks_whether_to_go_on(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, CheckIn.words)
    await client.says("/start")
    assert "Miten haluat jatkaa?" in client.sees
    await client.presses("Jatketaan siitä")
    assert await client.place == CheckIn.words.state
    assert "Mikä tässä on nyt vaikeinta?" in client.screen


async def test_start_again_while_being_asked_asks_again(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Welcome.resume)
    await client.says("/start")
    assert await client.place == Welcome.resume.state
    await client.presses("Jatketaan siitä")
    assert await client.place == CheckIn.area.state


async def test_start_over_goes_to_the_menu_and_remembers_the_round(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, CheckIn.words)
    await client.says("/start")
    await client.presses("Aloitetaan alusta")
    assert await client.place == Menu.main.state
    await client.taps("check_in")
    assert "Jatketaanko siitä, mihin jäit?" in client.sees


async def test_whatever_is_said_first_opens_the_conversation(desk: Inside) -> None:
    client = desk.client()
    await client.says("Moi, onko täällä ketään?")
    assert "Hei, mukava kun tulit" in client.sees


async def test_the_menu_of_commands_speaks_the_language_of_the_telephone(talk) -> None:
    said = {code: talk.client(language_code=code).commands for code in ("fi", "sv", "en", "uk")}
    assert said["fi"] == said["uk"] != said["sv"] != said["en"]
    assert set(said["fi"]) == {"menu", "help", "language", "my", "stop"}
