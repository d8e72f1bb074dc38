"""Who may see what: the one decision, the grant it gives, and what is left when something is not told."""

import dataclasses
import itertools
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import consent
from bot.core.check_in import CheckIn, Strength
from bot.core.consent import (
    GENESIS,
    VALID_DAYS,
    BestTime,
    ConsentFacts,
    ConsentRecord,
    ConsentState,
    Grant,
    Item,
    Notice,
    Purpose,
    Reach,
    Shared,
    WorkerFacts,
    event_hash,
    kinds_of,
    permits,
    record_hash,
    share,
    valid_until,
)
from bot.core.requests import IN_HAND, State

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
AREAS = ("money", "friends", "mind", "hope")


# The decision


def facts(**changes: object) -> ConsentFacts:
    usual = ConsentFacts(
        "c1",
        "kello",
        (Purpose.CONTACT,),
        ConsentState.GIVEN,
        NOW + timedelta(days=30),
        State.ACCEPTED,
        accepted_by=7,
    )
    return dataclasses.replace(usual, **changes)  # type: ignore[arg-type]


MATRIX = list(
    itertools.product(
        ["kello", "other"],  # the worker's organisation
        [False, True],  # the worker has been removed
        [7, 8, None],  # who has accepted the request
        ConsentState,
        [NOW - SECOND, NOW, NOW + SECOND],  # valid until
        State,
        [(Purpose.CONTACT,), ()],
    )
)


def test_of_all_combinations_only_the_recipient_who_accepted_a_valid_consent_is_let_in() -> None:
    let_in = []
    for organisation, removed, accepted_by, state, until, request, purposes in MATRIX:
        about = facts(
            accepted_by=accepted_by, state=state, valid_until=until, request_state=request, purposes=purposes
        )
        grant = permits(about, WorkerFacts(7, organisation, removed), Purpose.CONTACT, NOW)
        if grant:
            let_in.append((organisation, removed, accepted_by, state, until, request, purposes))
            assert (grant.consent_id, grant.worker_id, grant.purpose) == ("c1", 7, Purpose.CONTACT)
    wanted = ("kello", False, 7, ConsentState.GIVEN, NOW + SECOND)
    assert let_in == [(*wanted, request, (Purpose.CONTACT,)) for request in State if request in IN_HAND]


def test_a_consent_ends_at_the_very_moment_it_says() -> None:
    worker = WorkerFacts(7, "kello")
    assert permits(facts(valid_until=NOW + timedelta(microseconds=1)), worker, Purpose.CONTACT, NOW)
    assert permits(facts(valid_until=NOW), worker, Purpose.CONTACT, NOW) is None


# The grant


def given_grant() -> Grant:
    grant = permits(facts(), WorkerFacts(7, "kello"), Purpose.CONTACT, NOW)
    assert grant is not None
    return grant


def test_a_grant_cannot_be_made_by_hand() -> None:
    for seal in (None, object(), "seal"):
        with pytest.raises(TypeError, match="permits"):
            Grant("c1", 7, Purpose.CONTACT, seal)
    with pytest.raises(TypeError):
        Grant("c1", 7, Purpose.CONTACT)  # type: ignore[call-arg]


def test_a_grant_cannot_be_made_out_of_another() -> None:
    grant = given_grant()
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(grant, consent_id="c2")  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        grant.consent_id = "c2"  # type: ignore[misc]
    assert consent._SEAL not in vars(grant).values()


# What is left when something is not told


def sayings(about: str) -> st.SearchStrategy[str]:
    """Words of which it can be told where they came from."""
    return st.text(st.characters(categories=["L"]), max_size=5).map(lambda words: f"<{about}> {words}")


check_ins = st.builds(
    CheckIn,
    about=st.sampled_from(["self", "other"]),
    ratings=st.dictionaries(st.sampled_from(AREAS), st.integers(1, 5)),
    words=st.dictionaries(st.sampled_from(AREAS), sayings("words")),
    priorities=st.lists(st.sampled_from(AREAS), max_size=3, unique=True),
    helps=st.none() | sayings("helps"),
    people=st.none() | sayings("people"),
    strength=st.sampled_from(Strength),
    next_step=st.none() | sayings("next_step"),
)
item_sets = st.frozensets(st.sampled_from(Item))


