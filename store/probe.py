"""Uses the store once, for `mhos doctor`: writes a row, reads it back, checks the walls, and leaves nothing."""

from uuid import UUID

from sqlalchemy import text

from domain.errors import Unavailable
from store.database import APP_ROLE, Database
from store.migrate import HEAD, current_revision
from store.transaction import losses_translated

_PROBE = UUID(int=0)


def probe_store(database: Database) -> str:
    """Raises Unavailable where the store does not take a write or its walls are down."""
    if (revision := current_revision(database)) != HEAD:
        raise Unavailable(
            f"the schema stands at {revision}, this version needs {HEAD}", remedy="Run `mhos doctor` again."
        )
    with losses_translated(), database.engine.connect() as connection:
        role, bypasses = connection.execute(
            text("select current_user, rolsuper or rolbypassrls from pg_roles where rolname = current_user")
        ).one()
        if role != APP_ROLE or bypasses:
            raise Unavailable(
                f"connected as {role}, which row-level security does not bind", remedy="Set MHOS_DATABASE_URL."
            )
        connection.execute(text("select set_config('mhos.brand_id', :brand, true)"), {"brand": str(_PROBE)})
        connection.execute(
            text("insert into audit_head (brand_id, seq, hash) values (:brand, 0, 'probe')"), {"brand": _PROBE}
        )
        written = connection.execute(
            text("select hash from audit_head where brand_id = :brand"), {"brand": _PROBE}
        ).scalar()
        connection.rollback()
        if written != "probe":
            raise Unavailable("a row that was written could not be read back")
        version = connection.execute(text("show server_version")).scalar()
    return f"PostgreSQL {version}, schema {revision}, as {APP_ROLE}, wrote and read back"
