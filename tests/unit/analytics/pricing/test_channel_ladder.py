"""The order of prices over channels: where it is broken, and how far one may go."""

import pytest

from analytics.pricing.channel_ladder import ChannelRole, LadderBreak, Rung, broken_rungs, edges
from domain.pricing import SaleTerms

VAT = 1_900


def ladder(shop: int = 1_190, market: int = 1_190, dealers: int = 650) -> list[Rung]:
    """Dealers usually resell at 1.5 times what they pay with VAT: 1,160.25."""
    return [
        Rung("shop", ChannelRole.SHOP, shop, SaleTerms(VAT, 200), VAT),
        Rung("market", ChannelRole.MARKETPLACE, market, SaleTerms(VAT, 1_500), VAT),
        Rung("dealers", ChannelRole.DEALERS, dealers, SaleTerms(0, 0), VAT),
        Rung("stands", ChannelRole.STANDS, 1_250, SaleTerms(VAT, 2_000), VAT),
    ]


def breaks(rungs: list[Rung]) -> list[tuple[str, str, str]]:
    return [(str(broken.kind), broken.channel, broken.against) for broken in broken_rungs(rungs, 1.5)]


def test_a_ladder_in_order_has_no_break() -> None:
    assert breaks(ladder()) == []
    assert breaks(ladder(shop=1_103)) == [], "within the tolerance of five in a hundred"


def test_each_break_is_found() -> None:
    assert breaks(ladder(shop=1_100, market=1_100)) == [(LadderBreak.UNDERCUTS_DEALERS, "shop", "dealers")]
    assert breaks(ladder(market=1_120)) == [(LadderBreak.MARKETPLACE_CHEAPER, "market", "shop")]
    assert breaks(ladder(dealers=1_000)) == [(LadderBreak.DEALERS_ABOVE_SHOP, "dealers", "shop")]


def test_a_price_may_go_to_its_edge_and_no_further() -> None:
    low, high = edges(ladder(), "shop", 1.5)
    assert (low, high) == (1_103, 1_252)
    assert breaks(ladder(shop=1_103)) == []
    assert breaks(ladder(shop=1_102)) != []
    assert breaks(ladder(shop=1_253)) != []
    assert edges(ladder(), "market", 1.5) == (1_131, None)
    assert edges(ladder(), "stands", 1.5) == (None, None)
    low, high = edges(ladder(), "dealers", 1.5)
    assert low is None
    assert high is not None
    assert breaks(ladder(dealers=high)) == []
    assert breaks(ladder(dealers=high + 2)) != []


def test_what_is_broken_already_may_stay_and_move_back() -> None:
    assert edges(ladder(shop=1_000), "shop", 1.5)[0] == 1_000
    assert edges(ladder(market=900), "market", 1.5)[0] == 900
    assert edges(ladder(dealers=1_000), "dealers", 1.5)[1] == 1_000


@pytest.mark.parametrize("fee", [0, 200])
def test_a_marketplace_that_keeps_no_more_than_the_shop_does_not_matter(fee: int) -> None:
    rungs = ladder(market=900)
    rungs[1] = Rung("market", ChannelRole.MARKETPLACE, 900, SaleTerms(VAT, fee), VAT)
    assert breaks(rungs) == []
