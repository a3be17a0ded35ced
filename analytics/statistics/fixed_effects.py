"""Linear regression after absorbing effects, with standard errors that allow for locations and common shocks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.pricing.panel import Codes, Floats
from analytics.statistics.errors import NotIdentified

FEW_CLUSTERS = 10
_NOTHING = 1e-6
_RIDGE = 1e-10


@dataclass(frozen=True)
class Regression:
    """Slopes (k,), their standard errors (k,), and the degrees of freedom of the t distribution to use with them."""

    slopes: Floats
    standard_errors: Floats
    degrees_of_freedom: int


def absorb(columns: Floats, effects: Sequence[Codes]) -> Floats:
    """Residuals of `columns` (n, k) after the group means of at most two effects are taken out together.

    The second effect's coefficients solve the normal equations that are left when the first is taken out of them
    (Abowd, Creecy & Kramarz 2002, section 3). With no effects the overall mean is taken out.
    """
    residual = columns - columns.mean(axis=0)
    if not effects:
        return residual
    finest, *coarser = sorted(map(numbered, effects), key=lambda group: group.max(), reverse=True)
    for coarse in coarser:
        residual = residual - _second_effect(residual, finest, coarse)[coarse]
    return residual - _means(residual, finest)[finest]


def _second_effect(columns: Floats, first: Codes, second: Codes) -> Floats:
    """The coefficients (groups, k) of the second of two effects, up to a constant in each connected part.

    These constants make the equations singular. A ridge chooses among the solutions, and as the first effect takes
    the constants up, the choice does not matter; the second solution makes good what the ridge took.
    """
    groups = int(second.max()) + 1
    cells = np.bincount(first * groups + second, minlength=(int(first.max()) + 1) * groups).reshape(-1, groups)
    return solve_coarser(cells, _totals(columns - _means(columns, first)[first], second), len(columns))


def solve_coarser(cells: Codes, target: Floats, rows: int) -> Floats:
    """Coefficients (groups, k) of the coarser of two effects, from its sums (groups, k) without the finer one's means.

    `cells` (finer groups, groups) are the rows, `rows` in all. See `absorb`.
    """
    sizes = np.maximum(cells.sum(axis=1), 1)
    normal = np.diag(cells.sum(axis=0)) - cells.T @ (cells / sizes[:, None])
    inverse = np.linalg.inv(normal + np.eye(len(normal)) * (_RIDGE * rows))
    coefficients = inverse @ target
    return coefficients + inverse @ (target - normal @ coefficients)


def slopes_of(outcome: Floats, regressors: Floats) -> Floats:
    """Least squares on absorbed columns: (n,) on (n, k); a regressor that is rounding noise alone gets 0.

    Raises NotIdentified when the first regressor has nothing of its own left, beside the others too.
    """
    triangle = _triangle(outcome, regressors)
    return _solve(triangle, _kept(triangle))


def regress(outcome: Floats, regressors: Floats, location: Codes, period: Codes) -> Regression:
    """Least squares on absorbed columns, with the errors clustered by location and by (serially related) period.

    Prices are set for many locations at once and shocks are common and last, so V = V_location + V_period - V_both,
    where the period part has Bartlett weights over lags (Driscoll & Kraay 1998; lag 4(T/100)^(2/9), Newey & West 1994)
    and the overlap is each location's own Newey-West sum: Chiang, Hansen & Sasaki 2024, equation 3, which extends the
    two-way clustering of Cameron, Gelbach & Miller 2011. Never less than either one-way variance. With fewer than
    ten locations only the period part is used: so few clusters cannot be averaged over (Cameron & Miller 2015).
    """
    triangle = _triangle(outcome, regressors)
    kept = _kept(triangle)
    slopes = _solve(triangle, kept)
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
    two_way = by_location + by_period - _diagonal(bread, _lagged(cells, lag))
    return np.maximum.reduce([two_way, by_location, by_period]), min(locations, periods)


def _lagged(cells: Floats, lag: int) -> Floats:
    """Bartlett-weighted long-run sum of scores (series, periods, k) over each series."""
    width = cells.shape[2]
    total = cells.reshape(-1, width).T @ cells.reshape(-1, width)
    for step in range(1, min(lag, cells.shape[1] - 1) + 1):
        product = cells[:, step:].reshape(-1, width).T @ cells[:, :-step].reshape(-1, width)
        total += (1 - step / (lag + 1)) * (product + product.T)
    return total


def _diagonal(bread: Floats, meat: Floats) -> Floats:
    return np.maximum(np.diag(bread @ meat @ bread), 0.0)


def numbered(codes: Codes) -> Codes:
    """The groups (n,) numbered from 0, with gaps where that is cheap."""
    numbered = codes - codes.min()
    return numbered if 4 * numbered.max() < len(codes) else np.unique(codes, return_inverse=True)[1]


def _sizes(group: Codes) -> Codes:
    """Rows by group, and 1 where there is none, to divide by."""
    return np.maximum(np.bincount(group), 1)


def _totals(columns: Floats, group: Codes) -> Floats:
    """Sums of columns (n, k) by group: (groups, k)."""
    return np.array([np.bincount(group, column) for column in columns.T], dtype=np.float64).T


def _means(columns: Floats, group: Codes) -> Floats:
    return _totals(columns, group) / _sizes(group)[:, None]


def _triangle(outcome: Floats, regressors: Floats) -> Floats:
    """The regressors and the outcome turned into as few rows as there are columns, of the same lengths and angles.

    Scaled by the number of rows, so that a column's length is its root mean square.
    """
    return np.linalg.qr(np.column_stack([regressors, outcome]), mode="r") / np.sqrt(len(outcome))


def _kept(triangle: Floats) -> Codes:
    """The first regressor and those, in order, that add something the earlier ones do not already say."""
    regressors = triangle[:, :-1]
    if _own(regressors[:, 0], regressors[:, 1:]) <= _NOTHING:
        raise NotIdentified("Nothing is left of the first regressor beside the effects and the other regressors.")
    kept = [0]
    for column in range(1, regressors.shape[1]):
        if _own(regressors[:, column], regressors[:, kept]) > _NOTHING:
            kept.append(column)
    return np.array(kept, dtype=np.int64)


def _own(values: Floats, others: Floats) -> float:
    """Root mean square of a regressor's residual on the others."""
    residual = values - others @ np.linalg.lstsq(others, values, rcond=None)[0] if others.size else values
    return float(np.linalg.norm(residual))


def _solve(triangle: Floats, kept: Codes) -> Floats:
    slopes = np.zeros(triangle.shape[1] - 1)
    slopes[kept] = np.linalg.lstsq(triangle[:, kept], triangle[:, -1], rcond=None)[0]
    return slopes
