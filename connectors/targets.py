"""Where each file of the layout goes: the table to load, and how rows of the file become rows of the table."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

from connectors.layout import place_of
from connectors.references import References, named_by
from domain.money import to_minor
from store.bulk_statements import Target
from store.declarations import columns_of, imported_files, natural_key
from store.tables import BrandOwned, Fact, MoneyLedgerEntry
from store.tables.files import EARLIEST, Booking, File, Unit

Rows = Sequence[Any]
Values = Sequence[Any]
Fill = Callable[[Rows, References], Values]
"""One column of the table for rows of the file. Raises ValueError where what a row refers to is not there."""


@dataclass(frozen=True)
class Filling:
    """A table to load, and what fills each of its columns from rows of a file."""

    target: Target
    fills: tuple[Fill, ...]

    def rows(self, rows: Rows, references: References) -> Iterator[tuple[Any, ...]]:
        """The table's rows. Raises ValueError or a domain error for a row that does not fit."""
        return zip(*(fill(rows, references) for fill in self.fills), strict=True)


@dataclass(frozen=True)
class FileTarget:
    """A file's table. `parent` is what its rows hang on and by what name that is looked up; `booking` goes to the
    ledger. `named` are the columns that name rows of other files, and what kind of thing they name."""

    main: Filling
    named: Mapping[str, str]
    parent: Filling | None = None
    parent_kind: str = ""
    booking: Booking | None = None

    @property
    def target(self) -> Target:
        return self.main.target

    @property
    def tables(self) -> Iterator[type[BrandOwned]]:
        """Every table that the file's rows go to."""
        yield self.target.table
        if self.parent is not None:
            yield self.parent.target.table
        if self.booking is not None:
            yield LEDGER.table


# The same few prices and shares come again and again, and decimals are slow.
_minor = lru_cache(maxsize=65_536)(to_minor)


@lru_cache(maxsize=4_096)
def _bps(share: Decimal, whole: int) -> int:
    return round(share * 10_000 / whole)


def _as_it_is(name: str) -> Fill:
    value = attrgetter(name)
    return lambda rows, _references: list(map(value, rows))


def _money(name: str) -> Fill:
    value = attrgetter(name)

    def fill(rows: Rows, references: References) -> Values:
        currency = references.currency
        return [None if amount is None else _minor(amount, currency) for amount in map(value, rows)]

    return fill


def _basis_points(name: str, whole: int) -> Fill:
    value = attrgetter(name)
    return lambda rows, _references: [_bps(part, whole) for part in map(value, rows)]


def _id_of(name: str, kind: str) -> Fill:
    value = attrgetter(name)
    return lambda rows, references: references.ids(
        kind, (None if code is None else (code,) for code in map(value, rows))
    )


def _id_of_parent(kind: str, key: Sequence[Fill]) -> Fill:
    return lambda rows, references: references.ids(kind, zip(*(fill(rows, references) for fill in key), strict=True))


def _constant(value: Any) -> Fill:
    return lambda rows, _references: [value] * len(rows)


def _computed(compute: Callable[[Any], Any]) -> Fill:
    return lambda rows, _references: list(map(compute, rows))


def _currency(rows: Rows, references: References) -> Values:
    return [references.currency] * len(rows)


def _known(known_at: str | Callable[[Any], datetime] | None) -> Fill:
    business_date = _moment_of(known_at)
    return lambda rows, _references: [row.known_at or business_date(row) for row in rows]


def _moment_of(known_at: str | Callable[[Any], datetime] | None) -> Callable[[Any], datetime]:
    if known_at is None:
        return lambda _row: EARLIEST
    return attrgetter(known_at) if isinstance(known_at, str) else known_at


def _fills(table: type[BrandOwned], file: File) -> dict[str, Fill]:
    """The fill of each column of the table or of its parent that the file itself gives."""
    fills: dict[str, Fill] = {}
    for name, column in file.columns.items():
        target = column.target(name)
        match column.unit:
            case Unit.PLAIN:
                fills[target] = _as_it_is(name)
            case Unit.MONEY:
                fills[target] = _money(name)
            case Unit.PERCENT:
                fills[target] = _basis_points(name, 100)
            case Unit.SHARE:
                fills[target] = _basis_points(name, 1)
            case Unit.CODE_OF:
                fills[target] = _id_of(name, named_by(place_of(table, file, name)[1]))
    fills |= {name: _constant(value) for name, value in file.fixed.items()}
    fills |= {name: _computed(compute) for name, compute in file.computed.items()}
    fills["currency"] = _currency
    return fills


def _filling(table: type[BrandOwned], fills: Mapping[str, Fill], newer_by: str | None = None) -> Filling:
    """The natural key first, since when it was known last."""
    key = natural_key(table)
    rest = [name for name in fills if name in columns_of(table) and name not in (*key, "known_at")]
    known = ["known_at"] if issubclass(table, Fact) else []
    columns = (*key, *rest, *known)
    return Filling(Target(table, columns, key, newer_by), tuple(fills[name] for name in columns))


def _file_target(table: type[BrandOwned], file: File) -> FileTarget:
    fills = _fills(table, file)
    named = {name: named_by(column.into) for name, column in file.columns.items() if column.unit is Unit.CODE_OF}
    known = {"known_at": _known(file.known_at)}
    if file.parent is None:
        return FileTarget(_filling(table, fills | known), named, booking=file.booking)
    parent_kind = named_by(file.parent.column)
    parent = _filling(file.parent.table, fills | {"known_at": _constant(EARLIEST)}, file.parent.newer_by)
    link = {file.parent.column: _id_of_parent(parent_kind, parent.fills[: len(parent.target.key)])}
    return FileTarget(_filling(table, fills | link | known), named, parent, parent_kind, file.booking)


TARGETS: Mapping[str, FileTarget] = {file.name: _file_target(table, file) for table, file in imported_files()}
"""Every file of the layout by name."""

LEDGER = Target(
    MoneyLedgerEntry,
    (*natural_key(MoneyLedgerEntry), "account", "amount_minor", "currency", "booked_at", "known_at"),
    natural_key(MoneyLedgerEntry),
)


def booked(booking: Booking, rows: Iterable[Any], currency: str) -> Iterator[tuple[Any, ...]]:
    """The ledger's two legs of each row, in the order of LEDGER's columns."""
    at = attrgetter(booking.at)
    for row in rows:
        said, when, amount = vars(row), at(row), _minor(row.amount, currency)
        name, known = booking.name.format_map(said), row.known_at or when
        yield name, 1, booking.debit.format_map(said), amount, currency, when, known
        yield name, 2, booking.credit.format_map(said), -amount, currency, when, known
