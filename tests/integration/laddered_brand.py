"""A small brand with an own shop, a marketplace and dealers, weekly deals, rivals, and two places that keep stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from domain.context import Context
from store.database import Database
from store.session import BrandSession
from store.tables import (
    Channel,
    CompetitorPrice,
    InventoryMovement,
    Location,
    Price,
    PriceHistory,
    Product,
    ProductCost,
    SalesFact,
    StockItem,
)

VAT, WEEK = 1_900, timedelta(weeks=1)
SHOP, MARKET, DEALERS = "shop", "market", "dealers"


@dataclass(frozen=True)
class Deals:
    """How deals work: log lift while they run, and the logs of what is missing in each of the weeks after."""

    lift: float = 0.75
    dips: Sequence[float] = (-0.18, -0.18, -0.10, -0.10, -0.03, -0.03, -0.03, -0.03)
    off: float = 0.15
    every_weeks: int = 13


@dataclass(frozen=True)
class Laddered:
    """How many products in two categories, what they cost and at what they are sold in each channel.

    `unpriced` has the channel that a SKU has no price in.
    """

    products: int = 12
    weeks: int = 65
    cost_minor: int = 450
    prices: Sequence[tuple[str, int]] = ((SHOP, 1_190), (MARKET, 1_190), (DEALERS, 640))
    weekly_units: float = 60.0
    deals: Deals | None = None
    rivals_answer: float | None = None
    unpriced: Mapping[str, str] = field(default_factory=dict[str, str])
    seed: int = 1

    @property
    def skus(self) -> list[str]:
        return [f"P-{number:02d}" for number in range(self.products)]


def ladder(database: Database, ctx: Context, planted: Laddered) -> None:
    """Write channels, products, costs, price lists with their past changes, weekly sales, and rivals' prices."""
    rng = np.random.default_rng(planted.seed)
    long_ago = ctx.now() - timedelta(days=3_000)
    with database.begin(ctx) as session:
        channels = [
            Channel(code=SHOP, title="Own shop", fee_bps=200, known_at=long_ago),
            Channel(code=MARKET, title="Market", fee_bps=1_500, known_at=long_ago),
            Channel(code=DEALERS, title="Dealers", fee_bps=0, prices_include_vat=False, known_at=long_ago),
        ]
        session.add_all(channels)
        session.flush()
        ids = {channel.code: channel.id for channel in channels}
        for at, sku in enumerate(planted.skus):
            product = Product(sku=sku, title=f"Product {sku}", category="ab"[at % 2], vat_bps=VAT, known_at=long_ago)
            session.add(product)
            session.flush()
            cost = {"unit_cost_minor": planted.cost_minor, "currency": "EUR", "valid_from": long_ago}
            session.add(ProductCost(product_id=product.id, known_at=long_ago, **cost))
            moves = _moves(rng, planted)
            for code, amount in planted.prices:
                if planted.unpriced.get(sku) != code:
                    _priced(session, ctx, product.id, ids[code], amount, moves if code == SHOP else None)
            _sold(session, ctx, product.id, ids[SHOP], planted, moves, rng, at)
            if planted.rivals_answer is not None:
                _followed(session, ctx, product.id, planted, moves, rng)


def _monday(ctx: Context) -> datetime:
    return ctx.now().replace(hour=0, minute=0)


def _moves(rng: np.random.Generator, planted: Laddered) -> np.ndarray:
    """(weeks,) how far the shop's log price stood from today's; it ends where it is now."""
    steps = np.where(rng.random(planted.weeks) < 0.25, rng.normal(0, 0.08, planted.weeks), 0.0)
    away = np.cumsum(steps)
    return away - away[-1]


def _priced(
    session: BrandSession, ctx: Context, product: UUID, channel: UUID, amount: int, moves: np.ndarray | None
) -> None:
    since = _monday(ctx) - 60 * WEEK
    entry = Price(product_id=product, channel_id=channel, amount_minor=amount, currency="EUR", valid_from=since)
    session.add(entry)
    session.flush()
    asked: list[tuple[datetime, int]] = [(since - 30 * WEEK, amount)]
    if moves is not None:
        amounts = [round(amount * float(np.exp(move))) for move in moves]
        start = _monday(ctx) - len(moves) * WEEK
        asked = [
            (start + week * WEEK, now) for week, now in enumerate(amounts) if week == 0 or now != amounts[week - 1]
        ]
    for at, now in asked:
        entered = {"amount_minor": now, "currency": "EUR", "valid_from": at, "known_at": at}
        session.add(PriceHistory(price_id=entry.id, source="import", **entered))


