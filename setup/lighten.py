"""Remove from the environment what is never loaded, as `setup/surplus.py` lists it; running it again changes nothing.

Run `python -m setup.lighten` with the environment's own Python, after every install.
"""

import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from setup.surplus import SURPLUS, Surplus


def recorded(package: Distribution) -> list[PurePosixPath]:
    """The files that a package was installed with, relative to its folder; those removed since are named, too."""
    return [PurePosixPath(path) for path in package.files or ()]


def surplus_files(entry: Surplus, files: Sequence[PurePosixPath]) -> Iterator[PurePosixPath]:
    """The files, of those recorded, that `entry` means."""
    there = {str(path) for path in files}
    for path in files:
        stem = path.parent / path.name.partition(".")[0]
        guarded = not entry.while_there or entry.while_there.format(stem=stem) in there
        if guarded and ".." not in path.parts and _matches(path, entry.paths) and not _matches(path, entry.keep):
            yield path


def _matches(path: PurePosixPath, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(str(path), pattern) for pattern in patterns)


def remove_surplus(entries: Sequence[Surplus] = SURPLUS) -> int:
    """Bytes that were removed. A package that is not installed, or has no such files, is left as it is."""
    freed = 0
    for entry in entries:
        try:
            package = distribution(entry.package)
        except PackageNotFoundError:
            continue
        site = Path(str(package.locate_file("")))
        for path in surplus_files(entry, recorded(package)):
            freed += _remove(site / path)
            _remove_empty(site, site / path.parent)
    return freed


def _remove(file: Path) -> int:
    """Bytes that a file and its bytecode took. Only this name goes: uv's cache holds the file under another one."""
    bytecode = (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc") if file.suffix == ".py" else ()
    freed = 0
    for each in (file, *bytecode):
        if each.is_symlink() or each.is_file():
            freed += each.lstat().st_size
            each.unlink()
    return freed


def _remove_empty(site: Path, folder: Path) -> None:
    """Remove a folder left with nothing in it, and its parents likewise, up to the folder of all packages."""
    while folder != site and folder.is_dir():
        cache = folder / "__pycache__"
        if cache.is_dir() and not any(cache.iterdir()):
            cache.rmdir()
        if any(folder.iterdir()):
            return
        folder.rmdir()
        folder = folder.parent


def main() -> None:
    """Lighten the environment of this Python. Exits non-zero outside a virtual environment."""
    if sys.prefix == sys.base_prefix:
        sys.exit("This Python is no virtual environment: nothing was removed. Run `make setup`.")
    remove_surplus()


if __name__ == "__main__":
    main()
