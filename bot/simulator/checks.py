"""What Telegram refuses in texts, keyboards and pictures, in its own words."""

from __future__ import annotations

import struct
from typing import Any

from bot.simulator import links, markup, parsing
from bot.simulator.errors import bad

Json = dict[str, Any]
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ACTIONS = {
    "url",
    "callback_data",
    "copy_text",
    "web_app",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "login_url",
    "callback_game",
    "pay",
}
PHOTO_LIMIT = 10 * 1024 * 1024
FILE_LIMIT = 50 * 1024 * 1024


def formatted(text: str, parse_mode: str | None, entities: list[Json] | None) -> tuple[str, list[Json]]:
    """The text as it will be kept: tags read, blank ends cut, links and commands found."""
    text = parsing.cleaned(text)
    given = _checked_entities(text, entities or [])
    if parse_mode and parse_mode.lower() == "html":
        try:
            text, given = parsing.parse_html(text)
        except ValueError as error:
            raise bad(f"can't parse entities: {error}") from None
    elif parse_mode and parse_mode.lower() in {"markdown", "markdownv2"}:
        raise bad(f"the simulator does not read parse_mode {parse_mode}, only HTML")
    elif parse_mode:
        raise bad("unsupported parse_mode")
    text, given = parsing.trimmed(text, given)
    return text, markup.detect(text, given)


def _checked_entities(text: str, entities: list[Json]) -> list[Json]:
    end_of_text = markup.utf16(text)
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if start < 0:
            raise bad(f"receive an entity with incorrect offset {start}")
        if start >= end_of_text:
            raise bad(f"entity begins after the end of the text at UTF-16 offset {start}")
        if end > end_of_text:
            where = f"ends after the end of the text at UTF-16 offset {end}"
            raise bad(f"entity beginning at UTF-16 offset {start} {where}")
        if entity["type"] == "text_link":
            entity["url"] = _link(entity.get("url", ""), "entity URL")
    return sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def text_content(text: str, parse_mode: str | None, entities: list[Json] | None) -> Json:
    if not text:
        raise bad("message text is empty")
    plain, found = formatted(text, parse_mode, entities)
    if not plain:
        raise bad("text must be non-empty")
    if markup.utf16(plain) > TEXT_LIMIT:
        raise bad("message is too long")
    return {"text": plain, "entities": found} if found else {"text": plain}


def caption_content(caption: str | None, parse_mode: str | None, entities: list[Json] | None) -> Json:
    plain, found = formatted(caption or "", parse_mode, entities)
    if markup.utf16(plain) > CAPTION_LIMIT:
        raise bad("message caption is too long")
    content: Json = {"caption": plain} if plain else {}
    return {**content, "caption_entities": found} if found else content


def _link(url: str, what: str, https_only: bool = False) -> str:
    try:
        return links.checked(url, https_only)
    except ValueError as error:
        raise bad(f"{what} '{url}' is invalid: {error}") from None


def inline_keyboard(given: Json | None) -> Json | None:
    """The inline keyboard as it will be kept, or None when there is no button in it."""
    if not given:
        return None
    if "inline_keyboard" not in given:
        raise bad("inline keyboard expected")
    rows = [[_inline_button(button) for button in row] for row in given["inline_keyboard"] if row]
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def _inline_button(button: Json) -> Json:
    cannot = "can't parse inline keyboard button: "
    if not button["text"].strip():
        raise bad(cannot + 'Field "text" must be non-empty')
    actions = [key for key in button if key in ACTIONS]
    if not actions or button.get("callback_data") == "":
        raise bad(cannot + "Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad(cannot + "exactly one of the optional fields must be used, not " + ", ".join(actions))
    match actions[0]:
        case "callback_data" if len(button["callback_data"].encode()) > 64:
            raise bad("BUTTON_DATA_INVALID")
        case "url":
            return {**button, "url": _link(button["url"], "inline keyboard button URL")}
        case "web_app":
            _link(button["web_app"]["url"], "inline keyboard button Web App URL", https_only=True)
        case "copy_text" if not 1 <= len(button["copy_text"]["text"]) <= 256:
            raise bad("BUTTON_COPY_TEXT_INVALID")
        case "login_url" | "callback_game" | "pay":
            raise bad("BUTTON_TYPE_INVALID")
    return button


def reply_keyboard(given: Json) -> Json:
    """A keyboard under the text field, or its removal, or a forced reply."""
    if "keyboard" not in given:
        return given
    rows = [row for row in given["keyboard"] if row]
    if not rows:
        raise bad("reply keyboard must be non-empty")
    if sum(map(len, rows)) > 300 or any(len(row) > 12 for row in rows):
        raise bad("reply markup is too long")
    for button in (button for row in rows for button in row):
        if not str(button.get("text", "")).strip():
            raise bad('can\'t parse keyboard button: Field "text" must be non-empty')
    return {**given, "keyboard": rows}


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG or JPEG picture that Telegram would take as a photo."""
    if len(content) > PHOTO_LIMIT:
        limit = f"the maximum size is {PHOTO_LIMIT} bytes"
        raise bad(f"file of size {len(content)} bytes is too big for a photo; {limit}")
    size = _png_size(content) or _jpeg_size(content)
    if not size:
        raise bad("IMAGE_PROCESS_FAILED")
    width, height = size
    if not width or not height or width + height > 10_000 or max(size) > 20 * min(size):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return width, height


def _png_size(content: bytes) -> tuple[int, int] | None:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walk the segments up to the frame header (SOF), which holds the size."""
    at = 2
    while content[:2] == b"\xff\xd8" and at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
