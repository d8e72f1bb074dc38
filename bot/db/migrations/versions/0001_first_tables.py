"""The first tables.

A migration is a record of what was done: it spells out columns by itself and never imports `bot.db.tables`,
which goes on changing. The names of indexes and constraints follow the rule given there.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    *("clients", "check_ins", "memo_entries", "consents", "consent_events", "consent_chain", "staff"),
    *("invites", "contact_requests", "staff_cards", "outbox", "dialog_states", "handled_updates"),
)


def upgrade() -> None:
    clients()
    consents()
    staff()
    contact_requests()
    outbox()
    conversations()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def number(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=options.pop("nullable", False), **options)


def text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=options.pop("nullable", False), **options)


def sealed(name: str, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def time(name: str, nullable: bool = False, index: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, index=index)


def refers(name: str, to: str, ondelete: str | None = None, **options: Any) -> sa.Column[Any]:
    nullable = options.pop("nullable", ondelete == "SET NULL")
    kind = sa.String() if to == "consents.id" else sa.Integer()
    return sa.Column(name, kind, sa.ForeignKey(to, ondelete=ondelete), nullable=nullable, **options)


def clients() -> None:
    op.create_table(
        "clients",
        *(number("id", primary_key=True), text("chat_key", unique=True), sealed("chat_id"), text("locale")),
        *(sealed("name", nullable=True), time("agreed_at"), time("last_seen_at")),
        time("blocked_at", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "check_ins",
        *(number("id", primary_key=True), refers("client_id", "clients.id", "CASCADE", index=True)),
        *(time("made_at"), sealed("answers")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "memo_entries",
        *(number("id", primary_key=True), refers("client_id", "clients.id", "CASCADE")),
        *(text("offer_key"), sealed("offer_id"), sealed("reason", nullable=True), time("saved_at")),
        sa.UniqueConstraint("client_id", "offer_key"),
        sqlite_autoincrement=True,
    )


def consents() -> None:
    op.create_table(
        "consents",
        *(text("id", primary_key=True), refers("client_id", "clients.id", "SET NULL", index=True)),
        *(text("organisation_id"), text("purpose"), text("state")),
        *(time("given_at"), time("valid_until"), time("ended_at", nullable=True)),
        *(sealed("record", nullable=True), sealed("shared", nullable=True)),
        sa.Index(None, "state", "valid_until"),
    )
    op.create_table(
        "consent_events",
        *(number("seq", primary_key=True), text("consent_id", index=True), text("kind"), time("at")),
        *(time("valid_until", nullable=True), text("text_version"), text("locale")),
        *(text("record_hash"), text("previous_hash"), text("hash")),
        sqlite_autoincrement=True,
    )
    chain = op.create_table(
        "consent_chain",
        *(number("id", primary_key=True, autoincrement=False), number("length"), text("head_hash")),
    )
    op.bulk_insert(chain, [{"id": 1, "length": 0, "head_hash": ""}])


def staff() -> None:
    op.create_table(
        "staff",
        *(number("id", primary_key=True), text("organisation_id", index=True), text("role")),
        *(sealed("name"), text("chat_key", unique=True), sealed("chat_id"), text("locale")),
        *(time("joined_at"), time("removed_at", nullable=True), time("blocked_at", nullable=True)),
        *(number("writing_to", nullable=True), sealed("draft", nullable=True)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "invites",
        *(text("code_hash", primary_key=True), text("organisation_id"), text("role"), sealed("name")),
        *(time("created_at"), time("expires_at"), time("used_at", nullable=True)),
    )


def contact_requests() -> None:
    op.create_table(
        "contact_requests",
        *(number("id", primary_key=True), refers("client_id", "clients.id", "SET NULL", index=True)),
        refers("consent_id", "consents.id", index=True),
        *(text("organisation_id"), text("offer_id", nullable=True)),
        sa.Column("areas", sa.JSON(), nullable=False),
        *(text("urgency"), text("wish"), text("state")),
        refers("accepted_by", "staff.id", "SET NULL", index=True),
        *(time("created_at"), time("accepted_at", nullable=True), time("contacted_at", nullable=True)),
        *(time("closed_at", nullable=True), text("outcome", nullable=True)),
        sa.Index(None, "organisation_id", "state"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_cards",
        refers("request_id", "contact_requests.id", "CASCADE", primary_key=True),
        refers("staff_id", "staff.id", "CASCADE", primary_key=True, index=True),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        *(text("shown"), time("updated_at")),
    )


def outbox() -> None:
    op.create_table(
        "outbox",
        *(number("id", primary_key=True), text("key", unique=True), text("kind")),
        refers("client_id", "clients.id", "CASCADE", nullable=True, index=True),
        refers("staff_id", "staff.id", "CASCADE", nullable=True, index=True),
        refers("request_id", "contact_requests.id", "CASCADE", nullable=True, index=True),
        text("consent_id", nullable=True, index=True),
        sa.Column("detail", sa.JSON(), nullable=True),
        *(sealed("note", nullable=True), time("due_at"), time("expires_at", nullable=True)),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        *(text("state"), number("attempts"), time("lease_until", nullable=True)),
        time("sent_at", nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        text("reason", nullable=True),
        sa.Index(None, "state", "due_at"),
        sqlite_autoincrement=True,
    )


def conversations() -> None:
    op.create_table(
        "dialog_states",
        *(text("key", primary_key=True), text("chat_key", index=True), text("state", nullable=True)),
        *(sealed("data"), time("touched_at", index=True)),
    )
    op.create_table(
        "handled_updates",
        text("bot", primary_key=True),
        sa.Column("update_id", sa.BigInteger(), primary_key=True),
        time("at", index=True),
    )
