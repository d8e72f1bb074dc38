"""What is to be said of imported entries and of the editorial facts beside them.

Nobody here can mend a register's thirty thousand entries one by one, so what could be better in them is
counted, and the first ones are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

from catalog.drafts import EDITORIAL, Draft, Problem, closest
from catalog.freshness import MONTHS_GOOD, months_before, stale
from catalog.registers.store import FOLDER, Imported

NAMED = 10
"""So many entries are named in a warning that counts them."""

MONTHS_BETWEEN_IMPORTS = 3


def of_imported(draft: Draft) -> Iterator[Problem]:
    """Errors: ids that are taken, and areas that the catalogue does not have."""
    own = {placed.entry: placed.file for placed in draft.offers}
    makers = {placed.entry: placed.file for placed in draft.organisations}
    for register in draft.imported:
        yield from _taken(register, "offer", [one for one in own if one in register], own)
        names = {one.id for one in (*register.organisations, *register.former_organisations)}
        yield from _taken(register, "organisation", [one for one in makers if one in names], makers)
        yield from _dead_areas(draft, register)
    yield from _dead_references(draft)


def _taken(register: Imported, kind: str, ids: list[str], files: dict[str, str]) -> Iterator[Problem]:
    for name in ids:
        message = f"This id belongs to an imported {kind} in {_file(register)}. Give your own another id."
        yield Problem(files[name], name, "id", message)


def _dead_areas(draft: Draft, register: Imported) -> Iterator[Problem]:
    known = draft.known.get("areas")
    for area in register.contents.areas:
        if known is not None and area not in known:
            message = f"`{area}` is not among the areas any more. Import from the register again."
            yield Problem(_file(register), "", "areas", message)


def _dead_references(draft: Draft) -> Iterator[Problem]:
    for name, facts in draft.editorial.offers.items():
        for section, ids in (("areas", facts.areas), ("doors", facts.doors)):
            known = draft.known.get(section)
            for number, one in enumerate(ids):
                if known is not None and one not in known:
                    message = f"`{one}` is not among the {section}.{closest(one, known)}"
                    yield Problem(EDITORIAL, name, f"{section}[{number}]", message)


def remarks_of_imported(draft: Draft, today: date) -> Iterator[Problem]:
    """Warnings: facts about nothing, imports and entries grown old, entries that end up nowhere."""
    yield from _facts_about_nothing(draft)
    for register in draft.imported:
        day = register.contents.day
        if day < months_before(today, MONTHS_BETWEEN_IMPORTS):
            message = f"Last imported on {day}. Import from the register again."
            yield Problem(_file(register), "", "", message, "warning")
        yield from _counted(register, today)


def _facts_about_nothing(draft: Draft) -> Iterator[Problem]:
    makers = {placed.entry for placed in draft.organisations} | {
        one.id
        for register in draft.imported
        for one in (*register.organisations, *register.former_organisations)
    }
    offers = {placed.entry for placed in draft.offers}
    message = "There is no entry of this id. It may have left its register: correct the id or take this away."
    for name in draft.editorial.offers:
        if name not in offers and not any(name in register for register in draft.imported):
            yield Problem(EDITORIAL, name, "", message, "warning")
    for name in draft.editorial.organisations:
        if name not in makers:
            yield Problem(EDITORIAL, name, "", message, "warning")


def _counted(register: Imported, today: date) -> Iterator[Problem]:
    old = (offer for name in register.ids if stale(offer := register.read(name), today))
    named = [f"{offer.id} ({offer.name.best('fi')}, {offer.known_on})" for offer in islice(old, NAMED)]
    if named:
        others = sum(1 for _ in old)
        more = f" and {others} others" if others else ""
        message = (
            f"{len(named) + others} of {len(register.ids)} entries have not been confirmed for {MONTHS_GOOD}"
            f" months, and people are told so: {', '.join(named)}{more}."
        )
        yield Problem(_file(register), "", "verified", message, "warning")
    if register.contents.retired:
        message = f"{register.contents.retired} entries have left the register; memos or requests may still name them."
        yield Problem(_file(register), "", "", message, "warning")


def _file(register: Imported) -> str:
    return f"{FOLDER}/{register.name}.jsonl"
