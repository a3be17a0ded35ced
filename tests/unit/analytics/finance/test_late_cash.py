"""Profit that is not cash is called what it is."""

import numpy as np
import pytest

from analytics.finance.late_cash import days_sales_outstanding, profit_against_cash, unpaid_curve
from analytics.statistics.errors import InvalidNumbers


def test_the_curve_is_the_published_one() -> None:
    """Freireich et al. 1963, the 6-MP arm of 21 (Kalbfleisch & Prentice 2002, table 1.1)."""
    events = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    days = [day for day, count in events.items() for _ in range(count)] + censored
    curve = unpaid_curve(np.array(days, dtype=float), np.arange(len(days)) < 9)
    np.testing.assert_allclose(curve.unpaid, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=0.0005)
    np.testing.assert_allclose(curve.standard_error[[0, -1]], [0.0764, 0.1346], atol=0.0005)
    assert (curve.at(5), curve.at(8)) == (1.0, pytest.approx(0.807, abs=0.0005))


def test_days_of_sales_owed() -> None:
    assert days_sales_outstanding(50_000, 300_000, 90) == pytest.approx(15)
    assert days_sales_outstanding(0, 0, 90) is None


def test_profit_and_cash_differ_by_what_is_owed_and_stocked() -> None:
    late_cash = profit_against_cash(100_000, 55_000, 70_000, 60_000, 5_000, 30_000)
    assert (late_cash.profit_minor, late_cash.cash_minor) == (30_000, -5_000)
    assert (
        late_cash.profit_minor
        == late_cash.cash_minor
        + late_cash.owed_by_debtors_minor
        - late_cash.owed_to_suppliers_minor
        + late_cash.stocked_minor
    )
    assert late_cash.late_share_bps == 10_000
    assert late_cash.verdict == "profit_is_late_cash"


@pytest.mark.parametrize(
    ("received", "overdue", "verdict"),
    [(100_000, 0, "profit_is_cash"), (70_000, 2_000, "profit_is_tied_up"), (70_000, 15_000, "profit_is_late_cash")],
)
def test_it_says_why_the_cash_is_missing(received: int, overdue: int, verdict: str) -> None:
    assert profit_against_cash(100_000, received, 70_000, 70_000, 0, overdue).verdict == verdict


def test_a_loss_is_no_late_cash() -> None:
    late_cash = profit_against_cash(50, 10, 70, 70, 0, 40)
    assert (late_cash.verdict, late_cash.late_share_bps) == ("no_profit", 0)


@pytest.mark.parametrize("days", [[], [np.nan], [-1.0]])
def test_no_days_are_refused(days: list[float]) -> None:
    with pytest.raises(InvalidNumbers):
        unpaid_curve(np.array(days), np.ones(len(days), dtype=bool))
    with pytest.raises(InvalidNumbers):
        profit_against_cash(2**53 + 1, 0, 0, 0, 0, 0)