@given(check_ins, item_sets, st.sampled_from(Reach), sayings("name"), sayings("phone"))
def test_what_is_switched_off_is_not_in_what_is_shared(
    check_in: CheckIn, items: frozenset[Item], reach: Reach, name: str, phone: str
) -> None:
    shared = share(check_in, items, reach=reach, best_time=BestTime.ANY, name=name, phone=phone)
    text = json.dumps(shared.model_dump(mode="json"), ensure_ascii=False)
    if Item.NAME not in items:
        assert "<name>" not in text
    if reach is not Reach.PHONE:
        assert "<phone>" not in text
    if Item.AREAS not in items:
        assert shared.areas == {}
    if Item.WORDS not in items:
        assert "<words>" not in text
    if Item.STRENGTHS not in items:
        assert shared.strength is Strength.UNKNOWN
        assert not any(about in text for about in ("<helps>", "<people>", "<next_step>"))
    assert set(kinds_of(shared)) <= items | ({Item.PHONE} if reach is Reach.PHONE else set())


@given(check_ins)
def test_nothing_is_told_of_areas_the_client_did_not_lift_up(check_in: CheckIn) -> None:
    shared = share(check_in, frozenset(Item), reach=Reach.CHAT, best_time=BestTime.ANY)
    assert set(shared.areas) <= set(check_in.matters)
    assert set(shared.words) <= set(check_in.matters)


def test_with_nothing_told_only_how_to_reach_is_left() -> None:
    full = CheckIn(ratings={"money": 1}, words={"money": "velat"}, helps="h", strength=Strength.BESIDE)
    shared = share(full, frozenset(), reach=Reach.CHAT, best_time=BestTime.EVENING, name="N", phone="+358401")
    assert shared == Shared(reach=Reach.CHAT, best_time=BestTime.EVENING)
    assert kinds_of(shared) == []


# The record and the chain


def test_a_consent_lasts_only_as_long_as_was_offered() -> None:
    for days in VALID_DAYS:
        assert valid_until(NOW, days) == NOW + timedelta(days=days)
    for days in (0, -1, 31, 3650):
        with pytest.raises(ValueError, match="30, 90, 180"):
            valid_until(NOW, days)


def record(**changes: object) -> ConsentRecord:
    fields: dict[str, object] = {
        "record_id": "c1",
        "pii_principal_id": "client:1",
        "pii_controller": "kello",
        "recipients": ["kello"],
        "purposes": [Purpose.CONTACT],
        "pii_types": [Item.NAME, Item.AREAS],
        "contact_method": Reach.CHAT,
        "contact_time": BestTime.ANY,
        "notice": Notice(version="1", language="fi"),
        "given_at": NOW,
        "valid_until": NOW + timedelta(days=30),
    }
    return ConsentRecord.model_validate(fields | changes)


def test_the_record_has_the_same_hash_after_it_was_kept() -> None:
    kept = json.loads(json.dumps(record().model_dump(mode="json")))
    assert record_hash(kept) == record_hash(record().model_dump(mode="json"))


@pytest.mark.parametrize(
    "change",
    [
        {"recipients": ["other"]},
        {"pii_types": [Item.NAME]},
        {"valid_until": NOW + timedelta(days=31)},
        {"notice": Notice(version="2", language="fi")},
        {"contact_method": Reach.PHONE},
    ],
)
def test_a_record_that_says_something_else_has_another_hash(change: dict[str, object]) -> None:
    assert record_hash(record(**change).model_dump(mode="json")) != record_hash(
        record().model_dump(mode="json")
    )


EVENT: dict[str, object] = {
    "consent_id": "c1",
    "kind": "given",
    "at": NOW,
    "valid_until": NOW + timedelta(days=30),
    "text_version": "1",
    "locale": "fi",
    "record": "abc",
}


@pytest.mark.parametrize(
    "change",
    [
        {"consent_id": "c2"},
        {"kind": "withdrawn"},
        {"at": NOW + timedelta(microseconds=1)},
        {"valid_until": None},
        {"text_version": "2"},
        {"locale": "sv"},
        {"record": "abd"},
        {"consent_id": 'c1","given', "kind": ""},  # fields cannot run into each other
    ],
)
def test_a_changed_event_has_another_hash(change: dict[str, object]) -> None:
    assert event_hash(GENESIS, **{**EVENT, **change}) != event_hash(GENESIS, **EVENT)  # type: ignore[arg-type]


def test_an_event_that_follows_another_has_another_hash() -> None:
    first = event_hash(GENESIS, **EVENT)  # type: ignore[arg-type]
    assert event_hash(first, **EVENT) != first  # type: ignore[arg-type]


def test_an_event_has_the_same_hash_in_whatever_zone_its_time_is_read() -> None:
    there = {**EVENT, "at": NOW.astimezone(ZoneInfo("Europe/Helsinki"))}
    assert event_hash(GENESIS, **there) == event_hash(GENESIS, **EVENT)  # type: ignore[arg-type]
