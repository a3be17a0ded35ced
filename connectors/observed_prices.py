"""Where a brand has no price list: the list price is what most units were sold at, period by period."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from connectors.targets import TARGETS
from store.bulk import load_rows
from store.session import BrandSession
from store.tables import Price, PriceHistory, SalesFact

SOURCE = "observed"


def derive_prices(session: BrandSession, currency: str) -> int:
    """Book a price whenever the most common price of a period differs from the one before; how many were new.

    A price is known when its period has ended. Entries that have a price list of their own are left alone.
    """
    observed = _most_common(session)
    listed = set(
        session.scalars(select(col(PriceHistory.price_id)).where(col(PriceHistory.source) != SOURCE).distinct())
    )
    history, entry = TARGETS["prices"].target, TARGETS["prices"].parent
    assert entry is not None
    known = _entries(session)
    entries = [
        entry.target.row(
            product_id=product, channel_id=channel, zone="", amount_minor=amount, currency=currency, valid_from=start
        )
        for (product, channel), changes in observed.items()
        if known.get((product, channel)) not in listed
        for start, amount, _ in changes[-1:]
    ]
    load_rows(session, entry.target, entries)
    ids = _entries(session)
    rows = [
        history.row(
            price_id=ids[key], valid_from=start, source=SOURCE, amount_minor=amount, currency=currency, known_at=ended
        )
        for key, changes in observed.items()
        if ids[key] not in listed
        for start, amount, ended in changes
    ]
    return load_rows(session, history, rows).loaded


def _entries(session: BrandSession) -> dict[tuple[UUID, UUID], UUID]:
    rows = session.execute(
        select(col(Price.product_id), col(Price.channel_id), col(Price.id)).where(col(Price.zone) == "")
    ).all()
    return {(product, channel): price for product, channel, price in rows}


Change = tuple[datetime, int, datetime]


def _most_common(session: BrandSession) -> dict[tuple[UUID, UUID], list[Change]]:
    """By product and channel: when a new most common price began, what it was, and when it was known."""
    units = func.sum(col(SalesFact.units))
    key: list[Any] = [
        col(SalesFact.product_id),
        col(SalesFact.channel_id),
        col(SalesFact.period_start),
        col(SalesFact.period_days),
        col(SalesFact.unit_price_minor),
    ]
    rows = session.execute(
        select(*key)
        .where(col(SalesFact.unit_price_minor) > 0)
        .group_by(*key)
        .having(units > 0)
        .order_by(*key[:3], units.desc(), key[4])
    ).all()
    changes_by_price: dict[tuple[UUID, UUID], list[Change]] = defaultdict(list)
    seen: set[tuple[UUID, UUID, datetime]] = set()
    for row in rows:
        product, channel, start, days, amount = tuple(row)
        if (product, channel, start) in seen:
            continue
        seen.add((product, channel, start))
        changes = changes_by_price[product, channel]
        if not changes or changes[-1][1] != amount:
            changes.append((start, amount, start + timedelta(days=days)))
    return dict(changes_by_price)
