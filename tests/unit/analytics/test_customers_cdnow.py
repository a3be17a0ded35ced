"""On CDNOW's customers the models give the published answers, and beat a naive forecast of what came next."""

from pathlib import Path

import numpy as np
import pytest

from analytics.customers.buying_backtest import past_miss
from analytics.customers.buying_fit import BuyingFit, fit_buying, forecast_purchases
from analytics.customers.order_value import fit_spending
from analytics.customers.purchases import CustomerBase, Purchases, customer_base
from evals.cdnow import CALIBRATION_END, HOLDOUT_WEEKS, read_cdnow
from evals.customers_cdnow import bought_later, fitted_beside_published, weekly_tracking

TRANSACTIONS = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "cdnow" / "transactions.csv.gz"


@pytest.fixture(scope="module")
def sample() -> Purchases:
    if not TRANSACTIONS.is_file():
        pytest.skip("no shared/data/cdnow beside this checkout; the simulated shoppers cover the same paths")
    return read_cdnow(TRANSACTIONS).sample


@pytest.fixture(scope="module")
def base(sample: Purchases) -> CustomerBase:
    return customer_base(sample, CALIBRATION_END)


@pytest.fixture(scope="module")
def buying(base: CustomerBase) -> BuyingFit:
    return fit_buying(base)


def test_the_sample_is_the_published_one(base: CustomerBase, sample: Purchases) -> None:
    assert (len(base), base.repeats.sum(), (base.repeats > 0).sum()) == (2_357, 2_457, 946)
    assert bought_later(sample, base)[0].sum() == 1_882


def test_parameters_are_the_published_ones(base: CustomerBase, buying: BuyingFit) -> None:
    for name, (estimate, published) in fitted_beside_published(buying, fit_spending(base)).items():
        assert estimate == pytest.approx(published, rel=0.01), name
    assert buying.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_it_beats_the_naive_forecast_by_far_and_owns_to_its_misses(
    base: CustomerBase, buying: BuyingFit, sample: Purchases
) -> None:
    truth = bought_later(sample, base)[0]
    expected = buying.needed_model.expected_purchases(base, HOLDOUT_WEEKS)
    naive = base.repeats / base.age * HOLDOUT_WEEKS
    assert abs(expected.sum() / truth.sum() - 1) < 0.15 < 0.5 < abs(naive.sum() / truth.sum() - 1)
    assert np.mean((expected - truth) ** 2) < 0.6 * np.mean((naive - truth) ** 2)
    wide = forecast_purchases(buying, base, HOLDOUT_WEEKS, past_miss=past_miss(sample, CALIBRATION_END) or 0)
    assert (wide.low or 0) <= truth.sum() <= (wide.high or 0)


def test_cumulative_purchases_are_tracked(base: CustomerBase, buying: BuyingFit, sample: Purchases) -> None:
    actual, expected, naive = weekly_tracking(sample, base, buying)
    assert (actual[38], actual[77]) == (2_457, 4_339)
    assert abs(expected[77] / actual[77] - 1) < 0.05 < abs(naive[77] / actual[77] - 1)
