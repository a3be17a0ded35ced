"""Poisson regression of counts with two sets of fixed effects, which keeps weeks without sales."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.pricing.panel import Codes, Floats
from analytics.statistics.errors import InvalidNumbers, NotIdentified

_STEPS, _SWEEPS, _CLOSE = 60, 200, 1e-9
_LARGEST_STEP = 30.0


@dataclass(frozen=True, eq=False)
class PoissonFit:
    """Slopes (k,) and their covariance (k, k) clustered, degrees of freedom; `expected` (n,) units, 0 where dropped."""

    slopes: Floats
    covariance: Floats
    degrees_of_freedom: int
    expected: Floats


def fit_poisson(units: Floats, regressors: Floats, effects: Sequence[Codes], cluster: Codes) -> PoissonFit:
    """Pseudo maximum likelihood of units (n,) = exp(x'b + effects) (Santos Silva & Tenreyro 2006, equation 9).

    Iterated weighted least squares, the effects taken out by alternating projections (Correia, Guimaraes & Zylkin 2020,
    section 3). Groups of an effect without sales are left out. Consistent whatever the variance
    is, as long as the mean is right; the covariance is clustered (Cameron & Miller 2015, equation 11).
    Raises InvalidNumbers for fewer than three clusters or too few rows, NotIdentified for a regressor without movement
    of its own.
    """
    kept = _informative(units, effects)
    y, x = units[kept].astype(float), regressors[kept].astype(float)
    groups = [_numbered(codes[kept]) for codes in effects]
    of_cluster = _numbered(cluster[kept]) if kept.any() else cluster[kept]
    clusters = int(of_cluster.max()) + 1 if len(of_cluster) else 0
    if clusters < 3 or len(y) <= x.shape[1] + sum(int(group.max()) + 1 for group in groups):
        raise InvalidNumbers(f"{len(y)} rows in {clusters} clusters are too few to fit a model on.")
    mean, slopes, within = _iterate(y, x, groups)
    scores = np.zeros((clusters, x.shape[1]))
    np.add.at(scores, of_cluster, within * (y - mean)[:, None])
    bread = np.linalg.inv(within.T @ (within * mean[:, None]))
    covariance = bread @ (scores.T @ scores) @ bread * clusters / (clusters - 1)
    expected = np.zeros(len(units))
    expected[kept] = mean
    return PoissonFit(slopes, covariance, clusters - 1, expected)


def _informative(units: Floats, effects: Sequence[Codes]) -> np.ndarray:
    """Mask (n,) of the rows whose groups all have sales."""
    kept, groups = np.ones(len(units), dtype=bool), [_numbered(codes) for codes in effects]
    for _ in range(len(units)):
        before = int(kept.sum())
        for numbered in groups:
            sold = np.bincount(numbered, np.where(kept, units, 0.0))
            kept &= sold[numbered] > 0
        if int(kept.sum()) == before:
            break
    return kept


def _iterate(y: Floats, x: Floats, groups: Sequence[Codes]) -> tuple[Floats, Floats, Floats]:
    """Expected units (n,), slopes (k,), and the regressors without effects (n, k)."""
    mean = (y + y.mean()) / 2
    index = np.log(mean)
    deviance = np.inf
    for _ in range(_STEPS):
        working = index + (y - mean) / mean
        within = _within(np.column_stack([working, x]), mean, groups)
        weighted = within[:, 1:] * mean[:, None]
        normal = within[:, 1:].T @ weighted
        if np.linalg.matrix_rank(normal, hermitian=True) < x.shape[1]:
            raise NotIdentified("A regressor has no movement of its own beside the effects and the others.")
        slopes = np.linalg.solve(normal, weighted.T @ within[:, 0])
        residual = within[:, 0] - within[:, 1:] @ slopes
        index = np.clip(working - residual, -_LARGEST_STEP, _LARGEST_STEP)
        mean = np.exp(index)
        new_deviance = 2 * float(
            np.where(y > 0, y * np.log(np.maximum(y, 1e-300) / mean), 0.0).sum() - (y - mean).sum()
        )
        if abs(new_deviance - deviance) <= _CLOSE * (1 + abs(new_deviance)):
            return mean, slopes, within[:, 1:]
        deviance = new_deviance
    raise InvalidNumbers("The regression does not settle.")


def _within(columns: Floats, weights: Floats, groups: Sequence[Codes]) -> Floats:
    """Columns (n, k) less every group's weighted means."""
    left = np.ascontiguousarray((columns - np.average(columns, axis=0, weights=weights)).T)
    totals = [np.bincount(group, weights) for group in groups]
    scale = np.abs(left).max(axis=1, keepdims=True) + 1e-12
    for _ in range(_SWEEPS if len(groups) > 1 else 1):
        moved = 0.0
        for group, total in zip(groups, totals, strict=True):
            means = np.array([np.bincount(group, column * weights) for column in left]) / total
            left -= means.take(group, axis=1)
            moved = max(moved, float((np.abs(means) / scale).max()))
        if moved < _CLOSE:
            break
    return left.T


def _numbered(codes: Codes) -> Codes:
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)
