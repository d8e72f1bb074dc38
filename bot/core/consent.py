"""Consent (suostumus): what the client allows, as a record.

Field names of `ConsentRecord` follow ISO/IEC TS 27560:2023 (consent record information structure).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from bot.core.check_in import CheckIn, Strength

SCHEMA_VERSION = "ISO/IEC TS 27560:2023"
TEXT_VERSION = "2026-11-2"
"""Version of the words the client is shown and consents to; changes whenever they change in meaning."""
VALID_DAYS = (30, 90, 180)
ASK_BEFORE = timedelta(days=7)
"""So long before a term ends its client is asked what then."""
THE_SERVICE = "the service"
"""Recipient of a consent that is given to no organisation; no organisation's id holds a blank."""
SMS_GATEWAY = "the operator's text message gateway"
GENESIS = ""
"""What the first event of the chain takes for the hash before it."""


class Item(StrEnum):
    """A kind of data the client can share or hold back."""

    NAME = "name"
    PHONE = "phone"
    AREAS = "areas"
    WORDS = "words"
    STRENGTHS = "strengths"
    ENQUIRY = "enquiry"  # that it was the client who asked something without a name
    OUTCOME = "outcome"  # how it went afterwards, told at the end of a follow-up


class Reach(StrEnum):
    CHAT = "chat"
    PHONE = "phone"


class BestTime(StrEnum):
    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Purpose(StrEnum):
    CONTACT = "contact"  # the organisation may contact the client about what was shared
    REMIND = "remind"  # the service may send the client text messages


