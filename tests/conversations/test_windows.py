"""Every window in every language: it fits a phone, its buttons fit Telegram, and every word is translated."""

from __future__ import annotations

import gettext
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from aiogram.fsm.state import State
from aiogram_dialog.widgets.kbd import Button, Calendar, Group, Keyboard, Select

import dialogs
from bot import i18n
from bot.i18n import LANGUAGE_NAMES, LOCALES, speaking
from bot.simulator.chats import Message
from catalog.schema import SafetyKind
from dialogs import states
from dialogs.common import StalePress
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.people import EVERY_STATE, widget_of
from tests.conversations.places import Parked

LONGEST_TEXT = 1500
CODE = re.compile(r"[A-Z2-9]{3}(?:-[A-Z2-9]{3}){3}")
"""Another one each time."""
WIDTHS = {1: 48, 2: 24, 3: 14, 4: 10, 5: 8, 7: 5}
"""So many characters of a label can be seen on a phone, by the number of buttons in the row."""
CALLED, LONGEST_NAME = (
    {"offer", "remove", "request", "consent", "whom", "enquiry", "detail", "revoke", "own"},
    64,
)
"""Widgets whose labels are names of the catalogue; a phone shows their beginnings."""


class Missing(gettext.NullTranslations):
    """Notes what a catalogue does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: set[str] = set()

    def gettext(self, message: str) -> str:
        self.messages.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.messages.add(msgid1)
        return super().ngettext(msgid1, msgid2, n)


@pytest.fixture(params=LOCALES)
def locale(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A language, in which nothing may be missing."""
    own = i18n._translations(request.param)
    missing = Missing()
    monkeypatch.setattr(own, "_fallback", missing)
    yield request.param
    if request.param != "fi":  # Finnish sentences are their own translation
        assert missing.messages == set()


async def in_language(client: StraightClient, locale: str) -> None:
    """The same window, shown anew in `locale`."""
    await client.says("/kieli")
    await client.taps(f"locale:{locale}")


@pytest.mark.parametrize("state", EVERY_STATE, ids=str)
async def test_a_window_fits_a_phone(parked: Parked, state: State, locale: str) -> None:
    client = await parked.at(state)
    await in_language(client, locale)
    if state is states.Language.choose:
        await client.taps("lang")
    assert await client.place == state.state
    check(client.window)


def check(window: Message) -> None:
    assert 0 < len(window.text) <= LONGEST_TEXT
    labels = [button["text"] for row in window.buttons for button in row]
    for text in (window.text, *labels):
        assert not re.search(r"\{\w*\}|%\(|Markup\(|<\w|&\w+;", text.replace("<hiljaista>", "")), text
        assert "  " not in text, text
    for row in window.buttons:
        for button in row:
            named = widget_of(button).partition(":")[0] in CALLED
            assert 0 < len(button["text"]) <= (LONGEST_NAME if named else WIDTHS[len(row)]), button["text"]
            assert len(button["callback_data"].encode()) <= 64
    assert len({button["callback_data"] for row in window.buttons for button in row}) == len(labels)


@pytest.mark.parametrize("state", EVERY_STATE, ids=str)
async def test_every_button_of_a_window_is_answered_and_a_second_tap_does_nothing_more(
    rounds: Inside, state: State
) -> None:
    parked = Parked(rounds)
    client = await parked.at(state)
    pressed = [button["callback_data"] for row in client.window.buttons for button in row]
    for data in pressed:
        client = await parked.at(state)
        before = client.window.keyboard
        await client.press_raw(client.window.id, data)
        assert client.pressed is not None
        assert client.pressed.answered, data
        assert (
            client.sees or client.toast or client.window.keyboard != before or data.endswith("locale:fi")
        ), data
        assert "rikki" not in client.sees
        check(client.window)
        once = await client.place, CODE.sub("", client.window.text)
        client = await parked.at(state)
        await client.press_raw(client.window.id, data, wait=False)
        await client.press_raw(client.window.id, data)
        assert client.pressed.answered, data
        assert (await client.place, CODE.sub("", client.window.text)) == once, data


@pytest.mark.parametrize("kind", [kind for kind in SafetyKind if kind != "distress"])
async def test_first_help_fits_a_phone_whatever_it_is_about(
    rounds: Inside, parked: Parked, locale: str, kind: str
) -> None:
    client = await parked.at(states.Crisis.noticed)
    await in_language(client, locale)
    assert rounds.memory is not None
    for key, record in rounds.memory.storage.items():
        if key.chat_id == client.user.id and record.data.get("state") == states.Crisis.noticed.state:
            record.data["dialog_data"].update(kind=kind, level=2)
    await client.says("?")
    check(client.window)


@pytest.mark.parametrize("number", range(9))
async def test_help_for_each_need_fits_a_phone(parked: Parked, locale: str, number: int) -> None:
    client = await parked.at(states.Crisis.needs)
    await in_language(client, locale)
    await client.taps(client.widgets[number])
    assert await client.place == states.Crisis.contacts.state
    check(client.window)


@pytest.mark.parametrize("code", ["sv", "en"])
async def test_greetings_and_toasts_speak_the_language_too(rounds: Inside, code: str) -> None:
    """What is said beside the windows: a walk that meets most of it, in the language of the telephone."""
    own = i18n._translations(code)
    missing = Missing()
    before, own._fallback = own._fallback, missing
    try:
        client = rounds.client(language_code=code)
        await client.begins()
        for act in (client.sends_photo, client.sends_voice, client.sends_sticker):
            await act()
        await client.says("/unknown")
        await client.taps("check_in")
        await client.says("text")
        await client.press_raw(client.window.id, "old")
        await client.taps("begin")
        await client.taps("enough")
        await client.says("en jaksa enää mitään, kaikki on toivotonta")
        await client.says("/help")
        for kind in ("otin koko purkin unilääkkeitä", "mies hakkaa minua", "haluan kuolla"):
            await client.says(kind)
        await client.says("/stop")
    finally:
        own._fallback = before
    assert missing.messages == set()


def widgets_in(keyboard: Any) -> Iterator[Keyboard]:
    if isinstance(keyboard, Group):
        for button in keyboard.buttons:
            yield from widgets_in(button)
    elif not isinstance(keyboard, StalePress):
        yield keyboard


def deed(widget: Keyboard) -> object:
    """What a press on it does, so that two widgets can be compared."""
    event: Any = getattr(widget, "on_click", None)
    callback = getattr(event, "callback", event)
    cells = tuple(cell.cell_contents for cell in callback.__closure__ or ())
    return callback.__code__, cells, type(widget)


@pytest.mark.parametrize("dialog", dialogs.build_all(), ids=lambda dialog: dialog.states_group_name())
def test_a_widgets_id_means_one_thing_in_a_dialog(dialog: Any) -> None:
    """A press on an older message of the same dialog runs the handler that has the same id in the window of now."""
    deeds: dict[str, set[object]] = defaultdict(set)
    for window in dialog.windows.values():
        ids = [widget.widget_id for widget in widgets_in(window.keyboard)]
        assert len(set(ids)) == len(ids), window.get_state()
        for widget in widgets_in(window.keyboard):
            assert isinstance(widget, (Button, Calendar, Select))
            assert widget.widget_id
            deeds[widget.widget_id].add(deed(widget))
    assert {name for name, done in deeds.items() if len(done) > 1} == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_calls_itself_by_its_name(locale: str) -> None:
    with speaking(locale):
        assert i18n.current_locale() == locale
    assert LANGUAGE_NAMES[locale]
