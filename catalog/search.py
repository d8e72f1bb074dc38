"""Finds offers by words, whatever the case, the accents, the ending or a slip of the finger.

A word of the query is compared with the words of every offer, in all its languages: the same word counts
most, then the same beginning (Finnish endings), a part of a compound, and last a small typing error.
A rare word says more than one that is everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Final

from catalog.ranking import Because, Reason, Suggestion
from catalog.schema import Catalog, Offer, Organisation, Text, language_of

FIELD_WEIGHTS: Final = {
    "name": 4.0,
    "keywords": 3.0,
    "main area": 2.0,
    "area": 1.0,
    "summary": 1.5,
    "organisation": 1.5,
}
"""How much a word counts by where it stands."""

SAME, BEGINNING, PART, TYPING_ERROR = 1.0, 0.7, 0.6, 0.5
"""How much a likeness counts."""

OWN_LANGUAGE = 1.1
"""The score is multiplied by this when the client's own language is spoken there."""

STEM, MOST = 4, 0.55
"""Words whose first letters, and this part of the one asked for, are the same are taken for one word."""


@dataclass(frozen=True)
class _Index:
    """The words of a catalogue: for each word the offers it stands in and its weight there."""

    catalog: Catalog
    words: dict[str, dict[str, float]]


def search(
    catalog: Catalog, text: str, locale: str, municipality: str | None = None, limit: int = 10
) -> list[Suggestion]:
    """The offers that the words of `text` point to, the best first; the reasons are the words found."""
    index = _index(catalog)
    scores: dict[str, float] = defaultdict(float)
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for asked in dict.fromkeys(words(text)):
        for offer_id, weight in _matches(index, asked).items():
            scores[offer_id] += weight
            found[offer_id][asked] = None
    suggestions = []
    for offer_id, score in scores.items():
        offer = catalog.offer(offer_id)
        if offer.nationwide or municipality is None or municipality in offer.municipalities:
            spoken = OWN_LANGUAGE if language_of(locale) in offer.languages else 1.0
            reasons = tuple(Reason(Because.WORD, (word,)) for word in found[offer_id])
            suggestions.append(Suggestion(offer, catalog.organisation_of(offer), score * spoken, reasons))
    return sorted(suggestions, key=lambda one: (-one.score, one.offer.id))[:limit]


def words(text: str) -> list[str]:
    """The words of a text, folded; single letters say nothing."""
    return [word for word in re.findall(r"[^\W_]+", fold(text)) if len(word) > 1]


def fold(text: str) -> str:
    """Without capitals and accents: `Päihdetyö` and `paihdetyo` are the same."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


_latest: _Index | None = None


def _index(catalog: Catalog) -> _Index:
    """The catalogue's index, built once; there is one catalogue at a time, so one is kept."""
    global _latest
    if _latest is None or _latest.catalog is not catalog:
        _latest = _build(catalog)
    return _latest


def _build(catalog: Catalog) -> _Index:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for offer in catalog.offers:
        for field, text in _texts(catalog, offer, catalog.organisation_of(offer)):
            for word in words(text):
                weight = FIELD_WEIGHTS[field]
                found[word][offer.id] = max(weight, found[word].get(offer.id, 0.0))
    return _Index(catalog, dict(found))


def _texts(catalog: Catalog, offer: Offer, organisation: Organisation) -> Iterator[tuple[str, str]]:
    yield from (("name", text) for text in _languages(offer.name))
    yield from (("keywords", keyword) for keyword in offer.keywords)
    for area in offer.areas:
        field = "main area" if area == offer.areas[0] else "area"
        yield from ((field, text) for text in _languages(catalog.area(area).name))
    yield from (("summary", text) for text in _languages(offer.summary))
    yield from (("organisation", text) for text in _languages(organisation.name))


def _languages(text: Text) -> Iterator[str]:
    yield from (words for words in (text.fi, text.selko, text.sv, text.en) if words)


def _matches(index: _Index, asked: str) -> dict[str, float]:
    """For each offer the weight of its word that is most like the one asked for."""
    alike = {word: likeness for word in index.words if (likeness := _likeness(asked, word))}
    if not alike:
        alike = {word: TYPING_ERROR for word in index.words if _typing_error(asked, word)}
    offers = len(index.catalog.offers)
    best: dict[str, float] = defaultdict(float)
    for word, likeness in alike.items():
        rarity = log(1 + offers / len(index.words[word]))
        for offer_id, weight in index.words[word].items():
            best[offer_id] = max(best[offer_id], weight * likeness * rarity)
    return best


def _likeness(asked: str, word: str) -> float:
    if asked == word:
        return SAME
    if len(asked) >= 3 and word.startswith(asked):
        return BEGINNING
    if asked[:STEM] == word[:STEM] and len(asked) >= STEM <= len(word):
        common = next((n for n, (a, b) in enumerate(zip(asked, word, strict=False)) if a != b), len(word))
        return BEGINNING * (common / len(asked)) if common >= MOST * len(asked) else 0.0
    return PART if len(asked) > STEM and asked in word else 0.0


def _typing_error(asked: str, word: str) -> bool:
    """One slip in a word of four letters or more, two in one of eight or more."""
    allowed = min(len(asked) // 4, 2)
    if not allowed or abs(len(asked) - len(word)) > allowed or len(set(asked) ^ set(word)) > 2 * allowed:
        return False
    return _distance(asked, word) <= allowed


def _distance(a: str, b: str) -> int:
    """How many letters are wrong, missing, added or swapped with the next."""
    before: list[int] = []
    previous = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        current = [i]
        for j, other in enumerate(b, start=1):
            cost = min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]
