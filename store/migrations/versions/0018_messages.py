"""messages: what rules say is kept by its key, beside the English that was said; so is why an item was refused."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("finding", "proposal", "challenge"):
        op.add_column(table, sa.Column("message", postgresql.JSONB(), nullable=True))
    op.add_column("action_item", sa.Column("status_message", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("what was said and decided is not thrown away: restore a backup instead")
