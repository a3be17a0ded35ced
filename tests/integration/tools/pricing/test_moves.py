"""Demand on a warehouse once the brand's own prices have moved."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from domain.context import Context
from store.database import Database
from store.reads.pricing.prices import product_by_sku
from store.tables import Price, PriceHistory, Receipt
from tests.integration.priced_brand import Planted, plant, start_run
from tests.integration.stocked_brand import WEEKLY, keep_in_stock
from tools.toolbox import Toolbox

ELASTICITY = -3.2


@pytest.fixture
def ctx(database: Database, new_brand: Callable[..., Context]) -> Context:
    owner = new_brand()
    plant(database, owner, [Planted("DEAR", 1500, 500, ELASTICITY)])
    keep_in_stock(database, owner, {"DEAR": 300})
    return owner


def cut(database: Database, ctx: Context, to_minor: int, days_ago: int) -> None:
    moment = ctx.now() - timedelta(days=days_ago)
    with database.begin(ctx) as session:
        product = product_by_sku(session, "DEAR").id
        price = session.scalars(select(Price).where(col(Price.product_id) == product)).first()
        assert price is not None
        row = PriceHistory(price_id=price.id, amount_minor=to_minor, currency="EUR", valid_from=moment,
                           known_at=moment, source="observed")  # fmt: skip
        session.add(row)


def advised(database: Database, ctx: Context) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The line of the order's advice, and the rows that it came from."""
    toolbox = Toolbox(database, replace(ctx, as_of=ctx.now()), start_run(database, ctx), "tester", ["order_advice"])
    reply = toolbox.call("order_advice", {"supplier": "S1"})
    assert reply.ok, reply.content
    with database.read(ctx) as session:
        receipt = session.get_one(Receipt, (ctx.brand_id, reply.receipt_id))
        return json.loads(reply.content)["result"]["lines"][0], list(receipt.sources)


def test_a_fresh_cut_is_expected_to_sell_more_at_once(database: Database, ctx: Context) -> None:
    """Past sales say nothing of the new price; the elasticity does, as far as it is known."""
    before, _ = advised(database, ctx)
    cut(database, ctx, 1_350, days_ago=1)
    after, rows = advised(database, ctx)
    growth = after["demand"]["value"] / before["demand"]["value"]
    assert before["demand"]["value"] == pytest.approx(WEEKLY, rel=0.05)
    assert growth == pytest.approx(0.9**ELASTICITY, rel=0.12)
    spread = [line["demand_high"]["value"] - line["demand_low"]["value"] for line in (before, after)]
    assert spread[1] > spread[0]
    assert after["quantity"]["value"] > before["quantity"]["value"]
    assert any(row["table"] == "price_history" for row in rows), "it can be opened to the price that moved"


def test_a_change_that_has_had_its_quarter_to_show_is_left_to_the_sales(database: Database, ctx: Context) -> None:
    before, _ = advised(database, ctx)
    cut(database, ctx, 1_350, days_ago=100)
    assert advised(database, ctx)[0]["demand"] == before["demand"]


def test_without_a_trusted_elasticity_nothing_is_shifted(database: Database, new_brand: Callable[..., Context]) -> None:
    """A price that never moved before tells of no elasticity."""
    owner = new_brand()
    plant(database, owner, [Planted("DEAR", 1500, 500, ELASTICITY, spread=0.0)])
    keep_in_stock(database, owner, {"DEAR": 300})
    before, _ = advised(database, owner)
    cut(database, owner, 1_350, days_ago=1)
    assert advised(database, owner)[0]["demand"] == before["demand"]
