"""The facts that rules may ask for, each one number as it stood at the Context's moment."""

from sqlalchemy import func, select
from sqlmodel import col

from domain.action import ItemStatus
from domain.errors import NotFound
from store.reads.pricing import prices as pricing
from store.reads.settings import brand_of
from store.reads.stock import levels as stock
from store.session import BrandSession
from store.tables import ActionItem, Location


def stock_on_hand(session: BrandSession, sku: str, location: str) -> int | None:
    """Units of a product at a location; None where it was never counted there. Raises NotFound."""
    place = session.scalars(select(Location).where(col(Location.code) == location)).first()
    if place is None:
        raise NotFound(f"No location {location} in brand {session.ctx.brand}.")
    return stock.on_hand(session, [place.id]).get(pricing.product_by_sku(session, sku).id)


def margin_bps(session: BrandSession, sku: str, channel: str) -> int | None:
    """The margin at today's price and unit cost; None without a cost. Raises NotFound without product or price."""
    product, place = pricing.product_by_sku(session, sku), pricing.channel_by_code(session, channel)
    price = pricing.price_now(session, product.id, place.id)
    cost = pricing.unit_cost_minor(session, product.id)
    return None if cost is None else pricing.sale_terms(product, place).margin_bps(price.amount_minor, cost)


def cash_minor(session: BrandSession) -> int | None:
    """Balance of the accounts in the brand's currency, in minor units; None without a known balance."""
    return stock.cash_minor(session, brand_of(session).currency)


def open_items(session: BrandSession, kind: str = "") -> int:
    """Number of action items of a kind (of all without one) that wait for an answer."""
    waiting = select(func.count()).select_from(ActionItem).where(
        col(ActionItem.status).in_([ItemStatus.PROPOSED, ItemStatus.SNOOZED])
    )  # fmt: skip
    waiting = waiting.where(col(ActionItem.created_at) <= session.ctx.known_until)
    return session.scalar(waiting if not kind else waiting.where(col(ActionItem.kind) == kind)) or 0
