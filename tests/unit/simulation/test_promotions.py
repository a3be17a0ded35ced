"""Promotions that the brand plans, on top of the standing deals of the twin."""

from datetime import date

import numpy as np
import pytest

from simulation.catalog import MARKET_A, MARKET_B, SHOP
from simulation.practice import DEAL_OFF
from simulation.promotions import PlannedPromotion, log_off
from simulation.scenario import schedule
from simulation.world import Plan, World

START = date(2025, 1, 6)
NOTHING = np.zeros((40, 3), dtype=bool)


def world(days: int = 90) -> World:
    return World(Plan(5, START, 70, days, schedule([], 5, days)))


def test_a_promotion_takes_its_discount_off_on_its_days_and_channels_only() -> None:
    planned = [PlannedPromotion(3, (SHOP, MARKET_B), 10, 16, 0.2)]
    off = log_off(planned, NOTHING, 10)
    assert off[3].tolist() == pytest.approx([np.log(0.8), 0.0, np.log(0.8)])
    assert not np.delete(off, 3, axis=0).any()
    assert not log_off(planned, NOTHING, 9).any()
    assert not log_off(planned, NOTHING, 17).any()


def test_where_it_meets_a_standing_deal_the_deeper_one_counts() -> None:
    standing = NOTHING.copy()
    standing[3] = True
    for off, deeper in ((0.1, DEAL_OFF), (0.3, 0.3)):
        assert log_off([PlannedPromotion(3, (SHOP,), 0, 5, off)], standing, 2)[3, SHOP] == pytest.approx(
            np.log(1 - deeper)
        )


def test_more_is_sold_while_it_runs_and_less_after_it() -> None:
    plain, promoted = world(), world()
    promoted.promotions = [PlannedPromotion(at, (SHOP, MARKET_A), 30, 43, 0.25) for at in range(40)]
    sold = {name: np.array([lived.step().online_units[:, :2].sum() for _ in range(70)], float)
            for name, lived in (("plain", plain), ("promoted", promoted))}  # fmt: skip
    assert (sold["plain"][:30] == sold["promoted"][:30]).all()
    assert sold["promoted"][30:44].sum() > 1.5 * sold["plain"][30:44].sum()
    assert sold["promoted"][44:64].sum() < 0.9 * sold["plain"][44:64].sum()


def test_the_day_says_that_it_was_a_deal_and_what_was_charged() -> None:
    first = world()
    first.promotions = [PlannedPromotion(7, (SHOP,), 0, 0, 0.5)]
    day = first.step()
    assert day.online_deal[7, SHOP]
    assert day.online_price[7, SHOP] == pytest.approx(day.list_price[7, SHOP] / 2, abs=1)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="promotes in"):
        PlannedPromotion(1, (4,), 0, 1, 0.1)
    with pytest.raises(ValueError, match="takes something off"):
        PlannedPromotion(1, (SHOP,), 5, 4, 0.1)
