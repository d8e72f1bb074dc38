"""What is left when something is not told, the record of a consent, and the chain."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.check_in import CheckIn, Strength
from bot.core.consent import (
    GENESIS,
    VALID_DAYS,
    BestTime,
    ConsentRecord,
    Item,
    Notice,
    Purpose,
    Reach,
    Shared,
    event_hash,
    kinds_of,
    narrowed,
    record_hash,
    share,
    valid_until,
)

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
AREAS = ("money", "friends", "mind", "hope")


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


@given(check_ins, st.sampled_from(Reach))
def test_with_nothing_switched_off_everything_given_is_still_told(check_in: CheckIn, reach: Reach) -> None:
    ways = {"reach": reach, "best_time": BestTime.ANY, "name": "Aino", "phone": "0401234567"}
    once = share(check_in, frozenset(Item), enquiry="Lampi Norppa", **ways)  # type: ignore[arg-type]
    assert narrowed(once, frozenset(Item), **ways) == once  # type: ignore[arg-type]
    assert narrowed(once, frozenset(Item) - {Item.ENQUIRY}, **ways).enquiry is None  # type: ignore[arg-type]


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
