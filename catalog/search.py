"""Finds offers by words, whatever the case, the accents, the ending or a slip of the finger.

Each word of the query is compared with the words of every offer, in all its languages (see `vocabulary` for
what is alike). A rare word says more than one that is everywhere; little words and small talk say nothing.
The name of a municipality is no topic: it tells where to look.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Final

import numpy as np

from catalog.columns import Columns, Numbers, town
from catalog.forms import WORD, fold, words
from catalog.formula import Because, Term
from catalog.indexing import Index, index_of
from catalog.place_names import letters
from catalog.places import Municipality, known
from catalog.ranking import Suggestion
from catalog.schema import Catalog, language_of
from catalog.small_words import SMALL_WORDS

__all__ = ["fold", "search", "words"]

OWN_LANGUAGE, LOCAL, FULL = 1.1, 1.15, 0.7
"""What a score is multiplied by when the client's own language is spoken there, when it is in the municipality
itself and not only for the whole country, and when it is full."""

MENTIONED: Final = 0.1
"""What the name of the place adds when it stands in the offer's own words: `Jyväskylän seurakunta`."""

AROUND_KM: Final = 60.0
"""When the municipality that is named has nothing, what is so near is shown, with the distance."""

ONE_IN: Final = 3
"""One in so many words of the query must be found in an offer: a chance word of a long sentence is not enough."""

LEAST: Final = 1.4
"""At least one word must be found so well: a form of it in the description, or a guess in the name or keywords."""

MOST_WORDS: Final = 6
"""Of a longer text the longest words are looked for."""

SHORT_NAME: Final = 4
"""A name of so few letters must be written with its accents: `inga` is seldom the town of Ingå."""


@dataclass(frozen=True)
class _Query:
    topics: tuple[str, ...]
    place: Municipality | None = None
    place_words: tuple[str, ...] = ()


def search(
    catalog: Catalog,
    text: str,
    locale: str,
    municipality: str | None = None,
    limit: int = 10,
    *,
    today: date | None = None,
) -> list[Suggestion]:
    """The offers that the words of `text` point to, the best first; the reasons are the words found.

    A municipality that the text names goes before `municipality`. Without `today` a capacity holds for ever.
    """
    index = index_of(catalog)
    columns = index.columns
    query = _read(text)
    scores, reasons = _found(index, query, municipality)
    if query.place and not scores.any() and not (query.topics and query.place.name in columns.towns):
        # a name of a place may be a common word, too: `varkaus`
        scores, reasons = _found(index, _Query((*query.topics, *query.place_words)), municipality)
    full = columns.capacity("full", today)
    reasons += [Term(Because.FULL, full), Term(Because.WAITING_LIST, columns.capacity("waiting_list", today))]
    rows = np.flatnonzero(scores)
    spoken = columns.has("language", language_of(locale))[rows]
    weighed = scores[rows] * np.where(spoken, OWN_LANGUAGE, 1) * np.where(full[rows], FULL, 1)
    suggestions = []
    for at in _best(weighed, limit):
        offer = catalog.offer(columns.ids[row := rows[at]])
        why = tuple(term.reason(row) for term in reasons if term.holds[row])
        suggestions.append(Suggestion(offer, catalog.organisation_of(offer), float(weighed[at]), why))
    return suggestions


def _found(index: Index, query: _Query, municipality: str | None) -> tuple[Numbers, list[Term]]:
    """A score for every row, zero where nothing is found, and the reasons."""
    columns = index.columns
    scores, reasons = _topics(index, query.topics)
    if query.place:
        mentioned = index.words.scores(query.place_words[0]) > 0
        everything = columns.has("municipality", query.place.name).astype(np.float32)
        scores = (scores if query.topics else everything) * (1 + MENTIONED * mentioned)
    where = query.place.name if query.place else town(municipality) if municipality else ""
    if not where:
        return scores, reasons
    here = columns.has("municipality", where)
    local = scores * (here | columns.has("nationwide")) * np.where(here, LOCAL, 1)
    reasons.append(Term(Because.MUNICIPALITY, here, (where,)))
    if query.place and not local.any() and scores.any():
        around = _around(columns, query.place)
        return scores * around.holds, [*reasons, around]
    return local, reasons


def _topics(index: Index, topics: Sequence[str]) -> tuple[Numbers, list[Term]]:
    """The sum of how much each word is found in each row, and how much it says."""
    size = len(index.columns)
    total, strongest, found = np.zeros(size), np.zeros(size, np.float32), np.zeros(size, np.int32)
    reasons = []
    for word in topics:
        scores = index.words.scores(word)
        holds = scores > 0
        total += scores * log(1 + size / max(int(np.count_nonzero(holds)), 1))
        found += holds
        np.maximum(strongest, scores, out=strongest)
        reasons.append(Term(Because.WORD, holds, (word,)))
    total[(found * ONE_IN < len(topics)) | (strongest < LEAST)] = 0
    return total, reasons


def _around(columns: Columns, place: Municipality) -> Term:
    """What is not far from the place, with the kilometres from its centre."""
    far = columns.kilometres((place.latitude, place.longitude))
    return Term(Because.NEAR, far <= AROUND_KM, (place.name,), far)


def _best(scores: Numbers, limit: int) -> list[int]:
    """Where the highest scores are; the first decides between equals. Few are asked for: no need to sort."""
    left = scores.copy()
    found: list[int] = []
    while len(found) < min(limit, len(scores)):
        found.append(int(np.argmax(left)))
        left[found[-1]] = -1
    return found


def _read(text: str) -> _Query:
    """The topics of a query, and the municipality it names."""
    tokens = WORD.findall(unicodedata.normalize("NFC", text.casefold()))
    topics: dict[str, None] = {}
    place: Municipality | None = None
    place_words: tuple[str, ...] = ()
    number = 0
    while number < len(tokens):
        pair = tokens[number : number + 2]
        named = next((two for two in ("".join(pair), pair[0]) if _place(two)), None)
        taken = 2 if named and named != pair[0] else 1
        if named and place is None:
            place, place_words = _place(named), tuple(map(fold, pair[:taken]))
        elif len(word := fold(pair[0])) > 1 and word not in SMALL_WORDS:
            topics[word] = None
        number += taken
    telling = sorted(topics, key=len, reverse=True)[:MOST_WORDS]
    return _Query(tuple(word for word in topics if word in telling), place, place_words)


def _place(word: str) -> Municipality | None:
    one = known(word)
    if one is None:
        return None
    plain = fold(word) == word and all(letters(name) != name.casefold() for name in one.names)
    return None if plain and len(word) <= SHORT_NAME else one
