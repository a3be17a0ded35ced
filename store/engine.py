"""Pools of connections: a dead one is replaced, and a server that is the product's own is brought back."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from domain.errors import StoreUnavailable

C = TypeVar("C")
Revive = Callable[[], None]
"""Brings back a server that does not answer. Raises StoreUnavailable."""


def open_engine(url: URL, revive: Revive | None = None, **options: Any) -> Engine:
    """A pool of connections; one that cannot be had is told as StoreUnavailable, with what to check.

    Where the server does not let one in, `revive` brings it back first, and it is tried once more.
    """
    engine = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=20, **options)
    if revive is not None:
        _revive_on_connect(engine, revive)

    @event.listens_for(engine, "handle_error")
    def explain(context: Any) -> None:
        if context.is_pre_ping:  # of a connection that went stale in the pool, which then makes a new one
            return
        cause = context.sqlalchemy_exception
        if isinstance(cause, OperationalError) and context.connection is None:
            raise does_not_let_us_in(context.original_exception, own=revive is not None) from cause

    return engine


def does_not_let_us_in(error: BaseException, *, own: bool) -> StoreUnavailable:
    """Why no connection can be had, and what to do about it."""
    remedy = "Check MHOS_DATABASE_URL, or unset it to use the embedded database. `mhos doctor` tells more."
    return StoreUnavailable(
        f"The database does not let us in: {str(error).strip()}", remedy="Run `mhos doctor`." if own else remedy
    )


def revived(connect: Callable[[], C], revive: Revive | None) -> C:
    """The connection that `connect` makes, tried once more after the server was brought back."""
    try:
        return connect()
    except psycopg.OperationalError:
        if revive is None:
            raise
        revive()
    return connect()


def _revive_on_connect(engine: Engine, revive: Revive) -> None:
    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
        return revived(partial(dialect.connect, *arguments, **parameters), revive)
