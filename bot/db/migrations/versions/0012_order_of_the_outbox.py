"""An index in the order in which the courier takes messages, so that it never sorts all that are due."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.drop_index("ix_outbox_state_due_at", "outbox")
    op.create_index("ix_outbox_state_urgent_due_at_id", "outbox", ["state", "urgent", "due_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_outbox_state_urgent_due_at_id", "outbox")
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
