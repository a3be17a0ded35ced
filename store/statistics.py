"""What the planner knows of tables: refreshed after a large load, since PostgreSQL itself looks only now and then."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlmodel import SQLModel

from store.database import Database
from store.engine import open_engine


def refresh_statistics(database: Database, tables: Iterable[type[SQLModel]]) -> None:
    """Count anew what the tables hold, as their owner; those that somebody is counting already are left out.

    Until autovacuum has come round, up to minutes later, a table that was just filled is planned for as if it were
    empty: joins of twenty thousand rows by twenty thousand.
    """
    names = sorted({str(table.__tablename__) for table in tables})
    if not names:
        return
    engine = open_engine(database.owner_url, database.revive)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"analyze (skip_locked) {', '.join(names)}"))
    finally:
        engine.dispose()
