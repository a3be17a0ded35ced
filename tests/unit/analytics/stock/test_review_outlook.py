"""An outlook's sums over cells agree with those taken one unit and one window at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.stock.lead_time import DemandRate, LeadTime
from analytics.stock.review_outlook import ReviewOutlook, look_ahead


def outlook_of(mean: float, error: float, position: int, counts: bool) -> ReviewOutlook:
    rate = DemandRate(mean, 2 * mean, error * mean, "counts" if counts else "gamma")
    return look_ahead(position, rate, LeadTime(12.0, 3.0, 4), 7.0)


outlooks = st.builds(
    outlook_of, st.floats(0.05, 12), st.sampled_from([0.0, 0.1, 0.5]), st.integers(-5, 200), st.booleans()
)


@given(outlook=outlooks, order=st.integers(1, 120))
def test_units_saved_are_the_difference_of_two_shortages(outlook: ReviewOutlook, order: int) -> None:
    saved = sum(
        weight * (float(window.demand.shortage(stock)) - float(window.demand.shortage(stock + order)))
        for window in outlook.windows
        for weight, stock in zip(window.probability, window.stock, strict=True)
    )
    assert outlook.units_saved(order) == pytest.approx(saved, rel=1e-9, abs=1e-12)


@given(outlook=outlooks, order=st.integers(1, 120), probability=st.sampled_from([0.1, 0.5, 0.9]))
def test_a_quantile_is_the_first_of_all_units_looked_at(outlook: ReviewOutlook, order: int, probability: float) -> None:
    more = outlook.more_saved_than(np.arange(order))
    np.testing.assert_allclose(more, [float(outlook.more_saved_than(units)) for units in range(order)], rtol=1e-12)
    enough = [units for units in range(order) if more[units] <= 1 - probability + 1e-12]
    assert outlook.saved_quantile(order, probability) == min(enough, default=order)
