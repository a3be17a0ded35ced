"""The profit-maximising price under constant elasticity, averaged over its uncertainty, or the advice to keep it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from analytics.pricing.baseline import Baseline
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from domain.money import LARGEST_MINOR
from domain.pricing import SaleTerms

_ELASTICITIES, _DEMANDS = 201, 41
_COARSE_PRICES = 2_001

PriceReason = Literal[
    "gain_is_likely",
    "gain_not_convincing",
    "already_best",
    "no_price_within_bounds",
    "best_price_is_at_a_bound",
    "day_limit_used_up",
]


@dataclass(frozen=True)
class ElasticityBelief:
    """Distribution of an elasticity: Student's t (normal when `degrees_of_freedom` is None)."""

    elasticity: float
    standard_error: float
    degrees_of_freedom: int | None = None


@dataclass(frozen=True)
class PriceBounds:
    """The prices that are allowed, in minor units, both ends included, and which of them may be shown.

    Allowed are `offset_minor` plus multiples of `step_minor`: step 10 with offset 9 gives prices that end in 9.
    """

    low_minor: int
    high_minor: int
    step_minor: int = 1
    offset_minor: int = 0


_NO_TERMS = SaleTerms()


@dataclass(frozen=True)
class Margins:
    """Unit cost and terms of sale."""

    unit_cost_minor: float
    terms: SaleTerms = _NO_TERMS

    def profit_minor(self, price_minor: Floats) -> Floats:
        """Gross profit of one unit at each price, in minor units."""
        return price_minor * self.terms.kept_share - self.unit_cost_minor


@dataclass(frozen=True)
class ProfitForecast:
    """Expected profit of a price over the horizon, against today's; integer minor units, `low..high` at `coverage`.

    `expected_units` are those of one period; `probability_of_gain` is that of any rise in profit.
    """

    price_minor: int
    horizon_periods: int
    expected_units: float
    change_minor: int
    low_minor: int
    high_minor: int
    coverage: float
    probability_of_gain: float

    @property
    def per_period_minor(self) -> tuple[int, int, int]:
        """Change, low and high as an average period of the horizon has them."""
        totals = (self.change_minor, self.low_minor, self.high_minor)
        change, low, high = (round(amount / self.horizon_periods) for amount in totals)
        return change, low, high


@dataclass(frozen=True)
class PriceAdvice:
    """Set `price_minor`, or keep it, and why. `forecast` is of the best allowed price, also when it is not advised."""

    status: Literal["change", "keep"]
    reasons: tuple[PriceReason, ...]
    price_minor: int
    forecast: ProfitForecast | None = None


def best_price(
    baseline: Baseline,
    price_now_minor: int,
    margins: Margins,
    belief: ElasticityBelief,
    bounds: PriceBounds,
    *,
    horizon_periods: int,
    least_probability: float = 0.80,
    coverage: float = 0.80,
) -> PriceAdvice:
    """The allowed price with the highest expected gross profit, if it is likely enough to beat today's.

    Demand is q = q0 (p / p0)^e. Profit is averaged over the belief about e, not taken at its mean: (p / p0)^e is
    convex in e, so that the plug-in answer is wrong by half its curvature. The interval of the profit change over
    the horizon crosses quantiles of e with quantiles of demand, whose variance holds the baseline's own error and the
    mean of `horizon_periods` stray periods. Raises InvalidNumbers for prices or a horizon that make no sense.
    """
    now = _now(baseline, price_now_minor, margins, belief, horizon_periods, coverage)
    prices = _allowed(bounds)
    if not prices.size:
        return PriceAdvice("keep", ("no_price_within_bounds",), price_now_minor)
    forecast = _forecast(now, _argmax(prices, now))
    if forecast.price_minor == price_now_minor or forecast.change_minor <= 0:
        return PriceAdvice("keep", ("already_best",), price_now_minor, forecast)
    if forecast.probability_of_gain < least_probability:
        return PriceAdvice("keep", ("gain_not_convincing",), price_now_minor, forecast)
    at_bound = forecast.price_minor in (prices[0], prices[-1])
    reasons: tuple[PriceReason, ...] = (
        ("gain_is_likely", "best_price_is_at_a_bound") if at_bound else ("gain_is_likely",)
    )
    return PriceAdvice("change", reasons, forecast.price_minor, forecast)


