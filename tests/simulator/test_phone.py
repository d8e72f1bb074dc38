"""The person's side: what a phone finds, sees and waits for, and how clearly it fails."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.simulator.driver import NotQuiet, NotSeen, Patience, Phone


def keyboard(*labels):
    return {"inline_keyboard": [[{"text": label, "callback_data": label}] for label in labels]}


@asynccontextmanager
async def answering(api, bot, handle):
    """A bot without a framework: `handle` is awaited for every update, which is confirmed after it."""

    async def run():
        offset = 0
        while True:
            for update in await api.ok("getUpdates", offset=offset, timeout=5):
                await handle(update)
                offset = update["update_id"] + 1

    running = asyncio.create_task(run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_says_waits_until_the_answer_is_there(api, bot, phone):
    async def handle(update):
        await asyncio.sleep(0.1)  # slow work, in which nothing is heard of the bot
        await api.ok("sendMessage", chat_id=phone.user.id, text="Yksi")
        await api.ok("sendMessage", chat_id=phone.user.id, text="Kaksi")

    async with answering(api, bot, handle):
        await phone.says("hei")
        assert phone.sees == "Yksi\nKaksi"
        assert phone.screen == "Kaksi"


async def test_phone_tells_what_it_waited_for(simulator, bot, user):
    phone = Phone(simulator, bot, user, Patience(timeout=0.1))
    with pytest.raises(NotQuiet) as error:
        await phone.says("onko ketään?")
    assert "not quiet after 0.1 s" in str(error.value)
    assert "message 'onko ketään?' of Testi is not yet confirmed by @example_bot" in str(error.value)
    assert "Testi: onko ketään?" in str(error.value)


async def test_each_phone_can_wait_for_its_own_chat(simulator, bot, phone):
    await phone.says("tämä jää vastaamatta", wait=False)
    other = Phone(simulator, bot, simulator.add_user("Toinen"), Patience(timeout=5, everywhere=False))
    await other.quiet()
    with pytest.raises(NotQuiet):
        await Phone(simulator, bot, other.user, Patience(timeout=0.1)).quiet()


async def test_sees_what_is_new_or_changed_since_the_last_action(phone):
    old = phone.chat.deliver({"text": "Vanha"})
    phone.chat.deliver({"text": "Toinen vanha"})
    assert phone.sees == "Vanha\nToinen vanha"
    await phone.says("hei", wait=False)
    assert phone.sees == ""
    phone.chat.rewrite(old, old.content, keyboard("Nappi"))
    assert phone.sees == ""  # only the buttons are new
    phone.chat.rewrite(old, {"text": "Uusittu"}, None)
    gone = phone.chat.deliver({"text": "Ohi"})
    phone.chat.remove(gone)
    assert phone.sees == "Uusittu"


async def test_presses_find_the_newest_fitting_button(phone):
    phone.chat.deliver({"text": "Vanha"}, keyboard=keyboard("Jatka", "Vain vanhassa"))
    new = phone.chat.deliver({"text": "Uusi"}, keyboard=keyboard("✅ Jatka", "Kyllä", "Kyllä kiitos"))
    await phone.presses("Jatka", wait=False)
    assert phone.pressed.message is new
    await phone.presses("Kyllä", wait=False)  # exactly so, though another label contains it
    assert phone.bot.queue[-1].body["data"] == "Kyllä"
    await phone.presses("Vain vanhassa", wait=False)
    assert not phone.pressed.answered
    assert phone.toast is None
    with pytest.raises(NotSeen, match="fits several buttons: 'Kyllä', 'Kyllä kiitos'"):
        await phone.presses("Kyl")
    with pytest.raises(NotSeen) as error:
        await phone.presses("Lopeta")
    assert "no button 'Lopeta' is visible" in str(error.value)
    assert "[ Kyllä kiitos ]" in str(error.value)


async def test_presses_on_windows_that_have_changed(phone):
    message = phone.chat.deliver({"text": "Ikkuna"}, keyboard=keyboard("Vanha nappi"))
    phone.chat.remove(message)
    await phone.presses_on(message, "Vanha nappi", wait=False)
    body = phone.bot.queue[-1].body
    assert (body["message"]["date"], body["data"]) == (0, "Vanha nappi")  # an inaccessible message
    with pytest.raises(NotSeen, match="no button 'Muu' in the message 'Ikkuna'"):
        await phone.presses_on(message, "Muu")


async def test_links_and_copy_buttons_open_without_the_bot(phone):
    rows = [[{"text": "Sivu", "url": "https://a.fi/"}, {"text": "Koodi", "copy_text": {"text": "123"}}]]
    phone.chat.deliver({"text": "Hei"}, keyboard={"inline_keyboard": rows})
    await phone.presses("Sivu")
    assert phone.opened == "https://a.fi/"
    await phone.presses("Koodi")
    assert phone.opened == "123"
    assert not phone.bot.queue


async def test_buttons_under_the_text_field(phone):
    labels = [{"text": "Sijainti", "request_location": True}, {"text": "Numero", "request_contact": True}]
    phone.chat.keyboard = {"keyboard": [labels, [{"text": "Ohita"}]]}
    assert phone.buttons == ["Sijainti", "Numero", "Ohita"]
    for label, kind in {"Sijainti": "location", "Numero": "contact", "Ohita": "text"}.items():
        await phone.presses(label, wait=False)
        assert phone.messages[-1].kind == kind


async def test_waits_for_what_comes_by_itself(phone):
    async def later():
        await asyncio.sleep(0.05)
        phone.chat.deliver({"text": "Muistutus: huomenna klo 10"})

    coming = asyncio.create_task(later())
    message = await phone.waits_for("Muistutus")
    assert message.text == "Muistutus: huomenna klo 10"
    await coming
    with pytest.raises(NotSeen, match=r"'Toinen' did not come in 0\.02 s"):
        await phone.waits_for("Toinen", seconds=0.02)


async def test_blocked_bot_cannot_be_written_to(phone):
    await phone.blocks(wait=False)
    with pytest.raises(NotSeen, match="has blocked the bot"):
        await phone.says("hei")
    assert "blocked" in phone.transcript()


async def test_transcript_reads_as_the_conversation(phone):
    await phone.says("/start", wait=False)
    phone.chat.deliver({"text": "Hei"}, keyboard=keyboard("Jatka"))
    lines = phone.transcript().splitlines()
    assert lines[0] == "--- Testi and @example_bot ---"
    assert lines[1].endswith("Testi: /start")
    assert lines[2].endswith("Esimerkki: Hei")
    assert lines[3] == "    [ Jatka ]"
