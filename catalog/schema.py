"""What a catalogue consists of: the shape every YAML file, importer and search agrees on.

The catalogue is public information about organisations and what they offer. It knows nothing of
clients, of Telegram or of the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Literal, get_args

from pydantic import ConfigDict, Field, HttpUrl, model_validator

from catalog.basics import (
    FALLBACKS,
    Dated,
    Id,
    Origin,
    Phone,
    Source,
    Strict,
    Text,
    Verified,
    language_of,
)
from catalog.entries import (
    Capacity,
    Channel,
    ChannelKind,
    ContactPerson,
    Day,
    ForWhom,
    LeadsTo,
    Level,
    LifeSituation,
    Offer,
    OfferKind,
    OpeningHours,
    Organisation,
    Place,
    Sector,
    Unit,
)
from catalog.registers.store import Imported, Lookup, Offers

__all__ = [
    "FALLBACKS",
    "STRENGTHS",
    "About",
    "Answer",
    "Capacity",
    "Catalog",
    "Channel",
    "ChannelKind",
    "ContactPerson",
    "Crisis",
    "CrisisContact",
    "CrisisNeed",
    "Dated",
    "Day",
    "Density",
    "Door",
    "ForWhom",
    "Guidance",
    "GuidanceRule",
    "Id",
    "LeadsTo",
    "Level",
    "LifeArea",
    "LifeSituation",
    "Offer",
    "OfferKind",
    "OpeningHours",
    "Organisation",
    "Origin",
    "Phone",
    "Place",
    "SafetyKind",
    "Sector",
    "Source",
    "Strength",
    "Strict",
    "Text",
    "Unit",
    "Verified",
    "language_of",
]


class LifeArea(Strict):
    """One rated area of life (elämän osa-alue)."""

    id: Id
    symbol: str = Field(min_length=1, max_length=4, description="an emoji shown beside the name")
    name: Text
    question: Text = Field(description="asked in the check-in when this area's turn comes")


class Answer(Strict):
    """One of the five answers to a life area's question, as in *Mitä sinulle kuuluu?*."""

    value: int = Field(ge=1, le=5)
    label: Text = Field(description="on a button, at most 30 characters")
    means: Text = Field(description="the whole sentence the button stands for")


class Door(Strict):
    """One of the five ways in (ovi), opened by a thing that a client could say; source B."""

    id: Id
    says: Text = Field(description="what the client could say; shown on a button, so at most 60 characters")
    meaning: Text


Strength = Literal["own", "some_help", "beside", "unknown"]
"""What the client says about acting: on my own, with some help, with somebody beside me; or was not asked."""

STRENGTHS: tuple[Strength, ...] = get_args(Strength)


class GuidanceRule(Strict):
    """One row of the guidance table: the first row whose every condition holds decides the level.

    `low` counts the areas rated 1 or 2, `very_low` those rated 1; None means any. `strength` is how much
    strength to act the client says to have.
    """

    low_at_least: int = Field(0, ge=0)
    very_low_at_least: int = Field(0, ge=0)
    strength: tuple[Strength, ...] = Field(STRENGTHS, min_length=1)
    level: Level

    @property
    def always_matches(self) -> bool:
        return not self.low_at_least and not self.very_low_at_least and set(self.strength) == set(STRENGTHS)


class Density(Strict):
    """How much denser than usual the follow-ups come. The usual times until each are the operator's setting; the last
    of them stays, so that nobody is left sooner for needing more."""

    share: float = Field(1, gt=0, le=1, description="of each usual time: 0.5 halves them")
    between: int = Field(
        0, ge=0, le=6, description="so many more, each in the middle of the longest time between two"
    )


class Guidance(Strict):
    rules: tuple[GuidanceRule, ...] = Field(min_length=1)
    level_names: dict[Level, Text]
    level_means: dict[Level, Text] = Field(description="told to the client: what this level means for you")
    follow_up: dict[Level, Density] = Field(
        {}, description="levels that are followed up more densely than usual"
    )

    @model_validator(mode="after")
    def decides_every_case(self) -> Guidance:
        if not any(rule.always_matches for rule in self.rules):
            raise ValueError("no rule always matches: end the table with a rule that has only a level")
        for told in (self.level_names, self.level_means):
            if missing := [level for level in Level if level not in told]:
                raise ValueError(f"name and explain every level: {', '.join(missing)} is missing")
        return self


class FeedbackSet(StrEnum):
    """Which kind of guidance a statement is about; sources D and E have quality criteria for each."""

    EARLY = "early"  # being met, heard and guided early on
    ORGANISATIONS = "organisations"
    INTENSIVE = "intensive"
    DIGITAL = "digital"  # guidance in this chat


class Statement(Strict):
    """Something the client rates from 1 (very badly) to 5 (very well): a quality criterion in the client's voice."""

    id: Id
    about: FeedbackSet
    says: Text = Field(description="one thing, in the first person, that was so or was not")
    criterion: str = Field(min_length=1, description="which criterion of which source it puts into words")


