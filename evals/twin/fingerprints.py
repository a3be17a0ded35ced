"""Hashes of a brand's tables: the same seed must leave the same bytes in every one."""

import hashlib
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from store.session import BrandSession
from store.tables import BrandOwned, Job, Run

_OF_THE_MACHINE: dict[type[BrandOwned], frozenset[str]] = {
    Run: frozenset({"lease_pid", "lease_started"}),
    Job: frozenset({"lease_pid", "lease_started"}),
}
"""Columns that tell which connection held a lease: not the business's."""


def business_tables(session: BrandSession) -> dict[str, str]:
    """The SHA-256 of every row of each of the brand's tables, by table name."""
    return {table.__tablename__: _hash(session, table) for table in _tables()}  # type: ignore[misc]


def _tables() -> list[Any]:
    found: list[Any] = [one for one in _subclasses(BrandOwned) if hasattr(one, "__table__")]
    return sorted(found, key=lambda table: table.__tablename__)


def _subclasses(of: type) -> list[type]:
    return [one for direct in of.__subclasses__() for one in (direct, *_subclasses(direct))]


def _hash(session: BrandSession, table: Any) -> str:
    hidden = _OF_THE_MACHINE.get(table, frozenset())
    columns = [getattr(table, name) for name in sorted(table.model_fields) if name not in hidden]
    digest = hashlib.sha256()
    for row in session.execute(select(*columns).order_by(col(table.id)).execution_options(yield_per=5_000)):
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
