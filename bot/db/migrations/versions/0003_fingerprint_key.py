"""The key of fingerprints gets a place of its own, so that every encryption key can be replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "fingerprint_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fingerprint_key"),
    )


def downgrade() -> None:
    op.drop_table("fingerprint_key")
