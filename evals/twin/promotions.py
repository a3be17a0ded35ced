"""Carries what the product planned into the world: promotions online, and stock moved between its places."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from domain.money import BPS
from evals.twin.office import TwinOffice
from simulation.catalog import CHANNELS, ONLINE, PRODUCTS, SKUS, STAND_CODES, WAREHOUSE
from simulation.promotions import PlannedPromotion
from simulation.world import World
from store.session import BrandSession
from store.tables import Channel, InventoryMovement, Location, Product, Promotion, StockItem

_USED_UP = 0.3
"""The part of its life that stock which comes back from a stand has behind it."""


def carry_into(world: World, twin: TwinOffice) -> None:
    """Carry today's plans into the world: it runs the promotions that stand, and moves today's units once."""
    with twin.database.read(twin.owner) as session:
        world.promotions = list(_planned(session, world))
        for product, place, units in list(_moved_today(session, twin)):
            _move(world, product, place, units)


def _planned(session: BrandSession, world: World) -> Iterator[PlannedPromotion]:
    rows = session.execute(
        select(Promotion, col(Product.sku), col(Channel.code))
        .join(Product, (col(Product.id) == col(Promotion.product_id)) & (col(Product.brand_id) == Promotion.brand_id))
        .join(Channel, (col(Channel.id) == col(Promotion.channel_id)) & (col(Channel.brand_id) == Promotion.brand_id))
        .where(col(Promotion.source) != "import")
        .order_by(col(Promotion.id))
    ).all()
    for row, sku, code in rows:
        first, last = ((moment.date() - world.plan.start).days for moment in (row.first_day, row.last_day))
        if row.cancelled_at is not None:
            last = min(last, (row.cancelled_at.date() - world.plan.start).days - 1)
        channel = CHANNELS.index(code)
        if channel in ONLINE and first <= last:
            yield PlannedPromotion(SKUS.index(sku), (channel,), first, last, row.off_bps / BPS)


def _moved_today(session: BrandSession, twin: TwinOffice) -> list[tuple[int, str, int]]:
    """Product (index), place and signed units of every movement that the product itself wrote today."""
    today, written = datetime.combine(twin.clock.now().date(), time(), UTC), col(InventoryMovement.external_id)
    rows = session.execute(
        select(col(Product.sku), col(Location.code), col(InventoryMovement.quantity))
        .join(
            StockItem,
            (col(StockItem.id) == col(InventoryMovement.stock_item_id))
            & (col(StockItem.brand_id) == InventoryMovement.brand_id),
        )
        .join(Product, (col(Product.id) == col(StockItem.product_id)) & (col(Product.brand_id) == StockItem.brand_id))
        .join(
            Location, (col(Location.id) == col(StockItem.location_id)) & (col(Location.brand_id) == StockItem.brand_id)
        )
        .where(col(InventoryMovement.moved_at) >= today, col(InventoryMovement.moved_at) <= twin.clock.now())
        .where(written.like("action_item:%") | written.like("undo:%"))
        .order_by(col(InventoryMovement.quantity), col(InventoryMovement.id))
    ).all()
    return [(SKUS.index(sku), code, int(units)) for sku, code, units in rows]


def _move(world: World, product: int, place: str, units: int) -> None:
    if place == WAREHOUSE:
        row = np.zeros(len(PRODUCTS), dtype=np.int64)
        row[product] = abs(units)
        if units > 0:
            world.warehouse.receive(world.day, row, age_share=_USED_UP)
        else:
            world.warehouse.take(np.minimum(row, world.warehouse.on_hand))
    elif place in STAND_CODES:
        stand = STAND_CODES.index(place)
        world.stand_stock[product, stand] = max(int(world.stand_stock[product, stand]) + units, 0)
