"""Orders that a buyer would sign: backlog on top, cover within limits, what else would do, from a normal export."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from actions.stock.purchase_order_create import PurchaseOrderHandler
from domain.context import Context
from domain.language import Language
from domain.stock import PurchaseOrderCreate
from language.speech import speak
from memory.knowledge import SearchResult
from store.database import Database
from store.reads.pricing.prices import product_by_sku
from store.reads.stock.levels import on_hand, warehouses
from store.tables import StockItem
from tests.integration.agents.held import Held, answer_of
from tests.integration.stocked_brand import Stocked, Supply, moved, order_under_way, stock
from tools.base import ToolEnv
from tools.stock.book import stock_book
from tools.stock.shelf_supply import shelf_supply

NewBrand = Callable[..., Context]
LOW = Stocked("LOW", 150)


@pytest.fixture
def ctx(new_brand: NewBrand) -> Context:
    return new_brand()


async def after(database: Database, ctx: Context, products: Sequence[Stocked], *more: Any, **rest: Any) -> Held:
    stock(database, ctx, products, *more, **rest)
    return await answer_of(database, ctx, "inventory_forecaster", "Stock")


def advice(held: Held) -> dict[str, Any]:
    return dict(held.answers("order_advice")[0])


def line(held: Held, sku: str) -> dict[str, Any]:
    return next(line for answer in held.answers("order_advice") for line in answer["lines"] if line["sku"] == sku)


def ordered_units(advised: dict[str, Any]) -> int:
    return int(advised["quantity"]["value"]) if advised["quantity"] else 0


def ordered(held: Held, sku: str) -> int:
    return ordered_units(line(held, sku))


async def when_so_many_are_left(database: Database, ctx: Context, units: int) -> Held:
    """The same weeks, and a correction today that leaves so many units."""
    stock(database, ctx, [Stocked("OVER", 300)])
    with database.begin(ctx) as session:
        (item,) = session.scalars(select(StockItem)).all()
        session.add(moved(item.id, "today", "correction", units - 300, ctx.now()))
    return await answer_of(database, ctx, "inventory_forecaster", "Stock")


@pytest.mark.parametrize("owed", [40, 500])
async def test_what_is_owed_to_customers_is_ordered_on_top(database: Database, new_brand: NewBrand, owed: int) -> None:
    zero = await when_so_many_are_left(database, new_brand("zero"), 0)
    held = await when_so_many_are_left(database, new_brand("owing"), -owed)
    assert ordered(held, "OVER") == pytest.approx(ordered(zero, "OVER") + owed, abs=4)
    assert line(held, "OVER")["owed"]["value"] == owed
    assert "stock.reason.owed_to_customers" in line(held, "OVER")["reasons"]
    assert f"{owed} units of OVER are sold already and owed to customers; they are ordered on top." in held.said
    assert line(held, "OVER")["gain"]["value"] == pytest.approx(line(zero, "OVER")["gain"]["value"], rel=0.03)
    assert line(held, "OVER")["cover_after"] == line(zero, "OVER")["cover_after"]


async def test_cover_beyond_the_brands_limit_is_not_proposed(database: Database, new_brand: NewBrand) -> None:
    """900 units at a tenth less would pay and last 105 days; the same with 60, and 30, days kept."""
    deep = Stocked("DEEP", 150, tiers=((1, 400), (900, 360)))
    lasting: dict[int, dict[str, Any]] = {}
    for days in (180, 60, 30):
        held = await after(database, new_brand(f"kept-{days}"), [deep], max_cover_days=days)
        lasting[days] = line(held, "DEEP")
    assert ordered_units(lasting[180]) >= 900
    assert lasting[60]["cover_after"]["value"] <= 60
    assert ordered_units(lasting[60]) > 0
    assert lasting[30]["cover_after"]["value"] in (29, 30)
    assert lasting[30]["why"] == "stock.reason.cover"


async def test_where_the_suppliers_minimum_goes_beyond_it_the_reason_says_so(database: Database, ctx: Context) -> None:
    held = await after(database, ctx, [Stocked("LEAST", 150, tiers=((900, 400),))], max_cover_days=60)
    assert (ordered(held, "LEAST"), line(held, "LEAST")["why"]) == (900, "stock.reason.minimum_above_cover")
    days = round(line(held, "LEAST")["cover_after"]["value"])
    assert f"LEAST then lasts {days} days, longer than the 60 days we keep, because the supplier takes" in held.said


async def test_an_order_names_what_forces_it_how_long_each_line_lasts_and_what_else_would_do(
    database: Database, ctx: Context
) -> None:
    """DUE is at its reorder point, GONE runs out: only GONE would cost a part, and bring nearly all."""
    held = await after(database, ctx, [Stocked("GONE", 20), Stocked("DUE", 290, seed=2)], cash_minor=900_000)
    smaller, whole = advice(held)["alternative"], advice(held)
    assert smaller["skus"] == ["GONE"]
    assert smaller["amount"]["value"] == line(held, "GONE")["amount"]["value"] < whole["amount"]["value"]
    assert smaller["gain"]["value"] > 0.9 * whole["gain"]["value"]
    assert "Of GONE, 20 units are left" in held.said
    assert f"That lasts {round(line(held, 'GONE')['cover']['value'])} days." in held.said
    lasts = {sku: round(line(held, sku)["cover_after"]["value"]) for sku in ("DUE", "GONE")}
    assert f"With this order DUE lasts {lasts['DUE']} days; GONE lasts {lasts['GONE']} days." in held.said
    assert "Only GONE would be " in held.said


async def test_the_item_counts_days_and_chances_by_the_figure_of_the_analysis(database: Database, ctx: Context) -> None:
    held = await after(database, ctx, [LOW, Stocked("SLOW", 20, weekly=9, seed=4)], cash_minor=900_000)
    action = PurchaseOrderCreate.model_validate(held.proposals[0].action)
    with database.read(ctx) as session:
        look = PurchaseOrderHandler().look(session, action, None)
    for change, ordered_line in zip(look.preview.changes, action.lines, strict=True):
        told = line(held, ordered_line.sku)
        before, then = (speak(words, Language.EN) for words in (change.before, change.after))
        assert f"lasts {round(told['cover']['value'])} days" in before
        assert f"lasts {round(told['cover_after']['value'])} days" in then
        assert f"{told['stock_out_without']['value'] / 100:.1f} % chance of running out" in before
        assert f"{told['stock_out_with']['value'] / 100:.1f} % chance of running out" in then
        assert "(as much as is needed)" in then
    lasts = [round(line(held, row.sku)["cover_after"]["value"]) for row in action.lines]
    assert look.guard_facts.model_dump()["cover_days"] == max(lasts)


async def test_a_brand_that_books_no_movements_gets_orders(database: Database, new_brand: NewBrand) -> None:
    """Sales, a count, received orders and offers are enough: the order is the one that movements lead to."""
    booked = await after(database, new_brand("booked"), [LOW], cash_minor=900_000)
    ctx = new_brand("plain")
    stock(database, ctx, [LOW, Stocked("UNSEEN", 0)], cash_minor=900_000, books_movements=False)
    order_under_way(database, ctx, "UNSEEN", 7)
    held = await answer_of(database, ctx, "inventory_forecaster", "Stock")
    assert advice(held)["movements"] == "derived"
    assert ordered(held, "LOW") == pytest.approx(ordered(booked, "LOW"), rel=0.1)
    assert line(held, "LOW")["demand"]["value"] == pytest.approx(line(booked, "LOW")["demand"]["value"], rel=0.05)
    assert held.report.missing_data == [
        "No stock movements are imported, so they are derived from sales, counts and received orders; "
        "inventory_movements.csv would be exact.",
        "UNSEEN: nothing says how much of it is there; stock.csv would tell.",
    ]


async def test_what_lacks_the_same_is_said_in_one_line_with_its_file(database: Database, ctx: Context) -> None:
    suppliers = [Supply("S1", lead_time_days=None, took_days=()), Supply("S2", lead_time_days=None, took_days=())]
    held = await after(database, ctx, [LOW, Stocked("B", 10, supplier="S2")], suppliers)
    assert held.report.missing_data == [
        "S1, S2: neither a delivery nor a promised lead time of this supplier is known; suppliers.csv would tell."
    ]


def test_what_cannot_be_checked_against_stock_names_the_file(database: Database, ctx: Context) -> None:
    stock(database, ctx, [LOW, Stocked("UNSEEN", 0)], books_movements=False)
    env = ToolEnv(uuid4(), "pricing_director", lambda _, make: make(), lambda *_, **__: SearchResult(()))
    with database.read(ctx) as session:
        product = product_by_sku(session, "UNSEEN")
        with pytest.raises(Exception) as unknown:
            shelf_supply(session, env, stock_book(session, env), product.id, "UNSEEN", 400)
    said = speak(unknown.value.said, Language.DE)  # pyright: ignore[reportAttributeAccessIssue]
    assert said == ("Nicht am Bestand geprüft: wie viel von UNSEEN da ist, ist nicht bekannt; Auskunft gäbe stock.csv.")


def test_stock_since_a_count_is_what_came_less_what_was_sold(database: Database, ctx: Context) -> None:
    """Counted this morning; more sold than was counted is no debt to customers."""
    stock(database, ctx, [LOW, Stocked("OWED", -30)], books_movements=False)
    with database.read(ctx) as session:
        held = on_hand(session, [place.id for place in warehouses(session)])
        ids = {sku: product_by_sku(session, sku).id for sku in ("LOW", "OWED")}
    assert {sku: held[product] for sku, product in ids.items()} == {"LOW": 150, "OWED": -30}


async def test_of_a_supplier_of_many_products_an_order_holds_what_brings_most(database: Database, ctx: Context) -> None:
    """A hundred lines; of two products that are due alike, the one that keeps less of a unit waits."""
    many = [Stocked(f"P{number:03}", 150, kept_minor=600 + 4 * number, noise=0.0) for number in range(120)]
    held = await after(database, ctx, many, cash_minor=1_000_000_000)
    (proposal,) = held.proposals
    assert {line["sku"] for line in proposal.action["lines"]} == {f"P{number:03}" for number in range(20, 120)}
    waiting = [line["sku"] for line in advice(held)["lines"] if line["reasons"][0] == "stock.reason.waits_for_lines"]
    assert waiting == [f"P{number:03}" for number in range(20)]
