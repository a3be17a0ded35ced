"""A small brand whose warehouse is known: what was asked for week by week, when it ran out, and who supplies it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from domain.context import Context
from store.database import Database
from store.reads.pricing.prices import product_by_sku
from store.session import BrandSession
from store.tables import (
    BankBalance,
    BrandRules,
    Channel,
    InventoryMovement,
    Location,
    Product,
    PurchaseOrder,
    SalesFact,
    StockItem,
    Supplier,
    SupplierOffer,
)

WAREHOUSE, CHANNEL = "W1", "shop"
WEEKLY = 120
"""Units that a warehouse of `keep_in_stock` uses of each product a week."""
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True)
class Stocked:
    """A product, what its buyers ask for in a week, and what its supplier asks for it.

    `empty` are weeks back from now in which the shelf was empty: 0 is the last one. `tiers` are quantities and unit
    costs. `weekly` units are asked for with a deviation of `noise`; a `kept_minor` of None sells nowhere.
    """

    sku: str
    on_hand: int
    weekly: int = 70
    supplier: str = "S1"
    tiers: Sequence[tuple[int, int]] = ((1, 400),)
    kept_minor: int | None = 1_000
    weeks: int = 30
    noise: float = 0.15
    empty: Sequence[int] = ()
    shelf_life_days: int | None = None
    title: str = ""
    seed: int = 1

    @property
    def asked_for(self) -> list[int]:
        """Units asked for by week, oldest first."""
        drawn = np.random.default_rng(self.seed).normal(self.weekly, self.noise * self.weekly, self.weeks)
        return [max(round(units), 0) for units in drawn]


@dataclass(frozen=True)
class Supply:
    """A supplier: what it promises, and how many days its past deliveries took."""

    code: str = "S1"
    title: str = ""
    lead_time_days: int | None = 14
    payment_days: int | None = 30
    took_days: Sequence[int] = field(default=(14, 14, 14, 14, 14, 14))


def stock(
    database: Database,
    ctx: Context,
    products: Sequence[Stocked],
    suppliers: Sequence[Supply] = (Supply(),),
    *,
    cash_minor: int | None = None,
    warehouse: str = "warehouse",
    books_movements: bool = True,
    **rules: Any,
) -> None:
    """Write warehouse, suppliers, offers, deliveries, products, every week's movements and sales, and the balance.

    A brand that books no movements counts this morning what is there, but for products of which 0 are.
    """
    long_ago = ctx.now() - timedelta(days=3_000)
    with database.begin(ctx) as session:
        if rules:
            session.add(BrandRules(version=2, author="test", reason="test", created_at=ctx.now(), **rules))
        place = Location(code=WAREHOUSE, kind=warehouse, known_at=long_ago)
        channel = Channel(code=CHANNEL, title="Shop", prices_include_vat=False, known_at=long_ago)
        rows = {
            supplier.code: Supplier(
                code=supplier.code,
                title=supplier.title,
                lead_time_days=supplier.lead_time_days,
                payment_days=supplier.payment_days,
                known_at=long_ago,
            )
            for supplier in suppliers
        }
        session.add_all([place, channel, *rows.values()])
        if cash_minor is not None:
            day = ctx.now() - DAY
            session.add(
                BankBalance(account="main", amount_minor=cash_minor, currency="EUR", balance_at=day, known_at=day)
            )
        session.flush()
        ids = [
            _plant(session, ctx, place.id, channel.id, rows[product.supplier].id, product, books_movements)
            for product in products
        ]
        for supplier in suppliers if ids else ():
            session.add_all(_deliveries(ctx, rows[supplier.code].id, ids[0], supplier))


def _plant(
    session: BrandSession, ctx: Context, place: UUID, channel: UUID, supplier: UUID, planted: Stocked, books: bool
) -> UUID:
    long_ago = ctx.now() - timedelta(days=3_000)
    product = Product(
        sku=planted.sku,
        title=planted.title or planted.sku,
        shelf_life_days=planted.shelf_life_days,
        known_at=long_ago,
    )
    session.add(product)
    session.flush()
    item = StockItem(product_id=product.id, location_id=place, known_at=long_ago)
    session.add(item)
    session.flush()
    since = ctx.now() - timedelta(days=400)
    for quantity, cost in planted.tiers:
        asked = {"from_quantity": quantity, "unit_cost_minor": cost, "currency": "EUR", "valid_from": since}
        session.add(SupplierOffer(supplier_id=supplier, product_id=product.id, known_at=since, **asked))
    counted = [moved(item.id, "count", "count", planted.on_hand, ctx.now().replace(hour=0))] if planted.on_hand else []
    session.add_all(_movements(ctx, item.id, planted) if books else counted)
    session.add_all(_sales(ctx, product.id, channel, planted))
    return product.id


def moved(item: UUID, name: str, kind: str, quantity: int, at: datetime) -> InventoryMovement:
    """One movement, known when it happened."""
    return InventoryMovement(
        stock_item_id=item, external_id=f"{item} {name}", kind=kind, quantity=quantity, moved_at=at, known_at=at
    )


def _movements(ctx: Context, item: UUID, planted: Stocked) -> list[InventoryMovement]:
    """A count at first, a seventh of a week's sales each day, and goods that come at the start of a week.

    A week's goods are what it asks for; the week before an empty one sells all that is there.
    """
    end = ctx.now().replace(hour=8, minute=0)
    weeks = planted.asked_for
    held = [back not in planted.empty for back in reversed(range(len(weeks)))]
    rest = planted.on_hand if held and held[-1] else 0
    movements = (
        [moved(item, "first", "count", rest if held and held[0] else 0, end - len(weeks) * WEEK)] if weeks else []
    )
    for at, (units, here) in enumerate(zip(weeks, held, strict=True)):
        monday = end - (len(weeks) - at) * WEEK
        if not here:
            continue
        if received := units + (rest if at and not held[at - 1] else 0):
            movements.append(moved(item, f"receipt {at}", "receipt", received, monday + timedelta(hours=1)))
        for day in range(7):
            if sold := units * (day + 1) // 7 - units * day // 7:
                movements.append(
                    moved(item, f"sale {at} {day}", "sale", -sold, monday + day * DAY + timedelta(hours=10))
                )
        if rest and at + 1 < len(held) and not held[at + 1]:
            movements.append(moved(item, f"rest {at}", "correction", -rest, monday + 6 * DAY + timedelta(hours=11)))
    return movements


def _sales(ctx: Context, product: UUID, channel: UUID, planted: Stocked) -> list[SalesFact]:
    end = ctx.now().replace(hour=0, minute=0)
    weeks = planted.asked_for if planted.kept_minor is not None else []
    sales = []
    for at, units in enumerate(weeks):
        back = len(weeks) - at
        if back - 1 in planted.empty:
            continue
        start = end - back * WEEK
        sales.append(
            SalesFact(
                product_id=product,
                channel_id=channel,
                period_start=start,
                period_days=7,
                units=units,
                unit_price_minor=planted.kept_minor or 0,
                currency="EUR",
                known_at=start + WEEK,
            )
        )
    return sales


def _deliveries(ctx: Context, supplier: UUID, product: UUID, supply: Supply) -> list[PurchaseOrder]:
    """Past orders that came, the newest half a year ago."""
    orders = []
    for at, days in enumerate(supply.took_days):
        ordered = ctx.now() - timedelta(days=180 + 30 * at)
        orders.append(
            PurchaseOrder(
                number=f"{supply.code}-{at}",
                supplier_id=supplier,
                product_id=product,
                quantity=100,
                unit_cost_minor=400,
                currency="EUR",
                ordered_at=ordered,
                received_at=ordered + timedelta(days=days),
                known_at=ordered,
            )
        )
    return orders


def order_under_way(database: Database, ctx: Context, sku: str, quantity: int, supplier: str = "S1") -> None:
    """An order of a week ago that has not come."""
    from store.reads.pricing.prices import product_by_sku
    from store.reads.stock.levels import supplier_by_code

    with database.begin(ctx) as session:
        day = ctx.now() - WEEK
        session.add(
            PurchaseOrder(
                number=f"open {sku}",
                supplier_id=supplier_by_code(session, supplier).id,
                product_id=product_by_sku(session, sku).id,
                quantity=quantity,
                unit_cost_minor=400,
                currency="EUR",
                ordered_at=day,
                known_at=day,
            )
        )


def keep_in_stock(database: Database, ctx: Context, on_hand: dict[str, int], lead_days: int = 14) -> None:
    """A warehouse that has used WEEKLY units of each product for thirty weeks, and holds this much of it now."""
    long_ago = ctx.now() - timedelta(days=3_000)
    with database.begin(ctx) as session:
        place = Location(code="W1", kind="warehouse", known_at=long_ago)
        supplier = Supplier(code="S1", lead_time_days=lead_days, payment_days=30, known_at=long_ago)
        session.add_all([place, supplier])
        session.flush()
        for sku, units in on_hand.items():
            product = product_by_sku(session, sku).id
            item = StockItem(product_id=product, location_id=place.id, known_at=long_ago)
            session.add(item)
            session.flush()
            asked = {"from_quantity": 1, "unit_cost_minor": 400, "currency": "EUR", "valid_from": long_ago}
            session.add(SupplierOffer(supplier_id=supplier.id, product_id=product, known_at=long_ago, **asked))
            session.add_all(_used(ctx, item.id, units))


def _used(ctx: Context, item: UUID, on_hand: int) -> list[Any]:
    first = ctx.now() - 210 * DAY
    movements = [moved(item, "count", "count", on_hand, first)]
    for week in range(30):
        monday = first + week * 7 * DAY
        movements.append(moved(item, f"came {week}", "receipt", WEEKLY, monday + timedelta(hours=1)))
        movements += [
            moved(item, f"sold {week} {day}", "sale", -(WEEKLY * (day + 1) // 7 - WEEKLY * day // 7),
                  monday + day * DAY + timedelta(hours=9))
            for day in range(7)
        ]  # fmt: skip
    return movements
