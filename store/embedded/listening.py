"""Asking the server itself: where it listens, whether it answers, and whether our database is there."""

import time

import psycopg
from psycopg import pq, sql

from store.embedded import processes
from store.embedded.account import Account
from store.embedded.address import ServerAddress
from store.embedded.errors import USE_YOUR_OWN, EmbeddedPostgresError
from store.embedded.folders import Folders, is_private

START_SECONDS = 600.0
SILENCE_SECONDS = 10.0
POLL_SECONDS = 0.01
_CONNECT_SECONDS = 5


def owner_of(folders: Folders) -> Account:
    """The account that the data belongs to."""
    status = folders.data.stat()
    return Account(status.st_uid, status.st_gid, "")


def noted_address(folders: Folders) -> ServerAddress | None:
    """Where the server says that it listens, if that folder is one that nobody else could have made."""
    noted = processes.read_pid_file(folders.data)
    if noted is None or noted.socket_dir is None or not is_private(noted.socket_dir, owner_of(folders).uid):
        return None
    return ServerAddress(noted.socket_dir)


def connects(address: ServerAddress) -> bool:
    """Whether the owner can log in to the product's database."""
    try:
        psycopg.connect(address.dsn(), connect_timeout=_CONNECT_SECONDS).close()
    except psycopg.OperationalError:
        return False
    return True


def ping(address: ServerAddress) -> pq.Ping:
    """The server's answer to a connection: accepts, rejects for now, or nothing."""
    conninfo = f"{address.dsn(database='postgres')} connect_timeout={_CONNECT_SECONDS}"
    return pq.Ping(pq.PGconn.ping(conninfo.encode()))


def await_answer(folders: Folders) -> ServerAddress | None:
    """The address once the live server accepts connections; one that says it is starting up is waited for."""
    deadline, silent_until = time.monotonic() + START_SECONDS, time.monotonic() + SILENCE_SECONDS
    while time.monotonic() < min(deadline, silent_until):
        address = noted_address(folders)
        answer = ping(address) if address else pq.Ping.NO_RESPONSE
        if answer is pq.Ping.OK:
            return address
        if answer is pq.Ping.REJECT:
            silent_until = time.monotonic() + SILENCE_SECONDS
        time.sleep(POLL_SECONDS)
    return None


def ensure_database(address: ServerAddress) -> None:
    """Create the product's database where it is missing."""
    try:
        with psycopg.connect(address.dsn(database="postgres"), connect_timeout=30, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (address.database,)).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(address.database)))
    except psycopg.Error as error:
        raise EmbeddedPostgresError(
            f"The database server is up but refuses us: {error}",
            f"End programs that keep connections. Or: {USE_YOUR_OWN}",
        ) from error
