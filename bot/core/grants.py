"""The one rule of who may see what of a client, and the grant without which no view of a client can be made."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.consent import ConsentState, Item, Purpose, Shared
from bot.core.requests import IN_HAND, LEARNING, State, Step


class Role(StrEnum):
    """What somebody who has joined the staff bot is there for."""

    WORKER = "worker"
    CONTACT_PERSON = "contact_person"  # receives requests and information for the organisation
    COORDINATOR = "coordinator"  # of the service as a whole: catalogue, figures, what waits; meets no client


MEETS_CLIENTS = frozenset({Role.WORKER, Role.CONTACT_PERSON})


class Action(StrEnum):
    """What somebody wants to do with a client's matter."""

    ACCEPT = "accept"  # take a request that waits for somebody
    SEE = "see"  # look at what the client shares
    HEAR = "hear"  # get the client's own words, written in the chat
    WRITE = "write"  # send own words to the client
    MARK = "mark"  # say how it went, or that it is over
    LEARN = "learn"  # hear afterwards how it went, in the client's words


OF_STEP = {
    Step.ACCEPT: Action.ACCEPT,
    Step.WRITE: Action.WRITE,
    Step.CONTACTED: Action.MARK,
    Step.UNREACHABLE: Action.MARK,
    Step.CLOSE: Action.MARK,
    Step.REOPEN: Action.MARK,
}

LEARNT = frozenset({Item.OUTCOME})

_SEAL = object()


@dataclass(frozen=True)
class Grant:
    """Leave to do one thing about one client, now and for one purpose, and to see these kinds of data in doing it.
    Only `permits` makes one."""

    consent_id: str
    worker_id: int
    purpose: Purpose
    action: Action
    kinds: frozenset[Item]
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a grant comes from permits() alone")


@dataclass(frozen=True)
class ConsentFacts:
    """What the decision needs to know of a consent and the request that rests on it."""

    consent_id: str
    organisation_id: str
    purposes: tuple[Purpose, ...]
    kinds: frozenset[Item]  # of data, as the consent's record names them
    state: ConsentState
    valid_until: datetime
    request_state: State
    accepted_by: int | None


@dataclass(frozen=True)
class WorkerFacts:
    worker_id: int
    organisation_id: str
    role: Role
    removed: bool = False


def permits(
    consent: ConsentFacts,
    worker: WorkerFacts,
    purpose: Purpose,
    now: datetime,
    action: Action = Action.SEE,
    kinds: frozenset[Item] | None = None,
) -> Grant | None:
    """May this worker do this with this of this client, now, for this purpose? The one place where it is decided.

    Yes only if they still work for the recipient organisation, meet clients there, and the consent is given for this
    purpose and valid at `now`; if they have accepted the request that rests on it, or it is free and they accept it
    now; and if the consent's record names all the `kinds` of data asked for. With None whatever it names may be seen.
    How it went, and nothing else, may be learnt once the request is closed, too, and by the contact person.
    """
    if action is Action.LEARN:
        kinds = LEARNT if kinds is None else kinds
    allowed = (
        meets(worker, consent.organisation_id)
        and purpose in consent.purposes
        and consent.state is ConsentState.GIVEN
        and now < consent.valid_until
        and _in_turn(consent, worker, action)
        and (kinds is None or kinds <= consent.kinds)
        and (action is not Action.LEARN or kinds == LEARNT)
    )
    if not allowed:
        return None
    showing = action in {Action.SEE, Action.LEARN}
    shown = (consent.kinds if kinds is None else kinds) if showing else frozenset[Item]()
    return Grant(consent.consent_id, worker.worker_id, purpose, action, shown, _SEAL)


def meets(worker: WorkerFacts, organisation_id: str) -> bool:
    """Whether requests to this organisation are this worker's business at all."""
    return not worker.removed and worker.organisation_id == organisation_id and worker.role in MEETS_CLIENTS


def oversees(worker: WorkerFacts, organisation_id: str) -> bool:
    """Whether it is this worker's business that nobody takes a request to this organisation, or that two tell two
    stories about one: a contact person's in their own organisation, a coordinator's everywhere. It shows nothing of a
    client: for that there are grants alone."""
    if worker.removed:
        return False
    own = worker.role is Role.CONTACT_PERSON and worker.organisation_id == organisation_id
    return own or worker.role is Role.COORDINATOR


def _in_turn(consent: ConsentFacts, worker: WorkerFacts, action: Action) -> bool:
    if action is Action.ACCEPT:
        return consent.request_state is State.OPEN
    if action is Action.LEARN:
        had_it = consent.accepted_by == worker.worker_id or worker.role is Role.CONTACT_PERSON
        return consent.request_state in LEARNING and had_it
    return consent.request_state in IN_HAND and consent.accepted_by == worker.worker_id


FIELDS = {
    Item.NAME: ("name",),
    Item.PHONE: ("phone",),
    Item.AREAS: ("areas",),
    Item.WORDS: ("words",),
    Item.STRENGTHS: ("strength", "helps", "people", "next_step"),
    Item.ENQUIRY: ("enquiry",),
    Item.OUTCOME: ("outcome",),
}
"""Where each kind of data stands in what is shared. How to be reached, and whether it is about oneself, is of no kind:
it is what a request is, and goes with every grant to see."""


def covered(shared: Shared, grant: Grant) -> Shared:
    """What of it a grant shows: nothing outside its kinds, whatever may be kept."""
    kept = shared.model_dump()
    for kind, names in FIELDS.items():
        if kind not in grant.kinds:
            for name in names:
                del kept[name]
    return Shared.model_validate(kept)
