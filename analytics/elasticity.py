"""Own-price elasticity of one product by named log-log models that differ in what they hold constant."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import stats

from analytics.errors import InvalidNumbers
from analytics.fixed_effects import absorb, regress, slopes_of
from analytics.panel import Codes, Floats, SalesPanel, pair_codes

Model = Literal[
    "pooled",
    "location",
    "location_promotion",
    "location_season_promotion",
    "difference_promotion",
    "location_week",
    "location_week_promotion",
    "location_season_week_promotion",
    "difference_week_promotion",
]
Control = Literal["location", "season", "week", "promotion"]
SEASON_PERIODS = 13


@dataclass(frozen=True)
class Specification:
    """What a model holds constant. `season` is each location's own level in a block of 13 periods."""

    controls: frozenset[Control]
    differenced: bool = False


def _spec(*controls: Control, differenced: bool = False) -> Specification:
    return Specification(frozenset(controls), differenced)


# Differences take out each location's level and all that moves slowly in it, as the season's blocks do.
SPECIFICATIONS: Mapping[Model, Specification] = {
    "pooled": _spec(),
    "location": _spec("location"),
    "location_promotion": _spec("location", "promotion"),
    "location_season_promotion": _spec("location", "season", "promotion"),
    "difference_promotion": _spec("location", "season", "promotion", differenced=True),
    "location_week": _spec("location", "week"),
    "location_week_promotion": _spec("location", "week", "promotion"),
    "location_season_week_promotion": _spec("location", "season", "week", "promotion"),
    "difference_week_promotion": _spec("location", "season", "week", "promotion", differenced=True),
}


@dataclass(frozen=True)
class ElasticityEstimate:
    """Percent change of units for one percent of price, with the interval that `coverage` asks for (both ends)."""

    model: Model
    elasticity: float
    standard_error: float
    low: float
    high: float
    coverage: float
    degrees_of_freedom: int
    rows: int


@dataclass(frozen=True)
class _Design:
    outcome: Floats
    regressors: Floats
    effects: tuple[Codes, ...]
    location: Codes
    period: Codes


def fit_elasticity(panel: SalesPanel, model: Model, coverage: float = 0.90) -> ElasticityEstimate:
    """The coefficient of log price in a regression of log units, on the rows with sales, under a model's controls.

    log q_it = e log p_it + promotion_it'g + effects + u_it (the log-log demand of Montgomery 1997, equation 1).
    Raises InvalidNumbers for an unknown model or too few rows, NotIdentified when the controls leave price no movement.
    """
    design = _design(panel.sold, _specification(model))
    columns = absorb(np.column_stack([design.outcome, design.regressors]), design.effects)
    fitted = regress(columns[:, 0], columns[:, 1:], design.location, design.period)
    elasticity, error = float(fitted.slopes[0]), float(fitted.standard_errors[0])
    reach = float(stats.t.ppf((1 + coverage) / 2, fitted.degrees_of_freedom)) * error
    return ElasticityEstimate(
        model=model,
        elasticity=elasticity,
        standard_error=error,
        low=elasticity - reach,
        high=elasticity + reach,
        coverage=coverage,
        degrees_of_freedom=fitted.degrees_of_freedom,
        rows=len(design.outcome),
    )


def fit_slopes(panel: SalesPanel, model: Model) -> Floats:
    """The slopes (3,) of log price, deal and feature under a model; 0 where it has no such regressor.

    Raises as `fit_elasticity` does.
    """
    design = _design(panel.sold, _specification(model))
    columns = absorb(np.column_stack([design.outcome, design.regressors]), design.effects)
    slopes = slopes_of(columns[:, 0], columns[:, 1:])
    return np.concatenate([slopes, np.zeros(3 - len(slopes))])


def prices_follow_demand(panel: SalesPanel, model: Model) -> float:
    """The p-value of next period's price in a regression of this period's units, under a model's controls in levels.

    Buyers cannot know the next price, so if it helps, prices were set in answer to demand: the test of strict
    exogeneity of Wooldridge 2010, section 10.7.1. It cannot see an answer to shocks that leave no trace.
    Raises as `fit_elasticity` does.
    """
    spec = replace(_specification(model), differenced=False)
    sold = panel.sold
    table = sold.grid(np.log(sold.price))
    following = np.vstack([table[1:], np.full((1, table.shape[1]), np.nan)])
    following[:-1][np.diff(sold.periods) != 1] = np.nan
    lead = following[np.searchsorted(sold.periods, sold.period), np.searchsorted(sold.locations, sold.location)]
    known = np.isfinite(lead)
    design = _design(sold.where(known), spec)
    columns = absorb(np.column_stack([design.outcome, lead[known], design.regressors]), design.effects)
    fitted = regress(columns[:, 0], columns[:, 1:], design.location, design.period)
    t = abs(fitted.slopes[0]) / max(fitted.standard_errors[0], 1e-12)
    return float(2 * stats.t.sf(t, fitted.degrees_of_freedom))


def _specification(model: Model) -> Specification:
    if model not in SPECIFICATIONS:
        raise InvalidNumbers(f"There is no elasticity model {model!r}.", remedy=f"Known: {', '.join(SPECIFICATIONS)}.")
    return SPECIFICATIONS[model]


def _design(panel: SalesPanel, spec: Specification) -> _Design:
    regressors = np.log(panel.price)[:, None]
    if "promotion" in spec.controls:
        regressors = np.column_stack([regressors, panel.promotion])
    columns = np.column_stack([np.log(panel.units), regressors])
    location, period = panel.location, panel.period
    if spec.differenced:
        columns, location, period = _differences(columns, location, period)
    if len(columns) <= columns.shape[1]:
        raise InvalidNumbers(f"{len(columns)} rows are too few to fit a model on.")
    return _Design(columns[:, 0], columns[:, 1:], _effects(spec, location, period), location, period)


def _effects(spec: Specification, location: Codes, period: Codes) -> tuple[Codes, ...]:
    effects: list[Codes] = []
    if "location" in spec.controls and not spec.differenced:
        within = period // SEASON_PERIODS if "season" in spec.controls else np.zeros_like(period)
        effects.append(pair_codes(location, within))
    if "week" in spec.controls:
        effects.append(period)
    return tuple(effects)


def _differences(columns: Floats, location: Codes, period: Codes) -> tuple[Floats, Codes, Codes]:
    """Changes from one period to the very next, within a location."""
    order = np.lexsort((period, location))
    columns, location, period = columns[order], location[order], period[order]
    next_one = (np.diff(period) == 1) & (np.diff(location) == 0)
    return np.diff(columns, axis=0)[next_one], location[1:][next_one], period[1:][next_one]
