"""Response is learnt from campaigns with a holdout, and from no others."""

from collections.abc import Sequence

import numpy as np
import pytest

from analytics.customers.response import CampaignCounts, estimate_response
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import newcombe_interval


def campaigns(seed: int, number: int, spread: float) -> tuple[Sequence[CampaignCounts], float]:
    """Past campaigns whose uplifts stray by `spread` round 3 points, and the uplift that the next one has."""
    random = np.random.default_rng(seed)
    uplifts = 0.03 + spread * random.normal(size=number + 1)
    past = [
        CampaignCounts(4_000, int(random.binomial(4_000, 0.08 + uplift)), 1_000, int(random.binomial(1_000, 0.08)))
        for uplift in uplifts[:-1]
    ]
    return past, float(uplifts[-1])


@pytest.mark.parametrize(("number", "spread"), [(2, 0.0), (8, 0.0), (8, 0.015)])
def test_the_interval_foresees_the_next_campaign_as_often_as_it_says(number: int, spread: float) -> None:
    held = []
    for seed in range(300):
        past, following = campaigns(seed, number, spread)
        response = estimate_response(past)
        assert response.uplift is not None
        held.append(response.uplift.low <= following <= response.uplift.high)
    assert np.mean(held) >= 0.83


def test_one_campaign_is_its_own_interval() -> None:
    response = estimate_response([CampaignCounts(1_000, 80, 500, 25)])
    assert response.uplift == newcombe_interval(80, 1_000, 25, 500, 0.90)
    assert response.spread is None


def test_campaigns_that_cannot_tell_are_refused_and_counted() -> None:
    good, bare, small = (
        CampaignCounts(1_000, 80, 500, 25),
        CampaignCounts(9_000, 900, 0, 0),
        CampaignCounts(99, 9, 9, 1),
    )
    assert estimate_response([good, bare, small]).refused == 2
    assert estimate_response([bare, bare]).reasons == ("no_holdout",)
    assert estimate_response([bare, small]).reasons == ("groups_too_small",)
    assert estimate_response([]).reasons == ("no_campaigns",)
    assert not estimate_response([]).measurable


def test_campaigns_in_which_nobody_bought_still_have_an_interval() -> None:
    response = estimate_response([CampaignCounts(500, 0, 500, 0)] * 3)
    assert response.uplift is not None
    assert response.uplift.low < 0 == response.uplift.value < response.uplift.high


def test_campaigns_that_disagree_widen_it() -> None:
    alike = estimate_response([CampaignCounts(2_000, 200, 1_000, 60)] * 4)
    apart = estimate_response(
        [CampaignCounts(2_000, buyers, 1_000, 60) for buyers in (100, 300, 120, 280)],
    )
    assert alike.uplift is not None
    assert apart.uplift is not None
    assert alike.spread == 0 < (apart.spread or 0)
    assert apart.uplift.high - apart.uplift.low > alike.uplift.high - alike.uplift.low


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidNumbers):
        CampaignCounts(10, 11, 5, 1)
    with pytest.raises(InvalidNumbers):
        CampaignCounts(-1, -1, 5, 1)
    with pytest.raises(InvalidNumbers):
        estimate_response([], coverage=0)
