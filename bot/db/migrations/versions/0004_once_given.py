"""What was once given on a consent, so that a kind of data can be switched off and on again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("consents", sa.Column("once_given", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("consents", "once_given")
