"""Anonymous enquiries (nimetön kysymys): their life, their limits, and the names that hide who asks."""

from __future__ import annotations

from collections.abc import Container
from datetime import timedelta
from enum import StrEnum
from random import Random


class State(StrEnum):
    OPEN = "open"  # something was asked that nobody has answered
    ANSWERED = "answered"
    ENDED = "ended"


LIVE = frozenset({State.OPEN, State.ANSWERED})


class Ended(StrEnum):
    """Who or what ended it."""

    ASKER = "asker"
    WORKER = "worker"
    BLOCKED = "blocked"  # a worker wants no more from this asker; the asker is told what `WORKER` would tell
    IDLE = "idle"
    UNREACHABLE = "unreachable"  # Telegram no longer takes messages for the asker
    FORGOTTEN = "forgotten"  # the asker wants to be forgotten; told to workers as `ASKER`


class Side(StrEnum):
    """Who wrote a message."""

    ASKER = "asker"
    WORKER = "worker"


class Refused(StrEnum):
    """Why a message was not taken."""

    NOT_THERE = "not there"  # nobody answers there, or not to this person: the two look alike
    ENDED = "ended"
    MOST_LIVE = "most live"
    MOST_A_DAY = "most a day"
    UNANSWERED = "unanswered"
    FULL = "full"


MOST_LIVE = 3
"""Enquiries one person may have going on at a time."""
MOST_A_DAY = 5
"""Enquiries one person may begin in `DAY`."""
MOST_UNANSWERED = 5
"""Messages in a row that one enquiry takes without an answer."""
MOST_WAITING = 100
"""Enquiries that wait for an answer in one organisation; when there are more, it takes no new ones."""
MOST_AN_HOUR = 300
"""Enquiries that are taken in an hour from everybody together."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

IDLE_ENDS = timedelta(days=60)
"""An enquiry in which nobody has written for so long is ended."""
KEPT_AFTER_END = timedelta(days=30)
"""After that the words go, and with them the way to the one who asked."""
BLOCK_LASTS = timedelta(days=180)
WRITING_LASTS = timedelta(minutes=30)
"""So long a worker who has begun an answer has the enquiry alone."""

NATURE = (
    *("Aalto", "Halla", "Hanki", "Harju", "Heinä", "Ilta", "Järvi", "Kaarna", "Kaisla", "Kallio", "Kanerva"),
    *("Kataja", "Koivu", "Korpi", "Koski", "Kuu", "Kuusi", "Lampi", "Lehti", "Leppä", "Lumi", "Mänty"),
    *("Metsä", "Niitty", "Oras", "Pihka", "Pihlaja", "Pilvi", "Poutapilvi", "Puro", "Ranta", "Revontuli"),
    *("Saari", "Sade", "Sammal", "Sarastus", "Syksy", "Taika", "Tammi", "Terho", "Tuuli", "Tähti", "Usva"),
    *("Vaahtera", "Virta", "Vuori"),
)
ANIMALS = (
    *("Ahma", "Haukka", "Hiirihaukka", "Hirvi", "Ilves", "Joutsen", "Jänis", "Kettu", "Kiuru", "Kotka"),
    *("Kuikka", "Kuovi", "Kurki", "Kärppä", "Käki", "Leppäkerttu", "Lepakko", "Lokki", "Lumikko", "Majava"),
    *("Mustarastas", "Mäyrä", "Norppa", "Näätä", "Orava", "Perhonen", "Peippo", "Peura", "Pöllö", "Pääsky"),
    *("Satakieli", "Saukko", "Siili", "Sisilisko", "Sorsa", "Sudenkorento", "Telkkä", "Tiainen", "Tikka"),
    *("Tiira", "Urpiainen", "Västäräkki"),
)


def alias(random: Random, taken: Container[str] = ()) -> str:
    """A name for one enquiry, the same in every language: `Sammal Siili`. One that is taken gets a number."""
    name = f"{random.choice(NATURE)} {random.choice(ANIMALS)}"
    while name in taken:
        name = f"{random.choice(NATURE)} {random.choice(ANIMALS)} {random.randint(2, 999)}"
    return name
