"""partners and attempts: whom to tell at a location, and every attempt at a delivery."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from store.migrations.walls import forbid_change, wall_brand

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("location", sa.Column("contact", sqlmodel.AutoString(), nullable=False, server_default=""))
    op.create_table(
        "delivery_attempt",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sqlmodel.AutoString(), nullable=False),
        sa.Column("detail", sqlmodel.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id", "delivery_id"], ["delivery.brand_id", "delivery.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "delivery_id", "number", postgresql_nulls_not_distinct=True),
    )
    wall_brand("delivery_attempt", "select, insert")
    forbid_change("delivery_attempt")


def downgrade() -> None:
    raise RuntimeError("what was sent is not thrown away: restore a backup instead")
