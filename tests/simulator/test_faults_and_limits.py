"""Bad days on order, and Telegram's limits."""

import asyncio
import time

import aiohttp
import pytest

from bot.simulator.faults import Limits


async def send(api, chat_id, text="Hei"):
    return await api("sendMessage", chat_id=chat_id, text=text)


@pytest.mark.parametrize(
    ("kind", "status", "description"),
    [
        ("flood", 429, "Too Many Requests: retry after 7"),
        ("forbidden", 403, "Forbidden: bot was blocked by the user"),
        ("error", 500, "Internal Server Error"),
    ],
)
async def test_errors_on_order(api, simulator, phone, chat_id, kind, status, description):
    simulator.faults.add(kind, "sendMessage", times=2, seconds=7)
    for _ in range(2):
        got, body = await send(api, chat_id)
        assert (got, body["error_code"], body["description"]) == (status, status, description)
        assert body.get("parameters") == ({"retry_after": 7} if status == 429 else None)
    assert (await send(api, chat_id))[0] == 200
    assert [message.text for message in phone.messages] == ["/start", "Hei"]
    assert simulator.answers == {("sendmessage", status): 2, ("sendmessage", 200): 1}


async def test_bad_gateway_speaks_html(api, simulator, chat_id):
    simulator.faults.add("bad_gateway")
    async with api.session.post(api.url("getMe")) as response:
        assert (response.status, response.content_type) == (502, "text/html")


@pytest.mark.parametrize(("kind", "arrived"), [("cut_before", 0), ("cut_after", 1)])
async def test_broken_line(api, simulator, phone, chat_id, kind, arrived):
    simulator.faults.add(kind, "sendMessage")
    with pytest.raises(aiohttp.ClientError):
        await send(api, chat_id)
    assert len(phone.messages) == 1 + arrived
    assert (await send(api, chat_id))[0] == 200


async def test_delay_and_latency(api, simulator, phone, chat_id):
    simulator.faults.add("delay", "sendMessage", seconds=0.1)
    begin = time.perf_counter()
    sending = asyncio.create_task(send(api, chat_id))
    await asyncio.sleep(0.02)
    await phone.quiet()  # waits for the call under way
    assert phone.screen == "Hei"
    assert time.perf_counter() - begin > 0.1
    await sending
    simulator.latency = 0.05
    begin = time.perf_counter()
    await send(api, chat_id)
    assert time.perf_counter() - begin > 0.05


async def test_faults_find_their_chat_method_and_bot(api, simulator, bot, chat_id):
    simulator.faults.add("error", "sendMessage", chat_id=5)
    simulator.faults.add("error", "sendPhoto")
    simulator.faults.add("error", bot_id=2)
    assert (await send(api, chat_id))[0] == 200
    simulator.faults.add("error", chat_id=chat_id)
    assert (await api("getUpdates"))[0] == 200  # only on request: polling is no call like others
    assert (await send(api, chat_id))[0] == 500
    simulator.faults.add("error", "getUpdates")
    assert (await api("getUpdates"))[0] == 500
    await simulator.reset()
    assert simulator.faults.waiting == []


async def test_a_chat_gets_about_one_message_a_second(api, simulator, chat_id):
    simulator.limits = Limits(per_chat=0.1, burst=2)
    statuses = [(await send(api, chat_id))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]
    status, body = await api("editMessageText", chat_id=chat_id, message_id=2, text="Moi")
    assert (status, body["parameters"]) == (429, {"retry_after": 10})
    assert (await api("sendChatAction", chat_id=chat_id, action="typing"))[0] == 200
    simulator.limits.forget()
    assert (await send(api, chat_id))[0] == 200


def test_limit_over_all_chats_is_strict():
    limits = Limits(per_second=30)

    def allowed(now, chat):
        try:
            limits.check(now, 1, "sendmessage", chat)
        except Exception:
            return False
        return True

    assert [allowed(0.0, chat) for chat in range(31)] == [True] * 30 + [False]
    assert not allowed(0.99, 100)
    assert allowed(1.0, 100)
    assert [allowed(5.0 + n / 28, n) for n in range(300)] == [True] * 300
    assert all(allowed(100.0 + n, 1) for n in range(20))  # one a second in one chat, without end
    limits.check(200, 1, "getme", None)
