"""Formatted text as Telegram keeps it: plain text plus entities whose offsets count UTF-16 units."""

from __future__ import annotations

import html
import re
from typing import Any

Entity = dict[str, Any]

# What Telegram finds by itself in any text, in the order in which it gives way.
DETECTED = (
    (
        "url",
        re.compile(
            r"https?://[^\s<>\"']*[^\s<>\"'.,!?:;)\]]|\bwww\.[\w.-]+\.\w{2,}(?:/[^\s<>\"']*[^\s<>\"'.,!?:;)\]])?"
        ),
    ),
    ("email", re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,}\b")),
    ("bot_command", re.compile(r"(?<![\w/@<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}\b")),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d(?:[\s-]?\d){8,13}\b")),
)


def utf16(text: str) -> int:
    """Length in UTF-16 units, which is how Telegram counts offsets."""
    return len(text.encode("utf-16-le")) // 2


def detect(text: str, entities: list[Entity] | None = None) -> list[Entity]:
    """The given entities, and beside them the commands, links and addresses that Telegram finds itself."""
    found = list(entities or [])
    taken = [(e["offset"], e["offset"] + e["length"]) for e in found if e["type"] in _CLOSED]
    for kind, pattern in DETECTED:
        for match in pattern.finditer(text):
            start = utf16(text[: match.start()])
            end = start + utf16(match.group())
            if all(end <= a or start >= b for a, b in taken):
                taken.append((start, end))
                found.append({"type": kind, "offset": start, "length": end - start})
    return sorted(found, key=lambda e: (e["offset"], -e["length"]))


_CLOSED = {kind for kind, _ in DETECTED} | {"code", "pre", "text_link", "text_mention"}

_TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ('<span class="tg-spoiler">', "</span>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote expandable>", "</blockquote>"),
}


def to_html(text: str, entities: list[Entity]) -> str:
    """Safe HTML of a formatted text; line breaks stay line breaks."""
    units = text.encode("utf-16-le")
    opens: dict[int, list[str]] = {}
    closes: dict[int, list[str]] = {}
    for entity in sorted(entities, key=lambda e: (e["offset"], -e["length"])):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        tags = _tags(entity, units[start * 2 : end * 2].decode("utf-16-le"))
        if tags:
            opens.setdefault(start, []).append(tags[0])
            closes.setdefault(end, []).insert(0, tags[1])
    parts, last = [], 0
    for at in sorted({*opens, *closes, len(units) // 2}):
        parts.append(html.escape(units[last * 2 : at * 2].decode("utf-16-le"), quote=False))
        parts += [*closes.get(at, []), *opens.get(at, [])]
        last = at
    return "".join(parts)


def _tags(entity: Entity, text: str) -> tuple[str, str] | None:
    kind = entity["type"]
    href = {
        "text_link": entity.get("url", ""),
        "url": text if "://" in text else f"https://{text}",
        "email": f"mailto:{text}",
        "phone_number": "tel:" + re.sub(r"[^\d+]", "", text),
    }.get(kind)
    if href is not None:
        return f'<a href="{html.escape(href)}">', "</a>"
    return _TAGS.get(kind)
