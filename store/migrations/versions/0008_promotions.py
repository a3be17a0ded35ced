"""promotions, past and planned; drafts of prices; what a transport to a place costs."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from store.migrations.walls import wall_brand

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promotion",
        *fact_columns(),
        sa.Column("number", sqlmodel.AutoString(length=128), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("off_bps", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_day", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sqlmodel.AutoString(), nullable=False, server_default="import"),
        *of_product_and_channel(),
        sa.UniqueConstraint("brand_id", "number", "product_id", "channel_id", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "price_draft",
        *fact_columns(),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sqlmodel.AutoString(length=3), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        *of_product_and_channel(),
        sa.UniqueConstraint("brand_id", "product_id", "channel_id", "source", postgresql_nulls_not_distinct=True),
    )
    for table in ("promotion", "price_draft"):
        wall_brand(table, "select, insert, update")
    op.add_column("location", sa.Column("transfer_cost_minor", sa.BigInteger(), nullable=True))


def fact_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    ]


def of_product_and_channel() -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["brand_id", "product_id"], ["product.brand_id", "product.id"]),
        sa.ForeignKeyConstraint(["brand_id", "channel_id"], ["channel.brand_id", "channel.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
    ]


def downgrade() -> None:
    raise RuntimeError("promotions and drafts are not thrown away: restore a backup instead")
