"""messages: what outsiders write, walled like every table of facts; and a channel's sales found by time."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APP_ROLE = "mhos_app"
THIS_BRAND = "(select nullif(current_setting('mhos.brand_id', true), '')::uuid)"


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("external_id", sqlmodel.AutoString(length=128), nullable=False),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("text", sqlmodel.AutoString(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id", "customer_id"], ["customer.brand_id", "customer.id"]),
        sa.ForeignKeyConstraint(["brand_id", "product_id"], ["product.brand_id", "product.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "external_id", postgresql_nulls_not_distinct=True),
    )
    wall("message", f"brand_id = {THIS_BRAND}", "select, insert")
    forbid_change("message")
    op.create_index("sales_fact_channel_period", "sales_fact", ["brand_id", "channel_id", "period_start"])


def wall(table: str, condition: str, rights: str) -> None:
    op.execute(f"grant {rights} on {table} to {APP_ROLE}")
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy brand_scope on {table} to {APP_ROLE} using ({condition}) with check ({condition})")


def forbid_change(table: str) -> None:
    op.execute(
        f"create trigger append_only before update or delete on {table} for each row execute function refuse_change()"
    )
    op.execute(
        f"create trigger append_only_truncate before truncate on {table} for each statement "
        "execute function refuse_change()"
    )


def downgrade() -> None:
    raise RuntimeError("what outsiders wrote is not thrown away: restore a backup instead")
