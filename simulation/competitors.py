"""Rivals: their prices wander, and follow the brand's own shop after a while."""

import numpy as np

from simulation.catalog import COMPETITORS, PRODUCTS
from simulation.draws import Draws, Floats
from simulation.truth import Truth

LAG_DAYS = 21
_SPEED = 0.35


class Rivals:
    """Log prices (P, rivals) against each rival's own usual level, moved once a week."""

    def __init__(self, truth: Truth, draws: Draws) -> None:
        self._truth, self._draws = truth, draws
        rng = draws.stream("rivals")
        self.usual = np.exp(rng.normal(-0.02, 0.08, (len(PRODUCTS), len(COMPETITORS))))
        self.own = np.zeros((len(PRODUCTS), len(COMPETITORS)))
        self._wander = rng.normal(0, 0.04, self.own.shape)
        self._seen: list[Floats] = []

    def move(self, week: int, shop_price: Floats) -> None:
        """A week passes: each goes some of the way to its answer to the shop's log price (P,) of three weeks ago."""
        self._seen.append(shop_price.copy())
        seen = self._seen[max(len(self._seen) - 1 - LAG_DAYS // 7, 0)]
        noise = self._draws.stream("rivals", week + 1).normal(0, 0.012, self.own.shape)
        self._wander = 0.95 * self._wander + noise
        target = self._truth.competitor_answer * seen[:, None] + self._wander
        self.own += _SPEED * (target - self.own)

    def price(self, changed: Floats) -> Floats:
        """(P, rivals) in euros, with what a scenario adds (P, rivals, logarithms)."""
        return self._truth.base_price[:, :1] * self.usual * np.exp(self.own + changed)

    def index(self, changed: Floats) -> Floats:
        """(P,) the mean log price against the usual."""
        return (self.own + changed).mean(axis=1)
