"""What a catalogue consists of: the shape every YAML file, importer and search agrees on.

The catalogue is public information about organisations and what they offer. It knows nothing of
clients, of Telegram or of the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    StringConstraints,
    model_validator,
)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", max_length=40)]
"""Stable identifier: lower-case letters, digits, `-` and `_`; at most 40 characters, to fit a button."""

FALLBACKS = {"fi@selko": ("fi",), "sv": ("fi", "en"), "en": ("fi", "sv"), "fi": ("sv", "en")}
"""In which languages a text is looked for, in order, when it is missing in the language asked for."""


def language_of(locale: str) -> str:
    """The language a worker must speak for a client whose locale this is: plain Finnish is Finnish."""
    return locale.partition("@")[0]


class Strict(BaseModel):
    """An unknown field is an error: a misspelt key must not vanish silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(Strict):
    """One text in up to four languages; at least one of them is given."""

    fi: str | None = None
    selko: str | None = Field(None, alias="fi@selko")
    sv: str | None = None
    en: str | None = None

    @model_validator(mode="before")
    @classmethod
    def plain_string_is_finnish(cls, value: Any) -> Any:
        return {"fi": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def has_some_language(self) -> Text:
        if not any((self.fi, self.selko, self.sv, self.en)):
            raise ValueError("give the text in at least one language")
        return self

    def own(self, locale: str) -> str | None:
        """The text in exactly `locale`, or None."""
        value: str | None = getattr(self, "selko" if locale == "fi@selko" else locale, None)
        return value

    def best(self, locale: str) -> str:
        """The text in `locale`, or in the nearest language that has it (see FALLBACKS)."""
        for candidate in (locale, *FALLBACKS.get(locale, ("fi",)), "fi", "sv", "en", "fi@selko"):
            if text := self.own(candidate):
                return text
        raise AssertionError("a Text always has a language")


class OfferKind(StrEnum):
    ACTIVITY = "activity"  # what an organisation offers (toiminta)
    SERVICE = "service"  # what the public sector offers (palvelu)


class Level(StrEnum):
    """Guidance level (palveluohjauksen taso), from the lightest to the densest."""

    ADVICE = "advice"
    LIGHT = "light"
    STRENGTHENING = "strengthening"
    INTENSIVE = "intensive"


class LeadsTo(StrEnum):
    """What the densest guidance needs beside activities, so that it is offered whatever the ratings say."""

    ASSESSMENT = "assessment"  # assessment of the need of services, Social Welfare Act 1301/2014, section 36
    NAMED_WORKER = "named_worker"  # a worker of one's own (omatyöntekijä), section 42


class ChannelKind(StrEnum):
    VISIT = "visit"
    PHONE = "phone"
    CHAT = "chat"
    EMAIL = "email"
    WEB = "web"


class Channel(Strict):
    """One way to get in touch."""

    kind: ChannelKind
    value: str = Field(min_length=2, description="telephone number, address, e-mail, or where to go")
    label: Text | None = None
    price: Text | None = None
    hours: Text | None = None


class Place(Strict):
    name: Text | None = None
    address: str
    postcode: str | None = None
    municipality: str
    latitude: float | None = Field(None, ge=59.0, le=70.2)
    longitude: float | None = Field(None, ge=19.0, le=31.7)
    accessibility: Text | None = None


class Source(Strict):
    """Where the facts come from, and of which day they are."""

    name: str
    date: date
    url: HttpUrl | None = None
    licence: str | None = None


class Verified(Strict):
    """Who last made sure that the facts hold, and when."""

    on: date
    by: str


class Dated(Strict):
    """An entry that says where its facts come from and of which day they are."""

    source: Source
    verified: Verified | None = None

    @property
    def known_on(self) -> date:
        """The last day on which the facts are known to have held."""
        return max(self.source.date, self.verified.on) if self.verified else self.source.date


class Capacity(Strict):
    state: Literal["open", "waiting_list", "full"]
    until: date | None = None


class ForWhom(Strict):
    text: Text | None = None
    min_age: int | None = Field(None, ge=0, le=120)
    max_age: int | None = Field(None, ge=0, le=120)
    close_persons: bool = Field(False, description="also, or only, for people worried about someone close")


Phone = Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^[+0-9][0-9 ]{2,20}$")]


class Offer(Dated):
    """An activity of an organisation or a public service: one thing that could help."""

    id: Id
    kind: OfferKind
    name: Text
    summary: Text = Field(description="what it is, in two or three short sentences")
    areas: tuple[Id, ...] = Field(min_length=1, description="the first is what it is mainly for")
    doors: tuple[Id, ...] = ()
    levels: tuple[Level, ...] = (Level.ADVICE, Level.LIGHT, Level.STRENGTHENING, Level.INTENSIVE)
    for_whom: ForWhom | None = None
    municipalities: tuple[str, ...] = ()
    nationwide: bool = False
    place: Place | None = None
    when: Text | None = None
    rrule: str | None = Field(None, description="recurring time, iCalendar RRULE")
    free: bool | None = None
    cost: Text | None = None
    languages: tuple[str, ...] = ("fi",)
    channels: tuple[Channel, ...] = ()
    anonymous: bool | None = None
    get_in: Text | None = Field(None, description="how to get in: just come, call first, referral …")
    referral: Text | None = Field(None, description="who can refer, when a referral is needed")
    peers: bool = Field(False, description="peers or experts by experience take part")
    capacity: Capacity | None = None
    keywords: tuple[str, ...] = ()
    leads_to: tuple[LeadsTo, ...] = Field((), description="what only an authority can start, see LeadsTo")

    @model_validator(mode="after")
    def is_somewhere(self) -> Offer:
        if not self.nationwide and not self.municipalities:
            raise ValueError("say in which municipalities it is, or that it is nationwide")
        return self


class ContactPerson(Strict):
    name: str
    title: Text | None = None
    phone: Phone | None = None
    email: str | None = None


class Organisation(Dated):
    id: Id
    name: Text
    sector: Literal["association", "parish", "county", "municipality", "state", "foundation"]
    about: Text
    contact_persons: tuple[ContactPerson, ...] = ()
    url: HttpUrl | None = None
    offers: tuple[Offer, ...] = ()


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


class Guidance(Strict):
    rules: tuple[GuidanceRule, ...] = Field(min_length=1)
    level_names: dict[Level, Text]
    level_means: dict[Level, Text] = Field(description="told to the client: what this level means for you")

    @model_validator(mode="after")
    def decides_every_case(self) -> Guidance:
        if not any(rule.always_matches for rule in self.rules):
            raise ValueError("no rule always matches: end the table with a rule that has only a level")
        for told in (self.level_names, self.level_means):
            if missing := [level for level in Level if level not in told]:
                raise ValueError(f"name and explain every level: {', '.join(missing)} is missing")
        return self


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


class Catalog(Strict):
    """Everything, checked: ids are unique and every reference leads somewhere (see loading).

    The lookups are built at their first use and kept. An id that is stored elsewhere may have left the
    catalogue since: ask the `…_by_id` mappings with `.get` then. The methods raise KeyError.
    """

    areas: tuple[LifeArea, ...]
    answers: tuple[Answer, ...]
    doors: tuple[Door, ...]
    guidance: Guidance
    crisis: Crisis
    organisations: tuple[Organisation, ...]
    about: About = About()

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
    def organisations_by_id(self) -> Mapping[str, Organisation]:
        return {organisation.id: organisation for organisation in self.organisations}

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        return tuple(offer for organisation in self.organisations for offer in organisation.offers)

    @cached_property
    def offers_by_id(self) -> Mapping[str, Offer]:
        return {offer.id: offer for offer in self.offers}

    @cached_property
    def organisations_by_offer(self) -> Mapping[str, Organisation]:
        return {offer.id: maker for maker in self.organisations for offer in maker.offers}

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

    def organisation_of(self, offer: Offer) -> Organisation:
        return self.organisations_by_offer[offer.id]

    def crisis_need(self, need_id: str) -> CrisisNeed:
        return {need.id: need for need in self.crisis.needs}[need_id]

    def crisis_need_for(self, kind: SafetyKind | str) -> CrisisNeed:
        """The crisis need that a danger word of this kind leads to."""
        return {known: need for need in self.crisis.needs for known in need.kinds}[SafetyKind(kind)]

    def crisis_contacts(
        self, need_id: str, municipality: str | None = None, locale: str = "fi"
    ) -> tuple[CrisisContact, ...]:
        """Whom to turn to, in the order to try, those who speak the client's language first.

        Local ones elsewhere are left out when the municipality is known.
        """
        contacts = {contact.id: contact for contact in self.crisis.contacts}
        near = (
            contact
            for contact in map(contacts.__getitem__, self.crisis_need(need_id).contacts)
            if municipality is None or not contact.municipalities or municipality in contact.municipalities
        )
        return tuple(sorted(near, key=lambda contact: language_of(locale) not in contact.languages))
