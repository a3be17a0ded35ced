"""What happened to a brand between two moments, as its meetings look back on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from store.session import BrandSession
from store.tables import ActionItem, Channel, CompetitorPrice, Message, PriceHistory, PurchaseOrder, SalesFact

POOR_RATING = 2
_OF_CHANNEL = (col(Channel.id) == col(SalesFact.channel_id)) & (col(Channel.brand_id) == col(SalesFact.brand_id))


@dataclass(frozen=True)
class Sold:
    """What a channel sold: units, and money as customers paid it."""

    units: int
    revenue_minor: int


@dataclass(frozen=True)
class Reported:
    """A channel's reports of sales: where the newest ends, when one was last heard of, and the longest in days."""

    channel_id: UUID
    code: str
    end: datetime
    heard_at: datetime
    period_days: int


def reported(session: BrandSession) -> Sequence[Reported]:
    """By channel code; reports come in days late."""
    ends = func.max(col(SalesFact.period_start) + func.make_interval(0, 0, 0, col(SalesFact.period_days)))
    heard, days = func.max(col(SalesFact.known_at)), func.max(col(SalesFact.period_days))
    rows = session.execute(
        select(col(Channel.id), col(Channel.code), ends, heard, days)
        .join(Channel, _OF_CHANNEL)
        .group_by(col(Channel.id), col(Channel.code))
        .order_by(col(Channel.code))
    ).all()
    return [Reported(*row) for row in rows]


def sold_between(session: BrandSession, channel: str, since: datetime, until: datetime) -> Sold:
    """A channel's sales of the periods that begin in [since, until)."""
    row = session.execute(
        select(func.sum(col(SalesFact.units)), func.sum(col(SalesFact.units) * col(SalesFact.unit_price_minor)))
        .join(Channel, _OF_CHANNEL)
        .where(col(Channel.code) == channel)
        .where(col(SalesFact.period_start) >= since, col(SalesFact.period_start) < until)
    ).one()
    return Sold(int(row[0] or 0), int(row[1] or 0))


def prices_changed(session: BrandSession, since: datetime, until: datetime) -> int:
    """How many of the brand's own prices were set anew."""
    moment = col(PriceHistory.valid_from)
    return session.scalar(select(func.count(col(PriceHistory.id))).where(moment > since, moment <= until)) or 0


def competitor_prices_seen(session: BrandSession, since: datetime, until: datetime) -> int:
    """How many of competitors' prices were observed."""
    moment = col(CompetitorPrice.observed_at)
    return session.scalar(select(func.count(col(CompetitorPrice.id))).where(moment > since, moment <= until)) or 0


def orders_received(session: BrandSession, since: datetime, until: datetime) -> int:
    """How many lines of orders to suppliers came."""
    moment = col(PurchaseOrder.received_at)
    return session.scalar(select(func.count(col(PurchaseOrder.id))).where(moment > since, moment <= until)) or 0


def poor_ratings(session: BrandSession, since: datetime, until: datetime) -> int:
    """How many messages of one or two stars came in."""
    moment = col(Message.received_at)
    wanted = select(func.count(col(Message.id))).where(moment > since, moment <= until)
    return session.scalar(wanted.where(col(Message.rating) <= POOR_RATING)) or 0


def items_by_status(session: BrandSession, since: datetime, until: datetime) -> Mapping[str, int]:
    """How many action items came to each status since."""
    moment = col(ActionItem.updated_at)
    rows = session.execute(
        select(col(ActionItem.status), func.count(col(ActionItem.id)))
        .where(moment > since, moment <= until)
        .group_by(col(ActionItem.status))
    ).all()
    return {str(status): int(count) for status, count in rows}
