"""What the Stand Program reads: stands, what lies there by their last count, sales since, trips, bonuses and visits."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, true
from sqlmodel import col

from domain.errors import NotFound
from domain.money import BPS
from store.reads.pricing.prices import sale_terms
from store.reads.stock import levels as stock
from store.session import BrandSession
from store.tables import (
    Channel,
    ExpectedExpense,
    Location,
    OutcomeRow,
    Product,
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


@dataclass(frozen=True, slots=True)
class Sold:
    """Units of a product that a stand reported for a period, and what they were charged in all, in minor units."""

    location_id: UUID
    product_id: UUID
    channel_id: UUID
    start: datetime
    days: int
    units: int
    revenue_minor: int

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=self.days)

    def units_after(self, moment: datetime) -> float:
        """Its units that fall after a moment, sales being even over the period."""
        left = (self.end - max(self.start, moment)) / (self.end - self.start)
        return self.units * min(max(left, 0.0), 1.0)


@dataclass(frozen=True)
class ShelfLevel:
    """What should lie on a shelf: its last count, what came since, less what was sold since and reported by now."""

    units: float
    counted_at: datetime
    called_at: datetime
    reported_until: datetime


def stands(session: BrandSession) -> Sequence[Location]:
    """The brand's stands, by code."""
    return session.scalars(select(Location).where(col(Location.kind) == STAND).order_by(col(Location.code))).all()


def stands_by_code(session: BrandSession, codes: Collection[str]) -> dict[str, Location]:
    """Raises NotFound for a code that is no stand's."""
    wanted = select(Location).where(col(Location.kind) == STAND, col(Location.code).in_(codes))
    found = {row.code: row for row in session.scalars(wanted)}
    if missing := sorted(set(codes) - found.keys()):
        raise NotFound(
            f"No stand {', '.join(missing)} in brand {session.ctx.brand}.", remedy="See your locations file."
        )
    return found


def sold_at(
    session: BrandSession, location_ids: Sequence[UUID], since: datetime, product_ids: Collection[UUID] | None = None
) -> list[Sold]:
    """What stands reported for the periods that end after a moment and by now, of all products or some, in the order
    of time."""
    start, days = col(SalesFact.period_start), col(SalesFact.period_days)
    what = (col(SalesFact.location_id), col(SalesFact.product_id), col(SalesFact.channel_id), start, days)
    units = func.sum(col(SalesFact.units))
    revenue = func.sum(col(SalesFact.units) * col(SalesFact.unit_price_minor))
    end = start + func.make_interval(0, 0, 0, days)
    rows = session.execute(
        select(*what, units, revenue)
        .where(col(SalesFact.location_id).in_(location_ids), start > since - timedelta(days=366))
        .where(end > since, end <= session.ctx.known_until)
        .where(true() if product_ids is None else col(SalesFact.product_id).in_(product_ids))
        .group_by(*what)
        .order_by(start, *what[:3], days)
    ).all()
    return [Sold(place, product, channel, at, count, int(sold), int(taken))
            for place, product, channel, at, count, sold, taken in rows if place is not None]  # fmt: skip


def shelf_levels(
    session: BrandSession,
    location_ids: Sequence[UUID],
    sold: Sequence[Sold] | None = None,
    product_ids: Sequence[UUID] | None = None,
) -> dict[Shelf, ShelfLevel]:
    """What should lie on each shelf that was ever counted within the last months, of all products or some.

    A call is a visit that counted or brought any of these products.
    """
    since = session.ctx.known_until - COUNT_LOOK_BACK
    moved = stock.movements(session, location_ids, since, product_ids, but=SALE)
    reported = sold_at(session, location_ids, since) if sold is None else sold
    counted: dict[Shelf, stock.Movement] = {}
    after: dict[Shelf, float] = defaultdict(float)
    called: dict[UUID, datetime] = {}
    for one in moved:
        shelf = (one.location_id, one.product_id)
        if one.kind in (stock.COUNT, TRANSFER):
            called[one.location_id] = max(one.moved_at, called.get(one.location_id, one.moved_at))
        if one.kind == stock.COUNT:
            counted[shelf], after[shelf] = one, 0.0
        else:  # what was sold is taken from the stands' reports
            after[shelf] += one.quantity
    until: dict[UUID, datetime] = {}
    for one in reported:
        shelf = (one.location_id, one.product_id)
        until[one.location_id] = max(one.end, until.get(one.location_id, one.end))
        if shelf in counted:
            after[shelf] -= one.units_after(counted[shelf].moved_at)
    return {
        shelf: ShelfLevel(
            units=max(count.quantity + after[shelf], 0.0),
            counted_at=count.moved_at,
            called_at=called[shelf[0]],
            reported_until=max(until.get(shelf[0], count.moved_at), count.moved_at),
        )
        for shelf, count in counted.items()
    }


