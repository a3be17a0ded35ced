"""what leaves the house: letters of action items, whom a campaign drew, where orders go, what suppliers confirmed."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from store.migrations.walls import wall_brand

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_draw",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("arm", sqlmodel.AutoString(), nullable=False),
        sa.Column("segment", sqlmodel.AutoString(), nullable=False),
        sa.Column("template", sqlmodel.AutoString(), nullable=False),
        sa.Column("worth_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_per_thousand_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sqlmodel.AutoString(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id", "customer_id"], ["customer.brand_id", "customer.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "source", "customer_id", postgresql_nulls_not_distinct=True),
    )
    op.create_index("message_draw_status", "message_draw", ["brand_id", "status", "drawn_at"])
    wall_brand("message_draw", "select, insert, update")
    op.add_column("action_item", sa.Column("outside", postgresql.JSONB(), nullable=False, server_default="{}"))
    for name in ("recipient", "left_by"):
        op.add_column("delivery", sa.Column(name, sqlmodel.AutoString(), nullable=False, server_default=""))
    for name in ("due_at", "left_at"):
        op.add_column("delivery", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in ("action_item", "task"):
        op.add_column("delivery", sa.Column(f"{name}_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(None, "delivery", name, ["brand_id", f"{name}_id"], ["brand_id", "id"])
    op.create_index("delivery_of_item", "delivery", ["brand_id", "action_item_id", "status"])
    op.add_column("supplier", sa.Column("email", sqlmodel.AutoString(), nullable=False, server_default=""))
    op.add_column("purchase_order", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise RuntimeError("what has left the house is not thrown away: restore a backup instead")
