"""Maximum likelihood over positive parameters, with standard errors from the observed information."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.pricing.panel import Floats

_LIMIT = np.log(1e4)
_STEP = 1e-4
_LOOSE = 2.0
_RETRIES = 3

LogLikelihood = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True, eq=False)
class Maximum:
    """The maximum of a likelihood. `covariance` (k, k) is that of the parameters' logarithms.

    None where the data do not pin every parameter down: the surface is flat, rises to the edge of what is searched, or
    leaves a parameter uncertain by more than a factor of e^2 either way.
    """

    parameters: Floats
    log_likelihood: float
    covariance: Floats | None
    converged: bool

    @property
    def standard_errors(self) -> Floats | None:
        """Standard errors (k,) of the parameters themselves, by the delta method."""
        return None if self.covariance is None else self.parameters * np.sqrt(np.diag(self.covariance))


def maximise(log_likelihood: LogLikelihood, starts: Sequence[Floats], rows: float) -> Maximum:
    """The maximum over positive parameters (k,), searched in logarithms from each start by L-BFGS-B.

    `log_likelihood` gives value and gradient (k,); `rows` is the number of observations, for scale. The covariance is
    the inverse of the observed information (Efron & Hinkley 1978), differences of the exact gradient.
    """
    from scipy import optimize

    def downhill(logs: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(np.exp(logs))
        return -value / rows, -gradient * np.exp(logs) / rows

    bounds = [(-_LIMIT, _LIMIT)] * len(starts[0])
    options = {"ftol": 1e-14, "gtol": 1e-8, "maxiter": 500}

    def search(start: Floats) -> "optimize.OptimizeResult":
        return optimize.minimize(downhill, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)

    best = min((search(np.log(start)) for start in starts), key=lambda result: float(result.fun))
    for _ in range(_RETRIES):
        again = search(best.x)
        if again.fun >= best.fun:
            break
        best = again
    slope = float(np.abs(downhill(best.x)[1]).max())
    inside = bool((np.abs(best.x) < _LIMIT - 0.01).all())
    covariance = _covariance(lambda logs: downhill(logs)[1] * rows, best.x) if inside else None
    return Maximum(np.exp(best.x), -float(best.fun) * rows, covariance, slope < 1e-4 or not inside)


def _covariance(gradient: Callable[[Floats], Floats], logs: Floats) -> Floats | None:
    steps = _STEP * np.eye(len(logs))
    information = np.array([(gradient(logs + step) - gradient(logs - step)) / (2 * _STEP) for step in steps])
    information = (information + information.T) / 2
    values, vectors = np.linalg.eigh(information)
    if values[0] <= 1e-10 * values[-1]:
        return None
    covariance = (vectors / values) @ vectors.T
    return covariance if np.sqrt(np.diag(covariance)).max() < _LOOSE else None


def delta_error(function: Callable[[Floats], float], parameters: Floats, covariance: Floats) -> float:
    """Standard error of a function of the parameters, given the covariance of their logarithms (delta method)."""
    up, down = np.exp(_STEP), np.exp(-_STEP)
    moves = np.eye(len(parameters), dtype=bool)
    slope = np.array(
        [
            (function(np.where(move, up, 1.0) * parameters) - function(np.where(move, down, 1.0) * parameters))
            / (2 * _STEP)
            for move in moves
        ]
    )
    return float(np.sqrt(max(slope @ covariance @ slope, 0.0)))
