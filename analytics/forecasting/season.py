"""Tests for seasonality, and seasonal factors."""

import numpy as np
import scipy
from numpy.typing import NDArray

from analytics.pricing.panel import Floats

SEASONS_NEEDED = 3
SIGNIFICANT = 1.645
UNLIKELY, VERY_UNLIKELY = 1e-3, 1e-6


def repeats(units: Floats, season: int) -> bool:
    """True if `units` (T,), NaN where missing, of three seasons at least, repeat every `season` periods.

    Either the autocorrelation at that lag is above z sqrt((1 + 2 (r_1^2 + ... + r_(m-1)^2)) / T), z = 1.645, the test
    of the M3's Theta and the M4's benchmarks (Assimakopoulos & Nikolopoulos 2000; Fiorucci et al. 2016); or
    `clearly_repeats` at a chance of 1 in 1,000, as smooth waves fail the former: they correlate at all lags.
    """
    if not _enough(units, season):
        return False
    return _correlates(units, season) or _chance(units, season) < UNLIKELY


def clearly_repeats(units: Floats, season: int) -> bool:
    """True if an F test of the ratios to the moving average, by place in the season, has p below 1 in 1,000,000."""
    return _enough(units, season) and _chance(units, season) < VERY_UNLIKELY


def season_factors(units: Floats, season: int) -> Floats:
    """Factors (season,) of mean 1, the first that of the first of `units` (T,), which `repeats` holds for.

    Ratios to a centred moving average, averaged by place in the season (Makridakis, Wheelwright & Hyndman 1998,
    section 3/4), then drawn towards 1 by as much as their spread is chance (Miller & Williams 2003, James-Stein).
    Missing periods are bridged by a straight line for the moving average only.
    """
    ratio, place = _ratios(units, season)
    count = np.bincount(place, minlength=season)
    factor = np.bincount(place, ratio, minlength=season) / count
    strayed = ratio - factor[place]
    noise = float(strayed @ strayed) / max(len(ratio) - season, 1) * float(np.mean(1 / count))
    factor = factor / factor.mean()
    spread = float(((factor - 1) ** 2).sum()) / (season - 1)
    kept = 1 - (season - 3) / (season - 1) * noise / spread if season > 3 and spread > 0 else 1.0
    return 1 + max(kept, 0.0) * (factor - 1)


def _enough(units: Floats, season: int) -> bool:
    """True with three known seasons, each place in the season known twice beside the moving average, and some change.

    A series that hardly changes against its level is taken as constant.
    """
    known = units[np.isfinite(units)]
    if season < 2 or known.size < SEASONS_NEEDED * season or np.ptp(known) <= 1e-9 * known.max():
        return False
    return bool(np.bincount(_ratios(units, season)[1], minlength=season).min() >= 2)


def _correlates(units: Floats, season: int) -> bool:
    seen = np.isfinite(units)
    centred = np.where(seen, units - units[seen].mean(), 0.0)
    correlation = np.array([centred[lag:] @ centred[:-lag] for lag in range(1, season + 1)]) / (centred @ centred)
    spread = (1 + 2 * (correlation[:-1] ** 2).sum()) / seen.sum()
    return bool(correlation[-1] > SIGNIFICANT * np.sqrt(spread))


def _chance(units: Floats, season: int) -> float:
    """The p-value of one-way analysis of variance of the ratios by place in the season."""
    ratio, place = _ratios(units, season)
    count = np.bincount(place, minlength=season)
    factor = np.bincount(place, ratio, minlength=season) / count
    within = float(((ratio - factor[place]) ** 2).sum()) / (len(ratio) - season)
    between = float((count * (factor - ratio.mean()) ** 2).sum()) / (season - 1)
    return float(scipy.special.fdtrc(season - 1, len(ratio) - season, between / max(within, 1e-12)))


def _ratios(units: Floats, season: int) -> tuple[Floats, NDArray[np.int64]]:
    """Known units over their centred moving average, half a season in from both ends, and their place in the season."""
    seen, at = np.isfinite(units), np.arange(units.size)
    weights = np.full(season, 1.0) if season % 2 else np.r_[0.5, np.ones(season - 1), 0.5]
    average = np.convolve(np.interp(at, at[seen], units[seen]), weights / season, "valid")
    half = len(weights) // 2
    middle = slice(half, units.size - half)
    known = seen[middle] & (average > 1e-9)
    return units[middle][known] / average[known], at[middle][known] % season
