"""customers: who was written to and who was held out, leads, and the owner's limits on messages."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from store.migrations.walls import forbid_change, wall_brand

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_send",
        *fact_columns(),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("arm", sqlmodel.AutoString(), nullable=False),
        sa.Column("segment", sqlmodel.AutoString(), nullable=False),
        sa.Column("template", sqlmodel.AutoString(), nullable=False),
        sa.Column("worth_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_per_thousand_minor", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id", "customer_id"], ["customer.brand_id", "customer.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "source", "customer_id", postgresql_nulls_not_distinct=True),
    )
    wall_brand("message_send", "select, insert")
    forbid_change("message_send")
    op.create_index("message_send_sent", "message_send", ["brand_id", "sent_at"])
    op.create_table(
        "lead",
        *fact_columns(),
        sa.Column("code", sqlmodel.AutoString(length=128), nullable=False),
        sa.Column("company", sqlmodel.AutoString(), nullable=False),
        sa.Column("contact", sqlmodel.AutoString(), nullable=False),
        sa.Column("stage", sqlmodel.AutoString(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sqlmodel.AutoString(length=3), nullable=False),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("last_contact_at", "next_step_at", "followed_up_at", "won_at", "lost_at")
        ),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "code", postgresql_nulls_not_distinct=True),
    )
    wall_brand("lead", "select, insert, update")
    op.execute("create trigger keep_history after update or delete on lead for each row execute function keep_history()")
    op.create_index("sales_order_customer", "sales_order", ["brand_id", "customer_id", "ordered_at"])
    for name, default in (
        ("max_messages_a_week", "5000"),
        ("message_rest_days", "28"),
        ("message_cost_per_thousand_minor", "1200"),
    ):
        op.add_column("brand_rules", sa.Column(name, sa.Integer(), nullable=False, server_default=default))


def fact_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    ]


def downgrade() -> None:
    raise RuntimeError("who was written to is not thrown away: restore a backup instead")
