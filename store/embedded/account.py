"""The system account that the server runs as, and how a command is started as that account."""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from store.embedded import privileges
from store.embedded.errors import USE_YOUR_OWN, EmbeddedPostgresError

SERVICE_ACCOUNT = "mhos-postgres"
_ADMIN_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"
_LOCK_FOLDERS = (Path("/run"), Path("/var/run"), Path("/var/lib"))  # root's own


@dataclass(frozen=True)
class Account:
    """A system account, and the one capability (by number) that lets it search folders closed to it."""

    uid: int
    gid: int
    name: str
    capability: int | None = None

    @property
    def is_current(self) -> bool:
        return self.uid == os.geteuid()

    def command(self, argv: Sequence[str | Path]) -> list[str]:
        """The command line that runs `argv` as this account."""
        command = [str(part) for part in argv]
        return command if self.is_current else [*self._shim(), "run", *command]

    def can_reach(self, paths: Sequence[Path]) -> bool:
        """Whether the account can read every path, given its capability."""
        if self.is_current:
            return True
        argv = [*self._shim(), "reach", *map(str, paths)]
        return subprocess.run(argv, check=False, capture_output=True, env=clean_environment()).returncode == 0

    def _shim(self) -> list[str]:
        capability = "-" if self.capability is None else str(self.capability)
        return [sys.executable, "-I", "-S", privileges.__file__, str(self.uid), str(self.gid), capability]


def clean_environment() -> dict[str, str]:
    """The environment of the server's processes: no secrets of the caller, and no locale that may be missing."""
    return {"PATH": _ADMIN_PATH, "LC_ALL": "C", "TZ": "UTC"}


def choose_account(home: Path) -> Account:
    """Oneself; for root, the non-root owner of the home, or else a system account made for this."""
    if os.geteuid() != 0:
        return _named(os.geteuid())
    # What already exists decides, so that root and the home's owner share one server.
    for folder in (home / "postgres", home):
        if folder.exists() and (owner := folder.stat().st_uid) != 0:
            return _named(owner)
    return _service_account()


def with_reach(account: Account, paths: Sequence[Path]) -> Account | None:
    """The account with the least capability that lets it read the paths; None where none does."""
    for capability in (None, privileges.CAP_DAC_READ_SEARCH, privileges.CAP_DAC_OVERRIDE):
        candidate = replace(account, capability=capability)
        if candidate.can_reach(paths):
            return candidate
    return None


def _named(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedPostgresError(
            f"User id {uid} has no name on this system, and PostgreSQL identifies people by name.",
            f"Run as a user that the system knows. Or: {USE_YOUR_OWN}",
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _service_account() -> Account:
    with _making_accounts_alone():
        account = _lookup() or _make()
    if account is None:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and the system account {SERVICE_ACCOUNT} could not be made.",
            f"Run as an ordinary user, or make that account. Or: {USE_YOUR_OWN}",
        )
    if account.uid == 0:
        raise EmbeddedPostgresError(f"The account {SERVICE_ACCOUNT} is root under another name.")
    return account


@contextmanager
def _making_accounts_alone() -> Iterator[None]:
    """Two `useradd`s at once can each show an account that is then undone or numbered anew."""
    folder = next((folder for folder in _LOCK_FOLDERS if folder.is_dir() and os.access(folder, os.W_OK)), None)
    if folder is None:
        yield
        return
    handle = os.open(folder / f"{SERVICE_ACCOUNT}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make() -> Account | None:
    program = shutil.which("useradd", path=_ADMIN_PATH) if sys.platform == "linux" else None
    if program is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command = [program, *options, "--shell", "/usr/sbin/nologin", SERVICE_ACCOUNT]
    subprocess.run(command, check=False, capture_output=True, env=clean_environment())
    return _lookup()


def _lookup() -> Account | None:
    try:
        entry = pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
