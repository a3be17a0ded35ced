"""Brings a database's schema up to date, as its owner."""

from pathlib import Path
from typing import Any

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from domain.errors import Unavailable
from store.database import APP_ROLE, Database, app_password
from store.engine import open_engine
from store.transaction import losses_translated

_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = max(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The last migration: their files begin with their numbers."""
_LOCK = 0x6D686F73


def alembic_config() -> Any:
    """Alembic's configuration for this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def current_revision(database: Database) -> str | None:
    """The revision that the database stands at; None when it is empty or not open to the application yet."""
    try:
        with losses_translated(), database.engine.connect() as connection:
            return connection.execute(text("select version_num from alembic_version")).scalar()
    except (ProgrammingError, Unavailable):
        return None


def ensure_schema(database: Database) -> None:
    """Migrate when needed; cheap when not. Processes that come at once wait for the first."""
    if current_revision(database) != HEAD:
        upgrade(database)


def upgrade(database: Database) -> None:
    """Run every outstanding migration in one transaction, then let the application role log in.

    Raises Unavailable where the URL's role may not do that.
    """
    from alembic import command

    engine = open_engine(database.owner_url, database.revive)
    try:
        with engine.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            password = app_password(database.owner_url)
            connection.execute(text(f"alter role {APP_ROLE} login password '{password}'"))
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        # The statement itself may hold a password: only what PostgreSQL said of it is told.
        raise Unavailable(
            f"{database.owner_url.username} may not set up the database: {str(error.orig).splitlines()[0]}.",
            remedy=f"MHOS_DATABASE_URL is its owner's, who may make the role {APP_ROLE}: "
            f"ALTER ROLE {database.owner_url.username} CREATEROLE.",
        ) from None
    finally:
        engine.dispose()
