"""minutes: what agents say in German, the brand's language; meetings on a schedule by versioned definitions."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from store.migrations.walls import forbid_change, wall_brand

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("finding", "proposal"):
        op.add_column(table, sa.Column("german", sqlmodel.AutoString(), nullable=False, server_default=""))
    op.add_column(
        "brand_rules", sa.Column("language", sqlmodel.AutoString(length=2), nullable=False, server_default="en")
    )
    op.create_table(
        "meeting_definition",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.AutoString(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("author", sqlmodel.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "name", "version", postgresql_nulls_not_distinct=True),
    )
    wall_brand("meeting_definition", "select, insert")
    forbid_change("meeting_definition")
    op.add_column("run", sa.Column("definition", sqlmodel.AutoString(), nullable=True))
    op.add_column("run", sa.Column("definition_version", sa.Integer(), nullable=True))
    op.add_column("run", sa.Column("slot", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint("run_slot", "run", ["brand_id", "definition", "slot"])


def downgrade() -> None:
    raise RuntimeError("what was said and decided is not thrown away: restore a backup instead")
