"""Starts the home's server where it does not run, joins it where it does, and stops it when asked."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from psycopg import pq

from store.embedded import cluster, keeper, processes
from store.embedded.account import Account, choose_account, clean_environment, with_reach
from store.embedded.address import ServerAddress
from store.embedded.binaries import Binaries, find_binaries
from store.embedded.errors import USE_YOUR_OWN, EmbeddedPostgresError
from store.embedded.folders import Folders, folders_of, make_private, make_top, move_elsewhere, socket_folder
from store.embedded.listening import (
    POLL_SECONDS,
    SILENCE_SECONDS,
    START_SECONDS,
    await_answer,
    connects,
    ensure_database,
    noted_address,
    owner_of,
    ping,
)
from store.embedded.locks import exclusively, hold_in_use, is_locked, release_in_use


@dataclass(frozen=True)
class ServerStatus:
    """The processes that run for a home; `address` is None while nothing accepts connections."""

    running: bool
    server_pid: int | None
    keeper_alive: bool
    data: Path
    address: ServerAddress | None


def ensure_running(home: Path, *, idle_seconds: float = 120.0, durable: bool = True) -> ServerAddress:
    """The address of the home's server, started where needed; it stays up while this process lives.

    `idle_seconds` counts from the last user's end. It and `durable` hold when this call is the one that starts the
    server; one that is not durable may lose its cluster when killed, and is for data that can be made again.
    Raises EmbeddedPostgresError, whose `remedy` says what the person can do.
    """
    try:
        home = home.resolve()
        return _join(home) or _start(home, idle_seconds, durable=durable)
    except OSError as error:
        raise _unusable(home, error) from error


def stop(home: Path) -> bool:
    """Stop the home's server, also when it is in use; whether one was running."""
    try:
        return _stop(home.resolve())
    except OSError as error:
        raise _unusable(home, error) from error


def status(home: Path) -> ServerStatus:
    """The status of the home's server; changes nothing."""
    try:
        folders = folders_of(home.resolve())
        if not folders.data.is_dir():
            return ServerStatus(False, None, False, folders.data, None)
        address = noted_address(folders)
        accepts = address is not None and ping(address) is pq.Ping.OK
        server_pid = processes.find_server(folders, owner_of(folders))
        keeper_alive = is_locked(folders.keeper_lock)
        return ServerStatus(accepts, server_pid, keeper_alive, folders.data, address if accepts else None)
    except OSError as error:
        raise _unusable(home, error) from error


def _unusable(home: Path, error: OSError) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(
        f"The folder {home} cannot be used for the database: {error.filename or home}: {error.strerror}.",
        f"Free space or correct its permissions, or set MHOS_HOME to another folder. Or: {USE_YOUR_OWN}",
    )


def _join(home: Path) -> ServerAddress | None:
    folders = folders_of(home)
    if not folders.data.is_dir() or not folders.in_use_lock.exists():
        return None
    # Before connecting: the keeper holds this lock alone while it stops the server.
    hold_in_use(folders, owner_of(folders))
    address = noted_address(folders)
    alive = address is not None and connects(address) and is_locked(folders.keeper_lock)
    return address if alive else None


def _start(home: Path, idle_seconds: float, *, durable: bool) -> ServerAddress:
    account = choose_account(home)
    folders = make_top(home, account)
    with exclusively(folders.start_lock, account, patience_seconds=START_SECONDS):
        joined = _join(home)
        if joined:
            return joined
        binaries = find_binaries()
        folders, account = _within_reach(folders, account, binaries)
        hold_in_use(folders, account)
        adopted = _adopt(folders, account, binaries, idle_seconds)
        address = adopted or _launch(folders, account, binaries, idle_seconds, durable=durable)
        ensure_database(address)
        return address


