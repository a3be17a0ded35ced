"""Cash position for a forecast: average receipts and costs of past weeks, open invoices, and bills."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.finance.cash import CashPosition, PlannedPayment, Receivable, SalesReceipts
from analytics.pricing.panel import Floats
from analytics.statistics.autocorrelation import lag_one_correlation
from analytics.statistics.errors import InvalidNumbers

_FEWEST_WEEKS = 8
_LOWEST_CORRELATION = -0.5


@dataclass(frozen=True)
class PastWeeks:
    """Whole weeks, oldest first, in minor units: other receipts than for invoices, costs other than goods; new ones.

    `invoiced` is what was newly invoiced, `ordered` what was newly ordered from suppliers; all (W,).
    """

    received: Floats
    spent: Floats
    invoiced: Floats
    ordered: Floats


@dataclass(frozen=True)
class Delays:
    """The probability that money has moved by the end of each week ahead, (N,): since invoicing, and since ordering."""

    invoice_paid: Sequence[float]
    order_paid: Sequence[float]


def cash_position(
    opening_minor: int,
    past: PastWeeks,
    delays: Delays,
    open_invoices: Sequence[Receivable],
    bills: Sequence[PlannedPayment],
) -> CashPosition:
    """The position that `cash_outlook` looks ahead from.

    What is owed now comes and goes by its own dates; on top runs an average week of the past: receipts less costs, and
    new invoices and new orders, whose money moves as late as theirs did. Its error is that of a mean of correlated
    weeks, s / sqrt(n) sqrt((1 + r) / (1 - r)). Raises InvalidNumbers for fewer than eight weeks.
    """
    columns = [np.asarray(column, dtype=float) for column in (past.received, past.spent, past.invoiced, past.ordered)]
    weeks = len(columns[0])
    if weeks < _FEWEST_WEEKS or any(column.shape != (weeks,) or not np.isfinite(column).all() for column in columns):
        raise InvalidNumbers(f"Cash ahead needs at least {_FEWEST_WEEKS} whole weeks of what came in and went out.")
    received, spent, invoiced, ordered = columns
    invoice_paid, order_paid = np.asarray(delays.invoice_paid), np.asarray(delays.order_paid)
    running = received - spent
    parts = ((running, 1.0), (invoiced, float(invoice_paid.mean())), (ordered, float(order_paid.mean())))
    return CashPosition(
        opening_minor=opening_minor,
        receivables=open_invoices,
        payments=bills,
        sales=SalesReceipts(
            mean_minor=list(running.mean() + invoiced.mean() * invoice_paid - ordered.mean() * order_paid),
            deviation_minor=float(np.sqrt(sum((part.std(ddof=1) * share) ** 2 for part, share in parts))),
            correlation=lag_one_correlation(running, _LOWEST_CORRELATION),
            mean_error_minor=float(np.sqrt(sum((_error_of_mean(part) * share) ** 2 for part, share in parts))),
        ),
    )


def _error_of_mean(values: Floats) -> float:
    correlation = max(lag_one_correlation(values, _LOWEST_CORRELATION), 0.0)
    return float(values.std(ddof=1) / np.sqrt(len(values)) * np.sqrt((1 + correlation) / (1 - correlation)))
