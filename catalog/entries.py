"""Who offers what: organisations, their units, and the activities and services that could help somebody."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Literal

from pydantic import Field, HttpUrl, model_validator

from catalog.basics import Dated, Id, Origin, Phone, Strict, Text


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
    languages: tuple[str, ...] = Field((), description="empty: all the languages of the offer")


class Place(Strict):
    name: Text | None = None
    address: str
    postcode: str | None = None
    municipality: str
    latitude: float | None = Field(None, ge=59.0, le=70.2)
    longitude: float | None = Field(None, ge=19.0, le=31.7)
    accessibility: Text | None = None

    @model_validator(mode="after")
    def is_a_point_or_none(self) -> Place:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("give both latitude and longitude, or neither")
        return self


class Day(StrEnum):
    """A day of the week, written as in an iCalendar RRULE."""

    MO = "MO"
    TU = "TU"
    WE = "WE"
    TH = "TH"
    FR = "FR"
    SA = "SA"
    SU = "SU"


class OpeningHours(Strict):
    """One stretch of time on some days: when a door is open or a line answers.

    It ends on the next day when `closes` is not later than `opens`: 00:00 to 00:00 is day and night.
    """

    days: tuple[Day, ...] = Field(tuple(Day), min_length=1)
    opens: time = time(0)
    closes: time = time(0)
    closes_on: Day | None = Field(
        None, description="the day it ends on, when that is not the same or the next"
    )
    weeks: Literal["every", "odd", "even"] = "every"
    by_appointment: bool = False
    valid_from: date | None = None
    valid_to: date | None = Field(None, description="the last day")
    exception: bool = Field(False, description="instead of the other hours on the dates given")
    closed: bool = Field(False, description="an exception: shut on the dates given")


class Capacity(Strict):
    state: Literal["open", "waiting_list", "full"]
    until: date | None = None


class LifeSituation(StrEnum):
    """Whose situation an offer is made for; it may help others as well."""

    FAMILY = "family"  # families with children, and those expecting one
    YOUNG = "young"
    OLDER = "older"
    UNEMPLOYED = "unemployed"
    STUDENT = "student"
    IMMIGRANT = "immigrant"
    LIVING_ABROAD = "living_abroad"
    DISABLED = "disabled"
    ILL = "ill"  # a long illness
    CARER = "carer"  # cares for someone close (omaishoitaja)
    BEREAVED = "bereaved"
    SEPARATED = "separated"
    INDEBTED = "indebted"
    HOMELESS = "homeless"
    CONVICTED = "convicted"  # in prison or after it


class ForWhom(Strict):
    text: Text | None = None
    min_age: int | None = Field(None, ge=0, le=120)
    max_age: int | None = Field(None, ge=0, le=120)
    close_persons: bool = Field(False, description="also, or only, for people worried about someone close")
    situations: tuple[LifeSituation, ...] = ()


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
    unit: Id | None = Field(None, description="the unit of the organisation that runs it")
    when: Text | None = None
    opening_hours: tuple[OpeningHours, ...] = ()
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
    hidden: bool = Field(False, description="not suggested, although it exists")
    retired_on: date | None = Field(None, description="since when it exists no more; memos still name it")
    origin: Origin | None = None

    @model_validator(mode="after")
    def is_somewhere(self) -> Offer:
        if not self.nationwide and not self.municipalities:
            raise ValueError("say in which municipalities it is, or that it is nationwide")
        return self

    @property
    def retired(self) -> bool:
        return self.retired_on is not None


class ContactPerson(Strict):
    name: str
    title: Text | None = None
    phone: Phone | None = None
    email: str | None = None


class Unit(Strict):
    """A part of an organisation with a door, a telephone or people of its own."""

    id: Id
    name: Text
    about: Text | None = None
    place: Place | None = None
    opening_hours: tuple[OpeningHours, ...] = ()
    channels: tuple[Channel, ...] = ()
    contact_persons: tuple[ContactPerson, ...] = ()


Sector = Literal["association", "parish", "county", "municipality", "state", "foundation", "company"]


class Organisation(Dated):
    id: Id
    name: Text
    sector: Sector
    about: Text
    contact_persons: tuple[ContactPerson, ...] = ()
    url: HttpUrl | None = None
    units: tuple[Unit, ...] = ()
    offers: tuple[Offer, ...] = Field((), description="those of an imported one are in Catalog.offers only")
    hidden: bool = Field(False, description="nothing of it is suggested, although it exists")
    retired_on: date | None = None
    origin: Origin | None = None

    @property
    def retired(self) -> bool:
        return self.retired_on is not None

    def unit(self, unit_id: str | None) -> Unit | None:
        return next((unit for unit in self.units if unit.id == unit_id), None)
