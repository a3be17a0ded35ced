"""Excess stock: units that expire before they sell, and units that cost more to keep than to clear."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import check_amounts, check_positive
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.lead_time import DemandRate
from analytics.stock.review_outlook import certain_rates

_STEPS = 1_000


@dataclass(frozen=True)
class StockBatch:
    """Units of a product that may be sold for `days_left` more days, at `unit_cost_minor` each."""

    batch: str
    units: int
    days_left: float
    unit_cost_minor: float

    def __post_init__(self) -> None:
        check_amounts(units=self.units, days_left=self.days_left, unit_cost=self.unit_cost_minor)


@dataclass(frozen=True)
class ExpiringBatch:
    """Units of a batch that are expected to expire unsold, their cost, and the probability that any do."""

    batch: str
    expected_units: float
    expected_minor: int
    probability_of_any: float


def expiring_stock(batches: Sequence[StockBatch], rate: DemandRate) -> list[ExpiringBatch]:
    """Expected loss of each batch when the first to expire is sold first, in order of expiry.

    With batches b_1, b_2 ... that expire at t_1 <= t_2 ..., V_i the units of later batches that were sold by t_i and
    D_i the demand from t_{i-1} to t_i: batch i loses (b_i - V_{i-1} - D_i)+, and V_i = (V_{i-1} + D_i - b_i)+, the
    waiting-time recursion of Lindley 1952. V's law is carried on a grid of whole units, or of a thousandth of the
    stock where there are more. The rate's own error is three points of it. What is expired already (0 days) is lost
    in full. Raises InvalidNumbers on negative numbers or when two batches have one name.
    """
    if len({batch.batch for batch in batches}) < len(batches):
        raise InvalidNumbers("Two batches have the same name.")
    ordered = sorted(batches, key=lambda batch: batch.days_left)
    total = sum(batch.units for batch in ordered)
    step = max(1.0, total / _STEPS)
    lost, any_lost = np.zeros(len(ordered)), np.zeros(len(ordered))
    for share, certain in certain_rates(rate):
        units, probabilities = _lost(ordered, certain, step)
        lost, any_lost = lost + share * units, any_lost + share * probabilities
    return [
        ExpiringBatch(batch.batch, float(units), round(float(units) * batch.unit_cost_minor), float(probability))
        for batch, units, probability in zip(ordered, lost, any_lost, strict=True)
    ]


def units_worth_keeping(
    units_per_year: float,
    unit_cost_minor: float,
    clearing_price_minor: float,
    holding_rate_per_year: float,
    order_cost_minor: float = 0.0,
    usual_order_units: float = 1.0,
) -> float | None:
    """The stock beyond which a unit brings more cleared at `clearing_price_minor` now than kept until it sells.

    d times the economic time supply (P - Ps + C / Q) / (P F) + Q / 2 R (Tersine & Toelle 1984, first model); 0 where
    clearing brings more than buying again costs. None where holding costs nothing: all is worth keeping.
    Raises InvalidNumbers on negative numbers or an order of no units.
    """
    check_amounts(
        units_a_year=units_per_year,
        unit_cost=unit_cost_minor,
        clearing_price=clearing_price_minor,
        holding_rate=holding_rate_per_year,
        order_cost=order_cost_minor,
    )
    check_positive(usual_order=usual_order_units)
    holding = unit_cost_minor * holding_rate_per_year
    if holding == 0:
        return None
    saved = unit_cost_minor - clearing_price_minor + order_cost_minor / usual_order_units
    return max(0.0, units_per_year * saved / holding + usual_order_units / 2)


def _lost(batches: Sequence[StockBatch], rate: DemandRate, step: float) -> tuple[Floats, Floats]:
    """Expected units lost and the probability of any (batches,), `rate` being certain."""
    ahead = np.zeros(sum(_cells(batch, step) for batch in batches) + 1)
    ahead[0] = 1.0
    lost, any_lost, since = [], [], 0.0
    for days, together in groupby(batches, key=lambda batch: batch.days_left):
        sold = np.convolve(ahead, _demand_cells(rate, days - since, len(ahead), step))
        sold = np.append(sold[: len(ahead) - 1], sold[len(ahead) - 1 :].sum())
        for batch in together:
            cells = _cells(batch, step)
            short = np.maximum(cells - np.arange(len(sold)), 0)
            per_cell = batch.units / cells if cells else 0.0
            lost.append(float(sold @ short) * per_cell)
            any_lost.append(float(sold[:cells].sum()))
            sold = np.concatenate([[sold[: cells + 1].sum()], sold[cells + 1 :], np.zeros(cells)])
        ahead, since = sold, days
    return np.array(lost), np.array(any_lost)


def _cells(batch: StockBatch, step: float) -> int:
    return max(1, round(batch.units / step)) if batch.units else 0


def _demand_cells(rate: DemandRate, days: float, cells: int, step: float) -> Floats:
    """The probabilities (cells,) of demand in steps of the grid; the last holds all beyond."""
    law = rate.over(days)
    if law.sd == 0:
        cell = min(law.mean / step, cells - 1.0)
        below = int(cell)
        probabilities = np.zeros(cells)
        probabilities[below] = 1 - (cell - below)
        probabilities[min(below + 1, cells - 1)] += cell - below
        return probabilities
    edges = (np.arange(cells - 1) + (0.0 if step == 1 and law.whole else 0.5)) * step
    at_most = law.at_most(edges)
    return np.diff(np.concatenate([[0.0], at_most, [1.0]]))
