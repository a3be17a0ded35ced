"""Transactions whose database may break off: what was under way is undone, and told as StoreUnavailable."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from psycopg import Error, OperationalError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from domain.errors import OutcomeUnknown, StoreUnavailable

S = TypeVar("S", bound=Session)
_COME_AGAIN_SECONDS = 1
_GOING_DOWN = ("57P01", "57P02", "57P03")
"""SQLSTATEs of a server that ends, that ends at once because a part of it broke, and that is not up yet."""


@contextmanager
def transaction(session: S, *, read_only: bool = False) -> Iterator[S]:
    """One transaction of this session: committed at the end, or undone as a whole.

    Raises StoreUnavailable where the database breaks off meanwhile, OutcomeUnknown where that is while it commits.
    Both only when all has ended: within it, a lost connection is no DomainError that a caller could take for its own.
    """
    committing = False
    try:
        with session, session.begin():
            yield session
            session.flush()
            committing = not read_only
    except (DBAPIError, Error) as error:
        if not is_lost(error):
            raise
        raise (outcome_unknown() if committing else broken_off()) from error


@contextmanager
def losses_translated() -> Iterator[None]:
    """A block of reads on a bare connection, whose loss is raised as StoreUnavailable."""
    try:
        yield
    except (DBAPIError, Error) as error:
        if not is_lost(error):
            raise
        raise broken_off() from error


def is_lost(error: BaseException) -> bool:
    """Whether the error means that the connection is gone."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_lost(error.orig))
    if not isinstance(error, Error):
        return False
    if error.sqlstate is None:  # what psycopg itself says, with no word of the server
        return isinstance(error, OperationalError)
    return error.sqlstate in _GOING_DOWN or error.sqlstate.startswith("08")


def broken_off() -> StoreUnavailable:
    """The error for people whose transaction is undone because the database is gone."""
    return StoreUnavailable(
        "The database broke off; what was under way is undone.",
        remedy="Try again.",
        retry_after=_COME_AGAIN_SECONDS,
    )


def outcome_unknown() -> OutcomeUnknown:
    """The error for people whose commit was not answered."""
    return OutcomeUnknown(
        "The database broke off while this was being written; whether it was written is not known.",
        remedy="Look whether it is there before you try again.",
        written=None,
        retry_after=_COME_AGAIN_SECONDS,
    )
