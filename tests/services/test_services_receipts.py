"""A consent can be shown to somebody else: what it allows and what became of it, and nothing of what was shared."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fhir.resources.R4B.consent import Consent as FhirConsent
from pydantic import ValidationError

from bot.core.consent import BestTime, Item, Reach
from bot.services import clients, consents, receipts, revisions
from bot.services.base import Services
from bot.services.receipts import Receipt
from bot.services.revisions import Revision
from tests.conftest import HandClock
from tests.services.people import (
    CLIENT,
    HELPS,
    NAME,
    PHONE,
    SOMEBODY_ELSE,
    WORDS,
    asks,
    consent_of,
    events,
)

SIX_FACTS = ("pii_types", "obtained_from", "given_at", "asked_by", "lawful_basis", "purposes")


async def a_life(services: Services, clock: HandClock) -> str:
    """Given, changed and renewed on three days; returns the consent's id."""
    consent = await consent_of(services, await asks(services, reach=Reach.PHONE, phone=PHONE))
    usual: dict[str, Any] = {"consent_id": consent.id, "reach": Reach.CHAT, "best_time": BestTime.EVENING}
    for days in (None, 90):
        clock.go(timedelta(days=1))
        now = Revision(id=str(uuid4()), items=frozenset({Item.AREAS}), days=days, **usual)
        assert await revisions.confirm(services, CLIENT, now)
    return consent.id


async def receipt(services: Services, consent_id: str) -> Receipt:
    found = await receipts.of(services, consent_id)
    assert found is not None
    return found


async def test_the_receipt_tells_all_a_record_of_consent_has_to(services: Services, clock: HandClock) -> None:
    consent_id = await a_life(services, clock)
    fields = json.loads(receipts.as_json(await receipt(services, consent_id)))
    assert fields["schema_version"] == "ISO/IEC TS 27560:2023"
    assert (fields["record_id"], fields["state"]) == (consent_id, "given")
    assert fields["notice"]["language"] == "fi"
    assert fields["recipient_names"] == {"kello": "Mielenterveysyhdistys Kello ry"}
    for name in (
        *SIX_FACTS,
        *("pii_principal_id", "pii_controller", "recipients", "storage_location", "retention"),
        *("jurisdiction", "withdrawal_method", "special_category", "valid_until"),
    ):
        assert fields[name], name


async def test_the_receipt_tells_what_was_allowed_after_each_event(
    services: Services, clock: HandClock
) -> None:
    given = clock.now()
    consent_id = await a_life(services, clock)
    await consents.withdraw(services, CLIENT.id, consent_id)
    fields = json.loads(receipts.as_json(await receipt(services, consent_id)))
    assert [(e["event_type"], e["state"], e["pii_types"], e["contact_method"]) for e in fields["events"]] == [
        ("given", "given", ["name", "phone", "areas", "words", "strengths"], "phone"),
        ("changed", "given", ["areas"], "chat"),
        ("renewed", "given", ["areas"], "chat"),
        ("withdrawn", "withdrawn", ["areas"], "chat"),
    ]
    ends = [datetime.fromisoformat(e["valid_until"]) - given for e in fields["events"]]
    assert [end.days for end in ends] == [30, 30, 92, 92]
    assert len({e["event_id"] for e in fields["events"]}) == 4
    assert (fields["state"], fields["ended_at"]) == ("withdrawn", clock.now().isoformat())


async def test_the_receipt_shows_its_place_in_the_chain(services: Services, clock: HandClock) -> None:
    await asks(services, SOMEBODY_ELSE)
    consent_id = await a_life(services, clock)
    fields = json.loads(receipts.as_json(await receipt(services, consent_id)))
    own = [event for event in await events(services) if event.consent_id == consent_id]
    assert [(link["seq"], link["hash"], link["previous_hash"]) for link in fields["chain"]] == [
        (event.seq, event.hash, event.previous_hash) for event in own
    ]


