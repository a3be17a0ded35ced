"""The oracle's split of the advertising against the world's own response and against every other split tried."""

import numpy as np
import pytest

from evals.twin.oracle_budgets import a_step, best_budgets, best_split, gain, lift, response, standing
from simulation.disturbances import disturbances
from simulation.practice import STANDING_BUDGETS
from simulation.scenario import Schedule
from tests.unit.simulation.lives import live, new_world


def test_the_response_is_the_worlds_own_once_budgets_have_stood() -> None:
    world = new_world(2, 7)
    world.budgets = np.array([400.0, 2_000.0, 300.0])
    live(world, 84)
    advertising = world._market(disturbances(Schedule(), 0)).advertising
    assert lift(world.truth, world.budgets) == pytest.approx(advertising, rel=1e-4)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_other_split_of_the_same_money_earns_more(seed: int) -> None:
    world = new_world(seed, 7)
    live(world, 14)
    best, curve = best_budgets(world), response(world)
    total = float(standing(world).sum())
    assert best.sum() == pytest.approx(total) and (best >= 0).all()
    others = np.random.default_rng(seed).dirichlet(np.ones(3), 5_000) * total
    assert (curve.profit(others) <= curve.profit(best) + 0.5).all()
    assert gain(world, best) >= 0 and gain(world, STANDING_BUDGETS) == pytest.approx(0)
    assert best_split(curve, 0.0) == pytest.approx(np.zeros(3))


def test_a_step_goes_from_where_most_is_too_much_and_never_too_far() -> None:
    now, wanted = np.array([1_100.0, 900.0, 700.0]), np.array([600.0, 1_300.0, 800.0])
    assert a_step(now, wanted, 200.0) == (0, 1, 200.0)
    assert a_step(now, wanted, 1_000.0) == (0, 1, 400.0)
    assert a_step(now, now, 200.0)[2] == 0
