"""The balance ahead, how likely it runs short, and what may be spent."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from analytics.finance.cash import CashPosition, PlannedPayment, Receivable, SalesReceipts, cash_outlook
from analytics.statistics.errors import InvalidNumbers


def test_certain_flows_are_added_up() -> None:
    position = CashPosition(
        1_000,
        [Receivable(500, [0, 1, 1, 1])],
        [PlannedPayment(900, 1), PlannedPayment(100, 2, every_weeks=2)],
        SalesReceipts(50),
    )
    outlook = cash_outlook(position, floor_minor=0, weeks=4)
    assert [week.expected_minor for week in outlook.weeks] == [150, 600, 650, 600]
    assert (outlook.lowest_minor, outlook.lowest_week, outlook.headroom_minor) == (150, 1, 150)
    assert outlook.weeks[-1].below_floor_by_now == 0
    assert outlook.runway_weeks() is None


def test_sums_of_delayed_invoices_are_those_of_enumeration() -> None:
    amounts, chances = [700, 400, 250, 90, 55], [0.3, 0.6, 0.5, 0.9, 0.2]
    position = CashPosition(0, [Receivable(a, [p]) for a, p in zip(amounts, chances, strict=True)])
    for level in (100, 333, 600, 1_001, 1_400):
        exact = sum(
            float(np.prod([p if yes else 1 - p for p, yes in zip(chances, taken, strict=True)]))
            for taken in itertools.product((False, True), repeat=5)
            if sum(a for a, yes in zip(amounts, taken, strict=True) if yes) < level
        )
        week = cash_outlook(position, floor_minor=level, weeks=1).weeks[0]
        assert week.below_floor == pytest.approx(exact, abs=0.01)
        assert week.below_floor_by_now == pytest.approx(exact, abs=0.015)


def test_correlated_weeks_stray_as_the_formula_says() -> None:
    """Three weeks with s = 100 and r = 0.5 have variance 100^2 (3 + 2 (2 x 0.5 + 0.25)), and 9 x 40^2 of the mean."""
    sales = SalesReceipts(0, 100, 0.5, 40)
    week = cash_outlook(CashPosition(0, sales=sales), floor_minor=-200, weeks=3).weeks[-1]
    deviation = np.sqrt(100**2 * 5.5 + 9 * 40**2)
    assert week.below_floor == pytest.approx(float(special.ndtr(-200 / deviation)))
    assert week.high_minor == pytest.approx(1.2816 * deviation, abs=1)


def test_one_week_and_all_weeks_agree_where_they_must() -> None:
    position = CashPosition(
        3_000,
        [Receivable(2_000, [0.1, 0.3, 0.5, 0.7, 0.8, 0.8]), Receivable(900, [0.2, 0.4, 0.6, 0.8, 0.9, 0.95])],
        [PlannedPayment(1_000, 1, every_weeks=1)],
        SalesReceipts(500, 300, 0.4, 50),
    )
    weeks = cash_outlook(position, floor_minor=500, weeks=6).weeks
    assert weeks[0].below_floor == pytest.approx(weeks[0].below_floor_by_now, abs=0.005)
    by_now = [week.below_floor_by_now for week in weeks]
    assert by_now == sorted(by_now)
    for place, week in enumerate(weeks):
        assert max(earlier.below_floor for earlier in weeks[: place + 1]) <= week.below_floor_by_now + 0.01
        assert week.below_floor_by_now <= sum(earlier.below_floor for earlier in weeks[: place + 1]) + 0.01


def test_headroom_spent_leaves_the_risk_that_was_asked_for() -> None:
    position = CashPosition(
        10_000, [Receivable(4_000, [0.2, 0.5, 0.8, 0.9])], [PlannedPayment(2_500, 1, 1)], SalesReceipts(1_800, 700, 0.3)
    )
    outlook = cash_outlook(position, floor_minor=1_000, weeks=4, risk=0.05)
    spent = replace(position, opening_minor=position.opening_minor - outlook.headroom_minor)
    assert cash_outlook(spent, floor_minor=1_000, weeks=4).weeks[-1].below_floor_by_now == pytest.approx(
        0.05, abs=0.002
    )
    other_luck = cash_outlook(spent, floor_minor=1_000, weeks=4, seed=99)
    assert other_luck.weeks[-1].below_floor_by_now == pytest.approx(0.05, abs=4 * outlook.simulation_error + 0.008)
    assert other_luck.headroom_minor == pytest.approx(0, abs=150)


def test_more_cash_never_means_less_headroom_or_more_risk() -> None:
    base = CashPosition(5_000, [], [PlannedPayment(1_000, 1, 1)], SalesReceipts(900, 500, 0.5))
    poor, rich = (cash_outlook(replace(base, opening_minor=opening), 0, 8) for opening in (5_000, 6_000))
    assert rich.headroom_minor == poor.headroom_minor + 1_000
    assert rich.weeks[-1].below_floor_by_now <= poor.weeks[-1].below_floor_by_now
    assert (poor.runway_weeks(0.01) or 9) <= (rich.runway_weeks(0.01) or 9)


def test_runway_is_the_full_weeks_before_it_runs_short() -> None:
    outlook = cash_outlook(CashPosition(250, payments=[PlannedPayment(100, 1, 1)]), 0, 6)
    assert outlook.runway_weeks() == 2
    assert outlook.headroom_minor == -350


def test_many_small_invoices_are_as_a_normal_and_the_interval_holds() -> None:
    random = np.random.default_rng(2)
    amounts = random.integers(50, 400, 600)
    position = CashPosition(0, [Receivable(int(amount), [0.4]) for amount in amounts])
    week = cash_outlook(position, 0, 1, scenarios=4_000).weeks[0]
    received = (random.random((4_000, 600)) < 0.4) @ amounts
    assert week.expected_minor == pytest.approx(0.4 * amounts.sum(), abs=1)
    assert np.mean((received >= week.low_minor) & (received <= week.high_minor)) == pytest.approx(0.80, abs=0.03)


def test_the_same_question_has_the_same_answer() -> None:
    position = CashPosition(100, [Receivable(50, [0.5, 0.7])], sales=SalesReceipts(5, 20))
    assert cash_outlook(position, 0, 2) == cash_outlook(position, 0, 2)


@pytest.mark.parametrize(
    "position",
    [
        CashPosition(2**53 + 1),
        CashPosition(float("nan")),  # type: ignore[arg-type]
        CashPosition(0, [Receivable(-5, [0.1, 0.2])]),
        CashPosition(0, [Receivable(5, [0.3, 0.2])]),
        CashPosition(0, [Receivable(5, [0.3])]),
        CashPosition(0, [Receivable(5, [0.3, float("nan")])]),
        CashPosition(0, payments=[PlannedPayment(5, 0)]),
        CashPosition(0, payments=[PlannedPayment(5, 1, 0)]),
        CashPosition(0, sales=SalesReceipts(5, -1)),
        CashPosition(0, sales=SalesReceipts(5, 1, 1.0)),
        CashPosition(0, sales=SalesReceipts([1.0, 2.0, 3.0])),
    ],
)
def test_senseless_positions_are_refused(position: CashPosition) -> None:
    with pytest.raises(InvalidNumbers):
        cash_outlook(position, 0, 2)
