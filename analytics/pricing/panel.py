"""One product's sales by period and location, as equal-length arrays."""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics.statistics.errors import InvalidNumbers

Floats = NDArray[np.floating]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SalesPanel:
    """Rows (n,) of one product: one row for a location in a period, in any order.

    `period` and `location` are integers (periods count time, one a step); `units` are what was sold, zero allowed;
    `price` is above zero in any unit of money, as elasticities are free of scale; `deal` and `feature` lie in 0..1.
    Raises InvalidNumbers when lengths differ, a value is not finite or out of range, or a row occurs twice.
    """

    period: Codes
    location: Codes
    units: Floats
    price: Floats
    deal: Floats
    feature: Floats

    def __post_init__(self) -> None:
        for field in fields(self):
            kind = np.int64 if field.name in ("period", "location") else np.float64
            object.__setattr__(self, field.name, _column(field.name, getattr(self, field.name), kind))
        if len({len(getattr(self, field.name)) for field in fields(self)}) > 1:
            lengths = ", ".join(f"{field.name} {len(getattr(self, field.name))}" for field in fields(self))
            raise InvalidNumbers(f"A panel's columns must be equally long, not {lengths}.")
        _refuse(self.units < 0, "units must not be negative")
        _refuse(self.price <= 0, "prices must be above zero")
        _refuse((self.deal < 0) | (self.deal > 1), "deal must lie between 0 and 1")
        _refuse((self.feature < 0) | (self.feature > 1), "feature must lie between 0 and 1")
        if len(np.unique(pair_codes(self.period, self.location))) < len(self):
            raise InvalidNumbers("A location occurs twice in one period.", remedy="Add up its rows first.")

    def __len__(self) -> int:
        return len(self.units)

    @cached_property
    def periods(self) -> Codes:
        """The distinct periods, in order."""
        return np.unique(self.period)

    @cached_property
    def locations(self) -> Codes:
        """The distinct locations."""
        return np.unique(self.location)

    @cached_property
    def sold(self) -> "SalesPanel":
        """The rows with units above zero: those that have a logarithm."""
        return self.where(self.units > 0)

    @cached_property
    def promotion(self) -> Floats:
        """Deal and feature side by side, (n, 2)."""
        return np.column_stack([self.deal, self.feature])

    def where(self, mask: NDArray[np.bool_]) -> "SalesPanel":
        """The rows where `mask` (n,) holds. They have been checked already."""
        rows = object.__new__(SalesPanel)
        for field in fields(self):
            object.__setattr__(rows, field.name, getattr(self, field.name)[mask])
        return rows

    def grid(self, column: Floats) -> Floats:
        """A column (n,) laid out as (periods, locations), NaN where there is no row."""
        table = np.full((len(self.periods), len(self.locations)), np.nan)
        table[np.searchsorted(self.periods, self.period), np.searchsorted(self.locations, self.location)] = column
        return table


def pair_codes(first: Codes, second: Codes) -> Codes:
    """One whole number (n,) for each distinct pair of whole numbers."""
    if not len(first):
        return first
    return (first - first.min()) * (int(second.max()) - int(second.min()) + 1) + (second - second.min())


def _column(name: str, values: object, kind: type) -> NDArray:
    raw = np.asarray(values)
    if raw.ndim != 1:
        raise InvalidNumbers(f"{name} must be one-dimensional, not of shape {raw.shape}.")
    if raw.dtype.kind not in "biuf" or not np.isfinite(raw.astype(np.float64)).all():
        raise InvalidNumbers(f"{name} must hold finite numbers only.")
    if kind is np.int64 and not np.array_equal(raw, raw.astype(np.int64)):
        raise InvalidNumbers(f"{name} must hold whole numbers only.")
    return raw.astype(kind)


def _refuse(bad: NDArray[np.bool_], rule: str) -> None:
    if bad.any():
        raise InvalidNumbers(f"In a sales panel {rule} (row {int(np.argmax(bad))}).")
