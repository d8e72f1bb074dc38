"""The first look at what a client writes: is someone in danger?

Everything typed anywhere goes through `SafetyScreen.screen` before anything else sees it. A missed cry for help
costs more than a needless offer of help, so the rules lean towards hearing too much; sayings ("kuolen nauruun"),
negations and talk of films or of the past are data like the rules are (`catalog/data/safety/`).

Nothing is kept: no text, no word of it, no count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.core.safety_page import Page, Pattern, Span
from bot.core.safety_words import Vocabulary, Words, fold, read
from catalog.safety_data import SafetyData, SafetyLanguage, SafetyRule

ORDER = ("poisoning", "medical", "child", "suicide", "self_harm", "violence", "distress")
"""When two kinds are equally grave, the one that needs the more particular help comes first."""

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class Screening:
    """3 immediate danger, 2 suicide, self-harm or violence, 1 deep distress, 0 none of these."""

    level: int = 0
    kind: str | None = None

    def graver(self, other: Screening) -> Screening:
        if self.level != other.level:
            return self if self.level > other.level else other
        return min(self, other, key=lambda each: ORDER.index(each.kind) if each.kind else len(ORDER))


class Index(Generic[Meaning]):
    """Patterns by their rarest element, so that only those are tried which the text could hold."""

    def __init__(self, entries: Iterable[tuple[Pattern, Meaning]]) -> None:
        self.entries = list(entries)
        uses = Counter(
            name for pattern, _ in self.entries for element in pattern.elements for name in element
        )
        self._by_name: dict[str, list[int]] = {}
        for number, (pattern, _) in enumerate(self.entries):
            for name in min(pattern.elements, key=lambda element: sum(uses[name] for name in element)):
                self._by_name.setdefault(name, []).append(number)

    def possible(self, page: Page) -> Iterator[tuple[Pattern, Meaning]]:
        """In the order in which they stand in the data."""
        for number in sorted({number for name in page.places for number in self._by_name.get(name, ())}):
            yield self.entries[number]


class Ear:
    """One language's way of hearing."""

    def __init__(self, data: SafetyLanguage) -> None:
        self._after = data.negation_after
        self._sayings = Index((pattern, None) for pattern in Pattern.parse(data.sayings))
        self._phrases = Index((p, name) for name, lines in data.phrases.items() for p in Pattern.parse(lines))
        self._rules = Index(
            (pattern, rule)
            for rule in data.rules
            for pattern in (*Pattern.parse(rule.says), *Pattern.parse(rule.near, within=rule.within))
        )
        literals = {
            name: (name[1:],)
            for index in (self._sayings, self._phrases, self._rules)
            for pattern, _ in index.entries
            for name in frozenset().union(*pattern.elements)
            if name.startswith("=")
        }
        classes = {**data.classes, **literals}
        hushing = {"not", "reach"}.union(*(rule.unless for rule in data.rules))
        self._vocabulary = Vocabulary(data, classes, exact=hushing)
        negations = set(map(fold, data.classes.get("not", ())))
        self._negative = frozenset(
            name for name, words in classes.items() if set(map(fold, words)) <= negations
        )

    def hear(self, words: Words) -> Screening:
        found = self._hear(words)
        apart = self._apart(words)
        return found.graver(self._hear(apart)) if apart else found

    def _apart(self, words: Words) -> Words | None:
        """The text with words that ran together set apart, if there are any."""
        parts = {word: found for word in set(words.word) if (found := self._vocabulary.parts(word))}
        if not parts:
            return None
        result = Words([], [], [])
        for word, clause, sentence in zip(words.word, words.clause, words.sentence, strict=True):
            for part in parts.get(word, [word]):
                result.add(part, clause, sentence)
        return result

    def _hear(self, words: Words) -> Screening:
        page = Page(words, self._vocabulary)
        for saying, _ in self._sayings.possible(page):
            page.blank(page.find(saying))
        for phrase, name in self._phrases.possible(page):
            page.mark(name, page.find(phrase))
        found = Screening()
        for pattern, rule in self._rules.possible(page):
            if rule.level > found.level or (rule.now and found.level < 3) or rule.level == found.level:
                found = found.graver(self._meant(page, pattern, rule))
        return found

    def _meant(self, page: Page, pattern: Pattern, rule: SafetyRule) -> Screening:
        """The gravest that is meant where `pattern` is said."""
        found = Screening()
        for span in page.find(pattern):
            if self._denied(page, pattern, span) or any(page.has_near(guard, span) for guard in rule.unless):
                continue
            if rule.now and page.has_near("now", span, anywhere=True):
                return Screening(3, rule.kind)
            found = Screening(rule.level, rule.kind)
            if not rule.now:
                break
        return found

    def _denied(self, page: Page, pattern: Pattern, span: Span) -> bool:
        """Whether what is said there is said not to be so; "en jaksa elää" is itself a negation."""
        if any(not element.isdisjoint(self._negative) for element in pattern.elements):
            return False
        return page.negated(span, after=self._after)


class SafetyScreen:
    """Every sentence is heard in every language: people mix them, and the setting may be wrong."""

    def __init__(self, data: SafetyData) -> None:
        self._ears = [Ear(language) for language in data.languages]

    def screen(self, text: str) -> Screening:
        words, found = read(text), Screening()
        for ear in self._ears:
            found = found.graver(ear.hear(words))
        return found
