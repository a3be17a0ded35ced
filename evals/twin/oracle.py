"""The oracle: prices by who knows the true parameters, not the luck; and what it would do without any limits."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import pdtr

from simulation.catalog import STANDS
from simulation.draws import Counts, Floats
from simulation.expectation import ANSWERED, expected_week
from simulation.practice import REFILL_DAYS
from simulation.truth import Truth


@dataclass(frozen=True, eq=False)
class PricedBrand:
    """Who is priced: its truth, unit costs (P,) in euros, and the units a week (P,) that its ordering can follow.

    What is wanted beyond `most_units` is not there, whatever it is priced at: no profit is expected of it.
    `stand_level` (P, S) is what stands are filled up to; None where they never run out. `answered` is how much of the
    rivals' answer is taken as given.
    """

    truth: Truth
    unit_cost: Floats
    most_units: Floats
    stand_level: Counts | None = None
    answered: float = ANSWERED

    def profit(self, price: Floats) -> Floats:
        """(P, C) expected euros a week at a list (P, C) in euros."""
        week = expected_week(self.truth, self.unit_cost, price, self.answered)
        profit = week.profit * np.minimum(1.0, self.most_units / week.units.sum(axis=1))[:, None]
        if self.stand_level is not None:
            profit[:, STANDS] *= _served_at_stands(self.truth, week.units[:, STANDS], self.stand_level)
        return profit


def _served_at_stands(truth: Truth, weekly_units: Floats, level: Counts) -> Floats:
    """(P,) the share of what is wanted at stands that their filling between two visits can serve.

    Of a Poisson demand of mean m and a level S, E min(D, S) = m P(D < S) + S P(D > S).
    """
    usual = truth.stand_units * 7
    mean = usual * (weekly_units / usual.sum(axis=1))[:, None] * REFILL_DAYS / 7
    sold = mean * pdtr(level - 1, mean) + level * (1 - pdtr(level, mean))
    return np.where(truth.stand_range, sold, 0).sum(axis=1) / mean.sum(axis=1)


def best_prices(brand: PricedBrand, start: Floats, low: Floats, high: Floats) -> Floats:
    """(P, C) in euros: the list of the highest expected weekly profit of the whole brand between two bounds.

    Cannibalisation, the rivals' answer, the buy-box and the dealers' parity are all in; quasi-Newton over logarithms
    (L-BFGS-B, Byrd et al. 1995), whose gradient is taken one channel and one place in the category at a time, as
    products of different categories do not touch each other.
    """
    category = brand.truth.category
    groups = _independent(category)

    def profit(logs: Floats) -> Floats:
        return brand.profit(np.exp(logs.reshape(start.shape)))

    def loss(logs: Floats) -> tuple[float, Floats]:
        here = profit(logs)
        return -float(here.sum()), -_gradient(profit, logs.reshape(start.shape), here, groups, category).ravel()

    between = list(zip(np.log(low).ravel(), np.log(np.maximum(high, low)).ravel(), strict=True))
    began = np.clip(np.log(start), np.log(low), np.log(np.maximum(high, low))).ravel()
    optimum = minimize(loss, began, jac=True, method="L-BFGS-B", bounds=between, options={"maxiter": 40})
    return np.exp(optimum.x.reshape(start.shape))


def _independent(category: np.ndarray) -> list[np.ndarray]:
    """Sets of products with one of each category: their gradients can be taken at once."""
    place = np.array([(category[:at] == own).sum() for at, own in enumerate(category)])
    return [np.flatnonzero(place == nth) for nth in range(place.max() + 1)]


def _gradient(profit, logs: Floats, here: Floats, groups: list[np.ndarray], category: np.ndarray) -> Floats:
    width, gradient = 1e-5, np.zeros_like(logs)
    by_category = np.array([here[category == number].sum() for number in range(category.max() + 1)])
    for channel in range(logs.shape[1]):
        for group in groups:
            moved = logs.copy()
            moved[group, channel] += width
            there = profit(moved.ravel())
            after = np.array([there[category == number].sum() for number in range(category.max() + 1)])
            gradient[group, channel] = ((after - by_category) / width)[category[group]]
    return gradient


def gain_of(brand: PricedBrand, price: Floats, wanted: Floats) -> Floats:
    """(P, C) euros a week that each single move from `price` to `wanted` is worth by itself."""
    category, here = brand.truth.category, brand.profit(price)
    logs, target, gains = np.log(price), np.log(wanted), np.zeros_like(price)
    for channel in range(price.shape[1]):
        for group in _independent(category):
            moved = logs.copy()
            moved[group, channel] = target[group, channel]
            there = brand.profit(np.exp(moved))
            change = np.array([(there - here)[category == number].sum() for number in range(category.max() + 1)])
            gains[group, channel] = change[category[group]]
    return gains
