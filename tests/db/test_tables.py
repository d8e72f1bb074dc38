"""What may be readable in the database, and what must not be."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, PrimaryKeyConstraint, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError

from bot.db.columns import EncryptedInt, EncryptedJson, EncryptedText, UtcDateTime, Vault
from bot.db.tables import Base, CheckIn, Client, Consent, ConsentChain, DialogState, MemoEntry
from bot.db.work import Database

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
ENCRYPTED = (EncryptedText, EncryptedInt, EncryptedJson)
COLUMNS = [column for table in Base.metadata.sorted_tables for column in table.columns]

# Personal, or made of words that somebody has written.
PERSONAL = {
    *("clients.chat_id", "clients.name", "check_ins.answers", "memo_entries.offer_id", "memo_entries.reason"),
    *("consents.record", "consents.shared", "staff.name", "staff.chat_id", "invites.name", "outbox.note"),
    *("staff.draft", "dialog_states.data"),
}

# Text and JSON that anybody may read: codes, ids of our own, hashes and fingerprints.
HARMLESS = {
    *("clients.chat_key", "clients.locale", "memo_entries.offer_key"),
    *("consents.id", "consents.organisation_id", "consents.purpose", "consents.state"),
    *("consent_events.consent_id", "consent_events.kind", "consent_events.text_version"),
    *("consent_events.locale", "consent_events.record_hash", "consent_events.previous_hash"),
    *("consent_events.hash", "consent_chain.head_hash"),
    *("staff.organisation_id", "staff.role", "staff.chat_key", "staff.locale"),
    *("invites.code_hash", "invites.organisation_id", "invites.role"),
    *("contact_requests.consent_id", "contact_requests.organisation_id", "contact_requests.offer_id"),
    *("contact_requests.areas", "contact_requests.urgency", "contact_requests.wish"),
    *("contact_requests.state", "contact_requests.outcome", "staff_cards.shown"),
    *("outbox.key", "outbox.kind", "outbox.consent_id", "outbox.detail", "outbox.state", "outbox.reason"),
    *("dialog_states.key", "dialog_states.chat_key", "dialog_states.state", "handled_updates.bot"),
    *("access_log.consent_id", "access_log.organisation_id", "access_log.kinds"),
    *("unmet_needs.month", "unmet_needs.area", "unmet_needs.municipality"),
}


def is_counted_or_timed(column: Column[object]) -> bool:
    return isinstance(column.type, UtcDateTime) or column.type.python_type in (int, bool)


def test_every_personal_column_is_encrypted() -> None:
    assert {str(column) for column in COLUMNS if isinstance(column.type, ENCRYPTED)} == PERSONAL


def test_every_readable_text_has_been_thought_about() -> None:
    readable = [column for column in COLUMNS if not isinstance(column.type, ENCRYPTED)]
    assert {str(column) for column in readable if not is_counted_or_timed(column)} == HARMLESS


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
