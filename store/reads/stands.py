"""Reads for the Stand Program: stands, shelf stock, sales, refill trips, bonuses and visits."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select, true
from sqlmodel import col

from domain.errors import NotFound
from domain.money import BPS
from store.reads.pricing.prices import channels, sale_terms
from store.reads.products import products_by_id
from store.reads.stock import levels as stock
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import (
    ExpectedExpense,
    Location,
    OutcomeRow,
    SalesFact,
    StandBonusRow,
    StandRefillOrder,
    StandVisitRow,
    StockItem,
)

STAND = "stand"
SALE, TRANSFER = stock.SALE, stock.TRANSFER
COUNT_LOOK_BACK = timedelta(days=120)
GIVEN_UP = timedelta(days=8)

Shelf = tuple[UUID, UUID]
"""A stand and a product."""


class StandSales(NamedTuple):
    """Units of a product that a stand sold in a period, and their revenue in minor units."""

    location_id: UUID
    product_id: UUID
    channel_id: UUID
    start: datetime
    days: int
    units: int
    revenue_minor: int
    end: datetime

    def units_after(self, moment: datetime) -> float:
        """Units of the period after a moment, sales being even over the period."""
        left = (self.end - max(self.start, moment)) / (self.end - self.start)
        return self.units * min(max(left, 0.0), 1.0)


@dataclass(frozen=True)
class ShelfLevel:
    """Computed stock of a shelf: its last count plus movements since, less sales since as reported by now."""

    units: float
    counted_at: datetime
    called_at: datetime
    reported_until: datetime


@read_once
def stands(session: BrandSession) -> Sequence[Location]:
    """The brand's stands, by code."""
    return session.scalars(select(Location).where(col(Location.kind) == STAND).order_by(col(Location.code))).all()


def stands_by_code(session: BrandSession, codes: Collection[str]) -> dict[str, Location]:
    """Stands by code. Raises NotFound for a code that is no stand's."""
    statement = select(Location).where(col(Location.kind) == STAND, col(Location.code).in_(codes))
    by_code = {row.code: row for row in session.scalars(statement)}
    if missing := sorted(set(codes) - by_code.keys()):
        raise NotFound(
            f"No stand {', '.join(missing)} in brand {session.ctx.brand}.", remedy="See your locations file."
        )
    return by_code


@read_once
def stand_sales(
    session: BrandSession, location_ids: Sequence[UUID], since: datetime, product_ids: Collection[UUID] | None = None
) -> list[StandSales]:
    """Sales of stands in the reported periods that end after a moment and by now, of all products or some, by time."""
    start, days = col(SalesFact.period_start), col(SalesFact.period_days)
    columns = (col(SalesFact.location_id), col(SalesFact.product_id), col(SalesFact.channel_id), start, days)
    units = cast(func.sum(col(SalesFact.units)), BigInteger)
    revenue = cast(func.sum(col(SalesFact.units) * col(SalesFact.unit_price_minor)), BigInteger)
    end = start + func.make_interval(0, 0, 0, days)
    rows = session.execute(
        select(*columns, units, revenue, end)
        .where(col(SalesFact.location_id).in_(location_ids), start > since - timedelta(days=366))
        .where(end > since, end <= session.ctx.known_until)
        .where(true() if product_ids is None else col(SalesFact.product_id).in_(product_ids))
        .group_by(*columns)
        .order_by(start, *columns[:3], days)
    ).all()
    return list(map(StandSales._make, rows))


def shelf_levels(
    session: BrandSession,
    location_ids: Sequence[UUID],
    sold: Sequence[StandSales] | None = None,
    product_ids: Sequence[UUID] | None = None,
) -> dict[Shelf, ShelfLevel]:
    """Stock of each shelf that was counted within the last months, of all products or some.

    A call is a visit that counted or delivered any of these products.
    """
    since = session.ctx.known_until - COUNT_LOOK_BACK
    movements = stock.movements(session, location_ids, since, product_ids, but=SALE)
    reported = stand_sales(session, location_ids, since) if sold is None else sold
    counted: dict[Shelf, stock.Movement] = {}
    after: dict[Shelf, float] = defaultdict(float)
    last_call: dict[UUID, datetime] = {}
    for movement in movements:
        shelf = (movement.location_id, movement.product_id)
        if movement.kind in (stock.COUNT, TRANSFER):
            last_call[movement.location_id] = max(
                movement.moved_at, last_call.get(movement.location_id, movement.moved_at)
            )
        if movement.kind == stock.COUNT:
            counted[shelf], after[shelf] = movement, 0.0
        else:  # sales are taken from the stands' reports
            after[shelf] += movement.quantity
    until: dict[UUID, datetime] = {}
    for sale in reported:
        shelf = (sale.location_id, sale.product_id)
        until[sale.location_id] = max(sale.end, until.get(sale.location_id, sale.end))
        if shelf in counted:
            after[shelf] -= sale.units_after(counted[shelf].moved_at)
    return {
        shelf: ShelfLevel(
            units=max(count.quantity + after[shelf], 0.0),
            counted_at=count.moved_at,
            called_at=last_call[shelf[0]],
            reported_until=max(until.get(shelf[0], count.moved_at), count.moved_at),
        )
        for shelf, count in counted.items()
    }


