"""Demand forecasts with intervals, for single periods and for the total until goods arrive."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analytics.forecasting.few import few_periods, never_sold
from analytics.forecasting.intermittent import (
    INTERVAL_CUT,
    RateMethod,
    SteadyRate,
    demand_pattern,
    intermittent_rate,
    since_launch,
)
from analytics.forecasting.season import clearly_repeats, repeats, season_factors
from analytics.forecasting.smoothing import smooth_ahead
from analytics.pricing.panel import Floats
from analytics.statistics.amounts import LARGEST, check_amounts, check_probabilities
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.demand_law import DemandLaw, Family

Method = Literal["smoothing"] | RateMethod

LARGEST_UNITS = 1e9
LEAST_UNITS = 1e-9
"""Fewer units than this count as zero: their square is lost in rounding."""
LONGEST_HORIZON = 520
LONGEST_SEASON = 8784
FEWEST = 5
OFF_SEASON = 0.05
NEXT_TO_NOTHING = 0.1
CUT_MEAN, CUT_DEVIATION = 0.198, 0.413
"""A normal law whose mean lies half a deviation below zero has these moments once cut off at zero, in deviations."""


@dataclass(frozen=True, eq=False)
class DemandForecast:
    """Units for each period ahead: mean, deviation, and deviation of the total so far, (horizon,) each.

    `method` names the model; "few_periods" and "never_sold" are fallbacks for short histories, with wide intervals.
    `seasonal` is true where seasonal factors were used; `periods_seen` counts the known periods of the history.
    """

    method: Method
    mean: Floats
    deviation: Floats
    total_deviation: Floats
    family: Family
    coverage: float
    seasonal: bool
    periods_seen: int

    @property
    def fallback(self) -> bool:
        """True when the history was too short for a forecasting method."""
        return self.method in ("few_periods", "never_sold")

    @property
    def lower(self) -> Floats:
        """The interval's lower ends, (horizon,)."""
        return self._ends[0]

    @property
    def upper(self) -> Floats:
        """The interval's upper ends, (horizon,)."""
        return self._ends[1]

    def interval(self, coverage: float) -> tuple[Floats, Floats]:
        """Lower and upper ends (horizon,) that hold single periods with probability `coverage`, and always the mean.

        Whole for counts. Raises InvalidNumbers unless `coverage` lies between 0 and 1.
        """
        check_probabilities(coverage=coverage)
        laws = [_law(mean, sd, self.family) for mean, sd in zip(self.mean, self.deviation, strict=True)]
        lower = np.array([law.quantile((1 - coverage) / 2) for law in laws])
        upper = np.array([law.quantile((1 + coverage) / 2) for law in laws])
        if self.family == "counts":
            return np.minimum(np.floor(lower), np.floor(self.mean)), np.maximum(np.ceil(upper), np.ceil(self.mean))
        return np.minimum(lower, self.mean), np.maximum(upper, self.mean)

    def total(self, periods: float | None = None, sd_periods: float = 0.0) -> DemandLaw:
        """Distribution of demand over the next `periods` (all by default, parts of one allowed).

        A lead time of deviation `sd_periods` adds (units a period x sd_periods)^2 to the variance (Hadley & Whitin
        1963, section 3-9). Raises InvalidNumbers past the horizon: ask for a longer forecast.
        """
        ahead = float(len(self.mean) if periods is None else periods)
        check_amounts(periods=ahead, deviation_of_periods=sd_periods)
        if ahead > len(self.mean):
            raise InvalidNumbers(
                f"The forecast reaches {len(self.mean)} periods, not {ahead:g}.", remedy="Ask for a longer horizon."
            )
        if ahead == 0:
            return DemandLaw(0.0, 0.0, self.family)
        ends = np.arange(len(self.mean) + 1)
        mean = float(np.interp(ahead, ends, np.r_[0.0, np.cumsum(self.mean)]))
        variance = float(np.interp(ahead, ends, np.r_[0.0, self.total_deviation**2]))
        return _law(mean, math.sqrt(variance + (mean / ahead * sd_periods) ** 2), self.family)

    @cached_property
    def _ends(self) -> tuple[Floats, Floats]:
        return self.interval(self.coverage)


