"""Rivals' answers found in planted ones: how far, how late, from which channel, and what they do to sales."""

import numpy as np
import pytest

from analytics.pricing.competitor_reaction import LAGS, estimate_competitor_reaction, rivals_cross_elasticity
from analytics.statistics.errors import InvalidNumbers

WEEKS, PRODUCTS = 80, 24


def simulated_prices(seed: int, answer: float = 0.4, lag: int = 3, speed: float = 0.5):
    """Own and another channel's log prices, moved together at times, and three rivals who follow the own ones."""
    rng = np.random.default_rng(seed)
    common = np.where(rng.random((WEEKS, PRODUCTS)) < 0.25, rng.normal(0, 0.07, (WEEKS, PRODUCTS)), 0.0)
    own = np.cumsum(
        common + 0.5 * np.where(rng.random(common.shape) < 0.2, rng.normal(0, 0.06, common.shape), 0), axis=0
    )
    other = np.cumsum(common, axis=0) + rng.normal(0, 0.01, common.shape)
    theirs = np.zeros((WEEKS, PRODUCTS, 3))
    level, market = np.zeros((PRODUCTS, 3)), np.cumsum(rng.normal(0, 0.02, WEEKS))
    for week in range(WEEKS):
        level += speed * (answer * own[max(week - lag, 0)][:, None] - level)
        theirs[week] = level + market[week] + rng.normal(0, 0.01, (PRODUCTS, 3))
    return own, other[:, :, None], theirs, rng


def test_the_answer_is_found_with_its_lag() -> None:
    reaction = estimate_competitor_reaction(*simulated_prices(1)[:3])
    assert reaction.significant
    assert reaction.low <= 0.4 <= reaction.high
    assert reaction.high - reaction.low < 0.15
    assert reaction.path[:3] == pytest.approx(0, abs=0.05), "nothing before three weeks"
    assert reaction.path[5] == pytest.approx(0.35, abs=0.06), "half of the way a week: seven eighths after three more"
    mean, error = reaction.within(8)
    assert mean == pytest.approx(float(np.mean(reaction.path[:8])))
    assert 0 < error < 0.05


def test_its_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    reactions = [estimate_competitor_reaction(*simulated_prices(seed)[:3]) for seed in range(40)]
    assert 32 <= sum(reaction.low <= 0.4 <= reaction.high for reaction in reactions) <= 40, "90 % asked for"


def test_a_channel_that_only_moves_along_is_not_what_they_answer() -> None:
    own, other, theirs, _ = simulated_prices(2)
    alone = estimate_competitor_reaction(other[:, :, 0], np.empty((WEEKS, PRODUCTS, 0)), theirs)
    beside = estimate_competitor_reaction(other[:, :, 0], own[:, :, None], theirs)
    assert alone.significant, "what moves along looks like the cause where the cause is left out"
    assert not beside.significant
    assert abs(beside.long_run) < 0.15


def test_rivals_who_wander_do_not_follow() -> None:
    reaction = estimate_competitor_reaction(*simulated_prices(3, answer=0.0)[:3])
    assert not reaction.significant
    assert abs(reaction.long_run) < 0.06


def test_missing_weeks_are_left_out() -> None:
    own, other, theirs, rng = simulated_prices(4)
    theirs[rng.random(theirs.shape) < 0.1] = np.nan
    assert estimate_competitor_reaction(own, other, theirs).long_run == pytest.approx(0.4, abs=0.12)


def test_too_little_to_tell_is_refused() -> None:
    own, other, theirs, _ = simulated_prices(5)
    with pytest.raises(InvalidNumbers):
        estimate_competitor_reaction(own[:20], other[:20], theirs[:20])
    with pytest.raises(InvalidNumbers):
        estimate_competitor_reaction(np.zeros_like(own), other, theirs)
    with pytest.raises(InvalidNumbers):
        estimate_competitor_reaction(own[:, :4], other[:, :4], theirs[:, :4])
    assert LAGS == 12


def test_what_rivals_prices_do_to_sales_is_found_with_own_prices_and_deals_held_constant() -> None:
    held, elasticities = 0, []
    for seed in range(20):
        own, _, theirs, rng = simulated_prices(seed)
        rivals = theirs.mean(axis=2) + 0.3 * np.cumsum(rng.normal(0, 0.04, own.shape), axis=0)
        deal = (rng.random(own.shape) < 0.1).astype(float)
        season = np.cumsum(rng.normal(0, 0.05, WEEKS))[:, None]
        mean = 25 * np.exp(-3 * own + 0.6 * rivals + 0.5 * deal + season)
        units = rng.poisson(mean * rng.gamma(15, 1 / 15, mean.shape)).astype(float)
        cross = rivals_cross_elasticity(units, own, rivals, deal)
        held += cross.low <= 0.6 <= cross.high
        elasticities.append(cross.elasticity)
    assert np.mean(elasticities) == pytest.approx(0.6, abs=0.15)
    assert held >= 15, "90 % asked for"
