"""What questions about metrics read: sales of some days, and stock by place."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from store.reads.finance.books import Sold, sold_where
from store.reads.stock.levels import items_at, on_hand
from store.session import BrandSession
from store.tables import Location, SalesFact

_FAR = timedelta(days=400)
"""Longer than any period that sales are reported for."""


def sold_within(
    session: BrandSession, currency: str, since: datetime, until: datetime, longest_days: int
) -> Sequence[Sold]:
    """What was reported for periods no longer than this whose middle lies in [since, until), by product and channel.

    The middle, so that a day or week belongs to the calendar's whatever moment its report calls its beginning.
    """
    near = _start() > since - _FAR, _start() < until, col(SalesFact.period_days) <= longest_days
    return sold_where(session, currency, until, _middle() >= since, _middle() < until, *near)


def reported_near(
    session: BrandSession, currency: str, since: datetime, until: datetime, channel: UUID | None
) -> Sequence[tuple[datetime, int]]:
    """When the periods that sales were reported for begin, around [since, until), and how many days each has; of all
    channels or one."""
    wanted = (
        select(_start(), col(SalesFact.period_days))
        .where(_start() > since - _FAR, _start() < until, col(SalesFact.currency) == currency)
        .group_by(_start(), col(SalesFact.period_days))
        .order_by(_start(), col(SalesFact.period_days))
    )
    if channel is not None:
        wanted = wanted.where(col(SalesFact.channel_id) == channel)
    return [(begun, int(days)) for begun, days in session.execute(wanted).all()]


def ever_reported(session: BrandSession) -> tuple[datetime, datetime] | None:
    """When the oldest period that sales were reported for began, and when the newest ended."""
    first, last = session.execute(select(func.min(_start()), func.max(_end()))).one()
    return None if first is None else (first, last)


def stock_by_place(session: BrandSession) -> Sequence[tuple[Location, Mapping[UUID, int]]]:
    """Units on hand of every product kept somewhere, by place; those that are out count with nothing."""
    found: list[tuple[Location, Mapping[UUID, int]]] = []
    for place in session.scalars(select(Location).order_by(col(Location.code))).all():
        kept = items_at(session, [place.id])
        if kept:
            there = on_hand(session, [place.id])
            found.append((place, {product: max(there.get(product, 0), 0) for product in sorted(kept.values())}))
    return found


def _start() -> Any:
    return col(SalesFact.period_start)


def _end() -> Any:
    return col(SalesFact.period_start) + func.make_interval(0, 0, 0, col(SalesFact.period_days))


def _middle() -> Any:
    return col(SalesFact.period_start) + func.make_interval(0, 0, 0, 0, col(SalesFact.period_days) * 12)
