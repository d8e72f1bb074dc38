"""Texts in the shape of PTV v11: lists of items that say their language and which text each of them is."""

from __future__ import annotations

from typing import Any

from catalog.registers.texts import LANGUAGES, Words, objects, plain, string


def texts(value: Any) -> Words:
    """A list of texts with their languages as one text."""
    found: Words = {}
    for item in value if isinstance(value, list) else ():
        if (
            isinstance(item, dict)
            and (language := item.get("language")) in LANGUAGES
            and language not in found
        ):
            text = item.get("value")
            if isinstance(text, str) and (text := plain(text)):
                found[language] = text
    return found


def typed(value: Any) -> dict[str, Words]:
    """A list of texts that say which text each of them is; with their markup still in them."""
    found: dict[str, Words] = {}
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict) and (language := item.get("language")) in LANGUAGES:
            text, kind = item.get("value"), item.get("type")
            if isinstance(text, str) and isinstance(kind, str) and text and not text.isspace():
                found.setdefault(kind, {}).setdefault(language, text)
    return found


def clean(words: Words) -> Words:
    """The texts without markup."""
    return {language: text for language, raw in words.items() if (text := plain(raw))}


def shown_name(entry: dict[str, Any], field: str) -> Words:
    """The name that the entry itself wants to be shown in each language."""
    names = typed(entry.get(field))
    name, alternative = clean(names.get("Name", {})), clean(names.get("AlternativeName", {}))
    shown = {string(one.get("language")): one.get("type") for one in objects(entry.get("displayNameType"))}
    chosen = {one: text for one, text in alternative.items() if shown.get(one) == "AlternativeName"}
    return {**alternative, **name, **chosen}
