"""A table to load into, and the statements that load it, composed from its own names."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg import sql
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from domain.errors import BrandScopeBroken
from store.tables import BrandOwned, Fact


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

    def row(self, **values: Any) -> tuple[Any, ...]:
        """These values in the order of the columns. Raises KeyError for a column without one."""
        return tuple(values[name] for name in self.columns)

    @property
    def appends_only(self) -> bool:
        return self.table.APPEND_ONLY

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns that tell a changed row from the same row: all but the key and since when it was known."""
        return tuple(name for name in self.columns if name not in (*self.key, "known_at"))


@dataclass(frozen=True)
class Statements:
    """How rows of one table are loaded: many by way of a staging table, few in one statement as a JSON document.

    A load answers how many rows it changed, how many it added, and the positions of those that contradict. Its rows
    have different keys, whose columns in `empty` are all NULL and whose others are not: equality can then be looked up
    in the table's unique index, as `is not distinct from` cannot.
    """

    staged: tuple[str, ...]
    types: tuple[str, ...]
    create_staging: bytes
    copy_into_staging: bytes
    load_staging: bytes
    drop_staging: bytes
    load_document: bytes


@lru_cache(maxsize=256)
def statements_for(target: Target, empty: frozenset[str]) -> Statements:
    """Raises BrandScopeBroken for a column that the table does not have."""
    return _Composer(target, empty).compose()


def nullable_key(target: Target) -> tuple[str, ...]:
    """The columns of the key that may be NULL."""
    columns = _columns(target)
    return tuple(name for name in target.key if columns[name].nullable)


def _columns(target: Target) -> Any:
    return SQLModel.metadata.tables[str(target.table.__tablename__)].columns


