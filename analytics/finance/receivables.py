"""Payment behaviour of debtors by empirical Bayes, and forecasts of payment for open invoices."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from analytics.pricing.panel import Codes, Floats
from analytics.statistics.errors import InvalidNumbers
from domain.money import BPS, LARGEST_MINOR

_NODES = 65
_FEWEST_PAID = 5
_LONGEST_DAYS = 3650
_YEAR = 365


@dataclass(frozen=True, eq=False)
class PaymentHistory:
    """Invoices (n,) in any order: who owes, the terms, how many days since issue, and whether they were paid then.

    `days` are those from issue to payment where `paid`, else those it has been open until now: it is censored.
    Raises InvalidNumbers when lengths differ or a value is not finite, not whole, negative or out of range.
    """

    debtor: Codes
    terms_days: Floats
    days: Floats
    paid: NDArray[np.bool_]

    def __post_init__(self) -> None:
        columns = [np.asarray(column) for column in (self.debtor, self.terms_days, self.days, self.paid)]
        if any(column.ndim != 1 or column.shape != columns[0].shape for column in columns):
            raise InvalidNumbers("Debtors, terms, days and paid must be equally long.")
        if columns[0].size and columns[0].dtype.kind not in "iu":
            raise InvalidNumbers("Debtors must be whole numbers.")
        for name, column in (("terms", columns[1]), ("days", columns[2])):
            numbers = column.astype(float)
            if not np.isfinite(numbers).all() or (numbers < 0).any() or (numbers > _LONGEST_DAYS).any():
                raise InvalidNumbers(f"The {name} must be numbers of days from 0 to {_LONGEST_DAYS}.")
        for name, column, kind in zip(
            ("debtor", "terms_days", "days", "paid"), columns, (np.int64, float, float, bool), strict=True
        ):
            object.__setattr__(self, name, column.astype(kind))


@dataclass(frozen=True)
class PaymentHabits:
    """Payment behaviour: log of (days + 1) / (terms + 1) is logistic round each debtor's level, with scale `spread`.

    So the days are log-logistic: past a point, the longer an invoice is open the less likely the next day brings it.
    Levels are normal round `level` with `between`, the standard deviation among debtors. `nodes` (g,) are levels, and
    `beliefs[debtor]` (g,) how likely each is; a debtor who is not known has `prior` (g,).
    """

    level: float
    between: float
    spread: float
    nodes: Floats
    prior: Floats
    beliefs: dict[int, Floats]
    invoices: int
    paid: int

    def belief(self, debtor: int) -> Floats:
        """Probability of each level (g,) for a debtor."""
        return self.beliefs.get(debtor, self.prior)

    def typical_days(self, debtor: int, terms_days: float) -> float:
        """The median days from issue to payment at a debtor's expected level."""
        return float(np.exp(self.belief(debtor) @ self.nodes) * (terms_days + 1) - 1)


@dataclass(frozen=True)
class OpenInvoice:
    """An unpaid amount of one debtor, issued `age_days` ago on terms of `terms_days`."""

    debtor: int
    amount_minor: int
    terms_days: float
    age_days: float


@dataclass(frozen=True)
class PaymentForecast:
    """Days from now until an open invoice is paid: the median, `low..high` at `coverage`, and the mean.

    `overdue_days` is how far past its terms it is now, below zero where it is not due yet.
    """

    median_days: float
    low_days: float
    high_days: float
    mean_days: float
    coverage: float
    overdue_days: float


@dataclass(frozen=True)
class Reminder:
    """Measured effect of a reminder: days sooner, and fewer defaults in basis points (0 where not measured)."""

    days_sooner: float = 0.0
    fewer_defaults_bps: int = 0


