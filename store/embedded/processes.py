"""The operating-system processes of one cluster: finding the server, and what a killed server left behind."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from store.embedded import keeper
from store.embedded.account import Account
from store.embedded.address import PORT
from store.embedded.errors import EmbeddedPostgresError
from store.embedded.folders import Folders

_KEEPER = Path(keeper.__file__).name


@dataclass(frozen=True)
class PidFile:
    """The contents of `postmaster.pid`, as PostgreSQL writes it."""

    pid: int
    socket_dir: Path | None


def read_pid_file(data: Path) -> PidFile | None:
    """The server's own note of its process and socket; None where there is none that makes sense."""
    try:
        lines = os.fsdecode((data / "postmaster.pid").read_bytes()).split("\n")
        return PidFile(int(lines[0]), Path(lines[4]) if len(lines) > 4 and lines[4] else None)
    except (FileNotFoundError, IndexError, ValueError):
        return None


def find_server(folders: Folders, account: Account) -> int | None:
    """The process id of the cluster's live server; a recycled id of some other process does not count."""
    noted = read_pid_file(folders.data)
    live = [pid for pid, uid, command in _processes() if uid == account.uid and _is_server(command, folders)]
    return noted.pid if noted and noted.pid in live else None


def find_all(folders: Folders, account: Account) -> list[int]:
    """The server and every process it started, also those that outlived it."""
    title = f"postgres: {folders.tag}: "
    return [
        pid
        for pid, uid, command in _processes()
        if uid == account.uid and (command[0].startswith(title) or _is_server(command, folders))
    ]


def clear_leftovers(folders: Folders, account: Account, socket_dir: Path) -> None:
    """Remove what a killed server left: processes still attached to its memory, then pid and socket files."""
    end(find_all(folders, account), folders, account)
    socket = socket_dir / f".s.PGSQL.{PORT}"
    for stale in (folders.data / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
        stale.unlink(missing_ok=True)


def shut_down(pid: int, folders: Folders, account: Account) -> None:
    """Stop a live server: fast, and by force where that does not end it."""
    for sign, patience_seconds in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0)):
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
        if _await_end([pid], folders, account, patience_seconds):
            return
    end(find_all(folders, account), folders, account)


def end_keeper(folders: Folders, account: Account) -> None:
    """Kill a keeper that does not end by itself."""
    for pid, uid, command in _processes():
        if uid == account.uid and _is_keeper(command, folders):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def end(pids: list[int], folders: Folders, account: Account) -> None:
    """Kill processes and wait until they are gone; a later start recovers from the log as after a power cut."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if pids and not _await_end(pids, folders, account, 30):
        raise EmbeddedPostgresError(
            f"Processes {pids} of a former server do not end.", "End them, or restart the machine, and try again."
        )


def _await_end(pids: list[int], folders: Folders, account: Account, patience_seconds: float) -> bool:
    deadline = time.monotonic() + patience_seconds
    while set(pids) & set(find_all(folders, account)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _is_server(command: list[str], folders: Folders) -> bool:
    named = f"cluster_name={folders.tag}" in command
    return named and Path(command[0]).name == "postgres" and _KEEPER not in command[0]


def _is_keeper(command: list[str], folders: Folders) -> bool:
    return f"cluster_name={folders.tag}" in command and any(_KEEPER in part for part in command)


def _processes() -> Iterator[tuple[int, int, list[str]]]:
    """Process id, owner and command line of every process that one may see."""
    if not Path("/proc/self/cmdline").exists():
        yield from _listed_by_ps()
        return
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = os.fsdecode((entry / "cmdline").read_bytes()).rstrip("\0")
            if command:
                yield int(entry.name), entry.stat().st_uid, command.split("\0")
        except OSError:
            continue


def _listed_by_ps() -> Iterator[tuple[int, int, list[str]]]:
    listing = subprocess.run(["ps", "-axww", "-o", "pid=,uid=,command="], check=True, capture_output=True, text=True)
    for line in listing.stdout.splitlines():
        pid, uid, command = line.split(None, 2)
        program, _, options = command.partition(" -D ")
        yield int(pid), int(uid), [program, *options.split(" ")]
