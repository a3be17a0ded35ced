"""Each model gives the elasticity that its controls can tell."""

from typing import get_args

import numpy as np
import pytest

from analytics.pricing.elasticity import SPECIFICATIONS, Model, ModelFits, fit_elasticity, prices_follow_demand
from analytics.pricing.panel import SalesPanel
from analytics.statistics.errors import InvalidNumbers, NotIdentified
from tests.unit.analytics.worlds import chain_wide, endogenous

WEEK_MODELS = [model for model, spec in SPECIFICATIONS.items() if "week" in spec.controls]


def exact(elasticity: float) -> SalesPanel:
    """Sales without any noise."""
    random = np.random.default_rng(5)
    period, location = (a.ravel() for a in np.meshgrid(np.arange(40), np.arange(12), indexing="ij"))
    price = np.exp(0.2 * random.normal(size=len(period)))
    deal = (random.random(len(period)) < 0.3).astype(float)
    return SalesPanel(period, location, 50 * price**elasticity, price, deal, np.zeros(len(period)))


@pytest.mark.parametrize("model", get_args(Model))
def test_every_model_finds_the_elasticity_of_noiseless_demand(model: Model) -> None:
    estimate = fit_elasticity(exact(-1.7), model)
    assert estimate.elasticity == pytest.approx(-1.7)
    assert estimate.low <= estimate.elasticity <= estimate.high


@pytest.mark.parametrize("model", get_args(Model))
def test_the_unit_of_money_and_the_order_of_rows_change_nothing(model: Model) -> None:
    panel = endogenous(1)
    shuffled = np.random.default_rng(0).permutation(len(panel))
    other = SalesPanel(
        panel.period[shuffled] + 900,
        panel.location[shuffled] * 10,
        panel.units[shuffled],
        100 * panel.price[shuffled],
        panel.deal[shuffled],
        panel.feature[shuffled],
    )
    if "season" in SPECIFICATIONS[model].controls:
        other = SalesPanel(other.period - 900, other.location, other.units, other.price, other.deal, other.feature)
    first, second = fit_elasticity(panel, model), fit_elasticity(other, model)
    assert second.elasticity == pytest.approx(first.elasticity, abs=1e-6)
    assert second.standard_error == pytest.approx(first.standard_error, rel=1e-5)


def test_pooled_is_biased_where_prices_answer_demand_and_week_effects_are_not() -> None:
    panels = [endogenous(seed) for seed in range(40)]
    assert np.mean([fit_elasticity(panel, "pooled").elasticity for panel in panels]) < -3
    for model in WEEK_MODELS:
        assert np.mean([fit_elasticity(panel, model).elasticity for panel in panels]) == pytest.approx(-2, abs=0.15)


def test_week_effects_need_prices_that_differ_between_locations() -> None:
    with pytest.raises(NotIdentified):
        fit_elasticity(chain_wide(0), "location_week")


def test_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidNumbers) as refused:
        fit_elasticity(endogenous(0), "best_guess")  # type: ignore[arg-type]
    assert "location_week" in refused.value.remedy


def test_prices_that_follow_demand_are_seen_and_prices_by_chance_are_not() -> None:
    by_chance = [prices_follow_demand(chain_wide(seed), "location_promotion") < 0.05 for seed in range(30)]
    in_answer = [prices_follow_demand(chain_wide(seed, answer=0.7), "location_promotion") < 0.05 for seed in range(30)]
    assert np.mean(by_chance) <= 0.2
    assert np.mean(in_answer) >= 0.8


@pytest.mark.parametrize("model", get_args(Model))
def test_a_fit_without_a_block_is_the_fit_of_the_other_weeks(model: Model) -> None:
    panel = endogenous(3)
    panel = panel.where(np.random.default_rng(3).random(len(panel)) > 0.05)
    blocks = np.array_split(np.arange(60), 7)
    slopes = ModelFits(panel).slopes_without(model, blocks)
    assert slopes.shape == (7, 3)
    for block, (price, *_) in zip(blocks, slopes, strict=True):
        others = panel.where(~np.isin(panel.period, block))
        assert price == pytest.approx(fit_elasticity(others, model).elasticity, rel=1e-9)


def test_too_few_weeks_beside_a_block_are_refused() -> None:
    panel = exact(-2.0)
    with pytest.raises(InvalidNumbers):
        ModelFits(panel).slopes_without("location", [np.arange(40)])
