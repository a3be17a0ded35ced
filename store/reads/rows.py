"""Rows of any table as they stand: filtered by columns, searched, newest first, a page at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from domain.errors import NotFound
from store.declarations import TableClass
from store.session import BrandSession


@dataclass(frozen=True)
class Sought:
    """Row filter: columns that equal a value, moments in [from, before), a text that some column contains."""

    equal: Mapping[str, Any] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)
    before: Mapping[str, datetime] = field(default_factory=dict)
    text: str = ""
    text_in: Iterable[str] = ()


def rows_of(
    session: BrandSession, table: TableClass, sought: Sought, limit: int, after: UUID | None = None
) -> Sequence[Any]:
    """At most so many rows, those recorded last first, that follow the row `after`."""

    def column(name: str) -> Any:
        return col(getattr(table, name))

    conditions = [column(name) == value for name, value in sought.equal.items()]
    conditions += [column(name) >= value for name, value in sought.since.items()]
    conditions += [column(name) < value for name, value in sought.before.items()]
    if sought.text:
        conditions.append(or_(*(column(name).icontains(sought.text, autoescape=True) for name in sought.text_in)))
    if after is not None:
        conditions.append(column("id") < after)
    return session.scalars(select(table).where(*conditions).order_by(column("id").desc()).limit(limit)).all()


def row_of(session: BrandSession, table: TableClass, row_id: UUID) -> Any:
    """The row of this id. Raises NotFound, for another brand's and for nobody's alike."""
    row = session.scalars(select(table).where(col(table.id) == row_id)).one_or_none()
    if row is None:
        noun = str(table.__tablename__).replace("_", " ")
        raise NotFound(f"No {noun} {row_id} in brand {session.ctx.brand}.")
    return row
