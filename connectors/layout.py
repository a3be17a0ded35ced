"""The documented CSV layout: one model per file, whose fields are the file's columns, as the tables declare them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model, model_validator
from pydantic_core import PydanticUndefined

from store.declarations import columns_of, imported_files, natural_key, references
from store.tables import BrandOwned
from store.tables.files import Code, File, FileColumn, Moment, Unit, optional

__all__ = ["LAYOUT", "Code", "KnownRow", "place_of"]


class KnownRow(BaseModel):
    """A line of a file. Columns that are empty take their default where they have one.

    It may say since when it was known; the business date counts otherwise.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    known_at: optional(Moment) = None  # pyright: ignore[reportInvalidTypeForm]


def place_of(table: type[BrandOwned], file: File, name: str) -> tuple[type[BrandOwned], str]:
    """The table and column that a column of a file goes into; the parent's where the table itself has none such."""
    column = file.columns[name].target(name)
    if column in columns_of(table) or file.parent is None:
        return table, column
    return file.parent.table, column


def _row_model(table: type[BrandOwned], file: File) -> type[KnownRow]:
    fields: dict[str, Any] = {
        name: _field(*place_of(table, file, name), column) for name, column in file.columns.items()
    }
    title = "".join(part.title() for part in file.name.split("_"))
    validators: dict[str, Any] = {}
    if (check := file.check) is not None:
        validators["checked"] = model_validator(mode="after")(_checked_by(check))
    return create_model(f"{title}Row", __base__=KnownRow, __doc__=f"{file.row}.", __validators__=validators, **fields)


def _checked_by(check: Callable[[Any], None]) -> Callable[[Any], Any]:
    def checked(row: Any) -> Any:
        check(row)
        return row

    return checked


def _field(table: type[BrandOwned], name: str, column: FileColumn) -> tuple[Any, Any]:
    """The type of a file's column, and its default: what the table's column takes when nothing is said."""
    kind = column.type_for(_longest(table, name, column.unit))
    default = table.model_fields[name].get_default(call_default_factory=True)
    if column.default is not None:
        return kind, column.default
    if default is PydanticUndefined:
        return kind, ...
    if default is None:
        return optional(kind), None
    match column.unit:
        case Unit.PERCENT:
            return kind, Decimal(default) / 100
        case Unit.SHARE:
            return kind, Decimal(default) / 10_000
        case _:
            return kind, default


def _longest(table: type[BrandOwned], name: str, unit: Unit) -> int | None:
    """How long a text the column takes; of a code of something else, how long that one's own code may be."""
    if unit is Unit.CODE_OF:
        table = references(table)[name]
        (name,) = natural_key(table)
    return getattr(columns_of(table)[name].type, "length", None)


LAYOUT: Mapping[str, type[KnownRow]] = {file.name: _row_model(table, file) for table, file in imported_files()}
"""Every file by name, in the order in which they are loaded: what others refer to comes first."""