def _sold(
    session: BrandSession,
    ctx: Context,
    product: UUID,
    channel: UUID,
    planted: Laddered,
    moves: np.ndarray,
    rng: np.random.Generator,
    at: int,
) -> None:
    start, price = _monday(ctx) - planted.weeks * WEEK, dict(planted.prices)[SHOP]
    log_mean, deal = np.log(planted.weekly_units) - 2.2 * moves, np.zeros(planted.weeks, dtype=bool)
    if (deals := planted.deals) is not None:
        deal[(at * 5) % deals.every_weeks :: deals.every_weeks] = True
        deal[-6:] = False
        for week in np.flatnonzero(deal):
            log_mean[week] += deals.lift
            for later, dip in enumerate(deals.dips, start=1):
                if week + later < planted.weeks:
                    log_mean[week + later] += dip
    units = rng.poisson(np.exp(log_mean) * rng.gamma(40, 1 / 40, planted.weeks))
    for week, sold in enumerate(units):
        asked = price * float(np.exp(moves[week])) * (1 - (deals.off if deals and deal[week] else 0.0))
        session.add(
            SalesFact(
                product_id=product,
                channel_id=channel,
                period_start=start + week * WEEK,
                period_days=7,
                units=int(sold),
                unit_price_minor=round(asked),
                currency="EUR",
                deal_bps=10_000 if deal[week] else 0,
                known_at=start + (week + 1) * WEEK,
            )
        )


def _followed(
    session: BrandSession, ctx: Context, product: UUID, planted: Laddered, moves: np.ndarray, rng: np.random.Generator
) -> None:
    """Two rivals who go half of the way to their answer every week."""
    assert planted.rivals_answer is not None
    start, price = _monday(ctx) - planted.weeks * WEEK, dict(planted.prices)[SHOP]
    level = 0.0
    for week, move in enumerate(moves):
        level += 0.5 * (planted.rivals_answer * move - level)
        for rival in ("north", "south"):
            seen = start + week * WEEK + timedelta(hours=6)
            amount = round(price * float(np.exp(level + rng.normal(0, 0.008))))
            observation: dict[str, Any] = {
                "amount_minor": amount,
                "currency": "EUR",
                "observed_at": seen,
                "known_at": seen,
            }
            session.add(CompetitorPrice(product_id=product, competitor=rival, **observation))


def keep_at(
    database: Database,
    ctx: Context,
    code: str,
    on_hand: Mapping[str, int],
    *,
    kind: str = "stand",
    daily: Mapping[str, int] | None = None,
    transfer_cost_minor: int | None = 1_400,
    days: int = 70,
) -> None:
    """A place that was counted long ago and now, with what it sells a day in between by movements."""
    from store.reads.pricing.prices import product_by_sku

    long_ago = ctx.now() - timedelta(days=3_000)
    with database.begin(ctx) as session:
        place = Location(code=code, title=code, kind=kind, transfer_cost_minor=transfer_cost_minor, known_at=long_ago)
        session.add(place)
        session.flush()
        for sku, units in on_hand.items():
            item = StockItem(product_id=product_by_sku(session, sku).id, location_id=place.id, known_at=long_ago)
            session.add(item)
            session.flush()
            a_day = (daily or {}).get(sku, 0)
            first = ctx.now() - timedelta(days=days + 1)
            events = [("count", units + a_day * days, first)]
            events += [("sale", -a_day, first + timedelta(days=day, hours=3)) for day in range(days) if a_day]
            for number, (movement_kind, moved, at) in enumerate(events):
                movement: dict[str, Any] = {"kind": movement_kind, "quantity": moved, "moved_at": at, "known_at": at}
                session.add(InventoryMovement(stock_item_id=item.id, external_id=f"{item.id} {number}", **movement))
