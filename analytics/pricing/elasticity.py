"""Own-price elasticity of one product by named log-log models that differ in what they hold constant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import scipy

from analytics.pricing.panel import Codes, Floats, SalesPanel, pair_codes
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.fixed_effects import absorb, regress
from analytics.statistics.left_out import BlockwiseFits, LeftOut

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
_Key = tuple[bool, frozenset[Control]]
SEASON_PERIODS = 13


@dataclass(frozen=True)
class Specification:
    """Controls of a model. `season` is each location's own level in a block of 13 periods."""

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
    """Percent change of units for one percent of price, with its two-sided interval at `coverage`."""

    model: Model
    elasticity: float
    standard_error: float
    low: float
    high: float
    coverage: float
    degrees_of_freedom: int
    rows: int


@dataclass(frozen=True)
class _Rows:
    """Log units, log price, deal and feature side by side (n, 4), in levels or in changes."""

    columns: Floats
    location: Codes
    period: Codes


class ModelFits:
    """Models fitted on one panel's rows with sales; effects that several of them absorb are absorbed once."""

    def __init__(self, panel: SalesPanel) -> None:
        self._panel = panel.sold
        self._absorbed: dict[_Key, Floats] = {}
        self._blockwise: dict[_Key, BlockwiseFits] = {}
        self._left_out: dict[bool, LeftOut] = {}

    def estimate(self, model: Model, coverage: float = 0.90) -> ElasticityEstimate:
        """As `fit_elasticity`."""
        columns, rows = self._absorbed_for(model)
        fitted = regress(columns[:, 0], columns[:, 1:], rows.location, rows.period)
        elasticity, error = float(fitted.slopes[0]), float(fitted.standard_errors[0])
        reach = t_quantile((1 + coverage) / 2, fitted.degrees_of_freedom) * error
        return ElasticityEstimate(
            model=model,
            elasticity=elasticity,
            standard_error=error,
            low=elasticity - reach,
            high=elasticity + reach,
            coverage=coverage,
            degrees_of_freedom=fitted.degrees_of_freedom,
            rows=len(columns),
        )

    def slopes_without(self, model: Model, blocks: Sequence[Codes]) -> Floats:
        """The slopes (blocks, 3) of log price, deal and feature with each block of periods left out in turn.

        0 where the model has no such regressor. The same blocks every time. Raises as `fit_elasticity` does.
        """
        spec = _specification(model)
        columns, rows = self._absorbed_for(model)
        if spec.differenced not in self._left_out:
            self._left_out[spec.differenced] = _left_out(rows, blocks, spec.differenced)
        left_out = self._left_out[spec.differenced]
        _check_rows(len(columns) - int(np.bincount(left_out.blocks, minlength=1).max()), columns.shape[1])
        key = _key(spec)
        if key not in self._blockwise:
            self._blockwise[key] = BlockwiseFits(self._absorbed[key], _effects(spec, rows), left_out)
        slopes = np.zeros((len(blocks), 3))
        slopes[:, : columns.shape[1] - 1] = self._blockwise[key].slopes(columns.shape[1] - 1)
        return slopes

    def _absorbed_for(self, model: Model) -> tuple[Floats, _Rows]:
        """The outcome and the model's own regressors without its effects, and the rows that they come from."""
        spec = _specification(model)
        rows = self._changes if spec.differenced else self._levels
        used, key = _columns_used(rows, spec), _key(spec)
        if key not in self._absorbed:
            self._absorbed[key] = absorb(rows.columns, _effects(spec, rows))
        return self._absorbed[key][:, :used], rows

    @cached_property
    def _levels(self) -> _Rows:
        return _levels(self._panel)

    @cached_property
    def _changes(self) -> _Rows:
        return _differences(self._levels)


def fit_elasticity(panel: SalesPanel, model: Model, coverage: float = 0.90) -> ElasticityEstimate:
    """The coefficient of log price in a regression of log units, on the rows with sales, under a model's controls.

    log q_it = e log p_it + promotion_it'g + effects + u_it (the log-log demand of Montgomery 1997, equation 1).
    Raises InvalidNumbers for an unknown model or too few rows, NotIdentified when the controls leave price no movement.
    """
    return ModelFits(panel).estimate(model, coverage)


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
    rows = _levels(sold.where(known))
    used = rows.columns[:, : _columns_used(rows, spec)]
    columns = absorb(np.column_stack([used[:, :1], lead[known], used[:, 1:]]), _effects(spec, rows))
    fitted = regress(columns[:, 0], columns[:, 1:], rows.location, rows.period)
    t = abs(fitted.slopes[0]) / max(fitted.standard_errors[0], 1e-12)
    return float(2 * scipy.special.stdtr(fitted.degrees_of_freedom, -t))


def t_quantile(probability: float, degrees_of_freedom: int) -> float:
    """Student's t; straight from scipy.special, as scipy.stats takes a second to load."""
    return float(scipy.special.stdtrit(degrees_of_freedom, probability))


def _specification(model: Model) -> Specification:
    if model not in SPECIFICATIONS:
        raise InvalidNumbers(f"There is no elasticity model {model!r}.", remedy=f"Known: {', '.join(SPECIFICATIONS)}.")
    return SPECIFICATIONS[model]


def _levels(sold: SalesPanel) -> _Rows:
    columns = np.column_stack([np.log(sold.units), np.log(sold.price), sold.promotion])
    return _Rows(columns, sold.location, sold.period)


def _differences(rows: _Rows) -> _Rows:
    """Changes from one period to the very next, within a location."""
    order = np.lexsort((rows.period, rows.location))
    columns, location, period = rows.columns[order], rows.location[order], rows.period[order]
    next_one = (np.diff(period) == 1) & (np.diff(location) == 0)
    return _Rows(np.diff(columns, axis=0)[next_one], location[1:][next_one], period[1:][next_one])


def _columns_used(rows: _Rows, spec: Specification) -> int:
    """Number of columns that a model uses: outcome, price, and promotion if it controls for it."""
    used = 4 if "promotion" in spec.controls else 2
    _check_rows(len(rows.columns), used)
    return used


def _check_rows(rows: int, columns: int) -> None:
    if rows <= columns:
        raise InvalidNumbers(f"{rows} rows are too few to fit a model on.")


def _key(spec: Specification) -> _Key:
    """Models of one key absorb the same from the same rows."""
    return spec.differenced, spec.controls - {"promotion"}


def _left_out(rows: _Rows, blocks: Sequence[Codes], changes: bool) -> LeftOut:
    """The rows in each block of periods; of changes, those from a period of the block to the next as well."""
    by_block = [
        np.flatnonzero((rows.period >= block[0]) & (rows.period <= block[-1] + changes)).astype(np.int64)
        for block in blocks
    ]
    sizes = [len(of_block) for of_block in by_block]
    return LeftOut(np.concatenate(by_block), np.repeat(np.arange(len(blocks)), sizes), len(blocks))


def _effects(spec: Specification, rows: _Rows) -> tuple[Codes, ...]:
    effects: list[Codes] = []
    if "location" in spec.controls and not spec.differenced:
        within = rows.period // SEASON_PERIODS if "season" in spec.controls else np.zeros_like(rows.period)
        effects.append(pair_codes(rows.location, within))
    if "week" in spec.controls:
        effects.append(rows.period)
    return tuple(effects)
