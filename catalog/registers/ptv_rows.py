"""The facts of a PTV service, channel and organisation, the same whichever version of the interface they came in.

Plain dictionaries of plain values, because tens of thousands of them wait on the disk until they are joined.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Literal, TypedDict

from catalog.registers.hours import Hours
from catalog.registers.texts import Words, printable

Area = tuple[str, str]
"""`municipality`, `county` or `region`, and its code."""


class LinkRow(TypedDict):
    """What joins a service to a channel, and what is different there from the channel's own facts."""

    channel: str
    ways: list[dict[str, Any]]
    hours: list[Hours]
    note: Words
    cost: Words
    free: bool | None


def bare_link(channel: str) -> LinkRow:
    """A link that has nothing of its own to say."""
    return LinkRow(channel=channel, ways=[], hours=[], note={}, cost={}, free=None)


def bare(link: LinkRow) -> bool:
    return link == bare_link(link["channel"])


class PointRow(TypedDict):
    """A channel of PTV: a place, a telephone service, a page, an electronic service or a form."""

    id: str
    kind: Literal["location", "phone", "web", "form"]
    name: Words
    ways: list[dict[str, Any]]
    """Ways to get in touch, as they stand in Offer.channels but for the hours."""
    places: list[dict[str, Any]]
    hours: list[Hours]
    note: Words
    """What is said of the hours in words."""
    services: list[str]
    """The services that it says it belongs to."""


class MakerRow(TypedDict):
    id: str
    type: str
    name: Words
    about: Words
    url: str
    parent: str
    nationwide: bool
    areas: list[Area]
    places: list[dict[str, Any]]
    modified: str


class ServiceRow(TypedDict):
    id: str
    maker: str
    maker_name: Words
    name: Words
    other_names: list[str]
    summary: Words
    description: Words
    instructions: Words
    conditions: Words
    cost: Words
    free: bool | None
    languages: list[str]
    classes: list[str]
    """Like the next three: codes, or addresses of what has no code; their names are with the reader."""
    events: list[str]
    terms: list[str]
    groups: list[str]
    keywords: list[str]
    nationwide: bool
    areas: list[Area]
    links: list[LinkRow | str]
    """A channel's id alone when the link has nothing of its own to say."""
    general: str
    modified: str


_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_OURS = uuid.UUID("6f4a8a52-5c5b-5e0e-9d0c-0f6f1b0f8a11")

PRICES: Mapping[str, Words] = {
    "free": {
        "fi": "Maksuton",
        "fi@selko": "Puhelu ei maksa mitään",
        "sv": "Avgiftsfri",
        "en": "Free of charge",
    },
    "extra": {
        "fi": "Maksaa enemmän kuin tavallinen puhelu",
        "fi@selko": "Puhelu maksaa enemmän kuin tavallinen puhelu",
        "sv": "Kostar mer än ett vanligt samtal",
        "en": "Costs more than an ordinary call",
    },
}
"""Said of a call when the register gives no words of its own."""

TEXT_MESSAGE: Words = {
    "fi": "Tekstiviesti",
    "fi@selko": "Tekstiviesti",
    "sv": "Textmeddelande",
    "en": "Text message",
}


def compact_id(register: str, identifier: str) -> str:
    """An entry's id in the catalogue: `ptv-` and the 32 digits of the register's UUID.

    An identifier that is no UUID gets one that is made of it, always the same.
    """
    if _UUID.fullmatch(identifier):
        return f"{register}-{identifier.replace('-', '').lower()}"
    return f"{register}-{uuid.uuid5(_OURS, printable(f'{register}/{identifier}')).hex}"


def phone_number(prefix: str, number: str) -> str:
    """As it is dialled: in Finland with a 0, elsewhere with the country's number."""
    digits = number if number.isdigit() else re.sub(r"\D", "", number)
    if not digits:
        return ""
    if prefix in ("+358", "00358"):
        return "0" + digits.lstrip("0")
    return f"{prefix} {digits}" if prefix else digits


_NOT_IN_ADDRESSES = re.compile(r"[\s<>\"]")


def web_address(url: str) -> str:
    """A page's address that a browser understands; "" when it cannot be one."""
    if not url or _NOT_IN_ADDRESSES.search(url):
        return ""
    return url if "://" in url else f"https://{url}"


CHAT = re.compile(r"\bchat", re.IGNORECASE)


def web_kind(name: Words) -> str:
    return "chat" if CHAT.search("\n".join(name.values())) else "web"
