"""Presses on what is no longer there: one kind line, the place kept, nothing done twice, nothing done for others."""

from __future__ import annotations

import asyncio

import pytest
from aiogram_dialog.api.entities import stack
from sqlalchemy import func, select

from bot.db.tables import ContactRequest, MemoEntry
from bot.simulator.chats import Message
from dialogs.states import CheckIn, Consent, Crisis, Language, Matters, Menu, Reflection, Suggestions, Welcome
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.people import DANGER
from tests.conversations.places import Parked, go_to

OLD = "Tuo nappi on vanhentunut. Jatketaan tästä."


def data_of(message: Message, widget: str) -> str:
    """What the button of `widget` in this message sends, to be pressed when the message has changed."""
    buttons = [button["callback_data"] for row in message.buttons for button in row]
    return next(data for data in buttons if f"{data.rpartition(chr(0x1D))[2]}:".startswith(f"{widget}:"))


async def taps_twice(client: StraightClient, widget: str) -> None:
    """Two taps before the first is answered."""
    window, data = client.window, data_of(client.window, widget)
    await client.press_raw(window.id, data, wait=False)
    await client.press_raw(window.id, data)


async def ratings(client: StraightClient) -> dict[str, int]:
    """As the client is told them at the end: under each answer the areas with their symbols, joined by commas."""
    photo = next(message for message in reversed(client.messages) if message.kind == "photo")
    groups = [group.split("\n") for group in photo.text.split("\n\n")[1:]]
    return {area.split(" ", 1)[1]: int(answer[0]) for answer, areas in groups for area in areas.split(", ")}


async def test_an_older_message_of_the_round_changes_the_area_it_shows(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, CheckIn.area)
    first, five, two = (
        client.window,
        data_of(client.window, "rate:health.5"),
        data_of(client.window, "rate:health.2"),
    )
    await client.press_raw(first.id, five)
    await client.taps("rate:mind.4")
    at = client.window.text
    await client.press_raw(first.id, two)
    assert client.toast == "Muutin aiemman vastauksesi."
    assert client.window.text == at
    await client.taps("enough")
    await client.reflects()
    assert await ratings(client) == {"Terveys ja uni": 2, "Mieli ja jaksaminen": 4}


@pytest.mark.parametrize("item", ["rate:health.6", "rate:health.0", "rate:nothing.3", "rate:", "rate:health"])
async def test_a_rating_that_nobody_offered_changes_nothing(desk: Inside, item: str) -> None:
    client = desk.client()
    await go_to(client, CheckIn.area)
    window = client.window
    await client.press_raw(window.id, data_of(window, "enough").replace("enough", item))
    assert client.toast
    assert await client.place == CheckIn.area.state
    assert "Terveys" in client.window.text


@pytest.mark.parametrize(
    ("state", "widget", "then"),
    [
        (CheckIn.area, "skip_area", "Mieli ja jaksaminen"),
        (CheckIn.area, "rate:health.4", "Mieli ja jaksaminen"),
        (Suggestions.card, "next", "Ehdotus 2/"),
    ],
    ids=str,
)
async def test_tapped_twice_moves_on_once(parked: Parked, state, widget: str, then: str) -> None:
    client = await parked.at(state)
    await taps_twice(client, widget)
    assert then in client.window.text
    assert client.toast


async def test_tapped_twice_goes_back_once(parked: Parked) -> None:
    client = await parked.at(CheckIn.area)
    await client.taps("rate:health.5")
    await client.taps("rate:mind.5")
    await taps_twice(client, "back_area")
    assert "Mieli ja jaksaminen" in client.window.text


async def test_tapped_twice_leaves_out_one_suggestion(parked: Parked) -> None:
    client = await parked.at(Suggestions.card)
    total = int(client.window.text.split("/")[1].split()[0])
    await taps_twice(client, "not_me")
    assert f"Ehdotus 1/{total - 1}" in client.window.text


