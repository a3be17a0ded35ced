"""Forecasts of steady or trending series: an average over exponential smoothing models, errors taken at past origins.

Half the weight goes to simple exponential smoothing with half of the straight line's slope as drift, which is the Theta
method (Assimakopoulos & Nikolopoulos 2000; Hyndman & Billah 2003), half to damped trends (Gardner & McKenzie 1985).
Such plain combinations do better than their parts (Makridakis & Hibon 2000; Petropoulos & Svetunkov 2020).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.pricing.panel import Floats

_LEVEL = (0.02, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
_TREND = (0.0, 0.1, 0.3)
_DAMPING = (0.8, 0.9, 0.98)
_PLAIN = [(level, 0.0, 0.0) for level in _LEVEL]
_DAMPED = [(level, trend, damping) for level in _LEVEL for trend in _TREND for damping in _DAMPING]
_ALPHA, _SHARE, _PHI = np.array(_PLAIN + _DAMPED).T
_BETA = _ALPHA * _SHARE
_IS_PLAIN = np.arange(_ALPHA.size) < len(_PLAIN)

ORIGINS = 30
FIRST_ORIGIN = 4
BELIEF = 20.0
"""Errors at past origins move the scale as against so many that came out as the model says."""


@dataclass(frozen=True, eq=False)
class SmoothedPath:
    """Mean, variance of each period, and variance of the running total, for each period ahead: (horizon,)."""

    mean: Floats
    variance: Floats
    total_variance: Floats


@dataclass(frozen=True, eq=False)
class _Fits:
    """Level, trend, weight and error variance of every model at each origin (origins, ways), and the drift."""

    origin: NDArray[np.int64]
    level: Floats
    trend: Floats
    weight: Floats
    variance: Floats
    drift: Floats


def smooth_ahead(units: Floats, horizon: int, weights: Floats, least_square: float) -> SmoothedPath:
    """Mean and variances of demand over `horizon` periods after `units` (T,), NaN where missing, at least five known.

    `weights` (horizon,) is what each period ahead counts in the total (its seasonal factor). `least_square`, above
    zero, joins the sum of squared errors, so that a history without any is not taken for certainty. Variances hold the
    noise as it builds up (Hyndman et al. 2008, chapter 6), the ways' disagreement, and a scale from errors at the last
    ORIGINS origins, each forecast from what came before it alone; nu / (nu - 2) is for the scale's own uncertainty, as
    in a t law.
    """
    fits = _fit(units, least_square)
    noise = _noise(horizon)
    spread = fits.weight * fits.variance
    ahead = _ahead(fits, horizon)
    mean = np.einsum("og,ogh->oh", fits.weight, ahead)
    apart = ahead - mean[:, None]
    variance = spread @ np.cumsum(noise**2, axis=1) + np.einsum("og,ogh->oh", fits.weight, apart**2)
    scale = _scale(units, fits.origin, mean, variance)
    freedom = max(int(np.isfinite(units).sum()) - 3, 3)
    scale *= freedom / (freedom - 2)
    gathered = spread[-1] @ _gathered_noise(noise, weights)
    gathered += fits.weight[-1] @ np.cumsum(apart[-1] * weights, axis=1) ** 2
    return SmoothedPath(mean[-1], scale * variance[-1], scale * gathered)


def _fit(units: Floats, least_square: float) -> _Fits:
    """Initial states by least squares (with one pseudo-observation of no trend), weights by likelihood, at each origin.

    Errors are linear in the initial level and trend, so that three passes give them for every start at once: that of
    the data from zero, and those of a unit level and a unit trend.
    """
    observed = np.isfinite(units)
    error, level, trend = _three_passes(units, observed)
    known_count = np.cumsum(observed)
    first_origin = int(np.searchsorted(known_count, FIRST_ORIGIN))
    origin = np.arange(max(min(first_origin, units.size - 1), units.size - 1 - ORIGINS), units.size)

    def products(left_pass: int, right_pass: int) -> Floats:
        left, right, first = error[:, left_pass], error[:, right_pass], origin[0]
        past = np.einsum("tg,tg->g", left[:first], right[:first])
        return past + np.cumsum(left[first:] * right[first:], axis=0)

    intercept_square, with_level, with_trend = products(0, 0), products(0, 1), products(0, 2)
    level_square, trend_square, cross = products(1, 1) + 1e-9, products(2, 2) + 1.0, products(1, 2)
    determinant = level_square * trend_square - cross**2
    start = (with_trend * cross - with_level * trend_square) / determinant
    slope = (with_level * cross - with_trend * level_square) / determinant
    squares = np.maximum(intercept_square + start * with_level + slope * with_trend, 0.0) + least_square
    count = known_count[origin][:, None]
    weight = np.empty_like(squares)
    for group in (_IS_PLAIN, ~_IS_PLAIN):
        relative = squares[:, group] / squares[:, group].min(axis=1, keepdims=True)
        likelihood = relative ** (-count / 2)
        weight[:, group] = 0.5 * likelihood / likelihood.sum(axis=1, keepdims=True)

    def states(parts: Floats) -> Floats:
        return parts[origin, 0] + start * parts[origin, 1] + slope * parts[origin, 2]

    drift = _running_slope(units, observed)[origin] / 2
    return _Fits(origin, states(level), states(trend), weight, squares / np.maximum(count - 3, 1), drift)


def _three_passes(units: Floats, observed: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Errors, levels and trends (T, 3, ways); a missing period moves the level by its trend and has no error."""
    shape = (units.size, 3, _ALPHA.size)
    errors, levels, trends = np.zeros(shape), np.empty(shape), np.empty(shape)
    alpha, beta, phi = (np.tile(row, (3, 1)) for row in (_ALPHA, _BETA, _PHI))
    last_level, last_trend, moved = np.zeros(shape[1:]), np.zeros(shape[1:]), np.empty(shape[1:])
    last_level[1], last_trend[2] = 1.0, ~_IS_PLAIN
    for error, level, trend, unit, seen in zip(errors, levels, trends, units, observed, strict=True):
        np.multiply(phi, last_trend, out=trend)
        np.add(last_level, trend, out=level)
        if seen:
            np.negative(level, out=error)
            error[0] += unit
            level += np.multiply(alpha, error, out=moved)
            trend += np.multiply(beta, error, out=moved)
        last_level, last_trend = level, trend
    return errors, levels, trends


