"""Databases for tests on the one embedded server: cloned from a template, opened as the product does, dropped after."""

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from store.database import Database
from store.embedded import ServerAddress


def admin(server: ServerAddress) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection of the server's owner, beside any brand's database."""
    return psycopg.connect(server.dsn(server.owner_role, "postgres"), autocommit=True)


def opened(server: ServerAddress, name: str) -> Database:
    """The database of this name, entered as the product enters it."""
    return Database(server.url(server.owner_role, name), server.url(server.app_role, name))


@contextmanager
def cloned(server: ServerAddress, template: str) -> Iterator[Database]:
    """A copy of the template, dropped at the end; other processes may have it open until then."""
    name = f"t_{random.SystemRandom().getrandbits(48):x}"
    with admin(server) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
    try:
        with closing(opened(server, name)) as database:
            yield database
    finally:
        with admin(server) as connection:
            connection.execute(f"drop database {name} with (force)")