def payment_habits(history: PaymentHistory) -> PaymentHabits:
    """Each debtor's habit of paying, by empirical Bayes.

    An invoice that is still open counts as not paid until now (right-censored): with S the survivor function the
    likelihood of a debtor is the integral over the level of the product of densities of the paid and S of the open
    ones (a log-logistic accelerated-failure-time model: Lawless 2003, sections 1.3.5 and 6.1). The three parameters
    maximise the product over debtors; a debtor's level is then its posterior (Robbins 1956; Efron & Morris 1975).
    Raises InvalidNumbers with fewer than five paid invoices.
    """
    if int(history.paid.sum()) < _FEWEST_PAID:
        raise InvalidNumbers(f"Habits of paying need at least {_FEWEST_PAID} paid invoices.")
    from scipy.optimize import minimize

    lateness = np.log((history.days + 1) / (history.terms_days + 1))
    debtors, member = np.unique(history.debtor, return_inverse=True)
    paid_lateness = lateness[history.paid]
    start = np.array(
        [paid_lateness.mean(), np.log(max(paid_lateness.std() / 2, 0.05)), np.log(max(paid_lateness.std() / 2, 0.05))]
    )

    def negative_log_likelihood(parameters: Floats) -> float:
        joint = _joint(parameters, lateness, history.paid, member, len(debtors))[1]
        highest = joint.max(axis=0)
        return -float((highest + np.log(np.exp(joint - highest).sum(axis=0))).sum())

    bounds = [(-10.0, 10.0), (np.log(1e-3), np.log(5.0)), (np.log(1e-3), np.log(5.0))]
    estimates = minimize(negative_log_likelihood, start, method="L-BFGS-B", bounds=bounds).x
    nodes, joint = _joint(estimates, lateness, history.paid, member, len(debtors))
    beliefs = scipy.special.softmax(joint, axis=0)
    return PaymentHabits(
        level=float(estimates[0]),
        between=float(np.exp(estimates[1])),
        spread=float(np.exp(estimates[2])),
        nodes=nodes,
        prior=_prior(),
        beliefs={int(debtor): beliefs[:, place] for place, debtor in enumerate(debtors)},
        invoices=len(lateness),
        paid=len(paid_lateness),
    )


def probability_unpaid(habits: PaymentHabits, invoice: OpenInvoice, days: float) -> float:
    """The probability that an open invoice will still be open `days` from now.

    S(age + days) / S(age) at each level, averaged over the debtor's belief, which has already seen that it is open if
    it was in the history. Raises InvalidNumbers for an invoice or days that make no sense.
    """
    _check(invoice)
    if not 0 <= days <= _LONGEST_DAYS:
        raise InvalidNumbers(f"Days ahead must be a number from 0 to {_LONGEST_DAYS}.")
    return float(_unpaid(habits, invoice, np.array([days]))[0])


def paid_by_week(habits: PaymentHabits, invoice: OpenInvoice, weeks: int) -> tuple[float, ...]:
    """The probability that it has been paid by the end of each week ahead, as `cash.Receivable` wants it."""
    _check(invoice)
    chances = 1 - _unpaid(habits, invoice, 7.0 * np.arange(1, weeks + 1))
    return tuple(float(chance) for chance in np.clip(np.maximum.accumulate(chances), 0.0, 1.0))


def forecast_payment(habits: PaymentHabits, invoice: OpenInvoice, coverage: float = 0.80) -> PaymentForecast:
    """Payment forecast of an open invoice, in days from now, none above ten years. Raises InvalidNumbers."""
    _check(invoice)
    if not 0 < coverage < 1:
        raise InvalidNumbers("The coverage must lie between 0 and 1.")
    tail = (1 - coverage) / 2
    low, median, high = (_quantile(habits, invoice, share) for share in (tail, 0.5, 1 - tail))
    ahead = np.concatenate([np.arange(0, 400.0), np.geomspace(400, _LONGEST_DAYS, 200)])
    mean = float(np.trapezoid(_unpaid(habits, invoice, ahead), ahead))
    return PaymentForecast(median, low, high, mean, coverage, invoice.age_days - invoice.terms_days)


