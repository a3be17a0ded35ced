"""knowledge: documents, their passages, and the vectors of these."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from store.migrations.walls import forbid_change, wall_brand

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knowledge_document",
        *_keys(),
        *_moments("known_at", "recorded_at"),
        *_words("name", "title", "category", "label", "media_type", "sha256", "added_by", "ended_by"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tags", postgresql.JSONB(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_edition", sa.BigInteger(), nullable=True),
        *_constraints("name", "version"),
    )
    op.create_index("knowledge_document_edition", "knowledge_document", ["brand_id", "edition"])
    op.create_table(
        "knowledge_passage",
        *_keys("document_id"),
        *_moments("known_at", "recorded_at"),
        *_words("heading", "text"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        _belongs_to("knowledge_document", "document_id"),
        *_constraints("document_id", "position"),
    )
    op.create_table(
        "knowledge_vector",
        *_keys("passage_id"),
        *_words("model"),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        _belongs_to("knowledge_passage", "passage_id"),
        *_constraints("passage_id", "model"),
    )
    # A document's end is written into its row; what it said is never changed.
    wall_brand("knowledge_document", "select, insert, update (ended_at, ended_edition, ended_by)")
    for table in ("knowledge_passage", "knowledge_vector"):
        wall_brand(table, "select, insert")
        forbid_change(table)


def _keys(*more: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("brand_id", "id", *more)]


def _moments(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in names]


def _words(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sqlmodel.AutoString(), nullable=False) for name in names]


def _belongs_to(table: str, column: str) -> sa.schema.Constraint:
    return sa.ForeignKeyConstraint(["brand_id", column], [f"{table}.brand_id", f"{table}.id"])


def _constraints(*unique: str) -> list[sa.schema.Constraint]:
    return [
        sa.PrimaryKeyConstraint("brand_id", "id"),
        sa.UniqueConstraint("brand_id", *unique, postgresql_nulls_not_distinct=True),
    ]


def downgrade() -> None:
    raise RuntimeError("a brand's documents are not thrown away: restore a backup instead")
