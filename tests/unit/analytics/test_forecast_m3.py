"""On every twentieth series of the M3 competition we beat what the naive and Theta foresee, with honest intervals."""

from pathlib import Path

import numpy as np
import pytest

from analytics.forecasting.demand import DemandForecast, forecast
from evals.forecasting_m3 import CompetitionSeries, held, naive2, read_m3, smape, theta

SERIES = Path(__file__).resolve().parents[4] / "shared" / "data" / "m3" / "series.csv.gz"
pytestmark = pytest.mark.skipif(not SERIES.is_file(), reason="no M3 series in ../shared/data/m3")


@pytest.fixture(scope="module")
def sample() -> list[tuple[CompetitionSeries, DemandForecast]]:
    return [(series, forecast(series.history, series.actual.size, series.season)) for series in read_m3(SERIES)[::20]]


def test_it_beats_naive_and_theta(sample: list[tuple[CompetitionSeries, DemandForecast]]) -> None:
    def error(ahead: list[np.ndarray]) -> float:
        pairs = zip(sample, ahead, strict=True)
        return float(np.concatenate([smape(series.actual, predicted) for (series, _), predicted in pairs]).mean())

    ours = error([predicted.mean for _, predicted in sample])
    rivals = [
        error([rival(series.history, series.actual.size, series.season) for series, _ in sample])
        for rival in (naive2, theta)
    ]
    assert ours < 0.9 * rivals[0]
    assert ours < rivals[1]


@pytest.mark.parametrize(("coverage", "least", "most"), [(0.80, 0.76, 0.88), (0.95, 0.91, 0.98)])
def test_intervals_hold_as_much_as_they_say(
    sample: list[tuple[CompetitionSeries, DemandForecast]], coverage: float, least: float, most: float
) -> None:
    inside = [held(series, predicted, coverage) for series, predicted in sample]
    assert least < np.concatenate([periods for periods, _ in inside]).mean() < most
    assert least - 0.05 < np.mean([total for _, total in inside]) < most
