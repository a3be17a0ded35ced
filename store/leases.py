"""Leases: a row is held while the database connection of its holder lives, so a killed holder lets go at once."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from store.database import Database
from store.session import BrandSession, raw_connection
from store.transaction import losses_translated


@dataclass(frozen=True)
class Holder:
    """A live connection, told apart from a later one of the same process number by when it began."""

    pid: int
    started: datetime


class Lease:
    """A connection that does nothing but live; what it holds is free as soon as it is gone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: tuple[Connection, Holder] | None = None

    def holder(self) -> Holder:
        """Who holds by now: somebody else than before where the connection was lost, and with it what it held."""
        if self._held is None or not _answers(self._held[0]):
            self.close()
            self._held = _opened(self._database)
        return self._held[1]

    def close(self) -> None:
        """Let go of all that is held."""
        if self._held is not None:
            connection, self._held = self._held[0], None
            with suppress(DBAPIError):  # one that is lost holds nothing any more
                connection.close()


def _opened(database: Database) -> tuple[Connection, Holder]:
    with losses_translated():
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # not back into the pool: what was held must be free once the holder has gone
        pid, started = connection.execute(
            text("select pid, backend_start from pg_stat_activity where pid = pg_backend_pid()")
        ).one()
        return connection, Holder(pid, started)


def _answers(connection: Connection) -> bool:
    try:
        connection.exec_driver_sql("select 1")
    except DBAPIError:
        return False
    return True


@contextmanager
def lease_holder(database: Database) -> Iterator[Holder]:
    """A lease for one piece of work."""
    lease = Lease(database)
    try:
        yield lease.holder()
    finally:
        lease.close()


def is_alive(session: BrandSession, pid: int | None, started: datetime | None) -> bool:
    """Whether the connection that holds a lease still lives."""
    if pid is None:
        return False
    holder = raw_connection(session).execute(
        text("select 1 from pg_stat_activity where pid = :pid and backend_start = :started"),
        {"pid": pid, "started": started},
    )
    return holder.first() is not None


def one_at_a_time(session: BrandSession, work: str) -> None:
    """Wait until no other transaction of this brand is at this work; others wait until ours has ended."""
    key = f"{session.ctx.brand_id} {work}"
    raw_connection(session).exec_driver_sql("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (key,))


def lock_row(session: BrandSession, table: type[Any], row_id: Any) -> Any:
    """The row itself, locked until the transaction ends, as it stands now. None when this brand has no such row."""
    return session.get(table, (session.ctx.brand_id, row_id), with_for_update=True, populate_existing=True)