class EventKind(StrEnum):
    GIVEN = "given"
    CHANGED = "changed"  # other data, or another way to be reached
    RENEWED = "renewed"  # another term
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class ConsentState(StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Shared(BaseModel):
    """Exactly what the recipient sees once it has accepted the request, and nothing else."""

    model_config = ConfigDict(frozen=True)

    about: Literal["self", "other"] = "self"
    reach: Reach
    best_time: BestTime = BestTime.ANY
    name: str | None = None
    phone: str | None = None
    areas: dict[str, int] = {}
    words: dict[str, str] = {}
    strength: Strength = Strength.UNKNOWN
    helps: str | None = None
    people: str | None = None
    next_step: str | None = None
    enquiry: str | None = None
    # Follow-ups of which this recipient may learn how it went: their ids; what was said stays where it is.
    outcome: tuple[int, ...] = ()


def share(
    check_in: CheckIn,
    items: frozenset[Item],
    *,
    reach: Reach,
    best_time: BestTime,
    name: str | None = None,
    phone: str | None = None,
    enquiry: str | None = None,
) -> Shared:
    """What is left of a check-in when only `items` may be told. A telephone number goes only where a call is wished."""
    areas = {area: check_in.ratings[area] for area in check_in.matters if area in check_in.ratings}
    strengths = Item.STRENGTHS in items
    return Shared(
        about=check_in.about,
        reach=reach,
        best_time=best_time,
        name=name if Item.NAME in items else None,
        phone=phone if reach is Reach.PHONE else None,
        areas=areas if Item.AREAS in items else {},
        words={a: w for a, w in check_in.words.items() if a in areas} if Item.WORDS in items else {},
        strength=check_in.strength if strengths else Strength.UNKNOWN,
        helps=check_in.helps if strengths else None,
        people=check_in.people if strengths else None,
        next_step=check_in.next_step if strengths else None,
        enquiry=enquiry if Item.ENQUIRY in items else None,
    )


def narrowed(
    given: Shared,
    items: frozenset[Item],
    *,
    reach: Reach,
    best_time: BestTime,
    name: str | None = None,
    phone: str | None = None,
) -> Shared:
    """What is left of what was once `given` when only `items` of it may be told. Name, number and how to be reached
    are as the client says now; of all else nothing can come in that was not given."""
    strengths = Item.STRENGTHS in items
    return Shared(
        about=given.about,
        reach=reach,
        best_time=best_time,
        name=name if Item.NAME in items else None,
        phone=phone if reach is Reach.PHONE else None,
        areas=given.areas if Item.AREAS in items else {},
        words=given.words if Item.WORDS in items else {},
        strength=given.strength if strengths else Strength.UNKNOWN,
        helps=given.helps if strengths else None,
        people=given.people if strengths else None,
        next_step=given.next_step if strengths else None,
        enquiry=given.enquiry if Item.ENQUIRY in items else None,
        outcome=given.outcome if Item.OUTCOME in items else (),
    )


class Notice(BaseModel):
    version: str
    language: str


class RecordEvent(BaseModel):
    """What happened to a consent, and what it allowed from then on."""

    event_id: str
    event_type: EventKind
    event_time: datetime
    entity_id: str  # whose act it was
    state: ConsentState
    valid_until: datetime
    notice: Notice
    pii_types: list[Item]
    contact_method: Reach
    contact_time: BestTime


class ConsentRecord(BaseModel):
    """The record of one consent. It names the data by kind; the data itself is kept apart and erased at the end.

    The six facts of a good record of shared information are `pii_types` (what), `obtained_from`, `given_at` (when),
    `asked_by`, `lawful_basis` and `purposes`.
    """

    schema_version: str = SCHEMA_VERSION
    record_id: str
    pii_principal_id: str
    pii_controller: str
    recipients: list[str]
    purposes: list[Purpose]
    pii_types: list[Item]
    special_category: bool = True
    lawful_basis: str = "GDPR art. 6(1)(a) and 9(2)(a): consent"
    collection_method: str = "chat"
    obtained_from: str = "the client"
    asked_by: str = "the service's chat bot, for the recipients"
    contact_method: Reach
    contact_time: BestTime
    storage_location: str = "the operator's own server"
    retention: str = "what is shared is erased when the consent ends"
    jurisdiction: str = "FI"
    withdrawal_method: str = "in the chat: one tap on the receipt or in my matters, or by writing so"
    notice: Notice
    given_at: datetime
    valid_until: datetime
    events: list[RecordEvent] = []

    def after(
        self,
        kind: EventKind,
        *,
        event_id: str,
        at: datetime,
        valid_until: datetime,
        language: str,
        shared: Shared | None,
    ) -> ConsentRecord:
        """The record once `kind` has happened. `shared` is what it covers from then on; None leaves that as it was."""
        ended = kind in {EventKind.WITHDRAWN, EventKind.EXPIRED}
        kinds = self.pii_types if shared is None else kinds_of(shared)
        event = RecordEvent(
            event_id=event_id,
            event_type=kind,
            event_time=at,
            entity_id=THE_SERVICE if kind is EventKind.EXPIRED else self.pii_principal_id,
            state=ConsentState(kind.value) if ended else ConsentState.GIVEN,
            valid_until=valid_until,
            notice=Notice(version=TEXT_VERSION, language=language),
            pii_types=kinds,
            contact_method=shared.reach if shared else self.contact_method,
            contact_time=shared.best_time if shared else self.contact_time,
        )
        now = {"notice", "pii_types", "contact_method", "contact_time", "valid_until"}
        return self.model_copy(
            update={**{name: getattr(event, name) for name in now}, "events": [*self.events, event]}
        )


def kinds_of(shared: Shared) -> list[Item]:
    """Which kinds of data `shared` holds."""
    found = {
        Item.NAME: shared.name,
        Item.PHONE: shared.phone,
        Item.AREAS: shared.areas,
        Item.WORDS: shared.words,
        Item.STRENGTHS: shared.helps
        or shared.people
        or shared.next_step
        or shared.strength != Strength.UNKNOWN,
        Item.ENQUIRY: shared.enquiry,
        Item.OUTCOME: shared.outcome,
    }
    return [item for item, value in found.items() if value]


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def record_hash(kept: Mapping[str, Any]) -> str:
    """Of the record exactly as it is kept, so that a field that later versions add changes no old hash."""
    return hashlib.sha256(canonical(kept)).hexdigest()


def event_hash(
    previous: str,
    *,
    consent_id: str,
    kind: str,
    at: datetime,
    valid_until: datetime | None,
    text_version: str,
    locale: str,
    record: str,
) -> str:
    """Hash of one event of the chain; it covers every stored field of the event and the hash before it."""
    fields = [previous, consent_id, kind, stamp(at), stamp(valid_until), text_version, locale, record]
    return hashlib.sha256(canonical(fields)).hexdigest()


def stamp(moment: datetime | None) -> str | None:
    """A moment as text that is the same in whatever zone it is read: microseconds since 1970."""
    return None if moment is None else f"{int(moment.timestamp() * 1_000_000)}"


def valid_until(given: datetime, days: int) -> datetime:
    """Raises ValueError for a term that is not offered."""
    if days not in VALID_DAYS:
        raise ValueError(f"a consent lasts {', '.join(map(str, VALID_DAYS))} days")
    return given + timedelta(days=days)
