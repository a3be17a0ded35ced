"""The oracle: prices by who knows the true parameters, not the luck; and what it would do without any limits."""

import numpy as np
from scipy.optimize import minimize

from simulation.draws import Floats
from simulation.expectation import expected_week
from simulation.truth import Truth


def best_prices(truth: Truth, unit_cost: Floats, start: Floats, low: Floats, high: Floats) -> Floats:
    """(P, C) in euros: the list of the highest expected weekly profit of the whole brand between two bounds.

    Cannibalisation, the rivals' answer, the buy-box and the dealers' parity are all in; quasi-Newton over logarithms
    (L-BFGS-B, Byrd et al. 1995), whose gradient is taken one channel and one place in the category at a time, as
    products of different categories do not touch each other.
    """
    groups = _independent(truth.category)

    def profit(logs: Floats) -> Floats:
        return expected_week(truth, unit_cost, np.exp(logs.reshape(start.shape))).profit

    def loss(logs: Floats) -> tuple[float, Floats]:
        here = profit(logs)
        return -float(here.sum()), -_gradient(profit, logs.reshape(start.shape), here, groups, truth.category).ravel()

    between = list(zip(np.log(low).ravel(), np.log(np.maximum(high, low)).ravel(), strict=True))
    began = np.clip(np.log(start), np.log(low), np.log(np.maximum(high, low))).ravel()
    found = minimize(loss, began, jac=True, method="L-BFGS-B", bounds=between, options={"maxiter": 40})
    return np.exp(found.x.reshape(start.shape))


def _independent(category: np.ndarray) -> list[np.ndarray]:
    """Sets of products with one of each category: their gradients can be taken at once."""
    place = np.array([(category[:at] == one).sum() for at, one in enumerate(category)])
    return [np.flatnonzero(place == nth) for nth in range(place.max() + 1)]


def _gradient(profit, logs: Floats, here: Floats, groups: list[np.ndarray], category: np.ndarray) -> Floats:
    width, gradient = 1e-5, np.zeros_like(logs)
    by_category = np.array([here[category == one].sum() for one in range(category.max() + 1)])
    for channel in range(logs.shape[1]):
        for group in groups:
            moved = logs.copy()
            moved[group, channel] += width
            there = profit(moved.ravel())
            after = np.array([there[category == one].sum() for one in range(category.max() + 1)])
            gradient[group, channel] = ((after - by_category) / width)[category[group]]
    return gradient


def gain_of(truth: Truth, unit_cost: Floats, price: Floats, wanted: Floats) -> Floats:
    """(P, C) euros a week that each single move from `price` to `wanted` is worth by itself."""
    category, here = truth.category, expected_week(truth, unit_cost, price).profit
    logs, target, gains = np.log(price), np.log(wanted), np.zeros_like(price)
    for channel in range(price.shape[1]):
        for group in _independent(category):
            moved = logs.copy()
            moved[group, channel] = target[group, channel]
            there = expected_week(truth, unit_cost, np.exp(moved)).profit
            change = np.array([(there - here)[category == one].sum() for one in range(category.max() + 1)])
            gains[group, channel] = change[category[group]]
    return gains
