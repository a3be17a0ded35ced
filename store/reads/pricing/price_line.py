"""The facts of one price, read together: its product and channel, its unit cost, and its history by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlmodel import col

from domain.errors import NotFound
from domain.money import share_bps
from store.reads.pricing.charged import ChargedPrice, Shown, charged_prices
from store.reads.pricing.prices import PriceNow, channel_by_code, product_by_sku, unit_cost_minor, without_undone
from store.session import BrandSession
from store.tables import Channel, Price, PriceHistory, Product, ProductCost
from store.tables.base import MOMENT

REFERENCE_DAYS = 365


@dataclass(frozen=True)
class PriceLine:
    """A product's price in a channel: now, what it costs, and what became of it lately.

    `reference_minor` is the median amount of the year before; None where it was not set within it.
    """

    product: Product
    channel: Channel
    price: PriceNow
    unit_cost_minor: int | None
    reference_minor: int | None
    changed_last_day_bps: int
    charged: ChargedPrice | None

    @property
    def in_force_minor(self) -> int:
        """What is charged where sales show another price than the list's; else the list's."""
        off = self.charged is not None and self.charged.shown is Shown.NOT_CHARGED
        return self.charged.amount_minor if self.charged is not None and off else self.price.amount_minor


def price_line(session: BrandSession, sku: str, channel: str, zone: str = "") -> PriceLine:
    """As `product_by_sku`, `channel_by_code`, `price_now`, `unit_cost_minor`, `reference_price_minor` and
    `changed_last_day_bps` have it, in two statements. Raises NotFound."""
    product, place, listed_cost = _subject(session, sku, channel)
    rows = _history(session, product, place, zone)
    if not rows:
        raise NotFound("No price was known for this product in that channel at this moment.")
    newest = max(rows, key=lambda row: (row.valid_from, row.recorded_at, row.id))
    until = session.ctx.known_until
    year = [row.amount_minor for row in rows if row.valid_from > until - timedelta(days=REFERENCE_DAYS)]
    price = PriceNow(newest.price_id, newest.amount_minor, newest.currency, newest.valid_from, newest.source)
    return PriceLine(
        product=product,
        channel=place,
        price=price,
        unit_cost_minor=unit_cost_minor(session, product.id) if listed_cost is None else listed_cost,
        reference_minor=round(median(year)) if year else None,
        changed_last_day_bps=_changed_since(rows, until - timedelta(days=1)),
        charged=charged_prices(session, place.id, {(product.id, zone): price}).get(price.price_id),
    )


def _subject(session: BrandSession, sku: str, code: str) -> tuple[Product, Channel, int | None]:
    """The product, the channel, and the product's unit cost by the cost list."""
    row = session.execute(_SUBJECT, {"sku": sku, "code": code, "until": session.ctx.known_until}).first()
    if row is None:  # one of the two tells that it is not there
        return product_by_sku(session, sku), channel_by_code(session, code), None
    return row[0], row[1], row[2]


_LISTED_COST = (
    select(col(ProductCost.unit_cost_minor))
    .where(col(ProductCost.product_id) == col(Product.id), col(ProductCost.valid_from) <= bindparam("until"))
    .order_by(col(ProductCost.valid_from).desc())
    .limit(1)
    .scalar_subquery()
)
_SUBJECT = (
    select(Product, Channel, _LISTED_COST)
    .join(Channel, col(Channel.brand_id) == col(Product.brand_id))
    .where(col(Product.sku) == bindparam("sku"), col(Channel.code) == bindparam("code"))
)


def _history(session: BrandSession, product: Product, channel: Channel, zone: str) -> Sequence[Any]:
    """The amounts set in the year before this moment, and the one that stood before, oldest first."""
    until = session.ctx.known_until
    since = until - timedelta(days=REFERENCE_DAYS)
    line = {"product": product.id, "channel": channel.id, "zone": zone}
    return session.execute(_HISTORY, {**line, "since": since, "until": until}).all()


_OF_LINE = and_(
    col(Price.product_id) == bindparam("product"),
    col(Price.channel_id) == bindparam("channel"),
    col(Price.zone) == bindparam("zone"),
)
_OF_PRICE = and_(col(Price.id) == col(PriceHistory.price_id), col(Price.brand_id) == col(PriceHistory.brand_id))
_SINCE = bindparam("since", type_=MOMENT)
_STANDING = (
    select(func.max(col(PriceHistory.valid_from)))
    .join(Price, _OF_PRICE)
    .where(_OF_LINE, col(PriceHistory.valid_from) <= _SINCE)
    .scalar_subquery()
)
_HISTORY = (
    select(
        col(PriceHistory.price_id),
        col(PriceHistory.id),
        col(PriceHistory.amount_minor),
        col(PriceHistory.currency),
        col(PriceHistory.valid_from),
        col(PriceHistory.recorded_at),
        col(PriceHistory.source),
    )
    .join(Price, _OF_PRICE)
    .where(_OF_LINE, col(PriceHistory.valid_from) <= bindparam("until"))
    .where(col(PriceHistory.valid_from) >= func.coalesce(_STANDING, _SINCE))
    .order_by(col(PriceHistory.valid_from), col(PriceHistory.seq))
)


def _changed_since(rows: Sequence[Any], since: datetime) -> int:
    """The absolute changes after a moment, added up, in basis points."""
    standing = [row.amount_minor for row in rows if row.valid_from <= since][-1:]
    lately = without_undone([row for row in rows if row.valid_from > since])
    steps = pairwise([*standing, *(row.amount_minor for row in lately)])
    return sum(abs(share_bps(new - old, old)) for old, new in steps)
