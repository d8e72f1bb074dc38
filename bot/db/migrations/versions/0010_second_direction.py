"""The second direction: appointments, follow-ups, counts of answers, free words, numbers for text messages, and how far
a request has gone that nobody took or that one side calls over."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)


def _link(name: str, to: str, ondelete: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{to}.id", ondelete=ondelete), nullable=nullable)


def upgrade() -> None:
    for table, column in ADDED:
        op.add_column(table, column())
    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer(), primary_key=True),
        _link("client_id", "clients", "CASCADE", nullable=False),
        _link("request_id", "contact_requests", "CASCADE"),
        _link("staff_id", "staff", "SET NULL"),
        sa.Column("uid", sa.String(), nullable=False, unique=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("options", sa.LargeBinary(), nullable=True),
        sa.Column("starts_at", MOMENT, nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("attended", sa.String(), nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), primary_key=True),
        _link("client_id", "clients", "CASCADE", nullable=False),
        _link("request_id", "contact_requests", "SET NULL"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        _link("then_id", "check_ins", "SET NULL"),
        _link("now_id", "check_ins", "SET NULL"),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "answer_counts",
        sa.Column("month", sa.String(), primary_key=True),
        sa.Column("organisation_id", sa.String(), primary_key=True),
        sa.Column("question", sa.String(), primary_key=True),
        sa.Column("answer", sa.String(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "feedback_words",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "phone_numbers",
        sa.Column(
            "client_id", sa.Integer(), sa.ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("code_until", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("consent_id", sa.String(), nullable=True),
        sa.Column("stop_key", sa.String(), nullable=True, unique=True),
    )
    for table, columns in INDEXED:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def downgrade() -> None:
    for table in ("phone_numbers", "feedback_words", "answer_counts", "follow_ups", "appointments"):
        op.drop_table(table)
    for table, column in reversed(ADDED):
        op.drop_column(table, column().name)


ADDED = (
    ("clients", lambda: sa.Column("follow_up_pace", sa.String(), nullable=True)),
    ("clients", lambda: sa.Column("feedback_asked", sa.LargeBinary(), nullable=True)),
    ("contact_requests", lambda: sa.Column("rescue_step", sa.Integer(), nullable=False, server_default="0")),
    ("contact_requests", lambda: sa.Column("closing_by", sa.String(), nullable=True)),
    ("contact_requests", lambda: sa.Column("closing_at", MOMENT, nullable=True)),
    ("contact_requests", lambda: sa.Column("disputed_at", MOMENT, nullable=True)),
    ("outbox", lambda: sa.Column("channel", sa.String(), nullable=False, server_default="chat")),
)
INDEXED = (
    ("appointments", ["client_id"]),
    ("appointments", ["request_id"]),
    ("appointments", ["staff_id"]),
    ("appointments", ["state", "starts_at"]),
    ("follow_ups", ["client_id"]),
    ("follow_ups", ["request_id"]),
    ("follow_ups", ["then_id"]),
    ("follow_ups", ["now_id"]),
    ("follow_ups", ["state", "due_at"]),
    ("feedback_words", ["organisation_id"]),
)
