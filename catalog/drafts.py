"""Reads a catalogue folder entry by entry, so that one mistake hides no other.

A draft holds every entry that fits the schema and a problem for each that does not; what the entries
say of each other is looked at in `checking`.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from catalog import editorial, schema
from catalog.editorial import Editorial, OfferFacts, OrganisationFacts
from catalog.plain_yaml import parse
from catalog.registers.store import FOLDER, BrokenStore, Imported
from catalog.schema import (
    About,
    Answer,
    CrisisContact,
    CrisisNeed,
    Door,
    Guidance,
    LifeArea,
    Offer,
    Organisation,
    Statement,
    Strict,
)

M = TypeVar("M", bound=Strict)

FEEDBACK = "feedback.yaml"
"""What clients rate; a catalogue without it asks for no feedback on statements."""
EDITORIAL = "editorial.yaml"
"""What a coordinator knows of imported entries, in the catalogue's folder."""


@dataclass(frozen=True)
class Problem:
    """One thing to put right, and where: the file, the entry's id and the path of the field."""

    file: str
    entry: str
    field: str
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.file, self.entry, self.field) if part)
        return f"{where}: {self.message}"


@dataclass(frozen=True)
class Placed(Generic[M]):
    """An entry that fits the schema, and where it was found."""

    file: str
    entry: str
    model: M

    def problem(self, field: str, message: str, severity: Literal["error", "warning"] = "error") -> Problem:
        return Problem(self.file, self.entry, field, message, severity)


@dataclass
class Draft:
    areas: list[Placed[LifeArea]] = field(default_factory=list)
    answers: list[Placed[Answer]] = field(default_factory=list)
    doors: list[Placed[Door]] = field(default_factory=list)
    guidance: Placed[Guidance] | None = None
    needs: list[Placed[CrisisNeed]] = field(default_factory=list)
    contacts: list[Placed[CrisisContact]] = field(default_factory=list)
    statements: list[Placed[Statement]] = field(default_factory=list)
    organisations: list[Placed[Organisation]] = field(default_factory=list)
    """Without their offers; these follow and share the organisation's file."""
    offers: list[Placed[Offer]] = field(default_factory=list)
    editorial: Editorial = field(default_factory=Editorial)
    imported: list[Imported] = field(default_factory=list)
    about: About = field(default_factory=About)
    known: dict[str, set[str]] = field(default_factory=dict)
    """Ids by section, of faulty entries too; a section that could not be read is missing."""
    problems: list[Problem] = field(default_factory=list)


def read(folder: Path) -> Draft:
    """Everything in the folder that can be read, with the problems met on the way."""
    draft = Draft()
    areas = _mapping(draft, folder, "life_areas.yaml", ("areas", "answers"))
    draft.areas = _entries(draft, "life_areas.yaml", areas, "areas", LifeArea)
    draft.answers = _entries(draft, "life_areas.yaml", areas, "answers", Answer)
    doors = _mapping(draft, folder, "doors.yaml", ("doors",))
    draft.doors = _entries(draft, "doors.yaml", doors, "doors", Door)
    guidance = _mapping(draft, folder, "guidance.yaml")
    if guidance is not None:
        draft.guidance = _entry(draft, "guidance.yaml", "", guidance, Guidance)
    crisis = _mapping(draft, folder, "crisis.yaml", ("needs", "contacts"))
    draft.needs = _entries(draft, "crisis.yaml", crisis, "needs", CrisisNeed)
    draft.contacts = _entries(draft, "crisis.yaml", crisis, "contacts", CrisisContact)
    if (folder / FEEDBACK).exists():
        feedback = _mapping(draft, folder, FEEDBACK, ("statements",))
        draft.statements = _entries(draft, FEEDBACK, feedback, "statements", Statement)
    if (folder / "catalog.yaml").exists():
        about = _mapping(draft, folder, "catalog.yaml")
        if about is not None and (placed := _entry(draft, "catalog.yaml", "", about, About)):
            draft.about = placed.model
    _read_organisations(draft, folder)
    read_editorial(draft, folder)
    _read_imported(draft, folder)
    return draft


def _read_organisations(draft: Draft, folder: Path) -> None:
    for path in sorted((folder / "organisations").glob("*")):
        file = path.relative_to(folder).as_posix()
        if path.suffix != ".yaml":
            message = "This file is not read. Give it a name that ends in .yaml, or take it away."
            draft.problems.append(Problem(file, "", "", message, "warning"))
        elif (raw := _mapping(draft, folder, file)) is not None:
            _read_organisation(draft, file, raw)


def _read_organisation(draft: Draft, file: str, raw: dict[str, Any]) -> None:
    alone = {key: value for key, value in raw.items() if key != "offers"}
    entry = _label(raw, 0)
    draft.known.setdefault("organisations", set()).add(entry)
    if placed := _entry(draft, file, entry, alone, Organisation):
        draft.organisations.append(placed)
    if "offers" in raw:
        draft.offers += _entries(draft, file, raw, "offers", Offer)


