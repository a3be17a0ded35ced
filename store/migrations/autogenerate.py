"""Parts of a migration that Alembic does not generate: walls as text, and defaults for rows that are there already."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, text
from sqlalchemy.engine import Connection

from store.declarations import TableClass, keeps_history
from store.tables import TABLES

NOT_OURS = frozenset(
    {"row_history", "checkpoints", "checkpoint_blobs", "checkpoint_writes", "checkpoint_migrations", "alembic_version"}
)
"""Tables without a class: the walls' own, LangGraph's, Alembic's."""
_APP_ROLE = "mhos_app"
_THIS_BRAND = "brand_id = (select nullif(current_setting('mhos.brand_id', true), '')::uuid)"
_EACH_ROW, _EACH_STATEMENT = "for each row execute function", "for each statement execute function"


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether autogenerate compares it: a table that has a class, or a part of one."""
    return kind != "table" or name not in NOT_OURS


def walls_of(table: TableClass) -> Mapping[str, str]:
    """The statements that wall a table, by the name that the database knows each wall by.

    The application's role sees and writes rows of its session's brand only; it changes and deletes them where the
    table is not append-only, which triggers forbid to everybody; other triggers keep what rows were before.
    """
    name = table.__tablename__
    rights = "select, insert" if table.APPEND_ONLY else "select, insert, update, delete"
    walls = {
        "rights": f"grant {rights} on {name} to {_APP_ROLE}",
        "row level security": f"alter table {name} enable row level security",
        "brand_scope": f"create policy brand_scope on {name} to {_APP_ROLE} "
        f"using ({_THIS_BRAND}) with check ({_THIS_BRAND})",
    }
    if table.APPEND_ONLY:
        before = f"create trigger append_only before update or delete on {name}"
        walls["append_only"] = f"{before} {_EACH_ROW} refuse_change()"
        before = f"create trigger append_only_truncate before truncate on {name}"
        walls["append_only_truncate"] = f"{before} {_EACH_STATEMENT} refuse_change()"
    if keeps_history(table):
        after = f"create trigger keep_history after update or delete on {name}"
        walls["keep_history"] = f"{after} {_EACH_ROW} keep_history()"
    return walls


_STANDING = """
    select c.relname, 'rights' from pg_class c where has_table_privilege(:role, c.oid, 'select')
        and c.relnamespace = 'public'::regnamespace
    union all select relname, 'row level security' from pg_class where relrowsecurity
    union all select tablename, policyname from pg_policies where schemaname = 'public'
    union all select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal
"""


def _standing_walls(connection: Connection) -> set[tuple[str, str]]:
    """The walls that the database has: table and name."""
    return {(table, wall) for table, wall in connection.execute(text(_STANDING), {"role": _APP_ROLE})}


def missing_walls(connection: Connection) -> list[str]:
    """The statements for every wall that a table declares and the database lacks."""
    standing = _standing_walls(connection)
    return [
        statement
        for table in TABLES
        for name, statement in walls_of(table).items()
        if (str(table.__tablename__), name) not in standing
    ]


def complete(context: MigrationContext, _revision: Any, directives: list[ops.MigrationScript]) -> None:
    """Add to a migration what the tables declare and autogenerate has left out; make no file where nothing is new."""
    script = directives[0]
    upgrade = script.upgrade_ops
    assert upgrade is not None and context.connection is not None
    for column in _added_columns(upgrade.ops):
        _fill_rows_that_are_there(column)
    upgrade.ops.extend(ops.ExecuteSQLOp(statement) for statement in missing_walls(context.connection))
    if upgrade.is_empty():
        directives.clear()


def _added_columns(operations: Iterable[ops.MigrateOperation]) -> Iterator[Column[Any]]:
    for operation in operations:
        if isinstance(operation, ops.AddColumnOp):
            yield operation.column
        elif isinstance(operation, ops.ModifyTableOps):
            yield from _added_columns(operation.ops)


def _fill_rows_that_are_there(column: Column[Any]) -> None:
    """A new column that takes no NULL gives the rows that are there what its class gives new ones."""
    default: Any = column.default
    if column.nullable or column.server_default is not None or default is None or not default.is_scalar:
        return
    value = default.arg
    written = ("true" if value else "false") if isinstance(value, bool) else str(value)
    column.server_default = text("'" + written.replace("'", "''") + "'")  # type: ignore[assignment]
