"""Held-out prediction error of each elasticity model, all models on the same target."""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class _Block:
    """Consecutive periods, by their position, and the models fitted on all others."""

    periods: Codes
    training: ModelFits


def held_out_errors(panel: SalesPanel, models: Sequence[Model], task: Task) -> Mapping[Model, HeldOut]:
    """Fit each model without a block of consecutive periods, foresee that block, in turn for every block.

    A model contributes its slopes only. What they leave unexplained in a held-out row is compared with the same
    location's mean in the nearest 13 seen periods on either side: so no model gains by knowing a level. Under
    `local_deviation` the chain's mean of each held-out period is then taken out as well, for all models alike: what
    is to be foreseen is how far a location departs from the others when its price does. A shock common to all
    locations, to which prices may have been an answer, cannot help or hurt there. Under `change_over_time` it stays in.
    A model that a block's training rows cannot identify is left out of the answer.
    """
    sold = panel.sold
    tables = [sold.grid(column) for column in (np.log(sold.units), np.log(sold.price), sold.deal, sold.feature)]
    blocks = [_Block(block, ModelFits(_without(sold, block))) for block in _blocks(len(sold.periods))]
    by_model: dict[Model, HeldOut] = {}
    for model in models:
        try:
            by_block = [_squared_errors(tables, block, model, task) for block in blocks]
        except InvalidNumbers:
            continue
        losses = np.round([errors.mean() for errors in by_block], _LOSS_DECIMALS)
        by_model[model] = HeldOut(losses, float(np.sqrt(np.concatenate(by_block).mean())))
    return by_model


def paired_gap(loss: Floats, best: Floats) -> tuple[float, float]:
    """Loss of a model above the best one's, by block (blocks,), and the standard error of its mean."""
    gaps = loss - best
    return float(gaps.mean()), float(gaps.std(ddof=1) / np.sqrt(len(gaps)))


def _blocks(periods: int) -> list[Codes]:
    count = int(np.clip(periods // _BLOCK_PERIODS, _FEWEST_BLOCKS, _MOST_BLOCKS))
    return [block.astype(np.int64) for block in np.array_split(np.arange(periods), count)]


def _without(sold: SalesPanel, block: Codes) -> SalesPanel:
    first, last = sold.periods[block[[0, -1]]]
    return sold.where((sold.period < first) | (sold.period > last))


def _squared_errors(tables: list[Floats], block: _Block, model: Model, task: Task) -> Floats:
    slopes = block.training.slopes(model)
    unexplained = tables[0] - sum(slope * table for slope, table in zip(slopes, tables[1:], strict=True))
    first, last = block.periods[0], block.periods[-1] + 1
    near = np.concatenate(
        [unexplained[max(first - REFERENCE_PERIODS, 0) : first], unexplained[last : last + REFERENCE_PERIODS]]
    )
    missed = unexplained[first:last] - _mean(near, axis=0)
    if task == "local_deviation":
        missed = missed - _mean(missed, axis=1)
    squares = missed[np.isfinite(missed)] ** 2
    if not squares.size:
        raise InvalidNumbers("A held-out block has no row to foresee.")
    return squares


def _mean(table: Floats, axis: int) -> Floats:
    """Mean of the known values; NaN where there are none."""
    count = np.isfinite(table).sum(axis=axis, keepdims=True)
    return np.where(count, np.nansum(table, axis=axis, keepdims=True) / np.maximum(count, 1), np.nan)
