"""Who may do and see what: every combination there is, the one decision over it, and the grant it gives."""

import dataclasses
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import grants
from bot.core.check_in import Strength
from bot.core.consent import BestTime, ConsentState, Item, Purpose, Reach, Shared, kinds_of
from bot.core.grants import Action, ConsentFacts, Grant, Role, WorkerFacts, covered, oversees, permits
from bot.core.requests import State, Step

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ME, COLLEAGUE = 7, 8
EVERYTHING, LESS = frozenset(Item), frozenset({Item.NAME, Item.AREAS})

# What a consent has come to, and the kinds of data that its record then names.
CONSENTS: dict[str, dict[str, object]] = {
    "given": {"kinds": EVERYTHING},
    "changed": {"kinds": LESS},
    "its last second": {"kinds": EVERYTHING, "valid_until": NOW + timedelta(microseconds=1)},
    "out of time and not yet closed": {"kinds": EVERYTHING, "valid_until": NOW},
    "expired": {"kinds": EVERYTHING, "state": ConsentState.EXPIRED},
    "withdrawn": {"kinds": EVERYTHING, "state": ConsentState.WITHDRAWN},
    "forgotten": {"kinds": frozenset(), "state": ConsentState.WITHDRAWN},
    "for something else": {"kinds": EVERYTHING, "purposes": ()},
}
WORKERS = {
    (role, organisation, removed): WorkerFacts(ME, organisation, role, removed)
    for role in Role
    for organisation in ("kello", "other")
    for removed in (False, True)
}


def facts(**changes: object) -> ConsentFacts:
    usual = ConsentFacts(
        "c1",
        "kello",
        (Purpose.CONTACT,),
        EVERYTHING,
        ConsentState.GIVEN,
        NOW + timedelta(days=30),
        State.ACCEPTED,
        accepted_by=ME,
    )
    return dataclasses.replace(usual, **changes)  # type: ignore[arg-type]


def matrix() -> Iterator[tuple[tuple[Role, str, bool], str, State, int | None, Action, Item]]:
    return itertools.product(WORKERS, CONSENTS, State, (ME, COLLEAGUE, None), Action, Item)


# How it went afterwards: also when the request is closed, and, whoever had it, for the contact person.
AFTERWARDS = (State.ACCEPTED, State.CONTACTED, State.UNREACHABLE, State.CLOSING, State.CLOSED)
OTHERS = {Role.WORKER: (), Role.CONTACT_PERSON: (COLLEAGUE, None)}

# All that is allowed; every other combination is not.
LET_IN = {
    ((role, "kello", False), consent, state, taker, action, kind)
    for role in (Role.WORKER, Role.CONTACT_PERSON)
    for consent, kinds in (("given", EVERYTHING), ("changed", LESS), ("its last second", EVERYTHING))
    for kind in kinds
    for state, taker, action in [
        *((State.OPEN, taker, Action.ACCEPT) for taker in (ME, COLLEAGUE, None)),
        *(
            (state, ME, action)
            for state in (State.ACCEPTED, State.CONTACTED, State.UNREACHABLE, State.CLOSING)
            for action in (Action.SEE, Action.HEAR, Action.WRITE, Action.MARK)
        ),
    ]
}
LET_IN |= {
    ((role, "kello", False), consent, state, taker, Action.LEARN, Item.OUTCOME)
    for role, takers in OTHERS.items()
    for consent in ("given", "its last second")
    for state in AFTERWARDS
    for taker in (ME, *takers)
}


def test_of_all_combinations_only_those_are_let_in_that_a_consent_covers() -> None:
    let_in = set()
    for row in matrix():
        worker, consent, state, accepted_by, action, kind = row
        about = facts(**CONSENTS[consent], request_state=state, accepted_by=accepted_by)
        grant = permits(about, WORKERS[worker], Purpose.CONTACT, NOW, action, frozenset({kind}))
        if grant is not None:
            let_in.add(row)
            assert (grant.consent_id, grant.worker_id, grant.purpose) == ("c1", ME, Purpose.CONTACT)
            assert grant.action is action
            assert grant.kinds == ({kind} if action in {Action.SEE, Action.LEARN} else frozenset())
    assert let_in == LET_IN


