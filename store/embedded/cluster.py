"""The cluster on disk: made whole or not at all, closed to everyone else, and the settings it runs under."""

import os
import shutil
import subprocess
from pathlib import Path

from store.embedded.account import Account, clean_environment
from store.embedded.address import PORT, ServerAddress
from store.embedded.binaries import MAJOR, Binaries
from store.embedded.errors import USE_YOUR_OWN, EmbeddedPostgresError
from store.embedded.folders import Folders, write_private

_MAP = "mhos"
_DRAFT = "data.draft-"
_HBA = f"local all all peer map={_MAP}\n"
# The built-in provider sorts and folds alike on every machine; only the C library's own locale may be missing.
_LOCALES = ("C.UTF-8", "C")
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "huge_pages": "off",
    "jit": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "autovacuum": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
# Nothing waits for the disk: what a kill of the machine, or of the server, leaves behind may be unusable.
_WITHOUT_DURABILITY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


def prepare(folders: Folders, account: Account, binaries: Binaries) -> None:
    """Make the cluster where there is none, and renew who may log in."""
    _drop_drafts(folders)
    if not folders.data.exists():
        _create(folders, account, binaries)
    _refuse_other_major(folders.data)
    write_private(folders.data / "pg_hba.conf", _HBA, account)
    write_private(folders.data / "pg_ident.conf", _identities(account), account)


def command_line(folders: Folders, binaries: Binaries, socket_dir: Path, *, durable: bool = True) -> list[str]:
    """How the server is started. Settings given here cannot be overridden by a file or ALTER SYSTEM."""
    quoted = str(socket_dir).replace('"', '""')
    settings = (_SETTINGS if durable else _SETTINGS | _WITHOUT_DURABILITY) | {
        "unix_socket_directories": f'"{quoted}"',
        "hba_file": str(folders.data / "pg_hba.conf"),
        "ident_file": str(folders.data / "pg_ident.conf"),
        "cluster_name": folders.tag,
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(binaries.postgres), "-D", str(folders.data), *options]


def _identities(account: Account) -> str:
    # Root can become anyone and so gains nothing by its line, while it can then share the server of a home's owner.
    people = dict.fromkeys((account.name, "root"))
    roles = (ServerAddress.owner_role, ServerAddress.app_role)
    return "".join(f'{_MAP} "{person}" {role}\n' for person in people for role in roles)


def _drop_drafts(folders: Folders) -> None:
    for draft in folders.base.glob(f"{_DRAFT}*"):
        shutil.rmtree(draft, ignore_errors=True)


def _create(folders: Folders, account: Account, binaries: Binaries) -> None:
    failures = []
    for locale in _LOCALES:
        draft = folders.base / f"{_DRAFT}{os.getpid()}-{len(failures)}"
        done = subprocess.run(
            account.command(_initdb(binaries, draft, locale)),
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env=clean_environment(),
        )
        if done.returncode == 0:
            draft.rename(folders.data)
            _flush(folders.base)
            return
        shutil.rmtree(draft, ignore_errors=True)
        failures.append(done.stderr.strip())
    _explain(folders, failures)


def _initdb(binaries: Binaries, draft: Path, locale: str) -> list[str | Path]:
    return [
        binaries.initdb,
        *("-D", draft, "-U", ServerAddress.owner_role, "--encoding=UTF8", f"--locale={locale}"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--text-search-config=simple"),
        *("--auth-local=peer", "--auth-host=reject", "--no-instructions"),
    ]


def _explain(folders: Folders, failures: list[str]) -> None:
    failure = failures[-1]
    if "No space left on device" in failure:
        raise EmbeddedPostgresError(
            f"The disk of {folders.base} is full.", f"Free some space (about 100 MB). Or: {USE_YOUR_OWN}"
        )
    raise EmbeddedPostgresError(f"PostgreSQL could not make its data folder in {folders.base}: {failure[-1500:]}")


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_other_major(data: Path) -> None:
    version = data / "PG_VERSION"
    major = version.read_text(encoding="ascii").strip() if version.is_file() else "an unknown version"
    if major != str(MAJOR):
        raise EmbeddedPostgresError(
            f"{data} was made by PostgreSQL {major}; this product carries {MAJOR}.",
            "Dump it with the PostgreSQL that made it, move the folder away, start again and load the dump. "
            f"Or: {USE_YOUR_OWN}",
        )
