"""A refill brings what sells best, and is judged by what it earns."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.stands.refills import StandShelf, best_refills, gain_of_stand
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.lead_time import DemandRate
from tests.examples import examples

RATE = DemandRate(1.0, 1.5)


def shelf(stand: str = "a", product: str = "soap", **changes: float) -> StandShelf:
    values = {
        "on_hand": 4,
        "days_to_visit": 10.0,
        "room_units": 30,
        "margin_minor": 500.0,
        "carrying_minor_per_day": 8.0,
    }
    return StandShelf(stand, product, rate=RATE, **{**values, **changes})  # type: ignore[arg-type]


def test_what_is_lost_without_a_refill_is_the_shortage_until_the_visit() -> None:
    (refill,) = best_refills([shelf()])
    assert refill.lost_units_without == pytest.approx(float(RATE.over(10).shortage(4)))
    assert refill.lost_minor_without == round(500 * refill.lost_units_without)
    assert refill.lost_units_with == pytest.approx(float(RATE.over(10).shortage(4 + refill.units)))
    assert refill.empty_probability_without == pytest.approx(float(RATE.over(10).more_than(4)))


def test_a_shelf_without_limits_is_filled_to_its_critical_fractile() -> None:
    """Underage 500 + 40 - 80, overage 80: the least level with P(D <= level) >= 460 / 540."""
    (refill,) = best_refills([shelf()])
    assert 4 + refill.units == RATE.over(10).quantile(460 / 540)


def test_the_gain_is_that_of_simulated_days() -> None:
    refills = best_refills([shelf(), shelf(product="cream", on_hand=0, margin_minor=900.0)])
    gain = gain_of_stand(refills, coverage=0.80)
    random = np.random.default_rng(3)
    gains = np.zeros(100_000)
    for refill in refills:
        demand = random.negative_binomial(20, 2 / 3, 100_000)
        sold = np.clip(demand - refill.shelf.on_hand, 0, refill.units)
        gains += sold * (refill.shelf.margin_minor + 40) - refill.units * 80
    assert gain.value_minor == pytest.approx(gains.mean(), rel=0.01)
    assert (gain.low_minor, gain.high_minor) == pytest.approx(np.quantile(gains, [0.1, 0.9]), abs=120)


def test_scarce_stock_goes_where_it_earns_most() -> None:
    empty, full = shelf(on_hand=0), shelf("b", on_hand=9)
    refills = best_refills([empty, full], central_units={"soap": 5})
    assert [refill.units for refill in refills] == [5, 0]
    assert [refill.units for refill in best_refills([empty, full], {"cream": 5})] == [0, 0]


@settings(max_examples=examples(40), deadline=None)
@given(
    stock=st.lists(st.integers(0, 6), min_size=3, max_size=3),
    margins=st.lists(st.floats(0, 900), min_size=3, max_size=3),
    rooms=st.lists(st.integers(0, 4), min_size=3, max_size=3),
    central=st.integers(0, 6),
    van=st.integers(0, 8),
)
def test_no_allowed_refill_earns_more(
    stock: list[int], margins: list[float], rooms: list[int], central: int, van: int
) -> None:
    """Against every allowed way to share out: two stands share soap, a third product has plenty."""
    names = [("a", "soap"), ("b", "soap"), ("a", "cream")]
    shelves = [
        shelf(stand, product, on_hand=stock[i], margin_minor=margins[i], room_units=rooms[i])
        for i, (stand, product) in enumerate(names)
    ]
    refills = best_refills(shelves, {"soap": central, "cream": 10}, van)

    def earns(units: tuple[int, ...]) -> float:
        total = 0.0
        for stand_shelf, brought in zip(shelves, units, strict=True):
            law = stand_shelf.demand
            sold = float(law.shortage(stand_shelf.on_hand) - law.shortage(stand_shelf.on_hand + brought))
            total += (stand_shelf.margin_minor + 40) * sold - 80 * brought
        return total

    allowed = [
        units
        for units in itertools.product(*(range(room + 1) for room in rooms))
        if units[0] + units[1] <= central and sum(units) <= van
    ]
    assert tuple(refill.units for refill in refills) in allowed
    assert sum(refill.gain_minor for refill in refills) == pytest.approx(max(map(earns, allowed)), abs=1e-6)


def test_no_demand_no_margin_no_days_no_room_bring_nothing() -> None:
    still = StandShelf("a", "salt", 0, DemandRate(0, 0), 10, 20, 500)
    for stand_shelf in (still, shelf(margin_minor=0.0), shelf(days_to_visit=0.0), shelf(room_units=0)):
        (refill,) = best_refills([stand_shelf])
        assert refill.units == 0
        assert gain_of_stand([refill]).value_minor == 0
    assert best_refills([]) == []


@given(on_hand=st.integers(0, 30), days=st.floats(0.5, 40), counts=st.booleans())
def test_a_unit_sells_as_often_as_it_lessens_what_is_short(on_hand: int, days: float, counts: bool) -> None:
    rate = DemandRate(1.0, 1.5, 0.1, "counts" if counts else "gamma")
    spot = StandShelf("a", "soap", on_hand, rate, days, 30, 500.0)
    short = [float(spot.demand.shortage(on_hand + units)) for units in range(21)]
    np.testing.assert_allclose(spot.chances_to_sell(20), -np.diff(short), rtol=1e-9, atol=1e-12)


def test_certain_sales_are_brought_exactly() -> None:
    (refill,) = best_refills([StandShelf("a", "salt", 4, DemandRate(1.0, 0.0), 10, 20, 500)])
    assert refill.units == 6
    gain = gain_of_stand([refill])
    assert (gain.low_minor, gain.value_minor, gain.high_minor) == pytest.approx((3_000, 3_000, 3_000))


def test_senseless_shelves_are_refused() -> None:
    for changes in ({"on_hand": -1}, {"margin_minor": math.nan}, {"days_to_visit": math.inf}):
        with pytest.raises(InvalidNumbers):
            shelf(**changes)  # type: ignore[arg-type]
    with pytest.raises(InvalidNumbers):
        best_refills([shelf(), shelf()])
    with pytest.raises(InvalidNumbers):
        best_refills([shelf()], {"soap": -1})
    with pytest.raises(InvalidNumbers):
        gain_of_stand(best_refills([shelf(), shelf("b")]))