def read_editorial(draft: Draft, folder: Path) -> None:
    """The facts of one's own beside imported entries, each checked alone so that one mistake hides no other."""
    if not (folder / EDITORIAL).exists():
        return
    raw = _mapping(draft, folder, EDITORIAL, ("offers", "organisations"))
    offers = _facts(draft, raw, "offers", OfferFacts)
    organisations = _facts(draft, raw, "organisations", OrganisationFacts)
    draft.editorial = Editorial.model_construct(offers=offers, organisations=organisations)


def _facts(draft: Draft, raw: dict[str, Any] | None, section: str, model: type[M]) -> dict[str, M]:
    facts = (raw or {}).get(section) or {}
    if not isinstance(facts, dict):
        message = "Begin each line with the id of an entry and a colon."
        draft.problems.append(Problem(EDITORIAL, "", section, message))
        return {}
    placed = {str(name): _entry(draft, EDITORIAL, str(name), one, model) for name, one in facts.items()}
    return {name: entry.model for name, entry in placed.items() if entry}


def _read_imported(draft: Draft, folder: Path) -> None:
    for path in sorted((folder / FOLDER).glob("*.jsonl")):
        file = path.relative_to(folder).as_posix()
        try:
            draft.imported.append(Imported(path, draft.editorial))
        except BrokenStore as error:
            draft.problems.append(Problem(file, "", "", f"{error} Import from the register again."))
        except OSError as error:
            draft.problems.append(Problem(file, "", "", f"The file cannot be read: {error.strerror}."))


def _mapping(draft: Draft, folder: Path, file: str, sections: tuple[str, ...] = ()) -> dict[str, Any] | None:
    """The file's content, when it is a mapping of these sections; otherwise a problem says why not."""
    try:
        raw = parse((folder / file).read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = "The file is missing. Copy it from the catalogue that comes with the software."
    except UnicodeDecodeError:
        message = "The file is not UTF-8 text. Save it again with the encoding UTF-8."
    except yaml.MarkedYAMLError as error:
        message = _syntax(error)
    except (yaml.YAMLError, ValueError) as error:
        message = f"The file cannot be read as YAML: {error}."
    else:
        if isinstance(raw, dict):
            for key in (key for key in raw if sections and key not in sections):
                unknown = Problem(
                    file, "", str(key), f"There is no such section.{closest(str(key), sections)}"
                )
                draft.problems.append(unknown)
            return raw
        message = "The file holds no `name: value` lines. Begin it like the one that comes with the software."
    draft.problems.append(Problem(file, "", "", message))
    return None


def _syntax(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}{error.problem}. Look at the indentation, colons and quotation marks there."


def _entries(
    draft: Draft, file: str, content: dict[str, Any] | None, section: str, model: type[M]
) -> list[Placed[M]]:
    """The entries of a list that fit the schema; ids of the others are remembered as known."""
    if content is None:
        return []
    raws = content.get(section)
    if not isinstance(raws, list):
        message = "A list is needed here: one `- ` for each entry."
        draft.problems.append(Problem(file, "", section, message))
        return []
    labels = [_label(raw, number) for number, raw in enumerate(raws, start=1)]
    draft.known.setdefault(section, set()).update(labels)
    placed = (_entry(draft, file, label, raw, model) for label, raw in zip(labels, raws, strict=True))
    return [entry for entry in placed if entry]


def _entry(draft: Draft, file: str, label: str, raw: Any, model: type[M]) -> Placed[M] | None:
    try:
        return Placed(file, label, model.model_validate(raw))
    except ValidationError as error:
        details = error.errors(include_url=False)
        draft.problems += [Problem(file, label, _path(d["loc"]), _plain(d)) for d in details]
        return None


def _label(raw: Any, number: int) -> str:
    """What a person calls the entry: its id, an answer's value, or its place in the list."""
    name = raw.get("id", raw.get("value")) if isinstance(raw, dict) else None
    return str(name) if name is not None else f"entry {number}"


def _path(location: tuple[int | str, ...]) -> str:
    """`channels[0].label.sv` for ("channels", 0, "label", "sv")."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _plain(error: Mapping[str, Any]) -> str:
    """What the schema found, and what to do about it."""
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    name = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "missing":
        return "This is missing. Add it."
    if kind == "extra_forbidden":
        return f"There is no such field.{closest(name, FIELDS)}"
    if kind in ("enum", "literal_error"):
        return f"{given!r} is not known here. Use {context['expected']}."
    if kind == "string_pattern_mismatch":
        return f"{given!r} is written wrongly. {_HOW_TO_WRITE.get(name, _HOW_TO_WRITE['id'])}"
    if kind.startswith("date"):
        return f"{given!r} is no day. Write it like 2026-01-31."
    if kind.startswith("time"):
        return f"{given!r} is no time of day. Write it like 09:30."
    if kind == "value_error":
        return f"{str(context['error']).rstrip('.')}."
    return f"{error['msg']}."


_HOW_TO_WRITE = {
    "id": "An id has small letters a-z, digits, - and _ only.",
    "phone": "A telephone number has digits and spaces only; + may stand first.",
}


def closest(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f" Did you mean `{close[0]}`?" if close else " Correct its name or take it away."


FIELDS = frozenset(
    info.alias or name
    for model in (*vars(schema).values(), *vars(editorial).values())
    if isinstance(model, type) and issubclass(model, BaseModel)
    for name, info in model.model_fields.items()
)
