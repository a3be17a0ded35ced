"""Locks between processes: one start at a time, and the shared lock that says a server is in use."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.embedded.account import Account
from store.embedded.errors import EmbeddedPostgresError
from store.embedded.folders import Folders, open_private

# Shared locks on `in-use.lock`, one a home, held until this process ends.
_held: dict[Path, int] = {}
_held_guard = threading.Lock()


@contextmanager
def exclusively(path: Path, account: Account, *, patience_seconds: float) -> Iterator[None]:
    """Hold a lock file alone; raises EmbeddedPostgresError when others keep it too long."""
    handle = open_private(path, account)
    try:
        _wait_for_lock(handle, fcntl.LOCK_EX, path, patience_seconds=patience_seconds)
        yield
    finally:
        os.close(handle)


def _wait_for_lock(handle: int, kind: int, path: Path, *, patience_seconds: float) -> None:
    """Take a flock of that kind (`fcntl.LOCK_SH` or `LOCK_EX`) within the time given."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise EmbeddedPostgresError(
                    f"Another process has held {path} for {patience_seconds:.0f} s.",
                    "Wait for it, or end it, and try again.",
                ) from None
            time.sleep(0.01)


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock file alone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


def hold_in_use(folders: Folders, account: Account) -> None:
    """Hold the shared lock for this process, on the file that is there now, and leave the time of use on it."""
    with _held_guard:
        handle = _held.get(folders.home)
        if handle is None or not _is_same_file(handle, folders.in_use_lock):
            if handle is not None:
                os.close(_held.pop(folders.home))
            handle = open_private(folders.in_use_lock, account)
            try:
                _wait_for_lock(handle, fcntl.LOCK_SH, folders.in_use_lock, patience_seconds=120)
            except BaseException:
                os.close(handle)
                raise
            _held[folders.home] = handle
        os.utime(handle)


def release_in_use(home: Path) -> None:
    """Give up this process's shared lock, if it holds one."""
    with _held_guard:
        handle = _held.pop(home, None)
        if handle is not None:
            os.close(handle)


def _is_same_file(handle: int, path: Path) -> bool:
    return path.exists() and os.path.samestat(os.fstat(handle), path.stat())
