"""A price line says what its facts say one by one, also of a price that was set longer ago than a year."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.context import Context
from domain.errors import NotFound
from store.database import Database
from store.reads.pricing import prices
from store.reads.pricing.price_line import price_line
from store.tables import Price, PriceHistory
from tests.integration.priced_brand import CHANNEL, Planted, plant

NewBrand = Callable[..., Context]


@pytest.fixture
def ctx(new_brand: NewBrand) -> Context:
    return new_brand("priced")


def set_price(database: Database, ctx: Context, amount_minor: int, days_ago: float) -> None:
    moment = ctx.now() - timedelta(days=days_ago)
    with database.begin(ctx) as session:
        entry = session.scalars(select(Price)).one()
        changed = {"amount_minor": amount_minor, "currency": "EUR", "valid_from": moment, "source": "test"}
        session.add(PriceHistory(price_id=entry.id, known_at=moment, **changed))


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [(900, 500.0)],
        [(900, 500.0), (950, 400.0), (1100, 30.0)],
        [(900, 500.0), (1100, 30.0), (1200, 0.5), (1150, 0.25)],
        [(1100, 0.5), (1050, 0.1)],
    ],
)
def test_a_line_says_what_its_facts_say_one_by_one(
    database: Database, ctx: Context, changes: list[tuple[int, float]]
) -> None:
    plant(database, ctx, [Planted("SHAMPOO", 1000, 400, -1.5, weeks=4)])
    for amount_minor, days_ago in changes:
        set_price(database, ctx, amount_minor, days_ago)
    with database.read(ctx) as session:
        line = price_line(session, "SHAMPOO", CHANNEL)
        product = prices.product_by_sku(session, "SHAMPOO")
        channel = prices.channel_by_code(session, CHANNEL)
        now = prices.price_now(session, product.id, channel.id)
        assert (line.product, line.channel, line.price) == (product, channel, now)
        assert line.unit_cost_minor == prices.unit_cost_minor(session, product.id)
        assert line.reference_minor == prices.reference_price_minor(session, now.price_id)
        assert line.changed_last_day_bps == prices.changed_last_day_bps(session, now.price_id)


@pytest.mark.parametrize(("sku", "channel", "missing"), [("NONE", CHANNEL, "NONE"), ("SHAMPOO", "nowhere", "nowhere")])
def test_what_is_not_there_is_named(database: Database, ctx: Context, sku: str, channel: str, missing: str) -> None:
    plant(database, ctx, [Planted("SHAMPOO", 1000, 400, -1.5, weeks=4)])
    with database.read(ctx) as session, pytest.raises(NotFound, match=f"{missing} in brand"):
        price_line(session, sku, channel)
