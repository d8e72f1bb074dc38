"""The state without HTTP: events, the clock, starting anew."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.simulator import attachments
from bot.simulator.chats import World

NOON = datetime(2026, 3, 11, 10, 0, tzinfo=UTC)


@pytest.fixture
def world():
    return World(NOON)


@pytest.fixture
def chat(world):
    return world.chat(world.add_bot("1:a", "example_bot", "Esimerkki"), world.add_user("Testi", "fi"))


def test_token_must_look_like_one(world):
    with pytest.raises(ValueError, match="123456:ABC"):
        world.add_bot("salaisuus", "a", "A")


async def test_listeners_hear_of_every_change(world, chat):
    with world.subscribe() as events:
        sent = chat.deliver(
            {"text": "Hei"}, keyboard={"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}
        )
        query = chat.press(sent.id, "a")
        chat.answer(query, "Kiitos", alert=True)
        chat.rewrite(sent, {"text": "Moi"}, None)
        chat.remove(sent)
        chat.block()
        chat.block()  # nothing new
        chat.block(False)
        await world.clock.forward(timedelta(days=1))
        await world.reset()
    heard = [event async for event in events]
    assert [event.kind for event in heard] == [
        "new", "answer", "edited", "deleted", "blocked", "unblocked", "clock", "reset",
    ]  # fmt: skip
    assert (heard[1].text, heard[1].alert, heard[0].message) == ("Kiitos", True, sent)
    chat.say("hei")  # nobody listens any more


async def test_clock_starts_where_told_and_jumps(world, chat):
    heard = []

    async def on_forward():
        heard.append(world.clock.now())

    world.on_forward.append(on_forward)
    assert timedelta() <= chat.say("hei").date - NOON < timedelta(seconds=5)
    await world.clock.forward(timedelta(days=14))
    assert timedelta(days=14) <= chat.say("hei").date - NOON < timedelta(days=14, seconds=5)
    assert len(heard) == 1
    await world.clock.move_to(NOON)
    assert world.clock.now() - NOON < timedelta(seconds=5)


async def test_reset_begins_anew_but_keeps_bots_and_people(world, chat):
    called = []

    async def on_reset():
        called.append(chat.bot.queue.copy())

    world.on_reset.append(on_reset)
    chat.say("hei")
    chat.send(attachments.photo(chat))
    await world.clock.forward(timedelta(days=1))
    await world.reset()
    assert [list(queue) for queue in called] == [[]]
    assert world.activity.pending == {}
    assert (world.chats, world.files) == ({}, {})
    assert world.clock.now() - NOON < timedelta(seconds=5)
    again = world.chat(chat.bot, chat.user)
    assert (again.messages, again.started) == ({}, False)
    assert again.say("hei").id == 3  # numbers are never given twice


def test_everything_a_person_sends_has_its_file(world, chat):
    for content in (
        attachments.photo(chat, caption="katso https://a.fi"),
        attachments.document(chat, b"%PDF", "a.pdf", "application/pdf"),
        attachments.voice(chat),
        attachments.video_note(chat),
        attachments.sticker(chat),
    ):
        message = chat.send(content)
        assert message.file is not None
        assert message.kind in content
    assert chat.send(attachments.location(60.17, 24.94)).file is None
    assert chat.send(attachments.contact(chat, "+358401234567")).content["contact"]["user_id"] == chat.user.id
    assert (
        "user_id" not in chat.send(attachments.contact(chat, "+358401234567", own=False)).content["contact"]
    )


def test_reply_holds_the_message_it_answers(chat):
    first = chat.say("eka")
    second = chat.say("toka", reply_to=first)
    third = chat.say("kolmas", reply_to=second)
    assert third.shape()["reply_to_message"]["text"] == "toka"
    assert "reply_to_message" not in third.shape()["reply_to_message"]