async def test_there_is_nothing_of_what_was_shared_in_it(services: Services, clock: HandClock) -> None:
    found = await receipt(services, await a_life(services, clock))
    for text in (receipts.as_json(found), receipts.as_fhir(found)):
        assert all(word not in text for word in (NAME, WORDS, HELPS, PHONE[4:], str(CLIENT.id)))


async def test_a_client_gets_their_own_receipt_and_nobody_elses(services: Services) -> None:
    consent = await consent_of(services, await asks(services))
    await asks(services, SOMEBODY_ELSE)
    assert await receipts.mine(services, CLIENT.id, consent.id) == await receipts.of(services, consent.id)
    assert await receipts.mine(services, SOMEBODY_ELSE.id, consent.id) is None
    assert await receipts.mine(services, 1, consent.id) is None


async def test_of_somebody_forgotten_there_is_no_receipt(services: Services) -> None:
    consent = await consent_of(services, await asks(services))
    await clients.forget(services, CLIENT.id)
    assert await receipts.of(services, consent.id) is None
    assert await receipts.of(services, "no-such-consent") is None


async def test_as_a_fhir_consent_it_is_valid(services: Services, clock: HandClock) -> None:
    found = await receipt(services, await a_life(services, clock))
    consent = FhirConsent.model_validate_json(receipts.as_fhir(found))
    assert (consent.status, consent.id) == ("active", found.record.record_id)
    assert consent.scope.coding[0].code == "patient-privacy"
    codes = {(c.system, c.code) for category in consent.category for c in category.coding}
    assert codes == {
        ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IDSCL"),
        ("http://loinc.org", "59284-0"),
    }
    assert consent.dateTime == found.record.given_at
    assert consent.dateTime.tzinfo is not None
    assert consent.policy
    assert consent.policyRule
    assert consent.verification is None


async def test_as_a_fhir_consent_it_says_who_may_see_what_why_and_until_when(
    services: Services, clock: HandClock
) -> None:
    found = await receipt(services, await a_life(services, clock))
    consent = FhirConsent.model_validate_json(receipts.as_fhir(found))
    provision = consent.provision
    assert provision.type == "permit"
    assert (provision.period.start, provision.period.end) == (
        found.record.given_at,
        found.record.valid_until,
    )
    (actor,) = provision.actor
    assert actor.role.coding[0].code == "IRCP"
    assert actor.reference.identifier.value == "kello"
    assert [(coding.system, coding.code) for coding in provision.purpose] == [
        ("http://terminology.hl7.org/CodeSystem/v3-ActReason", "PATRQT")
    ]
    assert [code.coding[0].code for code in provision.code] == ["areas"]
    assert provision.action[0].coding[0].code == "access"


async def test_as_a_fhir_consent_the_client_is_a_number_and_nothing_else(services: Services) -> None:
    consent_row = await consent_of(services, await asks(services))
    consent = FhirConsent.model_validate_json(receipts.as_fhir(await receipt(services, consent_row.id)))
    for reference in (consent.patient, *consent.performer):
        assert (reference.reference, reference.display) == (None, None)
        assert reference.identifier.value == f"client:{consent_row.client_id}"


async def test_a_withdrawn_consent_is_inactive_and_ends_when_it_was_withdrawn(
    services: Services, clock: HandClock
) -> None:
    consent_row = await consent_of(services, await asks(services, days=180))
    clock.go(timedelta(days=2))
    await consents.withdraw(services, CLIENT.id, consent_row.id)
    consent = FhirConsent.model_validate_json(receipts.as_fhir(await receipt(services, consent_row.id)))
    assert (consent.status, consent.provision.period.end) == ("inactive", clock.now())


async def test_what_is_no_fhir_consent_is_refused(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await receipt(services, (await consent_of(services, await asks(services))).id)
    monkeypatch.setattr(receipts, "_fhir", lambda _receipt: {"resourceType": "Consent", "status": "active"})
    with pytest.raises(ValidationError):
        receipts.as_fhir(found)


def test_every_kind_of_data_has_a_name_for_others() -> None:
    assert set(receipts.KINDS) == set(Item)
