"""How HSDS says what it has no field of its own for: attributes, the standard's way to add facts to any object.

HSDS knows one language and none of our areas of life. So each text stands in its HSDS field in one language and,
when it has others or another, in all its languages in attributes `translation`, labelled `field@language`. Terms of
our own (areas of life, doors, levels …) are attributes with a taxonomy term of the taxonomy `rinnalla:…`.
Whoever knows nothing of these attributes reads an ordinary HSDS file.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any

from catalog.basics import Text
from catalog.registers.texts import Words, mapping, objects, plain, short, string

MAIN = "fi"
"""The language of the plain fields of what we export, when a text has it."""

LOCALES = ("fi", "fi@selko", "sv", "en")
TAXONOMY = "rinnalla:"
TRANSLATION, LANGUAGE = "translation", "language"

_NAMESPACE = uuid.UUID("2f1c5c1e-6d0b-5d57-9f0e-3a1f6d2b7c90")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def uuid_of(*parts: object) -> str:
    """An identifier that is always the same for the same thing."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, parts))))


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


class Made:
    """An HSDS object in the making: plain fields, and attributes for the rest."""

    def __init__(self, identifier: str) -> None:
        self.id = identifier
        self.fields: dict[str, Any] = {"id": identifier}
        self._attributes: list[dict[str, Any]] = []

    def set(self, field: str, value: Any) -> None:
        """A field that has a value; None, empty lists and texts are left out."""
        if value not in (None, "", []):
            self.fields[field] = value

    def text(self, field: str, text: Text | None, *, native: bool = True) -> None:
        """A text in its field and, unless it is only in the main language, in each of its languages."""
        if text is None:
            return
        words = text.model_dump(by_alias=True, exclude_none=True)
        if native:
            self.fields[field] = text.best(MAIN)
        if not native or words.keys() != {MAIN}:
            for locale, said in words.items():
                self.tell(TRANSLATION, said, f"{field}@{locale}")

    def tell(self, kind: str, value: object, label: str = "") -> None:
        """A fact in an attribute of its own."""
        number = len(self._attributes)
        told = {
            "id": uuid_of(self.id, "attribute", number, kind, label),
            "link_type": kind,
            "value": str(value),
        }
        self._attributes.append(told | ({"label": label} if label else {}))

    def tell_all(self, kind: str, values: Iterable[object]) -> None:
        for value in values:
            self.tell(kind, value)

    def term(self, kind: str, code: str, name: str, description: str = "") -> None:
        """A term of a taxonomy of ours."""
        term = {
            "id": uuid_of("term", kind, code),
            "code": code,
            "name": name,
            "description": description or name,
            "taxonomy": TAXONOMY + kind,
        }
        number = len(self._attributes)
        identifier = uuid_of(self.id, "attribute", number, kind, code)
        self._attributes.append({"id": identifier, "link_type": kind, "taxonomy_term": term})

    def done(self) -> dict[str, Any]:
        return {**self.fields, "attributes": self._attributes} if self._attributes else self.fields


class Told:
    """An HSDS object that is read: its fields, and what its attributes say."""

    def __init__(self, entry: dict[str, Any], language: str, *, ours: bool = False) -> None:
        self.entry = entry
        self._facts: dict[str, list[tuple[str, str]]] = {}
        self.terms: list[tuple[str, str, str]] = []
        """Taxonomy, code and name of each term that is not a plain fact."""
        for attribute in objects(entry.get("attributes")):
            self._learn(attribute)
        self.ours = ours or bool(self.fact(LANGUAGE))
        """It was exported by this software, so its texts are as they should be."""
        self.language = self.fact(LANGUAGE) or language
        self._words: dict[str, Words] = {}
        for label, said in self._facts.get(TRANSLATION, ()):
            field, _, locale = label.partition("@")
            if locale in LOCALES and said:
                self._words.setdefault(field, {})[locale] = said

    def _learn(self, attribute: dict[str, Any]) -> None:
        term = mapping(attribute.get("taxonomy_term"))
        if term:
            code = string(term.get("code")) or string(term.get("term_uri"))
            self.terms.append((string(term.get("taxonomy")), code, string(term.get("name"))))
        else:
            value = attribute.get("value")
            fact = (string(attribute.get("label")), value if isinstance(value, str) else "")
            self._facts.setdefault(string(attribute.get("link_type")), []).append(fact)

    def string(self, field: str) -> str:
        return string(self.entry.get(field))

    def text(self, field: str, length: int | None = None) -> Words:
        """A text in all the languages that are told, without markup; {} when there is none.

        What is longer than `length` is shortened, unless it comes from our own export.
        """
        found = self._words.get(field)
        if found is None:
            said = self.entry.get(field)
            found = {self.language: said} if isinstance(said, str) and said else {}
        if self.ours:
            return found
        clean = {locale: text for locale, said in found.items() if (text := plain(said))}
        return clean if length is None else {locale: short(text, length) for locale, text in clean.items()}

    def fact(self, kind: str) -> str:
        """The value of a fact, "" when it is not told."""
        told = self._facts.get(kind)
        return told[0][1] if told else ""

    def label(self, kind: str) -> str:
        told = self._facts.get(kind)
        return told[0][0] if told else ""

    def facts(self, kind: str) -> list[str]:
        return [value for _, value in self._facts.get(kind, ())]

    def codes(self, kind: str) -> list[str]:
        """The codes of our own taxonomy of that name."""
        return [code for taxonomy, code, _ in self.terms if taxonomy == TAXONOMY + kind]

    def inside(self, field: str) -> list[Told]:
        """The objects of a list inside."""
        return [Told(one, self.language, ours=self.ours) for one in objects(self.entry.get(field))]