def shelves_at(session: BrandSession, location_ids: Sequence[UUID]) -> dict[Shelf, UUID]:
    """The stock item of each shelf."""
    rows = session.execute(
        select(col(StockItem.location_id), col(StockItem.product_id), col(StockItem.id)).where(
            col(StockItem.location_id).in_(location_ids)
        )
    ).all()
    return {(row[0], row[1]): row[2] for row in rows}


def kept_at_stands_minor(session: BrandSession, sold: Sequence[Sold]) -> dict[UUID, float]:
    """What the brand kept of a unit of each product in these sales, without VAT and the channel's fee."""
    products = {row.id: row for row in session.scalars(select(Product))}
    channels = {row.id: row for row in session.scalars(select(Channel))}
    units: dict[UUID, int] = defaultdict(int)
    kept: dict[UUID, float] = defaultdict(float)
    for one in sold:
        share = sale_terms(products[one.product_id], channels[one.channel_id]).kept_share
        units[one.product_id] += one.units
        kept[one.product_id] += one.revenue_minor * share
    return {product: kept[product] / count for product, count in units.items() if count}


def open_refills(session: BrandSession) -> Sequence[StandRefillOrder]:
    """What is to be brought to stands and neither came nor was called off, oldest first.

    A trip that should have been made more than a week ago is taken not to be made any more.
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


def bonuses(session: BrandSession, location_id: UUID | None = None) -> Sequence[StandBonusRow]:
    """Bonuses promised by now, those of one stand or all, oldest first; one that was taken back ends with that."""
    found = select(StandBonusRow).where(col(StandBonusRow.starts_at) <= session.ctx.known_until)
    found = found if location_id is None else found.where(col(StandBonusRow.location_id) == location_id)
    return session.scalars(found.order_by(col(StandBonusRow.starts_at), col(StandBonusRow.id))).all()


def visits(session: BrandSession, location_id: UUID | None = None) -> Sequence[StandVisitRow]:
    """Coaching visits that were decided on and not called off, oldest first."""
    found = select(StandVisitRow).where(col(StandVisitRow.cancelled_at).is_(None))
    found = found if location_id is None else found.where(col(StandVisitRow.location_id) == location_id)
    return session.scalars(found.order_by(col(StandVisitRow.planned_at), col(StandVisitRow.id))).all()


def bonus_owed_minor(
    session: BrandSession, location_id: UUID, since: datetime, ends: datetime, share_bps: int, cap_minor: int
) -> int:
    """What a bonus comes to: its share of what the stand sold in the periods that began while it ran, up to its cap.

    Days that the stand has not reported yet count like those that it has; with none reported, it is the cap.
    """
    sold = [one for one in sold_at(session, [location_id], since) if since <= one.start < ends]
    if not sold or ends <= since:
        return cap_minor if ends > since else 0
    first = min(one.start for one in sold)
    told = min(max(one.end for one in sold), ends) - first
    rewarded = sum(one.revenue_minor for one in sold) * ((ends - first) / told)
    return min(round(rewarded * share_bps / BPS), cap_minor)


def expected_expenses(session: BrandSession, until: datetime) -> Sequence[ExpectedExpense]:
    """What was decided and will cost money by a moment, soonest first."""
    return session.scalars(
        select(ExpectedExpense)
        .where(col(ExpectedExpense.cancelled_at).is_(None), col(ExpectedExpense.expected_at) <= until)
        .order_by(col(ExpectedExpense.expected_at), col(ExpectedExpense.id))
    ).all()


def measured_effects_minor(session: BrandSession, kind: str) -> list[int]:
    """What actions of a kind were measured to bring, in the brand's minor units, oldest first."""
    rows = session.scalars(
        select(OutcomeRow)
        .where(col(OutcomeRow.kind) == kind, col(OutcomeRow.status) == "measured")
        .where(col(OutcomeRow.measured_at) <= session.ctx.known_until)
        .order_by(col(OutcomeRow.measured_at), col(OutcomeRow.id))
    )
    return [row.effect for row in rows if row.effect is not None]
