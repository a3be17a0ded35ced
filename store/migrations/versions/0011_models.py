"""models: what they were asked and answered, and what that cost."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from store.migrations.walls import forbid_change, wall_brand

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_exchange",
        *_keys(),
        *_words("agent", "request_hash", "model"),
        sa.Column("request", postgresql.JSONB(), nullable=False),
        sa.Column("response", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_constraints("run_id", "request_hash"),
    )
    op.create_table(
        "model_spend",
        *_keys(),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        *_words("agent", "model", "entry", "outcome"),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("input_tokens", "output_tokens", "cost_micros")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("estimated", "price_known")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_constraints("call_id", "entry"),
    )
    for table in ("model_exchange", "model_spend"):
        wall_brand(table, "select, insert")
        forbid_change(table)


def _keys() -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("brand_id", "id", "run_id")]


def _words(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sqlmodel.AutoString(), nullable=False) for name in names]


def _constraints(*unique: str) -> list[sa.schema.Constraint]:
    return [
        sa.ForeignKeyConstraint(["brand_id", "run_id"], ["run.brand_id", "run.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", *unique, postgresql_nulls_not_distinct=True),
    ]


def downgrade() -> None:
    raise RuntimeError("what models were asked and what they cost is not thrown away: restore a backup instead")
