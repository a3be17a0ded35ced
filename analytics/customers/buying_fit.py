"""Maximum likelihood fit of BG/NBD to a customer base, and the forecast of its total purchases."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from analytics.customers.purchases import CustomerBase
from analytics.customers.repeat_buying import BgNbd
from analytics.pricing.panel import Codes, Floats
from analytics.statistics.errors import InvalidNumbers, NotIdentified
from analytics.statistics.likelihood import Maximum, delta_error, maximise

LEAST_REPEAT_BUYERS = 20

BuyingReason = Literal[
    "no_customers", "no_repeat_buyers", "too_few_repeat_buyers", "search_failed", "parameters_not_told_apart"
]


@dataclass(frozen=True, eq=False)
class BuyingFit:
    """A fitted BG/NBD, or why there is none.

    `status` is `fitted`; `loose` where predictions hold but the data do not identify the parameters, so that there
    are no standard errors and no intervals; or `cannot_be_fitted`, without a model. `standard_errors` (4,) are those of
    r, alpha, a and b; `covariance` (4, 4) is that of their logarithms. `rows` counts the distinct histories.
    """

    status: Literal["fitted", "loose", "cannot_be_fitted"]
    reasons: tuple[BuyingReason, ...]
    customers: int
    repeat_buyers: int
    rows: int
    unit_days: float
    model: BgNbd | None = None
    log_likelihood: float | None = None
    standard_errors: Floats | None = None
    covariance: Floats | None = None

    @property
    def parameters(self) -> Floats:
        """r, alpha, a and b (4,). Raises NotIdentified where nothing could be fitted."""
        model = self.needed_model
        return np.array([model.r, model.alpha, model.a, model.b])

    @property
    def needed_model(self) -> BgNbd:
        """The model. Raises NotIdentified where nothing could be fitted."""
        if self.model is None:
            raise NotIdentified(f"No buying model could be fitted: {', '.join(self.reasons)}.")
        return self.model


@dataclass(frozen=True)
class PurchaseForecast:
    """Purchases that a base's customers will make together in the next `horizon` time units.

    `standard_error` joins `parameter_error`, of not knowing the parameters, `chance_error`, of what customers do by
    chance, and `model_error`, of what forecasts at earlier dates missed. The interval's ends and the first two are None
    where the parameters have no standard errors.
    """

    expected: float
    horizon: float
    coverage: float
    chance_error: float
    model_error: float
    parameter_error: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, eq=False)
class _Histories:
    """Distinct histories (n,) with how many customers have each; repeats also as a code into their few values."""

    last: Floats
    age: Floats
    customers: Floats
    values: Floats
    code: Codes


def fit_buying(base: CustomerBase, least_repeat_buyers: int = LEAST_REPEAT_BUYERS) -> BuyingFit:
    """Maximum likelihood of BG/NBD (Fader, Hardie & Lee 2005, equation 6), customers with equal histories together.

    Cannot be fitted to fewer than `least_repeat_buyers` customers with a repeat purchase. Parameters are not identified
    where, for one, nobody seems to drop out or all customers seem alike.
    """
    repeat_buyers = int((base.repeats > 0).sum())
    if not len(base):
        return BuyingFit("cannot_be_fitted", ("no_customers",), 0, 0, 0, base.unit_days)
    if repeat_buyers < max(least_repeat_buyers, 1):
        reason: BuyingReason = "too_few_repeat_buyers" if repeat_buyers else "no_repeat_buyers"
        return BuyingFit("cannot_be_fitted", (reason,), len(base), repeat_buyers, 0, base.unit_days)
    scale = float(base.age.mean())
    maximum, rows = _search(base, scale)
    if not maximum.converged:
        return BuyingFit("cannot_be_fitted", ("search_failed",), len(base), repeat_buyers, rows, base.unit_days)
    units = np.array([1.0, scale, 1.0, 1.0])
    errors = maximum.standard_errors
    return BuyingFit(
        status="loose" if errors is None else "fitted",
        reasons=("parameters_not_told_apart",) if errors is None else (),
        customers=len(base),
        repeat_buyers=repeat_buyers,
        rows=rows,
        unit_days=base.unit_days,
        model=BgNbd(*(float(value) for value in maximum.parameters * units)),
        log_likelihood=maximum.log_likelihood - float(base.repeats.sum() * np.log(scale)),
        standard_errors=None if errors is None else errors * units,
        covariance=maximum.covariance,
    )


def forecast_purchases(
    fit: BuyingFit, base: CustomerBase, horizon: float, *, coverage: float = 0.80, past_miss: float = 0.0
) -> PurchaseForecast:
    """Purchases of all the base's customers in the next `horizon`, with a normal interval at `coverage`.

    By itself the interval supposes that tomorrow's buyers behave as yesterday's: no season, no new competitor.
    `past_miss`, a share as `buying_backtest.past_miss` finds it, widens it by what that has cost before.
    Raises NotIdentified without a model, InvalidNumbers for a horizon, coverage, miss or time unit that does not fit.
    """
    check_coverage(coverage)
    if not np.isfinite(past_miss) or past_miss < 0:
        raise InvalidNumbers("A past miss is a share of the forecast, not below zero.")
    check_unit(fit, base)
    model = fit.needed_model
    expected = float(model.expected_purchases(base, horizon).sum())
    chance = float(np.sqrt(model.purchase_variance(base, horizon).sum()))
    if fit.covariance is None:
        return PurchaseForecast(expected, horizon, coverage, chance, past_miss * expected)
    unknown = delta_error(
        lambda values: float(BgNbd(*values).expected_purchases(base, horizon).sum()), fit.parameters, fit.covariance
    )
    error = float(np.sqrt(chance**2 + unknown**2 + (past_miss * expected) ** 2))
    reach = float(scipy.special.ndtri((1 + coverage) / 2)) * error
    low, high = max(expected - reach, 0.0), expected + reach
    return PurchaseForecast(expected, horizon, coverage, chance, past_miss * expected, unknown, error, low, high)


def check_coverage(coverage: float) -> None:
    """Raises InvalidNumbers unless it lies between 0 and 1."""
    if not 0 < coverage < 1:
        raise InvalidNumbers("A coverage lies between 0 and 1.")


def check_unit(fit: BuyingFit, base: CustomerBase) -> None:
    """Raises InvalidNumbers when the model was fitted in another time unit than the base's."""
    if fit.unit_days != base.unit_days:
        raise InvalidNumbers(f"A model in units of {fit.unit_days} days cannot judge a base in {base.unit_days}.")


