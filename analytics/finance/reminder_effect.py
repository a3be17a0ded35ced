"""Effect of payment reminders: waits and losses expected without them against those of reminded debtors, in money."""

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
class MoneyTerms:
    """What time is worth: cost of capital of one minor unit a day. Past `horizon_days` a reminder is not looked at."""

    capital_a_day: float
    horizon_days: float


@dataclass(frozen=True)
class ReminderGain:
    """What reminders bring, in minor units: `gain` is `interest` saved and `kept`, the loss that they spare.

    `days` is the mean of the days sooner, weighted by amount; `at_risk_minor` what would be lost without reminding.
    """

    gain: Interval
    days: Interval
    interest_minor: float
    kept_minor: float
    at_risk_minor: float


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


def predicted_gain(
    habits: PaymentHabits,
    invoices: Sequence[OpenInvoice],
    lost: Sequence[float],
    share: Interval,
    terms: MoneyTerms,
    coverage: float = 0.8,
) -> ReminderGain:
    """What reminding of these invoices today should bring within the horizon, with the interval of the measurement.

    Interest on the days saved, and the expected loss that is spared: amount times probability of default times loss
    given default, which is all of it (Basel Committee on Banking Supervision 2005, "An Explanatory Note on the Basel II
    IRB Risk Weight Functions", section 2). `lost` is the probability of each that it is never paid; the others pay by
    habit. A reminder saves the same `share` of waits, and of what would be lost. Raises InvalidNumbers for no invoices.
    """
    without = _waits(habits, [(invoice, np.inf) for invoice in invoices])
    rng = np.random.default_rng(_SEED + 1)
    shares = np.clip(rng.normal(share.value, max(share.high - share.value, 0.0), _DRAWS), 0.0, 1.0)
    never = rng.random(without.shape) < np.asarray(lost)[:, None]
    spared = rng.random(without.shape) < shares
    horizons = np.full(len(invoices), terms.horizon_days)
    then = _Course.of(np.where(never, np.inf, without), horizons)
    reminded = _Course.of(np.where(never, np.inf, without * (1 - shares)), horizons)
    reminded = _Course(reminded.waits, np.where(never & spared, 0.0, reminded.open))
    # the wait without is averaged before: by chance alone nothing is saved
    average = _Course(then.waits.mean(axis=1, keepdims=True), then.open.mean(axis=1, keepdims=True))
    return _gain(invoices, lost, average, reminded, terms.capital_a_day, coverage)


def measured_gain(
    habits: PaymentHabits,
    reminded: Sequence[RemindedInvoice],
    lost: Sequence[float],
    capital_a_day: float,
    coverage: float = 0.8,
) -> ReminderGain:
    """What reminders brought: waits and losses expected without them, by the debtors' own habits, less what was seen.

    Waits count up to each one's horizon (a restricted mean: Royston & Parmar 2013). What is open then is as likely to
    be lost as others that are. The interval is that of what would have been without: of a debtor's level given its
    history, and of chance. Raises InvalidNumbers for no invoices.
    """
    invoices = [reminder.invoice for reminder in reminded]
    horizons = np.array([reminder.horizon_days for reminder in reminded], dtype=float)
    without = _waits(habits, [(invoice, np.inf) for invoice in invoices])
    never = np.random.default_rng(_SEED + 1).random(without.shape) < np.asarray(lost)[:, None]
    seen = _Course.of(np.array([[reminder.waited_days] for reminder in reminded], dtype=float), horizons)
    then = _Course.of(np.where(never, np.inf, without), horizons)
    return _gain(invoices, lost, then, seen, capital_a_day, coverage)


@dataclass(frozen=True)
class _Course:
    """Days waited, at most the horizon, and whether an invoice is open at its end: (invoices, draws)."""

    waits: Floats
    open: Floats

    @classmethod
    def of(cls, waits: Floats, horizons: Floats) -> "_Course":
        return cls(np.minimum(waits, horizons[:, None]), (waits >= horizons[:, None]).astype(float))


def _gain(
    invoices: Sequence[OpenInvoice],
    lost: Sequence[float],
    without: _Course,
    reminded: _Course,
    capital_a_day: float,
    coverage: float,
) -> ReminderGain:
    amounts = np.array([float(invoice.amount_minor) for invoice in invoices])
    total = float(amounts.sum())
    if total <= 0:
        raise InvalidNumbers("Invoices without an amount save nothing.")
    open_then = without.open.mean(axis=1)
    # of what is open at the horizon's end without a reminder, the part that is never paid
    once_open = np.minimum(np.divide(lost, open_then, out=np.zeros(len(amounts)), where=open_then > 0), 1.0)
    days = amounts @ (without.waits - reminded.waits)
    kept = (amounts * once_open) @ (without.open - reminded.open)
    return ReminderGain(
        gain=_interval(days * capital_a_day + kept, coverage),
        days=_interval(days / total, coverage),
        interest_minor=float(days.mean()) * capital_a_day,
        kept_minor=float(kept.mean()),
        at_risk_minor=float(amounts @ np.asarray(lost)),
    )


def _interval(draws: Floats, coverage: float) -> Interval:
    tail = (1 - coverage) / 2
    low, high = (float(end) for end in np.quantile(draws, [tail, 1 - tail]))
    mean = float(draws.mean())
    return Interval(mean, min(low, mean), max(high, mean))


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
