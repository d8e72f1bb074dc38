"""Measures how well a recogniser hears: on sentences that it has never seen, and on phrases held out.

The sentences lie apart from the phrases, in `catalog/data/evaluation/`, and none of them may become a
phrase: a sentence that has been learnt measures nothing any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BeforeValidator, Field, ValidationError

from catalog.plain_yaml import parse
from catalog.recognising import SMALL_TALK, UNCLEAR, Recogniser, read_phrases
from catalog.schema import Strict

ALL: Final = "all"
"""Stands for every language together."""


OF_A_KIND: Final = 25
"""About so many phrases of one kind follow each other in the small talk."""


class EvaluationError(Exception):
    """The sentences cannot be read; the text says what to put right, and in which file."""


@dataclass(frozen=True)
class Sentence:
    """What a person could write."""

    language: str
    says: str
    areas: tuple[str, ...] = ()
    """The main area, then others that are right as well; none for small talk."""
    both: bool = False
    """It tells of two things: both of its areas have to be heard."""


@dataclass(frozen=True)
class Figures:
    """How many sentences there were, and how many of them were heard."""

    needs: int
    hit_1: int  # the first answer is right
    hit_3: int  # the main area is among the first three answers
    two_things: int
    both_heard: int
    small_talk: int
    false_alarms: int

    def shares(self) -> dict[str, float]:
        """What is aimed at, as parts of one."""
        return {
            "hit@1": _share(self.hit_1, self.needs),
            "hit@3": _share(self.hit_3, self.needs),
            "both heard": _share(self.both_heard, self.two_things),
            "false alarms": _share(self.false_alarms, self.small_talk),
        }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


Report = Mapping[str, Figures]
"""The figures by language, and of ALL."""


def evaluate(recogniser: Recogniser, folder: Path) -> Report:
    """How well the sentences in the folder's YAML files are heard; EvaluationError when one cannot be read."""
    return measure((recogniser, sentence) for sentence in read_sentences(folder))


def evaluate_phrases(folder: Path, parts: int = 5) -> Report:
    """How well each part of the phrases is heard by a recogniser of all the others.

    It is harder than real sentences, since most phrases bring a word of their own; it serves to compare
    settings without looking at the sentences. Single words are learnt from but not asked for.
    """
    phrases = read_phrases(folder)

    def heard() -> Iterator[tuple[Recogniser, Sentence]]:
        for part in range(parts):
            recogniser = Recogniser(
                {
                    area: [p for at, (_, p) in enumerate(said) if _part(area, at, parts) != part]
                    for area, said in phrases.items()
                }
            )
            for area, said in phrases.items():
                if area != UNCLEAR:
                    areas = () if area == SMALL_TALK else (area,)
                    for at, (language, phrase) in enumerate(said):
                        if " " in phrase and _part(area, at, parts) == part:
                            yield recogniser, Sentence(language, phrase, areas)

    return measure(heard())


def _part(area: str, at: int, parts: int) -> int:
    """The part that a phrase belongs to. Small talk of one kind lies together and is kept back together:
    what people chat about has no end, so it must be told from needs by a recogniser that knows none of its kind.
    """
    return (at // OF_A_KIND if area == SMALL_TALK else at) % parts


def measure(asked: Iterable[tuple[Recogniser, Sentence]]) -> Report:
    """The figures of the sentences, each of them told to its recogniser."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Figures.__annotations__, 0))
    for recogniser, sentence in asked:
        heard = [found.area for found in recogniser.areas(sentence.says)]
        for language in (sentence.language, ALL):
            for name in _counted(sentence, heard):
                counts[language][name] += 1
    return {language: Figures(**count) for language, count in counts.items()}


def _counted(sentence: Sentence, heard: list[str]) -> Iterator[str]:
    """The names of the figures that the sentence adds to."""
    if not sentence.areas:
        yield "small_talk"
        if heard:
            yield "false_alarms"
    elif sentence.both:
        yield "two_things"
        if set(sentence.areas) <= set(heard):
            yield "both_heard"
    else:
        yield "needs"
        if heard[:1] and heard[0] in sentence.areas:
            yield "hit_1"
        if sentence.areas[0] in heard:
            yield "hit_3"


def _spelt_out(value: Any) -> Any:
    return {"says": value} if isinstance(value, str) else value


class _Said(Strict):
    says: str = Field(min_length=1)
    also: tuple[str, ...] = ()


class _Two(Strict):
    says: str = Field(min_length=1)
    areas: tuple[str, str]


class _File(Strict):
    language: str
    areas: dict[str, tuple[Annotated[_Said, BeforeValidator(_spelt_out)], ...]] = {}
    two: tuple[_Two, ...] = ()
    none: tuple[str, ...] = ()

    def sentences(self) -> Iterator[Sentence]:
        for area, said in self.areas.items():
            yield from (Sentence(self.language, one.says, (area, *one.also)) for one in said)
        yield from (Sentence(self.language, one.says, one.areas, both=True) for one in self.two)
        yield from (Sentence(self.language, says) for says in self.none)


def read_sentences(folder: Path) -> list[Sentence]:
    """The sentences of every YAML file in the folder."""
    sentences: list[Sentence] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            sentences += _File.model_validate(parse(path.read_text(encoding="utf-8"))).sentences()
        except (yaml.YAMLError, ValidationError, ValueError) as error:
            raise EvaluationError(f"{path.name} cannot be read: {error}") from error
    if not sentences:
        raise EvaluationError(f"There are no sentences in {folder}.")
    return sentences
