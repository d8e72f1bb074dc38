"""Workers come with an invitation, receive requests while they are here, and lose everything when removed."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.core.requests import State
from bot.db.tables import Invite
from bot.services import caseload, requests, staff
from bot.services import outbox as rows
from bot.services.base import Services
from bot.services.staff import Refusal, Worker
from tests.conftest import HandClock
from tests.services.people import (
    CLIENT,
    KELLO,
    OTHER,
    accepts,
    asks,
    everything,
    joins,
    outbox,
    request,
    services_on,
)

CHAT = 7_100_000_001


# Invitations


async def test_an_invitation_links_a_worker(services: Services) -> None:
    invitation = await staff.invite(services, KELLO, "Leena")
    worker = await staff.redeem(services, invitation.code, CHAT, "sv")
    assert isinstance(worker, Worker)
    assert (worker.name, worker.organisation_id, worker.role, worker.locale) == (
        "Leena",
        KELLO,
        "worker",
        "sv",
    )
    assert await staff.worker(services, CHAT) == worker
    assert [one for one, _ in await staff.everyone(services)] == [worker]


async def test_an_invitation_is_good_once(services: Services) -> None:
    invitation = await staff.invite(services, KELLO, "Leena")
    await staff.redeem(services, invitation.code, CHAT, "fi")
    assert await staff.redeem(services, invitation.code, CHAT + 1, "fi") is Refusal.USED
    assert await staff.worker(services, CHAT + 1) is None


async def test_of_ten_who_use_an_invitation_at_once_one_gets_in(services: Services) -> None:
    invitation = await staff.invite(services, KELLO, "Leena")
    answers = await asyncio.gather(
        *(staff.redeem(services, invitation.code, CHAT + number, "fi") for number in range(10))
    )
    assert sum(isinstance(answer, Worker) for answer in answers) == 1
    assert answers.count(Refusal.USED) == 9
    assert len(await staff.everyone(services)) == 1


async def test_an_invitation_is_good_for_seven_days(services: Services, clock: HandClock) -> None:
    kept, late = [await staff.invite(services, KELLO, "Leena") for _ in range(2)]
    clock.go(timedelta(days=7) - timedelta(seconds=1))
    assert isinstance(await staff.redeem(services, kept.code, CHAT, "fi"), Worker)
    clock.go(timedelta(seconds=1))
    assert await staff.redeem(services, late.code, CHAT + 1, "fi") is Refusal.EXPIRED


async def test_a_code_is_nowhere_to_be_read(services: Services) -> None:
    invitation = await staff.invite(services, KELLO, "Leena")
    assert invitation.code not in await everything(services)
    async with services.db.read() as session:
        row = await session.scalar(select(Invite))
    assert row is not None
    assert row.code_hash == services.vault.fingerprint(invitation.code, "invite")


async def test_guessing_a_code_is_hopeless(services: Services) -> None:
    codes = [(await staff.invite(services, KELLO, "Leena")).code for _ in range(30)]
    assert len(set(codes)) == len(codes)
    alphabet = len(set("".join(codes)))
    assert alphabet >= 25  # nearly all of the letters used show up among so many
    assert 25 ** len(codes[0]) > 10**22  # a thousand guesses a second for seven days: one chance in 10^13
    for guess in ("", "a" * 16, codes[0][:-1], codes[0] + "x", codes[0][::-1]):
        assert await staff.redeem(services, guess, CHAT, "fi") is Refusal.UNKNOWN


async def test_a_code_may_be_typed_carelessly(services: Services) -> None:
    invitation = await staff.invite(services, KELLO, "Leena")
    assert isinstance(await staff.redeem(services, f"  {invitation.code.upper()} ", CHAT, "fi"), Worker)


async def test_who_joins_hears_at_once_of_what_waits(services: Services) -> None:
    waiting = await asks(services)
    await asks(services, organisation_id=OTHER)
    worker = await joins(services)
    assert [(row.staff_id, row.request_id) for row in await outbox(services, "card")] == [
        (worker.id, waiting)
    ]


# Moving and leaving


async def test_requests_of_a_removed_worker_go_back_to_the_others(services: Services) -> None:
    worker, colleague = await joins(services), await joins(services, "Pekka")
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    assert await staff.remove(services, worker.id)
    back = await request(services, request_id)
    assert (back.state, back.accepted_by, back.accepted_at) == (State.OPEN, None, None)
    await accepts(services, colleague, request_id)
    card = await caseload.card(services, colleague.id, request_id)
    assert card is not None
    assert card.personal is not None


async def test_a_removed_worker_loses_cards_and_clients_words(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    await caseload.remember_shown(services, worker.id, card, 90)
    await requests.answer(services, CLIENT.id, request_id, "ensimmäinen", 55)
    for row in await rows.claim(services):
        await rows.settle(services, row, rows.Row.SENT, message_id=91)
    await requests.answer(services, CLIENT.id, request_id, "matkalla", 56)
    await staff.remove(services, worker.id)
    assert [row.state for row in await outbox(services, "card") if row.staff_id == worker.id] == ["waiting"]
    assert [row.detail for row in await outbox(services, "retract")] == [{"message_id": 91}]
    assert [(row.state, row.note) for row in await outbox(services, "client_word")] == [
        ("sent", None),
        ("dropped", None),
    ]


async def test_a_card_on_its_way_to_a_removed_worker_is_taken_back(services: Services) -> None:
    worker = await joins(services)
    await asks(services)
    claimed = [row for row in await rows.claim(services) if row.kind == "card"]
    await staff.remove(services, worker.id)
    assert not await rows.settle(services, claimed[0], rows.Row.SENT, message_id=90)
    assert [(row.state, row.urgent) for row in await outbox(services, "card")] == [("waiting", True)]


async def test_removing_is_done_once(services: Services) -> None:
    worker = await joins(services)
    removed = await asyncio.gather(*(staff.remove(services, worker.id) for _ in range(5)))
    assert removed.count(True) == 1
    assert not await staff.remove(services, 4711)
    assert await staff.everyone(services) == []


@pytest.mark.parametrize("round_", range(5))
async def test_accepting_while_being_removed_leaves_the_request_to_the_others(
    services: Services, round_: int
) -> None:
    from bot.core.requests import Step

    worker = await joins(services)
    request_id = await asks(services)
    await asyncio.gather(
        caseload.take(services, worker.id, request_id, Step.ACCEPT), staff.remove(services, worker.id)
    )
    left = await request(services, request_id)
    assert (left.state, left.accepted_by) == (State.OPEN, None)


@pytest.mark.parametrize("round_", range(5))
async def test_a_request_withdrawn_while_its_worker_is_removed_stays_withdrawn(
    services: Services, round_: int
) -> None:
    from bot.services import consents

    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    consent_id = (await requests.mine(services, CLIENT.id))[0].consent_id
    await asyncio.gather(
        staff.remove(services, worker.id), consents.withdraw(services, CLIENT.id, consent_id)
    )
    assert (await request(services, request_id)).state == State.WITHDRAWN


async def test_a_worker_who_changes_organisation_leaves_the_old_requests_behind(services: Services) -> None:
    worker = await joins(services, chat_id=CHAT)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    moved = await joins(services, "Leena", OTHER, CHAT)
    assert moved.id == worker.id
    assert (await request(services, request_id)).state == State.OPEN
    assert await caseload.card(services, moved.id, request_id) is None


async def test_a_removed_worker_may_come_back_with_a_new_invitation(services: Services) -> None:
    worker = await joins(services, chat_id=CHAT)
    await staff.remove(services, worker.id)
    assert await staff.worker(services, CHAT) is None
    again = await joins(services, chat_id=CHAT)
    assert await staff.worker(services, CHAT) == again


# Who can be asked


async def test_only_organisations_where_somebody_listens_can_be_asked(services: Services) -> None:
    assert await staff.reachable_organisations(services) == frozenset()
    worker = await joins(services, chat_id=CHAT)
    await joins(services, "Muu", OTHER)
    assert await staff.reachable_organisations(services) == {KELLO, OTHER}
    await staff.chat_reachable(services, CHAT, False)
    assert await staff.reachable_organisations(services) == {OTHER}
    await staff.chat_reachable(services, CHAT, True)
    assert await staff.reachable_organisations(services) == {KELLO, OTHER}
    await staff.remove(services, worker.id)
    assert await staff.reachable_organisations(services) == {OTHER}


async def test_without_a_staff_bot_nobody_can_be_asked(services: Services, clock: HandClock) -> None:
    await joins(services)
    alone = services_on(services.db, clock, staff_token=None)
    assert await staff.reachable_organisations(alone) == frozenset()