def test_a_coordinator_is_let_in_nowhere() -> None:
    for consent, state, action in itertools.product(CONSENTS, State, Action):
        about = facts(**CONSENTS[consent], request_state=state)
        assert (
            permits(about, WorkerFacts(ME, "kello", Role.COORDINATOR), Purpose.CONTACT, NOW, action) is None
        )


def test_the_whole_is_overseen_by_the_contact_person_there_and_by_coordinators_everywhere() -> None:
    seen = {facts for facts, worker in WORKERS.items() if oversees(worker, "kello")}
    assert seen == {
        (Role.CONTACT_PERSON, "kello", False),
        (Role.COORDINATOR, "kello", False),
        (Role.COORDINATOR, "other", False),
    }


def test_every_step_of_a_worker_is_decided_by_the_same_rule() -> None:
    assert set(grants.OF_STEP) == set(Step)


def test_asking_for_more_than_the_record_names_gives_nothing() -> None:
    worker = WorkerFacts(ME, "kello", Role.WORKER)
    about = facts(kinds=LESS)
    assert permits(about, worker, Purpose.CONTACT, NOW, kinds=LESS)
    assert permits(about, worker, Purpose.CONTACT, NOW, kinds=LESS | {Item.WORDS}) is None
    whatever = permits(about, worker, Purpose.CONTACT, NOW)
    assert whatever is not None
    assert whatever.kinds == LESS


# The grant


def given_grant(kinds: frozenset[Item] = EVERYTHING) -> Grant:
    grant = permits(facts(kinds=kinds), WorkerFacts(ME, "kello", Role.WORKER), Purpose.CONTACT, NOW)
    assert grant is not None
    return grant


def test_a_grant_cannot_be_made_by_hand() -> None:
    fields = ("c1", ME, Purpose.CONTACT, Action.SEE, EVERYTHING)
    for seal in (None, object(), "seal"):
        with pytest.raises(TypeError, match="permits"):
            Grant(*fields, seal)
    with pytest.raises(TypeError):
        Grant(*fields)  # type: ignore[call-arg]


def test_a_grant_cannot_be_made_out_of_another() -> None:
    grant = given_grant()
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(grant, consent_id="c2")  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        grant.consent_id = "c2"  # type: ignore[misc]
    assert grants._SEAL not in vars(grant).values()


# What a grant shows

FULL = Shared(
    about="other",
    reach=Reach.PHONE,
    best_time=BestTime.EVENING,
    name="Aino",
    phone="+358401234567",
    areas={"money": 1},
    words={"money": "velat"},
    strength=Strength.BESIDE,
    helps="metsä",
    people="sisko",
    next_step="soitan",
    enquiry="Sininen kettu",
    outcome=(3,),
)
ALWAYS = {"about", "reach", "best_time"}


@pytest.mark.parametrize("many", range(len(Item) + 1))
def test_a_grant_shows_its_kinds_of_data_and_nothing_else(many: int) -> None:
    for kinds in itertools.combinations(Item, many):
        seen = covered(FULL, given_grant(frozenset(kinds)))
        assert set(kinds_of(seen)) == set(kinds)
        shown = {name for kind in kinds for name in grants.FIELDS[kind]} | ALWAYS
        assert seen.model_dump(exclude_defaults=True) == {
            name: value for name, value in FULL.model_dump().items() if name in shown
        }


def test_every_field_that_can_be_shared_is_of_one_kind() -> None:
    assert set(kinds_of(FULL)) == set(Item), "the example tells everything"
    fields = [name for names in grants.FIELDS.values() for name in names]
    assert sorted([*fields, *ALWAYS]) == sorted(Shared.model_fields)
    assert set(grants.FIELDS) == set(Item)
