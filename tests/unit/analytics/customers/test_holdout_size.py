"""A holdout is as large as it must be and no larger."""

import numpy as np
import pytest

from analytics.customers.holdout_size import customers_per_group, detectable_effect, plan_holdout
from analytics.statistics.errors import InvalidNumbers


def test_equal_groups_are_those_of_the_textbook() -> None:
    """At 5 % against 6 %, 95 % and 80 %: n = (1.95996 + 0.84162)^2 (0.0475 + 0.0564) / 0.01^2 = 8154.6 a group."""
    assert detectable_effect(8_155, 8_155, 0.05, coverage=0.95, power=0.80) == pytest.approx(0.01, rel=1e-4)
    assert customers_per_group(0.5, 1.0, coverage=0.95, power=0.80) == 63


@pytest.mark.parametrize("effect", [0.01, -0.01, 0.02])
def test_a_planned_holdout_tells_the_effect_with_the_power_asked_for(effect: float) -> None:
    plan = plan_holdout(40_000, 0.05, effect)
    random = np.random.default_rng(0)
    treated = random.binomial(plan.treated, 0.05 + effect, 4_000) / plan.treated
    held_out = random.binomial(plan.held_out, 0.05, 4_000) / plan.held_out
    error = np.sqrt(treated * (1 - treated) / plan.treated + held_out * (1 - held_out) / plan.held_out)
    detected = np.sign(effect) * (treated - held_out) > 1.6449 * error
    assert plan.status == "enough"
    assert np.mean(detected) == pytest.approx(0.80, abs=0.06)
    assert abs(plan.detectable_effect) <= abs(effect) * (1 + 1e-9)


def test_one_customer_fewer_would_not_do() -> None:
    plan = plan_holdout(40_000, 0.05, 0.01)
    assert detectable_effect(plan.treated + 1, plan.held_out - 1, 0.05) > 0.01
    assert plan.held_out + plan.treated == 40_000
    assert plan.share < 0.5


def test_a_population_too_small_says_so_and_what_it_could_tell() -> None:
    plan = plan_holdout(500, 0.05, 0.01)
    assert plan.status == "population_too_small"
    assert plan.detectable_effect > 0.01
    assert plan.held_out + plan.treated == 500
    assert plan_holdout(2, 0.5, 0.1).held_out == 1


def test_questions_that_make_no_sense_are_refused() -> None:
    for bad in ((1, 0.05, 0.01), (100, 0.0, 0.01), (100, 0.05, 0.0), (100, 0.05, 0.99), (100, float("nan"), 0.01)):
        with pytest.raises(InvalidNumbers):
            plan_holdout(*bad)
    with pytest.raises(InvalidNumbers):
        plan_holdout(100, 0.05, 0.01, power=0.2)
    with pytest.raises(InvalidNumbers):
        customers_per_group(0.0, 1.0)
    with pytest.raises(InvalidNumbers):
        detectable_effect(0, 10, 0.05)
