"""Telegram's reading of `parse_mode=HTML`: the tags it knows, and its words for what it cannot read."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from bot.simulator import links
from bot.simulator.markup import Entity, utf16

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_REFERENCE = re.compile(r"&(?:(?:lt|gt|amp|quot)(?![a-zA-Z])|#x[0-9a-fA-F]{1,6}|#[0-9]{1,7});?")
_RUN = re.compile(r"[^<&]+")
_NAME = re.compile(r"</?([^\s>]*)")
_SPACE = re.compile(r"\s*")
_ATTRIBUTE = re.compile(r"[^\s=>]*")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")


@dataclass
class _Tag:
    name: str
    attributes: dict[str, str]
    offset: int
    at: int  # how many pieces of text came before it


class _Html:
    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0
        self.pieces: list[str] = []
        self.offset = 0
        self.open: list[_Tag] = []
        self.entities: list[Entity] = []

    def parse(self) -> None:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self.end_tag()
            elif self.source[self.at] == "<":
                self.start_tag()
            else:
                match = _REFERENCE.match(self.source, self.at) or _RUN.match(self.source, self.at)
                piece = match.group() if match else "&"
                self.at += len(piece)
                self.put(_unescaped(piece))
        if self.open:
            raise ValueError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')

    def put(self, text: str) -> None:
        self.pieces.append(text)
        self.offset += utf16(text)

    def eat(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.at)
        if not match:
            return ""
        self.at = match.end()
        return match.group(match.lastindex or 0)

    def next(self) -> str:
        return self.source[self.at : self.at + 1]

    def bytes_before(self, at: int) -> int:
        return len(self.source[:at].encode())

    def start_tag(self) -> None:
        begin, byte = self.at, self.bytes_before(self.at)
        name = self.eat(_NAME).lower()
        if not self.next():
            raise ValueError(f"Unclosed start tag at byte offset {byte}")
        if name not in KINDS:
            raise ValueError(f'Unsupported start tag "{name}" at byte offset {byte}')
        attributes = self.attributes(name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise ValueError(f'Tag "span" must have class "tg-spoiler" at byte offset {byte}')
        self.open.append(_Tag(name, attributes, self.offset, len(self.pieces)))

    def attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        self.eat(_SPACE)
        while self.next() != ">":
            key = self.eat(_ATTRIBUTE)
            if not key:
                where = f'in the tag "{tag}" at byte offset {self.bytes_before(begin)}'
                raise ValueError(f"Empty attribute name {where}")
            self.eat(_SPACE)
            found[key] = self.attribute_value(begin) if self.next() == "=" else ""
            self.eat(_SPACE)
            if not self.next():
                raise ValueError(f"Unclosed start tag at byte offset {self.bytes_before(begin)}")
        self.at += 1
        return found

    def attribute_value(self, begin: int) -> str:
        self.at += 1
        self.eat(_SPACE)
        quote = self.next()
        if quote in {'"', "'"}:
            end = self.source.find(quote, self.at + 1)
            if end < 0:
                raise ValueError(f"Unclosed start tag at byte offset {self.bytes_before(begin)}")
            value = self.source[self.at + 1 : end]
            self.at = end + 1
            return _REFERENCE.sub(lambda match: _unescaped(match.group()), value)
        token_begin = self.at
        value = self.eat(_TOKEN).lower()
        if self.next() and not self.next().isspace() and self.next() != ">":
            raise ValueError(f"Unexpected end of name token at byte offset {self.bytes_before(token_begin)}")
        return value

    def end_tag(self) -> None:
        byte = self.bytes_before(self.at)
        if not self.open:
            raise ValueError(f"Unexpected end tag at byte offset {byte}")
        name = self.eat(_NAME).lower()
        self.eat(_SPACE)
        if self.next() != ">":
            raise ValueError(f"Unclosed end tag at byte offset {byte}")
        self.at += 1
        tag = self.open.pop()
        if name and name != tag.name:
            expected = f'expected "</{tag.name}>", found "</{name}>"'
            raise ValueError(f"Unmatched end tag at byte offset {byte}, {expected}")
        if self.offset > tag.offset:
            self.add(tag)

    def add(self, tag: _Tag) -> None:
        entity: dict[str, Any] = {
            "type": KINDS[tag.name],
            "offset": tag.offset,
            "length": self.offset - tag.offset,
        }
        match tag.name:
            case "a":
                try:
                    entity["url"] = links.checked(
                        tag.attributes.get("href") or "".join(self.pieces[tag.at :])
                    )
                except ValueError:
                    return  # Telegram shows the words and silently drops the link
            case "tg-emoji":
                entity["custom_emoji_id"] = tag.attributes.get("emoji-id", "")
                if not entity["custom_emoji_id"].isdigit():
                    raise ValueError("Invalid custom emoji identifier specified")
            case "blockquote" if "expandable" in tag.attributes:
                entity["type"] = "expandable_blockquote"
            case "code" if tag.attributes.get("class", "").startswith("language-"):
                entity["language"] = tag.attributes["class"].removeprefix("language-")
            case "pre":
                self.swallow_code(entity)
        self.entities.append(entity)

    def swallow_code(self, pre: Entity) -> None:
        """`<pre><code class="language-x">` is one block of code in language x."""
        inside = [e for e in self.entities if e["type"] == "code" and e["offset"] >= pre["offset"]]
        self.entities = [e for e in self.entities if e not in inside]
        for code in inside:
            if code["length"] == pre["length"] and "language" in code:
                pre["language"] = code["language"]


def _unescaped(piece: str) -> str:
    return html.unescape(piece) if _REFERENCE.fullmatch(piece) else piece


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Plain text and entities. Raises ValueError in Telegram's words."""
    reader = _Html(source)
    reader.parse()
    for entity in reader.entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return "".join(reader.pieces), sorted(reader.entities, key=lambda e: (e["offset"], -e["length"]))


_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_DROPPED = re.compile(r"[\r\u2028-\u202e]")


def cleaned(text: str) -> str:
    """Without carriage returns and marks of direction; other control characters become spaces."""
    return _CONTROL.sub(" ", _DROPPED.sub("", text))


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without blank ends, as Telegram keeps a text. Entities that cover only blanks go, too."""
    units = text.encode("utf-16-le")
    kept = []
    for entity in entities:
        start, end = entity["offset"], min(entity["offset"] + entity["length"], utf16(text.rstrip(" \n")))
        while start < end and units[start * 2 : start * 2 + 2] in {b" \0", b"\n\0"}:
            start += 1
        if start < end:
            kept.append({**entity, "offset": start, "length": end - start})
    text = text.rstrip(" \n")
    blanks = len(text) - len(text.lstrip(" \n"))
    lead = min([blanks, *(entity["offset"] for entity in kept)])
    return text[lead:], [{**entity, "offset": entity["offset"] - lead} for entity in kept]
