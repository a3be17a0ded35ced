"""The days on which each product was, or will be, on promotion in some channel."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from store.session import BrandSession
from store.snapshot import read_once
from store.tables import Promotion

_DAY = timedelta(days=1)


@read_once
def promoted(session: BrandSession, since: datetime) -> Mapping[UUID, Sequence[tuple[datetime, datetime]]]:
    """By product, from the first day of each promotion to the end of its last, those that were called off left out."""
    rows = session.execute(
        select(col(Promotion.product_id), col(Promotion.first_day), col(Promotion.last_day))
        .where(col(Promotion.last_day) >= since, col(Promotion.cancelled_at).is_(None))
        .order_by(col(Promotion.first_day), col(Promotion.id))
    ).all()
    periods: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for product, first, last in rows:
        if (first, last + _DAY) not in periods[product]:  # the same days in several channels
            periods[product].append((first, last + _DAY))
    return periods
