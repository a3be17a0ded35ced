"""buying: what suppliers offer, on what terms, what the bank says, orders called off; limits that people set."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from store.migrations.walls import forbid_change, wall_brand

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supplier_offer",
        *fact_columns(),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("from_quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sqlmodel.AutoString(length=3), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id", "supplier_id"], ["supplier.brand_id", "supplier.id"]),
        sa.ForeignKeyConstraint(["brand_id", "product_id"], ["product.brand_id", "product.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint(
            "brand_id", "supplier_id", "product_id", "from_quantity", "valid_from", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "bank_balance",
        *fact_columns(),
        sa.Column("account", sqlmodel.AutoString(length=128), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sqlmodel.AutoString(length=3), nullable=False),
        sa.Column("balance_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "account", "balance_at", postgresql_nulls_not_distinct=True),
    )
    for table in ("supplier_offer", "bank_balance"):
        wall_brand(table, "select, insert")
        forbid_change(table)
    op.add_column("supplier", sa.Column("payment_days", sa.Integer(), nullable=True))
    op.add_column("product", sa.Column("shelf_life_days", sa.Integer(), nullable=True))
    op.add_column("purchase_order", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("purchase_order", sa.Column("source", sqlmodel.AutoString(), nullable=False, server_default="import"))
    op.add_column(
        "brand_rules", sa.Column("holding_bps_a_year", sa.Integer(), nullable=False, server_default="2000")
    )
    op.add_column("brand_rules", sa.Column("max_cover_days", sa.Integer(), nullable=False, server_default="180"))
    op.add_column("run", sa.Column("limits", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.create_index("inventory_movement_item", "inventory_movement", ["brand_id", "stock_item_id", "moved_at"])


def fact_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    ]


def downgrade() -> None:
    raise RuntimeError("orders, offers and balances are not thrown away: restore a backup instead")