def _within_reach(folders: Folders, account: Account, binaries: Binaries) -> tuple[Folders, Account]:
    programs = [binaries.postgres, Path(sys.executable), Path(os.__file__), Path(keeper.__file__)]
    able = with_reach(account, [*programs, folders.base])
    if able:
        return folders, able
    able = with_reach(account, programs)
    if able is None:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and {account.name} can neither read {binaries.postgres} and "
            f"{sys.executable} nor be given the capability to.",
            f"Run as an ordinary user, or install where every user can read. Or: {USE_YOUR_OWN}",
        )
    return move_elsewhere(folders.home, account), able


def _adopt(folders: Folders, account: Account, binaries: Binaries, idle_seconds: float) -> ServerAddress | None:
    """Join a live server whose keeper is gone, or end one that nobody can reach."""
    pid = processes.find_server(folders, account)
    if pid is None:
        return None
    address = await_answer(folders)
    if address is not None:
        if not is_locked(folders.keeper_lock):
            command = cluster.command_line(folders, binaries, address.socket_dir)
            _run_keeper(folders, account, idle_seconds, pid, command)
        return address
    processes.shut_down(pid, folders, account)
    return None


def _launch(
    folders: Folders, account: Account, binaries: Binaries, idle_seconds: float, *, durable: bool
) -> ServerAddress:
    socket_dir = socket_folder(folders, account)
    make_private(socket_dir, account)
    _await_keeper_end(folders, account)
    processes.clear_leftovers(folders, account, socket_dir)
    cluster.prepare(folders, account, binaries)
    log_start = folders.server_log.stat().st_size if folders.server_log.exists() else 0
    command = cluster.command_line(folders, binaries, socket_dir, durable=durable)
    _run_keeper(folders, account, idle_seconds, 0, command)
    address = ServerAddress(socket_dir)
    deadline = time.monotonic() + START_SECONDS
    while ping(address) is not pq.Ping.OK:
        if not is_locked(folders.keeper_lock) or time.monotonic() > deadline:
            _explain_failed_start(folders, log_start)
        time.sleep(POLL_SECONDS)
    return address


def _run_keeper(folders: Folders, account: Account, idle_seconds: float, adopt: int, command: list[str]) -> None:
    keeper_command = [
        sys.executable,
        "-I",
        "-S",
        keeper.__file__,
        folders.base,
        str(idle_seconds),
        str(adopt),
        *command,
    ]
    done = subprocess.run(
        account.command(keeper_command),
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        env=clean_environment(),
        start_new_session=True,
    )
    if done.returncode != 0:
        raise EmbeddedPostgresError(f"The database server's keeper did not start: {done.stderr.strip()[-1500:]}")


def _explain_failed_start(folders: Folders, log_start: int) -> NoReturn:
    log_text = folders.server_log.read_bytes()[log_start:].decode(errors="replace").strip()
    if "No space left on device" in log_text:
        raise EmbeddedPostgresError(f"The disk of {folders.base} is full.", f"Free some space. Or: {USE_YOUR_OWN}")
    raise EmbeddedPostgresError(
        f"PostgreSQL did not start: {log_text[-1500:]}", f"See {folders.server_log}. Or: {USE_YOUR_OWN}"
    )


def _stop(home: Path) -> bool:
    folders = folders_of(home)
    if not folders.data.is_dir():
        return False
    account = choose_account(home)
    with exclusively(folders.start_lock, account, patience_seconds=START_SECONDS):
        pid = processes.find_server(folders, account)
        if pid is not None:
            processes.shut_down(pid, folders, account)
        _await_keeper_end(folders, account)
        release_in_use(home)
    return pid is not None


def _await_keeper_end(folders: Folders, account: Account) -> None:
    """A keeper notices within a second that its server is gone; one that does not is of no more use."""
    deadline = time.monotonic() + SILENCE_SECONDS
    while is_locked(folders.keeper_lock):
        if time.monotonic() > deadline:
            return processes.end_keeper(folders, account)
        time.sleep(POLL_SECONDS)
    return None
