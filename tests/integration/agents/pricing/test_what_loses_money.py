"""What is not charged, what loses money and what lies dead: each is told, with a proposal or the reason for none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.context import Context
from domain.report import FindingSeverity
from store.database import Database
from store.reads.pricing.prices import channel_by_code, price_entry, product_by_sku
from store.tables import InventoryMovement, Location, PriceHistory, ProposalRow, StockItem
from tests.integration.agents.pricing.test_pricing_director import actions, hold, spoken
from tests.integration.priced_brand import CHANNEL, Planted, plant, start_run

NewBrand = Callable[..., Context]
DAY = timedelta(days=1)
LOSING = Planted("LOSS", 1000, 1100, -2.0, weekly_units=127)
"""It keeps -10 % and sells 127 a week."""


@pytest.fixture
def ctx(new_brand: NewBrand) -> Context:
    return new_brand()


def approve_on_paper(database: Database, ctx: Context, sku: str, *steps: tuple[int, int]) -> None:
    """Amounts that were approved so many days ago; the sales do not know of them."""
    with database.begin(ctx) as session:
        product, channel = product_by_sku(session, sku), channel_by_code(session, CHANNEL)
        entry = price_entry(session, product.id, channel.id)
        for days, amount in steps:
            moment = ctx.now() - days * DAY
            session.add(
                PriceHistory(
                    price_id=entry.id, amount_minor=amount, currency="EUR", valid_from=moment, known_at=moment,
                    source=f"action_item:{days}",
                )
            )  # fmt: skip
        entry.amount_minor = steps[-1][1]


async def test_a_price_that_was_raised_on_paper_is_told_and_left_alone(database: Database, ctx: Context) -> None:
    """Three meetings raised 34.43 to 45.81, and it is sold at 34.43 all along."""
    plant(database, ctx, [Planted("PAPER", 3443, 1000, -1.3, spread=0.0), Planted("OTHER", 1000, 400, -1.3, seed=2)])
    approve_on_paper(database, ctx, "PAPER", (36, 3787), (29, 4165), (22, 4581))
    run_id = start_run(database, ctx)
    result = await hold(database, ctx, run_id)
    assert set(actions(database, ctx)) == {"OTHER"}
    finding = next(finding for finding in result.report.findings if finding.subject == "PAPER")
    said = spoken(database, ctx, run_id, finding.claim)
    assert finding.severity == FindingSeverity.RISK
    assert "at €34.43" in said
    assert "€45.81 was approved in shop, but sales have shown €34.43" in said
    assert any(
        line.startswith("PAPER in shop: the approved price is not charged") for line in result.report.missing_data
    )


async def test_what_sells_at_a_loss_is_raised_in_steps(database: Database, ctx: Context) -> None:
    plant(database, ctx, [LOSING], min_margin_bps=1_500)
    run_id = start_run(database, ctx)
    result = await hold(database, ctx, run_id)
    assert actions(database, ctx) == {"LOSS": 1100}
    said = spoken(database, ctx, run_id, result.report.findings[0].claim)
    assert result.report.findings[0].severity == FindingSeverity.RISK
    assert "this is the first of 3 steps to €12.95" in said  # 11.00 is 85 % of 12.94 and a bit
    with database.read(ctx) as session:
        promise = session.scalars(select(ProposalRow)).one().prediction
    assert promise["value"] > 0
    assert promise["horizon_days"] == 14, "a step is measured soon, so that the next one can follow"


async def test_a_loss_whose_demand_is_unknown_is_raised_too(database: Database, ctx: Context) -> None:
    plant(database, ctx, [replace(LOSING, spread=0.0)])
    run_id = start_run(database, ctx)
    result = await hold(database, ctx, run_id)
    assert actions(database, ctx) == {"LOSS": 1100}
    assert "taken to fall fast" in spoken(database, ctx, run_id, result.report.findings[0].claim)


async def test_where_no_raise_is_possible_the_finding_says_what_else(database: Database, ctx: Context) -> None:
    plant(database, ctx, [LOSING], corridor_high_bps=10_000)
    run_id = start_run(database, ctx)
    result = await hold(database, ctx, run_id)
    said = spoken(database, ctx, run_id, result.report.findings[0].claim)
    assert actions(database, ctx) == {}
    assert "No raise is possible now" in said
    assert "stop advertising it, sell off what is left, or drop it" in said
    assert "No other price is recommended" not in said


async def test_dead_stock_is_named_with_what_it_cost(database: Database, ctx: Context) -> None:
    plant(database, ctx, [Planted("ALIVE", 1000, 500, -2.0), Planted("DEAD", 2000, 1000, -2.0, weekly_units=0.0)])
    with database.begin(ctx) as session:
        long_ago = ctx.now() - 400 * DAY
        place = Location(code="W", kind="warehouse", known_at=long_ago)
        session.add(place)
        session.flush()
        for sku, units in (("ALIVE", 900), ("DEAD", 1_090)):
            item = StockItem(product_id=product_by_sku(session, sku).id, location_id=place.id, known_at=long_ago)
            session.add(item)
            session.flush()
            session.add(
                InventoryMovement(
                    stock_item_id=item.id,
                    external_id=sku,
                    kind="count",
                    quantity=units,
                    moved_at=long_ago,
                    known_at=long_ago,
                )
            )
    run_id = start_run(database, ctx)
    result = await hold(database, ctx, run_id)
    told = [spoken(database, ctx, run_id, finding.claim) for finding in result.report.findings]
    dead = [line for line in told if "lie there" in line]
    assert len(dead) == 1
    assert dead[0].startswith("1,090 units of DEAD lie there and none was sold in 13 weeks; they cost €10,900.00.")
    assert "drop it from the range" in dead[0]
