"""Receivables ageing: unpaid share by invoice age, days sales outstanding, profit against cash."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from domain.money import LARGEST_MINOR, share_bps


@dataclass(frozen=True, eq=False)
class UnpaidCurve:
    """The share still unpaid just after each of `days` (k,), and the standard error of each share."""

    days: Floats
    unpaid: Floats
    standard_error: Floats

    def at(self, days: float) -> float:
        """The share still unpaid after so many days."""
        place = int(np.searchsorted(self.days, days, side="right")) - 1
        return 1.0 if place < 0 else float(self.unpaid[place])


def unpaid_curve(days: Floats, paid: NDArray[np.bool_]) -> UnpaidCurve:
    """Share of invoices still unpaid by days since issue; open invoices (not `paid`) are censored at their age.

    The product-limit estimate and Greenwood's error (Kaplan & Meier 1958; Greenwood 1926). Raises InvalidNumbers for
    no, negative or infinite days.
    """
    ages, events = np.asarray(days, dtype=float), np.asarray(paid, dtype=bool)
    if ages.ndim != 1 or ages.shape != events.shape or not ages.size or not np.isfinite(ages).all() or (ages < 0).any():
        raise InvalidNumbers("A curve needs days, none negative, and whether each was paid.")
    moments = np.unique(ages[events])
    at_risk = (ages[None, :] >= moments[:, None]).sum(axis=1)
    payments = ((ages[None, :] == moments[:, None]) & events).sum(axis=1)
    unpaid = np.cumprod(1 - payments / at_risk)
    survivors = at_risk - payments
    spread = np.cumsum(np.where(survivors > 0, payments / (at_risk * np.maximum(survivors, 1)), 0.0))
    return UnpaidCurve(moments, unpaid, unpaid * np.sqrt(spread))


def days_sales_outstanding(owed_minor: int, sales_minor: int, days: int) -> float | None:
    """Days of sales on credit that are still owed: owed / sales x days; None where nothing was sold.

    Raises InvalidNumbers for negative amounts or no days.
    """
    _whole(owed_minor, sales_minor)
    if days < 1 or owed_minor < 0 or sales_minor < 0:
        raise InvalidNumbers("What is owed and sold must not be negative, over a day or more.")
    return owed_minor / sales_minor * days if sales_minor else None


@dataclass(frozen=True)
class LateCash:
    """Profit as booked against its cash; `profit == cash + owed_by_debtors - owed_to_suppliers + stocked`.

    `overdue_minor` of what debtors owe is past its terms; `late_share_bps` is that as a share of the profit, 0 where
    there is no profit. `verdict`: the profit is cash, it is cash that is late, or there is no profit.
    """

    profit_minor: int
    cash_minor: int
    owed_by_debtors_minor: int
    owed_to_suppliers_minor: int
    stocked_minor: int
    overdue_minor: int

    @property
    def late_share_bps(self) -> int:
        """Overdue money as a share of the profit."""
        return share_bps(self.overdue_minor, self.profit_minor) if self.profit_minor > 0 else 0

    @property
    def verdict(self) -> str:
        """Location of the profit: in cash, mostly in overdue invoices, tied up elsewhere; or that there is none."""
        if self.profit_minor <= 0:
            return "no_profit"
        if self.cash_minor >= self.profit_minor:
            return "profit_is_cash"
        missing = self.profit_minor - self.cash_minor
        return "profit_is_late_cash" if 2 * self.overdue_minor >= missing else "profit_is_tied_up"


def profit_against_cash(
    invoiced_minor: int, received_minor: int, costs_minor: int, paid_minor: int, stocked_minor: int, overdue_minor: int
) -> LateCash:
    """Sets a period's profit as booked (invoiced less the costs of what was sold) against the cash it brought.

    `received` and `paid` are cash from debtors and to suppliers in the period, `stocked` what was bought and not yet
    sold (below zero: sold from stock), `overdue` what debtors owe past their terms of what was invoiced. All without
    VAT, whole minor units. The indirect cash-flow identity (IAS 7, paragraph 20). Raises InvalidNumbers.
    """
    _whole(invoiced_minor, received_minor, costs_minor, paid_minor, stocked_minor, overdue_minor)
    if overdue_minor < 0:
        raise InvalidNumbers("What is overdue must not be negative.")
    return LateCash(
        profit_minor=invoiced_minor - costs_minor,
        cash_minor=received_minor - paid_minor,
        owed_by_debtors_minor=invoiced_minor - received_minor,
        owed_to_suppliers_minor=costs_minor + stocked_minor - paid_minor,
        stocked_minor=stocked_minor,
        overdue_minor=overdue_minor,
    )


def _whole(*amounts: int) -> None:
    if any(
        not isinstance(amount, int) or isinstance(amount, bool) or abs(amount) > LARGEST_MINOR for amount in amounts
    ):
        raise InvalidNumbers("Amounts must be whole minor units, none larger than can be booked.")
