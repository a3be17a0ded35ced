"""The environment that Alembic runs: one connection as the owner, one transaction for all steps."""

from alembic import context
from sqlmodel import SQLModel

import store.tables.every  # noqa: F401
from store.migrations.autogenerate import complete, is_ours

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    compare_type=True,
    include_name=is_ours,
    process_revision_directives=complete,
)
with context.begin_transaction():
    context.run_migrations()
