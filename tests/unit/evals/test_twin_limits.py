"""The brand's limits as arithmetic, and the year's reference that the corridor hangs on."""

import numpy as np

from evals.twin.desk import PriceMemory
from evals.twin.limits import CORRIDOR, MIN_MARGIN, MOST_A_DAY, Bounds, bounds, towards, violations
from simulation.truth import draw_truth

TRUTH = draw_truth(1)
PRICE = np.round(TRUTH.base_price * 100).astype(np.int64)


def limits(reference: np.ndarray = PRICE) -> Bounds:
    return bounds(TRUTH, TRUTH.unit_cost, PRICE, reference)


def test_a_wish_goes_as_far_as_a_day_allows() -> None:
    up, down = towards(PRICE * 2.0, PRICE, limits()), towards(PRICE * 0.1, PRICE, limits())
    assert (np.abs(up / PRICE - 1) <= MOST_A_DAY + 1e-9).all() and (up > PRICE * 1.09).all()
    margin = 1 - TRUTH.unit_cost[:, None] / (down / 100 * TRUTH.kept_share)
    assert (np.abs(down / PRICE - 1) <= MOST_A_DAY + 1e-9).all() and (margin >= MIN_MARGIN).all()


def test_what_limits_allow_is_no_violation_and_a_step_beyond_is() -> None:
    allowed = towards(PRICE * 2.0, PRICE, limits())
    assert violations(TRUTH, TRUTH.unit_cost, PRICE, allowed, PRICE) == 0
    beyond = PRICE.copy()
    beyond[3, 0] = round(PRICE[3, 0] * 1.12)
    assert violations(TRUTH, TRUTH.unit_cost, PRICE, beyond, PRICE) == 1


def test_a_price_out_of_the_corridor_or_below_the_floor_is_a_violation() -> None:
    far = np.round(PRICE / CORRIDOR[1] * 0.9).astype(np.int64)
    moved = PRICE.copy()
    moved[5, 1] += 10
    assert violations(TRUTH, TRUTH.unit_cost, PRICE, moved, far) == 1
    dear = TRUTH.unit_cost * 3
    assert violations(TRUTH, dear, PRICE, moved, PRICE) == 1
    assert violations(TRUTH, dear, PRICE, PRICE, PRICE) == 0


def test_the_reference_is_the_median_of_the_years_amounts() -> None:
    memory = PriceMemory()
    for day, factor in ((0, 1.0), (100, 1.2), (200, 1.1)):
        memory.see(day, np.round(PRICE * factor).astype(np.int64))
        memory.see(day + 1, np.round(PRICE * factor).astype(np.int64))
    assert (memory.reference(300) == np.round(PRICE * 1.1)).all()
    after_a_year = memory.reference(400)  # the first amount is out
    assert (np.abs(after_a_year - PRICE * 1.15) <= 2).all()
    assert (memory.reference(2_000) == np.round(PRICE * 1.1)).all()
