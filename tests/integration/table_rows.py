"""A row in every table that is served, so that each can be read, and tried from another brand."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from api.shapes.tables import value_type
from domain.context import Context
from store.database import Database
from store.declarations import TableClass, columns_of, references, served_tables
from store.session import BrandSession

NUMBER = 7_654_321


def fill_tables(database: Database, ctx: Context, word: str) -> None:
    """Add a row to every served table that has none; its texts begin with `word`."""
    with database.begin(ctx) as session:
        for table, _ in served_tables():
            if session.scalars(select(table).limit(1)).first() is None:
                session.add(_row(session, table, word))
                session.flush()


def newest_ids(database: Database, ctx: Context) -> dict[str, str]:
    """By the path of each served table, the id of its newest row in the brand."""
    with database.read(ctx) as session:
        return {served.path: str(_newest(session, table)) for table, served in served_tables()}


def _newest(session: BrandSession, table: TableClass) -> UUID | None:
    return session.scalars(select(col(table.id)).order_by(col(table.id).desc()).limit(1)).first()


def _row(session: BrandSession, table: TableClass, word: str) -> Any:
    referred = references(table)
    values: dict[str, Any] = {}
    for name, column in columns_of(table).items():
        if name in referred:
            values[name] = _newest(session, referred[name])
        elif name not in ("id", "recorded_at") and column.identity is None:
            values[name] = _value(session, table, name, word)
    return table(**values)


def _value(session: BrandSession, table: TableClass, name: str, word: str) -> Any:
    kind = value_type(table, name)
    if name == "currency":
        return "EUR"
    if kind is str:
        return f"{word}-{table.__tablename__}-{name}"[: getattr(columns_of(table)[name].type, "length", None)]
    if kind is datetime:
        return session.ctx.now() - timedelta(days=10)
    examples: dict[type, Any] = {int: NUMBER, bool: False, dict: {"of": word}, list: [word]}
    return examples[kind]
