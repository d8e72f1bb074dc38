"""What every entry of a catalogue is made of: ids, texts in several languages, sources and their dates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    StringConstraints,
    model_validator,
)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", max_length=40)]
"""Stable identifier: lower-case letters, digits, `-` and `_`; at most 40 characters, to fit a button."""

FALLBACKS = {"fi@selko": ("fi",), "sv": ("fi", "en"), "en": ("fi", "sv"), "fi": ("sv", "en")}
"""In which languages a text is looked for, in order, when it is missing in the language asked for."""


def language_of(locale: str) -> str:
    """The language a worker must speak for a client whose locale this is: plain Finnish is Finnish."""
    return locale.partition("@")[0]


class Strict(BaseModel):
    """An unknown field is an error: a misspelt key must not vanish silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(Strict):
    """One text in up to four languages; at least one of them is given."""

    fi: str | None = None
    selko: str | None = Field(None, alias="fi@selko")
    sv: str | None = None
    en: str | None = None

    @model_validator(mode="before")
    @classmethod
    def plain_string_is_finnish(cls, value: Any) -> Any:
        return {"fi": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def has_some_language(self) -> Text:
        if not any((self.fi, self.selko, self.sv, self.en)):
            raise ValueError("give the text in at least one language")
        return self

    def own(self, locale: str) -> str | None:
        """The text in exactly `locale`, or None."""
        value: str | None = getattr(self, "selko" if locale == "fi@selko" else locale, None)
        return value

    def best(self, locale: str) -> str:
        """The text in `locale`, or in the nearest language that has it (see FALLBACKS)."""
        for candidate in (locale, *FALLBACKS.get(locale, ("fi",)), "fi", "sv", "en", "fi@selko"):
            if text := self.own(candidate):
                return text
        raise AssertionError("a Text always has a language")


class Source(Strict):
    """Where the facts come from, and of which day they are."""

    name: str
    date: date
    url: HttpUrl | None = None
    licence: str | None = None


class Origin(Strict):
    """Which entry of which register an imported entry is."""

    register_name: str = Field(alias="register", description="ptv or hsds")
    id: str = Field(description="the register's own identifier")
    version: str | None = Field(None, description="of the interface or format it came in")


class Verified(Strict):
    """Who last made sure that the facts hold, and when."""

    on: date
    by: str


class Dated(Strict):
    """An entry that says where its facts come from and of which day they are."""

    source: Source
    verified: Verified | None = None

    @property
    def known_on(self) -> date:
        """The last day on which the facts are known to have held."""
        return max(self.source.date, self.verified.on) if self.verified else self.source.date


Phone = Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^[+0-9][0-9 ]{2,20}$")]
