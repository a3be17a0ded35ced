"""A database of one's own on the same server: made, migrated or cloned, and dropped whatever happens."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.errors import InsufficientPrivilege, InvalidCatalogName, ObjectInUse

from domain.errors import NotFound, Unavailable
from store.database import Database
from store.engine import revived
from store.migrate import upgrade

MAINTENANCE = "postgres"
PREFIX = "mhos_scratch_"
_LOCK = 0x736372617463


@contextmanager
def scratch_database(database: Database, template: str | None = None) -> Iterator[Database]:
    """An empty, migrated database, or a clone of `template`, a database of the same server that nobody is connected to.

    To clone one that was just filled, close what is connected to it first: `Database.close`. Raises Unavailable where
    the owner may not make databases or somebody is connected to the template, NotFound where there is no template.
    """
    with _server(database) as server:
        _sweep(server)
        name = _name(server)
        try:  # from before it is made: whoever is interrupted while it is being made leaves none either
            _create(server, database, name, template)
            with _entered(database, name) as scratch:
                if template is None:
                    with _one_at_a_time(server):
                        upgrade(scratch)
                yield scratch
        finally:
            _drop(server, name)


def _sweep(server: "Connection[tuple[str]]") -> None:
    """Drop what killed processes left: whoever made a scratch database holds a lock of its name while it lives."""
    for (name,) in server.execute("select datname from pg_database where starts_with(datname, %s)", [PREFIX]):
        if _held_by_nobody(server, name):
            with suppress(InsufficientPrivilege):
                _drop(server, name)
            server.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def _held_by_nobody(server: "Connection[tuple[str]]", name: str) -> bool:
    row = server.execute("select pg_try_advisory_lock(hashtextextended(%s, 0))", [name]).fetchone()
    return bool(row and row[0])


def _drop(server: "Connection[tuple[str]]", name: str) -> None:
    server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@contextmanager
def _one_at_a_time(server: "Connection[tuple[str]]") -> Iterator[None]:
    """A migration also sets the application role's password, and roles are the server's: two at once would collide."""
    server.execute("select pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        server.execute("select pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def _server(database: Database) -> "Iterator[Connection[tuple[str]]]":
    """A connection that leaves every database but the server's own alone."""
    url = database.owner_url.set(database=MAINTENANCE)
    # In parts, because libpq would not read the plus signs that stand for spaces in a rendered URL's options.
    parts: dict[str, Any] = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    try:
        connection = revived(partial(psycopg.connect, **parts, autocommit=True), database.revive)
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"The server's database {MAINTENANCE} does not let us in: {str(error).strip()}",
            remedy="Let MHOS_DATABASE_URL's role connect to it, or unset it to use the embedded database.",
        ) from error
    with connection:
        yield connection


def _name(server: "Connection[tuple[str]]") -> str:
    row = server.execute("select replace(gen_random_uuid()::text, '-', '')").fetchone()
    assert row is not None
    return f"{PREFIX}{os.getpid()}_{row[0][:12]}"


def _create(server: "Connection[tuple[str]]", database: Database, name: str, template: str | None) -> None:
    server.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [name])
    source = sql.SQL(" template {}").format(sql.Identifier(template)) if template else sql.SQL("")
    try:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)) + source)
    except InsufficientPrivilege as error:
        raise Unavailable(
            f"{database.owner_url.username} may not make a database of its own on this server.",
            remedy=f"ALTER ROLE {database.owner_url.username} CREATEDB, or unset MHOS_DATABASE_URL "
            "to use the embedded database.",
        ) from error
    except ObjectInUse as error:
        raise Unavailable(
            f"{template} cannot be cloned while somebody is connected to it.", remedy="Close those connections."
        ) from error
    except InvalidCatalogName as error:
        raise NotFound(f"There is no database {template} to clone.") from error
    # Nothing here has to survive a crash of the machine, so no commit waits for the disk.
    server.execute(sql.SQL("alter database {} set synchronous_commit = off").format(sql.Identifier(name)))


@contextmanager
def _entered(database: Database, name: str) -> Iterator[Database]:
    owner, application = (
        url.set(database=name).render_as_string(hide_password=False) for url in (database.owner_url, database.app_url)
    )
    scratch = Database(owner, application, database.revive)
    try:
        yield scratch
    finally:
        scratch.close()
