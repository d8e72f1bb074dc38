"""*Mitä sinulle kuuluu?* as a client goes through it."""

from __future__ import annotations

import pytest
from aiogram.fsm.state import State

from bot.core.check_in import LONGEST_WORDS
from dialogs.states import CheckIn, Menu, Reflection, Suggestions
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.places import Parked


async def begins_round(rounds: Inside) -> StraightClient:
    client = rounds.client()
    await client.says("/start")
    await client.presses("Aloitetaan")
    await client.presses("Mitä sinulle kuuluu?")
    assert "ei ole testi" in client.sees
    await client.presses("Aloitetaan")
    return client


async def test_a_whole_round(rounds: Inside) -> None:
    client = await begins_round(rounds)
    for number in range(1, 13):
        assert client.window.text.startswith(f"{number}/12 {'●' * number}{'○' * (12 - number)}")
        await client.taps(client.widgets[4 if number == 5 else 1])
        if number == 5:
            assert "Mikä tässä on nyt vaikeinta?" in client.sees
            await client.says("laskut jäävät & pinoutuvat <b>pöydälle</b>")
    assert await client.place == Reflection.helps.state  # one thing to wish for: nothing to choose between
    await client.says("kävely koiran kanssa")
    await client.says("sisko")
    await client.presses("vähän apua")
    await client.says("soitan velkaneuvontaan")
    await client.says("soitan siskolle, vaikka yöllä")
    picture, summary = client.messages[-2:]
    assert picture.kind == "photo"
    assert picture.photo
    assert picture.photo.startswith(b"\x89PNG")
    assert "1 · Vaikeaa, tarvitsen apua\n💶 Raha ja velat\n\n4 · Hyvä, pärjään\n" in picture.text
    assert "🏠 Asuminen" in picture.text
    for words in (
        "laskut jäävät & pinoutuvat <b>pöydälle</b>",
        "kävely koiran kanssa",
        "sisko",
        "soitan velkaneuvontaan",
        "soitan siskolle, vaikka yöllä",
        "Raha ja velat",
    ):
        assert words in summary.text
    await client.presses("Kyllä, näytä ehdotuksia")
    await client.tells_no_place()
    assert await client.place == Suggestions.level.state


async def test_everything_can_be_skipped(rounds: Inside) -> None:
    client = await begins_round(rounds)
    for _ in range(12):
        await client.presses("Ohita")
    assert await client.place == Menu.main.state
    client = await begins_round(rounds)
    await client.taps("rate:health.5")
    for _ in range(11):
        await client.presses("Ohita")
    await client.taps("pri_done") if "pri_done" in client.widgets else None
    await client.presses("Ohita")
    await client.presses("Ohita")
    await client.presses("En osaa sanoa")
    await client.presses("Ohita")
    await client.presses("Ohita")
    assert await client.place == Reflection.summary.state
    assert "5 · " in client.sees


async def test_enough_with_nothing_said_leads_to_the_menu(rounds: Inside) -> None:
    client = await begins_round(rounds)
    await client.presses("Riittää tältä erää")
    assert client.toast == "Hyvä näin. Voit palata tähän, milloin haluat."
    assert await client.place == Menu.main.state


async def test_enough_with_something_said_goes_on_with_it(rounds: Inside) -> None:
    client = await begins_round(rounds)
    await client.taps("rate:health.2")
    await client.presses("Ohita")
    await client.presses("Riittää tältä erää")
    assert await client.place == Reflection.helps.state


async def test_back_leads_through_every_window_to_the_beginning(rounds: Inside) -> None:
    client = await begins_round(rounds)
    await client.taps("rate:health.1")
    await client.says("uni ei tule")
    await client.taps("rate:mind.3")
    await client.taps("enough")
    await client.taps("priority:mind")
    await client.taps("pri_done")
    await client.taps("skip_helps")
    await client.taps("skip_people")
    await client.taps("strength:own")
    await client.taps("skip_step")
    seen = []
    while await client.place != CheckIn.intro.state:
        seen.append(await client.place)
        await client.presses("Takaisin")
    assert seen == [
        state.state
        for state in (
            Reflection.if_worse,
            Reflection.next_step,
            Reflection.strength,
            Reflection.people,
            Reflection.helps,
            Reflection.priorities,
            CheckIn.area,
            CheckIn.area,
            CheckIn.area,
        )
    ]


