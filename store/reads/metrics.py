"""Reads for questions about metrics: sales of some days, and stock by place."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from store.reads.finance.books import ChannelProductSales, sold_where
from store.reads.stock.levels import items_at, on_hand
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import Location, SalesFact

_FAR = timedelta(days=400)
"""Longer than any period that sales are reported for."""


@read_once
def sold_within(
    session: BrandSession, currency: str, since: datetime, until: datetime, longest_days: int
) -> Sequence[ChannelProductSales]:
    """Reported sales of periods no longer than this whose middle lies in [since, until), by product and channel.

    The middle, so that a day or week belongs to the calendar's whatever moment its report calls its beginning.
    """
    near = _start() > since - _FAR, _start() < until, col(SalesFact.period_days) <= longest_days
    return sold_where(session, currency, until, _middle() >= since, _middle() < until, *near)


@read_once
def reported_near(
    session: BrandSession, currency: str, since: datetime, until: datetime
) -> Sequence[tuple[UUID, datetime, int]]:
    """Channels, starts and lengths in days of the reported sales periods around [since, until)."""
    period = col(SalesFact.channel_id), _start(), col(SalesFact.period_days)
    rows = session.execute(
        select(*period)
        .where(_start() > since - _FAR, _start() < until, col(SalesFact.currency) == currency)
        .group_by(*period)
        .order_by(_start(), col(SalesFact.period_days), col(SalesFact.channel_id))
    ).all()
    return [(channel, begun, int(days)) for channel, begun, days in rows]


@read_once
def ever_reported(session: BrandSession) -> Mapping[UUID, tuple[datetime, datetime]]:
    """Start of the oldest reported sales period and end of the newest, by channel."""
    channel = col(SalesFact.channel_id)
    rows = session.execute(select(channel, func.min(_start()), func.max(_end())).group_by(channel)).all()
    return {row[0]: (row[1], row[2]) for row in rows}


@read_once
def stock_by_place(session: BrandSession) -> Sequence[tuple[Location, Mapping[UUID, int]]]:
    """Units on hand of every product by place where it is kept; 0 where it is out of stock."""
    by_place: list[tuple[Location, Mapping[UUID, int]]] = []
    for place in session.scalars(select(Location).order_by(col(Location.code))).all():
        items = items_at(session, [place.id])
        if items:
            levels = on_hand(session, [place.id])
            by_place.append((place, {product: max(levels.get(product, 0), 0) for product in sorted(items.values())}))
    return by_place


def _start() -> Any:
    return col(SalesFact.period_start)


def _end() -> Any:
    return col(SalesFact.period_start) + func.make_interval(0, 0, 0, col(SalesFact.period_days))


def _middle() -> Any:
    return col(SalesFact.period_start) + func.make_interval(0, 0, 0, 0, col(SalesFact.period_days) * 12)
