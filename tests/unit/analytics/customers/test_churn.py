"""Customers who fall silent are distinguished from infrequent buyers, and nobody is judged by too little data."""

import numpy as np
import pytest

from analytics.customers.buying_fit import fit_buying
from analytics.customers.churn import ChurnRules, judge_churn, share_of_gaps_over
from analytics.customers.churn_backtest import past_returns
from analytics.customers.purchases import PurchaseGaps, Purchases, purchase_gaps
from analytics.statistics.errors import InvalidNumbers
from tests.unit.analytics.shoppers import base_of, bought, world

NO_GAPS = PurchaseGaps(np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0, dtype=bool))
FIT = fit_buying(world(0, 2_000).base)


def gaps_of(lengths: list[float], closed: bool = True, first: bool = True) -> PurchaseGaps:
    return PurchaseGaps(np.array(lengths), np.full(len(lengths), closed), np.full(len(lengths), first))


def test_repeat_buyers_are_judged_by_the_model_and_the_more_silent_the_less_active() -> None:
    base = base_of(*[(10, 20, 20 + silence, 30) for silence in (0, 3, 6, 30)])
    view = judge_churn(FIT, base, NO_GAPS)
    assert set(view.basis) == {"model"}
    assert (view.standing[0], view.standing[-1]) == ("active", "silent")
    assert np.all(np.diff(view.inactivity) > 0)


def test_at_risk_is_who_was_active_a_while_ago_and_has_not_bought_since() -> None:
    silences = np.arange(0, 40, 0.5)
    base = base_of(*[(10, 20, 20 + silence, 30) for silence in silences])
    view = judge_churn(FIT, base, NO_GAPS, ChurnRules(lookback=4))
    assert view.at_risk.any()
    assert np.all(view.standing[view.at_risk] != "active")
    assert np.ptp(silences[view.at_risk]) < 4
    assert silences[view.at_risk].min() >= 4


def test_one_time_buyers_are_judged_by_how_long_second_purchases_take() -> None:
    gaps = gaps_of([*range(1, 101)])
    base = base_of(*[(0, 0, age, 0) for age in (10, 79, 82, 96, 300)])
    view = judge_churn(FIT, base, gaps)
    assert view.basis.tolist() == ["gap_rule"] * 5
    assert view.standing.tolist() == ["active", "active", "slowing", "silent", "silent"]
    assert view.at_risk.tolist() == [False, False, True, False, False]


def test_nobody_is_judged_by_too_few_gaps() -> None:
    view = judge_churn(FIT, base_of((0, 0, 10, 0)), gaps_of([5.0] * 29))
    assert (view.standing[0], view.basis[0], view.at_risk[0]) == ("unknown", "none", False)


def test_without_a_model_repeat_buyers_are_judged_by_later_gaps() -> None:
    nothing = fit_buying(base_of())
    view = judge_churn(nothing, base_of((2, 10, 11, 9), (2, 10, 200, 9)), gaps_of([*range(1, 51)], first=False))
    assert view.basis.tolist() == ["gap_rule", "gap_rule"]
    assert view.standing.tolist() == ["active", "silent"]


def test_open_gaps_count_for_what_they_have_lasted() -> None:
    closed, still_open = gaps_of([1.0, 2.0, 8.0, 9.0]), gaps_of([5.0] * 4, closed=False)
    both = PurchaseGaps(*(np.append(getattr(closed, n), getattr(still_open, n)) for n in ("length", "closed", "first")))
    # Six are left of eight after 2; two at 8, so S(2) = 3/4, S(8) = 3/8, S(9) = 0.
    assert share_of_gaps_over(both, np.array([0.5, 2.0, 8.0, 9.0, 99.0])) == pytest.approx([0, 0.25, 0.625, 1, 1])
    assert share_of_gaps_over(closed, np.array([2.0])) == pytest.approx([0.5])
    with pytest.raises(InvalidNumbers):
        share_of_gaps_over(still_open, np.array([1.0]))


def test_an_empty_base_has_nobody_at_risk() -> None:
    assert len(judge_churn(FIT, base_of(), NO_GAPS).standing) == 0


def test_a_look_back_tells_who_returned_of_each_standing() -> None:
    random = np.random.default_rng(1)
    rows = [(who, day, 10.0) for who in range(150) for day in np.cumsum(random.exponential(10, 40)).astype(int)]
    quits = [(who, day, 10.0) for who in range(150, 300) for day in np.cumsum(random.exponential(6, 8)).astype(int)]
    past = past_returns(bought(*rows, *quits), until_day=200, horizon_days=60)
    returned = {each.standing: each.returned for each in past if each.basis == "model"}
    assert returned["active"].low > returned["silent"].high
    none = np.zeros(0, dtype=np.int64)
    assert past_returns(Purchases(none, none, np.zeros(0)), 10, 5) == ()
    with pytest.raises(InvalidNumbers):
        past_returns(bought((1, 1, 1)), 10, 0)


def test_gaps_and_base_of_the_same_purchases_fit_together() -> None:
    log = bought(*[(who, day, 5) for who in range(40) for day in (0, 7 + who)], *[(99, 0, 5)])
    gaps = purchase_gaps(log, 100)
    assert share_of_gaps_over(gaps, np.array([0.5, 100.0])) == pytest.approx([0, 1])


@pytest.mark.parametrize(
    "bad", [{"silent_below": 0.9}, {"gap_slowing": 0.99}, {"lookback": 0}, {"least_gaps": 0}, {"gap_silent": 1.5}]
)
def test_lines_out_of_order_are_refused(bad: dict) -> None:
    with pytest.raises(InvalidNumbers):
        ChurnRules(**bad)
