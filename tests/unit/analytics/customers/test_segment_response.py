"""Segments' answers: each one's own where it tells, the common one where it does not; tests, win rates, audiences."""

from uuid import UUID

import numpy as np
import pytest

from analytics.customers.audience import draw_audience, group_sizes
from analytics.customers.response import CampaignCounts
from analytics.customers.segment_response import segment_responses
from analytics.customers.value_of_test import value_of_test
from analytics.customers.win_rate import WinRate, difference, win_rate


def test_a_segment_that_tells_keeps_its_answer_and_one_that_does_not_takes_the_common_one() -> None:
    counts = {
        "large": [CampaignCounts(50_000, 6_000, 50_000, 5_000)],
        "small": [CampaignCounts(150, 15, 150, 15)],
        "loud": [CampaignCounts(50_000, 6_000, 50_000, 5_000)],
    }
    responses = segment_responses(counts, {"large": 0.1, "small": 0.1, "unseen": 0.05})
    large, small, unseen = (responses[name].uplift for name in ("large", "small", "unseen"))
    assert large is not None
    assert small is not None
    assert unseen is not None
    assert large.value == pytest.approx(0.02, rel=0.02)
    assert 0.01 < small.value < 0.02, "150 a group tell little, so it is drawn towards a fifth more"
    assert unseen.value == pytest.approx(0.01, rel=0.05)
    assert small.high - small.low > 5 * (large.high - large.low)


def test_intervals_cover_what_segments_really_answer() -> None:
    rng, hits, seen = np.random.default_rng(1), 0, 0
    for _ in range(150):
        shares = rng.uniform(0.02, 0.15, 8)
        lifts = shares * rng.normal(0.3, 0.15, 8)
        counts = {}
        for at in range(8):
            treated, held = rng.binomial(800, shares[at] + lifts[at]), rng.binomial(800, shares[at])
            counts[str(at)] = [CampaignCounts(800, int(treated), 800, int(held))]
        responses = segment_responses(counts, {str(at): float(shares[at]) for at in range(8)})
        for at in range(8):
            interval = responses[str(at)].uplift
            assert interval is not None
            hits, seen = hits + (interval.low <= lifts[at] <= interval.high), seen + 1
    assert 0.74 < hits / seen < 0.90


def test_without_a_holdout_nothing_is_measurable() -> None:
    responses = segment_responses({"a": [CampaignCounts(900, 90, 0, 0)]}, {"a": 0.1})
    assert (responses["a"].measurable, responses["a"].reasons) == (False, ("no_holdout",))


def test_a_test_is_worth_what_simulated_choices_gain_by_it() -> None:
    rng = np.random.default_rng(2)
    mean, deviation, error = -0.4, 1.0, 0.7
    truth = rng.normal(mean, deviation, 400_000)
    seen = truth + rng.normal(0, error, truth.size)
    believed = mean + (seen - mean) * deviation**2 / (deviation**2 + error**2)
    assert value_of_test(mean, deviation, error, 1.0) == pytest.approx(float((truth * (believed > 0)).mean()), rel=0.02)
    assert value_of_test(5.0, 0.1, 0.1, 1.0) == pytest.approx(0.0, abs=1e-9)
    assert value_of_test(0.0, 0.0, 1.0, 1.0) == 0.0


def test_a_win_rate_is_a_beta_posterior() -> None:
    rate = win_rate(3, 10)
    assert (rate.won, rate.lost) == (3.5, 7.5)
    interval = rate.interval(0.8)
    draws = np.random.default_rng(3).beta(3.5, 7.5, 200_000)
    assert [interval.low, interval.high] == pytest.approx(list(np.quantile(draws, [0.1, 0.9])), rel=0.01)
    assert win_rate(0, 0, WinRate(2, 6)).mean == 0.25
    assert difference(win_rate(30, 60), win_rate(6, 60), 0.8).low > 0


def test_a_draw_is_the_same_for_a_salt_and_fair_to_everybody() -> None:
    ids = [UUID(int=number) for number in range(2_000)]
    audience = draw_audience(ids, "a", 1_000, 2_000)
    assert draw_audience(ids, "a", 1_000, 2_000) == audience
    assert (len(audience.treated), len(audience.held_out)) == group_sizes(2_000, 1_000, 2_000) == (800, 200)
    assert not set(audience.treated) & set(audience.held_out)
    times = np.zeros(len(ids))
    for salt in range(60):
        times[list(draw_audience(ids, str(salt), 1_000, 2_000).treated)] += 1
    assert times.mean() == 24
    assert 3.2 < times.std() < 4.4, "as sixty draws of four in ten make by chance"


@pytest.mark.parametrize(("audience", "sizes"), [(1, (0, 1)), (3, (2, 1)), (10_000, (1_600, 400))])
def test_at_least_one_is_held_out_where_a_share_is(audience: int, sizes: tuple[int, int]) -> None:
    assert group_sizes(2_000, audience, 2_000) == sizes
