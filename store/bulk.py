"""The bulk loader: many rows of one table through COPY, inside the brand, twice without effect."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection, sql
from sqlmodel import SQLModel

from domain.errors import BrandScopeBroken
from store.session import BrandSession, raw_connection
from store.tables import BrandOwned, Fact

_OWN = ("brand_id", "id", "recorded_at")


@dataclass(frozen=True)
class Target:
    """A table to load into: its columns in the order of the rows, and which of them are the natural key.

    Rows of an append-only table that stand there with other values are conflicts; of any other they are changed, unless
    `newer_by` names a column by which what stands there is newer.
    """

    table: type[BrandOwned]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    newer_by: str | None = None

    @property
    def appends_only(self) -> bool:
        return self.table.APPEND_ONLY

    @property
    def compared(self) -> tuple[str, ...]:
        """What tells a changed row from the same row: all but the key and since when it was known."""
        return tuple(name for name in self.columns if name not in (*self.key, "known_at"))


@dataclass
class LoadResult:
    """How many rows were loaded or changed, how many stood there already, and the positions of those in conflict."""

    loaded: int = 0
    duplicates: int = 0
    conflicts: list[int] = field(default_factory=list)


def load_rows(session: BrandSession, target: Target, rows: Sequence[Sequence[Any]]) -> LoadResult:
    """Load rows given in the order of `target.columns`. Facts carry `known_at` among them.

    Each row gets the Context's brand, a new id and the Context's time. Within the rows, and against what stands there,
    a second row of the same key is a duplicate where it says the same, and a conflict where an append-only table would
    have to say two things. Raises BrandScopeBroken for columns that are the loader's own.
    """
    if forbidden := set(target.columns) & set(_OWN):
        raise BrandScopeBroken(f"{', '.join(sorted(forbidden))} cannot be loaded: the loader fills it in")
    if not rows:
        return LoadResult()
    connection: Connection[Any] = raw_connection(session).connection.driver_connection  # type: ignore[assignment]
    names = _Names(target)
    with connection.cursor() as cursor:
        cursor.execute(names.create_staging())
        with cursor.copy(names.copy_into_staging()) as copy:
            for position, row in enumerate(rows):
                copy.write_row((position, session.ctx.new_id(), *row))
        conflicts = _sort_out(cursor, names)
        changes = bool(target.compared) and not target.appends_only
        changed = _count(cursor, names.update_changed()) if changes else 0
        loaded = _count(cursor, names.insert_new(), brand=session.ctx.brand_id, now=session.ctx.now())
        cursor.execute(names.drop_staging())
    done = loaded + changed
    return LoadResult(done, len(rows) - done - len(conflicts), conflicts)


def _sort_out(cursor: Any, names: "_Names") -> list[int]:
    """Take the rows out of the staging table that repeat an earlier one; the positions of those that contradict."""
    cursor.execute(names.repeated())
    repeated = cursor.fetchall()
    conflicts = [position for position, same in repeated if not same]
    if names.target.appends_only:
        cursor.execute(names.contradicting())
        conflicts += [position for (position,) in cursor.fetchall()]
    if repeated or conflicts:
        gone = sorted({position for position, _ in repeated} | set(conflicts))
        cursor.execute(names.remove(), {"positions": gone})
    return sorted(set(conflicts))


def _count(cursor: Any, statement: sql.Composed, **values: Any) -> int:
    cursor.execute(statement, values)
    return cursor.rowcount


class _Names:
    """The statements of one load, composed from the target's own names."""

    def __init__(self, target: Target) -> None:
        self.target = target
        metadata: Any = SQLModel.metadata.tables[str(target.table.__tablename__)]
        unknown = set(target.columns) - set(metadata.columns.keys())
        if unknown:
            raise BrandScopeBroken(f"{target.table.__name__} has no {', '.join(sorted(unknown))}")
        self.table = sql.Identifier(str(target.table.__tablename__))
        self.staging = sql.Identifier(f"load_{target.table.__tablename__}")
        self.columns = _list(target.columns)
        self.nullable = {column.name for column in metadata.columns if column.nullable}
        self.defaults = {
            column.name: column.default.arg
            for column in metadata.columns
            if column.default is not None and column.name not in target.columns and column.default.is_scalar
        }

    def _format(self, text: str, **more: sql.Composable) -> sql.Composed:
        return sql.SQL(text).format(table=self.table, staging=self.staging, columns=self.columns, **more)  # type: ignore[arg-type]

    def create_staging(self) -> sql.Composed:
        return self._format(
            "create temp table {staging} on commit drop as "
            "select 0 as position, null::uuid as row_id, {columns} from {table} with no data"
        )

    def copy_into_staging(self) -> sql.Composed:
        return self._format("copy {staging} (position, row_id, {columns}) from stdin")

    def drop_staging(self) -> sql.Composed:
        return self._format("drop table {staging}")

    def remove(self) -> sql.Composed:
        return self._format("delete from {staging} where position = any(%(positions)s)")

    def repeated(self) -> sql.Composed:
        """Rows whose key came earlier in the same load, and whether they say the same as the first."""
        key = _list(self.target.key)
        first = sql.SQL(", ").join(
            sql.SQL("first_value({0}) over same as {1}").format(sql.Identifier(name), sql.Identifier(f"first_{name}"))
            for name in self.target.compared
        )
        same = sql.SQL(" and ").join(
            sql.SQL("{0} is not distinct from {1}").format(sql.Identifier(name), sql.Identifier(f"first_{name}"))
            for name in self.target.compared
        )
        return self._format(
            "select position, {same} from (select *, row_number() over same as nth, {first} from {staging} "
            "window same as (partition by {key} order by position)) as ranked where nth > 1 order by position",
            key=key,
            first=first if self.target.compared else sql.SQL("0 as none"),
            same=same if self.target.compared else sql.SQL("true"),
        )

    def contradicting(self) -> sql.Composed:
        return self._format(
            "select s.position from {staging} s join {table} t on {on} where {differs} order by 1",
            on=self._on(),
            differs=self._differs(),
        )

    def update_changed(self) -> sql.Composed:
        sets = sql.SQL(", ").join(sql.SQL("{0} = s.{0}").format(sql.Identifier(name)) for name in self.target.compared)
        return self._format(
            "update {table} t set {sets} from {staging} s where {on} and {differs}",
            sets=sets,
            on=self._on(),
            differs=self._differs(),
        )

    def insert_new(self) -> sql.Composed:
        extra = {**self.defaults}
        names = [sql.Identifier(name) for name in extra]
        values = [sql.Literal(value) for value in extra.values()]
        if issubclass(self.target.table, Fact):
            names, values = [*names, sql.Identifier("recorded_at")], [*values, sql.SQL("%(now)s::timestamptz")]
        comma = sql.SQL(", ")
        more_names = sql.SQL("").join(comma + name for name in names)
        more_values = sql.SQL("").join(comma + value for value in values)
        return self._format(
            "insert into {table} (brand_id, id, {columns}{more_names}) "
            "select %(brand)s::uuid, s.row_id, {values}{more_values} from {staging} s "
            "where not exists (select from {table} t where {on}) and %(now)s::timestamptz is not null "
            "order by s.position on conflict do nothing",
            values=sql.SQL(", ").join(sql.SQL("s.{}").format(sql.Identifier(name)) for name in self.target.columns),
            more_names=more_names,
            more_values=more_values,
            on=self._on(),
        )

    def _on(self) -> sql.Composable:
        """The same natural key in this brand; row-level security and the condition both keep others out."""
        same = (
            # only plain equality can be hashed or looked up in an index
            sql.SQL("t.{0} is not distinct from s.{0}" if name in self.nullable else "t.{0} = s.{0}").format(
                sql.Identifier(name)
            )
            for name in self.target.key
        )
        brand = sql.SQL("t.brand_id = (select nullif(current_setting('mhos.brand_id', true), '')::uuid)")
        return sql.SQL(" and ").join([brand, *same])

    def _differs(self) -> sql.Composable:
        if not self.target.compared:
            return sql.SQL("false")
        differs = sql.SQL(" or ").join(
            sql.SQL("t.{0} is distinct from s.{0}").format(sql.Identifier(name)) for name in self.target.compared
        )
        if self.target.newer_by is None:
            return sql.SQL("({})").format(differs)
        return sql.SQL("({}) and s.{newer} >= t.{newer}").format(differs, newer=sql.Identifier(self.target.newer_by))


def _list(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
