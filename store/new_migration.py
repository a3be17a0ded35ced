"""Writes the migration from the last one to what the tables declare. Run: `make migration NAME=what_is_new`."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from store.database import Database
from store.embedded import stop
from store.engine import open_engine
from store.migrate import HEAD, alembic_config, upgrade


def write_migration(name: str) -> Path | None:
    """The new file, made by autogenerate against an empty database of its own; None where nothing is new."""
    from alembic import command

    with _migrated_so_far() as engine, engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        script: Any = command.revision(config, message=name.replace("_", " "), rev_id=_next_id(), autogenerate=True)
    # Alembic returns no script, or a list of none, where `complete` found nothing new.
    return Path(script.path) if script else None


def _next_id() -> str:
    return f"{int(HEAD) + 1:04}"


@contextmanager
def _migrated_so_far() -> Iterator[Engine]:
    """The owner's engine in a database as the migrations make it, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mhos-migration-") as folder:
        database = Database.embedded(Path(folder))
        try:
            upgrade(database)
            engine = open_engine(database.owner_url)
            yield engine
            engine.dispose()
        finally:
            database.close()
            stop(Path(folder))


def main(argv: Sequence[str]) -> int:
    """Print the file that was written; exit 1 where there was nothing to write."""
    if len(argv) != 1 or not argv[0].strip():
        print("Say in a few words what is new: make migration NAME=stand_photos")  # noqa: T201
        return 2
    path = write_migration(argv[0])
    print(path or "The migrations make what the tables declare: nothing is new.")  # noqa: T201
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
