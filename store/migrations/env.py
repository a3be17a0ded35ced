"""What Alembic runs: one connection as the owner, one transaction for all steps."""

from alembic import context
from sqlmodel import SQLModel

import store.tables  # noqa: F401

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