def _search(base: CustomerBase, scale: float) -> tuple[Maximum, int]:
    """The maximum with time in units of `scale`, from two starts that differ in how unlike customers are."""
    history = _distinct(base, scale)
    rate = float(base.repeats.sum() / base.age.sum()) * scale
    starts = [np.array([r, r / rate, a, b]) for r, a, b in ((1.0, 1.0, 3.0), (0.3, 0.5, 1.5))]
    maximum = maximise(lambda values: _log_likelihood(values, history), starts, float(len(base)))
    return maximum, len(history.last)


def _distinct(base: CustomerBase, scale: float) -> _Histories:
    table = np.column_stack([base.repeats, base.last / scale, base.age / scale])
    table = table[np.lexsort(table.T[::-1])]
    first = np.flatnonzero(np.append(True, (np.diff(table, axis=0) != 0).any(axis=1)))
    rows, customers = table[first], np.diff(np.append(first, len(table))).astype(np.float64)
    values, code = np.unique(rows[:, 0], return_inverse=True)
    return _Histories(rows[:, 1], rows[:, 2], customers, values, code.ravel().astype(np.int64))


def _log_likelihood(parameters: Floats, history: _Histories) -> tuple[float, Floats]:
    """Equation 6 in logarithms and its gradient by r, alpha, a and b, summed over customers.

    ln L = A1 + A2 + ln(e^A3 + e^A4), the split of Fader, Hardie & Lee 2005, "Implementing the BG/NBD model in Excel".
    """
    r, alpha, a, b = parameters
    x, code, weight = history.values, history.code, history.customers
    repeats, after = x[code], np.maximum(b + x - 1, 1e-300)
    counts = scipy.special.gammaln(r + x) - scipy.special.gammaln(r) + r * np.log(alpha)
    counts += scipy.special.betaln(a, b + x) - scipy.special.betaln(a, b)
    log_age, log_last = np.log(alpha + history.age), np.log(alpha + history.last)
    staying = -(r + repeats) * log_age
    leaving = np.where(repeats > 0, np.log(a / after)[code] - (r + repeats) * log_last, -np.inf)
    value = weight @ (counts[code] + np.logaddexp(staying, leaving))
    dead = np.where(repeats > 0, scipy.special.expit(leaving - staying), 0.0)
    dropout_term = scipy.special.digamma(a + b) - scipy.special.digamma(a + b + x)
    of_r = (
        (scipy.special.digamma(r + x) - scipy.special.digamma(r) + np.log(alpha))[code]
        - (1 - dead) * log_age
        - dead * log_last
    )
    rates = (1 - dead) / (alpha + history.age) + dead / (alpha + history.last)
    of_alpha = r / alpha - (r + repeats) * rates
    of_a = dropout_term[code] + dead / a
    of_b = (dropout_term + scipy.special.digamma(b + x) - scipy.special.digamma(b))[code] - dead / after[code]
    return float(value), np.array([weight @ of_r, weight @ of_alpha, weight @ of_a, weight @ of_b])
