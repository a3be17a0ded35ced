"""Writes a row unless one of its natural key is there: what is done twice leaves one row."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from store.session import BrandSession, raw_connection


def insert_once(session: BrandSession, table: type[Any], values: Mapping[str, Any]) -> bool:
    """Whether the row was written. It gets the Context's brand and a new id; every other column is given."""
    ctx = session.ctx
    row = {"brand_id": ctx.brand_id, "id": ctx.new_id(), **values}
    statement = insert(table.__table__).values(**row).on_conflict_do_nothing().returning(table.__table__.c.id)
    session.flush()
    return raw_connection(session).execute(statement).first() is not None
