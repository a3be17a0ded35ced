"""BG/NBD: repeat purchases of customers who buy at random until they drop out after a purchase."""

from dataclasses import dataclass

import numpy as np
import scipy

from analytics.customers.purchases import CustomerBase
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers

_NUDGE = 1e-5
_NEGLIGIBLE = 1e-12
_COUNTS = np.unique(np.concatenate([np.arange(1, 301), np.floor(300 * 1.01 ** np.arange(1, 1_200))]))
_STEPS = np.diff(_COUNTS, prepend=0)
# How many counts each stands for: (f0 + f1) / 2 over a step, the ends counted once; one each up to 300.
_COUNTS_MEANT = (_STEPS + np.append(_STEPS[1:], 1.0)) / 2


@dataclass(frozen=True)
class BgNbd:
    """The BG/NBD model of Fader, Hardie & Lee 2005, "Counting your customers the easy way".

    A customer's purchase rate is gamma with shape `r` and rate `alpha`; after each purchase the customer is gone for
    good with a probability that is beta with `a` and `b`. Times are in the unit that `alpha` was fitted in.
    Raises InvalidNumbers unless all four are above zero.
    """

    r: float
    alpha: float
    a: float
    b: float

    def __post_init__(self) -> None:
        if not all(np.isfinite(value) and value > 0 for value in (self.r, self.alpha, self.a, self.b)):
            raise InvalidNumbers("The parameters of BG/NBD are finite and above zero.")

    def probability_alive(self, base: CustomerBase) -> Floats:
        """P(still a customer) now, (n,), in 0..1: Fader, Hardie & Lee 2008, "Computing P(alive) using the BG/NBD".

        A customer without repeats has 1: in this model one drops out after a repeat purchase only.
        """
        after = np.maximum(self.b + base.repeats - 1, 1e-300)
        odds_gone = np.log(self.a / after) + (self.r + base.repeats) * np.log(
            (self.alpha + base.age) / (self.alpha + base.last)
        )
        return np.where(base.repeats > 0, scipy.special.expit(-odds_gone), 1.0)

    def expected_purchases(self, base: CustomerBase, horizon: float) -> Floats:
        """Purchases to expect of each customer in the next `horizon` (n,): equation 10.

        Raises InvalidNumbers for a horizon that is not finite or below zero; so do the methods below.
        """
        _check_horizon(horizon)
        return self.probability_alive(base) * self._expected_if_alive(base.repeats, base.age, horizon)

    def expected_of_new(self, horizons: Floats) -> Floats:
        """Repeat purchases to expect of somebody in each of the times (k,) after the first purchase: equation 9."""
        times = np.asarray(horizons, dtype=float)
        if times.size:
            _check_horizon(float(times.min()))
        return self._expected_if_alive(np.zeros_like(times), np.zeros_like(times), times)

    def probability_of_purchase(self, base: CustomerBase, horizon: float) -> Floats:
        """P(at least one purchase in the next `horizon`), (n,): alive, and the rate's gamma mixture is not silent."""
        _check_horizon(horizon)
        waited = self.alpha + base.age
        silent = np.exp((self.r + base.repeats) * np.log(waited / (waited + horizon)))
        return self.probability_alive(base) * (1 - silent)

    def purchase_variance(self, base: CustomerBase, horizon: float) -> Floats:
        """Variance of each customer's purchases in the next `horizon` (n,), the model being known."""
        _check_horizon(horizon)
        alive = self.probability_alive(base)
        kinds, kind = np.unique(np.column_stack([base.repeats, base.age]), axis=0, return_inverse=True)
        mean, square = self._moments_if_alive(kinds[:, 0], horizon / (self.alpha + kinds[:, 1] + horizon))
        return alive * square[kind.ravel()] - (alive * mean[kind.ravel()]) ** 2

    def _expected_if_alive(self, repeats: Floats, age: Floats, horizon: float | Floats) -> Floats:
        """Equation 10 for a living customer: (c / (a - 1)) (1 - (1 - z)^(r + x) F(r + x, b + x; c; z)).

        There c = a + b + x - 1 and z = t / (alpha + T + t). Where the series F would grow without bound as z nears 1,
        Euler's transformation of it is summed instead. At a = 1 and at c = 0 the whole is 0 / 0 and its limit is taken
        from both sides. Where parameters are too large for the series, the sum over counts answers.
        """
        z = horizon / (self.alpha + age + horizon)
        singular = abs(self.a - 1) < _NUDGE or abs(self.a + self.b - 1) < _NUDGE
        sides = (self.a - 2 * _NUDGE, self.a + 2 * _NUDGE) if singular else (self.a,)
        with np.errstate(all="ignore"):
            expected = np.mean([self._gauss(a, repeats, z) for a in sides], axis=0)
        inexact = ~((expected >= 0) & (expected <= (self.r + repeats) * z / (1 - z) * (1 + 1e-9)))
        if inexact.any():
            expected[inexact], _ = self._moments_if_alive(repeats[inexact], z[inexact])
        return expected

    def _gauss(self, a: float, repeats: Floats, z: Floats) -> Floats:
        shape, c = self.r + repeats, a + self.b + repeats - 1
        bounded = a - 1 > shape
        power = np.where(bounded, shape, a - 1)
        other = np.where(bounded, self.b + repeats, a + self.b - 1 - self.r)
        return c / (a - 1) * (1 - np.exp(power * np.log1p(-z)) * scipy.special.hyp2f1(power, other, c, z))

    def _moments_if_alive(self, repeats: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Mean and mean square of a living customer's purchases in the horizon (n,), as sums over counts.

        The purchases are the lesser of a Poisson count and a geometric one, whose mixing distributions stay gamma
        (r + x, alpha + T) and beta (a, b + x). P(at least k) is thus an incomplete beta times a ratio of betas. Large
        counts are summed by the trapezoidal rule.
        """
        shape, weight = self.r + repeats, self.b + repeats
        mean, square = np.zeros(len(shape)), np.zeros(len(shape))
        rows, whole = np.arange(len(shape)), scipy.special.betaln(self.a, weight)
        for count, counts in zip(_COUNTS, _COUNTS_MEANT, strict=True):
            staying = np.exp(scipy.special.betaln(self.a, weight[rows] + count - 1) - whole[rows])
            chance = scipy.special.betainc(count, shape[rows], z[rows]) * staying
            mean[rows] += counts * chance
            square[rows] += counts * (2 * count - 1) * chance
            rows = rows[chance > _NEGLIGIBLE]
            if not rows.size:
                break
        return mean, square


def _check_horizon(horizon: float) -> None:
    if not np.isfinite(horizon) or horizon < 0:
        raise InvalidNumbers("A horizon is finite and not below zero.")
