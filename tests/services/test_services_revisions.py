"""A consent goes on, or tells something else, only while it is in force; and what was shown is what the worker sees."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot.core.check_in import Strength
from bot.core.consent import BestTime, Item, Reach
from bot.services import caseload, consents, revisions
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.revisions import Revision
from tests.conftest import HandClock
from tests.services.people import (
    CLIENT,
    HELPS,
    NAME,
    PHONE,
    SOMEBODY_ELSE,
    WORDS,
    accepts,
    asks,
    closes,
    consent_of,
    events,
    everything,
    joins,
    outbox,
    request,
)

WITHOUT_WORDS = frozenset({Item.NAME, Item.AREAS, Item.STRENGTHS})


def revision(consent_id: str, **changes: Any) -> Revision:
    """Everything as it was given; `changes` say what is different."""
    usual: dict[str, Any] = {
        "id": str(uuid4()),
        "consent_id": consent_id,
        "items": frozenset(Item),
        "reach": Reach.CHAT,
        "best_time": BestTime.ANY,
        "name": NAME,
    }
    return Revision(**{**usual, **changes})


async def confirms(services: Services, consent_id: str, chat: Chat = CLIENT, **changes: Any) -> bool:
    return await revisions.confirm(services, chat, revision(consent_id, **changes))


async def kinds(services: Services) -> list[str]:
    return [event.kind for event in await events(services)]


async def seen_by(services: Services, worker_id: int, request_id: int) -> str:
    card = await caseload.card(services, worker_id, request_id)
    assert card is not None
    return repr(card.personal)


# Renewing


async def test_renewing_begins_a_new_term_today(services: Services, clock: HandClock) -> None:
    request_id = await asks(services, days=30)
    before = await consent_of(services, request_id)
    clock.go(timedelta(days=25))
    assert await confirms(services, before.id, days=90)
    after = await consent_of(services, request_id)
    assert after.valid_until == clock.now() + timedelta(days=90)
    assert (after.given_at, after.shared, after.state) == (before.given_at, before.shared, "given")
    assert await kinds(services) == ["given", "renewed"]
    assert (await events(services))[-1].valid_until == after.valid_until
    assert (await consents.verify(services)).whole


async def test_a_renewed_consent_ends_at_the_new_end(services: Services, clock: HandClock) -> None:
    worker = await joins(services)
    request_id = await asks(services, days=30)
    await accepts(services, worker, request_id)
    clock.go(timedelta(days=29))
    await confirms(services, (await consent_of(services, request_id)).id, days=30)
    clock.go(timedelta(days=30) - timedelta(seconds=1))
    assert await consents.expire_due(services) == 0
    assert NAME in await seen_by(services, worker.id, request_id)
    clock.go(timedelta(seconds=1))
    assert await seen_by(services, worker.id, request_id) == "None"
    assert await consents.expire_due(services) == 1
    assert await kinds(services) == ["given", "renewed", "expired"]


async def test_a_term_that_is_not_offered_is_refused(services: Services) -> None:
    consent = await consent_of(services, await asks(services))
    with pytest.raises(ValueError, match="30, 90, 180"):
        await confirms(services, consent.id, days=3650)
    assert await kinds(services) == ["given"]


# Changing


async def test_what_is_switched_off_is_gone_from_the_card_at_once(
    services: Services, clock: HandClock
) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    clock.set(clock.now().replace(hour=23))
    consent = await consent_of(services, request_id)
    assert await confirms(services, consent.id, items=WITHOUT_WORDS)
    assert WORDS not in await seen_by(services, worker.id, request_id)
    assert HELPS in await seen_by(services, worker.id, request_id)
    (card,) = await outbox(services, "card")
    assert (card.state, card.due_at, card.urgent) == ("waiting", clock.now(), True)
    assert await kinds(services) == ["given", "changed"]
    assert (await consent_of(services, request_id)).record["pii_types"] == ["name", "areas", "strengths"]


async def test_what_was_switched_off_can_be_switched_on_again(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    consent = await consent_of(services, request_id)
    await confirms(services, consent.id, items=frozenset(), name=None)
    bare = await seen_by(services, worker.id, request_id)
    assert all(word not in bare for word in (NAME, WORDS, HELPS, "money"))
    await confirms(services, consent.id)
    whole = await seen_by(services, worker.id, request_id)
    assert all(word in whole for word in (NAME, WORDS, HELPS))
    assert await kinds(services) == ["given", "changed", "changed"]


async def test_what_was_never_given_cannot_be_switched_on(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services, items=frozenset({Item.AREAS}))
    await accepts(services, worker, request_id)
    consent = await consent_of(services, request_id)
    await confirms(services, consent.id, name="Toinen Nimi")
    seen = await seen_by(services, worker.id, request_id)
    assert "Toinen Nimi" in seen
    assert all(word not in seen for word in (WORDS, HELPS, Strength.BESIDE))


async def test_name_number_and_time_are_as_the_client_says_now(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    consent = await consent_of(services, request_id)
    new = {"name": "Ainokainen", "reach": Reach.PHONE, "phone": PHONE, "best_time": BestTime.EVENING}
    await confirms(services, consent.id, **new)
    seen = await seen_by(services, worker.id, request_id)
    assert all(word in seen for word in ("Ainokainen", PHONE, "evening"))
    assert NAME not in seen
    assert (await request(services, request_id)).wish == "phone"
    await confirms(services, consent.id, name="Ainokainen", phone=PHONE)
    assert PHONE not in await seen_by(services, worker.id, request_id)


async def test_colleagues_see_no_more_of_a_request_than_is_told_now(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    consent = await consent_of(services, request_id)
    await confirms(services, consent.id, items=frozenset({Item.NAME}))
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert (card.areas, card.urgency) == ((), "ordinary")
    await confirms(services, consent.id)
    card = await caseload.card(services, worker.id, request_id)
    assert card is not None
    assert (card.areas, card.urgency) == (("money", "friends"), "soon")


async def test_changing_keeps_the_term_and_changing_with_a_new_term_is_two_events(
    services: Services, clock: HandClock
) -> None:
    consent = await consent_of(services, await asks(services))
    clock.go(timedelta(days=1))
    await confirms(services, consent.id, items=WITHOUT_WORDS)
    assert (await events(services))[-1].valid_until == consent.valid_until
    await confirms(services, consent.id, days=180)
    assert await kinds(services) == ["given", "changed", "changed", "renewed"]
    assert (await consents.verify(services)).whole


async def test_confirming_what_is_so_already_adds_nothing(services: Services) -> None:
    consent = await consent_of(services, await asks(services))
    rows = len(await outbox(services))
    assert await confirms(services, consent.id)
    assert await kinds(services) == ["given"]
    assert len(await outbox(services)) == rows


async def test_confirming_twenty_times_at_once_is_one_revision(services: Services) -> None:
    consent = await consent_of(services, await asks(services))
    said = revision(consent.id, items=WITHOUT_WORDS, days=90)
    answers = await asyncio.gather(*(revisions.confirm(services, CLIENT, said) for _ in range(20)))
    assert all(answers)
    assert await kinds(services) == ["given", "changed", "renewed"]
    assert len(await outbox(services, "receipt")) == 2
    assert (await consents.verify(services)).whole


async def test_what_can_be_switched_on_again_goes_when_the_consent_ends(services: Services) -> None:
    consent = await consent_of(services, await asks(services))
    await confirms(services, consent.id, items=frozenset(), name=None)
    await consents.withdraw(services, CLIENT.id, consent.id)
    async with services.db.read() as session:
        kept = await session.get(type(consent), consent.id)
    assert kept is not None
    assert (kept.shared, kept.once_given) == (None, None)
    assert NAME not in await everything(services)


# Never again


async def test_nobody_else_can_revise(services: Services) -> None:
    consent = await consent_of(services, await asks(services))
    await asks(services, SOMEBODY_ELSE)
    assert not await confirms(services, consent.id, SOMEBODY_ELSE, days=90)
    assert not await confirms(services, consent.id, Chat(1, "fi"), days=90)
    assert not await confirms(services, "no-such-consent", days=90)
    assert await kinds(services) == ["given", "given"]


@pytest.mark.parametrize("tidied", [False, True])
async def test_an_ended_term_cannot_be_renewed(services: Services, clock: HandClock, tidied: bool) -> None:
    consent = await consent_of(services, await asks(services, days=30))
    clock.go(timedelta(days=30))
    if tidied:
        await consents.expire_due(services)
    assert not await confirms(services, consent.id, days=90)
    assert await consents.mine(services, CLIENT.id) == []
    assert "renewed" not in await kinds(services)


async def test_a_withdrawn_consent_cannot_be_renewed_or_changed(services: Services) -> None:
    consent = await consent_of(services, await asks(services))
    await consents.withdraw(services, CLIENT.id, consent.id)
    assert not await confirms(services, consent.id, days=90)
    assert not await confirms(services, consent.id, items=WITHOUT_WORDS)
    assert await kinds(services) == ["given", "withdrawn"]


async def test_a_consent_whose_request_is_over_is_left_to_end(services: Services) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    await closes(services, worker, request_id)
    consent = await consent_of(services, request_id)
    assert not await confirms(services, consent.id, days=90)
    assert await kinds(services) == ["given"]


@pytest.mark.parametrize("round_", range(5))
async def test_renewing_and_withdrawing_at_once_ends_withdrawn(services: Services, round_: int) -> None:
    worker = await joins(services)
    request_id = await asks(services)
    await accepts(services, worker, request_id)
    consent = await consent_of(services, request_id)
    deeds = [
        *(confirms(services, consent.id, days=90, items=WITHOUT_WORDS) for _ in range(3)),
        consents.withdraw(services, CLIENT.id, consent.id),
        *(confirms(services, consent.id, days=180) for _ in range(3)),
    ]
    await asyncio.gather(*deeds)
    ended = await consent_of(services, request_id)
    assert (ended.state, ended.shared, ended.once_given) == ("withdrawn", None, None)
    assert (await request(services, request_id)).state == "withdrawn"
    assert (await kinds(services))[-1] == "withdrawn"
    assert await seen_by(services, worker.id, request_id) == "None"
    assert (await consents.verify(services)).whole


@pytest.mark.parametrize("round_", range(3))
async def test_renewing_at_the_end_of_the_term_is_all_or_nothing(
    services: Services, clock: HandClock, round_: int
) -> None:
    """Whoever comes first, the consent goes on whole or stays ended."""
    request_id = await asks(services, days=30)
    consent = await consent_of(services, request_id)
    clock.go(timedelta(days=30) - timedelta(seconds=1))

    async def ends() -> None:
        clock.go(timedelta(seconds=1))
        await consents.expire_due(services)

    renewed, _ = await asyncio.gather(confirms(services, consent.id, days=90), ends())
    after = await consent_of(services, request_id)
    assert (after.state, await kinds(services)) == (
        ("given", ["given", "renewed"]) if renewed else ("expired", ["given", "expired"])
    )
    assert (after.shared is not None) is renewed
    assert (await consents.verify(services)).whole


# The question


async def test_the_question_comes_a_week_before_the_end_and_once_a_term(
    services: Services, clock: HandClock
) -> None:
    request_id = await asks(services, days=90)
    consent = await consent_of(services, request_id)
    (question,) = await outbox(services, "consent_ending")
    assert question.due_at == consent.valid_until - timedelta(days=7)
    assert (question.expires_at, question.urgent) == (consent.valid_until, False)
    await confirms(services, consent.id, items=WITHOUT_WORDS)
    assert len(await outbox(services, "consent_ending")) == 1
    clock.go(timedelta(days=84))
    await confirms(services, consent.id, days=30)
    _, second = await outbox(services, "consent_ending")
    assert second.due_at == clock.now() + timedelta(days=23)


async def test_the_question_waits_for_a_decent_hour(services: Services, clock: HandClock) -> None:
    clock.set(clock.now().replace(hour=20, minute=30))  # half past ten in the evening in Helsinki
    await asks(services, days=30)
    (question,) = await outbox(services, "consent_ending")
    local = question.due_at.astimezone(services.settings.zone)
    assert (local.hour, local.minute) == (8, 0)
