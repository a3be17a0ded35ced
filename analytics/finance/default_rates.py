"""How likely an overdue invoice is never paid, by how far past its terms it is: a provision matrix."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers

BANDS = (0, 1, 31, 61, 91)
"""Days past its terms from which a band counts; the first is of what is not due yet."""
USUAL_RATES = (0.003, 0.016, 0.036, 0.066, 0.106)
"""Before a brand's own are known: the default rates of IFRS 9, Illustrative Example 12 (paragraph IE76)."""
LOST_AFTER_DAYS = 365
"""An invoice that is still open so long after it was due counts as lost, whole."""
_WEIGHT = 50.0
"""The usual rates count for so many invoices of one's own."""


@dataclass(frozen=True)
class PastInvoice:
    """How many days past its terms an invoice was paid, or has been open until now; below zero before its terms."""

    late_days: float
    paid: bool


@dataclass(frozen=True)
class DefaultRates:
    """The share of invoices in each band of `BANDS` that are never paid (5,)."""

    shares: Floats

    def at(self, late_days: float) -> float:
        """The share of those so many days past their terms."""
        return float(self.shares[_band(late_days)])


def default_rates(past: Sequence[PastInvoice]) -> DefaultRates:
    """Of the invoices that got as late as a band, those that were lost, beside the usual rates: a provision matrix
    (IFRS 9, paragraph B5.5.35), by the beta-binomial posterior mean (Gelman et al. 2013, section 2.1).

    An invoice whose fate is open yet counts for nothing. Raises InvalidNumbers for days that are not finite.
    """
    if not all(np.isfinite(invoice.late_days) for invoice in past):
        raise InvalidNumbers("Days past terms must be finite.")
    shares = np.empty(len(BANDS))
    for band, (start, usual) in enumerate(zip(BANDS, USUAL_RATES, strict=True)):
        reached = [invoice for invoice in past if band == 0 or invoice.late_days >= start]
        paid = sum(invoice.paid for invoice in reached)
        lost = sum(not invoice.paid and invoice.late_days > LOST_AFTER_DAYS for invoice in reached)
        shares[band] = (usual * _WEIGHT + lost) / (_WEIGHT + paid + lost)
    return DefaultRates(np.maximum.accumulate(shares))


def _band(late_days: float) -> int:
    return max(int(np.searchsorted(BANDS, late_days, side="right")) - 1, 0)
