"""Competitor reaction to the brand's price changes over time, and cross-price elasticity of its sales."""

from dataclasses import dataclass

import numpy as np

from analytics.pricing.elasticity import t_quantile
from analytics.pricing.panel import Codes, Floats
from analytics.pricing.poisson_panel import fit_poisson
from analytics.statistics.errors import InvalidNumbers, NotIdentified

LAGS = 12
LEAST_WEEKS, LEAST_PRODUCTS = 30, 6
_LEAST_MOVES = 20


@dataclass(frozen=True, eq=False)
class ReactionEstimate:
    """Percent change of rivals' prices for one percent of the brand's, after `LAGS` weeks; `path` (LAGS + 1,) by week.

    `within(weeks)` is the mean of the path over the weeks after a change, with its standard error.
    """

    long_run: float
    low: float
    high: float
    coverage: float
    degrees_of_freedom: int
    path: Floats
    covariance: Floats
    rows: int

    @property
    def significant(self) -> bool:
        """True if rivals significantly follow; a significant move the other way does not count."""
        return self.low > 0

    def within(self, weeks: int) -> tuple[float, float]:
        weights = np.array([sum(min(week, LAGS) >= lag for week in range(weeks)) for lag in range(LAGS + 1)]) / weeks
        steps = np.diff(self.path, prepend=0.0)
        return float(weights @ steps), float(np.sqrt(max(weights @ self.covariance @ weights, 0.0)))


def estimate_competitor_reaction(
    own: Floats, others: Floats, rivals: Floats, coverage: float = 0.90
) -> ReactionEstimate:
    """A finite distributed lag of changes (Greene 2018, section 11.3): each rival's log price on the brand's own.

    Of weeks (T,), products P, the brand's other channels C and rivals R, NaN where not known: `own` (T, P) and `others`
    (T, P, C) are the brand's log prices, `rivals` (T, P, R) theirs. d log r_t = sum over 0..LAGS of b_k d log own_t-k,
    the other channels' changes and every week's own mean taken out, so that neither common shocks nor a channel that
    moves along count as a reaction. The long run is the sum of b; errors are clustered by product, with t of the
    products less one (Cameron & Miller 2015).
    Raises InvalidNumbers for too few weeks, products or price changes, NotIdentified where the changes do not suffice.
    """
    weeks, products = own.shape
    moves = int(np.count_nonzero(np.abs(np.nan_to_num(np.diff(own, axis=0))) > 1e-6))
    if weeks < LEAST_WEEKS or products < LEAST_PRODUCTS or moves < _LEAST_MOVES:
        raise InvalidNumbers(f"{weeks} weeks of {products} products with {moves} price changes are too few.")
    changes = np.concatenate([own[:, :, None], others], axis=2)
    changes = np.diff(changes, axis=0)
    lagged = np.stack([changes[LAGS - lag : len(changes) - lag] for lag in range(LAGS + 1)], axis=3)
    rival_changes = np.diff(rivals, axis=0)[LAGS:]
    y, x, week, product = _stacked(rival_changes, lagged.reshape(*lagged.shape[:2], -1))
    moves = [place for place in range(x.shape[1]) if np.any(x[:, place])]
    if not len(y) or moves[: LAGS + 1] != list(range(LAGS + 1)):
        raise NotIdentified("Prices did not change at times that tell what follows.")
    return _summed(y, x[:, moves], week, product, coverage)


def _stacked(moved: Floats, lagged: Floats) -> tuple[Floats, Floats, Codes, Codes]:
    """Rows of every known (week, product, rival), and which week and product each is of."""
    known = np.isfinite(moved) & np.isfinite(lagged.sum(axis=2, keepdims=True))
    week, product, _ = np.nonzero(known)
    return moved[known], lagged[week, product], week.astype(np.int64), product.astype(np.int64)


def _summed(y: Floats, x: Floats, week: Codes, product: Codes, coverage: float) -> ReactionEstimate:
    clusters = len(np.unique(product))
    if clusters < LEAST_PRODUCTS or len(y) < 2 * x.shape[1]:
        raise InvalidNumbers(f"{len(y)} changes of rivals' prices of {clusters} products are too few.")
    counts = np.maximum(np.bincount(week), 1)

    def within(column: Floats) -> Floats:
        return column - (np.bincount(week, column) / counts)[week]

    regressors = np.column_stack([within(column) for column in x.T])
    outcome = within(y)
    bread = np.linalg.pinv(regressors.T @ regressors)
    slopes = bread @ (regressors.T @ outcome)
    residual = outcome - regressors @ slopes
    scores = np.zeros((int(product.max()) + 1, regressors.shape[1]))
    np.add.at(scores, product, regressors * residual[:, None])
    covariance = bread @ (scores.T @ scores) @ bread * clusters / (clusters - 1)
    own_price = slice(0, LAGS + 1)
    total, error = float(slopes[own_price].sum()), float(np.sqrt(max(covariance[own_price, own_price].sum(), 0.0)))
    reach = t_quantile((1 + coverage) / 2, clusters - 1) * error
    return ReactionEstimate(
        long_run=total,
        low=total - reach,
        high=total + reach,
        coverage=coverage,
        degrees_of_freedom=clusters - 1,
        path=np.cumsum(slopes[own_price]),
        covariance=covariance[own_price, own_price],
        rows=len(y),
    )


@dataclass(frozen=True)
class CrossElasticity:
    """Percent of the brand's units for one percent of rivals' prices."""

    elasticity: float
    standard_error: float
    low: float
    high: float
    coverage: float

    @property
    def significant(self) -> bool:
        return self.low > 0


def rivals_cross_elasticity(
    units: Floats, own: Floats, rivals: Floats, deal: Floats, coverage: float = 0.90
) -> CrossElasticity:
    """Cross-price elasticity from (T, P) units, own and rivals' log price, and share of the week under a deal.

    Poisson regression over all products with effects for product by quarter and for the week (`poisson_panel`), own
    price and deals held constant, errors clustered by product. Raises InvalidNumbers or NotIdentified.
    """
    known = np.isfinite(units) & np.isfinite(own) & np.isfinite(rivals)
    week, product = (codes.astype(np.int64) for codes in np.nonzero(known))
    if len(np.unique(product)) < LEAST_PRODUCTS or (week.size and np.ptp(week) + 1 < LEAST_WEEKS):
        raise InvalidNumbers("Too few products or weeks with rivals' prices are known.")
    quarters = product * (int(week.max()) // 13 + 1) + week // 13
    regressors = [rivals[known], own[known]] + ([deal[known]] if deal[known].any() else [])
    fitted = fit_poisson(units[known], np.column_stack(regressors), (quarters, week), product)
    value, error = float(fitted.slopes[0]), float(np.sqrt(fitted.covariance[0, 0]))
    reach = t_quantile((1 + coverage) / 2, fitted.degrees_of_freedom) * error
    return CrossElasticity(value, error, value - reach, value + reach, coverage)
