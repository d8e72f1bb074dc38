"""Needs for which the catalogue had nothing, counted without anybody's name."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "unmet_needs",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "area", "municipality", name="pk_unmet_needs"),
    )


def downgrade() -> None:
    op.drop_table("unmet_needs")
