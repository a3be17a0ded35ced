"""How fast a product goes is told from the days on which there was any."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from actions.stock.purchase_pace import daily_pace, oldest_days
from store.reads.stock.levels import Movement

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
ID = UUID(int=1)


def move(kind: str, units: int, days_ago: float) -> Movement:
    return Movement(ID, ID, kind, NOW - days_ago * DAY, units)


def sales(units: int, first: int, last: int) -> list[Movement]:
    """So many at the end of each day, from `first` days ago to `last`."""
    return [move("sale", -units, ago) for ago in range(first, last - 1, -1)]


def test_ten_a_day_are_ten_a_day() -> None:
    assert daily_pace([move("count", 2_000, 100), *sales(10, 99, 0)], 1_000, NOW) == pytest.approx(10, rel=0.02)


def test_days_without_stock_do_not_count() -> None:
    """Ten a day for forty days, then nothing left for sixty."""
    ran_out = [move("count", 400, 101), *sales(10, 100, 61)]
    assert daily_pace(ran_out, 0, NOW) == pytest.approx(10, rel=0.05)
    back = [*ran_out, move("receipt", 30, 3), *sales(10, 2, 0)]
    assert daily_pace(back, 0, NOW) == pytest.approx(10, rel=0.05)


def test_only_the_last_fifty_six_days_with_stock_count() -> None:
    faster = [move("count", 9_000, 300), *sales(40, 299, 57), *sales(5, 56, 0)]
    assert daily_pace(faster, 500, NOW) == pytest.approx(5, rel=0.05)


def test_what_is_lost_or_sent_back_was_not_asked_for() -> None:
    movements = [move("count", 2_000, 60), move("correction", -900, 30), move("receipt", 50, 20), *sales(10, 10, 1)]
    assert daily_pace(movements, 1_050, NOW) == pytest.approx(100 / 60, rel=0.1)


def test_a_new_product_is_known_for_its_own_days_only() -> None:
    assert daily_pace([move("receipt", 100, 10), *sales(5, 9, 0)], 50, NOW) == pytest.approx(5)


def test_what_lay_there_all_along_and_what_was_never_there_has_no_pace() -> None:
    assert daily_pace([], 500, NOW) == 0
    assert daily_pace([], 0, NOW) == 0
    assert daily_pace([move("count", 10, 300)], 10, NOW) == 0


def test_one_sale_in_a_year_is_not_one_a_day() -> None:
    assert daily_pace([move("sale", -1, 1)], 500, NOW) == pytest.approx(1 / 56)


def test_the_last_unit_sells_after_what_is_there_or_after_its_own_if_that_runs_out_first() -> None:
    assert oldest_days(position=150, quantity=290, daily_use=10, lead_days=14) == 30
    assert oldest_days(position=0, quantity=290, daily_use=10, lead_days=14) == 29
