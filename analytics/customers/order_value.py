"""Average order value of customers with few known orders: the Gamma-Gamma model."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from analytics.customers.buying_fit import LEAST_REPEAT_BUYERS
from analytics.customers.purchases import CustomerBase
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers, NotIdentified
from analytics.statistics.likelihood import maximise

SpendingReason = Literal[
    "too_few_repeat_buyers",
    "amounts_do_not_vary",
    "search_failed",
    "average_is_unbounded",
    "parameters_not_told_apart",
]


@dataclass(frozen=True)
class GammaGamma:
    """The Gamma-Gamma model of Fader & Hardie 2013, "The Gamma-Gamma model of monetary value".

    A customer's orders are gamma with shape `p` and a rate that is itself gamma over customers with shape `q` and rate
    `gamma` (the authors' v), in the amounts' money. Raises InvalidNumbers unless p and gamma are above 0 and q above 1:
    at q of 1 or less no average exists.
    """

    p: float
    q: float
    gamma: float

    def __post_init__(self) -> None:
        if not all(np.isfinite([self.p, self.q, self.gamma])) or min(self.p, self.gamma) <= 0 or self.q <= 1:
            raise InvalidNumbers("Gamma-Gamma needs p and gamma above zero and q above one.")

    @property
    def average(self) -> float:
        """The mean order over all customers: p gamma / (q - 1)."""
        return self.p * self.gamma / (self.q - 1)

    def expected_value(self, base: CustomerBase) -> Floats:
        """Each customer's mean order (n,): equation 5, between the customer's own mean and everybody's.

        Customers without repeats, or whose repeats were all free, get everybody's.
        """
        known = _known_repeats(base)
        return self.p * (self.gamma + known * base.mean_value) / (self.p * known + self.q - 1)

    def square_of_value(self, base: CustomerBase) -> Floats | None:
        """E(mean order squared | what is known) (n,): p^2 g^2 / ((s - 1)(s - 2)), g = gamma + x m, s = p x + q.

        None where it does not exist for somebody, s being 2 or less.
        """
        known = _known_repeats(base)
        shape, rate = self.p * known + self.q, self.gamma + known * base.mean_value
        return None if (shape <= 2).any() else (self.p * rate) ** 2 / ((shape - 1) * (shape - 2))


@dataclass(frozen=True, eq=False)
class SpendingFit:
    """A fitted Gamma-Gamma, or why there is none; `status` as in `BuyingFit`.

    `customers` are those fitted on: with repeats and a mean above zero; `left_out` have repeats that were all free.
    `correlation` is that of repeats and mean value over those customers, which the model supposes to be none.
    `standard_errors` (3,) are those of p, q and gamma, `covariance` (3, 3) that of their logarithms.
    """

    status: Literal["fitted", "loose", "cannot_be_fitted"]
    reasons: tuple[SpendingReason, ...]
    customers: int
    left_out: int
    correlation: float | None = None
    model: GammaGamma | None = None
    log_likelihood: float | None = None
    standard_errors: Floats | None = None
    covariance: Floats | None = None

    @property
    def needed_model(self) -> GammaGamma:
        """The model. Raises NotIdentified where nothing could be fitted."""
        if self.model is None:
            raise NotIdentified(f"No spending model could be fitted: {', '.join(self.reasons)}.")
        return self.model


def fit_spending(base: CustomerBase, least_repeat_buyers: int = LEAST_REPEAT_BUYERS) -> SpendingFit:
    """Maximum likelihood of Gamma-Gamma (Fader & Hardie 2013, equation 1a) on the customers with repeats.

    Cannot be fitted where fewer than `least_repeat_buyers` have any, where all spend the same, or where the best fit
    has no finite average.
    """
    paid = _known_repeats(base) > 0
    left_out = int(((base.repeats > 0) & ~paid).sum())
    repeats, mean = base.repeats[paid], base.mean_value[paid]
    blank = SpendingFit("cannot_be_fitted", (), len(repeats), left_out)
    if len(repeats) < max(least_repeat_buyers, 2):
        return _without(blank, "too_few_repeat_buyers")
    if np.ptp(mean) <= 1e-9 * mean.max():
        return _without(blank, "amounts_do_not_vary")
    scale = float(mean.mean())
    starts = [np.array([2.0, 3.0, 1.0]), np.array([6.0, 4.0, 0.5])]
    maximum = maximise(lambda values: _log_likelihood(values, repeats, mean / scale), starts, float(len(repeats)))
    p, q, gamma = (float(value) for value in maximum.parameters * np.array([1.0, 1.0, scale]))
    if not maximum.converged or q <= 1:
        return _without(blank, "average_is_unbounded" if maximum.converged else "search_failed")
    errors = maximum.standard_errors
    return SpendingFit(
        status="loose" if errors is None else "fitted",
        reasons=("parameters_not_told_apart",) if errors is None else (),
        customers=len(repeats),
        left_out=left_out,
        correlation=_correlation(repeats, mean),
        model=GammaGamma(p, q, gamma),
        log_likelihood=maximum.log_likelihood - len(repeats) * float(np.log(scale)),
        standard_errors=None if errors is None else errors * np.array([1.0, 1.0, scale]),
        covariance=maximum.covariance,
    )


def _without(blank: SpendingFit, reason: SpendingReason) -> SpendingFit:
    return SpendingFit("cannot_be_fitted", (reason,), blank.customers, blank.left_out)


def _known_repeats(base: CustomerBase) -> Floats:
    """Repeats whose value is known to be above zero (n,)."""
    return np.where(base.mean_value > 0, base.repeats, 0.0)


def _correlation(repeats: Floats, mean: Floats) -> float | None:
    spread = float(repeats.std() * mean.std())
    return float(np.mean((repeats - repeats.mean()) * (mean - mean.mean())) / spread) if spread > 0 else None


def _log_likelihood(parameters: Floats, repeats: Floats, mean: Floats) -> tuple[float, Floats]:
    """Equation 1a in logarithms and its gradient by p, q and gamma, summed over customers."""
    p, q, gamma = parameters
    shape, total = p * repeats + q, np.log(gamma + repeats * mean)
    value = (
        scipy.special.gammaln(shape) - scipy.special.gammaln(p * repeats) - scipy.special.gammaln(q) + q * np.log(gamma)
    )
    value += (p * repeats - 1) * np.log(mean) + p * repeats * np.log(repeats) - shape * total
    psi = scipy.special.digamma(shape)
    of_p = repeats * (psi - scipy.special.digamma(p * repeats) + np.log(mean * repeats) - total)
    of_q = psi - scipy.special.digamma(q) + np.log(gamma) - total
    of_gamma = q / gamma - shape / (gamma + repeats * mean)
    return float(value.sum()), np.array([of_p.sum(), of_q.sum(), of_gamma.sum()])