@read_once
def shelves_at(session: BrandSession, location_ids: Sequence[UUID]) -> dict[Shelf, UUID]:
    """The stock item of each shelf."""
    rows = session.execute(
        select(col(StockItem.location_id), col(StockItem.product_id), col(StockItem.id)).where(
            col(StockItem.location_id).in_(location_ids)
        )
    ).all()
    return {(row[0], row[1]): row[2] for row in rows}


def net_revenue_at_stands_minor(session: BrandSession, sold: Sequence[StandSales]) -> dict[UUID, float]:
    """Net revenue per unit of each product in these sales, without VAT and the channel's fee, in minor units."""
    products, by_channel = products_by_id(session), {row.id: row for row in channels(session)}
    units: dict[UUID, int] = defaultdict(int)
    net_revenue: dict[UUID, float] = defaultdict(float)
    for sale in sold:
        share = sale_terms(products[sale.product_id], by_channel[sale.channel_id]).kept_share
        units[sale.product_id] += sale.units
        net_revenue[sale.product_id] += sale.revenue_minor * share
    return {product: net_revenue[product] / count for product, count in units.items() if count}


@read_once
def open_refills(session: BrandSession) -> Sequence[StandRefillOrder]:
    """Refill lines that are planned and neither delivered nor cancelled, oldest first.

    A trip more than a week overdue counts as abandoned.
    """
    now = session.ctx.known_until
    return session.scalars(
        select(StandRefillOrder)
        .where(col(StandRefillOrder.ordered_at) <= now, col(StandRefillOrder.planned_at) > now - GIVEN_UP)
        .where(col(StandRefillOrder.delivered_at).is_(None) | (col(StandRefillOrder.delivered_at) > now))
        .where(col(StandRefillOrder.cancelled_at).is_(None) | (col(StandRefillOrder.cancelled_at) > now))
        .order_by(col(StandRefillOrder.planned_at), col(StandRefillOrder.id))
    ).all()


def refills_of(session: BrandSession, source: str) -> Sequence[StandRefillOrder]:
    """The lines of one action item's trip."""
    return session.scalars(
        select(StandRefillOrder).where(col(StandRefillOrder.source) == source).order_by(col(StandRefillOrder.id))
    ).all()


@read_once
def bonuses(session: BrandSession, location_id: UUID | None = None) -> Sequence[StandBonusRow]:
    """Bonuses promised by now, of one stand or all, oldest first; a withdrawn bonus ends then."""
    statement = select(StandBonusRow).where(col(StandBonusRow.starts_at) <= session.ctx.known_until)
    statement = statement if location_id is None else statement.where(col(StandBonusRow.location_id) == location_id)
    return session.scalars(statement.order_by(col(StandBonusRow.starts_at), col(StandBonusRow.id))).all()


@read_once
def visits(session: BrandSession, location_id: UUID | None = None) -> Sequence[StandVisitRow]:
    """Coaching visits decided and not cancelled, oldest first."""
    statement = select(StandVisitRow).where(col(StandVisitRow.cancelled_at).is_(None))
    statement = statement if location_id is None else statement.where(col(StandVisitRow.location_id) == location_id)
    return session.scalars(statement.order_by(col(StandVisitRow.planned_at), col(StandVisitRow.id))).all()


def bonus_owed_minor(
    session: BrandSession, location_id: UUID, since: datetime, ends: datetime, share_bps: int, cap_minor: int
) -> int:
    """Bonus owed, in minor units: its share of the stand's revenue in periods that began while it ran, up to its cap.

    Days that the stand has not reported yet count like those that it has; with none reported, it is the cap.
    """
    sold = [sale for sale in stand_sales(session, [location_id], since) if since <= sale.start < ends]
    if not sold or ends <= since:
        return cap_minor if ends > since else 0
    first = min(sale.start for sale in sold)
    reported = min(max(sale.end for sale in sold), ends) - first
    rewarded = sum(sale.revenue_minor for sale in sold) * ((ends - first) / reported)
    return min(round(rewarded * share_bps / BPS), cap_minor)


@read_once
def expected_expenses(session: BrandSession, until: datetime) -> Sequence[ExpectedExpense]:
    """Decided expenses due by a moment, soonest first."""
    return session.scalars(
        select(ExpectedExpense)
        .where(col(ExpectedExpense.cancelled_at).is_(None), col(ExpectedExpense.expected_at) <= until)
        .order_by(col(ExpectedExpense.expected_at), col(ExpectedExpense.id))
    ).all()


@read_once
def measured_effects_minor(session: BrandSession, kind: str) -> list[int]:
    """Measured effects of actions of a kind, in the brand's minor units, oldest first."""
    rows = session.scalars(
        select(OutcomeRow)
        .where(col(OutcomeRow.kind) == kind, col(OutcomeRow.status) == "measured")
        .where(col(OutcomeRow.measured_at) <= session.ctx.known_until)
        .order_by(col(OutcomeRow.measured_at), col(OutcomeRow.id))
    )
    return [row.effect for row in rows if row.effect is not None]
