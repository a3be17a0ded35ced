"""money: reminders of invoices, expenses flagged for a person, campaigns' budgets; what the owner allows of them."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from store.migrations.walls import forbid_change, wall_brand

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoice_reminder",
        *fact_columns(),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id", "invoice_id"], ["invoice.brand_id", "invoice.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "invoice_id", "level", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "expense_flag",
        *fact_columns(),
        sa.Column("expense_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sqlmodel.AutoString(), nullable=False),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id", "expense_id"], ["expense.brand_id", "expense.id"]),
        sa.ForeignKeyConstraint(["brand_id", "task_id"], ["task.brand_id", "task.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "expense_id", "source", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "campaign_budget",
        *fact_columns(),
        sa.Column("campaign", sqlmodel.AutoString(length=128), nullable=False),
        sa.Column("weekly_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sqlmodel.AutoString(length=3), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "campaign", "valid_from", "source", postgresql_nulls_not_distinct=True),
    )
    for table in ("invoice_reminder", "campaign_budget"):
        wall_brand(table, "select, insert")
        forbid_change(table)
    wall_brand("expense_flag", "select, insert, update")
    limits = {"capital_bps_a_year": "1000", "reminder_every_days": "14", "max_budget_change_bps": "2000"}
    for name, default in limits.items():
        op.add_column("brand_rules", sa.Column(name, sa.Integer(), nullable=False, server_default=default))


def fact_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    ]


def downgrade() -> None:
    raise RuntimeError("reminders, flags and budgets are not thrown away: restore a backup instead")
