"""Local profiles of the command line: a file per profile that holds a login's token, readable by its owner only."""

import os
import re
import stat
from pathlib import Path

from pydantic import BaseModel, ValidationError

from domain.errors import InvalidInput, NotSignedIn

DEFAULT = "owner"
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")


class Profile(BaseModel):
    """Contents of a profile file."""

    name: str
    login: str
    token: str
    default_brand: str = ""


def save_profile(home: Path, profile: Profile) -> None:
    """Write the file, mode 0600 in a folder of mode 0700, replacing an older one as a whole."""
    path = _path(home, profile.name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    draft.write_text(profile.model_dump_json(), encoding="utf-8")
    draft.replace(path)


def load_profile(home: Path, name: str | None) -> Profile:
    """The named profile; `owner` when none is named, or the only one. Raises NotSignedIn, InvalidInput."""
    path = _path(home, name or _default(home))
    try:
        status = path.stat()
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        known = ", ".join(profile_names(home)) or "none yet: `mhos demo` or `mhos import` makes them"
        raise NotSignedIn(f"There is no profile {path.stem}.", remedy=f"Profiles here: {known}.") from error
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise NotSignedIn(f"Others can read the profile {path.stem}.", remedy=f"chmod 600 {path}")
    try:
        return Profile.model_validate_json(text)
    except ValidationError as error:
        raise NotSignedIn(
            f"The profile {path.stem} cannot be read.", remedy=f"Remove {path} and import again."
        ) from error


def profile_names(home: Path) -> list[str]:
    """Names of the stored profiles."""
    return sorted(path.stem for path in (home / "profiles").glob("*.json"))


def _default(home: Path) -> str:
    names = profile_names(home)
    return names[0] if len(names) == 1 else DEFAULT


def _path(home: Path, name: str) -> Path:
    if not _NAME.match(name):
        raise InvalidInput(f"{name!r} is no profile's name.", remedy="Letters, digits, - and _ only.")
    return home / "profiles" / f"{name}.json"
