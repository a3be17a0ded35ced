"""Print how our demand forecasts do on the M3 competition beside naive ones, Theta as published, and the entrants.

Run `python -m evals.forecasting_m3 SERIES.csv.gz [EVERY]` on a file (or its folder) with the columns id, period,
horizon, history and actual, numbers parted by spaces: the 3003 series of Makridakis & Hibon 2000. EVERY takes each
n-th series only.
"""

import csv
import gzip
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import fminbound
from scipy.signal import lfilter

from analytics.forecasting.demand import DemandForecast, forecast
from analytics.pricing.panel import Floats

SEASONS = {"YEARLY": 1, "QUARTERLY": 4, "MONTHLY": 12, "OTHER": 1}
PUBLISHED_SMAPE = {"Theta": 13.01, "ForecastPro": 13.19, "ForecastX": 13.49, "B-J automatic": 14.01}
"""Of the original paper, as https://pkg.robjhyndman.com/Mcomp/articles/Comparisons.html quotes them."""

Forecaster = Callable[[Floats, int, int], Floats]


@dataclass(frozen=True, eq=False)
class CompetitionSeries:
    """One series: its kind, what was known, and what came."""

    kind: str
    history: Floats
    actual: Floats

    @property
    def season(self) -> int:
        """Periods a season."""
        return SEASONS[self.kind]


def read_m3(path: Path) -> list[CompetitionSeries]:
    """All series of the file at `path`, or of series.csv.gz in that folder. Raises OSError, KeyError, ValueError."""
    file = path / "series.csv.gz" if path.is_dir() else path
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [CompetitionSeries(row["period"], _numbers(row["history"]), _numbers(row["actual"])) for row in rows]


def seasonal_naive(history: Floats, horizon: int, season: int) -> Floats:
    """The last season again, (horizon,)."""
    return np.resize(history[-season:], horizon)


def naive2(history: Floats, horizon: int, season: int) -> Floats:
    """The last value, seasonally adjusted where the test says so (Makridakis & Hibon 2000), (horizon,)."""
    past, ahead = _classical_factors(history, horizon, season)
    return np.full(horizon, history[-1] / past[-1]) * ahead


def theta(history: Floats, horizon: int, season: int) -> Floats:
    """Theta as published: the mean of the line through the data and the smoothed theta-2 line, (horizon,).

    Assimakopoulos & Nikolopoulos 2000: seasonally adjusted by the classical decomposition, the
    smoothing constant by least squares one period ahead, the smoothing started at the theta-2 line's first value.
    """
    past, ahead = _classical_factors(history, horizon, season)
    adjusted = history / past
    at = np.arange(adjusted.size)
    slope, intercept = np.polyfit(at, adjusted, 1)
    doubled = 2 * adjusted - (intercept + slope * at)

    def levels(constant: float) -> Floats:
        return lfilter([constant], [1, constant - 1], doubled, zi=[(1 - constant) * doubled[0]])[0]

    def squares(constant: float) -> float:
        return float(((doubled[1:] - levels(constant)[:-1]) ** 2).sum())

    constant = float(np.ravel(fminbound(squares, 0.01, 1.0))[0])
    line = intercept + slope * (adjusted.size + np.arange(horizon))
    return (line + levels(constant)[-1]) / 2 * ahead


def ours(history: Floats, horizon: int, season: int) -> Floats:
    """Our forecast's mean, (horizon,)."""
    return forecast(history, horizon, season).mean


RIVALS: dict[str, Forecaster] = {"seasonal naive": seasonal_naive, "naive 2": naive2, "Theta": theta, "ours": ours}


def smape(actual: Floats, ahead: Floats) -> Floats:
    """Symmetric absolute percentage errors: 200 |a - f| / (|a| + |f|) (Makridakis & Hibon 2000)."""
    return 200 * np.abs(actual - ahead) / (np.abs(actual) + np.abs(ahead))


def mase(series: CompetitionSeries, ahead: Floats) -> float:
    """Mean absolute error over that of the seasonal naive in the history (Hyndman & Koehler 2006); NaN if that is 0."""
    naive = np.abs(series.history[series.season :] - series.history[: -series.season]).mean()
    return float(np.abs(series.actual - ahead).mean() / naive) if naive > 0 else float("nan")


def held(series: CompetitionSeries, predicted: DemandForecast, coverage: float) -> tuple[NDArray[np.bool_], bool]:
    """Whether each period (horizon,), and the total over all, came out within the interval of `coverage`."""
    lower, upper = predicted.interval(coverage)
    total, law = series.actual.sum(), predicted.total()
    within = law.quantile((1 - coverage) / 2) <= total <= law.quantile((1 + coverage) / 2)
    return (lower <= series.actual) & (series.actual <= upper), bool(within)


