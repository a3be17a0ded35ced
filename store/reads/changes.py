"""Events of a brand between two moments, as its meetings review them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from store.reads.pricing.prices import without_undone
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import ActionItem, Channel, CompetitorPrice, Message, PriceHistory, PurchaseOrder, SalesFact

POOR_RATING = 2
_OF_CHANNEL = (col(Channel.id) == col(SalesFact.channel_id)) & (col(Channel.brand_id) == col(SalesFact.brand_id))


@dataclass(frozen=True)
class ChannelTurnover:
    """A channel's sales: units, and revenue as customers paid it, in minor units."""

    units: int
    revenue_minor: int


@dataclass(frozen=True)
class SalesReporting:
    """A channel's sales reports: end of the newest period, time of the last report, and the longest period in days."""

    channel_id: UUID
    code: str
    end: datetime
    heard_at: datetime
    period_days: int


@read_once
def sales_reporting(session: BrandSession) -> Sequence[SalesReporting]:
    """Sales reports by channel code; they arrive days late."""
    ends = func.max(col(SalesFact.period_start) + func.make_interval(0, 0, 0, col(SalesFact.period_days)))
    heard, days = func.max(col(SalesFact.known_at)), func.max(col(SalesFact.period_days))
    rows = session.execute(
        select(col(Channel.id), col(Channel.code), ends, heard, days)
        .join(Channel, _OF_CHANNEL)
        .group_by(col(Channel.id), col(Channel.code))
        .order_by(col(Channel.code))
    ).all()
    return [SalesReporting(*row) for row in rows]


@read_once
def sold_between(session: BrandSession, channel: str, since: datetime, until: datetime) -> ChannelTurnover:
    """A channel's sales of the periods that begin in [since, until)."""
    row = session.execute(
        select(func.sum(col(SalesFact.units)), func.sum(col(SalesFact.units) * col(SalesFact.unit_price_minor)))
        .join(Channel, _OF_CHANNEL)
        .where(col(Channel.code) == channel)
        .where(col(SalesFact.period_start) >= since, col(SalesFact.period_start) < until)
    ).one()
    return ChannelTurnover(int(row[0] or 0), int(row[1] or 0))


@read_once
def prices_changed(session: BrandSession, since: datetime, until: datetime) -> Sequence[UUID]:
    """The brand's own prices that another amount was set for after `since`, one entry a change. What was taken back
    within that time is no change, nor is an amount that was stated again."""
    moment = col(PriceHistory.valid_from)
    changed = select(col(PriceHistory.price_id)).where(moment > since, moment <= until)
    rows = session.scalars(
        select(PriceHistory)
        .where(col(PriceHistory.price_id).in_(changed), moment <= until)
        .order_by(col(PriceHistory.price_id), moment, col(PriceHistory.seq))
    )
    prices = list[UUID]()
    for price, history in groupby(rows, key=lambda row: row.price_id):
        amounts = [(row.valid_from, row.amount_minor) for row in without_undone(list(history))]
        prices += [price for (_, old), (at, new) in pairwise([(since, None), *amounts]) if at > since and old != new]
    return prices


@read_once
def competitor_prices_seen(session: BrandSession, since: datetime, until: datetime) -> Mapping[UUID, int]:
    """Number of competitors' prices observed, by product."""
    moment = col(CompetitorPrice.observed_at)
    rows = session.execute(
        select(col(CompetitorPrice.product_id), func.count(col(CompetitorPrice.id)))
        .where(moment > since, moment <= until)
        .group_by(col(CompetitorPrice.product_id))
    ).all()
    return {product: int(count) for product, count in rows}


@read_once
def orders_received(session: BrandSession, since: datetime, until: datetime) -> Mapping[UUID, int]:
    """Number of purchase order lines received, by product."""
    moment = col(PurchaseOrder.received_at)
    rows = session.execute(
        select(col(PurchaseOrder.product_id), func.count(col(PurchaseOrder.id)))
        .where(moment > since, moment <= until)
        .group_by(col(PurchaseOrder.product_id))
    ).all()
    return {product: int(count) for product, count in rows}


@read_once
def poor_ratings(session: BrandSession, since: datetime, until: datetime) -> Sequence[UUID]:
    """The messages received with one or two stars."""
    moment = col(Message.received_at)
    statement = select(col(Message.id)).where(moment > since, moment <= until)
    return session.scalars(statement.where(col(Message.rating) <= POOR_RATING).order_by(moment)).all()


def items_by_status(session: BrandSession, since: datetime, until: datetime) -> Mapping[str, int]:
    """Number of action items that reached each status since."""
    moment = col(ActionItem.updated_at)
    rows = session.execute(
        select(col(ActionItem.status), func.count(col(ActionItem.id)))
        .where(moment > since, moment <= until)
        .group_by(col(ActionItem.status))
    ).all()
    return {str(status): int(count) for status, count in rows}
