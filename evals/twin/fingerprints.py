"""Hashes of a brand's tables: the same seed must leave the same bytes in every one."""

from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import col

from store.session import BrandSession
from store.tables import BrandOwned, Job, Run

_OF_THE_MACHINE: dict[type[BrandOwned], frozenset[str]] = {
    Run: frozenset({"lease_pid", "lease_started"}),
    Job: frozenset({"lease_pid", "lease_started"}),
}
"""Columns that tell which connection held a lease: not the business's."""


def business_tables(session: BrandSession) -> dict[str, str]:
    """The SHA-256 of every row of each of the brand's tables, by table name; in PostgreSQL's binary form of a row."""
    return {str(table.__tablename__): session.scalars(_hash(table)).one() for table in _tables()}


def _tables() -> list[Any]:
    tables: list[Any] = [table for table in _subclasses(BrandOwned) if hasattr(table, "__table__")]
    return sorted(tables, key=lambda table: table.__tablename__)


def _subclasses(of: type) -> list[type]:
    return [table for direct in of.__subclasses__() for table in (direct, *_subclasses(direct))]


def _hash(table: Any) -> Any:
    hidden = _OF_THE_MACHINE.get(table, frozenset())
    columns = [getattr(table, name) for name in sorted(table.model_fields) if name not in hidden]
    row = func.record_send(func.row(*columns))
    each = func.sha256(row)  # of each row first: all rows of a table at once may be too much for one value
    joined = func.coalesce(func.string_agg(each, aggregate_order_by(literal(b""), col(table.id))), literal(b""))
    return select(func.encode(func.sha256(joined), "hex"))
