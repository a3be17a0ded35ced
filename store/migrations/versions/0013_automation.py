"""automation: rules and workflows, what they did, notifications, what goes out; events in their order."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from store.migrations.walls import forbid_change, wall_brand

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

APPEND_ONLY = ("automation_definition", "automation_log", "notification", "notification_read")
CHANGING = ("event_cursor", "automation_run", "endpoint", "delivery", "watched_fact")


def upgrade() -> None:
    _changed_tables()
    _definitions_and_runs()
    _telling()
    for table in APPEND_ONLY:
        wall_brand(table, "select, insert")
        forbid_change(table)
    for table in CHANGING:
        wall_brand(table, "select, insert, update" + (", delete" if table == "endpoint" else ""))
    # What happened before rules were there wakes none.
    op.execute(
        "insert into event_cursor (brand_id, id, consumer, seq) "
        "select brand_id, gen_random_uuid(), 'rules', max(seq) from event group by brand_id"
    )


def _changed_tables() -> None:
    op.add_column("event", sa.Column("seq", sa.BigInteger(), sa.Identity(), nullable=False))
    op.create_index("event_in_order", "event", ["brand_id", "seq"])
    op.add_column("job", sa.Column("cause", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.add_column("job", _moment("claimed_at", nullable=True))
    op.add_column("action_item", sa.Column("cause", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.add_column("import_batch", sa.Column("fires", sa.Boolean(), nullable=False, server_default="false"))


def _definitions_and_runs() -> None:
    op.create_table(
        "automation_definition",
        *_key(),
        sa.Column("kind", sqlmodel.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.AutoString(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_documents("document"),
        *_words("author"),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        *_words("reason"),
        _moment("created_at"),
        *_constraints("kind", "name", "version"),
    )
    op.create_table(
        "event_cursor",
        *_key(),
        *_words("consumer"),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        *_constraints("consumer"),
    )
    op.create_table(
        "automation_run",
        *_key(),
        *_words("key", "kind", "name"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_documents("document"),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        *_documents("envelope", "cause"),
        *_words("status", "reason", "step"),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        *_documents("results", "done_steps"),
        *_words("waits_for"),
        _moment("wake_at", nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        _moment("finished_at", nullable=True),
        *_constraints("key"),
    )
    op.create_index("automation_run_waits", "automation_run", ["brand_id", "status", "waits_for"])
    op.create_index("automation_run_of", "automation_run", ["brand_id", "kind", "name", "created_at"])
    op.create_table(
        "automation_log",
        *_key(),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("move", sa.Integer(), nullable=False),
        *_words("step"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        *_words("outcome", "detail"),
        _moment("at"),
        sa.ForeignKeyConstraint(["brand_id", "run_id"], ["automation_run.brand_id", "automation_run.id"]),
        *_constraints("run_id", "move"),
    )


def _telling() -> None:
    op.create_table(
        "notification",
        *_key(),
        *_words("key", "severity", "module"),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        *_words("subject", "title", "body"),
        *_documents("roles", "people"),
        *_words("source"),
        _moment("created_at"),
        *_constraints("key"),
    )
    op.create_index("notification_newest", "notification", ["brand_id", "created_at"])
    op.create_table(
        "notification_read",
        *_key(),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _moment("created_at"),
        sa.ForeignKeyConstraint(["brand_id", "notification_id"], ["notification.brand_id", "notification.id"]),
        *_constraints("notification_id", "person_id"),
    )
    op.create_table(
        "endpoint",
        *_key(),
        *_words("name", "kind", "url", "secret"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        *_words("state_reason", "author"),
        _moment("created_at"),
        *_constraints("name"),
    )
    op.create_table(
        "delivery",
        *_key(),
        *_words("key", "channel", "target"),
        *_documents("message"),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        *_words("status"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_words("last_error"),
        _moment("created_at"),
        _moment("updated_at"),
        *_constraints("key"),
    )
    op.create_index("delivery_newest", "delivery", ["brand_id", "created_at"])
    op.create_table(
        "watched_fact",
        *_key(),
        *_words("kind", "subject", "state"),
        _moment("changed_at"),
        *_constraints("kind", "subject"),
    )


def _key() -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("brand_id", "id")]


def _words(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sqlmodel.AutoString(), nullable=False) for name in names]


def _documents(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, postgresql.JSONB(), nullable=False) for name in names]


def _moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _constraints(*unique: str) -> list[sa.schema.Constraint]:
    return [
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", *unique, postgresql_nulls_not_distinct=True),
    ]


def downgrade() -> None:
    raise RuntimeError("what happened by itself is not thrown away: restore a backup instead")
