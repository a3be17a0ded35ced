"""Where a running server listens, and how SQLAlchemy and psycopg are told."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from psycopg.conninfo import make_conninfo

PORT = 5432


@dataclass(frozen=True)
class ServerAddress:
    """A Unix socket in a private folder, and the names agreed for roles and database."""

    socket_dir: Path
    port: int = PORT
    owner_role: str = "mhos_owner"
    app_role: str = "mhos_app"
    database: str = "mhos"

    def url(self, role: str | None = None, database: str | None = None) -> str:
        """A SQLAlchemy URL for psycopg 3; the owner's role and the product's database unless told otherwise."""
        user = quote(role or self.owner_role, safe="")
        name = quote(database or self.database, safe="")
        return f"postgresql+psycopg://{user}@/{name}?host={quote(str(self.socket_dir), safe='')}&port={self.port}"

    def dsn(self, role: str | None = None, database: str | None = None) -> str:
        """A libpq connection string, as `psycopg.connect` takes it."""
        return make_conninfo(
            host=str(self.socket_dir),
            port=self.port,
            user=role or self.owner_role,
            dbname=database or self.database,
        )
