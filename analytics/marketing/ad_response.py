"""Response of weekly revenue to a campaign's spend, with adstock, diminishing returns and an interval."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from domain.money import LARGEST_MINOR

ResponseReason = Literal["too_little_history", "spend_hardly_moved", "no_response_seen"]
_CARRIES = (0.0, 0.2, 0.4, 0.6, 0.8)
_POWERS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_FEWEST_WEEKS = 20
_LEAST_MOVEMENT = 0.10
_LEAST_T = 1.3
_COEFFICIENTS = 3


@dataclass(frozen=True)
class AdResponse:
    """A campaign's response as a mixture of fits, R(s) = scale s^power a week at a steady spend s, or why not.

    `weights` (g,) sum to one; `powers`, `carries` (g,) are the fits', `scales` and `errors` (g,) their coefficient and
    its standard error. `highest` is the highest average spend over a few weeks: beyond it the response is extrapolated.
    """

    measurable: bool
    reasons: tuple[ResponseReason, ...]
    weeks: int
    spend_now: float
    highest: float
    weights: Floats
    powers: Floats
    carries: Floats
    scales: Floats
    errors: Floats
    movement: float

    def revenue(self, spend: Floats) -> Floats:
        """Expected revenue a week above none at steady spends (k,); 0 where it is not measurable."""
        return np.power.outer(np.maximum(spend, 0.0), self.powers) @ (self.weights * self._scales_not_below_zero)

    def marginal(self, spend: float) -> float:
        """Expected revenue of one more unit of spend a week, carried over in full, at a steady spend."""
        slopes = self.powers * max(spend, 1e-9) ** (self.powers - 1)
        return float((self.weights * self._scales_not_below_zero) @ slopes)

    @property
    def _scales_not_below_zero(self) -> Floats:
        """Advertising is taken not to lose sales: the mean of a normal of which what is below zero counts as zero."""
        z = self.scales / np.maximum(self.errors, 1e-300)
        return self.scales * scipy.special.ndtr(z) + self.errors * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)

    def marginal_interval(self, spend: float, coverage: float = 0.80) -> tuple[float, float]:
        """The interval of the marginal revenue at a steady spend. Raises InvalidNumbers for a coverage not in 0..1."""
        if not 0 < coverage < 1:
            raise InvalidNumbers("The coverage must lie between 0 and 1.")
        slopes = self.powers * max(spend, 1e-9) ** (self.powers - 1)
        tail = (1 - coverage) / 2
        ends = tail, 1 - tail
        low, high = (_mixture_quantile(self.weights, self.scales * slopes, self.errors * slopes, end) for end in ends)
        return low, high

    def draws(self, count: int, seeded: np.random.Generator) -> tuple[Floats, Floats]:
        """Equally likely scales, not below zero, and powers, each (count,)."""
        middles = (np.arange(count) + 0.5) / count
        places = np.minimum(np.searchsorted(np.cumsum(self.weights), middles), len(self.weights) - 1)
        luck = seeded.permutation(scipy.special.ndtri(middles))
        order = seeded.permutation(count)
        scales = np.maximum(self.scales[places] + self.errors[places] * luck, 0.0)
        return scales[order], self.powers[places][order]


def fit_ad_response(spend: Floats, revenue: Floats) -> AdResponse:
    """Fits weekly `revenue` (T,) to weekly `spend` (T,), oldest first, in any one unit of money.

    R_t = a + b t + c A_t^power + u_t with A_t = (1 - carry) sum of carry^k S_(t-k) (geometric adstock: Broadbent 1979;
    a concave power, where Jin, Wang, Sun, Chan & Koehler 2017, section 3, have Hill's curve), by least squares over a
    grid of carry and power. A cell's weight is its likelihood, RSS^(-n / 2), as all have equally many coefficients
    (Raftery 1995), with n the periods that are independent under the best cell's lag-one correlation r of residuals,
    T (1 - r) / (1 + r); the errors of c are widened alike.
    Not measurable: fewer than twenty weeks, spend whose deviation stays under a tenth of its mean, or no coefficient
    above 1.3 of its errors. Raises InvalidNumbers on negative spend, NaN or unequal lengths.
    """
    spent, earned = np.asarray(spend, dtype=float), np.asarray(revenue, dtype=float)
    if spent.ndim != 1 or spent.shape != earned.shape:
        raise InvalidNumbers("Spend and revenue must be equally long.")
    finite = np.isfinite(spent).all() and np.isfinite(earned).all()
    if not finite or (spent < 0).any() or (spent > LARGEST_MINOR).any() or (np.abs(earned) > LARGEST_MINOR).any():
        raise InvalidNumbers(
            "Spend must be finite and not negative, and revenue finite, none larger than can be booked."
        )
    movement = float(spent.std() / spent.mean()) if spent.size and spent.mean() > 0 else 0.0
    reasons: list[ResponseReason] = []
    if spent.size < _FEWEST_WEEKS:
        reasons.append("too_little_history")
    if movement < _LEAST_MOVEMENT:
        reasons.append("spend_hardly_moved")
    if reasons:
        return _unmeasured(tuple(reasons), spent, movement)
    unit = float(spent.mean())
    cells = [_cell(spent / unit, earned, carry, power) for carry in _CARRIES for power in _POWERS]
    squares, scales, leverages, correlations = (np.array(column) for column in zip(*cells, strict=True))
    correlation = float(correlations[np.argmin(squares)])
    independent = spent.size * (1 - correlation) / (1 + correlation)
    weights = scipy.special.softmax(-independent / 2 * np.log(squares / squares.min()))
    errors = np.sqrt(squares * leverages / max(independent - _COEFFICIENTS, 1.0))
    if float(weights @ (scales / errors)) < _LEAST_T:
        return _unmeasured(("no_response_seen",), spent, movement)
    carries, powers = (column.ravel() for column in np.meshgrid(_CARRIES, _POWERS, indexing="ij"))
    recent = spent[-4:]
    return AdResponse(
        measurable=True,
        reasons=(),
        weeks=spent.size,
        spend_now=float(recent.mean()),
        highest=float(np.convolve(spent, np.full(4, 0.25), mode="valid").max()),
        weights=weights,
        powers=powers,
        carries=carries,
        scales=scales / unit**powers,
        errors=errors / unit**powers,
        movement=movement,
    )


def _unmeasured(reasons: tuple[ResponseReason, ...], spent: Floats, movement: float) -> AdResponse:
    none, now = np.zeros(1), float(spent[-4:].mean()) if spent.size else 0.0
    highest = float(spent.max()) if spent.size else 0.0
    return AdResponse(False, reasons, spent.size, now, highest, np.ones(1), np.ones(1), none, none, none, movement)


def adstock(spend: Floats, carry: float) -> Floats:
    """Adstock of spend (T,): steady spend stays itself, and the first week stands for those before."""
    stock = np.empty(len(spend))
    level = float(spend[0])
    for week, spent in enumerate(spend):
        level = carry * level + (1 - carry) * float(spent)
        stock[week] = level
    return stock


def _cell(spend: Floats, revenue: Floats, carry: float, power: float) -> tuple[float, float, float, float]:
    """Squared residuals of a cell, its coefficient, the coefficient's variance factor, and the lag-one correlation."""
    weeks = len(spend)
    design = np.column_stack([np.ones(weeks), np.linspace(-1, 1, weeks), adstock(spend, carry) ** power])
    gram = np.linalg.pinv(design.T @ design)
    coefficients = gram @ design.T @ revenue
    residual = revenue - design @ coefficients
    squares = max(float(residual @ residual), 1e-12 * float(revenue @ revenue), 1e-300)
    correlation = float(np.clip(residual[1:] @ residual[:-1] / squares, 0.0, 0.8))
    return squares, float(coefficients[2]), max(float(gram[2, 2]), 1e-300), correlation


def _mixture_quantile(weights: Floats, centres: Floats, spreads: Floats, probability: float) -> float:
    """A quantile of a mixture of normals, by halving."""
    reach = 10 * float(spreads.max()) + 1e-12
    low, high = float(centres.min()) - reach, float(centres.max()) + reach
    for _ in range(80):
        middle = (low + high) / 2
        below = float(weights @ scipy.special.ndtr((middle - centres) / np.maximum(spreads, 1e-300)))
        low, high = (middle, high) if below < probability else (low, middle)
    return high