def _running_slope(units: Floats, observed: NDArray[np.bool_]) -> Floats:
    """The least-squares line's slope through what was seen up to each period, (T,); 0 before two were."""
    at = np.arange(units.size) * observed
    value = np.where(observed, units - units[observed][0], 0.0)
    count = np.maximum(np.cumsum(observed), 1)
    sum_at = np.cumsum(at)
    spread = np.cumsum(at**2) - sum_at**2 / count
    joint = np.cumsum(at * value) - sum_at * np.cumsum(value) / count
    return np.where(spread > 0.25, joint / np.maximum(spread, 0.25), 0.0)


def _ahead(fits: _Fits, horizon: int) -> Floats:
    """Expected units of every smoothing model from each origin, (origins, ways, horizon)."""
    steps = np.arange(1, horizon + 1)
    trends = np.cumsum(_PHI[:, None] ** steps, axis=1)
    drift = np.where(_IS_PLAIN, fits.drift[:, None], 0.0)
    return fits.level[:, :, None] + fits.trend[:, :, None] * trends + drift[:, :, None] * steps


def _noise(horizon: int) -> Floats:
    """Weight of one period's error in later periods, (ways, horizon): 1, then alpha + beta (phi + ... + phi^j)."""
    later = _ALPHA[:, None] + _BETA[:, None] * np.cumsum(_PHI[:, None] ** np.arange(1, horizon), axis=1)
    return np.concatenate([np.ones((_ALPHA.size, 1)), later], axis=1)


def _gathered_noise(noise: Floats, weights: Floats) -> Floats:
    """Variance of the running weighted totals for errors of variance 1, (ways, horizon)."""
    gathered = np.zeros_like(noise)
    for start in range(len(weights)):
        gathered[:, start:] += np.cumsum(weights[start:] * noise[:, : len(weights) - start], axis=1) ** 2
    return gathered


def _scale(units: Floats, origin: NDArray[np.int64], mean: Floats, variance: Floats) -> float:
    """Squared errors at past origins relative to their variance; one that is h periods ahead counts 1 / h."""
    horizon = mean.shape[1]
    target_period = origin[:-1, None] + np.arange(1, horizon + 1)
    actual = np.where(target_period < units.size, units[np.minimum(target_period, units.size - 1)], np.nan)
    relative = (actual - mean[:-1]) ** 2 / variance[:-1]
    counts = np.isfinite(relative) / np.arange(1, horizon + 1)
    return float((BELIEF + np.nansum(relative * counts)) / (BELIEF + counts.sum()))
