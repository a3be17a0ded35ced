"""Held-out prediction error of each elasticity model, all models on the same target."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.pricing.elasticity import Model, ModelFits
from analytics.pricing.panel import Codes, Floats, SalesPanel
from analytics.statistics.errors import InvalidNumbers

Task = Literal["local_deviation", "change_over_time"]
REFERENCE_PERIODS = 13
_LOSS_DECIMALS = 9
"""Models that are equivalent, as with a single location, have to tie in spite of rounding."""
_FEWEST_BLOCKS, _MOST_BLOCKS, _BLOCK_PERIODS = 4, 10, 8


@dataclass(frozen=True)
class HeldOut:
    """A model's squared error by held-out block (blocks,), in squared log units, and its root mean square."""

    losses: Floats
    error: float


def held_out_errors(
    panel: SalesPanel, models: Sequence[Model], task: Task, fits: ModelFits | None = None
) -> Mapping[Model, HeldOut]:
    """Fit each model without a block of consecutive periods, foresee that block, in turn for every block.

    A model contributes its slopes only. What they leave unexplained in a held-out row is compared with the same
    location's mean in the nearest 13 seen periods on either side: so no model gains by knowing a level. Under
    `local_deviation` the chain's mean of each held-out period is then taken out as well, for all models alike: what
    is to be foreseen is how far a location departs from the others when its price does. A shock common to all
    locations, to which prices may have been an answer, cannot help or hurt there. Under `change_over_time` it stays in.
    A model that a block's training rows cannot identify is left out of the answer. `fits`, the panel's, saves time.
    """
    sold = panel.sold
    tables = np.stack(
        [sold.grid(column) for column in (np.log(sold.units), np.log(sold.price), sold.deal, sold.feature)]
    )
    blocks, fits = _blocks(len(sold.periods)), fits or ModelFits(panel)
    slopes: dict[Model, Floats] = {}
    for model in models:
        with suppress(InvalidNumbers):
            slopes[model] = fits.slopes_without(model, [sold.periods[block] for block in blocks])
    if not slopes:
        return {}
    by_block = [
        _squared_errors(tables, block, of_models, task)
        for block, of_models in zip(blocks, np.stack([*slopes.values()], axis=1), strict=True)
    ]
    if not all(squares.size for squares in by_block):
        return {}
    losses = np.round([squares.mean(axis=1) for squares in by_block], _LOSS_DECIMALS)
    errors = np.sqrt(np.concatenate(by_block, axis=1).mean(axis=1))
    return {model: HeldOut(losses[:, at], float(errors[at])) for at, model in enumerate(slopes)}


def paired_gap(loss: Floats, best: Floats) -> tuple[float, float]:
    """Loss of a model above the best one's, by block (blocks,), and the standard error of its mean."""
    gaps = loss - best
    return float(gaps.mean()), float(gaps.std(ddof=1) / np.sqrt(len(gaps)))


def _blocks(periods: int) -> list[Codes]:
    count = int(np.clip(periods // _BLOCK_PERIODS, _FEWEST_BLOCKS, _MOST_BLOCKS))
    return [block.astype(np.int64) for block in np.array_split(np.arange(periods), count)]


def _squared_errors(tables: Floats, block: Codes, slopes: Floats, task: Task) -> Floats:
    """Squared errors (models, known cells) in a block under slopes (models, 3) of the tables (4, periods, locations).

    The first table is explained by the others.
    """
    first, last = int(block[0]), int(block[-1]) + 1
    start = max(first - REFERENCE_PERIODS, 0)
    units, *regressors = tables[:, start : last + REFERENCE_PERIODS]
    unexplained = units - sum(slope[:, None, None] * table for slope, table in zip(slopes.T, regressors, strict=True))
    inside = slice(first - start, last - start)
    near = np.concatenate([unexplained[:, : inside.start], unexplained[:, inside.stop :]], axis=1)
    missed = unexplained[:, inside] - _mean(near, axis=1)
    if task == "local_deviation":
        missed = missed - _mean(missed, axis=2)
    return missed[:, np.isfinite(missed[0])] ** 2


def _mean(table: Floats, axis: int) -> Floats:
    """Mean of the known values; NaN where there are none."""
    count = np.isfinite(table).sum(axis=axis, keepdims=True)
    return np.where(count, np.nansum(table, axis=axis, keepdims=True) / np.maximum(count, 1), np.nan)
