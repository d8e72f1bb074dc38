"""Anonymous enquiries: questions to an organisation from somebody it does not get to know."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = ("enquiries", "enquiry_messages", "enquiry_cards", "enquiry_blocks")


def upgrade() -> None:
    enquiries()
    around_enquiries()
    op.add_column("staff", sa.Column("writing_enquiry", sa.Integer(), nullable=True))
    # On SQLite the table is written anew: a reference cannot be added to one that is there.
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_autoincrement": True}) as outbox:
        outbox.add_column(sa.Column("enquiry_id", sa.Integer(), nullable=True))
        outbox.create_foreign_key(
            "fk_outbox_enquiry_id", "enquiries", ["enquiry_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index("ix_outbox_enquiry_id", "outbox", ["enquiry_id"])


def downgrade() -> None:
    op.drop_index("ix_outbox_enquiry_id", "outbox")
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_autoincrement": True}) as outbox:
        outbox.drop_constraint("fk_outbox_enquiry_id", type_="foreignkey")
        outbox.drop_column("enquiry_id")
    op.drop_column("staff", "writing_enquiry")
    for table in reversed(TABLES):
        op.drop_table(table)


def number(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=options.pop("nullable", False), **options)


def text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=options.pop("nullable", False), **options)


def time(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def refers(name: str, to: str, ondelete: str, **options: Any) -> sa.Column[int]:
    reference = sa.ForeignKey(to, ondelete=ondelete)
    return sa.Column(name, sa.Integer(), reference, nullable=ondelete == "SET NULL", **options)


def enquiries() -> None:
    op.create_table(
        "enquiries",
        *(number("id", primary_key=True), text("alias"), text("organisation_id")),
        sa.Column("route", sa.LargeBinary(), nullable=True),
        *(text("asker_key", nullable=True, index=True), text("state")),
        refers("answering", "staff.id", "SET NULL", index=True),
        *(time("answering_since", nullable=True), time("created_at"), time("last_at")),
        *(time("ended_at", nullable=True), text("ended_by", nullable=True)),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_enquiries_organisation_id_state", "enquiries", ["organisation_id", "state"])
    op.create_index("ix_enquiries_created_at", "enquiries", ["created_at"])


def around_enquiries() -> None:
    op.create_table(
        "enquiry_messages",
        *(number("id", primary_key=True), refers("enquiry_id", "enquiries.id", "CASCADE", index=True)),
        *(text("token", unique=True), text("side"), refers("staff_id", "staff.id", "SET NULL", index=True)),
        *(sa.Column("words", sa.LargeBinary(), nullable=False), time("at")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "enquiry_cards",
        refers("enquiry_id", "enquiries.id", "CASCADE", primary_key=True),
        refers("staff_id", "staff.id", "CASCADE", primary_key=True, index=True),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "enquiry_blocks",
        *(text("organisation_id", primary_key=True), text("asker_key", primary_key=True), time("at")),
    )
