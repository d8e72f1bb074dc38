"""People who press and write anything: never stuck, never silent, help always one press away, nothing breaks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

import pytest
from aiogram.fsm.state import State
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.i18n import LOCALES
from bot.simulator.driver import Patience
from dialogs.states import Menu
from tests.conversations.conftest import NOWHERE
from tests.conversations.inside import Inside, StraightClient, inside
from tests.conversations.people import DANGER, EVERY_STATE, Client, widget_of
from tests.conversations.places import Parked
from tests.conversations.talking import Service, Talk

WALKS, STEPS = 500, 8
WALKS_OVER_HTTP, STEPS_OVER_HTTP = 50, 12

WORDS = [
    "hei",
    "0401234567",
    "velka",
    "kello",
    ".",
    "\u00a0",
    "<b>lihava",
    "</i>&amp;<>\"'",
    "{area} {0} %s",
    "🙂",
    "👨‍👩‍👧‍👦🏳️‍🌈",
    "pitkä " * 660,
    DANGER,
    "otin koko purkin lääkkeitä",
    "en jaksa enää mitään, kaikki on toivotonta",
    "I want to die",
    "rivi\n\n\nvaihtuu",
    "\u202eoikealta vasemmalle",
    "sana\u00ad\u200d",
]
FOOTER = {"sos", "lang", "home"}
COMMANDS = [
    "/start",
    "/start abc",
    "/menu",
    "/help",
    "/kieli",
    "/omat",
    "/my",
    "/stop",
    "/unknown",
    "/",
    "/start@other",
]
Sending = Callable[[Client], Awaitable[None]]
SENDINGS: list[Sending] = [
    lambda client: client.sends_photo(),
    lambda client: client.sends_photo(caption=DANGER),
    lambda client: client.sends_voice(),
    lambda client: client.sends_sticker(),
    lambda client: client.sends_location(62.2, 25.7),
    lambda client: client.sends_contact("+358401234567"),
    lambda client: client.sends_document(b"x"),
]


def buttons(client: Client, footer: bool = True) -> list[tuple[int, str]]:
    """Everything that can be pressed now, in any message; without the `footer` what leads on from here."""
    found = [
        (message.id, button["callback_data"])
        for message in client.messages
        for row in message.buttons
        for button in row
        if footer or widget_of(button) not in FOOTER
    ]
    return found or buttons(client)


def looks_well(client: Client) -> None:
    """What holds after every act."""
    assert "meni jokin rikki" not in client.sees, client.transcript()
    assert {"sos", "go_on"} & set(client.widgets), f"no help in reach:\n{client.transcript()}"
    assert len(client.window.text) <= 4096


async def finds_the_menu(client: StraightClient) -> None:
    """By buttons alone."""
    for _ in range(12):
        if await client.place == Menu.main.state:
            return
        await client.taps(next(way for way in ("home", "go_on", "begin", "back") if way in client.widgets))
    raise AssertionError(f"no way to the menu:\n{client.transcript()}")


class House:
    """An event loop with a service in it, for tests that are not asynchronous themselves."""

    def __init__(self, runner: asyncio.Runner, service: Inside) -> None:
        self.runner, self.service, self.parked = runner, service, Parked(service)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        self.runner.run(work)


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with asyncio.Runner() as runner:
        opening = inside(tmp_path_factory.mktemp("walks"), memory=True, sms_url=NOWHERE)
        service: Inside = runner.run(opening.__aenter__())
        runner.run(service.employ("kello"))
        yield House(runner, service)
        runner.run(opening.__aexit__(None, None, None))


class Walk(RuleBasedStateMachine):
    """One person. `house` is set by the test."""

    house: House

    @initialize(state=st.sampled_from(EVERY_STATE), locale=st.sampled_from(LOCALES))
    def is_somewhere(self, state: State, locale: str) -> None:
        self.house.run(self._goes(state, locale))
        self.old = buttons(self.client)

    async def _goes(self, state: State, locale: str) -> None:
        self.client = await self.house.parked.at(state)
        await self.client.says("/kieli")
        await self.client.taps(f"locale:{locale}")

    def _does(self, act: Coroutine[Any, Any, None]) -> None:
        self.house.run(act)
        looks_well(self.client)
        self.old = (self.old + buttons(self.client))[-60:]

    @rule(numbers=st.lists(st.integers(0, 40), min_size=1, max_size=4))
    def presses(self, numbers: list[int]) -> None:
        for number in numbers:
            now = buttons(self.client, footer=False)
            self._presses(*now[number % len(now)])

    @rule(number=st.integers(0, 40))
    def presses_anything(self, number: int) -> None:
        now = buttons(self.client)
        self._presses(*now[number % len(now)])

    @rule(number=st.integers(0, 40))
    def presses_twice(self, number: int) -> None:
        now = buttons(self.client, footer=False)
        message, data = now[number % len(now)]
        self._presses(message, data)
        self._presses(message, data)

    @rule(number=st.integers(0, 59))
    def presses_what_was_there(self, number: int) -> None:
        self._presses(*self.old[number % len(self.old)])

    def _presses(self, message: int, data: str) -> None:
        self._does(self.client.press_raw(message, data))
        assert self.client.pressed is not None
        assert self.client.pressed.answered

    @rule(words=st.sampled_from(WORDS))
    def says(self, words: str) -> None:
        self._speaks(self.client.says(words))

    @rule(words=st.text(min_size=1, max_size=40).filter(lambda words: words.strip() != ""))
    def babbles(self, words: str) -> None:
        self._speaks(self.client.says(words))

    @rule(words=st.sampled_from(COMMANDS))
    def commands(self, words: str) -> None:
        self._speaks(self.client.says(words))

    @rule(sending=st.sampled_from(SENDINGS))
    def sends(self, sending: Sending) -> None:
        self._speaks(sending(self.client))

    def _speaks(self, act: Any) -> None:
        self._does(act)
        assert self.client.sees, f"silence:\n{self.client.transcript()}"

    @rule(what=st.integers(0, 11))
    def something_happens(self, what: int) -> None:
        """Rarely: a restart, or everything of the conversation is forgotten."""
        service = self.house.service
        if what == 0:
            self.house.run(service.restart())
        elif what == 1:
            self.house.run(service.storage.forget(service.bot.id, self.client.user.id))

    def teardown(self) -> None:
        if not hasattr(self, "client"):
            return
        self._does(self.client.says("hei"))
        self.house.run(finds_the_menu(self.client))


@pytest.mark.timeout(600)
def test_many_people_walk_at_random(house: House) -> None:
    Walk.house = house
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


async def walks(client: Client, rng: random.Random, steps: int) -> None:
    for _ in range(steps):
        kind = rng.random()
        if kind < 0.8:
            await client.press_raw(*rng.choice(buttons(client, footer=kind < 0.1)))
            assert client.pressed is not None
            assert client.pressed.answered
        elif kind < 0.9:
            await client.says(rng.choice(WORDS))
        elif kind < 0.95:
            await client.says(rng.choice(COMMANDS))
        else:
            await rng.choice(SENDINGS)(client)
        looks_well(client)


@pytest.mark.timeout(600)
async def test_people_walk_at_random_side_by_side(talk: Talk, whole_service: Service) -> None:
    """Over HTTP, all at once, with a restart of the whole service in the middle."""
    await talk.worker()
    people = [
        talk.client(language_code=code) for code in ["fi", "sv", "en", "uk", None] * (WALKS_OVER_HTTP // 5)
    ]
    for number, person in enumerate(people):
        person.patience = Patience(settle=0.06, timeout=120, everywhere=False)
        person.rng = random.Random(number)  # type: ignore[attr-defined]
    await asyncio.gather(*(person.begins() for person in people))
    for _half in range(2):
        await asyncio.gather(*(walks(person, person.rng, STEPS_OVER_HTTP // 2) for person in people))  # type: ignore[attr-defined]
        await whole_service.restart()
    await asyncio.gather(*(person.says("/menu") for person in people))
    for person in people:
        assert "check_in" in person.widgets
