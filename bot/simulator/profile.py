"""Bot API methods about the bot itself, its commands and names, and about chats and files."""

from __future__ import annotations

import re
from typing import Any

from bot.simulator.call import Call, method
from bot.simulator.chats import Event, Json
from bot.simulator.errors import bad

DOWNLOAD_LIMIT = 20 * 1024 * 1024


@method
def get_me(call: Call) -> Json:
    abilities = (
        "can_join_groups",
        "can_read_all_group_messages",
        "supports_inline_queries",
        "can_connect_to_business",
        "has_main_web_app",
    )
    return {**call.bot.shape(), **dict.fromkeys(abilities, False)}


@method
def log_out(call: Call) -> bool:
    return True


@method
def close(call: Call) -> bool:
    return True


def _where(call: Call, scope: Json | None, language_code: str | None) -> tuple[str, str]:
    """The key under which commands are kept; the menu reads them in `World.commands_for`."""
    scope = scope or {"type": "default"}
    if "chat_id" in scope and not call.known_chat(scope["chat_id"]):
        raise bad("chat not found")
    if language_code and not re.fullmatch("[a-z]{2}", language_code):
        raise bad("invalid language code specified")
    return f"{scope['type']} {scope.get('chat_id', '')}".strip(), language_code or ""


@method
def set_my_commands(
    call: Call, commands: list[Json], scope: Json | None = None, language_code: str | None = None
) -> bool:
    where = _where(call, scope, language_code)
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch("/?[a-z0-9_]{1,32}", command["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[where] = [{**c, "command": c["command"].removeprefix("/")} for c in commands]
    call.world.tell(Event("commands", bot=call.bot))
    return True


@method
def get_my_commands(call: Call, scope: Json | None = None, language_code: str | None = None) -> list[Json]:
    return call.bot.commands.get(_where(call, scope, language_code), [])


@method
def delete_my_commands(call: Call, scope: Json | None = None, language_code: str | None = None) -> bool:
    call.bot.commands.pop(_where(call, scope, language_code), None)
    call.world.tell(Event("commands", bot=call.bot))
    return True


def _set_text(call: Call, kind: str, text: str | None, language_code: str | None, limit: int) -> bool:
    if len(text or "") > limit:
        raise bad(f"bot {kind.replace('_', ' ')} is too long")
    if language_code and not re.fullmatch("[a-z]{2}", language_code):
        raise bad("invalid language code specified")
    call.bot.texts[kind, language_code or ""] = text or ""
    call.world.tell(Event("profile", bot=call.bot))
    return True


@method
def set_my_name(call: Call, name: str | None = None, language_code: str | None = None) -> bool:
    return _set_text(call, "name", name, language_code, limit=64)


@method
def get_my_name(call: Call, language_code: str | None = None) -> Json:
    return {"name": call.bot.text("name", language_code)}


@method
def set_my_description(call: Call, description: str | None = None, language_code: str | None = None) -> bool:
    return _set_text(call, "description", description, language_code, limit=512)


@method
def get_my_description(call: Call, language_code: str | None = None) -> Json:
    return {"description": call.bot.text("description", language_code)}


@method
def set_my_short_description(
    call: Call, short_description: str | None = None, language_code: str | None = None
) -> bool:
    return _set_text(call, "short_description", short_description, language_code, limit=120)


@method
def get_my_short_description(call: Call, language_code: str | None = None) -> Json:
    return {"short_description": call.bot.text("short_description", language_code)}


@method
def set_chat_menu_button(call: Call, chat_id: Any = None, menu_button: Json | None = None) -> bool:
    if chat_id:
        call.chat(chat_id)
    call.bot.menu_buttons[str(chat_id or "")] = menu_button or {"type": "default"}
    call.world.tell(Event("profile", bot=call.bot))
    return True


@method
def get_chat_menu_button(call: Call, chat_id: Any = None) -> Json:
    usual = {"type": "default" if chat_id else "commands"}
    return call.bot.menu_buttons.get(str(chat_id or ""), usual)


@method
def get_chat(call: Call, chat_id: Any) -> Json:
    chat = call.known_chat(chat_id)
    if not chat:
        raise bad("chat not found")
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return {
        **chat.user.chat_shape(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


@method
def get_file(call: Call, file_id: str) -> Json:
    file = call.world.files.get(file_id)
    if not file or file.bot is not call.bot:
        raise bad("invalid file_id")
    if len(file.content) > DOWNLOAD_LIMIT:
        raise bad("file is too big")
    return {**file.shape(), "file_path": file.path}
