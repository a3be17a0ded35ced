"""What questions about metrics read: sales of some days, and stock by place."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from store.reads.finance import Sold, sold_where
from store.reads.stock import items_at, on_hand
from store.session import BrandSession
from store.tables import Location, SalesFact


def sold_within(session: BrandSession, currency: str, since: datetime, until: datetime) -> Sequence[Sold]:
    """What was reported for periods whose middle lies in [since, until), by product and channel.

    The middle, so that a day or week belongs to the calendar's whatever moment its report calls its beginning.
    """
    near = col(SalesFact.period_start) > since - timedelta(days=400), col(SalesFact.period_start) < until
    return sold_where(session, currency, until, _middle() >= since, _middle() < until, *near)


def last_reported(session: BrandSession) -> datetime | None:
    """When the newest period that sales were reported for ended."""
    return session.scalar(select(func.max(_end())))


def stock_by_place(session: BrandSession) -> Sequence[tuple[Location, Mapping[UUID, int]]]:
    """Units on hand of every product kept somewhere, by place; those that are out count with nothing."""
    found: list[tuple[Location, Mapping[UUID, int]]] = []
    for place in session.scalars(select(Location).order_by(col(Location.code))).all():
        kept = items_at(session, [place.id])
        if kept:
            there = on_hand(session, [place.id])
            found.append((place, {product: max(there.get(product, 0), 0) for product in sorted(kept.values())}))
    return found


def _end() -> Any:
    return col(SalesFact.period_start) + func.make_interval(0, 0, 0, col(SalesFact.period_days))


def _middle() -> Any:
    return col(SalesFact.period_start) + func.make_interval(0, 0, 0, 0, col(SalesFact.period_days) * 12)
