"""office: challenges of proposals, what people say in meetings, and how a meeting is held."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from store.migrations.walls import forbid_change, wall_brand

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "challenge",
        *_key(),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        *_words("agent", "tool", "status"),
        sa.Column("prediction", postgresql.JSONB(), nullable=True),
        sa.Column("action", postgresql.JSONB(), nullable=True),
        sa.Column("expected_minor", sa.BigInteger(), nullable=False),
        *_words("text", "german"),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_belongs("run", "proposal", "receipt"),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "run_id", "proposal_id", "tool", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "turn",
        *_key(),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        *_words("kind", "step", "person"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *_words("text"),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("limits", postgresql.JSONB(), nullable=False),
        *_words("answer", "german"),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_belongs("run", "proposal"),
        sa.PrimaryKeyConstraint("brand_id", "id"),
    )
    for table in ("challenge", "turn"):
        wall_brand(table, "select, insert")
        forbid_change(table)
    op.add_column("run", sa.Column("manner", postgresql.JSONB(), nullable=False, server_default="{}"))


def _key() -> list[sa.Column[object]]:
    return [sa.Column("brand_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False)]


def _words(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sqlmodel.AutoString(), nullable=False) for name in names]


def _belongs(*tables: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(["brand_id", f"{table}_id"], [f"{table}.brand_id", f"{table}.id"]) for table in tables
    ]


def downgrade() -> None:
    raise RuntimeError("what was said in meetings is not thrown away: restore a backup instead")
