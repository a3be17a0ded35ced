"""The base of every table of a brand: its brand in the key, for facts since when they were known, its declaration."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, UniqueConstraint, column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import DateTime
from sqlmodel import Field, SQLModel

from store.tables.files import File
from store.tables.served import Served

MOMENT: Any = DateTime(timezone=True)
DOCUMENT: Any = JSONB
BIGINT: Any = BigInteger


class BrandOwned(SQLModel):
    """A row of one brand. The session fills in `brand_id`, and refuses rows of any other.

    What else is known of a table is declared on its class; `store/declarations.py` reads it. Its natural key is its
    `unique(…)`, its references are its `belongs_to(…)`, and a column's name ends in its unit: `_minor` (of the row's
    currency), `_bps`, `_days`, `_at`.
    """

    model_config = {"defer_build": True}
    """SQLModel validates no row of a table: so no validator is built of it at start-up."""

    APPEND_ONLY: ClassVar[bool] = False
    """Rows are never changed: triggers forbid it."""
    KEEPS_HISTORY: ClassVar[bool] = False
    """A trigger keeps what a row was before each change. Facts that may change do without saying so."""
    SERVED: ClassVar[Served | None] = None
    """Where the API serves it and who may read it; without this, nobody."""
    UNTRUSTED: ClassVar[frozenset[str]] = frozenset()
    """Columns of text that outsiders wrote."""
    FILES: ClassVar[tuple[File, ...]] = ()
    """The files that an import brings it in."""

    brand_id: UUID = Field(default=None, primary_key=True)
    id: UUID = Field(default=None, primary_key=True)


class Fact(BrandOwned):
    """Something the brand came to know: `known_at` when it could have known, `recorded_at` when it was written."""

    known_at: datetime = Field(default=None, sa_type=MOMENT)
    recorded_at: datetime = Field(default=None, sa_type=MOMENT)


class BrandWall:
    """Stands for `BrandOwned` in the session's loader criteria: SQLModel takes a mixin's attributes away."""

    brand_id: Any = column("brand_id")

    @staticmethod
    def __subclasses__() -> list[type[BrandOwned]]:
        return [BrandOwned]


class KnownWall:
    """As `BrandWall`, of `Fact`."""

    known_at: Any = column("known_at")

    @staticmethod
    def __subclasses__() -> list[type[Fact]]:
        return [Fact]


def belongs_to(table: str | type[SQLModel], column: str | None = None) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the brand. A table of another noun is given as its class: a noun's file imports
    what its tables refer to, so that rows can be written when no other noun is loaded."""
    name = table if isinstance(table, str) else str(table.__tablename__)
    return ForeignKeyConstraint(["brand_id", column or f"{name}_id"], [f"{name}.brand_id", f"{name}.id"])


def unique(*columns: str, nulls_equal: bool = True) -> UniqueConstraint:
    """A natural key within a brand; NULLs count as equal unless said otherwise."""
    return UniqueConstraint("brand_id", *columns, postgresql_nulls_not_distinct=nulls_equal)
