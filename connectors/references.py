"""References of rows by code, resolved to ids: SKUs, channels, locations, customers, orders."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, String, Uuid, any_, literal, select
from sqlmodel import col

from store.declarations import imported_files, natural_key, references
from store.session import BrandSession
from store.tables import BrandOwned
from store.tables.files import Unit


def named_by(column: str) -> str:
    """The thing that a column of ids refers to, in words: `stock item` of `stock_item_id`."""
    return column.removesuffix("_id").replace("_", " ")


def _sources() -> Iterator[tuple[str, type[BrandOwned]]]:
    for table, file in imported_files():
        tables = {**references(table), **(references(file.parent.table) if file.parent else {})}
        for column in (column for column in file.columns.values() if column.unit is Unit.CODE_OF):
            yield named_by(column.into), tables[column.into]
        if file.parent is not None:
            yield named_by(file.parent.column), file.parent.table


_SOURCES: Mapping[str, type[BrandOwned]] = dict(_sources())


class References:
    """Knows the ids of what was looked up in one brand. Ids never change, so what is known stays known."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self._known: dict[str, dict[Any, UUID]] = {kind: {} for kind in _SOURCES}

    def look_up(self, session: BrandSession, kind: str, keys: Iterable[tuple[Any, ...]]) -> None:
        """Learn the ids of these keys, as far as they are there, by one query for those that are not known yet."""
        known = self._known[kind]
        asked = {key for key in keys if key not in known}
        if not asked:
            return
        table = _SOURCES[kind]
        columns = [col(getattr(table, name)) for name in natural_key(table)]
        # Each part of a composite key by itself: what else they find together is there, too.
        conditions = [
            column == any_(literal(list(set(values)), ARRAY(Uuid if isinstance(values[0], UUID) else String)))
            for column, values in zip(columns, zip(*asked, strict=True), strict=True)
        ]
        for row in session.execute(select(col(table.id), *columns).where(*conditions)):
            known[tuple(row[1:])] = row[0]

    def ids(self, kind: str, keys: Iterable[tuple[Any, ...] | None]) -> Sequence[UUID | None]:
        """The id of each key, None for none. Raises ValueError, in words for the row's author, where one is missing."""
        known = self._known[kind]
        try:
            return [None if key is None else known[key] for key in keys]
        except KeyError as error:
            raise ValueError(f"there is no {kind} {' / '.join(map(str, error.args[0]))}") from None