def forecast(
    history: ArrayLike, horizon: int, season: int = 1, coverage: float = 0.80, family: Family | None = None
) -> DemandForecast:
    """Demand for the next `horizon` periods from `history` (T,), oldest first, NaN where a period is not known.

    Steady and trending demand, seasonal with `season` periods where that shows, is smoothed (`smooth_ahead`); demand
    with more than 1.32 periods a sale (Syntetos, Boylan & Croston 2005) is taken as intermittent (`intermittent_rate`)
    unless its seasons are clear. Zeros before the launch are left out (`since_launch`). Under FEWEST known periods, or
    where nothing was ever sold, the answer is a fallback and says so (`few_periods`, `never_sold`).
    `family` is counts for whole histories, else gamma: name it for sales that `unconstrained_demand` restated.
    Raises InvalidNumbers on no known period, negative or infinite units, units above 10^9, a horizon outside 1..520, a
    season below 1, or a coverage outside 0..1.
    """
    units = _checked(history)
    _check_whole("horizon", horizon, LONGEST_HORIZON)
    _check_whole("season", season, LONGEST_SEASON)
    check_probabilities(coverage=coverage)
    known = units[np.isfinite(units)]
    kind: Family = family or ("counts" if np.array_equal(known, np.round(known)) else "gamma")
    if not known.any():
        return _steady(never_sold(known.size), 1.0, horizon, kind, coverage, known.size)
    scale = float(known.mean())
    least_variance = 1 / scale if kind == "counts" else 0.0
    launched = since_launch(units / scale)
    known = launched[np.isfinite(launched)]
    if known.size < FEWEST:
        return _steady(few_periods(known, least_variance), scale, horizon, kind, coverage, known.size)
    rare = demand_pattern(known).interval > INTERVAL_CUT
    seasonal = (clearly_repeats if rare else repeats)(launched, season)
    if rare and not seasonal:
        return _steady(intermittent_rate(known, least_variance), scale, horizon, kind, coverage, known.size)
    return _smoothed(launched, scale, horizon, season if seasonal else 1, kind, coverage)


def _smoothed(
    units: Floats, scale: float, horizon: int, season: int, family: Family, coverage: float
) -> DemandForecast:
    """Forecast of units / scale, seasonally adjusted; a factor's own error adds season / T to the variance."""
    known = int(np.isfinite(units).sum())
    factors = season_factors(units, season) if season > 1 else np.ones(1)
    place = np.arange(units.size + horizon) % season
    past, ahead = factors[place[: units.size]], factors[place[units.size :]]
    adjusted = np.where(past > OFF_SEASON, units / np.maximum(past, OFF_SEASON), np.nan)
    least = 1e-6 + (1 / scale if family == "counts" else 0.0)
    path = smooth_ahead(adjusted, horizon, ahead, least)
    wider = scale * math.sqrt(1 + season / known) if season > 1 else scale
    mean, deviation = _cut_at_zero(scale * ahead * path.mean, wider * ahead * np.sqrt(path.variance), scale * ahead)
    total = wider * np.sqrt(path.total_variance)
    _, total = _cut_at_zero(np.cumsum(mean), total, scale * np.cumsum(ahead))
    return DemandForecast(
        method="smoothing",
        mean=mean,
        deviation=deviation,
        total_deviation=np.maximum.accumulate(total),
        family=family,
        coverage=coverage,
        seasonal=season > 1,
        periods_seen=known,
    )


def _cut_at_zero(mean: Floats, deviation: Floats, usual: Floats) -> tuple[Floats, Floats]:
    """Mean and deviation cut off at zero, where a falling trend would leave next to nothing or less."""
    least = np.minimum(CUT_MEAN * deviation, NEXT_TO_NOTHING * usual)
    return np.maximum(mean, least), np.where(mean < least, CUT_DEVIATION * deviation, deviation)


def _steady(
    rate: SteadyRate, scale: float, horizon: int, family: Family, coverage: float, periods_seen: int
) -> DemandForecast:
    """Forecast with the same rate in every period, of units / scale; all periods share the rate's own error."""
    steps = np.arange(1, horizon + 1)
    return DemandForecast(
        method=rate.method,
        mean=np.full(horizon, scale * rate.units),
        deviation=np.full(horizon, scale * math.sqrt(rate.variance + rate.rate_variance)),
        total_deviation=scale * np.sqrt(steps * rate.variance + steps**2 * rate.rate_variance),
        family=family,
        coverage=coverage,
        seasonal=False,
        periods_seen=periods_seen,
    )


def _law(mean: float, deviation: float, family: Family) -> DemandLaw:
    return DemandLaw(min(float(mean), LARGEST), min(float(deviation), LARGEST), family)


def _check_whole(name: str, number: int, most: int) -> None:
    if not isinstance(number, (int, np.integer)) or not 1 <= number <= most:
        raise InvalidNumbers(f"The {name} must be a whole number from 1 to {most}, not {number}.")


def _checked(history: ArrayLike) -> Floats:
    try:
        units = np.asarray(history, dtype=float)
    except (TypeError, ValueError) as unreadable:
        raise InvalidNumbers("A history must be a row of numbers.") from unreadable
    if units.ndim != 1 or not np.isfinite(units).any():
        raise InvalidNumbers("A forecast needs at least one period whose demand is known, in one row.")
    if np.isinf(units).any() or (units < 0).any():
        raise InvalidNumbers("Demand must be finite and not negative.", remedy="Put returns on their own.")
    if np.nanmax(units) > LARGEST_UNITS:
        raise InvalidNumbers(f"Demand above {LARGEST_UNITS:.0e} a period.", remedy="Count in a larger unit.")
    known = np.where(units < LEAST_UNITS, 0.0, units)
    return known[int(np.flatnonzero(np.isfinite(known))[0]) :]
