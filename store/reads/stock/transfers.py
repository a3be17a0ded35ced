"""Reads for stock transfers: stock, sales and movements of each product at each place."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from domain.errors import NotFound
from store.reads.stock import levels as reads
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import InventoryMovement, Location, SalesFact, StockItem

Key = tuple[UUID, UUID]
"""A product at a location."""


@dataclass(frozen=True)
class PlaceStock:
    """A product at a place: units on hand by the ledger, the last count, and recent sales and issues.

    `sold` are the units in the place's sales reports of the last `sold_days`; `used` are the units of the movements
    that met demand: sales, and at a warehouse transfers to where goods are sold.
    """

    product_id: UUID
    location_id: UUID
    on_hand: int
    counted_at: datetime | None
    sold_since_count: int
    sold: int
    sold_days: int
    used: int

    @property
    def present(self) -> int:
        """Computed units on hand: where sales are not booked as movements, those since the count are subtracted."""
        return max(self.on_hand - (0 if self.used else self.sold_since_count), 0)

    @property
    def daily_pace(self) -> float:
        return max(self.sold, self.used) / self.sold_days if self.sold_days else 0.0


def location_by_code(session: BrandSession, code: str) -> Location:
    """The location with this code. Raises NotFound."""
    location = session.scalars(select(Location).where(col(Location.code) == code)).first()
    if location is None:
        raise NotFound(f"No location {code} in brand {session.ctx.brand}.", remedy="See your locations file.")
    return location


@read_once
def stocked_places(session: BrandSession) -> Sequence[Location]:
    """The places at which anything is kept, by code."""
    kept = select(col(StockItem.location_id)).distinct()
    return session.scalars(select(Location).where(col(Location.id).in_(kept)).order_by(col(Location.code))).all()


@read_once
def stock_by_place(
    session: BrandSession, days: int, *, product_id: UUID | None = None, location_ids: Sequence[UUID] | None = None
) -> Mapping[Key, PlaceStock]:
    """Stock and recent sales of every product at every place where it is kept, or of some of them."""
    places = [place.id for place in stocked_places(session)] if location_ids is None else list(location_ids)
    items = session.execute(
        select(col(StockItem.id), col(StockItem.product_id), col(StockItem.location_id)).where(
            col(StockItem.location_id).in_(places),
            *([] if product_id is None else [col(StockItem.product_id) == product_id]),
        )
    ).all()
    since = session.ctx.known_until - timedelta(days=days)
    levels = _levels(session, [row[0] for row in items], since)
    sold = _sold(session, places, since)
    warehouses = {place.id for place in reads.warehouses(session)}
    by_key = {}
    for item, product, place in items:
        on_hand, counted_at, used, sent = levels.get(item, (0, None, 0, 0))
        periods = sold.get((product, place), ())
        after = [units for start, units in periods if counted_at is not None and start >= counted_at]
        by_key[product, place] = PlaceStock(
            product_id=product,
            location_id=place,
            on_hand=on_hand,
            counted_at=counted_at,
            sold_since_count=sum(after),
            sold=sum(units for _, units in periods),
            sold_days=days,
            used=used + (sent if place in warehouses else 0),
        )
    return by_key


@read_once
def _levels(
    session: BrandSession, items: Sequence[UUID], since: datetime
) -> dict[UUID, tuple[int, datetime | None, int, int]]:
    """By stock item: units on hand, the moment of the last count, and units sold and sent on since `since`."""
    item, moment = col(InventoryMovement.stock_item_id), col(InventoryMovement.moved_at)
    kind, quantity = col(InventoryMovement.kind), col(InventoryMovement.quantity)
    known = (item.in_(items), moment <= session.ctx.known_until)
    counts = session.execute(
        select(item, quantity, moment)
        .where(*known, kind == reads.COUNT)
        .ext(distinct_on(item))
        .order_by(item, moment.desc())
    ).all()
    levels: dict[UUID, tuple[int, datetime | None, int, int]] = {row[0]: (int(row[1]), row[2], 0, 0) for row in counts}
    counted = (
        select(item.label("item"), func.max(moment).label("at"))
        .where(*known, kind == reads.COUNT)
        .group_by(item)
        .subquery()
    )
    recent = moment > since
    sums = session.execute(
        select(
            item,
            func.coalesce(func.sum(quantity).filter(counted.c.at.is_(None) | (moment > counted.c.at)), 0),
            func.coalesce(func.sum(-quantity).filter(kind == reads.SALE, recent), 0),
            func.coalesce(func.sum(-quantity).filter(kind == reads.TRANSFER, quantity < 0, recent), 0),
        )
        .outerjoin(counted, counted.c.item == item)
        .where(*known, kind != reads.COUNT)
        .group_by(item)
    ).all()
    for stock_item, since_count, used, sent in sums:
        level, at, _, _ = levels.get(stock_item, (0, None, 0, 0))
        levels[stock_item] = (level + int(since_count), at, int(used), int(sent))
    return levels


@read_once
def _sold(session: BrandSession, places: Sequence[UUID], since: datetime) -> dict[Key, list[tuple[datetime, int]]]:
    rows = session.execute(
        select(
            col(SalesFact.product_id),
            col(SalesFact.location_id),
            col(SalesFact.period_start),
            func.sum(col(SalesFact.units)),
        )
        .where(col(SalesFact.location_id).in_(places), col(SalesFact.period_start) > since)
        .group_by(col(SalesFact.product_id), col(SalesFact.location_id), col(SalesFact.period_start))
    ).all()
    sales: dict[Key, list[tuple[datetime, int]]] = defaultdict(list)
    for product, place, start, units in rows:
        if place is not None:
            sales[product, place].append((start, int(units)))
    return sales


def sold_by_day(
    session: BrandSession, product_id: UUID, location_id: UUID, since: datetime, until: datetime
) -> Sequence[tuple[datetime, int, int]]:
    """Reported sales of a product at a place between two moments: start, days and units of each period."""
    rows = session.execute(
        select(col(SalesFact.period_start), col(SalesFact.period_days), func.sum(col(SalesFact.units)))
        .where(col(SalesFact.product_id) == product_id, col(SalesFact.location_id) == location_id)
        .where(col(SalesFact.period_start) >= since, col(SalesFact.period_start) < until)
        .group_by(col(SalesFact.period_start), col(SalesFact.period_days))
        .order_by(col(SalesFact.period_start))
    ).all()
    return [(start, int(days), int(units)) for start, days, units in rows]


def item_at(session: BrandSession, product_id: UUID, location_id: UUID) -> StockItem | None:
    """Stock item of a product at a place; None where it was never kept there."""
    return session.scalars(
        select(StockItem).where(col(StockItem.product_id) == product_id, col(StockItem.location_id) == location_id)
    ).first()


def moved_at(session: BrandSession, external_id: str) -> datetime | None:
    """Moment of a ledger entry; None without one."""
    return session.scalar(
        select(col(InventoryMovement.moved_at)).where(col(InventoryMovement.external_id) == external_id)
    )
