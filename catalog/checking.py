"""What the entries of a catalogue say of each other: ids, references, crisis help, and what has grown old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel

from catalog.drafts import FEEDBACK, Draft, Placed, Problem, closest
from catalog.fact_checks import doubtful_facts, false_facts
from catalog.freshness import months_good, stale
from catalog.imported_checks import of_imported, remarks_of_imported
from catalog.schema import CrisisNeed, Dated, FeedbackSet, Organisation, SafetyKind, Strict, Text

LABEL_LENGTH = 60
"""What a button of its own row can show on a telephone before the text is cut."""

ANSWER_LENGTH = 30
"""The same for the five answers, which stand together under a question."""

STATEMENT_LENGTH = 140
"""What can be read at a glance."""

LANGUAGES = {"fi": "fi", "selko": "fi@selko", "sv": "sv", "en": "en"}


def contradictions(draft: Draft) -> Iterator[Problem]:
    """Errors that no entry shows alone."""
    yield from _twice(draft)
    yield from _dead_references(draft)
    yield from _answers(draft)
    yield from _crisis(draft)
    yield from _long_labels(draft)
    yield from false_facts(draft)
    yield from of_imported(draft)


def remarks(draft: Draft, today: date) -> Iterator[Problem]:
    """Warnings: what works but should be better."""
    if not draft.offers and not any(register.ids for register in draft.imported):
        message = "There is nothing to suggest yet. Add a file for an organisation with its offers."
        yield Problem("organisations", "", "", message, "warning")
    yield from _long_names(draft)
    yield from _unreachable_rules(draft)
    yield from _silent_sets(draft)
    yield from doubtful_facts(draft, today)
    yield from remarks_of_imported(draft, today)
    for placed in everything(draft):
        yield from _missing_languages(placed)
        if isinstance(placed.model, Dated):
            yield from _age(placed, placed.model, today)


def everything(draft: Draft) -> Iterator[Placed[Any]]:
    """Every entry of every section."""
    sections: tuple[Iterable[Placed[Any]], ...] = (
        draft.areas,
        draft.answers,
        draft.doors,
        (draft.guidance,) if draft.guidance else (),
        draft.needs,
        draft.contacts,
        draft.statements,
        draft.organisations,
        draft.offers,
    )
    for section in sections:
        yield from section


def _twice(draft: Draft) -> Iterator[Problem]:
    sections: dict[str, Iterable[Placed[Any]]] = {
        "area": draft.areas,
        "door": draft.doors,
        "crisis need": draft.needs,
        "crisis contact": draft.contacts,
        "statement": draft.statements,
        "organisation": draft.organisations,
        "offer": draft.offers,
    }
    for kind, placed in sections.items():
        first: dict[str, Placed[Any]] = {}
        for entry in placed:
            if (earlier := first.setdefault(entry.entry, entry)) is not entry:
                message = f"This id belongs to another {kind} in {earlier.file}. Give one of them a new id."
                yield entry.problem("id", message)


def _dead_references(draft: Draft) -> Iterator[Problem]:
    for offer in draft.offers:
        yield from _unknown(draft, offer, "areas", "areas", offer.model.areas)
        yield from _unknown(draft, offer, "doors", "doors", offer.model.doors)
    yield from _dead_units(draft)
    yield from _dead_advice(draft)
    for contact in draft.contacts:
        yield from _unknown(draft, contact, "needs", "needs", contact.model.needs)
    for need in draft.needs:
        yield from _unknown(draft, need, "contacts", "contacts", need.model.contacts)


def _dead_units(draft: Draft) -> Iterator[Problem]:
    """An offer names a unit of its own organisation."""
    units = {placed.file: {unit.id for unit in placed.model.units} for placed in draft.organisations}
    for offer in draft.offers:
        known = units.get(offer.file)
        if offer.model.unit and known is not None and offer.model.unit not in known:
            message = f"`{offer.model.unit}` is not among the organisation's units.{closest(offer.model.unit, known)}"
            yield offer.problem("unit", message)


def _dead_advice(draft: Draft) -> Iterator[Problem]:
    """Where to ask when nothing fits must be there when it is needed."""
    advice, known = draft.about.advice, {offer.entry for offer in draft.offers}
    if advice and advice not in known and not any(advice in register for register in draft.imported):
        message = f"`{advice}` is not among the offers.{closest(advice, known)}"
        yield Problem("catalog.yaml", "", "advice", message)


def _unknown(
    draft: Draft, placed: Placed[Any], field: str, section: str, ids: tuple[str, ...]
) -> Iterator[Problem]:
    """A problem for each id that the section lacks; none when the section itself could not be read."""
    known = draft.known.get(section)
    for number, name in enumerate(ids):
        if known is not None and name not in known:
            message = f"`{name}` is not among the {section}.{closest(name, known)}"
            yield placed.problem(f"{field}[{number}]", message)


def _answers(draft: Draft) -> Iterator[Problem]:
    values = Counter(answer.model.value for answer in draft.answers)
    if draft.answers and values != Counter(range(1, 6)):
        message = f"Give each of the answers 1 to 5 once; now there are {sorted(values.elements())}."
        yield Problem(draft.answers[0].file, "", "answers", message)


def _crisis(draft: Draft) -> Iterator[Problem]:
    """Help must be found from every need, everywhere in the country and for every kind of danger word."""
    contacts = {placed.entry: placed.model for placed in draft.contacts}
    for need in draft.needs:
        listed = [contacts[name] for name in need.model.contacts if name in contacts]
        if listed and all(contact.municipalities for contact in listed):
            message = "Every contact here is a local one. Add one that serves the whole country."
            yield need.problem("contacts", message)
        for contact in listed:
            if need.entry not in contact.needs:
                message = (
                    f"Contact `{contact.id}` does not say it answers this. Add `{need.entry}` to its needs."
                )
                yield need.problem("contacts", message)
    for placed in draft.contacts:
        for need in draft.needs:
            if need.entry in placed.model.needs and placed.entry not in need.model.contacts:
                message = (
                    f"Need `{need.entry}` does not list this contact. Put it in its place among the contacts."
                )
                yield placed.problem("needs", message)
    yield from _danger_words(draft.needs)


def _danger_words(needs: list[Placed[CrisisNeed]]) -> Iterator[Problem]:
    leading = Counter(kind for need in needs for kind in need.model.kinds)
    for kind in SafetyKind:
        if needs and leading[kind] != 1:
            message = f"The danger kind `{kind}` must lead to one crisis need, not to {leading[kind]}."
            yield Problem(needs[0].file, "", "needs", message)


def _long_labels(draft: Draft) -> Iterator[Problem]:
    for area in draft.areas:
        yield from _too_long(area, "name", area.model.name, LABEL_LENGTH, "error")
    for answer in draft.answers:
        yield from _too_long(answer, "label", answer.model.label, ANSWER_LENGTH, "error")
    for door in draft.doors:
        yield from _too_long(door, "says", door.model.says, LABEL_LENGTH, "error")
    for need in draft.needs:
        yield from _too_long(need, "name", need.model.name, LABEL_LENGTH, "error")
    yield from _long_statements(draft)


def _long_names(draft: Draft) -> Iterator[Problem]:
    named: list[Placed[Any]] = [*draft.contacts, *draft.organisations, *draft.offers]
    for placed in named:
        yield from _too_long(placed, "name", placed.model.name, LABEL_LENGTH, "warning")


def _long_statements(draft: Draft) -> Iterator[Problem]:
    """A statement stands alone in a window, above the five answers, and has to be taken in at a glance."""
    for statement in draft.statements:
        for attribute, locale in LANGUAGES.items():
            if len(getattr(statement.model.says, attribute) or "") > STATEMENT_LENGTH:
                message = f"One thing at a time, in at most {STATEMENT_LENGTH} characters. Make it shorter."
                yield statement.problem(f"says.{locale}", message)


def _silent_sets(draft: Draft) -> Iterator[Problem]:
    """Sets of feedback without a statement: about that kind of guidance nothing is asked."""
    asked = {statement.model.about for statement in draft.statements}
    for missing in (one for one in FeedbackSet if draft.statements and one not in asked):
        message = f"No statement is about `{missing}`, so nothing is asked about it."
        yield Problem(FEEDBACK, "", "statements", message, "warning")


def _too_long(
    placed: Placed[Any], field: str, text: Text, limit: int, severity: Literal["error", "warning"]
) -> Iterator[Problem]:
    for attribute, locale in LANGUAGES.items():
        if len(getattr(text, attribute) or "") > limit:
            message = f"This stands on a button, which shows {limit} characters. Make it shorter."
            yield placed.problem(f"{field}.{locale}", message, severity)


def _unreachable_rules(draft: Draft) -> Iterator[Problem]:
    rules = draft.guidance.model.rules if draft.guidance else ()
    catch_all = next((number for number, rule in enumerate(rules) if rule.always_matches), len(rules))
    for number in range(catch_all + 1, len(rules)):
        message = f"This row is never reached: row {catch_all} above always matches. Move it up."
        yield Problem("guidance.yaml", "", f"rules[{number}]", message, "warning")


def _missing_languages(placed: Placed[Any]) -> Iterator[Problem]:
    """One warning an entry; the name of an association is the same in plain Finnish."""
    missing: dict[str, list[str]] = {locale: [] for locale in LANGUAGES.values()}
    for path, text in _texts(placed.model):
        for attribute, locale in LANGUAGES.items():
            proper_name = path.endswith("name") and attribute == "selko" and isinstance(placed.model, Dated)
            if not getattr(text, attribute) and not proper_name:
                missing[locale].append(path)
    parts = [f"{locale} ({', '.join(paths)})" for locale, paths in missing.items() if paths]
    if parts:
        yield placed.problem("", f"Missing in {'; '.join(parts)}. Add the translations.", "warning")


def _texts(model: BaseModel, path: str = "") -> Iterator[tuple[str, Text]]:
    """Every text in the entry, with the path of its field."""
    for name in type(model).model_fields:
        yield from _texts_in(getattr(model, name), f"{path}.{name}" if path else name)


def _texts_in(value: object, path: str) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, Strict):
        yield from _texts(value, path)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _texts_in(item, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts_in(item, f"{path}.{key}")


def _age(placed: Placed[Any], model: Dated, today: date) -> Iterator[Problem]:
    if model.known_on > today:
        message = f"{model.known_on} is still to come. Write the day on which the facts were looked at."
        yield placed.problem("verified", message, "warning")
    elif stale(model, today):
        what = "organisation" if isinstance(model, Organisation) else "entry"
        message = (
            f"Nobody has confirmed this {what} since {model.known_on}; it is good for {months_good(model)}"
            " months. Ask whether it still holds and write the day under `verified`."
        )
        yield placed.problem("verified", message, "warning")
