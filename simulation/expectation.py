"""The units and profit that the world's equations expect of a price list in an ordinary week, without luck."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from simulation.catalog import MARKET_A, PRODUCTS, SHOP, STAND_COUNT, STANDS
from simulation.demand import ONLINE_WEEK, STAND_WEEK, Market, dealer_demand, online_demand, stand_demand
from simulation.draws import Floats
from simulation.truth import Truth

_A_DAY = date(2024, 3, 6)
_ONLINE_WEEK, _STAND_WEEK = 7 / ONLINE_WEEK[_A_DAY.weekday()], 7 / STAND_WEEK[_A_DAY.weekday()]
_DEALER_WEEK = 7
_SALVAGE = 0.8
ANSWERED = 0.85
"""How much of the rivals' answer has come after some weeks."""


@dataclass(frozen=True, eq=False)
class ExpectedWeek:
    """(P, C) expected units and gross profit in euros: what is kept of the price, less unit cost and returns."""

    units: Floats
    profit: Floats


def expected_week(truth: Truth, unit_cost: Floats, price: Floats, answered: float = ANSWERED) -> ExpectedWeek:
    """A week at prices (P, C) in euros. `answered` is how much of the rivals' answer to the shop's prices is in."""
    logs = np.log(price / truth.base_price)
    rivals = answered * truth.competitor_answer.mean(axis=1) * logs[:, SHOP]
    units = np.zeros_like(price)
    market = _market(logs, rivals)
    units[:, :3] = online_demand(truth, market) * _ONLINE_WEEK
    units[:, STANDS] = stand_demand(truth, market).sum(axis=1) * _STAND_WEEK
    units[:, 3] = dealer_demand(truth, market, price[:, 3], price[:, SHOP]).sum(axis=1) * _DEALER_WEEK
    back = np.zeros(price.shape[1])
    back[: MARKET_A + 2] = truth.return_share
    kept = price * truth.kept_share
    profit = units * (kept * (1 - back) - unit_cost[:, None] * (1 - _SALVAGE * back))
    return ExpectedWeek(units, profit)


def _market(logs: Floats, rivals: Floats) -> Market:
    return Market(
        day=_A_DAY,
        years=1.5,
        list_price=logs,
        online_price=logs[:, :3],
        stand_price=np.repeat(logs[:, STANDS][:, None], STAND_COUNT, axis=1),
        competitor=rivals,
        shock=np.zeros(len(PRODUCTS)),
        promoted=np.zeros((len(PRODUCTS), 3), dtype=bool),
        stand_promoted=np.zeros((len(PRODUCTS), STAND_COUNT), dtype=bool),
        advertising=np.array([1.35, 1.15, 1.1]),
        customers=1.0,
        surge=np.ones(logs.shape),
    )


def own_elasticity(truth: Truth, price: Floats, width: float = 0.05) -> Floats:
    """(P, C) percent of units for a percent of a product's own price in one channel, all else equal, at `price`.

    An arc over `width` either way; at marketplace A with the buy-box, at the shop without what dealers lose by it.
    """
    logs, elasticity = np.log(price / truth.base_price), np.zeros_like(price)
    for channel in range(price.shape[1]):
        ends = []
        for move in (width, -width):
            moved = logs.copy()
            moved[:, channel] += move
            ends.append(_units_alone(truth, logs, moved, channel))
        elasticity[:, channel] = np.log(ends[0] / ends[1]) / (2 * width)
    return elasticity


def _units_alone(truth: Truth, logs: Floats, moved: Floats, channel: int) -> Floats:
    """Units (P,) of each product when only its own price moved: what its neighbours' moves did is taken out again."""
    price = np.exp(moved) * truth.base_price
    units = expected_week(truth, truth.unit_cost, price, answered=0.0).units[:, channel]
    if channel == 3:
        return units
    return units / np.exp(truth.cross @ (moved - logs)[:, channel])
