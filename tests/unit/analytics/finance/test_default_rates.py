"""The later an invoice is, the likelier it is never paid; a brand's own history takes over from the usual rates."""

import pytest

from analytics.finance.default_rates import USUAL_RATES, PastInvoice, default_rates
from analytics.statistics.errors import InvalidNumbers


@pytest.mark.parametrize(("late_days", "band"), [(-5, 0), (0, 0), (1, 1), (30, 1), (31, 2), (61, 3), (90, 3), (148, 4)])
def test_without_a_history_the_usual_rates_hold(late_days: float, band: int) -> None:
    assert default_rates([]).at(late_days) == USUAL_RATES[band]


def test_a_brand_whose_debtors_always_paid_expects_less_and_one_that_lost_some_more() -> None:
    paid = [PastInvoice(100, paid=True)] * 150
    assert default_rates(paid).at(148) == pytest.approx(0.106 * 50 / 200)
    lost = [PastInvoice(500, paid=False)] * 50
    assert default_rates([*paid, *lost]).at(148) == pytest.approx((0.106 * 50 + 50) / 250)


def test_an_invoice_whose_fate_is_open_counts_for_nothing() -> None:
    assert default_rates([PastInvoice(200, paid=False)] * 99).at(200) == USUAL_RATES[4]


def test_being_later_never_makes_it_likelier_to_be_paid() -> None:
    rates = default_rates([PastInvoice(20, paid=False)] * 5 + [PastInvoice(95, paid=True)] * 500)
    assert list(rates.shares) == sorted(rates.shares)


def test_days_without_end_are_refused() -> None:
    with pytest.raises(InvalidNumbers):
        default_rates([PastInvoice(float("nan"), paid=True)])
