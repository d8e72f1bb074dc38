"""Texts of registers as plain words: without markup, short enough for a phone, by language."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

LANGUAGES = ("fi", "sv", "en")
"""The languages of a register's texts that a catalogue has; plain Finnish (fi@selko) no register has."""

Words = dict[str, str]
"""One text by language; empty when there is none."""

SUMMARY = 300
INSTRUCTIONS = 400

_MARKS = re.compile(r"[<&*_#`\[\]\r\n\t\u00a0]|  |^[-+•]")
_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|div|em|font|h[1-6]|hr|i|img|li|ol|p|span|strong|sub|sup|table|tbody|td|th"
    r"|thead|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s\"[^\"]*\")?\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<!\w)([*_`])(?=\S)([^*_`\n]+?)(?<=\S)\1(?!\w)")
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*[-*+•·][ \t]+", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)")


def plain(text: str) -> str:
    """The words of a text on one line; what only looks like markup (`alle <18 v`, `A & B`) stays."""
    if not text or not _MARKS.search(text):
        return text.strip()
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if "[" in text:
        text = _LINK.sub(r"\1", text)
    text = _HEADING.sub("", _BULLET.sub("– ", text))
    text = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text))
    return " ".join(text.split())


def short(text: str, length: int) -> str:
    """The text, or as many of its sentences as fit; in the worst case as many of its words."""
    if len(text) <= length:
        return text
    ends = [end.end() for end in _SENTENCE_END.finditer(text, 0, length)]
    if ends and ends[-1] >= length // 3:
        return text[: ends[-1]]
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


def shortened(words: Words, length: int) -> Words:
    return {language: short(text, length) for language, text in words.items()}


def first_of(*choices: Words) -> Words:
    """In each language the first of the texts that has it."""
    found: Words = {}
    for words in reversed(choices):
        found.update(words)
    return found


def joined(parts: Iterable[Words], separator: str = ", ") -> Words:
    """Each language's parts after one another, without repeating any."""
    found: dict[str, dict[str, None]] = {}
    for words in parts:
        for language, text in words.items():
            found.setdefault(language, {})[text] = None
    return {language: separator.join(texts) for language, texts in found.items()}


def by_language(words: Mapping[str, Any]) -> Words:
    """`{"fi": …, "sv": …}` as plain words; an empty text is no text."""
    return {
        language: text
        for language in LANGUAGES
        if isinstance(value := words.get(language), str) and (text := plain(value))
    }


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of what should be a list of objects; null, a missing list and wrong items give none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings(value: Any) -> list[str]:
    """The same for what should be a list of words."""
    return [item for item in value if isinstance(item, str) and item] if isinstance(value, list) else []


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def string(value: Any) -> str:
    """A text that may be missing or of a wrong type."""
    return value.strip() if isinstance(value, str) else ""


def printable(text: str) -> str:
    """On one line, without halves of characters, and without signs that would steer a terminal."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else " " if one.isspace() else "?" for one in text)
