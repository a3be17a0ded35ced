"""stands: refill trips, partners' bonuses, coaching visits, costs to come; what a trip costs, how often stands are seen."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from store.migrations.walls import wall_brand

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stand_refill_order",
        *fact_columns(),
        sa.Column("number", sqlmodel.AutoString(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("delivered_quantity", sa.BigInteger(), nullable=True),
        sa.Column("expected_cost_minor", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("currency", sqlmodel.AutoString(length=3), nullable=False),
        moment("ordered_at"),
        moment("planned_at"),
        moment("delivered_at", nullable=True),
        moment("cancelled_at", nullable=True),
        sa.Column("source", sqlmodel.AutoString(), nullable=False, server_default="import"),
        sa.ForeignKeyConstraint(["brand_id", "location_id"], ["location.brand_id", "location.id"]),
        sa.ForeignKeyConstraint(["brand_id", "product_id"], ["product.brand_id", "product.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "number", "location_id", "product_id", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "stand_bonus",
        *fact_columns(),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("share_bps", sa.Integer(), nullable=False),
        sa.Column("cap_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sqlmodel.AutoString(length=3), nullable=False),
        moment("starts_at"),
        moment("ends_at"),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id", "location_id"], ["location.brand_id", "location.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "location_id", "starts_at", "source", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "stand_visit",
        *fact_columns(),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("expected_cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sqlmodel.AutoString(length=3), nullable=False),
        moment("planned_at"),
        moment("cancelled_at", nullable=True),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id", "location_id"], ["location.brand_id", "location.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "location_id", "planned_at", "source", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "expected_expense",
        *fact_columns(),
        sa.Column("category", sqlmodel.AutoString(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sqlmodel.AutoString(length=3), nullable=False),
        moment("expected_at"),
        moment("cancelled_at", nullable=True),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "source", "category", postgresql_nulls_not_distinct=True),
    )
    for table in ("stand_refill_order", "stand_bonus", "stand_visit", "expected_expense"):
        wall_brand(table, "select, insert, update")
    op.add_column("location", sa.Column("visit_every_days", sa.Integer(), nullable=True))
    op.add_column("brand_rules", sa.Column("trip_fixed_minor", sa.BigInteger(), nullable=True))
    op.add_column("brand_rules", sa.Column("trip_stop_minor", sa.BigInteger(), nullable=True))
    op.add_column("brand_rules", sa.Column("trip_most_stops", sa.Integer(), nullable=True))
    op.add_column("brand_rules", sa.Column("coaching_visit_minor", sa.BigInteger(), nullable=True))
    op.add_column("brand_rules", sa.Column("bonus_gate_bps", sa.Integer(), nullable=False, server_default="500"))


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def fact_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        moment("known_at"),
        moment("recorded_at"),
    ]


def downgrade() -> None:
    raise RuntimeError("refills, bonuses and visits are not thrown away: restore a backup instead")
