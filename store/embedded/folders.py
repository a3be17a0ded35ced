"""The server's folders and files: where each lies, made private, and refused where somebody else put them."""

import hashlib
import os
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from store.embedded.account import Account
from store.embedded.address import PORT
from store.embedded.errors import EmbeddedPostgresError

_SOCKET_PATH_LIMIT = 107 if sys.platform == "linux" else 103
_SYSTEM_FOLDER = Path("/var/lib/mhos")


@dataclass(frozen=True)
class Folders:
    """All paths of one home's server. `base` is `home/postgres` unless `home/postgres/location` names another."""

    home: Path
    base: Path

    @property
    def top(self) -> Path:
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def start_lock(self) -> Path:
        return self.top / "start.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.base / "keeper.lock"

    @property
    def in_use_lock(self) -> Path:
        return self.base / "in-use.lock"

    @property
    def server_log(self) -> Path:
        return self.base / "server.log"

    @property
    def tag(self) -> str:
        """The tag that the server's processes carry in their titles, so that they are known from all others."""
        return f"mhos-{key_of(self.home)}"


def key_of(home: Path) -> str:
    """A short name for a home, the same in every process."""
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:16]


def folders_of(home: Path) -> Folders:
    """The folders of a home as they are now; makes nothing."""
    note = home / "postgres" / "location"
    elsewhere = _SYSTEM_FOLDER / key_of(home)
    # The note only says that the fallback is used; where that is, it does not get to choose.
    return Folders(home, elsewhere if note.is_file() else home / "postgres")


def make_top(home: Path, account: Account) -> Folders:
    """Make the home where it is missing, and its private `postgres` folder."""
    if "\n" in str(home):
        # PostgreSQL's pid file has one line a path.
        raise EmbeddedPostgresError("The home's path has a line break.", "Set MHOS_HOME to a folder without one.")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_private(home / "postgres", account)
    folders = folders_of(home)
    return move_elsewhere(home, account) if folders.base != folders.top else folders


def move_elsewhere(home: Path, account: Account) -> Folders:
    """Put the cluster under /var/lib, for an account that cannot be let into the home, and note it there."""
    _SYSTEM_FOLDER.mkdir(mode=0o711, parents=True, exist_ok=True)
    if _SYSTEM_FOLDER.lstat().st_uid != os.geteuid():
        raise EmbeddedPostgresError(f"{_SYSTEM_FOLDER} belongs to another user.")
    base = _SYSTEM_FOLDER / key_of(home)
    make_private(base, account)
    write_private(home / "postgres" / "location", f"{base}\n", account)
    return Folders(home, base)


def make_private(folder: Path, account: Account) -> None:
    """Make a folder of mode 0700 that belongs to the account; refuses links and other people's folders."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"{folder} is not a folder that can be used ({error.strerror}).",
            "Remove it if it is not yours to keep, or set MHOS_HOME to a folder of your own.",
        ) from error
    try:
        _claim(handle, folder, account)
        if stat.S_IMODE(os.fstat(handle).st_mode) != 0o700:
            os.fchmod(handle, 0o700)
    finally:
        os.close(handle)


def is_private(folder: Path, owner_uid: int) -> bool:
    """Whether a folder (no link) belongs to that user and is closed to all others."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner_uid and not status.st_mode & 0o077


def socket_folder(folders: Folders, account: Account) -> Path:
    """Where the socket goes: `run` beside the data, or a private short folder where that path is too long."""
    near = folders.base / "run"
    if _fits(near):
        return near
    for parent in _short_parents(account):
        folder = parent / f"mhos-{account.uid}-{key_of(folders.home)}"
        if parent.is_dir() and _fits(folder):
            return folder
    raise EmbeddedPostgresError(
        f"{folders.base} is too long a path for a Unix socket, and so is the temporary folder's.",
        "Set MHOS_HOME or TMPDIR to a shorter path.",
    )


def _fits(folder: Path) -> bool:
    # libpq takes a comma for the end of a host name.
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_LIMIT and "," not in str(folder)


def _short_parents(account: Account) -> list[Path]:
    system = [Path(tempfile.gettempdir()), Path("/tmp")]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not account.is_current:
        return system[::-1]
    return [Path(runtime), *system] if runtime and is_private(Path(runtime), account.uid) else system


def open_private(path: Path, account: Account) -> int:
    """Open (or make) a file of mode 0600 that belongs to the account; the handle closes on exec."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _claim(handle, path, account)
    except BaseException:
        os.close(handle)
        raise
    return handle


def write_private(path: Path, text: str, account: Account) -> None:
    """Replace a file at once, with mode 0600, belonging to the account."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        _claim(handle, draft, account)
        file.write(text)
    draft.replace(path)


def _claim(handle: int, path: Path, account: Account) -> None:
    owner_uid = os.fstat(handle).st_uid
    if owner_uid == account.uid:
        return
    if owner_uid != os.geteuid():
        raise EmbeddedPostgresError(
            f"{path} belongs to another user (id {owner_uid}).", "Set MHOS_HOME to a folder of your own."
        )
    os.fchown(handle, account.uid, account.gid)
