"""A claim code: shown by a client, entered by a worker, answered by the client; guessing leads nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.core import claims as rules
from bot.core.consent import Item
from bot.core.requests import State
from bot.db.tables import ClaimCode, ContactRequest
from bot.services import caseload, claims, clients, housekeeping, staff
from bot.services import outbox as rows
from bot.services.base import Services
from bot.services.claims import Entered
from tests.conftest import HandClock
from tests.services.people import ANSWERS, CLIENT, KELLO, OTHER, SOMEBODY_ELSE, WORDS, joins, outbox

ITEMS = [Item.AREAS, Item.WORDS]


async def made(services: Services, organisation: str = KELLO) -> str:
    return await claims.create(services, CLIENT, organisation, ANSWERS, ITEMS)


async def claim_id(services: Services) -> int:
    return (await claims.mine(services, CLIENT.id))[0].id


async def test_the_worker_sees_what_was_chosen_only_after_a_yes(services: Services) -> None:
    leena = await joins(services)
    code = await made(services)
    claim = await claim_id(services)
    assert await claims.enter(services, leena.id, code) is Entered.ASKED
    assert await caseload.waiting_and_own(services, leena.id) == []
    asked = await claims.asking(services, CLIENT.id, claim, leena.id)
    assert asked is not None
    assert asked.draft.shared.words == {"money": WORDS}
    assert await claims.show(services, CLIENT, claim, leena.id) is not None
    [card] = await caseload.waiting_and_own(services, leena.id)
    assert card.state is State.ACCEPTED
    assert card.personal is not None
    assert card.personal.shared.words == {"money": WORDS}
    assert card.personal.shared.helps is None  # was not chosen
    assert await claims.mine(services, CLIENT.id) == []


async def test_yes_twice_is_one_consent(services: Services) -> None:
    leena = await joins(services)
    code = await made(services)
    claim = await claim_id(services)
    await claims.enter(services, leena.id, code)
    assert await claims.show(services, CLIENT, claim, leena.id) is not None
    assert await claims.show(services, CLIENT, claim, leena.id) is None
    async with services.db.read() as session:
        assert len(list(await session.scalars(select(ContactRequest.id)))) == 1


async def test_no_shows_nothing_ends_the_code_and_tells_the_worker(services: Services) -> None:
    leena = await joins(services)
    code = await made(services)
    claim = await claim_id(services)
    await claims.enter(services, leena.id, code)
    assert await claims.refuse(services, CLIENT.id, claim, leena.id) is not None
    assert rows.Kind.CLAIM_REFUSED in {row.kind for row in await outbox(services)}
    assert await claims.enter(services, leena.id, code) is Entered.UNKNOWN
    assert await claims.show(services, CLIENT, claim, leena.id) is None
    assert await caseload.waiting_and_own(services, leena.id) == []


@pytest.mark.parametrize("how", ["another organisation", "revoked", "expired", "made anew", "forgotten"])
async def test_a_code_that_does_not_hold_is_unknown_whatever_the_reason(
    services: Services, clock: HandClock, how: str
) -> None:
    worker = await joins(services, organisation=OTHER if how == "another organisation" else KELLO)
    code = await made(services)
    if how == "revoked":
        assert await claims.revoke(services, CLIENT.id, await claim_id(services))
    if how == "expired":
        clock.go(rules.VALID)
    if how == "made anew":
        await made(services)
    if how == "forgotten":
        await clients.forget(services, CLIENT.id)
    assert await claims.enter(services, worker.id, code) is Entered.UNKNOWN


async def test_guessing_is_limited_and_a_right_code_does_not_help_then(
    services: Services, clock: HandClock
) -> None:
    leena = await joins(services)
    code = await made(services)
    for _ in range(rules.MOST_WRONG):
        assert await claims.enter(services, leena.id, "ABC-DEF-GHJ-KMN") is Entered.UNKNOWN
    assert await claims.enter(services, leena.id, code) is Entered.TOO_MANY
    clock.go(rules.WRONG_WITHIN + timedelta(seconds=1))
    assert await claims.enter(services, leena.id, code) is Entered.ASKED


async def test_only_the_client_can_answer_and_only_about_the_worker_who_asked(services: Services) -> None:
    leena, matti = await joins(services), await joins(services)
    code = await made(services)
    claim = await claim_id(services)
    await claims.enter(services, leena.id, code)
    assert await claims.show(services, SOMEBODY_ELSE, claim, leena.id) is None
    assert await claims.show(services, CLIENT, claim, matti.id) is None
    assert not await claims.revoke(services, SOMEBODY_ELSE.id, claim)
    assert await claims.show(services, CLIENT, claim, leena.id) is not None


async def test_an_answer_that_comes_too_late_or_to_a_removed_worker_shows_nothing(
    services: Services, clock: HandClock
) -> None:
    leena, matti = await joins(services), await joins(services)
    code = await made(services)
    claim = await claim_id(services)
    await claims.enter(services, leena.id, code)
    clock.go(rules.ASKING)
    assert await claims.show(services, CLIENT, claim, leena.id) is None
    await claims.enter(services, matti.id, code)
    await staff.remove(services, matti.id)
    assert await claims.show(services, CLIENT, claim, matti.id) is None


async def test_the_code_is_kept_nowhere_and_what_it_shows_goes_when_it_is_over(
    services: Services, clock: HandClock
) -> None:
    code = await made(services)
    async with services.db.read() as session:
        row = (await session.scalars(select(ClaimCode))).one()
        assert code not in str({column.name: getattr(row, column.name) for column in row.__table__.columns})
    assert await claims.revoke(services, CLIENT.id, row.id)
    async with services.db.read() as session:
        assert (await session.get_one(ClaimCode, row.id)).draft is None
    clock.go(timedelta(days=32))
    assert (await housekeeping.purge(services))["claims"] == 1


async def test_stop_ends_what_nobody_waits_for_and_only_a_press_begins_it_again(services: Services) -> None:
    await made(services)
    assert not await clients.opted_out(services, CLIENT.id)
    await clients.opt_out(services, CLIENT.id)
    await made(services)  # using the service again is no subscription
    assert await clients.opted_out(services, CLIENT.id)
    await clients.opt_in(services, CLIENT.id)
    assert not await clients.opted_out(services, CLIENT.id)


async def test_what_waits_is_taken_back_at_stop(services: Services) -> None:
    leena = await joins(services)
    code = await made(services)
    claim = await claim_id(services)
    await claims.enter(services, leena.id, code)
    await claims.show(services, CLIENT, claim, leena.id)
    async with services.db.work() as session:
        kinds = [row.kind for row in await session.scalars(select(rows.OutboxMessage))]
        assert rows.Kind.CONSENT_ENDING in kinds
    await clients.opt_out(services, CLIENT.id)
    for row in await outbox(services):
        assert (row.state == rows.Row.DROPPED) == (row.kind in rows.UNASKED)


async def test_somebody_unknown_who_says_stop_is_not_noted(services: Services) -> None:
    await clients.opt_out(services, SOMEBODY_ELSE.id)
    assert await clients.seen(services, SOMEBODY_ELSE.id) is None


async def test_no_code_is_looked_at_once_all_have_guessed_too_much(services: Services) -> None:
    leena, others = await joins(services), [await joins(services) for _ in range(20)]
    code = await made(services)
    for number in range(rules.MOST_WRONG_IN_ALL):
        await claims.enter(services, others[number % 20].id, "ABC-DEF-GHJ-KMN")
    assert await claims.enter(services, leena.id, code) is Entered.TOO_MANY
