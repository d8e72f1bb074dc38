"""Run by Alembic. The connection is opened, and its transaction held, by `bot.db.upgrade`."""

from alembic import context

from bot.db.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
