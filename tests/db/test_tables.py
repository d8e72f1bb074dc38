"""What may be readable in the database, and what must not be."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, PrimaryKeyConstraint, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError

from bot.db.columns import Encrypted, Fingerprint, UtcDateTime, Vault
from bot.db.tables import Base, CheckIn, Client, Consent, ConsentChain, DialogState, MemoEntry
from bot.db.work import Database

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
COLUMNS = [column for table in Base.metadata.sorted_tables for column in table.columns]

# Personal, or made of words that somebody has written.
PERSONAL = {
    *("clients.chat_id", "clients.name", "check_ins.answers", "memo_entries.offer_id", "memo_entries.reason"),
    *("consents.record", "consents.shared", "consents.once_given", "staff.name", "staff.chat_id"),
    *("invites.name", "outbox.note", "staff.draft", "dialog_states.data", "fingerprint_key.key"),
    *("enquiries.route", "enquiry_messages.words", "claim_codes.draft", "clients.feedback_asked"),
    *("appointments.details", "appointments.options", "follow_ups.answers"),
    *("feedback_words.words", "phone_numbers.number"),
}

# Text and JSON that anybody may read: codes, ids of our own and hashes.
HARMLESS = {
    *("clients.locale", "clients.follow_up_pace"),
    *("consents.id", "consents.organisation_id", "consents.purpose", "consents.state"),
    *("consent_events.consent_id", "consent_events.kind", "consent_events.text_version"),
    *("consent_events.locale", "consent_events.record_hash", "consent_events.previous_hash"),
    *("consent_events.hash", "consent_chain.head_hash"),
    *("staff.organisation_id", "staff.role", "staff.locale"),
    *("invites.organisation_id", "invites.role"),
    *("contact_requests.consent_id", "contact_requests.organisation_id", "contact_requests.offer_id"),
    *("contact_requests.areas", "contact_requests.urgency", "contact_requests.wish"),
    *("contact_requests.state", "contact_requests.outcome", "staff_cards.shown"),
    *("outbox.key", "outbox.kind", "outbox.consent_id", "outbox.detail", "outbox.state", "outbox.reason"),
    *("dialog_states.state", "handled_updates.bot", "enquiries.alias", "enquiries.organisation_id"),
    *("enquiries.state", "enquiries.ended_by", "enquiry_messages.token", "enquiry_messages.side"),
    *("enquiry_blocks.organisation_id",),
    *("claim_codes.organisation_id", "claim_codes.consent_id", "claim_codes.state"),
    *("access_log.consent_id", "access_log.organisation_id", "access_log.kinds"),
    *("unmet_needs.month", "unmet_needs.area", "unmet_needs.municipality"),
    *("contact_requests.closing_by", "outbox.channel", "phone_numbers.consent_id"),
    *("appointments.uid", "appointments.state", "appointments.way", "appointments.answer"),
    *("appointments.attended", "appointments.cancelled_by", "follow_ups.state"),
    *("answer_counts.month", "answer_counts.organisation_id", "answer_counts.question"),
    *("answer_counts.answer", "feedback_words.organisation_id", "feedback_words.month"),
}

# Looked up by, and made with a key: nobody can read them or guess what they are of.
FINGERPRINTS = {
    *("clients.chat_key", "memo_entries.offer_key", "staff.chat_key", "invites.code_hash"),
    *("dialog_states.key", "dialog_states.chat_key", "enquiries.asker_key", "enquiry_blocks.asker_key"),
    *("claim_codes.code_hash", "phone_numbers.code_hash", "phone_numbers.stop_key"),
}

# Numbers that anybody may read. None of them comes from Telegram but those of single messages and updates.
NUMBERS = {
    *("consent_events.seq", "consent_chain.id", "consent_chain.length", "staff.writing_to"),
    *("staff_cards.message_id", "outbox.message_id", "outbox.attempts", "handled_updates.update_id"),
    *("staff.writing_enquiry", "enquiry_cards.message_id"),
    *("unmet_needs.count", "fingerprint_key.id", "contact_requests.rescue_step"),
    *("appointments.sequence", "appointments.minutes", "follow_ups.number"),
    *("answer_counts.count", "phone_numbers.tries"),
}


def readable() -> list[Column[object]]:
    """Columns that anybody can read who gets hold of the file."""
    return [column for column in COLUMNS if not isinstance(column.type, Encrypted | Fingerprint)]


def names(columns: list[Column[object]]) -> set[str]:
    return {str(column) for column in columns}


def test_every_personal_column_is_encrypted() -> None:
    assert names([column for column in COLUMNS if isinstance(column.type, Encrypted)]) == PERSONAL


def test_what_people_are_looked_up_by_is_a_fingerprint() -> None:
    assert names([column for column in COLUMNS if isinstance(column.type, Fingerprint)]) == FINGERPRINTS
    assert not names(readable()) & {
        str(c)
        for c in COLUMNS
        if c.name.endswith(("_key", "_hash")) and c.table.name not in ("consent_events", "consent_chain")
    }


def test_every_readable_text_has_been_thought_about() -> None:
    texts = [c for c in readable() if not isinstance(c.type, UtcDateTime) and not is_number(c)]
    assert names(texts) == HARMLESS


def test_every_readable_number_has_been_thought_about() -> None:
    """A Telegram id is a number, too."""
    numbers = [c for c in readable() if is_number(c) and c.type.python_type is int and not is_our_own(c)]
    assert names(numbers) == NUMBERS


def is_number(column: Column[object]) -> bool:
    return not isinstance(column.type, UtcDateTime) and column.type.python_type in (int, bool)


def is_our_own(column: Column[object]) -> bool:
    """The number of a row, counted by the database."""
    return (column.name == "id" and column.autoincrement is not False) or bool(column.foreign_keys)


def test_every_moment_is_utc() -> None:
    timed = {column.name for column in COLUMNS if isinstance(column.type, UtcDateTime)}
    assert {column.name for column in COLUMNS if column.name.endswith(("_at", "_until"))} <= timed


def test_every_foreign_key_can_be_followed_back_quickly() -> None:
    """Deleting a client looks for every row that points to it: that takes an index."""
    for table in Base.metadata.sorted_tables:
        rules = [
            rule for rule in table.constraints if isinstance(rule, PrimaryKeyConstraint | UniqueConstraint)
        ]
        leading = {next(iter(many.columns)).name for many in [*table.indexes, *rules]}
        for key in table.foreign_keys:
            assert key.parent.name in leading, f"{key.parent} has no index"


def aino(**more: object) -> Client:
    return Client(
        chat_key="print",
        chat_id=70_123_456,
        locale="fi",
        name="Aino",
        agreed_at=NOW,
        last_seen_at=NOW,
        **more,
    )


async def test_forgetting_a_client_takes_along_what_is_theirs(database: Database) -> None:
    async with database.work() as session:
        client = aino()
        session.add(client)
        await session.flush()
        session.add(CheckIn(client_id=client.id, made_at=NOW, answers={"money": 1}))
        session.add(MemoEntry(client_id=client.id, offer_key="o", offer_id="kello", saved_at=NOW))
        times = {"given_at": NOW, "valid_until": NOW}
        consent = Consent(client_id=client.id, organisation_id="kello", purpose="c", state="given", **times)
        session.add(consent)
    async with database.work() as session:
        await session.delete(await session.get_one(Client, client.id))
    async with database.read() as session:
        assert (await session.scalars(select(CheckIn))).all() == []
        assert (await session.scalars(select(MemoEntry))).all() == []
        assert (await session.scalars(select(Consent.client_id))).all() == [None]


async def test_the_id_of_someone_forgotten_is_not_given_again(database: Database) -> None:
    async with database.work() as session:
        client = aino()
        session.add(client)
    async with database.work() as session:
        await session.delete(await session.get_one(Client, client.id))
    async with database.work() as session:
        another = aino()
        session.add(another)
    assert another.id > client.id


async def test_a_client_is_known_once(database: Database) -> None:
    async with database.work() as session:
        session.add(aino())
    with pytest.raises(IntegrityError) as refusal:
        async with database.work() as session:
            session.add(aino())
    assert "Aino" not in str(refusal.value)
    assert "70123456" not in str(refusal.value)


async def test_the_consent_chain_has_its_head(database: Database) -> None:
    async with database.read() as session:
        chain = (await session.scalars(select(ConsentChain))).one()
    assert (chain.id, chain.length, chain.head_hash) == (1, 0, "")


def contents(folder: Path) -> bytes:
    """The database and the files beside it: the newest writes are in the log, not yet in the file."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_the_file_shows_nothing_personal(sqlite_url: str, tmp_path: Path, vault: Vault) -> None:
    database = Database(sqlite_url, vault)
    async with database.work() as session:
        session.add(aino())
        session.add(DialogState(key="k", chat_key="c", data={"own": "salaisuuteni"}, touched_at=NOW))
    stored = contents(tmp_path)
    await database.close()
    assert b"print" in stored  # so we are looking in the right place
    for secret in (b"Aino", b"70123456", b"salaisuuteni"):
        assert secret not in stored + contents(tmp_path)
