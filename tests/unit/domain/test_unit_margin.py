"""A unit margin is what is kept less the goods, as a share of net sales before the channel's fee, in every channel."""

import pytest

from domain.pricing import SaleTerms


@pytest.mark.parametrize(
    ("terms", "price", "cost", "margin_bps"),
    [
        (SaleTerms(), 1_000, 600, 4_000),
        (SaleTerms(vat_bps=1_900), 1_190, 600, 4_000),  # 11.90 with VAT is 10.00 net
        (SaleTerms(fee_bps=1_500), 1_000, 600, 2_500),  # 1.50 of 10.00 goes to the channel, 2.50 is left
        (SaleTerms(vat_bps=1_900, fee_bps=1_500), 1_190, 600, 2_500),
        (SaleTerms(fee_bps=5_000), 1_000, 600, -1_000),
        (SaleTerms(fee_bps=10_000), 1_000, 0, 0),
    ],
)
def test_it_can_be_compared_with_contribution_in_percent_of_net_sales(
    terms: SaleTerms, price: int, cost: int, margin_bps: int
) -> None:
    assert terms.margin_bps(price, cost) == margin_bps
    assert terms.margin(price, cost) == pytest.approx(margin_bps / 10_000)
    net, kept = price * terms.net_share, price * terms.kept_share
    assert (kept - cost) / net == pytest.approx(margin_bps / 10_000), "contribution of one unit over its net sales"


@pytest.mark.parametrize("terms", [SaleTerms(), SaleTerms(1_900, 1_500), SaleTerms(0, 2_000)])
def test_the_price_for_a_margin_keeps_it(terms: SaleTerms) -> None:
    price = terms.price_for_margin(600, 2_500)
    assert terms.margin(round(price), 600) == pytest.approx(0.25, abs=0.001)
