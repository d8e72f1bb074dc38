"""The phrases that mean danger, as data: what `catalog/data/safety/*.yaml` may hold, and reading it.

The files are written by people who know how people talk, so their form is as close to talk as it can be.
What the patterns mean is told in `catalog/data/safety/README.md`; `bot.core.safety` does the looking.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

Kind = Literal["suicide", "self_harm", "violence", "child", "poisoning", "medical", "distress"]

WORD = r"[^\W\d_]+\*?"
PATTERN = re.compile(
    r"(\^ )?A( (~\d )?A)*( (~\d )?(A\|)?\$)?".replace("A", rf"(<[a-z_]+>|#|{WORD})(\|(<[a-z_]+>|#|{WORD}))*")
)
"""Alternatives parted by `|`, gaps (`~2`) and the edges of a clause (`^`, `$`, at the end also `word|$`)."""


def _words(value: Any) -> Any:
    return tuple(value.split()) if isinstance(value, str) else value


def _lines(value: Any) -> Any:
    return (
        tuple(line.strip() for line in value.splitlines() if line.strip())
        if isinstance(value, str)
        else value
    )


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Patterns = Annotated[tuple[str, ...], BeforeValidator(_lines)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SafetyRule(Strict):
    """What is heard, and what it means."""

    level: Literal[1, 2, 3]
    kind: Kind
    says: Patterns = ()  # in this order
    near: Patterns = ()  # in any order, within `within` words
    within: int = 5
    unless: Words = ()  # classes that, close by, make it mean something else
    now: bool = False  # with a word of the class `now` close by, the level is 3

    @model_validator(mode="after")
    def says_something(self) -> SafetyRule:
        if not (self.says or self.near):
            raise ValueError("a rule needs patterns in `says` or `near`")
        if ordered := [line for line in self.near if set("~^$") & set(line)]:
            raise ValueError(f"`near` knows no order, gaps or edges: {ordered[0]!r}")
        return self


class SafetyLanguage(Strict):
    """One language: its words, its sayings that only sound dangerous, and its rules."""

    language: str
    fillers: Words = ()  # skipped as if they had not been said
    joins: Words = ()  # "mutta": another clause begins, about something else
    ties: Words = ()  # "jossa": a clause that begins so belongs to the one before it
    misspelt: Words = ()  # classes whose words are known also with a slip in them
    ordinary: Words = ()  # words that are never such a slip
    negation_after: bool = False  # "skär mig inte": the negation may follow
    classes: dict[str, Words] = {}
    phrases: dict[str, Patterns] = {}  # several words that act as one word of the class
    sayings: Patterns = ()
    rules: tuple[SafetyRule, ...] = ()

    @model_validator(mode="after")
    def patterns_can_be_read(self) -> SafetyLanguage:
        """A typing error in a pattern would silently never match: refuse it."""
        for pattern in self.patterns():
            if not PATTERN.fullmatch(" ".join(pattern.split())):
                raise ValueError(f"cannot read the pattern {pattern!r}")
        for word in (word for words in self.classes.values() for word in words):
            if not re.fullmatch(rf"!?{WORD}", word):
                raise ValueError(f"not a word: {word!r}")
        return self

    def patterns(self) -> list[str]:
        lines = [*self.sayings, *(line for phrase in self.phrases.values() for line in phrase)]
        return [*lines, *(line for rule in self.rules for line in (*rule.says, *rule.near))]

    def known_classes(self) -> set[str]:
        """Those of the file, and numbers, which need no words."""
        return {*self.classes, *self.phrases, "year"}

    def used_classes(self) -> set[str]:
        """Every class that a pattern or a guard speaks of."""
        named = {name for pattern in self.patterns() for name in re.findall(r"<([a-z_]+)>", pattern)}
        return named.union(self.misspelt, *(rule.unless for rule in self.rules))


class SafetyData(Strict):
    languages: tuple[SafetyLanguage, ...]

    @model_validator(mode="after")
    def classes_exist(self) -> SafetyData:
        for language in self.languages:
            if missing := language.used_classes() - language.known_classes():
                raise ValueError(f"{language.language}: no such class: {', '.join(sorted(missing))}")
        return self


def _merged(language: str, parts: list[SafetyLanguage]) -> SafetyLanguage:
    """Several files may speak the same language: one for its words, others for its rules."""
    classes: dict[str, Words] = {}
    phrases: dict[str, Patterns] = {}
    for part in parts:
        for name, words in part.classes.items():
            classes[name] = (*classes.get(name, ()), *words)
        for name, lines in part.phrases.items():
            phrases[name] = (*phrases.get(name, ()), *lines)
    return SafetyLanguage(
        language=language,
        fillers=tuple(word for part in parts for word in part.fillers),
        joins=tuple(word for part in parts for word in part.joins),
        ties=tuple(word for part in parts for word in part.ties),
        misspelt=tuple(name for part in parts for name in part.misspelt),
        ordinary=tuple(word for part in parts for word in part.ordinary),
        negation_after=any(part.negation_after for part in parts),
        classes=classes,
        phrases=phrases,
        sayings=tuple(line for part in parts for line in part.sayings),
        rules=tuple(rule for part in parts for rule in part.rules),
    )


def load_safety_data(folder: Path) -> SafetyData:
    """Read every YAML file of `folder`; raises ValueError when one of them does not hold."""
    parts: dict[str, list[SafetyLanguage]] = {}
    for path in sorted(folder.glob("*.yaml")):
        part = SafetyLanguage.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        parts.setdefault(part.language, []).append(part)
    if not parts:
        raise ValueError(f"no safety phrases in {folder}")
    return SafetyData(languages=tuple(_merged(language, found) for language, found in parts.items()))
