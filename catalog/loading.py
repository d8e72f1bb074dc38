"""Turns a folder of YAML files into a catalogue, or into the list of everything to put right first."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

from catalog.checking import contradictions, remarks
from catalog.drafts import Draft, Problem, closest, read
from catalog.recognising import PHRASES, SMALL_TALK, UNCLEAR, PhraseError, read_phrases
from catalog.schema import Catalog, Crisis, Offer

__all__ = ["CatalogError", "Problem", "check", "load"]


class CatalogError(Exception):
    """The folder holds no usable catalogue; `problems` says everything that has to be put right."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def load(folder: Path) -> Catalog:
    """The catalogue in the folder; CatalogError when anything in it is wrong."""
    draft = read(folder)
    if errors := _errors(draft):
        raise CatalogError(errors)
    assert draft.guidance is not None  # a missing one is an error
    offers: dict[str, list[Offer]] = defaultdict(list)
    for offer in draft.offers:
        offers[offer.file].append(draft.editorial.offer(offer.model))
    return Catalog(
        areas=tuple(area.model for area in draft.areas),
        answers=tuple(answer.model for answer in draft.answers),
        doors=tuple(door.model for door in draft.doors),
        guidance=draft.guidance.model,
        crisis=Crisis(
            needs=tuple(need.model for need in draft.needs),
            contacts=tuple(contact.model for contact in draft.contacts),
        ),
        organisations=(
            *(
                draft.editorial.organisation(placed.model).model_copy(
                    update={"offers": tuple(offers[placed.file])}
                )
                for placed in draft.organisations
            ),
            *(organisation for register in draft.imported for organisation in register.organisations),
        ),
        imported=tuple(draft.imported),
        about=draft.about,
        statements=tuple(statement.model for statement in draft.statements),
    )


def check(folder: Path, today: date) -> list[Problem]:
    """Everything that is wrong or could be better, the errors first."""
    draft = read(folder)
    warnings = [problem for problem in draft.problems if problem.severity == "warning"]
    unheard = _phrases(folder, {area.entry for area in draft.areas})
    return [*_errors(draft), *unheard, *warnings, *remarks(draft, today)]


def _phrases(folder: Path, areas: set[str]) -> list[Problem]:
    """What keeps areas from being recognised in people's own words; the catalogue itself works without."""
    if not (folder / PHRASES).is_dir():
        message = (
            "There are no phrases: own words are not recognised. Copy those that come with the software."
        )
        return [Problem(PHRASES, "", "", message, "warning")]
    try:
        phrases = read_phrases(folder / PHRASES).keys() - {SMALL_TALK, UNCLEAR}
    except (PhraseError, OSError) as error:
        return [Problem(PHRASES, "", "", f"{error} Own words are not recognised.")]
    silent = [
        Problem(
            f"{PHRASES}/{area}.yaml", "", "", "The area has no phrases and is never recognised.", "warning"
        )
        for area in sorted(areas - phrases)
    ]
    strange = [
        Problem(f"{PHRASES}/{name}.yaml", "", "", f"There is no such area.{closest(name, areas)}", "warning")
        for name in sorted(phrases - areas)
    ]
    return [*silent, *strange]


def _errors(draft: Draft) -> list[Problem]:
    return [problem for problem in (*draft.problems, *contradictions(draft)) if problem.severity == "error"]
