"""Margins and floor prices by the integers that the guardrails will use."""

from datetime import UTC, datetime
from uuid import uuid4

from hypothesis import example, given
from hypothesis import strategies as st

from store.reads.pricing.prices import PriceNow, sale_terms
from store.tables import BrandRules, Channel, Product
from tools.pricing.situation import Situation, floor_price_minor

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def situation(cost: int | None, vat_bps: int, fee_bps: int, floor_bps: int, include_vat: bool = True) -> Situation:
    return Situation(
        product=Product(sku="A", title="A", vat_bps=vat_bps),
        channel=Channel(code="c", title="c", fee_bps=fee_bps, prices_include_vat=include_vat),
        zone="",
        rules=BrandRules(version=1, min_margin_bps=floor_bps, created_at=NOW),
        price=PriceNow(uuid4(), 1000, "EUR", NOW, "import"),
        unit_cost_minor=cost,
    )


def test_vat_counts_only_where_prices_include_it() -> None:
    product = Product(sku="A", title="A", vat_bps=2_000)
    including = Channel(code="c", title="c", fee_bps=1_000)
    excluding = Channel(code="c", title="c", fee_bps=1_000, prices_include_vat=False)
    assert sale_terms(product, including).kept_minor(1200) == 900
    assert sale_terms(product, excluding).kept_minor(1200) == 1080


@given(
    cost=st.integers(0, 10**7),
    vat_bps=st.integers(0, 3_000),
    fee_bps=st.integers(0, 9_000),
    floor_bps=st.integers(0, 9_500),
)
@example(cost=0, vat_bps=0, fee_bps=501, floor_bps=9_500)
def test_the_floor_price_is_the_lowest_that_keeps_the_margin(
    cost: int, vat_bps: int, fee_bps: int, floor_bps: int
) -> None:
    now = situation(cost, vat_bps, fee_bps, floor_bps)
    floor = floor_price_minor(now)
    out_of_reach = floor_bps > 10_000 - fee_bps or (cost > 0 and floor_bps == 10_000 - fee_bps)
    assert (floor is None) == out_of_reach, "more than the channel leaves of net sales cannot be kept"
    if floor is None:
        return
    assert (now.margin_bps(floor) or 0) >= floor_bps
    lower = now.margin_bps(floor - 1) if floor > 1 else None
    assert lower is None or lower < floor_bps


def test_without_cost_or_with_an_impossible_floor_there_is_no_floor_price() -> None:
    assert floor_price_minor(situation(None, 0, 0, 1_500)) is None
    assert floor_price_minor(situation(100, 0, 0, 10_000)) is None
    assert floor_price_minor(situation(100, 0, 10_000, 1_500)) is None
    assert situation(None, 0, 0, 1_500).margin_bps(100) is None


def test_no_price_passes_the_floor_by_rounding() -> None:
    """21.69 / 1.19 is 18.2269 net: less 12 % of it and 12.40 for the goods 19.969 % are left, not yet 20 %."""
    now = situation(1_240, 1_900, 1_200, 2_000)
    assert floor_price_minor(now) == 2_170
    assert (now.margin_bps(2_169), now.margin_bps(2_170)) == (1_996, 2_000)
