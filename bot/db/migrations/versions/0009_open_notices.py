"""Clients who want to read a reminder on the locked phone; for all others it is veiled."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    column: sa.Column[bool] = sa.Column(
        "open_notices", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("clients", column)


def downgrade() -> None:
    op.drop_column("clients", "open_notices")