class SafetyKind(StrEnum):
    """What words of danger in a free text can point to; each kind leads to one crisis need."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    CHILD = "child"
    POISONING = "poisoning"
    MEDICAL = "medical"
    DISTRESS = "distress"


class CrisisContact(Dated):
    """Whom to turn to at once."""

    id: Id
    name: Text
    phone: Phone
    needs: tuple[Id, ...] = Field(min_length=1, description="ids of the crisis needs it answers")
    hours: Text
    help: Text = Field(description="what one gets there, in a sentence")
    if_no_answer: Text = Field(description="try again, or this one")
    languages: tuple[str, ...] = ("fi",)
    municipalities: tuple[str, ...] = Field((), description="empty: the whole country")
    url: HttpUrl | None = None
    verified: Verified


class CrisisNeed(Strict):
    id: Id
    name: Text = Field(description="on a button: what is going on")
    kinds: tuple[SafetyKind, ...] = Field((), description="kinds of danger words that lead here")
    contacts: tuple[Id, ...] = Field(min_length=1, description="crisis contacts in the order to try them")


class Crisis(Strict):
    needs: tuple[CrisisNeed, ...]
    contacts: tuple[CrisisContact, ...]


class About(Strict):
    """What the folder says of itself, in catalog.yaml."""

    demonstration: bool = False
    operator: Text | None = Field(None, description="who runs the service: told to the client at the start")
    advice: str | None = Field(
        None, description="the offer that gives general advice: shown when nothing fits"
    )


class Catalog(Strict):
    """Everything, checked: ids are unique and every reference leads somewhere (see loading).

    The lookups are built at their first use and kept. An id that is stored elsewhere may have left the
    catalogue since: ask the `…_by_id` mappings with `.get` then. The methods raise KeyError.
    What was imported from a register is read from its file when it is asked for: take what you need of
    `offers` in one pass and keep that, rather than going through all of them again and again.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    areas: tuple[LifeArea, ...]
    answers: tuple[Answer, ...]
    doors: tuple[Door, ...]
    guidance: Guidance
    crisis: Crisis
    organisations: tuple[Organisation, ...]
    imported: tuple[Imported, ...] = ()
    about: About = About()
    statements: tuple[Statement, ...] = ()

    @property
    def demonstration(self) -> bool:
        return self.about.demonstration

    @cached_property
    def areas_by_id(self) -> Mapping[str, LifeArea]:
        return {area.id: area for area in self.areas}

    @cached_property
    def doors_by_id(self) -> Mapping[str, Door]:
        return {door.id: door for door in self.doors}

    @cached_property
    def statements_by_id(self) -> Mapping[str, Statement]:
        return {statement.id: statement for statement in self.statements}

    @cached_property
    def organisations_by_id(self) -> Mapping[str, Organisation]:
        """The retired ones too."""
        former = (one for register in self.imported for one in register.former_organisations)
        return {organisation.id: organisation for organisation in (*self.organisations, *former)}

    @cached_property
    def offers(self) -> Sequence[Offer]:
        """What can be suggested: without what is retired or hidden."""
        own = tuple(
            offer
            for maker in self.organisations
            if not (maker.hidden or maker.retired)
            for offer in maker.offers
            if not (offer.hidden or offer.retired)
        )
        return Offers(own, self.imported) if self.imported else own

    @cached_property
    def offers_by_id(self) -> Mapping[str, Offer]:
        """Every offer, what is retired or hidden too."""
        own = {offer.id: offer for organisation in self.organisations for offer in organisation.offers}
        return Lookup(own, self.imported, Imported.offer) if self.imported else own

    @cached_property
    def organisations_by_offer(self) -> Mapping[str, Organisation]:
        own = {offer.id: maker for maker in self.organisations for offer in maker.offers}
        if not self.imported:
            return own
        known = self.organisations_by_id
        return Lookup(own, self.imported, lambda register, offer_id: known[register.maker(offer_id)])

    @property
    def advice(self) -> Offer | None:
        """Where one can ask when nothing in the catalogue fits."""
        return self.offers_by_id.get(self.about.advice) if self.about.advice else None

    def area(self, area_id: str) -> LifeArea:
        return self.areas_by_id[area_id]

    def door(self, door_id: str) -> Door:
        return self.doors_by_id[door_id]

    def answer(self, value: int) -> Answer:
        return {answer.value: answer for answer in self.answers}[value]

    def organisation(self, organisation_id: str) -> Organisation:
        return self.organisations_by_id[organisation_id]

    def offer(self, offer_id: str) -> Offer:
        return self.offers_by_id[offer_id]

    def suggestable(self, offer_id: str) -> Offer | None:
        """The offer, unless it or its organisation is retired or hidden or not there at all."""
        offer = self.offers_by_id.get(offer_id)
        if offer is None or offer.retired or offer.hidden:
            return None
        maker = self.organisation_of(offer)
        return None if maker.retired or maker.hidden else offer

    def organisation_of(self, offer: Offer) -> Organisation:
        return self.organisations_by_offer[offer.id]

    def unit_of(self, offer: Offer) -> Unit | None:
        """The unit that runs it, when its organisation has such a one."""
        return self.organisation_of(offer).unit(offer.unit)

    def crisis_need(self, need_id: str) -> CrisisNeed:
        return {need.id: need for need in self.crisis.needs}[need_id]

    def crisis_need_for(self, kind: SafetyKind | str) -> CrisisNeed:
        """The crisis need that a danger word of this kind leads to."""
        return {known: need for need in self.crisis.needs for known in need.kinds}[SafetyKind(kind)]

    def crisis_contacts(
        self, need_id: str, municipality: str | None = None, locale: str = "fi"
    ) -> tuple[CrisisContact, ...]:
        """Whom to turn to, in the order to try, those who speak the client's language first.

        Left out are local ones elsewhere when the municipality is known, and those who speak only a language that is
        neither the client's nor Finnish, which most lines answer in at all hours.
        """
        contacts = {contact.id: contact for contact in self.crisis.contacts}
        near = (
            contact
            for contact in map(contacts.__getitem__, self.crisis_need(need_id).contacts)
            if municipality is None or not contact.municipalities or municipality in contact.municipalities
        )
        mine = language_of(locale)
        heard = [contact for contact in near if {mine, "fi"} & set(contact.languages)]
        return tuple(sorted(heard, key=lambda contact: mine not in contact.languages))
