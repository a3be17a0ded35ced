"""The files that an import brings of a table: their columns as people write them, and the units of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_OUT_OF_TIME = "the date lies before 1900 or after 2199"
LONGEST_CODE, LONGEST_TEXT = 128, 1_000


def _moment(value: Any) -> Any:
    """A date, or a date and time; without a zone it counts as UTC."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)
    elif isinstance(value, str):
        moment = _written(value)
    else:
        return value
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(_OUT_OF_TIME) from None


def _written(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("write a date as 2026-03-31 or a time as 2026-03-31T14:00:00+02:00") from None


def _sane(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError(_OUT_OF_TIME)
    return moment


def _yes_or_no(value: Any) -> Any:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    return words.get(value.strip().lower(), value) if isinstance(value, str) else value


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("the text has a NUL character")
    return text


def _blank_is_none(value: Any) -> Any:
    return None if value == "" else value


def optional(kind: Any) -> Any:
    """The same type, or None where the column is left empty."""
    return Annotated[kind | None, BeforeValidator(_blank_is_none)]


NoNul = AfterValidator(_no_nul)
Moment = Annotated[datetime, BeforeValidator(_moment), AfterValidator(_sane)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), NoNul]


class Unit(StrEnum):
    """How a column is written, against how the table keeps it."""

    PLAIN = "as it is"
    MONEY = "a decimal of the brand's currency, kept in minor units"
    PERCENT = "a percentage, kept in basis points"
    SHARE = "a share from 0 to 1, kept in basis points"
    CODE_OF = "another row's code, kept as its id"


@dataclass(frozen=True)
class FileColumn:
    """A column of a file. `type_for` gives its type, by how long a text the table takes (None: as long as one likes).

    It goes into the table's column of its name and unit (`fee_percent` into `fee_bps`), unless `into` names another.
    It may be left out where the table's column has a default, or `default` (as people would write it) is given.
    """

    type_for: Callable[[int | None], Any]
    unit: Unit = Unit.PLAIN
    into: str = ""
    default: Any = None

    def target(self, name: str) -> str:
        """The table's column."""
        if self.into:
            return self.into
        match self.unit:
            case Unit.MONEY:
                return f"{name}_minor"
            case Unit.PERCENT | Unit.SHARE:
                return f"{name.removesuffix('_percent')}_bps"
            case _:
                return name


def _always(kind: Any) -> Callable[[int | None], Any]:
    return lambda _longest: kind


def code(into: str = "") -> FileColumn:
    """A column whose text tells one thing from another: no blanks round it, never empty."""

    def type_for(longest: int | None) -> Any:
        limits = StringConstraints(strip_whitespace=True, min_length=1, max_length=longest or LONGEST_CODE)
        return Annotated[str, limits, NoNul]

    return FileColumn(type_for, into=into)


def code_of(into: str) -> FileColumn:
    """The code of a row of another table, whose id is kept in the column `into`."""
    return FileColumn(code().type_for, Unit.CODE_OF, into)


def text(at_most: int = LONGEST_TEXT) -> FileColumn:
    """Any text."""
    return FileColumn(lambda longest: Annotated[str, StringConstraints(max_length=longest or at_most), NoNul])


def choice(*words: str) -> FileColumn:
    """One of these words."""
    return FileColumn(_always(Literal[words]))


def moment(into: str = "") -> FileColumn:
    """A date, or a date and time."""
    return FileColumn(_always(Moment), into=into)


def flag() -> FileColumn:
    """Yes or no."""
    return FileColumn(_always(Annotated[bool, BeforeValidator(_yes_or_no)]))


def whole(least: int = 0, most: int = 10**12, *, into: str = "", default: int | None = None) -> FileColumn:
    """A whole number."""
    return FileColumn(_always(Annotated[int, Field(ge=least, le=most)]), into=into, default=default)


def days() -> FileColumn:
    """So many days, up to ten years."""
    return whole(0, 3_650)


def signed_whole(*, into: str = "") -> FileColumn:
    """A whole number, which may lie below zero."""
    return whole(-(10**12), into=into)


def _decimal(into: str = "", default: Decimal | None = None, unit: Unit = Unit.MONEY, **limits: Any) -> FileColumn:
    return FileColumn(_always(Annotated[Decimal, Field(allow_inf_nan=False, **limits)]), unit, into, default)


def amount(default: Decimal | None = None) -> FileColumn:
    """Money, not below zero."""
    return _decimal(ge=0, le=Decimal(10) ** 12, default=default)


def signed_amount() -> FileColumn:
    """Money that comes or goes."""
    return _decimal(ge=-(Decimal(10) ** 12), le=Decimal(10) ** 12)


def price(into: str = "") -> FileColumn:
    """Money, above zero."""
    return _decimal(into, gt=0, le=Decimal(10) ** 9)


def percent() -> FileColumn:
    """From 0 to 100, both included."""
    return _decimal(unit=Unit.PERCENT, ge=0, le=100)


def discount_percent() -> FileColumn:
    """Above 0 and below 100."""
    return _decimal(unit=Unit.PERCENT, gt=0, lt=100)


def share() -> FileColumn:
    """From 0 to 1, both included."""
    return _decimal(unit=Unit.SHARE, ge=0, le=1)


@dataclass(frozen=True)
class Parent:
    """The parent of a row, made of the same file where it is not there yet; `column` keeps its id.

    What stands there is kept where it is newer by the parent's column `newer_by`.
    """

    table: Any
    column: str
    newer_by: str | None = None


@dataclass(frozen=True)
class Booking:
    """Two legs that sum to zero: what is owed or held rises on one account and falls on the other.

    `name` and the accounts are texts in which `{column}` stands for what the file has there.
    """

    name: str
    debit: str
    credit: str
    at: str


@dataclass(frozen=True)
class File:
    """A file of the layout and the table that its rows go to. `row` says what a row is, to whoever writes one.

    A row is known from its own `known_at` on, else from the column that this `known_at` names, or the moment that it
    computes; else it was known ever since. `check` raises ValueError for a row whose columns do not go together.
    """

    name: str
    row: str
    columns: Mapping[str, FileColumn]
    known_at: str | Callable[[Any], datetime] | None = None
    parent: Parent | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    computed: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    booking: Booking | None = None
    check: Callable[[Any], None] | None = None
