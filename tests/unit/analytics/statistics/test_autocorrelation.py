"""Lag-one correlation of short series, within its limits."""

import numpy as np
import pytest

from analytics.statistics.autocorrelation import lag_one_correlation


def test_it_is_the_correlation_of_neighbours() -> None:
    values = np.array([1.0, 2.0, 4.0, 3.0, 0.0])
    centred = values - 2.0
    assert lag_one_correlation(values) == pytest.approx(centred[1:] @ centred[:-1] / (centred @ centred))


@pytest.mark.parametrize(("values", "lowest", "expected"), [
    (np.arange(100.0), 0.0, 0.8),
    (np.tile([1.0, -1.0], 20), 0.0, 0.0),
    (np.tile([1.0, -1.0], 20), -0.5, -0.5),
    (np.full(9, 3.0), -0.5, 0.0),
])  # fmt: skip
def test_it_stays_within_its_limits(values: np.ndarray, lowest: float, expected: float) -> None:
    assert lag_one_correlation(values, lowest) == expected
