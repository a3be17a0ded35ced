"""Effect of an intervention on a time series against a synthetic control, with a conformal interval."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers

EffectReason = Literal[
    "too_little_history", "too_few_periods_after", "no_controls", "series_missing", "poor_pre_fit", "interval_unbounded"
]
_PENALTIES = tuple(10.0**power for power in range(-2, 5))
_SHARES = (0.0, 1.0)
_FEWEST_TO_FIT = 10


@dataclass(frozen=True)
class EffectEstimate:
    """Totals over the window after the start, in the series' unit, with the interval at `coverage`; or why not.

    `pre_fit_error` is the root mean square error of forecasts made at earlier starts for the mean of an equally long
    window, as a share of the series' mean absolute level. `method` names the estimator.
    """

    measurable: bool
    reasons: tuple[EffectReason, ...]
    coverage: float
    periods_before: int
    periods_after: int
    controls_used: int
    realised: float | None = None
    counterfactual: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    pre_fit_error: float | None = None
    p_value_of_no_effect: float | None = None
    method: str = "ridge synthetic control, conformal interval"


def measure_effect(
    treated: Floats,
    controls: Floats,
    start_index: int,
    *,
    coverage: float = 0.80,
    least_before: int = 20,
    least_after: int = 2,
    worst_pre_fit: float = 0.50,
) -> EffectEstimate:
    """The effect on `treated` (T,) from `start_index` on, against `controls` (T, K) that were left alone.

    The counterfactual is a share (none or all) of the controls' common movement, in proportion to their levels, as
    in a difference in differences, plus a ridge regression of the rest on the controls with an intercept (synthetic
    control as regression: Abadie, Diamond & Hainmueller 2010; Doudchenko & Imbens 2016, section 4). Share and penalty
    are those that would have foreseen best at earlier starts.

    The interval holds every constant effect a period that a moving-block conformal test does not reject: under the
    hypothesis the effect is taken off, the model fitted to all periods, and the window's residual sum compared with
    that of every cyclic shift (Chernozhukov, Wüthrich & Zhu 2021, section 2.2). As ridge is linear in the outcome, the
    interval's ends are found exactly. That test trusts residuals to be stationary; as real series drift, the interval
    is also never narrower than what forecasts at earlier starts missed by (the conformal quantile of their misses).

    A control with a gap or without movement before the start is left out. Not measurable: a history shorter than
    `least_before` or than twice the window, fewer than `least_after` periods since, or a worse fit before than
    `worst_pre_fit` (a share of the level).
    Raises InvalidNumbers when shapes or the start do not fit.
    """
    treated, controls = np.asarray(treated, dtype=float), np.asarray(controls, dtype=float)
    if treated.ndim != 1 or controls.ndim != 2 or len(controls) != len(treated):
        raise InvalidNumbers(f"A series (T,) and controls (T, K) are needed, not {treated.shape}, {controls.shape}.")
    if not 0 <= start_index <= len(treated) or not 0 < coverage < 1:
        raise InvalidNumbers("The start must lie inside the series and the coverage between 0 and 1.")
    usable = controls[:, _moving(controls, start_index)]
    before, after = start_index, len(treated) - start_index
    reasons = _obstacles(treated, usable, max(least_before, 2 * after), before, after, least_after)
    blank = EffectEstimate(False, reasons, coverage, before, after, usable.shape[1])
    return blank if reasons else _measured(treated, usable, blank, worst_pre_fit)


def _moving(controls: Floats, start: int) -> NDArray[np.bool_]:
    complete = np.isfinite(controls).all(axis=0)
    before = np.where(complete, controls, 0.0)[: max(start, 1)]
    return np.logical_and(complete, np.ptp(before, axis=0) > 0)


def _obstacles(
    treated: Floats, controls: Floats, least_before: int, before: int, after: int, least_after: int
) -> tuple[EffectReason, ...]:
    obstacles: dict[EffectReason, bool] = {
        "series_missing": not np.isfinite(treated).all(),
        "too_little_history": before < least_before,
        "too_few_periods_after": after < least_after,
        "no_controls": controls.shape[1] == 0,
    }
    return tuple(reason for reason, holds in obstacles.items() if holds)


@dataclass(frozen=True)
class _Fit:
    """Residuals (T,) of the outcome and of the effect's step, and the errors of earlier forecasts of a window's sum."""

    outcome: Floats
    step: Floats
    misses: Floats


def _fit(treated: Floats, controls: Floats, start: int, window: int) -> _Fit:
    scaled = (controls - controls[:start].mean(axis=0)) / controls[:start].std(axis=0)
    level = np.abs(treated[:start]).mean()
    common = level * (controls / np.abs(controls[:start]).mean(axis=0)).mean(axis=1)
    apart = np.column_stack([treated - share * common for share in _SHARES])
    misses = _rolling_misses(apart[:start], scaled[:start], window)
    best = int(np.argmin(np.mean(misses**2, axis=1)))
    unexplained = _residual_maker(scaled, _PENALTIES[best % len(_PENALTIES)])
    step = (np.arange(len(treated)) >= start).astype(float)
    return _Fit(unexplained @ apart[:, best // len(_PENALTIES)], unexplained @ step, misses[best])


def _measured(treated: Floats, controls: Floats, blank: EffectEstimate, worst_pre_fit: float) -> EffectEstimate:
    start, window = blank.periods_before, blank.periods_after
    fit = _fit(treated, controls, start, window)
    outcome, step = _window_sums(fit.outcome, window), _window_sums(fit.step, window)
    level = float(np.abs(treated[:start]).mean())
    poor = float(np.sqrt(np.mean(fit.misses**2))) / window / level if level > 0 else float("inf")
    if poor > worst_pre_fit:
        return replace(blank, reasons=("poor_pre_fit",), pre_fit_error=poor)
    ends = _accepted(outcome, step, 1 - blank.coverage)
    if ends is None:
        return replace(blank, reasons=("interval_unbounded",), pre_fit_error=poor)
    effect, missed = window * float(outcome[0] / step[0]), _quantile(fit.misses, blank.coverage)
    realised = float(treated[start:].sum())
    return replace(
        blank,
        measurable=True,
        realised=realised,
        counterfactual=realised - effect,
        effect=effect,
        low=min(window * ends[0], effect - missed),
        high=max(window * ends[1], effect + missed),
        pre_fit_error=poor,
        p_value_of_no_effect=float(_p_values(np.abs(outcome))),
    )


def _residual_maker(controls: Floats, penalty: float) -> Floats:
    """The matrix (T, T) that maps an outcome to its residuals of a ridge on the controls with a free intercept."""
    periods = len(controls)
    centring = np.eye(periods) - 1 / periods
    centred = centring @ controls
    gram = centred.T @ centred + penalty * periods * np.eye(controls.shape[1])
    return centring - centred @ np.linalg.solve(gram, centred.T)


def _rolling_misses(treated: Floats, controls: Floats, window: int) -> Floats:
    """Errors of forecasts of series (T, n) made at earlier starts for their window's sum, (n x penalties, starts)."""
    first = max(len(treated) // 3, _FEWEST_TO_FIT)
    starts = range(min(first, len(treated) - window), len(treated) - window + 1)
    return np.column_stack([_misses(treated, controls, start, window) for start in starts])


def _misses(treated: Floats, controls: Floats, start: int, window: int) -> Floats:
    """Errors of each series under each penalty of a fit up to `start` that forecasts the sum of the next `window`."""
    centre, level = controls[:start].mean(axis=0), treated[:start].mean(axis=0)
    centred = controls[:start] - centre
    values, vectors = np.linalg.eigh(centred.T @ centred)
    pull = vectors.T @ (centred.T @ (treated[:start] - level))
    ahead = (controls[start : start + window] - centre).sum(axis=0) @ vectors
    stiffness = np.maximum(values, 0)[:, None] + np.array(_PENALTIES) * start
    foreseen = window * level[:, None] + (ahead[:, None] * pull).T @ (1 / stiffness)
    return (treated[start : start + window].sum(axis=0)[:, None] - foreseen).ravel()


def _quantile(misses: Floats, coverage: float) -> float:
    """The split-conformal quantile of absolute misses: the ceil((n + 1) coverage)-th smallest."""
    rank = int(np.ceil((len(misses) + 1) * coverage)) - 1
    return float(np.sort(np.abs(misses))[min(rank, len(misses) - 1)])


def _window_sums(residual: Floats, window: int) -> Floats:
    """Sums over every cyclic window (T,); the first is the window after the start."""
    shifts = (np.arange(len(residual))[:, None] + np.arange(len(residual) - window, len(residual))) % len(residual)
    return residual[shifts].sum(axis=1)


def _p_values(statistics: Floats) -> Floats:
    """The share of each row's (..., T) statistics that are no less than its first."""
    return np.mean(statistics >= statistics[..., :1] * (1 - 1e-12), axis=-1)


def _accepted(outcome: Floats, step: Floats, level: float) -> tuple[float, float] | None:
    """The lowest and highest effect a period with a p-value above `level`; None when there is no end to them.

    A window's statistic at effect x is |outcome - x step|. The p-value changes only where one equals the first's.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        crossings = np.concatenate(
            [(outcome[1:] - outcome[0]) / (step[1:] - step[0]), (outcome[1:] + outcome[0]) / (step[1:] + step[0])]
        )
    edges = np.unique(crossings[np.isfinite(crossings)])
    if edges.size < 2:
        return None
    reach = max(1.0, float(np.ptp(edges)))
    probes = np.concatenate([[edges[0] - reach], (edges[1:] + edges[:-1]) / 2, [edges[-1] + reach]])
    accepted = _p_values(np.abs(outcome - probes[:, None] * step)) > level
    if accepted[0] or accepted[-1] or not accepted.any():
        return None
    inside = np.flatnonzero(accepted)
    return float(edges[inside[0] - 1]), float(edges[inside[-1]])
