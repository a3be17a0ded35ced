"""Purchases by customer and day, and the recency, frequency and gaps that customer models need."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from analytics.pricing.panel import Codes, Floats
from analytics.statistics.errors import InvalidNumbers


@dataclass(frozen=True, eq=False)
class Purchases:
    """Rows (n,), one an order, in any order: customer code, day (whole, counting up), amount (zero for a gift).

    Amounts are in any one unit of money. Several orders of a customer on one day count as one purchase later on.
    Raises InvalidNumbers when lengths differ, a value is not finite, a code or a day not whole, or an amount negative.
    """

    customer: Codes
    day: Codes
    amount: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "customer", _whole("customer", self.customer))
        object.__setattr__(self, "day", _whole("day", self.day))
        object.__setattr__(self, "amount", finite_column("amount", self.amount))
        _equally_long(self)
        if (self.amount < 0).any():
            raise InvalidNumbers(
                f"An amount is below zero (row {int(np.argmax(self.amount < 0))}).",
                remedy="Take refunds off the order that they belong to first.",
            )

    def __len__(self) -> int:
        return len(self.customer)

    def until(self, day: int) -> "Purchases":
        """The rows up to `day`, that day included."""
        kept = self.day <= day
        return Purchases(self.customer[kept], self.day[kept], self.amount[kept])

    def by_day(self) -> "Purchases":
        """One row for a customer's day, amounts added up, sorted by customer and day."""
        if not len(self):
            return self
        order = np.lexsort((self.day, self.customer))
        customer, day = self.customer[order], self.day[order]
        first = np.append(True, (np.diff(customer) != 0) | (np.diff(day) != 0))
        amount = np.bincount(np.cumsum(first) - 1, self.amount[order]).astype(np.float64)
        return Purchases(customer[first], day[first], amount)


@dataclass(frozen=True, eq=False)
class CustomerBase:
    """Customers (n,) as Fader, Hardie & Lee 2005 describe them, in time units of `unit_days` days.

    `repeats` are purchase days after the first (their x), `last` is the time from the first to the latest (t_x, zero
    without repeats), `age` the time from the first until now (T), `mean_value` the mean amount of a repeat purchase
    (zero without repeats). Raises InvalidNumbers for a customer who occurs twice, lengths that differ, values that are
    not finite, and what no customer can be: a latest purchase after now, repeats without time or time without repeats.
    """

    customer: Codes
    repeats: Floats
    last: Floats
    age: Floats
    mean_value: Floats
    unit_days: float = 7.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "customer", _whole("customer", self.customer))
        for name in ("repeats", "last", "age", "mean_value"):
            object.__setattr__(self, name, finite_column(name, getattr(self, name)))
        _equally_long(self)
        if not np.isfinite(self.unit_days) or self.unit_days <= 0:
            raise InvalidNumbers("A time unit must last some days.")
        if len(np.unique(self.customer)) < len(self):
            raise InvalidNumbers("A customer occurs twice.", remedy="Build the base from purchases, or merge the rows.")
        _refuse((self.repeats < 0) | (self.repeats % 1 != 0), "repeats are whole and not negative")
        _refuse((self.last < 0) | (self.last > self.age), "the latest purchase lies between the first and now")
        _refuse((self.repeats > 0) != (self.last > 0), "repeats take time, and only they do")
        _refuse(self.mean_value < 0, "mean values are not negative")

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def silence(self) -> Floats:
        """Time since the latest purchase (n,)."""
        return self.age - self.last

    def where(self, mask: NDArray[np.bool_]) -> "CustomerBase":
        """The customers where `mask` (n,) holds."""
        columns = {name: getattr(self, name)[mask] for name in ("customer", "repeats", "last", "age", "mean_value")}
        return CustomerBase(**columns, unit_days=self.unit_days)


def customer_base(purchases: Purchases, until_day: int, unit_days: float = 7.0) -> CustomerBase:
    """The customers who bought by `until_day` (included), as they stood at its end; sorted by code, empty if none did.

    A day's orders of one customer are one purchase, as in Fader, Hardie & Lee 2005, section 4.
    """
    days = purchases.until(until_day).by_day()
    customer, first_row, purchased = np.unique(days.customer, return_index=True, return_counts=True)
    first, last = days.day[first_row], days.day[first_row + purchased - 1]
    repeats = (purchased - 1).astype(np.float64)
    spent = np.add.reduceat(days.amount, first_row) - days.amount[first_row] if len(days) else np.zeros(0)
    return CustomerBase(
        customer=customer,
        repeats=repeats,
        last=(last - first) / unit_days,
        age=(until_day - first) / unit_days,
        mean_value=np.maximum(spent, 0.0) / np.maximum(repeats, 1.0),
        unit_days=unit_days,
    )


@dataclass(frozen=True, eq=False)
class PurchaseGaps:
    """Times from one purchase to the customer's next (n,); where `closed` is false none has followed until now.

    `first` marks the gap that a customer's first purchase opened. In the same time unit as the base's.
    """

    length: Floats
    closed: NDArray[np.bool_]
    first: NDArray[np.bool_]


def purchase_gaps(purchases: Purchases, until_day: int, unit_days: float = 7.0) -> PurchaseGaps:
    """Every gap until the end of `until_day`, the one still open of each customer included."""
    days = purchases.until(until_day).by_day()
    starts = np.append(True, days.customer[1:] != days.customer[:-1]) if len(days) else np.zeros(0, dtype=bool)
    closed = np.append(~starts[1:], False) if len(days) else starts
    following = np.where(closed, np.roll(days.day, -1), until_day)
    return PurchaseGaps((following - days.day) / unit_days, closed, starts)


def finite_column(name: str, values: object) -> Floats:
    """`values` as floats (n,). Raises InvalidNumbers when they are not finite numbers in one dimension."""
    raw = np.asarray(values)
    if raw.ndim != 1 or raw.dtype.kind not in "biuf":
        raise InvalidNumbers(f"{name} must be a one-dimensional column of numbers, not {raw.dtype} {raw.shape}.")
    column = raw.astype(np.float64)
    if not np.isfinite(column).all():
        raise InvalidNumbers(f"{name} must hold finite numbers only (row {int(np.argmin(np.isfinite(column)))}).")
    return column


def _whole(name: str, values: object) -> Codes:
    column = finite_column(name, values)
    if (column % 1 != 0).any():
        raise InvalidNumbers(f"{name} must hold whole numbers only.")
    return np.asarray(values).astype(np.int64)


def _equally_long(table: Purchases | CustomerBase) -> None:
    columns = {f.name: len(c) for f in fields(table) if isinstance(c := getattr(table, f.name), np.ndarray)}
    if len(set(columns.values())) > 1:
        raise InvalidNumbers(f"Columns must be equally long, not {columns}.")


def _refuse(bad: NDArray[np.bool_], rule: str) -> None:
    if bad.any():
        raise InvalidNumbers(f"In a customer base {rule} (row {int(np.argmax(bad))}).")
