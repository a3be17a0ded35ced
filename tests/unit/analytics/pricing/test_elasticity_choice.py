"""The chosen elasticity holds the truth, says why it was chosen, and abstains where the data cannot tell."""

import numpy as np
import pytest

from analytics.pricing.elasticity_choice import DataFloor, ElasticityChoice, choose_elasticity
from analytics.pricing.heldout import held_out_errors
from analytics.pricing.panel import SalesPanel
from tests.unit.analytics.worlds import chain_wide, endogenous


def with_prices(panel: SalesPanel, price: np.ndarray) -> SalesPanel:
    return SalesPanel(panel.period, panel.location, panel.units, price, panel.deal, panel.feature)


def estimate_of(choice: ElasticityChoice, model: str) -> float:
    return next(c.estimate.elasticity for c in choice.candidates if c.model == model and c.estimate)


def test_the_chosen_interval_holds_the_truth_where_pooled_is_biased() -> None:
    choices = [choose_elasticity(endogenous(seed)) for seed in range(40)]
    intervals = [(c.low, c.high) for c in choices if c.low is not None and c.high is not None]
    assert len(intervals) == 40
    assert np.mean([low <= -2 <= high for low, high in intervals]) >= 0.80
    assert np.median([high - low for low, high in intervals]) < 1.5
    assert np.mean([estimate_of(c, "pooled") for c in choices]) < -3
    assert np.mean([c.status == "usable" for c in choices]) >= 0.9


def test_the_biased_model_foresees_unseen_weeks_worse() -> None:
    errors = held_out_errors(endogenous(2), ["pooled", "location_week"], "local_deviation")
    assert errors["pooled"].losses.mean() > errors["location_week"].losses.mean()


def test_the_answer_follows_the_data() -> None:
    panel = endogenous(4)
    steeper = SalesPanel(
        panel.period, panel.location, panel.units / panel.price, panel.price, panel.deal, panel.feature
    )
    before, after = choose_elasticity(panel), choose_elasticity(steeper)
    assert before.elasticity is not None
    assert after.elasticity is not None
    assert after.model == before.model
    assert after.elasticity == pytest.approx(before.elasticity - 1, abs=1e-6)


def test_the_choice_carries_every_candidate_and_the_numbers_behind_it() -> None:
    choice = choose_elasticity(endogenous(4))
    assert choice.status == "usable"
    assert choice.reasons[0] in ("lowest_heldout_error", "tied_prefers_common_shocks_removed")
    assert choice.numbers["pooled_minus_chosen"] == pytest.approx(
        estimate_of(choice, "pooled") - (choice.elasticity or 0)
    )
    assert all(c.estimate and c.heldout_error for c in choice.candidates)
    assert choice.standard_error == pytest.approx(
        np.hypot(choice.numbers["sampling_error"], choice.numbers["disagreement"])
    )


def test_chain_wide_prices_are_judged_over_time_and_the_choice_says_so() -> None:
    choices = [choose_elasticity(chain_wide(seed)) for seed in range(20)]
    usable = [c for c in choices if c.status == "usable"]
    assert len(usable) >= 14
    assert all("identified_over_time_only" in c.reasons for c in usable)
    assert all(c.excluded == "prices_are_chain_wide" for c in usable[0].candidates if "week" in c.model)
    assert np.mean([c.low is not None and c.high is not None and c.low <= -2 <= c.high for c in usable]) >= 0.75


def test_chain_wide_prices_that_follow_demand_are_no_evidence() -> None:
    choices = [choose_elasticity(chain_wide(seed, answer=0.7)) for seed in range(10)]
    assert sum("prices_follow_demand" in c.reasons and c.status == "insufficient" for c in choices) >= 8


def test_a_price_that_only_ever_moves_with_a_deal_is_no_evidence() -> None:
    panel = chain_wide(1)
    deal = (panel.period % 5 == 0).astype(float)
    choice = choose_elasticity(
        SalesPanel(panel.period, panel.location, panel.units, 3 - 0.5 * deal, deal, deal),
        floor=DataFloor(distinct_prices=2),
    )
    assert choice.status == "insufficient"
    assert choice.reasons == ("no_model_identified",)


def test_a_single_shop_can_be_judged_over_time() -> None:
    choice = choose_elasticity(chain_wide(3, locations=1))
    assert choice.status == "usable"
    assert choice.task == "change_over_time"


@pytest.mark.parametrize(
    ("panel", "reason"),
    [
        (endogenous(0, periods=20), "too_few_weeks"),
        (with_prices(endogenous(0), np.full(900, 3.0)), "too_few_distinct_prices"),
        (with_prices(endogenous(0), 3 + 0.0001 * np.arange(900)), "too_little_price_variation"),
        (endogenous(0).where(np.arange(900) < 20), "too_few_rows"),
        (endogenous(0, truth=1.5, answer=0.0), "elasticity_not_negative"),
        (endogenous(0, truth=-0.3), "elasticity_not_significant"),
    ],
)
def test_it_abstains_with_the_reason(panel: SalesPanel, reason: str) -> None:
    choice = choose_elasticity(panel)
    assert choice.status == "insufficient"
    assert reason in choice.reasons


def test_where_nothing_was_sold_that_is_the_one_reason() -> None:
    assert choose_elasticity(endogenous(0).where(np.zeros(900, dtype=bool))).reasons == ("no_sales",)


def test_it_abstains_where_too_many_weeks_sold_nothing() -> None:
    panel = endogenous(0)
    units = np.where(np.arange(len(panel)) % 3 == 0, 0.0, panel.units)
    choice = choose_elasticity(SalesPanel(panel.period, panel.location, units, panel.price, panel.deal, panel.feature))
    assert choice.status == "insufficient"
    assert choice.reasons == ("too_many_weeks_without_sales",)