async def test_the_second_tap_gives_a_line_and_no_second_window(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    await taps_twice(client, "check_in")
    assert client.toast == OLD
    assert len([message for message in client.messages if message.from_bot]) == 1
    assert await client.place == CheckIn.intro.state


async def test_consenting_twice_makes_one_request(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Consent.preview)
    async with desk.services.db.read() as session:
        before = await session.scalar(select(func.count(ContactRequest.id)))
    await taps_twice(client, "consent")
    assert await client.place == Consent.sent.state
    async with desk.services.db.read() as session:
        assert await session.scalar(select(func.count(ContactRequest.id))) == before + 1


async def test_keeping_twice_keeps_one_entry(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Suggestions.keep)
    async with desk.services.db.read() as session:
        before = await session.scalar(select(func.count(MemoEntry.id)))
    await taps_twice(client, "keep")
    async with desk.services.db.read() as session:
        assert await session.scalar(select(func.count(MemoEntry.id))) == before + 1


async def test_two_presses_at_the_same_moment_are_handled_one_after_the_other(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Reflection.priorities)
    window = client.window
    for area in ("mind", "friends"):
        await client.press_raw(window.id, data_of(window, f"priority:{area}"), wait=False)
    updates = [desk.account.queue.popleft(), desk.account.queue.popleft()]
    bodies = [{"update_id": update.id, update.kind: update.body} for update in updates]
    await asyncio.gather(*(desk.dispatcher.feed_raw_update(desk.bot, body) for body in bodies))
    assert len([label for label in client.buttons if label.startswith("✅")]) == 2


async def test_a_window_that_was_closed_leads_to_where_we_are(parked: Parked) -> None:
    client = await parked.at(CheckIn.area)
    closed, data = client.window, data_of(client.window, "rate:health.3")
    await client.taps("home")
    await client.taps("find")
    await client.says("kahvila")
    await client.press_raw(closed.id, data)
    assert client.toast == OLD
    assert "kahvila" in client.sees
    assert len(client.buttons) > 3


async def test_a_window_that_is_covered_leads_to_what_covers_it(parked: Parked) -> None:
    client = await parked.at(CheckIn.area)
    covered, data = client.window, data_of(client.window, "rate:health.3")
    await client.says("/kieli")
    await client.press_raw(covered.id, data)
    assert client.toast == OLD
    assert await client.place == Language.choose.state
    await client.taps("back")
    assert "Terveys" in client.window.text


async def test_a_press_after_everything_was_forgotten_leads_to_the_menu(
    rounds: Inside, parked: Parked
) -> None:
    client = await parked.at(CheckIn.area)
    await rounds.storage.forget(rounds.bot.id, client.user.id)
    await client.taps("rate:health.3")
    assert client.toast == OLD
    assert await client.place == Menu.main.state


@pytest.mark.parametrize(
    "data",
    [
        "",
        "x",
        "\x1d",
        "\x1d\x1d\x1d",
        "nobody\x1dhome",
        "nobody\x1d",
        "go:",
        "go:request:",
        "go:request:²",
        "go:request:999999999999999999999999",
        "go:answer:999999999999999999",
        "go:answer:-1",
        "go:nowhere:7",
        "withdraw:",
        "withdraw:' OR 1=1 --",
        "ä" * 32,
        "🙂" * 16,
    ],
    ids=ascii,
)
async def test_nonsense_in_a_button_is_answered(desk: Inside, data: str) -> None:
    client = desk.client()
    await client.begins()
    await client.press_raw(client.window.id, data)
    assert client.pressed is not None
    assert client.pressed.answered
    await client.says("/menu")
    assert await client.place == Menu.main.state


@pytest.mark.parametrize(
    ("state", "widget"),
    [
        (Matters.main, "request:x"),
        (Matters.main, "request:99999999999999999999"),
        (Matters.main, "consent:x"),
        (Matters.memo, "remove:x"),
        (Matters.memo, "remove:99999999999999999999"),
        (Crisis.needs, "need:nothing"),
        (Language.choose, "locale:xx"),
        (Reflection.strength, "strength:none"),
        (Reflection.priorities, "priority:nothing"),
        (Consent.items, "item:nothing"),
        (Consent.time, "time:never"),
        (Consent.days, "days:100000"),
        (Suggestions.card, "next:nothing"),
        (Suggestions.card, "nothing"),
    ],
    ids=str,
)
async def test_a_forged_button_of_the_window_keeps_the_place(parked: Parked, state, widget: str) -> None:
    client = await parked.at(state)
    window = client.window
    prefix = window.buttons[0][0]["callback_data"].partition("\x1d")[0]
    await client.press_raw(window.id, f"{prefix}\x1d{widget}")
    assert client.pressed is not None
    assert client.pressed.answered
    assert client.window.text
    await client.taps(
        "home"
        if "home" in client.widgets
        else "sos"
        if "sos" in client.widgets
        else "needs"
        if "needs" in client.widgets
        else "need"
    )


async def test_somebody_elses_buttons_do_nothing_for_me(desk: Inside) -> None:
    owner, other = desk.client("Aino"), desk.client("Eero")
    await go_to(owner, Consent.sent)
    await other.begins()
    request = await request_of(desk, owner)
    stolen = [
        data_of(owner.window, "matters"),
        f"go:request:{request.id}",
        f"withdraw:{request.consent_id}",
    ]
    for data in stolen:
        await other.press_raw(other.window.id, data)
        assert "Kello" not in other.sees
    await other.press_raw(other.window.id, f"go:answer:{request.id}")
    await other.says("päästä minut sisään")
    assert "Viestiä ei lähetetty" in other.sees
    assert (await request_of(desk, owner)).state == "open"


async def request_of(desk: Inside, client: StraightClient):
    from bot.services import requests

    return (await requests.mine(desk.services, client.user.id))[0]


@pytest.mark.parametrize("lost", ["CheckIn:gone", "Gone:area"])
@pytest.mark.parametrize("act", ["press", "text", "/start", "/menu", "/help", "photo"])
async def test_a_window_that_no_longer_exists_leads_to_the_menu(
    rounds: Inside, parked: Parked, lost: str, act: str
) -> None:
    client = await parked.at(CheckIn.area)
    lose_place(rounds, client, lost)
    if act == "press":
        await client.taps("skip_area")
    elif act == "photo":
        await client.sends_photo()
    else:
        await client.says(act)
    assert client.sees or client.toast
    await client.taps("sos")
    await client.taps("go_on")


def lose_place(rounds: Inside, client: StraightClient, state: str) -> None:
    """As if a new version had renamed the window."""
    assert rounds.memory is not None
    for key, record in rounds.memory.storage.items():
        if key.chat_id == client.user.id and "state" in record.data:
            record.data["state"] = state


async def test_help_comes_first_even_when_the_place_is_lost(rounds: Inside, parked: Parked) -> None:
    client = await parked.at(CheckIn.words)
    lose_place(rounds, client, "CheckIn:gone")
    await client.says(DANGER)
    assert await client.place == Crisis.noticed.state
    await client.taps("go_on")
    assert await client.place == Menu.main.state


async def test_dialogs_opened_in_the_same_second_are_told_apart(
    parked: Parked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack.random, "randint", lambda _low, _high: 7)
    client = await parked.at(CheckIn.area)
    await client.taps("lang")
    await client.taps("back")
    assert await client.place == CheckIn.area.state


async def test_windows_can_not_pile_up(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    for _ in range(40):
        await client.press_raw(client.window.id, "go:find")
        await client.says("/help")
        await client.says("/start")
    await client.taps("sos")
    await client.says("/menu")
    assert await client.place == Menu.main.state


async def test_two_telephones_of_one_person(parked: Parked) -> None:
    """Both show the same chat; one is a step behind."""
    client = await parked.at(CheckIn.area)
    window, skip = client.window, data_of(client.window, "skip_area")
    await client.taps("home")
    await client.press_raw(window.id, skip)
    assert client.toast == OLD
    assert await client.place == Menu.main.state
    assert client.window.id == window.id


async def test_an_answer_as_a_reply_to_an_old_message_is_an_answer(parked: Parked) -> None:
    client = await parked.at(CheckIn.words)
    await client.says("väsyttää")
    old = client.window
    await client.taps("home")
    await client.taps("find")
    await client.says("kahvila", reply_to=old)
    assert "kahvila" in client.sees


async def test_start_leads_on_from_the_end(parked: Parked) -> None:
    client = await parked.at(Matters.forgotten)
    await client.says("/start")
    assert await client.place == Welcome.hello.state
