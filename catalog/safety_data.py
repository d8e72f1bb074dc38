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

PIECE = re.compile(r"(<[a-z_]+>|#|[^\W\d_]+\*?)(\|(<[a-z_]+>|#|[^\W\d_]+\*?))*|~\d|\^|\$")
"""One piece of a pattern: alternatives parted by `|`, a gap `~2`, or an edge of the clause (`^`, `$`)."""


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
    only_with_other: bool = False  # counts only when something else already gave level 2


class SafetyLanguage(Strict):
    """One language: its words, its sayings that only sound dangerous, and its rules."""

    language: str
    fillers: Words = ()  # skipped as if they had not been said
    ordinary: Words = ()  # never a misspelling of anything
    negation_after: bool = False  # "skär mig inte": the negation may follow
    classes: dict[str, Words] = {}
    phrases: dict[str, Patterns] = {}  # several words that act as one word of the class
    sayings: Patterns = ()
    rules: tuple[SafetyRule, ...] = ()

    @model_validator(mode="after")
    def patterns_can_be_read(self) -> SafetyLanguage:
        """A typing error in a pattern would silently never match: refuse it."""
        patterns = [*self.sayings, *(line for lines in self.phrases.values() for line in lines)]
        for rule in self.rules:
            patterns += [*rule.says, *rule.near]
        for pattern in patterns:
            for piece in pattern.split():
                if not PIECE.fullmatch(piece):
                    raise ValueError(f"cannot read {piece!r} in the pattern {pattern!r}")
        return self

    def known_classes(self) -> set[str]:
        return {*self.classes, *self.phrases}

    def used_classes(self) -> set[str]:
        """Every class that a pattern or a guard speaks of."""
        patterns = [*self.sayings, *(line for lines in self.phrases.values() for line in lines)]
        guards: list[str] = []
        for rule in self.rules:
            patterns += [*rule.says, *rule.near]
            guards += rule.unless
        return {name for pattern in patterns for name in re.findall(r"<([a-z_]+)>", pattern)} | set(guards)


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
