"""The pricing tools answer from the brand's own rows, keep to its rules, and say when they cannot answer."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.context import Context
from store.database import Database
from store.reads.pricing import prices as reads
from store.tables import Channel, Location, PriceHistory, Product, SalesFact
from tests.integration.priced_brand import CHANNEL, Planted, add_competitor, plant, start_run
from tools.registry import TOOLS
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ctx(new_brand: NewBrand) -> Context:
    return new_brand()


@pytest.fixture
def ask(database: Database, ctx: Context) -> Ask:
    """Ask a tool anew, in a run of its own."""

    def asked(tool: str, *, at: Any = None, **arguments: Any) -> dict[str, Any]:
        seen = replace(ctx, as_of=at or ctx.now())
        toolbox = Toolbox(database, seen, start_run(database, ctx), "pricing_director", tuple(TOOLS))
        reply = toolbox.call(tool, arguments if tool == "list_channels" else {"channel": CHANNEL, **arguments})
        assert reply.ok, reply.content
        return json.loads(reply.content)["result"]

    return asked


def test_the_list_shows_price_cost_margin_and_sales(database: Database, ctx: Context, ask: Ask) -> None:
    plant(database, ctx, [Planted("A", 1210, 400, -1.5), Planted("B", 1000, None, -1.5, weeks=10)])
    with database.begin(ctx) as session:
        session.scalars(select(Channel)).one().fee_bps = 2_000
        session.scalars(select(Product).where(Product.sku == "A")).one().vat_bps = 2_100  # type: ignore[arg-type]
    first, second = ask("list_priced_products")["products"]
    assert first["price"] == {"value": 1210, "unit": "EUR.minor", "decimals": 0}
    assert (
        first["margin"]["value"] == 4_000
    )  # 12.10 without VAT 10.00; less the fee 8.00, less 4.00 of cost: 4.00 of 10.00
    assert (first["weeks_of_sales"]["value"], first["enough_data"]) == (60, True)
    assert 90 < first["weekly_units"]["value"] < 160
    assert (second["margin"], second["enough_data"]) == (None, False)
    assert second["reasons"] == ["pricing.reason.too_few_weeks", "pricing.reason.no_unit_cost"]


def test_the_planted_elasticity_is_found(database: Database, ctx: Context, ask: Ask) -> None:
    plant(database, ctx, [Planted("A", 1000, 400, -2.4)])
    elasticity = ask("price_elasticity", sku="A")
    assert elasticity["status"] == "usable"
    assert elasticity["low"]["value"] < -2.4 < elasticity["high"]["value"]
    assert elasticity["high"]["value"] - elasticity["low"]["value"] < 0.5
    errors = [candidate["heldout_error"] for candidate in elasticity["candidates"] if candidate["elasticity"]]
    assert len(errors) >= 5
    assert all(error and error["value"] > 0 for error in errors)
    assert [candidate["model"] for candidate in elasticity["candidates"] if candidate["chosen"]] == [
        elasticity["model"]
    ]


def test_altered_sales_alter_the_answer(database: Database, ctx: Context, new_brand: NewBrand) -> None:
    advised = []
    for slug, elasticity in (("tame", -1.2), ("wild", -3.5)):
        brand = new_brand(slug)
        plant(database, brand, [Planted("A", 1000, 600, elasticity)])
        toolbox = Toolbox(database, brand, start_run(database, brand), "pricing_director", tuple(TOOLS))
        reply = toolbox.call("best_price", {"sku": "A", "channel": CHANNEL})
        advised.append(json.loads(reply.content)["result"]["change"]["value"])
    assert advised == [1_000, -1_000]


@pytest.mark.parametrize(
    ("planted", "reason"),
    [
        (Planted("A", 1000, 400, -2.0, spread=0.0), "too_little_price_variation"),
        (Planted("A", 1000, 400, -2.0, weeks=12), "too_few_weeks"),
        (Planted("A", 1000, 400, 1.5), "elasticity_not_negative"),
        (Planted("A", 1000, None, -2.0), "no_unit_cost"),
        (Planted("A", 1000, 400, -2.0, weeks=0), "no_sales"),
    ],
)
def test_without_the_data_there_is_no_advice(
    database: Database, ctx: Context, ask: Ask, planted: Planted, reason: str
) -> None:
    plant(database, ctx, [planted])
    advice = ask("best_price", sku="A")
    assert advice["status"] == "abstained"
    assert f"pricing.reason.{reason}" in advice["reasons"]
    assert advice["price"] is advice["profit_change"] is None


def test_the_corridor_is_what_the_rules_leave_open(database: Database, ctx: Context, ask: Ask) -> None:
    plant(database, ctx, [Planted("A", 1000, 900, -2.0)], min_margin_bps=2_000, max_price_change_bps_per_day=500)
    add_competitor(database, ctx, "A", 1150)
    corridor = ask("price_corridor", sku="A")
    assert corridor["below_floor"]
    assert corridor["floor_price"]["value"] == 1125  # 9.00 is 80 % of it
    assert (corridor["day_low"]["value"], corridor["day_high"]["value"]) == (950, 1050)
    assert (corridor["corridor_low"]["value"], corridor["corridor_high"]["value"]) == (700, 1300)
    assert corridor["allowed_low"] is corridor["allowed_high"] is None
    assert [(rival["competitor"], rival["gap"]["value"]) for rival in corridor["competitors"]] == [("Rival", 1_500)]
    step = ask("best_price", sku="A")
    assert step["reasons"] == ["pricing.reason.raise_to_floor", "pricing.reason.best_price_is_at_a_bound"]
    assert (step["price"]["value"], step["floor_price"]["value"], step["floor_steps"]["value"]) == (1050, 1125, 3)


def test_what_was_changed_today_counts_against_the_days_limit(database: Database, ctx: Context, ask: Ask) -> None:
    plant(database, ctx, [Planted("A", 1000, 400, -1.3)])
    with database.begin(ctx) as session:
        product, channel = reads.product_by_sku(session, "A"), reads.channel_by_code(session, CHANNEL)
        entry = reads.price_entry(session, product.id, channel.id)
        since = ctx.now() - timedelta(hours=3)
        moved = {"amount_minor": 1060, "currency": "EUR", "valid_from": since, "known_at": since}
        session.add(PriceHistory(price_id=entry.id, source="observed", **moved))
    corridor = ask("price_corridor", sku="A")
    assert (corridor["price"]["value"], corridor["day_limit"]["value"], corridor["day_high"]["value"]) == (
        1060,
        400,
        1102,
    )
    assert ask("best_price", sku="A")["price"]["value"] == 1102
    assert [price["price"]["value"] for price in ask("price_history", sku="A")["prices"]] == [1060, 1000]


def test_the_price_step_keeps_its_ending(database: Database, ctx: Context, ask: Ask) -> None:
    plant(database, ctx, [Planted("A", 999, 400, -1.3)], price_step_minor=10)
    assert ask("best_price", sku="A")["price"]["value"] == 1089


def test_as_of_a_past_moment_only_what_was_known_then_counts(database: Database, ctx: Context, ask: Ask) -> None:
    plant(database, ctx, [Planted("A", 1000, 400, -2.0)])
    past = ctx.now() - timedelta(weeks=30)
    assert ask("price_elasticity", sku="A")["facts"]["weeks"]["value"] == 60
    assert ask("price_elasticity", sku="A", at=ctx.now() - timedelta(weeks=20))["facts"]["weeks"]["value"] == 40
    assert ask("list_priced_products", at=past)["products"] == []  # the price began later


def test_daily_sales_say_the_same_as_weekly_ones(database: Database, ctx: Context, ask: Ask) -> None:
    plant(database, ctx, [Planted("A", 1000, 400, -2.0)])
    with database.begin(ctx) as session:
        weekly = session.scalars(select(SalesFact)).all()
        daily = Product(sku="D", title="Daily", known_at=ctx.now() - timedelta(days=900))
        session.add(daily)
        session.flush()
        for fact in weekly:
            kept = fact.model_dump(exclude={"id", "product_id", "units", "period_start", "period_days"})
            parts = [fact.units - 6 * (fact.units // 7)] + [fact.units // 7] * 6
            for day, units in enumerate(parts):
                start = fact.period_start + timedelta(days=day)
                session.add(SalesFact(**kept, product_id=daily.id, units=units, period_start=start, period_days=1))
        _copy_price(session, ctx, daily)
    weekly_fit, daily_fit = ask("price_elasticity", sku="A"), ask("price_elasticity", sku="D")
    assert daily_fit["elasticity"]["value"] == pytest.approx(weekly_fit["elasticity"]["value"], abs=1e-6)
    assert daily_fit["facts"] == weekly_fit["facts"]


def test_a_zone_is_analysed_on_its_own_locations(database: Database, ctx: Context, ask: Ask) -> None:
    plant(database, ctx, [Planted("A", 1000, 400, -2.0)])
    with database.begin(ctx) as session:
        for place in session.scalars(select(Location).order_by(Location.code).limit(3)).all():  # type: ignore[arg-type]
            place.zone = "north"
        _copy_price(session, ctx, reads.product_by_sku(session, "A"), zone="north", amount_minor=1100)
    elasticity = ask("price_elasticity", sku="A", zone="north")
    assert (elasticity["facts"]["locations"]["value"], elasticity["facts"]["rows"]["value"]) == (3, 180)
    assert ask("price_corridor", sku="A", zone="north")["price"]["value"] == 1100
    assert [line["zone"] for line in ask("list_priced_products")["products"]] == ["", "north"]


def _copy_price(session: Any, ctx: Context, product: Product, zone: str = "", amount_minor: int = 1000) -> None:
    from store.tables import Price

    since = ctx.now() - timedelta(days=200)
    amount = {"amount_minor": amount_minor, "currency": "EUR", "valid_from": since}
    entry = Price(product_id=product.id, channel_id=reads.channel_by_code(session, CHANNEL).id, zone=zone, **amount)
    session.add(entry)
    session.flush()
    session.add(PriceHistory(price_id=entry.id, source="import", known_at=since, **amount))
