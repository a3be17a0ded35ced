"""Linear regression after absorbing effects, with standard errors that allow for locations and common shocks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analytics.errors import InvalidNumbers, NotIdentified
from analytics.panel import Codes, Floats

FEW_CLUSTERS = 10
_TOLERANCE = 1e-9
_SWEEPS = 10_000
_NOTHING = 1e-6


@dataclass(frozen=True)
class Regression:
    """Slopes (k,), their standard errors (k,), and the degrees of freedom of the t distribution to use with them."""

    slopes: Floats
    standard_errors: Floats
    degrees_of_freedom: int


def absorb(columns: Floats, effects: Sequence[Codes]) -> Floats:
    """What is left of `columns` (n, k) once every effect's group means are taken out, together.

    Method of alternating projections (Gaure 2013, "OLS with multiple high dimensional category variables", section 3).
    With no effects the overall mean is taken out. Raises InvalidNumbers when the sweeps do not settle.
    """
    left = columns - columns.mean(axis=0)
    averages = [_averaging(codes) for codes in effects]
    scale = np.maximum(np.abs(left).max(axis=0), np.finfo(float).tiny)
    for _ in range(_SWEEPS):
        moved = 0.0
        for spread, average in averages:
            means = average @ left
            left = left - spread @ means
            moved = max(moved, float((np.abs(means) / scale).max()))
        if len(averages) < 2 or moved < _TOLERANCE:
            return left
    raise InvalidNumbers("The effects could not be told apart: locations and periods hardly overlap.")


def slopes_of(outcome: Floats, regressors: Floats) -> Floats:
    """Least squares on absorbed columns: (n,) on (n, k); a regressor that is nothing but noise of rounding gets 0.

    Raises NotIdentified when the first regressor has nothing of its own left, beside the others too.
    """
    return _solve(outcome, regressors, _kept(regressors))


def regress(outcome: Floats, regressors: Floats, location: Codes, period: Codes) -> Regression:
    """Least squares on absorbed columns, with the errors clustered by location and by (serially related) period.

    Prices are set for many locations at once and shocks are common and last, so V = V_location + V_period - V_both,
    where the period part has Bartlett weights over lags (Driscoll & Kraay 1998; lag 4(T/100)^(2/9), Newey & West 1994)
    and the overlap is each location's own Newey-West sum: Chiang, Hansen & Sasaki 2024, equation 3, which extends the
    two-way clustering of Cameron, Gelbach & Miller 2011. Never less than either one-way variance. With fewer than
    ten locations only the period part is used: so few clusters cannot be averaged over (Cameron & Miller 2015).
    """
    kept = _kept(regressors)
    slopes = _solve(outcome, regressors, kept)
    used = regressors[:, kept]
    residual = outcome - regressors @ slopes
    bread = np.linalg.inv(used.T @ used)
    place, steps = np.unique(location, return_inverse=True)[1], period - period.min()
    cells = np.zeros((place.max() + 1, steps.max() + 1, used.shape[1]))
    cells[place, steps] = used * residual[:, None]
    variance, clusters = _variance(cells, bread, len(np.unique(period)))
    errors = np.zeros(len(slopes))
    errors[kept] = np.sqrt(variance * len(outcome) / max(len(outcome) - used.shape[1], 1))
    return Regression(slopes, errors, max(clusters - 1, 1))


def _variance(cells: Floats, bread: Floats, periods: int) -> tuple[Floats, int]:
    lag = int(4 * (periods / 100) ** (2 / 9))
    by_period = _diagonal(bread, _lagged(cells.sum(axis=0, keepdims=True), lag)) * periods / max(periods - 1, 1)
    locations = cells.shape[0]
    if locations < FEW_CLUSTERS:
        return by_period, periods
    sums = cells.sum(axis=1)
    by_location = _diagonal(bread, sums.T @ sums) * locations / (locations - 1)
    both = by_location + by_period - _diagonal(bread, _lagged(cells, lag))
    return np.maximum.reduce([both, by_location, by_period]), min(locations, periods)


def _lagged(cells: Floats, lag: int) -> Floats:
    """Bartlett-weighted long-run sum of scores (series, periods, k) over each series."""
    total = np.einsum("itk,itl->kl", cells, cells)
    for step in range(1, min(lag, cells.shape[1] - 1) + 1):
        product = np.einsum("itk,itl->kl", cells[:, step:], cells[:, :-step])
        total += (1 - step / (lag + 1)) * (product + product.T)
    return total


def _diagonal(bread: Floats, meat: Floats) -> Floats:
    return np.maximum(np.diag(bread @ meat @ bread), 0.0)


def _averaging(codes: Codes) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Operators that spread group values over rows, (n, groups), and average rows over groups, (groups, n)."""
    _, group, count = np.unique(codes, return_inverse=True, return_counts=True)
    rows = np.arange(len(codes))
    spread = sparse.csr_array((np.ones(len(codes)), (rows, group)), shape=(len(codes), len(count)))
    average = sparse.csr_array((1 / count[group], (group, rows)), shape=(len(count), len(codes)))
    return spread, average


def _kept(regressors: Floats) -> Codes:
    """The first regressor and those, in order, that add something the earlier ones do not already say."""
    if _own(regressors[:, 0], regressors[:, 1:]) <= _NOTHING:
        raise NotIdentified("Nothing is left of the first regressor beside the effects and the other regressors.")
    kept = [0]
    for column in range(1, regressors.shape[1]):
        if _own(regressors[:, column], regressors[:, kept]) > _NOTHING:
            kept.append(column)
    return np.array(kept, dtype=np.int64)


def _own(values: Floats, others: Floats) -> float:
    """Root mean square of what the others leave of a regressor."""
    left = values - others @ np.linalg.lstsq(others, values, rcond=None)[0] if others.size else values
    return float(np.sqrt(np.mean(left**2)))


def _solve(outcome: Floats, regressors: Floats, kept: Codes) -> Floats:
    slopes = np.zeros(regressors.shape[1])
    slopes[kept] = np.linalg.lstsq(regressors[:, kept], outcome, rcond=None)[0]
    return slopes
