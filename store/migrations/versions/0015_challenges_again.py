"""challenges again: an order can be recomputed beside other proposals, once for each choice of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("challenge", sa.Column("beside", postgresql.JSONB(), nullable=False, server_default="[]"))
    op.drop_constraint("challenge_brand_id_run_id_proposal_id_tool_key", "challenge")
    op.create_unique_constraint(
        "challenge_brand_id_run_id_proposal_id_receipt_id_key",
        "challenge",
        ["brand_id", "run_id", "proposal_id", "receipt_id"],
        postgresql_nulls_not_distinct=True,
    )
