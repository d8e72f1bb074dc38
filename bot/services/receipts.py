"""A consent's record with its events, to be kept or shown: as a JSON receipt, or as an HL7 FHIR R4 Consent.

It names kinds of data and none of the data. Whoever it is about is named by a number of ours and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.core.consent import ConsentRecord, ConsentState, Item, Purpose
from bot.db.tables import Client, Consent, ConsentEvent
from bot.services.base import Services

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
GDPR = "http://data.europa.eu/eli/reg/2016/679/oj"
OURS = "urn:x-rinnalla:"
PURPOSES = dict.fromkeys(Purpose, ("PATRQT", "patient requested"))
KINDS = {
    Item.NAME: "name the client wishes to be called by",
    Item.PHONE: "telephone number",
    Item.AREAS: "areas of life in which help is wished for",
    Item.WORDS: "own words about them",
    Item.STRENGTHS: "strength to act, and what helps",
    Item.ENQUIRY: "the made-up name under which something was asked",
    Item.OUTCOME: "how it went afterwards, as told in follow-ups",
}


@dataclass(frozen=True)
class Link:
    """An event as it stands in the chain of all consents."""

    seq: int
    event_type: str
    event_time: datetime
    valid_until: datetime | None
    record_hash: str
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Receipt:
    record: ConsentRecord
    state: ConsentState
    ended_at: datetime | None
    links: tuple[Link, ...]
    names: dict[str, str]
    """Of the recipients, as far as the catalogue knows them."""


async def of(services: Services, consent_id: str) -> Receipt | None:
    """For the operator. None when there is no such consent, or no record of it any more."""
    return await _receipt(services, consent_id, None)


async def mine(services: Services, chat_id: int, consent_id: str) -> Receipt | None:
    """For the client, of their own consent."""
    return await _receipt(services, consent_id, services.vault.fingerprint(chat_id, "client"))


async def _receipt(services: Services, consent_id: str, chat_key: str | None) -> Receipt | None:
    wanted = select(Consent).where(Consent.id == consent_id)
    if chat_key is not None:
        wanted = wanted.join(Client).where(Client.chat_key == chat_key)
    async with services.db.read() as session:
        consent = await session.scalar(wanted)
        if consent is None or consent.record is None:
            return None
        events = await session.scalars(
            select(ConsentEvent).where(ConsentEvent.consent_id == consent_id).order_by(ConsentEvent.seq)
        )
        links = tuple(
            Link(e.seq, e.kind, e.at, e.valid_until, e.record_hash, e.previous_hash, e.hash) for e in events
        )
    record = ConsentRecord.model_validate(consent.record)
    known = services.catalog.organisations_by_id
    names = {one: known[one].name.best("fi") for one in record.recipients if one in known}
    return Receipt(record, ConsentState(consent.state), consent.ended_at, links, names)


def as_json(receipt: Receipt) -> str:
    """Names of fields follow ISO/IEC TS 27560; `chain` says where each event stands among those of all consents."""
    fields = receipt.record.model_dump(mode="json")
    fields["recipient_names"] = receipt.names
    fields["state"] = receipt.state
    fields["ended_at"] = receipt.ended_at.isoformat() if receipt.ended_at else None
    fields["chain"] = [
        {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in vars(link).items()
        }
        for link in receipt.links
    ]
    return json.dumps(fields, ensure_ascii=False, indent=2)


def as_fhir(receipt: Receipt) -> str:
    """An HL7 FHIR R4 Consent, checked against its definition. It claims no verification: nobody has made one."""
    from fhir.resources.R4B.consent import Consent as FhirConsent

    return str(FhirConsent.model_validate(_fhir(receipt)).model_dump_json(indent=2))


def _fhir(receipt: Receipt) -> dict[str, Any]:
    record, given = receipt.record, receipt.state is ConsentState.GIVEN
    principal = _known_as("Patient", "principal", record.pii_principal_id)
    return {
        "resourceType": "Consent",
        "id": record.record_id,
        "meta": {
            "versionId": str(len(record.events)),
            "lastUpdated": record.events[-1].event_time.isoformat() if record.events else None,
            "security": [_coding("v3-Confidentiality", "R", "restricted")]
            if record.special_category
            else None,
        },
        "language": record.notice.language.partition("@")[0],
        "status": "active" if given else "inactive",
        "scope": {"coding": [_coding("consentscope", "patient-privacy", "Privacy Consent")]},
        "category": [
            {"coding": [_coding("v3-ActCode", "IDSCL", "information disclosure")]},
            {"coding": [{"system": "http://loinc.org", "code": "59284-0", "display": "Consent Document"}]},
        ],
        "patient": principal,
        "performer": [principal],
        "dateTime": record.given_at.isoformat(),
        "organization": [_organisation(receipt, record.pii_controller)],
        "policy": [{"authority": "https://eur-lex.europa.eu", "uri": GDPR}],
        "policyRule": {"coding": [_coding("v3-ActCode", "OPTIN", "opt-in")], "text": record.lawful_basis},
        "provision": {
            "type": "permit",
            "period": {
                "start": record.given_at.isoformat(),
                "end": (receipt.ended_at or record.valid_until).isoformat(),
            },
            "actor": [
                {
                    "role": {"coding": [_coding("v3-ParticipationType", "IRCP", "information recipient")]},
                    "reference": _organisation(receipt, recipient),
                }
                for recipient in record.recipients
            ],
            "action": [{"coding": [_coding("consentaction", "access", "Access")]}],
            "purpose": [_coding("v3-ActReason", *PURPOSES[purpose]) for purpose in record.purposes],
            "code": [
                {"coding": [{"system": f"{OURS}kind-of-data", "code": kind}], "text": KINDS[kind]}
                for kind in record.pii_types
            ],
        },
    }


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": TERMINOLOGY + system, "code": code, "display": display}


def _known_as(resource: str, what: str, value: str) -> dict[str, Any]:
    """A reference by a number of ours: nothing in it leads to a person without our database."""
    return {"type": resource, "identifier": {"system": OURS + what, "value": value}}


def _organisation(receipt: Receipt, organisation_id: str) -> dict[str, Any]:
    display = {"display": receipt.names[organisation_id]} if organisation_id in receipt.names else {}
    return {**_known_as("Organization", "organisation", organisation_id), **display}