def main(path: str, every: int = 1) -> None:
    """Print accuracy, coverage and time for the file or folder at `path`."""
    try:
        series = read_m3(Path(path))[::every]
    except OSError as missing:
        raise SystemExit(f"There are no M3 series at {path} ({missing}). Give the file series.csv.gz.") from missing
    kinds = [kind for kind in SEASONS if any(observed.kind == kind for observed in series)]
    console = Console(width=max(Console().width, 110))
    console.print(_accuracy(series, kinds), _intervals(series, kinds))


def _accuracy(series: Sequence[CompetitionSeries], kinds: list[str]) -> Table:
    table = Table("sMAPE (over all periods)", *kinds, "all", "of published Theta", "MASE", "ms a series")
    for name, rival in RIVALS.items():
        started = time.process_time()
        ahead = [rival(observed.history, observed.actual.size, observed.season) for observed in series]
        took = 1e3 * (time.process_time() - started) / len(series)
        errors = [smape(observed.actual, predicted) for observed, predicted in zip(series, ahead, strict=True)]
        by_kind = [[e for observed, e in zip(series, errors, strict=True) if observed.kind == kind] for kind in kinds]
        overall = float(np.concatenate(errors).mean())
        scaled = np.nanmean([mase(observed, predicted) for observed, predicted in zip(series, ahead, strict=True)])
        numbers = [f"{np.concatenate(kind_errors).mean():.2f}" for kind_errors in by_kind]
        ratio = f"{overall / PUBLISHED_SMAPE['Theta']:.3f}"
        table.add_row(name, *numbers, f"{overall:.2f}", ratio, f"{scaled:.3f}", f"{took:.2f}")
    table.add_section()
    for name, figure in PUBLISHED_SMAPE.items():
        table.add_row(f"published {name}", *[""] * len(kinds), f"{figure:.2f}", "", "", "")
    return table


def _intervals(series: Sequence[CompetitionSeries], kinds: list[str]) -> Table:
    started = time.process_time()
    forecasts = [forecast(observed.history, observed.actual.size, observed.season) for observed in series]
    ends = sum(ahead.upper.size for ahead in forecasts)
    took = 1e3 * (time.process_time() - started) / len(series)
    title = f"{ends} periods ahead; a forecast with its interval took {took:.2f} ms a series"
    table = Table("held by our interval", *kinds, "all", title=title)
    for coverage in (0.80, 0.95):
        inside = [held(observed, ahead, coverage) for observed, ahead in zip(series, forecasts, strict=True)]
        chosen = [[i for observed, i in zip(series, inside, strict=True) if observed.kind == kind] for kind in kinds]
        rows = [*chosen, inside]
        periods = [f"{np.concatenate([each for each, _ in row]).mean():.1%}" for row in rows]
        totals = [f"{np.mean([total for _, total in row]):.1%}" for row in rows]
        table.add_row(f"single periods, aim {coverage:.0%}", *periods)
        table.add_row(f"total of the horizon, aim {coverage:.0%}", *totals)
    return table


def _classical_factors(history: Floats, horizon: int, season: int) -> tuple[Floats, Floats]:
    """Multiplicative factors of the history and of the periods ahead; 1 where the autocorrelation test finds none."""
    at = np.arange(history.size + horizon)
    factors = np.ones(season)
    if season > 1 and _seasonal(history, season):
        weights = np.r_[0.5, np.ones(season - 1), 0.5] / season
        half = season // 2
        ratio = history[half:-half] / np.convolve(history, weights, "valid")
        place = at[half : history.size - half] % season
        factors = np.bincount(place, ratio, minlength=season) / np.bincount(place, minlength=season)
        factors = factors / factors.mean()
    spread = factors[at % season]
    return spread[: history.size], spread[history.size :]


def _seasonal(history: Floats, season: int) -> bool:
    """The 90 % test of the M3's and M4's benchmarks, on the autocorrelation at the season's lag."""
    if history.size < 3 * season:
        return False
    centred = history - history.mean()
    r = np.array([centred[lag:] @ centred[:-lag] for lag in range(1, season + 1)]) / (centred @ centred)
    return bool(abs(r[-1]) > 1.645 * np.sqrt((1 + 2 * (r[:-1] ** 2).sum()) / history.size))


def _numbers(text: str) -> Floats:
    return np.array(text.split(), dtype=float)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("Give the M3 series: python -m evals.forecasting_m3 SERIES.csv.gz [EVERY]")
    main(sys.argv[1], *(int(every) for every in sys.argv[2:3]))
