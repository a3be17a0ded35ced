"""Stock by day, and replays, against sums done by hand."""

import numpy as np
import pytest

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.stock_path import StockEvent, daily_stock, pooled, replay_later


def use(day: int, units: int) -> StockEvent:
    return StockEvent(day, -units, is_use=True)


def test_a_shelf_that_runs_empty_is_half_there_that_day_and_away_until_goods_come() -> None:
    events = [StockEvent(0, 5, is_count=True), use(0, 3), use(1, 2), StockEvent(4, 10), use(4, 1)]
    stock = daily_stock(events, 6)
    assert stock.on_hand.tolist() == [2, 0, 0, 0, 9, 9]
    assert stock.available.tolist() == [1, 0.5, 0, 0, 0.5, 1]
    assert stock.used.tolist() == [3, 2, 0, 0, 1, 0]


def test_before_any_count_the_opening_is_what_the_movements_need() -> None:
    stock = daily_stock([use(0, 3), StockEvent(1, 10), use(2, 8)], 3)
    assert stock.on_hand.tolist() == [0, 10, 2]
    counted = daily_stock([use(0, 3), StockEvent(1, 20, is_count=True)], 2)
    assert counted.on_hand.tolist() == [20, 20]


def test_a_count_at_one_place_leaves_what_is_at_the_others() -> None:
    """One place has 100, the other is counted empty: of the product there are 100, and none is missing."""
    events = [
        StockEvent(0, 100, is_count=True, place="one"),
        StockEvent(1, -5, is_use=True, place="other"),
        StockEvent(2, 0, is_count=True, place="other"),
        StockEvent(3, 90, is_count=True, place="one"),
    ]
    stock = daily_stock(pooled(events), 4)
    assert stock.on_hand.tolist() == [105, 100, 100, 90]
    assert stock.available.tolist() == [1, 1, 1, 1]
    alone = [event._replace(place=None) for event in events[:1]]
    assert pooled(alone) == alone


def test_what_one_place_sends_another_is_used_by_nobody() -> None:
    sent = [StockEvent(0, 50, is_count=True, place=1), StockEvent(1, 20, is_use=True, place=2)]
    stock = daily_stock(pooled([*sent, StockEvent(1, -20, is_use=True, place=1)]), 2)
    assert (stock.on_hand.tolist(), stock.used.tolist()) == ([50, 50], [0, 0])


def test_no_movement_at_all_is_no_stock() -> None:
    stock = daily_stock([], 14)
    assert not stock.used.any()
    assert not stock.available.any()


def test_weeks_are_whole_and_end_with_the_last_day() -> None:
    events = [StockEvent(0, 100, is_count=True), *(use(day, day) for day in range(10))]
    used, available = daily_stock(events, 10).by_week()
    assert used.tolist() == [3 + 4 + 5 + 6 + 7 + 8 + 9]
    assert available.tolist() == [1.0]


def test_a_movement_outside_the_days_is_refused() -> None:
    with pytest.raises(InvalidNumbers):
        daily_stock([use(7, 1)], 7)


def test_what_a_later_delivery_would_have_lost() -> None:
    """Ten on the shelf, three a day: with the delivery nothing is lost; a week later 11 of 21 are."""
    events = [use(day, 3) for day in range(10)]
    replay = replay_later(events, opening=10, quantity=50, arrival_day=0, later=7)
    assert replay.units_saved == 3 * 7 - 10
    assert replay.unit_days > 0


def test_a_delivery_that_nobody_waited_for_saves_nothing_and_lay_there_longer() -> None:
    replay = replay_later([use(day, 1) for day in range(10)], opening=100, quantity=50, arrival_day=0, later=7)
    assert (replay.units_saved, replay.unit_days) == (0, 350)


def test_no_delay_changes_nothing() -> None:
    replay = replay_later([use(0, 5)], opening=0, quantity=50, arrival_day=0, later=0)
    assert (replay.units_saved, replay.unit_days) == (0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_no_more_is_saved_than_was_used_and_more_delay_saves_no_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    events = [use(int(day), int(rng.integers(0, 9))) for day in range(30)]
    saved = [replay_later(events, 20, 100, 0, later).units_saved for later in range(0, 20, 3)]
    assert saved == sorted(saved)
    assert saved[-1] <= -sum(event.units for event in events)