async def test_back_from_what_helps_with_one_wish_leads_to_the_areas(rounds: Inside) -> None:
    client = await begins_round(rounds)
    await client.taps("rate:health.1")
    await client.taps("skip_words")
    await client.taps("enough")
    assert await client.place == Reflection.helps.state
    await client.presses("Takaisin")
    assert await client.place == CheckIn.area.state
    assert "Mieli" in client.window.text


async def test_an_earlier_answer_is_shown_and_can_be_changed(rounds: Inside) -> None:
    client = await begins_round(rounds)
    await client.taps("rate:health.1")
    await client.says("uni ei tule")
    await client.taps("back_area")
    assert [label for label in client.buttons if label.startswith("✅")] == [f"✅ {label_of(client, 1)}"]
    await client.taps("rate:health.4")
    await client.taps("enough")
    await client.reflects()
    assert "uni ei tule" not in client.sees
    assert "4 · Hyvä, pärjään\n💚 Terveys ja uni" in client.sees


def label_of(client: StraightClient, value: int) -> str:
    return client.buttons[5 - value].removeprefix("✅ ")


async def test_answers_are_changed_from_the_summary(rounds: Inside) -> None:
    client = await begins_round(rounds)
    await client.taps("rate:health.1")
    await client.says("uni ei tule")
    await client.taps("enough")
    await client.reflects("kahvi")
    await client.presses("Muutan vastauksiani")
    assert "1/12" in client.window.text
    await client.taps("skip_area")
    await client.taps("rate:mind.2")
    await client.says("alakulo")
    await client.taps("enough")
    await client.reflects()
    assert "alakulo" in client.sees
    assert "uni ei tule" not in client.sees
    assert "Terveys" not in client.sees


async def test_own_words_are_asked_after_one_and_two_only(rounds: Inside) -> None:
    client = await begins_round(rounds)
    for value, asked in ((1, True), (2, True), (3, False), (4, False), (5, False)):
        area = next(widget for widget in client.widgets if widget.startswith("rate:"))[5:-2]
        await client.taps(f"rate:{area}.{value}")
        assert ((await client.place) == CheckIn.words.state) is asked
        if asked:
            await client.taps("skip_words")


async def test_words_are_reached_back_from(parked: Parked) -> None:
    client = await parked.at(CheckIn.words)
    await client.presses("Takaisin")
    assert await client.place == CheckIn.area.state
    assert "✅" in "".join(client.buttons)


async def test_very_long_words_are_cut_kindly(rounds: Inside) -> None:
    client = await begins_round(rounds)
    await client.taps("rate:health.1")
    await client.says(("pitkä " * 700)[:4000])  # Telegram sends no longer ones than 4,096
    assert f"noin {LONGEST_WORDS} merkkiä" in client.sees
    assert await client.place == CheckIn.area.state


async def test_long_words_everywhere_still_fit_the_messages(rounds: Inside) -> None:
    client = await begins_round(rounds)
    for _ in range(12):
        await client.taps(client.widgets[4])
        await client.says("🙁 raskasta " * 300)
    await client.taps("pri_done")
    await client.says("🌱" * 1500)
    await client.says("ystävä " * 500)
    await client.taps("strength:beside")
    await client.says("<b>" * 1000)
    await client.says("soitan " * 400)
    assert await client.place == Reflection.summary.state
    assert client.screen.count("🙁") > 12
    assert client.screen.count("…") == 16
    await client.taps("home")
    await client.says("kello")
    await client.taps("offer")
    await client.finds_whom_to_ask()
    await client.drafts_a_request()
    assert client.screen.count("🙁") > 12
    await client.taps("consent")
    await client.taps("matters")
    await client.taps("privacy")
    await client.taps("consent")
    assert client.screen.count("🙁") > 12


async def test_blank_words_are_no_trouble(parked: Parked) -> None:
    for words in ("\u00a0", "\u200b", ".", "\n\n.\n", "<", "&amp;", "{area}", "%s %(x)s", "\\n", "/", "🏳️‍🌈"):
        client = await parked.at(CheckIn.words)
        await client.says(words)
        assert client.sees, words
        assert "rikki" not in client.sees


