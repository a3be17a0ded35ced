"""The warehouse: the oldest goes first, what is bad goes, and nothing is ever taken that is not there."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulation.stock import Warehouse

NO_UNITS = np.zeros(1, dtype=np.int64)
MONTH = 30
Step = tuple[str, int]

steps = st.lists(st.tuples(st.sampled_from(["receive", "take", "wait"]), st.integers(0, 300)), min_size=1, max_size=40)


def units(count: int) -> np.ndarray:
    return np.array([count], dtype=np.int64)


def empty(shelf_life_days: int = 300) -> Warehouse:
    return Warehouse(NO_UNITS, np.array([shelf_life_days]))


def goes_bad(warehouse: Warehouse, until: int = 3_000) -> list[tuple[int, int]]:
    """(day, units) as they expire, looked at once a month."""
    gone = ((day, int(warehouse.expire(day)[0])) for day in range(0, until, MONTH))
    return [(day, count) for day, count in gone if count]


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 500)), min_size=1, max_size=12), st.integers(0, 3_000))
def test_the_first_to_expire_is_the_first_to_go(batches: list[tuple[int, int]], taken: int) -> None:
    untouched, used = empty(), empty()
    for day, count in batches:
        untouched.receive(day, units(count))
        used.receive(day, units(count))
    taken = min(taken, int(used.on_hand[0]))
    used.take(units(taken))
    left, expected = goes_bad(used), []
    for day, count in goes_bad(untouched):
        kept = max(count - taken, 0)
        taken -= count - kept
        expected += [(day, kept)] if kept else []
    assert left == expected


@given(steps)
def test_nothing_is_lost_made_up_or_below_nothing(story: list[Step]) -> None:
    warehouse, day, balance = empty(), 0, 0
    for kind, count in story:
        if kind == "receive":
            warehouse.receive(day, units(count))
            balance += count
        elif kind == "take":
            taken = min(count, int(warehouse.on_hand[0]))
            warehouse.take(units(taken))
            balance -= taken
        else:
            day += count
            balance -= int(warehouse.expire(day)[0])
        assert warehouse.on_hand[0] == balance >= 0


def test_asked_for_more_than_there_is_it_gives_what_there_is() -> None:
    warehouse = empty()
    warehouse.receive(0, units(30))
    warehouse.take(units(50))
    assert warehouse.on_hand.tolist() == [0]


@given(st.integers(0, 1_500), st.integers(60, 900))
def test_what_is_bought_stays_good_for_its_shelf_life_and_a_month_at_most(day: int, shelf_life: int) -> None:
    warehouse = empty(shelf_life)
    warehouse.receive(day, units(10))
    assert warehouse.expire(day + shelf_life - MONTH).tolist() == [0]
    assert warehouse.expire(day + shelf_life + MONTH).tolist() == [10]
    assert warehouse.on_hand.tolist() == [0]


def test_what_was_on_the_way_for_long_expires_sooner() -> None:
    fresh, old = empty(), empty()
    fresh.receive(0, units(10))
    old.receive(0, units(10), age_share=0.5)
    assert goes_bad(fresh) == [(330, 10)]
    assert goes_bad(old) == [(180, 10)]


def test_products_do_not_mix() -> None:
    warehouse = Warehouse(np.array([10, 20]), np.array([100, 900]))
    warehouse.take(np.array([4, 0]))
    assert warehouse.on_hand.tolist() == [6, 20]
    assert warehouse.expire(120).tolist() == [6, 0]
    assert warehouse.on_hand.tolist() == [0, 20]


def test_of_each_batch_only_what_sells_before_it_expires_counts() -> None:
    warehouse = empty(300)
    warehouse.receive(0, units(400))
    warehouse.receive(300, units(400))
    assert warehouse.sellable(0, np.array([1.0])).tolist() == [300 + 300]
    assert warehouse.sellable(0, np.array([2.0])).tolist() == [400 + 400]
    assert warehouse.sellable(0, np.array([0.5])).tolist() == [150 + 150]
    assert warehouse.sellable(0, np.array([0.0])).tolist() == [0]
    assert warehouse.sellable(290, np.array([1.0])).tolist() == [10 + 300]


@given(steps, st.floats(0, 30), st.floats(0, 30))
def test_more_sales_a_day_never_make_less_sellable_and_never_more_than_there_is(
    story: list[Step], pace: float, faster: float
) -> None:
    warehouse, day = empty(), 0
    for kind, count in story:
        if kind == "receive":
            warehouse.receive(day, units(count))
        elif kind == "wait":
            day += count
            warehouse.expire(day)
    slow, fast = sorted((pace, faster))
    slow_sells, fast_sells = (int(warehouse.sellable(day, np.array([each]))[0]) for each in (slow, fast))
    assert 0 <= slow_sells <= fast_sells <= warehouse.on_hand[0]
