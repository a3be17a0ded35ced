"""edited items: which action item a person's edit was made from."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("action_item", sa.Column("edited_from", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "action_item_brand_id_edited_from_fkey",
        "action_item",
        "action_item",
        ["brand_id", "edited_from"],
        ["brand_id", "id"],
    )


def downgrade() -> None:
    raise RuntimeError("what people answered is not thrown away: restore a backup instead")
