"""Changes of prices that are still being measured, those of this week, and the days on which dealers' lists change."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from domain.action import ItemStatus
from domain.prediction import Prediction
from domain.pricing import PRICE_UPDATE
from store.reads.pricing.prices import ITEM, UNDO, channels
from store.reads.settings import brand_of
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import ActionItem, Price, PriceHistory


@read_once
def open_windows(session: BrandSession) -> Mapping[str, datetime]:
    """When each price change that was carried out is measured, by the source of its rows: those not measured yet."""
    rows = session.execute(
        select(col(ActionItem.id), col(ActionItem.prediction)).where(
            col(ActionItem.kind) == PRICE_UPDATE.name, col(ActionItem.status) == ItemStatus.DONE
        )
    ).all()
    promised = [(row_id, Prediction.model_validate(document)) for row_id, document in rows if document]
    now = session.ctx.known_until
    return {f"{ITEM}{row_id}": promise.check_at for row_id, promise in promised if promise.check_at > now}


@read_once
def set_this_week(session: BrandSession) -> Mapping[UUID, frozenset[UUID]]:
    """The prices that action items set since Monday, by channel; those that were taken back are left out."""
    since = week_began(session)
    rows = session.execute(
        select(col(Price.channel_id), col(PriceHistory.price_id), col(PriceHistory.source))
        .join(Price, (col(Price.id) == col(PriceHistory.price_id)) & (col(Price.brand_id) == PriceHistory.brand_id))
        .where(col(PriceHistory.valid_from) >= since, col(PriceHistory.valid_from) <= session.ctx.known_until)
    ).all()
    undone = {source.removeprefix(UNDO) for _, _, source in rows if source.startswith(UNDO)}
    found: dict[UUID, set[UUID]] = {}
    for channel, price, source in rows:
        if source.startswith(ITEM) and source.removeprefix(ITEM) not in undone:
            found.setdefault(channel, set()).add(price)
    return {channel: frozenset(prices) for channel, prices in found.items()}


@read_once
def changes_agreed(session: BrandSession) -> Sequence[Mapping[str, Any]]:
    """The price changes that are approved and not carried out yet."""
    agreed = (ItemStatus.APPROVED, ItemStatus.RUNNING)
    return session.scalars(
        select(col(ActionItem.action)).where(
            col(ActionItem.kind) == PRICE_UPDATE.name, col(ActionItem.status).in_(agreed)
        )
    ).all()


def week_began(session: BrandSession) -> datetime:
    """Midnight of this week's Monday in the brand's zone."""
    here = session.ctx.known_until.astimezone(ZoneInfo(brand_of(session).zone))
    return here.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=here.weekday())


@read_once
def dealers_lists(session: BrandSession) -> frozenset[UUID]:
    """The channels that are charged without VAT where others pay it: dealers'."""
    known = channels(session)
    retail = any(channel.prices_include_vat for channel in known)
    return frozenset(channel.id for channel in known if retail and not channel.prices_include_vat)
