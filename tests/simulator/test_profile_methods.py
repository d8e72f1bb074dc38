"""What a bot says of itself, and questions about chats and methods."""

import pytest

START = [{"command": "start", "description": "Aloita"}]


async def test_bot_knows_itself(api, bot):
    me = await api.ok("getMe")
    assert (me["id"], me["is_bot"], me["username"], me["first_name"]) == (1, True, "example_bot", "Esimerkki")


async def test_wrong_token_and_unknown_methods(api):
    assert await api.refused("sendTelepathy") == "Not Found: method not found"
    assert await api.refused("sendPoll", chat_id=1) == "Not Found: method not found"
    api.token = "2:wrong"
    assert await api.refused("getMe") == "Unauthorized"


async def test_get_and_form_requests_and_any_case(api, chat_id):
    async with api.session.get(
        api.url("SENDMESSAGE"), params={"chat_id": chat_id, "text": "GET"}
    ) as response:
        assert (await response.json())["result"]["text"] == "GET"
    form = {"chat_id": str(chat_id), "text": "POST", "reply_markup": '{"remove_keyboard": true}'}
    async with api.session.post(api.url("sendmessage"), data=form) as response:
        assert (await response.json())["result"]["text"] == "POST"
    broken = {"data": "{", "headers": {"Content-Type": "application/json"}}
    async with api.session.post(api.url("sendMessage"), **broken) as response:
        assert (await response.json())["description"] == "Bad Request: can't parse the request"


async def test_commands_by_language_and_chat(api, phone, chat_id):
    sv = [{"command": "start", "description": "Börja"}]
    mine = [{"command": "luvat", "description": "Omat luvat"}]
    await api.ok("setMyCommands", commands=START)
    await api.ok("setMyCommands", commands=sv, language_code="sv")
    assert phone.commands == {"start": "Aloita"}
    phone.speaks("sv")
    assert phone.commands == {"start": "Börja"}
    scope = {"type": "chat", "chat_id": chat_id}
    await api.ok("setMyCommands", commands=mine, scope=scope)
    assert phone.commands == {"luvat": "Omat luvat"}
    assert await api.ok("getMyCommands", scope=scope) == mine
    await api.ok("deleteMyCommands", scope=scope)
    await api.ok("setMyCommands", commands=START, scope={"type": "all_private_chats"})
    assert phone.commands == {"start": "Aloita"}


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"commands": [{"command": "Äiti", "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "x" * 33, "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": START * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": START, "language_code": "fi@selko"}, "invalid language code specified"),
        ({"commands": START, "scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
        ({}, "parameter commands is required"),
    ],
)
async def test_commands_that_are_refused(api, params, complaint):
    assert await api.refused("setMyCommands", **params) == f"Bad Request: {complaint}"


async def test_names_and_descriptions(api):
    assert await api.ok("getMyName") == {"name": "Esimerkki"}
    for kind, limit in {"Name": 64, "Description": 512, "ShortDescription": 120}.items():
        field = {"Name": "name", "Description": "description", "ShortDescription": "short_description"}[kind]
        await api.ok(f"setMy{kind}", **{field: "x" * limit})
        await api.ok(f"setMy{kind}", **{field: "Hej", "language_code": "sv"})
        assert await api.ok(f"getMy{kind}", language_code="sv") == {field: "Hej"}
        assert await api.ok(f"getMy{kind}", language_code="en") == {field: "x" * limit}
        assert "is too long" in await api.refused(f"setMy{kind}", **{field: "x" * (limit + 1)})
        assert "language code" in await api.refused(f"setMy{kind}", language_code="suomi")


async def test_menu_button(api, chat_id):
    assert await api.ok("getChatMenuButton") == {"type": "commands"}
    await api.ok("setChatMenuButton", menu_button={"type": "default"})
    assert await api.ok("getChatMenuButton") == {"type": "default"}
    await api.ok("setChatMenuButton", chat_id=chat_id, menu_button={"type": "commands"})
    assert await api.ok("getChatMenuButton", chat_id=chat_id) == {"type": "commands"}


async def test_chat_and_farewells(api, user, chat_id):
    chat = await api.ok("getChat", chat_id=chat_id)
    assert (chat["id"], chat["type"], chat["first_name"]) == (user.id, "private", "Testi")
    assert await api.refused("getChat", chat_id=5) == "Bad Request: chat not found"
    assert await api.ok("logOut")
    assert await api.ok("close")
