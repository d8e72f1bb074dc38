"""Long polling and webhooks: what is delivered, in which order, and when it counts as delivered."""

import asyncio
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.simulator.driver import NotQuiet, Patience, Phone


def texts(updates):
    return [update["message"]["text"] for update in updates]


async def test_updates_come_again_until_confirmed(api, phone):
    for text in "abc":
        await phone.says(text, wait=False)
    first = await api.ok("getUpdates", limit=2)
    assert texts(first) == ["a", "b"]
    assert texts(await api.ok("getUpdates")) == ["a", "b", "c"]
    assert texts(await api.ok("getUpdates", offset=first[-1]["update_id"] + 1)) == ["c"]
    assert texts(await api.ok("getUpdates", offset=-1)) == ["c"]


async def test_long_poll_waits_for_an_update(api, phone):
    waiting = asyncio.create_task(api.ok("getUpdates", timeout=5))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await phone.says("hei", wait=False)
    assert texts(await waiting) == ["hei"]


async def test_long_poll_ends_by_itself(api):
    assert await api.ok("getUpdates", timeout=0) == []
    assert await api.ok("getUpdates", timeout=1) == []


async def test_second_poller_puts_out_the_first(api):
    first = asyncio.create_task(api("getUpdates", timeout=5))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(api("getUpdates", timeout=1))
    status, body = await first
    assert (status, body["description"]) == (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    assert (await second)[1]["result"] == []


async def test_only_wanted_kinds_are_kept(api, phone, chat_id):
    await api.ok("getUpdates", allowed_updates=["message"])
    await phone.blocks(wait=False)
    await phone.unblocks(wait=False)
    await phone.says("hei", wait=False)
    assert texts(await api.ok("getUpdates")) == ["hei"]
    await api.ok("getUpdates", offset=1000, allowed_updates=[])  # all kinds again
    await phone.blocks(wait=False)
    [update] = await api.ok("getUpdates")
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"


@asynccontextmanager
async def hook_server(statuses=(), answer=None):
    """A webhook that answers with the given statuses first, and then with 200."""
    got, left = [], list(statuses)

    async def handle(request):
        got.append((await request.json(), request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.json_response(answer or {}, status=left.pop(0) if left else 200)

    app = web.Application()
    app.router.add_post("/hook", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", got
    finally:
        await runner.cleanup()


async def test_webhook_gets_updates_in_order_with_the_secret(api, phone):
    async with hook_server() as (url, got):
        await api.ok("setWebhook", url=url, secret_token="salasana")
        for text in "abc":
            await phone.says(text)
        assert texts(update for update, _ in got) == ["a", "b", "c"]
        assert {secret for _, secret in got} == {"salasana"}
        info = await api.ok("getWebhookInfo")
        assert (info["url"], info["pending_update_count"]) == (url, 0)
        assert (await api("getUpdates"))[0] == 409
        await api.ok("deleteWebhook")
        assert (await api.ok("getWebhookInfo"))["url"] == ""


async def test_webhook_is_tried_again_until_it_takes_the_update(api, phone):
    async with hook_server(statuses=[500, 403]) as (url, got):
        await api.ok("setWebhook", url=url)
        await phone.says("hei")
        assert texts(update for update, _ in got) == ["hei"] * 3
        info = await api.ok("getWebhookInfo")
        assert info["last_error_message"] == "Wrong response from the webhook: 403 Forbidden"


async def test_unreachable_webhook_leaves_the_update_pending(api, simulator, bot, user):
    impatient = Phone(simulator, bot, user, Patience(timeout=0.3))
    await api.ok("setWebhook", url="http://127.0.0.1:9/hook")
    with pytest.raises(NotQuiet, match="message 'hei' of Testi is not yet confirmed by @example_bot"):
        await impatient.says("hei")
    info = await api.ok("getWebhookInfo")
    assert (info["pending_update_count"], info["last_error_message"]) == (1, "Connection refused")
    await api.ok("deleteWebhook", drop_pending_updates=True)
    await impatient.quiet()


async def test_webhook_can_answer_with_a_call(api, phone, user):
    answer = {"method": "sendMessage", "chat_id": user.id, "text": "Hei sinulle"}
    async with hook_server(answer=answer) as (url, _):
        await api.ok("setWebhook", url=url)
        await phone.says("hei")
        assert phone.sees == "Hei sinulle"


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"url": "http://esimerkki.fi/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://a.fi", "secret_token": "ä"}, "secret token contains unallowed characters"),
        ({"url": "https://a.fi", "max_connections": 101}, "max_connections must be between 1 and 100"),
    ],
)
async def test_webhooks_that_are_refused(api, params, complaint):
    assert await api.refused("setWebhook", **params) == f"Bad Request: {complaint}"


async def test_simulator_can_be_down_for_a_while(api, simulator, phone):
    await phone.says("ennen", wait=False)
    port = int(simulator.url.rpartition(":")[2])
    await simulator.stop()
    with pytest.raises(aiohttp.ClientError):
        await api("getMe")
    await phone.says("katkon aikana", wait=False)
    await simulator.start(port=port)
    assert texts(await api.ok("getUpdates")) == ["ennen", "katkon aikana"]