def expected_within(habits: PaymentHabits, invoices: Sequence[OpenInvoice], days: float) -> tuple[int, int]:
    """The money to expect of open invoices within `days`, and its standard deviation, in minor units.

    Invoices are paid independently of each other. Raises InvalidNumbers.
    """
    chances = np.array([1 - probability_unpaid(habits, invoice, days) for invoice in invoices])
    amounts = np.array([float(invoice.amount_minor) for invoice in invoices])
    return round(float(amounts @ chances)), round(float(np.sqrt(amounts**2 @ (chances * (1 - chances)))))


def reminder_value(
    habits: PaymentHabits, invoice: OpenInvoice, reminder: Reminder, cost_of_capital_bps: int, cost_minor: int = 0
) -> int:
    """Value of reminding of an open invoice less its cost, in minor units.

    amount x days sooner x yearly cost of capital / 365, the days no more than those it would take anyway, and the
    amount times fewer defaults if that was measured. Nothing is assumed that was not measured. Raises InvalidNumbers.
    """
    fit = np.isfinite(reminder.days_sooner) and reminder.days_sooner >= 0 and 0 <= reminder.fewer_defaults_bps <= BPS
    if not fit or not 0 <= cost_of_capital_bps <= 10 * BPS or cost_minor < 0:
        raise InvalidNumbers("Days sooner, fewer defaults, the cost of capital and of reminding must not be negative.")
    sooner = min(reminder.days_sooner, forecast_payment(habits, invoice).mean_days)
    value = invoice.amount_minor * (sooner * cost_of_capital_bps / _YEAR + reminder.fewer_defaults_bps) / BPS
    return round(value) - cost_minor


def _joint(
    parameters: Floats, lateness: Floats, paid: NDArray[np.bool_], member: Codes, debtors: int
) -> tuple[Floats, Floats]:
    """Levels (g,), and the log of prior times likelihood of each level for each debtor (g, debtors)."""
    level, between, spread = parameters[0], np.exp(parameters[1]), np.exp(parameters[2])
    nodes = level + between * _standard_nodes()
    z = (lateness[None, :] - nodes[:, None]) / spread
    log_density = np.where(paid, z - np.log(spread), 0.0) - np.where(paid, 2.0, 1.0) * np.logaddexp(0.0, z)
    joint = np.array([np.bincount(member, row, minlength=debtors) for row in log_density], dtype=float)
    return nodes, joint + np.log(_prior())[:, None]


def _standard_nodes() -> Floats:
    """Evenly spaced, so that a debtor far from the others still has nodes around it."""
    return np.linspace(-4.5, 4.5, _NODES)


def _prior() -> Floats:
    weights = np.exp(-0.5 * _standard_nodes() ** 2)
    return weights / weights.sum()


def _unpaid(habits: PaymentHabits, invoice: OpenInvoice, days: Floats) -> Floats:
    """S(age + days) / S(age) (days,), averaged over the belief."""
    terms = np.log(invoice.terms_days + 1)
    now = (np.log(invoice.age_days + 1) - terms - habits.nodes) / habits.spread
    then = (np.log(invoice.age_days + days[:, None] + 1) - terms - habits.nodes) / habits.spread
    return np.exp(np.logaddexp(0.0, now) - np.logaddexp(0.0, then)) @ habits.belief(invoice.debtor)


def _quantile(habits: PaymentHabits, invoice: OpenInvoice, share: float) -> float:
    low, high = 0.0, float(_LONGEST_DAYS)
    for _ in range(40):
        middle = (low + high) / 2
        unpaid = float(_unpaid(habits, invoice, np.array([middle]))[0])
        low, high = (middle, high) if unpaid > 1 - share else (low, middle)
    return high


def _check(invoice: OpenInvoice) -> None:
    days = np.array([invoice.terms_days, invoice.age_days], dtype=float)
    amount = invoice.amount_minor
    if not np.isfinite(days).all() or (days < 0).any() or (days > _LONGEST_DAYS).any():
        raise InvalidNumbers(f"An invoice's terms and age must be numbers of days from 0 to {_LONGEST_DAYS}.")
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount <= LARGEST_MINOR:
        raise InvalidNumbers(f"An invoice's amount must be a whole number from 0 to {LARGEST_MINOR}.")
