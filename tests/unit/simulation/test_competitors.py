"""Rivals: they wander by themselves, and follow the own shop's price three weeks later."""

import numpy as np

from simulation.catalog import COMPETITORS, PRODUCTS, SHOP
from simulation.competitors import LAG_DAYS, Rivals
from simulation.draws import Draws
from simulation.truth import draw_truth
from simulation.world import WEEK
from tests.unit.simulation.lives import live, opened

TRUTH = draw_truth(1)
UNMOVED = np.zeros((len(PRODUCTS), len(COMPETITORS)))


def test_they_follow_the_shop_after_three_weeks_and_not_before() -> None:
    usual, dearer = opened(1, 28), opened(1, 28)
    price = dearer.list_price.copy()
    price[5, SHOP] = round(price[5, SHOP] * 1.2)
    dearer.list_price = price
    seen = [
        [day.competitor_price for day in live(world, 20 * WEEK) if day.competitor_price is not None]
        for world in (usual, dearer)
    ]
    ratio = np.array(seen[1]) / np.array(seen[0])
    lag = LAG_DAYS // WEEK
    assert lag == 3
    assert (ratio[:lag] == 1).all()
    assert (ratio[lag, 5] > 1).all()
    assert (np.diff(ratio[lag:, 5], axis=0) >= -1e-12).all()
    moved = np.log(price[5, SHOP] / usual.list_price[5, SHOP])
    assert np.allclose(np.log(ratio[-1, 5]), moved * TRUTH.competitor_answer[5], rtol=0.02)
    others = np.arange(len(PRODUCTS)) != 5
    assert (ratio[:, others] == 1).all()


def test_they_follow_only_the_shop() -> None:
    usual, dearer = opened(1, 28), opened(1, 28)
    price = dearer.list_price.copy()
    price[:, SHOP + 1 :] = np.round(price[:, SHOP + 1 :] * 1.2)
    dearer.list_price = price
    prices, prices_beside_dearer = (
        [day.competitor_price for day in live(world, 8 * WEEK) if day.day % WEEK == 0] for world in (usual, dearer)
    )
    assert np.array_equal(np.array(prices), np.array(prices_beside_dearer))


def test_by_themselves_they_wander_a_little_round_the_usual() -> None:
    rivals = Rivals(TRUTH, Draws(1))
    index = []
    for week in range(200):
        rivals.move(week, np.zeros(len(PRODUCTS)))
        index.append(rivals.own.copy())
    indices = np.array(index)
    assert abs(indices.mean()) < 0.01
    assert 0.01 < indices.std() < 0.06
    assert np.abs(indices).max() < 0.25


def test_what_a_scenario_adds_shows_in_price_and_index() -> None:
    rivals = Rivals(TRUTH, Draws(1))
    cut = UNMOVED.copy()
    cut[:, COMPETITORS.index("northcut")] = np.log(0.75)
    ratio = rivals.price(cut) / rivals.price(UNMOVED)
    assert np.allclose(ratio, [1, 1, 0.75])
    assert np.allclose(rivals.index(cut) - rivals.index(UNMOVED), np.log(0.75) / 3)
