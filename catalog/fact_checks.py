"""Whether what an entry of one's own says can be true: a telephone number without digits is none.

What comes from a register is taken as it is; its mistakes are the register's to mend.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from dateutil.rrule import rrulestr

from catalog import places
from catalog.drafts import Draft, Placed, Problem, closest
from catalog.entries import Channel, ChannelKind, ContactPerson, ForWhom, Offer, OpeningHours, Place, Unit
from catalog.schema import Capacity

LANGUAGE = re.compile(r"[a-z]{2,3}")
_EMAIL, _WEB = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), re.compile(r"(https?://)?[^\s/.]+\.\S+")

Said = tuple[str, str]
"""The path of a field, and what is wrong with it."""


def false_facts(draft: Draft) -> Iterator[Problem]:
    """Errors."""
    for placed in draft.offers:
        yield from _told(placed, _of_offer(placed.model))
    for organisation in draft.organisations:
        yield from _told(organisation, _of_persons(organisation.model.contact_persons, ""))
        for number, unit in enumerate(organisation.model.units):
            yield from _told(organisation, _of_unit(unit, f"units[{number}]."))
    for contact in draft.contacts:
        yield from _told(contact, _of_languages(contact.model.languages, ""))


def doubtful_facts(draft: Draft, today: date) -> Iterator[Problem]:
    """Warnings: places that are no municipality, and queues of which it is not known any more whether they last."""
    known = {municipality.name for municipality in places.municipalities()}
    named: list[Placed[Any]] = [*draft.offers, *draft.contacts]
    for placed in named:
        for number, name in enumerate(placed.model.municipalities):
            yield from _unless_known(placed, f"municipalities[{number}]", name, known)
    for offer in draft.offers:
        yield from _of_place(offer, offer.model.place, "", known)
        yield from _told(offer, _of_capacity(offer.model.capacity, today), warning=True)
    for organisation in draft.organisations:
        for number, unit in enumerate(organisation.model.units):
            yield from _of_place(organisation, unit.place, f"units[{number}].", known)


def _told(placed: Placed[Any], said: Iterable[Said], warning: bool = False) -> Iterator[Problem]:
    yield from (placed.problem(field, message, "warning" if warning else "error") for field, message in said)


def _of_offer(offer: Offer) -> Iterator[Said]:
    yield from _of_languages(offer.languages, "")
    yield from _of_channels(offer.channels, "")
    yield from _of_hours(offer.opening_hours, "")
    if offer.rrule and (wrong := rule_problem(offer.rrule)):
        yield "rrule", wrong
    if offer.for_whom and (wrong := _ages(offer.for_whom)):
        yield "for_whom", wrong


def _of_unit(unit: Unit, path: str) -> Iterator[Said]:
    yield from _of_channels(unit.channels, path)
    yield from _of_hours(unit.opening_hours, path)
    yield from _of_persons(unit.contact_persons, path)


def rule_problem(rule: str) -> str | None:
    """What is wrong with an iCalendar RRULE."""
    example = "Write it like FREQ=WEEKLY;BYDAY=TH."
    if not rule.startswith("FREQ="):
        return f"A recurring time begins with FREQ=. {example}"
    try:
        rrulestr(rule, ignoretz=True)
    except ValueError as error:
        return f"This is no recurring time: {error}. {example}"
    return None


def _ages(whom: ForWhom) -> str | None:
    if whom.min_age is None or whom.max_age is None or whom.min_age <= whom.max_age:
        return None
    return f"Nobody is at least {whom.min_age} and at most {whom.max_age} years old."


def _of_languages(languages: Iterable[str], path: str) -> Iterator[Said]:
    for number, code in enumerate(languages):
        if not LANGUAGE.fullmatch(code):
            message = f"`{code}` is no code of a language. Write `fi`, `sv`, `en`, `ar` and so on."
            yield f"{path}languages[{number}]", message


_WAYS: dict[ChannelKind, tuple[Callable[[str], object], str]] = {
    ChannelKind.PHONE: (re.compile(r"\d").search, "is no telephone number"),
    ChannelKind.EMAIL: (_EMAIL.fullmatch, "is no e-mail address"),
    ChannelKind.WEB: (_WEB.fullmatch, "is no address of a page"),
}


def _of_channels(channels: Iterable[Channel], path: str) -> Iterator[Said]:
    for number, channel in enumerate(channels):
        fits, wrong = _WAYS.get(channel.kind, (bool, ""))
        if not fits(channel.value):
            message = f"`{channel.value}` {wrong}. Correct it, or give the channel another kind."
            yield f"{path}channels[{number}].value", message
        yield from _of_languages(channel.languages, f"{path}channels[{number}].")


def _of_hours(hours: Iterable[OpeningHours], path: str) -> Iterator[Said]:
    for number, one in enumerate(hours):
        field = f"{path}opening_hours[{number}]"
        if one.valid_from and one.valid_to and one.valid_to < one.valid_from:
            yield field, f"They end on {one.valid_to}, before they begin. Correct the days."
        if one.exception and not one.valid_from:
            yield (
                field,
                "An exception is for certain days. Give `valid_from` and, for several days, `valid_to`.",
            )
        if one.closed and not one.exception:
            yield field, "Only an exception is `closed`. Add `exception: true`, or leave the days out."


def _of_persons(persons: Iterable[ContactPerson], path: str) -> Iterator[Said]:
    for number, person in enumerate(persons):
        if person.email and not _EMAIL.fullmatch(person.email):
            yield f"{path}contact_persons[{number}].email", f"`{person.email}` is no e-mail address."


def _of_capacity(capacity: Capacity | None, today: date) -> Iterator[Said]:
    if capacity is None or capacity.state == "open":
        return
    if capacity.until is None:
        yield "capacity.until", "Write until which day this holds; without it people are told so for ever."
    elif capacity.until < today:
        message = (
            f"{capacity.until} has passed, and people are told nothing of it any more. Ask how it is now."
        )
        yield "capacity.until", message


def _of_place(placed: Placed[Any], place: Place | None, path: str, known: set[str]) -> Iterator[Problem]:
    if place:
        yield from _unless_known(placed, f"{path}place.municipality", place.municipality, known)


def _unless_known(placed: Placed[Any], field: str, name: str, known: set[str]) -> Iterator[Problem]:
    if name not in known:
        yield placed.problem(
            field, f"`{name}` is no municipality of Finland.{closest(name, known)}", "warning"
        )
