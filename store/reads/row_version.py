"""The version of a row as PostgreSQL counts them: another after each change, whoever makes it."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal


class RowVersion(ColumnElement[int]):
    """The transaction that wrote the row as it stands (`xmin`), to be selected beside columns of the same table."""

    _traverse_internals = [("table", InternalTraversal.dp_string)]
    type = BigInteger()

    def __init__(self, table: Any) -> None:
        self.table = str(table.__tablename__)


@compiles(RowVersion)
def _compiled(element: RowVersion, compiler: Any, **_: Any) -> str:
    return f"{compiler.preparer.quote(element.table)}.xmin::text::bigint"