def forecast_profit(
    baseline: Baseline,
    price_now_minor: int,
    price_minor: int,
    margins: Margins,
    belief: ElasticityBelief,
    *,
    horizon_periods: int,
    coverage: float = 0.80,
) -> ProfitForecast:
    """Profit forecast of a given price, computed as in `best_price`. Raises InvalidNumbers likewise, and where it would
    bring or cost more than can be booked: so far from today's price no demand curve holds."""
    if price_minor <= 0:
        raise InvalidNumbers("A price must be above zero.")
    return _forecast(_now(baseline, price_now_minor, margins, belief, horizon_periods, coverage), price_minor)


@dataclass(frozen=True)
class _Now:
    baseline: Baseline
    price_minor: int
    margins: Margins
    elasticities: Floats
    horizon: int
    coverage: float

    def gains(self, prices: Floats) -> Floats:
        """Profit change for one unit of baseline demand: (prices, elasticities)."""
        response = (prices[:, None] / self.price_minor) ** self.elasticities[None, :]
        before = self.margins.profit_minor(np.array([float(self.price_minor)]))
        return response * self.margins.profit_minor(prices)[:, None] - before


def _now(
    baseline: Baseline, price: int, margins: Margins, belief: ElasticityBelief, horizon: int, coverage: float
) -> _Now:
    if price <= 0 or horizon <= 0 or not 0 < coverage < 1 or baseline.units < 0 or belief.standard_error < 0:
        raise InvalidNumbers(
            "A price above zero, a horizon of at least one period, a coverage between 0 and 1, and a baseline and a "
            "standard error that are not negative are needed."
        )
    return _Now(baseline, price, margins, _elasticities(belief), horizon, coverage)


def _forecast(now: _Now, price: int) -> ProfitForecast:
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
        gains = now.gains(np.array([float(price)]))[0]
        value = float(gains.mean()) * now.baseline.units * now.horizon
        tail = (1 - now.coverage) / 2
        low, high = np.quantile(np.multiply.outer(gains, _demand(now)), [tail, 1 - tail])
        units = float(((price / now.price_minor) ** now.elasticities).mean()) * now.baseline.units
    if not all(abs(amount) <= LARGEST_MINOR for amount in (value, low, high, units)):
        raise InvalidNumbers(f"A price of {price} against {now.price_minor} is beyond what demand is known of.")
    return ProfitForecast(
        price_minor=price,
        horizon_periods=now.horizon,
        expected_units=units,
        change_minor=round(value),
        low_minor=round(min(float(low), value)),
        high_minor=round(max(float(high), value)),
        coverage=now.coverage,
        probability_of_gain=float(np.mean(gains > 0)),
    )


def _elasticities(belief: ElasticityBelief) -> Floats:
    """Equally likely values of the elasticity."""
    middles = (np.arange(_ELASTICITIES) + 0.5) / _ELASTICITIES
    degrees = belief.degrees_of_freedom
    quantiles = scipy.special.ndtri(middles) if degrees is None else scipy.special.stdtrit(degrees, middles)
    return belief.elasticity + belief.standard_error * np.asarray(quantiles)


def _demand(now: _Now) -> Floats:
    """Equally likely totals of baseline demand over the horizon."""
    error = now.baseline.error_over(now.horizon)
    middles = (np.arange(_DEMANDS) + 0.5) / _DEMANDS
    return np.maximum(now.baseline.units + error * scipy.special.ndtri(middles), 0.0) * now.horizon


def _allowed(bounds: PriceBounds) -> Floats:
    """The allowed prices in order."""
    if bounds.step_minor <= 0:
        raise InvalidNumbers("The step between prices must be at least one minor unit.")
    low = max(bounds.low_minor, 1)
    first = low + (bounds.offset_minor - low) % bounds.step_minor
    return np.arange(first, bounds.high_minor + 1, bounds.step_minor, dtype=np.float64)


def _argmax(prices: Floats, now: _Now) -> int:
    """The price of the highest expected profit: among evenly spread ones, then among the neighbours of the best."""
    spacing = max(1, -(-prices.size // _COARSE_PRICES))
    coarse = np.arange(0, prices.size, spacing)
    best = int(coarse[np.argmax(now.gains(prices[coarse]).mean(axis=1))])
    around = prices[max(best - spacing, 0) : best + spacing + 1]
    return int(around[np.argmax(now.gains(around).mean(axis=1))])
