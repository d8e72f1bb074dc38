"""What a coordinator knows of an entry and its register does not: kept beside it, in editorial.yaml.

An import never touches these facts. They are laid over the entry each time the catalogue is loaded.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import Field

from catalog.basics import Id, Strict, Text, Verified
from catalog.entries import Capacity, ContactPerson, ForWhom, Level, Offer, Organisation

E = TypeVar("E", Offer, Organisation)


class OfferFacts(Strict):
    """What is given here takes the place of what the register says; of a text, the languages given here."""

    name: Text | None = None
    summary: Text | None = None
    get_in: Text | None = None
    areas: tuple[Id, ...] = Field((), min_length=1)
    doors: tuple[Id, ...] = ()
    levels: tuple[Level, ...] = Field((), min_length=1)
    close_persons: bool = False
    anonymous: bool | None = None
    peers: bool = False
    capacity: Capacity | None = None
    verified: Verified | None = None
    hidden: bool = False


class OrganisationFacts(Strict):
    name: Text | None = None
    about: Text | None = None
    contact_persons: tuple[ContactPerson, ...] = ()
    verified: Verified | None = None
    hidden: bool = False


class Editorial(Strict):
    """The whole file: facts by the id of the entry."""

    offers: dict[Id, OfferFacts] = {}
    organisations: dict[Id, OrganisationFacts] = {}

    def offer(self, offer: Offer) -> Offer:
        """The offer with the facts laid over it."""
        facts = self.offers.get(offer.id)
        return _over(offer, facts) if facts else offer

    def organisation(self, organisation: Organisation) -> Organisation:
        facts = self.organisations.get(organisation.id)
        return _over(organisation, facts) if facts else organisation


def _over(entry: E, facts: OfferFacts | OrganisationFacts) -> E:
    update: dict[str, Any] = {}
    for field in facts.model_fields_set:
        given = getattr(facts, field)
        if field == "close_persons" and isinstance(entry, Offer):
            update["for_whom"] = (entry.for_whom or ForWhom()).model_copy(update={field: given})
        elif isinstance(given, Text) and isinstance(known := getattr(entry, field), Text):
            update[field] = known.model_copy(update=given.model_dump(exclude_none=True))
        else:
            update[field] = given
    return entry.model_copy(update=update)