class _Composer:
    def __init__(self, target: Target, empty: frozenset[str]) -> None:
        self._target, self._empty = target, empty
        self._metadata = _columns(target)
        if unknown := set(target.columns) - set(self._metadata.keys()):
            raise BrandScopeBroken(f"{target.table.__name__} has no {', '.join(sorted(unknown))}")
        name = str(target.table.__tablename__)
        self._parts: dict[str, sql.Composable] = {
            "table": sql.Identifier(name),
            "staging": sql.Identifier(f"load_{name}"),
            "columns": _list(target.columns),
        }

    def compose(self) -> Statements:
        load = self._load()
        return Statements(
            staged=("position", "row_id", *self._target.columns),
            types=("int4", "uuid", *(_type(self._metadata[name]) for name in self._target.columns)),
            create_staging=self._format(
                "create temp table {staging} on commit drop as "
                "select 0 as position, null::uuid as row_id, {columns} from {table} with no data"
            ).as_bytes(None),
            copy_into_staging=self._format(
                "copy {staging} (position, row_id, {columns}) from stdin (format binary)"
            ).as_bytes(None),
            load_staging=(sql.SQL("with ") + load).as_bytes(None),
            drop_staging=self._format("drop table {staging}").as_bytes(None),
            load_document=(self._document() + load).as_bytes(None),
        )

    def _format(self, text: str, **more: sql.Composable) -> sql.Composed:
        return sql.SQL(text).format(**self._parts, **more)  # type: ignore[arg-type]

    def _document(self) -> sql.Composed:
        """The staging table's stand-in: the rows out of one parameter."""
        typed = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_type(self._metadata[name])))  # type: ignore[arg-type]
            for name in self._target.columns
        )
        return self._format(
            "with {staging} as materialized (select * from json_to_recordset(%(rows)s::json) "
            "as given(position int, row_id uuid, {typed})), ",
            typed=typed,
        )

    def _load(self) -> sql.Composed:
        """Every part looks at the table as it was before: a row is changed, added or in contradiction, never two."""
        parts = sql.SQL(", ").join([self._beside_existing(), self._contradicting(), self._changed(), self._added()])
        return parts + sql.SQL(
            " select (select count(*) from changed), (select count(*) from added), "
            "(select coalesce(array_agg(position), array[]::int[]) from contradicting)"
        )

    def _beside_existing(self) -> sql.Composed:
        """Each row, and whether its key is there.

        LIMIT holds the planner to one look into the unique index a row: on a table that was filled a moment ago, and of
        which it knows nothing yet, it would read all of the brand for a handful of rows.
        """
        return self._format(
            "found as materialized (select s.*, t.id as there, t.differs from {staging} s left join lateral "
            "(select t.id, {differs} as differs from {table} t where {on} limit 1) t on true)",
            differs=self._differs(),
            on=self._on(),
        )

    def _contradicting(self) -> sql.Composed:
        forbidden = sql.SQL("differs" if self._target.appends_only else "false")
        return self._format("contradicting as (select position from found where {forbidden})", forbidden=forbidden)

    def _changed(self) -> sql.Composed:
        if self._target.appends_only or not self._target.compared:
            return self._format("changed as (select where false)")
        sets = sql.SQL(", ").join(sql.SQL("{0} = s.{0}").format(sql.Identifier(name)) for name in self._target.compared)
        # Asked again of the row that is changed: another transaction may have changed it since.
        return self._format(
            "changed as (update {table} t set {sets} from found s where s.differs and {on} and {differs} returning 1)",
            sets=sets,
            on=self._on(),
            differs=self._differs(),
        )

    def _added(self) -> sql.Composed:
        names: list[sql.Composable] = [sql.Identifier(name) for name in self._target.columns]
        values: list[sql.Composable] = [sql.SQL("s.{}").format(name) for name in names]
        for name, default in self._defaults().items():
            names.append(sql.Identifier(name))
            values.append(sql.Literal(default))
        if issubclass(self._target.table, Fact):
            names.append(sql.Identifier("recorded_at"))
            values.append(sql.SQL("%(now)s::timestamptz"))
        comma = sql.SQL(", ")
        return self._format(
            "added as (insert into {table} (brand_id, id, {names}) "
            "select %(brand)s::uuid, s.row_id, {values} from found s "
            "where s.there is null and %(now)s::timestamptz is not null "
            "order by s.position on conflict do nothing returning 1)",
            names=comma.join(names),
            values=comma.join(values),
        )

    def _defaults(self) -> dict[str, Any]:
        return {
            column.name: column.default.arg
            for column in self._metadata
            if column.default is not None and column.name not in self._target.columns and column.default.is_scalar
        }

    def _on(self) -> sql.Composable:
        """The same natural key in this brand; row-level security and the condition both keep others out."""
        same = (
            sql.SQL("t.{0} is null" if name in self._empty else "t.{0} = s.{0}").format(sql.Identifier(name))
            for name in self._target.key
        )
        brand = sql.SQL("t.brand_id = (select nullif(current_setting('mhos.brand_id', true), '')::uuid)")
        return sql.SQL(" and ").join([brand, *same])

    def _differs(self) -> sql.Composable:
        if not self._target.compared:
            return sql.SQL("false")
        differs = sql.SQL(" or ").join(
            sql.SQL("t.{0} is distinct from s.{0}").format(sql.Identifier(name)) for name in self._target.compared
        )
        if self._target.newer_by is None:
            return sql.SQL("({})").format(differs)
        return sql.SQL("({}) and s.{newer} >= t.{newer}").format(differs, newer=sql.Identifier(self._target.newer_by))


_SHORT = {"BIGINT": "int8", "INTEGER": "int4", "BOOLEAN": "bool", "TIMESTAMP WITH TIME ZONE": "timestamptz"}


def _type(column: Any) -> str:
    """The short name of the column's type; texts without their length, to which a cast would cut them in silence."""
    name = str(column.type.compile(dialect=postgresql.dialect()))
    if name.startswith("VARCHAR"):
        return "text"
    return _SHORT.get(name, name.lower())


def _list(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
