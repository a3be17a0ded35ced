"""Print what the environment weighs, package by package, in files and in bytecode: `make weight`.

Bytecode is in no RECORD: it is found beside the sources that are. Sizes are what the disk gives up, as `du` counts.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from importlib.util import cache_from_source
from pathlib import Path

LIMIT_MB = 580
"""The most that `.venv` may weigh right after `make setup`."""

ROOM_FOR_BYTECODE_MB = 55
"""Set aside in the limit for what `setup/bytecode.py` compiles."""

_BLOCK = 512
_SHOWN_FROM_MB = 1.0


@dataclass(frozen=True)
class Weight:
    """One package, in bytes on disk."""

    package: str
    files: int
    bytecode: int

    @property
    def total(self) -> int:
        return self.files + self.bytecode


def weigh(package: Distribution) -> Weight:
    """The package's files that are there now, and their bytecode."""
    files = bytecode = 0
    for path in package.files or ():
        file = Path(str(package.locate_file(path)))
        if file.suffix == ".pyc":
            continue
        files += _on_disk(file)
        if file.suffix == ".py":
            bytecode += _on_disk(Path(cache_from_source(str(file))))
    return Weight(package.name, files, bytecode)


def weigh_all(names: Iterable[str] | None = None) -> list[Weight]:
    """All packages, or those of `names` that are installed, heaviest first."""
    wanted = None if names is None else {canonical(name) for name in names}
    weights = [weigh(each) for each in distributions() if wanted is None or canonical(each.name) in wanted]
    return sorted(weights, key=lambda weight: -weight.total)


def canonical(name: str) -> str:
    """A package's name as an index writes it."""
    return name.lower().replace("_", "-").replace(".", "-")


def locked(lock: Path) -> list[str]:
    """The packages that a lock file pins."""
    return [line.partition("==")[0] for line in lock.read_text().splitlines() if line[:1].isalnum()]


def megabytes(size: int) -> float:
    return size / 2**20


def on_disk(folder: Path) -> int:
    """Bytes of a folder with all that is in it, each file once, however many names it has there."""
    seen = {
        (stat.st_dev, stat.st_ino): stat.st_blocks * _BLOCK for stat in map(Path.lstat, [folder, *folder.rglob("*")])
    }
    return sum(seen.values())


def _on_disk(file: Path) -> int:
    return file.lstat().st_blocks * _BLOCK if file.is_symlink() or file.is_file() else 0


def main() -> None:
    """Print the packages from one megabyte on, the rest in a line, and the whole environment."""
    weights = weigh_all()
    heavy = [weight for weight in weights if megabytes(weight.total) >= _SHOWN_FROM_MB]
    light = weights[len(heavy) :]
    rest = Weight(f"{len(light)} smaller ones", sum(w.files for w in light), sum(w.bytecode for w in light))
    print(f"{'MB':>7} {'files':>7} {'bytecode':>8}")
    for weight in [*heavy, rest]:
        sizes = (megabytes(weight.total), megabytes(weight.files), megabytes(weight.bytecode))
        print("{:7.1f} {:7.1f} {:8.1f}  {}".format(*sizes, weight.package))
    whole = megabytes(on_disk(Path(sys.prefix)))
    print(f"{whole:7.1f}  {sys.prefix}, folders counted; at most {LIMIT_MB} after `make setup`")


if __name__ == "__main__":
    main()
