"""The supply of a product until an order of today could be in, as challenges about stock see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.contested_stock import Arrival, ShelfUntilSupply
from domain.message import message
from domain.stock import REVIEW_DAYS
from store.reads.stock import levels as reads
from store.session import BrandSession
from store.tables import Supplier
from tools.base import ToolEnv
from tools.stock.book import StockBook, lead_time_of
from tools.stock.order_advice import LEAST_WEEKS

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ShelfSupply:
    """A product's shelf, who would deliver next, and what a unit of it leaves on average over the channels."""

    shelf: ShelfUntilSupply
    supplier: Supplier
    left_elsewhere: float


def shelf_supply(
    session: BrandSession, env: ToolEnv, book: StockBook, product: UUID, sku: str, unit_cost_minor: float | None
) -> ShelfSupply:
    """Raises InvalidNumbers where stock, use, cost or lead time is not known, naming the file that would tell."""
    stock = book.stock.get(product)
    if unit_cost_minor is None:
        raise _unknown("cost", sku, "product_costs.csv")
    if stock is None or not stock.counted:
        raise _unknown("stock", sku, "stock.csv")
    if len(stock.used) < LEAST_WEEKS:
        raise _unknown("use", sku, "sales.csv" if book.derived else "inventory_movements.csv")
    supplier, lead_days = _next_supplier(session, env, product, sku)
    supply_days = lead_days + REVIEW_DAYS
    demand = stock.demand(ceil(supply_days / 7))
    today = session.ctx.known_until
    coming = [
        Arrival(max((order.expected_at - today) / _DAY, 0.0) if order.expected_at else lead_days, order.quantity)
        for order in reads.open_purchase_orders(session)
        if order.product_id == product
    ]
    return ShelfSupply(
        shelf=ShelfUntilSupply(
            on_hand=max(stock.on_hand - demand.events_within(supply_days), 0.0),
            arrivals=coming,
            supply_days=supply_days,
            rate=demand.rate,
        ),
        supplier=supplier,
        left_elsewhere=book.kept_minor.get(product, 0.0) - unit_cost_minor,
    )


def _unknown(lacking: str, sku: str, file: str) -> InvalidNumbers:
    said = message(f"stock.unchecked.{lacking}", sku=sku, file=file)
    return InvalidNumbers(f"Not checked against stock, as {file} does not tell enough of {sku}.", said=said)


def _next_supplier(session: BrandSession, env: ToolEnv, product: UUID, sku: str) -> tuple[Supplier, float]:
    """The supplier who would deliver it soonest, and the days until then. Raises InvalidNumbers where there is none."""
    candidates = [
        (lead_time_of(session, env, supplier).mean_days, supplier.code, supplier)
        for supplier in reads.suppliers(session)
        if any(offer.product_id == product for offer in _offers(session, env, supplier))
    ]
    if not candidates:
        raise _unknown("offer", sku, "supplier_offers.csv")
    days, _, supplier = min(candidates, key=lambda candidate: candidate[:2])
    return supplier, days


def _offers(session: BrandSession, env: ToolEnv, supplier: Supplier) -> Sequence[reads.Offer]:
    return env.once(("offers", supplier.id), lambda: reads.offers_of(session, supplier.id))
