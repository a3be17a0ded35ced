"""prices as a set: how many of a list change in a week, and when dealers' lists do."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("max_price_changes_a_week", "dealer_list_months"):
        op.add_column("brand_rules", sa.Column(name, sa.Integer(), nullable=False, server_default="3"))


def downgrade() -> None:
    raise RuntimeError("what a brand keeps is not thrown away: restore a backup instead")
