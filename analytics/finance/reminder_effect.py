"""Effect of payment reminders: expected waits without a reminder against the waits of reminded debtors, in days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.finance.receivables import OpenInvoice, PaymentHabits
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval

PRIOR_SHARE, PRIOR_DEVIATION = 0.20, 0.15
"""Prior mean and deviation of the share of its remaining wait that a reminded debtor saves."""
_DRAWS, _SEED = 4_000, 1


@dataclass(frozen=True)
class RemindedInvoice:
    """An invoice as of its debtor's reminder, and the days until it was paid.

    `waited_days` counts until it was paid, or for as long as it has been open since; `horizon_days` at the most.
    """

    invoice: OpenInvoice
    waited_days: float
    horizon_days: float


@dataclass(frozen=True)
class ReminderSaving:
    """Days saved, with intervals: `minor_days` is the sum of amount times days, `days` its mean weighted by amount."""

    minor_days: Interval
    days: Interval


def share_saved(habits: PaymentHabits, reminded: Sequence[RemindedInvoice]) -> Interval:
    """The share of its remaining wait that a reminder saves, with its standard error either way.

    The waits expected without less those seen, over those expected, is normal round the truth with the deviation that
    chance alone gives it; joined with the prior by their precisions (Gelman et al. 2013, section 2.5).
    """
    if not reminded:
        return _within(PRIOR_SHARE, PRIOR_DEVIATION)
    waits = _waits(habits, [(reminder.invoice, reminder.horizon_days) for reminder in reminded])
    expected = float(waits.mean(axis=1).sum())
    if expected <= 0:
        return _within(PRIOR_SHARE, PRIOR_DEVIATION)
    saved_share = 1 - sum(min(reminder.waited_days, reminder.horizon_days) for reminder in reminded) / expected
    error = float(waits.sum(axis=0).std()) / expected
    precision = np.array([1 / PRIOR_DEVIATION**2, 1 / max(error, 1e-3) ** 2])
    middle = float(precision @ np.array([PRIOR_SHARE, saved_share]) / precision.sum())
    return _within(max(middle, 0.0), float(1 / np.sqrt(precision.sum())))


def predicted_saving(
    habits: PaymentHabits, invoices: Sequence[OpenInvoice], share: Interval, horizon_days: float, coverage: float = 0.8
) -> ReminderSaving:
    """Days that reminding of these invoices today should save within the horizon, with the interval of the measurement.

    Raises InvalidNumbers for no invoices.
    """
    without = _waits(habits, [(invoice, np.inf) for invoice in invoices])
    rng = np.random.default_rng(_SEED + 1)
    shares = np.clip(rng.normal(share.value, max(share.high - share.value, 0.0), _DRAWS), 0.0, 1.0)
    expected = np.minimum(without, horizon_days).mean(axis=1)
    saved = expected[:, None] - np.minimum(without * (1 - shares), horizon_days)
    return _by_amount(invoices, saved, coverage)


def measured_saving(
    habits: PaymentHabits, reminded: Sequence[RemindedInvoice], coverage: float = 0.8
) -> ReminderSaving:
    """Days that the reminders saved: expected waits without them, by the debtors' own habits, less the actual waits.

    Waits count up to each one's horizon (a restricted mean: Royston & Parmar 2013). The interval is that of the waits
    without: of a debtor's level given its history, and of chance. Raises InvalidNumbers for no invoices.
    """
    waits = _waits(habits, [(reminder.invoice, reminder.horizon_days) for reminder in reminded])
    waited = np.array([min(reminder.waited_days, reminder.horizon_days) for reminder in reminded])
    return _by_amount([reminder.invoice for reminder in reminded], waits - waited[:, None], coverage)


def _by_amount(invoices: Sequence[OpenInvoice], saved: Floats, coverage: float) -> ReminderSaving:
    """Total and weighted mean of days saved (invoices, draws)."""
    amounts = np.array([float(invoice.amount_minor) for invoice in invoices])
    total = float(amounts.sum())
    if total <= 0:
        raise InvalidNumbers("Invoices without an amount save nothing.")
    minor_days = amounts @ saved
    tail = (1 - coverage) / 2
    low, high = (float(end) for end in np.quantile(minor_days, [tail, 1 - tail]))
    mean = float(minor_days.mean())
    estimate = Interval(mean, min(low, mean), max(high, mean))
    return ReminderSaving(estimate, estimate.times(1 / total))


def _waits(habits: PaymentHabits, invoices: Sequence[tuple[OpenInvoice, float]]) -> Floats:
    """Days until each open invoice is paid, at most its horizon, without a reminder: (invoices, draws).

    A debtor's level is drawn once for all of its invoices; given the level z' = log((1 + e^z) / u - 1) for u uniform,
    as the survivor function is 1 / (1 + e^z).
    """
    if not invoices:
        raise InvalidNumbers("There is no invoice to wait for.")
    rng = np.random.default_rng(_SEED)
    levels: dict[int, Floats] = {}
    waits = np.empty((len(invoices), _DRAWS))
    for row, (invoice, horizon) in enumerate(invoices):
        if invoice.debtor not in levels:
            levels[invoice.debtor] = rng.choice(habits.nodes, _DRAWS, p=habits.belief(invoice.debtor))
        level, terms = levels[invoice.debtor], np.log(invoice.terms_days + 1)
        position = (np.log(invoice.age_days + 1) - terms - level) / habits.spread
        luck = np.maximum(rng.random(_DRAWS), 1e-12)
        then = np.logaddexp(0.0, position) - np.log(luck)
        paid_z = then + np.log1p(-np.exp(-np.maximum(then, 1e-12)))
        age = np.exp(np.minimum(level + habits.spread * paid_z + terms, 12.0)) - 1
        waits[row] = np.clip(age - invoice.age_days, 0.0, min(horizon, 3_650.0))
    return waits


def _within(middle: float, deviation: float) -> Interval:
    return Interval(middle, max(middle - deviation, 0.0), min(middle + deviation, 1.0))
