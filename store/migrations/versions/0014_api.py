"""api: refresh tokens, answers kept by idempotency key, what happened in runs, questions on action items, snoozing."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from store.migrations.walls import APP_ROLE, forbid_change, wall_brand

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refresh_token",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        *_words("token_hash"),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["login_session.id"]),
        sa.UniqueConstraint("token_hash"),
    )
    op.execute(f"grant select, insert, update on refresh_token to {APP_ROLE}")
    op.create_table(
        "idempotent_request",
        *_keys(),
        *_words("key", "actor", "route", "body_hash", "status"),
        sa.Column("answer", postgresql.JSONB(), nullable=True),
        sa.Column("lease_pid", sa.Integer(), nullable=True),
        _moment("lease_started", nullable=True),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "actor", "key", postgresql_nulls_not_distinct=True),
    )
    wall_brand("idempotent_request", "select, insert, update, delete")
    op.create_table(
        "run_event",
        *_keys(),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *_words("kind"),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        _moment("created_at"),
        sa.ForeignKeyConstraint(["brand_id", "run_id"], ["run.brand_id", "run.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", "run_id", "seq", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "item_note",
        *_keys(),
        sa.Column("action_item_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        *_words("author"),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        *_words("text", "german"),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        _moment("created_at"),
        sa.ForeignKeyConstraint(["brand_id", "action_item_id"], ["action_item.brand_id", "action_item.id"]),
        sa.ForeignKeyConstraint(["brand_id", "question_id"], ["item_note.brand_id", "item_note.id"]),
        sa.PrimaryKeyConstraint("brand_id", "id"),
    )
    for table in ("run_event", "item_note"):
        wall_brand(table, "select, insert")
        forbid_change(table)
    op.add_column("action_item", _moment("snoozed_until", nullable=True))


def _keys() -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("brand_id", "id")]


def _words(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sqlmodel.AutoString(), nullable=False) for name in names]


def _moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def downgrade() -> None:
    raise RuntimeError("what people asked and were answered is not thrown away: restore a backup instead")
