"""The keys of an installation: the setting's, or files of the data folder that only its owner reads."""

import os
import secrets
import stat
from pathlib import Path

from domain.errors import Unavailable

TOKENS, ENDPOINTS = "token.key", "endpoint.key"
_REMOVED = {TOKENS: "people log in again", ENDPOINTS: "webhooks then need a new secret each (mhos webhooks rotate)"}


def signing_key(home: Path, configured_key: str | None, file: str = TOKENS) -> str:
    """The same on every machine where it is `configured_key`. Raises Unavailable for a file that others can read."""
    if configured_key:
        return configured_key
    path = home / file
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _make(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Unavailable(f"Others can read {path}.", remedy=f"chmod 600 {path}, or remove it: {_REMOVED[file]}.")
    return path.read_text(encoding="ascii")


def _make(path: Path) -> None:
    """Whoever links first wins: processes that start at once end up with one key."""
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
