"""What movements are derived from in a brand that keeps none: reported sales, received orders and counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Float, cast, func, select
from sqlmodel import col

from store.reads.stock.kinds import COUNT, RECEIPT, USES
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import InventoryMovement, PurchaseOrder, SalesFact, StockItem

_DAY_SECONDS, _WEEK_SECONDS, _WEEK_DAYS = 86_400, 604_800, 7
_WEEK = timedelta(weeks=1)


class DerivedFlow(NamedTuple):
    """Units of a product that were sold or came in the days before a moment; for a count, what was there."""

    product_id: UUID
    ended_at: datetime
    days: int
    units: int


@read_once
def keeps_no_movements(session: BrandSession, location_ids: Sequence[UUID]) -> bool:
    """Whether no issue of goods from these places was ever booked, so that movements are derived from sales."""
    return not _any_of(session, location_ids, USES)


@read_once
def _keeps_receipts(session: BrandSession, location_ids: Sequence[UUID]) -> bool:
    return _any_of(session, location_ids, frozenset({RECEIPT}))


def _any_of(session: BrandSession, location_ids: Sequence[UUID], kinds: frozenset[str]) -> bool:
    booked = (
        select(col(InventoryMovement.id))
        .join(
            StockItem,
            (col(StockItem.id) == col(InventoryMovement.stock_item_id))
            & (col(StockItem.brand_id) == col(InventoryMovement.brand_id)),
        )
        .where(col(StockItem.location_id).in_(location_ids), col(InventoryMovement.kind).in_(kinds))
        .where(col(InventoryMovement.moved_at) <= session.ctx.known_until)
    )
    return session.execute(booked.limit(1)).first() is not None


@read_once
def sold_by_week(session: BrandSession, since: datetime, end: datetime) -> Sequence[DerivedFlow]:
    """Reported sales by product and week up to `end`, of all channels; longer periods as they were reported."""
    middle = col(SalesFact.period_start) + func.make_interval(0, 0, 0, 0, 12 * col(SalesFact.period_days))
    within = (col(SalesFact.period_start) >= since, _ended() <= end)
    short = (
        select(
            col(SalesFact.product_id).label("product"),
            func.floor(func.extract("epoch", end - middle) / _WEEK_SECONDS).label("weeks_back"),
            func.greatest(col(SalesFact.units), 0).label("units"),
        )
        .where(*within, col(SalesFact.period_days) <= _WEEK_DAYS)
        .subquery()
    )
    week = (short.c.product, short.c.weeks_back)
    weeks = session.execute(select(*week, func.sum(short.c.units)).group_by(*week)).all()
    longer = session.execute(
        select(
            col(SalesFact.product_id),
            col(SalesFact.period_start),
            col(SalesFact.period_days),
            func.sum(func.greatest(col(SalesFact.units), 0)),
        )
        .where(*within, col(SalesFact.period_days) > _WEEK_DAYS)
        .group_by(col(SalesFact.product_id), col(SalesFact.period_start), col(SalesFact.period_days))
    ).all()
    return [
        *(DerivedFlow(product, end - int(back) * _WEEK, _WEEK_DAYS, int(units)) for product, back, units in weeks),
        *(
            DerivedFlow(product, start + timedelta(days=days), int(days), int(units))
            for product, start, days, units in longer
        ),
    ]


@read_once
def received(session: BrandSession, since: datetime) -> Sequence[DerivedFlow]:
    """Orders that came since."""
    rows = session.execute(
        select(col(PurchaseOrder.product_id), col(PurchaseOrder.received_at), col(PurchaseOrder.quantity))
        .where(col(PurchaseOrder.received_at) > since, col(PurchaseOrder.received_at) <= session.ctx.known_until)
        .where(col(PurchaseOrder.cancelled_at).is_(None))
        .order_by(col(PurchaseOrder.received_at), col(PurchaseOrder.id))
    ).all()
    return [DerivedFlow(product, moment, 1, int(quantity)) for product, moment, quantity in rows if moment is not None]


@read_once
def moved_since_count(session: BrandSession, location_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """Units that came less those sold since each counted product's last count at these places. What other places sell
    that keep goods of their own is taken off there."""
    counted = (
        select(col(StockItem.product_id).label("product"), func.max(col(InventoryMovement.moved_at)).label("at"))
        .join(
            InventoryMovement,
            (col(StockItem.id) == col(InventoryMovement.stock_item_id))
            & (col(StockItem.brand_id) == col(InventoryMovement.brand_id)),
        )
        .where(col(StockItem.location_id).in_(location_ids), col(InventoryMovement.kind) == COUNT)
        .where(col(InventoryMovement.moved_at) <= session.ctx.known_until)
        .group_by(col(StockItem.product_id))
        .subquery()
    )
    after = func.extract("epoch", _ended() - counted.c.at) / _DAY_SECONDS / cast(col(SalesFact.period_days), Float)
    elsewhere = select(col(StockItem.location_id)).where(col(StockItem.location_id).not_in(location_ids))
    sold = session.execute(
        select(col(SalesFact.product_id), func.sum(col(SalesFact.units) * func.least(after, 1.0)))
        .join(counted, counted.c.product == col(SalesFact.product_id))
        .where(_ended() > counted.c.at, _ended() <= session.ctx.known_until)
        .where(col(SalesFact.location_id).is_(None) | col(SalesFact.location_id).not_in(elsewhere))
        .group_by(col(SalesFact.product_id))
    ).all()
    moved = {product: -round(float(units)) for product, units in sold}
    if _keeps_receipts(session, location_ids):
        return moved
    came = session.execute(
        select(col(PurchaseOrder.product_id), func.sum(col(PurchaseOrder.quantity)))
        .join(counted, counted.c.product == col(PurchaseOrder.product_id))
        .where(col(PurchaseOrder.received_at) > counted.c.at)
        .where(col(PurchaseOrder.received_at) <= session.ctx.known_until, col(PurchaseOrder.cancelled_at).is_(None))
        .group_by(col(PurchaseOrder.product_id))
    ).all()
    for product, units in came:
        moved[product] = moved.get(product, 0) + int(units)
    return moved


def _ended() -> Any:
    """The end of a sales period."""
    return col(SalesFact.period_start) + func.make_interval(0, 0, 0, col(SalesFact.period_days))
