"""A small brand whose demand is planted: weekly sales at several locations with a known elasticity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np

from domain.context import Context
from store.bulk import load_rows
from store.bulk_statements import Target
from store.database import Database
from store.tables import (
    BrandRules,
    Channel,
    CompetitorPrice,
    Location,
    Price,
    PriceHistory,
    Product,
    ProductCost,
    Run,
    SalesFact,
)

CHANNEL = "shop"
_KEY = ("product_id", "channel_id", "location_id", "period_start", "period_days")
_SALES = Target(SalesFact, (*_KEY, "units", "unit_price_minor", "currency", "known_at"), _KEY)


@dataclass(frozen=True)
class Planted:
    """A product and how its buyers really behave. `spread` is the standard deviation of log price by location-week."""

    sku: str
    price_minor: int
    cost_minor: int | None
    elasticity: float
    title: str = ""
    weekly_units: float = 120.0
    spread: float = 0.12
    noise: float = 0.08
    weeks: int = 60
    seed: int = 1


def plant(
    database: Database, ctx: Context, products: Sequence[Planted], *, currency: str = "EUR", **rules: Any
) -> None:
    """Write the channel, six locations, and every product with its price list entry, cost and sales."""
    with database.begin(ctx) as session:
        if rules:
            session.add(BrandRules(version=2, author="test", reason="test", created_at=ctx.now(), **rules))
        channel = Channel(code=CHANNEL, title="Shop", known_at=_long_ago(ctx))
        places = [Location(code=f"L{i}", known_at=_long_ago(ctx)) for i in range(6)]
        session.add_all([channel, *places])
        session.flush()
        for product in products:
            _plant_one(session, ctx, channel.id, [place.id for place in places], product, currency)


def start_run(database: Database, ctx: Context) -> UUID:
    """A run for receipts to belong to."""
    with database.begin(ctx) as session:
        run = Run(kind="meeting", graph_version="test", status="running", started_by="test", started_at=ctx.now())
        session.add(run)
        session.flush()
        return run.id


def add_competitor(database: Database, ctx: Context, sku: str, amount_minor: int) -> None:
    """A competitor's price, seen yesterday."""
    from store.reads.pricing.prices import product_by_sku

    with database.begin(ctx) as session:
        seen = ctx.now() - timedelta(days=1)
        product = product_by_sku(session, sku)
        session.add(
            CompetitorPrice(
                product_id=product.id,
                competitor="Rival",
                amount_minor=amount_minor,
                currency="EUR",
                observed_at=seen,
                known_at=seen,
            )
        )


def _long_ago(ctx: Context) -> Any:
    return ctx.now() - timedelta(days=3_000)


def _plant_one(
    session: Any, ctx: Context, channel_id: UUID, places: Sequence[UUID], planted: Planted, currency: str
) -> None:
    since = ctx.now() - timedelta(days=200)
    product = Product(sku=planted.sku, title=planted.title or planted.sku, known_at=_long_ago(ctx))
    session.add(product)
    session.flush()
    entry = Price(
        product_id=product.id,
        channel_id=channel_id,
        amount_minor=planted.price_minor,
        currency=currency,
        valid_from=since,
    )
    session.add(entry)
    session.flush()
    amount = {"amount_minor": planted.price_minor, "currency": currency, "valid_from": since, "known_at": since}
    session.add(PriceHistory(price_id=entry.id, source="import", **amount))
    if planted.cost_minor is not None:
        cost = {"unit_cost_minor": planted.cost_minor, "currency": currency, "valid_from": since, "known_at": since}
        session.add(ProductCost(product_id=product.id, **cost))
    loaded = load_rows(session, _SALES, _sales(ctx, product.id, channel_id, places, planted, currency))
    assert loaded.loaded == planted.weeks * len(places)


def _sales(
    ctx: Context, product_id: UUID, channel_id: UUID, places: Sequence[UUID], planted: Planted, currency: str
) -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(planted.seed)
    end = ctx.now().replace(hour=0, minute=0)
    facts = []
    for week in range(planted.weeks):
        start = end - timedelta(weeks=planted.weeks - week)
        for place in places:
            price = max(round(planted.price_minor * float(np.exp(rng.normal(0, planted.spread)))), 1)
            mean = planted.weekly_units / len(places) * (price / planted.price_minor) ** planted.elasticity
            facts.append(
                _SALES.row(
                    product_id=product_id,
                    channel_id=channel_id,
                    location_id=place,
                    period_start=start,
                    period_days=7,
                    units=max(round(mean * float(np.exp(rng.normal(0, planted.noise)))), 0),
                    unit_price_minor=price,
                    currency=currency,
                    known_at=start + timedelta(days=7),
                )
            )
    return facts
