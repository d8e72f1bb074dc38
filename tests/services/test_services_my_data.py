"""A client gets everything that is held about them, puts it right, and takes parts of it back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.check_in import CheckIn
from bot.core.consent import EventKind, Item, Reach
from bot.core.requests import Outcome, Step
from bot.db.tables import (
    AccessEntry,
    Appointment,
    Base,
    ClaimCode,
    Client,
    Consent,
    ConsentEvent,
    ContactRequest,
    Enquiry,
    EnquiryMessage,
    FollowUp,
    MemoEntry,
    OutboxMessage,
    PhoneNumber,
)
from bot.db.tables import CheckIn as CheckInRow
from bot.services import (
    caseload,
    claims,
    clients,
    closing,
    consents,
    corrections,
    memos,
    my_data,
    requests,
    staff,
)
from bot.services import outbox as rows
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.my_data import WITHHELD
from tests.services.people import (
    ANSWERS,
    CLIENT,
    HELPS,
    KELLO,
    NAME,
    PHONE,
    SOMEBODY_ELSE,
    WORDS,
    accepts,
    asks,
    consent_of,
    events,
    joins,
    outbox,
)
from tests.services.test_services_enquiries import answers, asked

FROM_WORKER, TO_WORKER = "soitan huomenna kello yhdeksän", "olen kotona kello kahteen"
LEENA_CHAT = 7_000_999_999
OTHERS_WORDS = "toisen ihmisen asia"

# Where the rows of each table that belongs to a client stand in the file.
EXPORTED: dict[type[Base], str] = {
    Client: "account",
    CheckInRow: "check_ins",
    MemoEntry: "memo",
    Consent: "consents",
    ConsentEvent: "events",
    ContactRequest: "requests",
    OutboxMessage: "messages",
    AccessEntry: "readings",
    ClaimCode: "claims",
    Appointment: "appointments",
    FollowUp: "follow_ups",
    PhoneNumber: "phone_numbers",
    Enquiry: "enquiries",
    EnquiryMessage: "enquiry_messages",
}

NOT_THE_CLIENTS = {
    "consent_chain": "how long the chain of all consents is",
    "staff": "workers; their names are told where the client knows them",
    "staff_cards": "which message in a worker's chat shows a request",
    "answer_counts": "how often something was answered, of nobody",
    "feedback_words": "free words that lead to nobody, not even to be handed back",
    "claim_attempts": "wrong codes that workers have entered: when, not which",
    "invites": "for workers",
    "dialog_states": "the conversation of today: forgotten after a day without use, and with Redis not here at all",
    "handled_updates": "numbers of updates, of nobody",
    "fingerprint_key": "the key of all fingerprints",
    "enquiry_cards": "which message in a worker's chat shows an enquiry",
    "enquiry_blocks": "that an organisation takes no enquiries from somebody, without knowing who",
    "unmet_needs": "counts, of nobody",
}


def second_direction(now: datetime, request_id: int) -> list[Base]:
    """A meeting, a follow-up and a number for text messages of the first client."""
    return [
        Appointment(
            client_id=1,
            request_id=request_id,
            uid="meeting-1",
            state="agreed",
            way="place",
            details={"where": "Asemakatu 2"},
            starts_at=now,
            minutes=45,
            made_at=now,
            changed_at=now,
        ),
        FollowUp(client_id=1, request_id=request_id, number=1, state="waiting", due_at=now, then_id=1),
        PhoneNumber(client_id=1, number=PHONE, confirmed_at=now),
    ]


async def whole_story(services: Services) -> tuple[int, int]:
    """Everything that can be kept about a client is kept; a second client is there, too."""
    leena = await joins(services, chat_id=LEENA_CHAT)
    told = CheckIn.model_validate({**ANSWERS.model_dump(), "next_step": "kysyn apua"})
    request_id = await asks(services, check_in=told, reach=Reach.PHONE, phone=PHONE)
    await accepts(services, leena, request_id)
    await caseload.card(services, leena.id, request_id)
    await memos.save(services, CLIENT, "kello-kohtaamispaikka", "friends")
    await caseload.begin_writing(services, leena.id, request_id)
    await caseload.draft(services, leena.id, FROM_WORKER)
    await caseload.send_draft(services, leena.id, request_id, caseload.mark(FROM_WORKER), "press")
    await requests.answer(services, CLIENT.id, request_id, TO_WORKER, 55)
    await claims.create(services, CLIENT, KELLO, told, [Item.AREAS, Item.WORDS])
    question = await asked(services)
    worker = await staff.worker(services, LEENA_CHAT)
    assert worker is not None
    await answers(services, worker, question)
    async with services.db.work() as session:
        session.add_all(second_direction(services.clock(), request_id))
    other = CheckIn(ratings={"money": 1}, words={"money": OTHERS_WORDS})
    theirs = await asks(services, SOMEBODY_ELSE, check_in=other, name="Toinen Ihminen")
    await accepts(services, leena, theirs)
    await requests.answer(services, SOMEBODY_ELSE.id, theirs, OTHERS_WORDS, 56)
    await asked(services, SOMEBODY_ELSE, words=OTHERS_WORDS)
    return leena.id, request_id


async def exported(services: Services) -> dict[str, Any]:
    data = await my_data.everything(services, CLIENT.id)
    assert data is not None
    parsed: dict[str, Any] = json.loads(my_data.as_json(data))
    return parsed


def rows_in(data: dict[str, Any], section: str) -> list[dict[str, Any]]:
    if section == "enquiry_messages":
        return [message for enquiry in data["enquiries"] for message in enquiry["messages"]]
    if section == "events":
        return [event for consent in data["consents"] for event in consent["events"]]
    found = data[section]
    return found if isinstance(found, list) else [found]


# The export


def test_every_table_is_handed_over_or_left_out_for_a_reason() -> None:
    tables = {table.__tablename__ for table in EXPORTED}
    assert not tables & set(NOT_THE_CLIENTS)
    assert tables | set(NOT_THE_CLIENTS) == set(Base.metadata.tables)
    pointing = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "clients"
    }
    assert pointing <= tables


def test_columns_left_out_exist_and_have_a_reason() -> None:
    tables = {table.__tablename__ for table in EXPORTED}
    columns = {str(column) for name in tables for column in Base.metadata.tables[name].columns}
    assert set(WITHHELD) <= columns
    assert all(WITHHELD.values())


async def test_the_export_holds_every_column_of_every_row_of_the_client(services: Services) -> None:
    await whole_story(services)
    data = await exported(services)
    async with services.db.read() as session:
        mine = {consent.id for consent in await session.scalars(select(Consent)) if consent.client_id == 1}
        for table, section in EXPORTED.items():
            kept = [row for row in await session.scalars(select(table)) if await is_mine(row, mine)]
            assert kept, f"the story fills {table.__tablename__}"
            handed = rows_in(data, section)
            assert len(handed) == len(kept), section
            for column in table.__table__.columns:
                if str(column) in WITHHELD:
                    assert all(column.name not in row for row in handed), str(column)
                    continue
                values = [plain(getattr(row, column.name)) for row in kept]
                assert sorted(map(repr, values)) == sorted(repr(row[column.name]) for row in handed), str(
                    column
                )


async def is_mine(row: Any, consents_of_mine: set[str]) -> bool:
    """Decided otherwise than the export does: by the numbers of the story. The client is the first account."""
    if isinstance(row, Client):
        return row.id == 1
    if isinstance(row, ConsentEvent):
        return row.consent_id in consents_of_mine
    if isinstance(row, Enquiry | EnquiryMessage):
        return getattr(row, "enquiry_id", row.id) == 1
    if isinstance(row, OutboxMessage) and row.client_id is None:
        own_question = row.staff_id is None and row.enquiry_id == 1
        return own_question or (row.kind == "client_word" and row.request_id == 1)
    return bool(row.client_id == 1)


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


async def test_the_export_holds_the_clients_words_and_nobody_elses(services: Services) -> None:
    await whole_story(services)
    data = await my_data.everything(services, CLIENT.id)
    assert data is not None
    written = my_data.as_json(data)
    for told in (NAME, PHONE, WORDS, HELPS, FROM_WORKER, TO_WORKER, str(CLIENT.id), "Leena"):
        assert told in written, told
    for foreign in (OTHERS_WORDS, "Toinen Ihminen", str(SOMEBODY_ELSE.id)):
        assert foreign not in written
    leena = "7000000"  # the beginning of every worker's chat in these tests
    assert leena not in written


async def test_who_has_no_account_has_nothing_to_export(services: Services) -> None:
    assert await my_data.everything(services, CLIENT.id) is None
    await whole_story(services)
    await clients.forget(services, CLIENT.id)
    assert await my_data.everything(services, CLIENT.id) is None


# Corrections


async def settled(services: Services) -> None:
    """The courier has been: cards that come now come because of something new."""
    while claimed := await rows.claim(services):
        for row in claimed:
            await rows.settle(services, row, rows.Row.SENT, message_id=9)


@pytest.mark.parametrize(
    ("item", "value"), [(Item.NAME, "Oikea Aino"), (Item.PHONE, "+358409999999")], ids=["name", "phone"]
)
async def test_a_corrected_detail_reaches_the_worker_and_the_record(
    services: Services, item: Item, value: str
) -> None:
    leena, request_id = await whole_story(services)
    await settled(services)
    consent_id = (await consent_of(services, request_id)).id
    for _ in range(2):
        assert await corrections.correct(services, CLIENT, consent_id, item, value)
    card = await caseload.card(services, leena, request_id)
    assert card is not None
    assert card.personal is not None
    assert getattr(card.personal.shared, item) == value
    mine = [event.kind for event in await events(services) if event.consent_id == consent_id]
    assert mine == [EventKind.GIVEN, EventKind.CHANGED], "the same correction twice is one"
    assert (await consents.verify(services)).whole
    waiting = [row for row in await outbox(services, "card") if row.state == "waiting"]
    assert [row.request_id for row in waiting] == [request_id]


async def test_a_correction_never_tells_more_than_was_told(services: Services) -> None:
    request_id = await asks(services, items=frozenset(Item) - {Item.NAME})
    consent_id = (await consent_of(services, request_id)).id
    for item, value in ((Item.NAME, "Aino"), (Item.PHONE, PHONE), (Item.WORDS, "sana")):
        assert not await corrections.correct(services, CLIENT, consent_id, item, value)
    shared = (await consent_of(services, request_id)).shared
    assert shared is not None
    assert (shared["name"], shared["phone"]) == (None, None)
    assert len(await events(services)) == 1


@pytest.mark.parametrize("chat", [SOMEBODY_ELSE, Chat(4_500_000_000, "fi")])
async def test_nobody_corrects_anothers_details(services: Services, chat: Chat) -> None:
    _, request_id = await whole_story(services)
    consent_id = (await consent_of(services, request_id)).id
    assert not await corrections.correct(services, chat, consent_id, Item.NAME, "Joku Muu")
    shared = (await consent_of(services, request_id)).shared
    assert shared is not None
    assert shared["name"] == NAME


async def test_an_ended_consent_takes_no_correction(services: Services) -> None:
    _, request_id = await whole_story(services)
    consent_id = (await consent_of(services, request_id)).id
    await consents.withdraw(services, CLIENT.id, consent_id)
    assert not await corrections.correct(services, CLIENT, consent_id, Item.NAME, "Oikea Aino")
    assert (await consent_of(services, request_id)).shared is None


# Taking back one round


async def test_one_round_is_taken_back_and_the_others_stay(services: Services) -> None:
    await asks(services)
    await asks(services, check_in=CheckIn(ratings={"hope": 2}, words={"hope": "toinen kerta"}))
    newest, oldest = await corrections.rounds(services, CLIENT.id)
    assert not await corrections.forget_round(services, SOMEBODY_ELSE.id, oldest.id)
    assert await corrections.forget_round(services, CLIENT.id, oldest.id)
    assert not await corrections.forget_round(services, CLIENT.id, oldest.id)
    assert await corrections.rounds(services, CLIENT.id) == [newest]


# How a request went is in it


async def test_the_course_of_a_request_is_handed_over(services: Services) -> None:
    leena, request_id = await whole_story(services)
    await caseload.take(services, leena, request_id, Step.CONTACTED)
    await caseload.take(services, leena, request_id, Step.CLOSE, Outcome.GOT_HELP)
    assert await closing.end(services, CLIENT.id, request_id) == "closed"
    (one,) = (await exported(services))["requests"]
    assert (one["state"], one["outcome"], one["worker"]) == ("closed", "got_help", "Leena")
    assert all(one[name] for name in ("created_at", "accepted_at", "contacted_at", "closed_at"))
