"""Declarations read off the tables' classes: natural keys, references, units, owners, walls, files."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Table, UniqueConstraint
from sqlmodel import SQLModel

from domain.action import ACTION_KINDS
from store.tables import TABLES, BrandOwned, Fact
from store.tables.files import File
from store.tables.served import Served

TableClass = type[BrandOwned]
_BY_NAME: Mapping[str, TableClass] = {str(table.__tablename__): table for table in TABLES}
_UNITS = {"_minor": "minor units of the row's currency", "_bps": "basis points", "_days": "days"}


def sql_table(table: type[SQLModel]) -> Table:
    """SQLAlchemy's description of the table."""
    return SQLModel.metadata.tables[str(table.__tablename__)]


def columns_of(table: TableClass) -> Mapping[str, Column[Any]]:
    """The table's columns by name, without the brand."""
    return {column.name: column for column in sql_table(table).columns if column.name != "brand_id"}


def natural_key(table: TableClass) -> tuple[str, ...]:
    """The columns that tell a row from others of its brand; empty where nothing but the id does."""
    keys = [args for args in getattr(table, "__table_args__", ()) if isinstance(args, UniqueConstraint)]
    return tuple(column.name for column in keys[0].columns if column.name != "brand_id") if keys else ()


def references(table: TableClass) -> Mapping[str, TableClass]:
    """The columns that hold another table's ids, and that table."""
    constraints = (item for item in sql_table(table).constraints if isinstance(item, ForeignKeyConstraint))
    return {
        element.parent.name: _BY_NAME[element.column.table.name]
        for constraint in constraints
        for element in constraint.elements
        if element.parent.name != "brand_id"
    }


def keeps_history(table: TableClass) -> bool:
    """Whether a trigger keeps what rows were before they were changed."""
    return table.KEEPS_HISTORY or (issubclass(table, Fact) and not table.APPEND_ONLY)


def unit_of(column: str) -> str:
    """The unit in which a column is kept, as its name says; empty where it says none."""
    return next((unit for ending, unit in _UNITS.items() if column.endswith(ending)), "")


def has_money(table: TableClass) -> bool:
    """Whether rows hold amounts of money."""
    return any(name.endswith("_minor") for name in columns_of(table))


def owning_kinds(table: TableClass, column: str) -> tuple[str, ...]:
    """The kinds of action that alone change the column, as their definitions say."""
    name = f"{table.__tablename__}.{column}"
    return tuple(kind.name for kind in ACTION_KINDS.values() if name in kind.owns_columns)


def served_tables() -> Iterator[tuple[TableClass, Served]]:
    """The tables that name their readers, and where they are served."""
    return ((table, table.SERVED) for table in TABLES if table.SERVED is not None and table.SERVED.readers)


def imported_files() -> Iterator[tuple[TableClass, File]]:
    """Every file of the layout with the table that its rows go to, in the order in which they are loaded."""
    return ((table, file) for table in TABLES for file in table.FILES)