async def test_at_most_three_things_matter_most(rounds: Inside) -> None:
    client = await begins_round(rounds)
    for _ in range(5):
        await client.taps(client.widgets[2])
    await client.taps("enough")
    assert "enintään 3" in client.sees
    assert "pri_done" in client.widgets
    for number in range(4):
        await client.taps(client.widgets[number])
    assert client.toast == "Valitse enintään 3. Poista ensin jokin toinen painamalla sitä."
    assert [label.startswith("✅") for label in client.buttons[:5]] == [True, True, True, False, False]
    await client.taps(client.widgets[0])
    await client.taps(client.widgets[3])
    assert [label.startswith("✅") for label in client.buttons[:5]] == [False, True, True, True, False]


async def test_a_round_left_in_the_middle_waits(rounds: Inside) -> None:
    client = await begins_round(rounds)
    await client.taps("rate:health.1")
    await client.says("uni ei tule")
    await client.presses("🏠 Valikko")
    await client.presses("Mitä sinulle kuuluu?")
    await client.presses("Jatketaan")
    assert "2/12" in client.window.text
    await client.taps("enough")
    await client.reflects()
    assert "uni ei tule" in client.sees


@pytest.mark.parametrize("command", ["/my", "/omat", "/menu", "/valikko"])
async def test_a_round_waits_wherever_one_goes(rounds: Inside, command: str) -> None:
    client = await begins_round(rounds)
    await client.taps("rate:health.4")
    await client.says(command)
    await client.says("/menu")
    await client.taps("check_in")
    assert await client.place == CheckIn.unfinished.state


async def test_a_round_begun_anew_forgets_the_old_one(parked: Parked) -> None:
    client = await parked.at(CheckIn.unfinished)
    await client.presses("Aloitetaan alusta")
    assert "1/12" in client.window.text
    assert "✅" not in "".join(client.buttons)


@pytest.mark.parametrize("further", [(), ("suggest",), ("suggest", "no_place", "show")])
async def test_a_round_gone_through_is_not_offered_again(parked: Parked, further: tuple[str, ...]) -> None:
    client = await parked.at(Reflection.summary)
    for widget in further:
        await client.taps(widget)
    await client.taps("home")
    await client.taps("check_in")
    assert await client.place == CheckIn.intro.state


async def test_earlier_words_are_shown_and_kept_or_removed(parked: Parked) -> None:
    """Going back does not cost what was written, and what was written can be taken back."""
    client = await parked.at(CheckIn.words)
    await client.says("uni ei <tule>")
    await client.taps("back_area")
    await client.taps("rate:health.1")
    assert "Kirjoitit aiemmin:\nuni ei <tule>" in client.screen
    await client.taps("keep_words")
    await client.taps("back_area")
    await client.taps("rate:health.1")
    assert "uni ei <tule>" in client.screen
    await client.taps("drop_words")
    await client.taps("back_area")
    await client.taps("rate:health.1")
    assert "Kirjoitit aiemmin" not in client.screen
    assert "skip_words" in client.widgets


@pytest.mark.parametrize(
    ("state", "name"), [(Reflection.helps, "helps"), (Reflection.people, "people")], ids=str
)
async def test_earlier_answers_are_shown_and_kept_or_removed(parked: Parked, state: State, name: str) -> None:
    client = await parked.at(state)
    await client.says("kissa & kahvi")
    following = await client.place
    back = next(widget for widget in client.widgets if widget.startswith("back"))
    await client.taps(back)
    assert "Kirjoitit aiemmin:\nkissa & kahvi" in client.screen
    await client.taps(f"keep_{name}")
    assert await client.place == following
    await client.taps(back)
    await client.taps(f"drop_{name}")
    await client.taps(back)
    assert "Kirjoitit aiemmin" not in client.screen


async def test_an_outpouring_before_the_answer_is_not_lost(parked: Parked) -> None:
    """Words where buttons were due are kept with the area; they are shown again, and heard in the summary."""
    client = await parked.at(CheckIn.area)
    await client.says("En ole nukkunut kunnolla sitten syksyn")
    assert "Otin sanasi mukaan" in client.sees
    assert client.window.text.startswith("1/12")
    await client.taps("rate:health.1")
    assert "Kirjoitit aiemmin:\nEn ole nukkunut" in client.screen
    await client.taps("keep_words")
    await client.says("Kaikki ihan hyvin täällä")
    await client.taps("rate:mind.3")
    await client.taps("enough")
    await client.reflects()
    assert "En ole nukkunut" in client.sees
    assert "Kaikki ihan hyvin täällä" in client.sees
