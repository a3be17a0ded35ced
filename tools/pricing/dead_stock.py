"""Stock that hardly sells any more: what it cost, how long it lasts, and why nobody need wait for it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlmodel import col

from domain.figure import Cell
from store.reads.pricing import prices as reads
from store.reads.pricing.promotions import weekly_contribution
from store.reads.products import products_by_id
from store.reads.settings import brand_of
from store.reads.stock import levels as stocked
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import PurchaseOrder
from tools import cells
from tools.base import NoArguments, ToolAnswer, ToolEnv, ToolResult
from tools.pricing.sales_panel import sold_in
from tools.sources import selected

DEAD_STOCK = "dead_stock"
LASTS_WEEKS = 52
"""What lasts for longer is dead, but for what a year sells."""
QUARTER_WEEKS = 13
_LINES = 20


class DeadLine(ToolResult):
    """A product whose stock is dead. `value` is what its dead units cost, `lasts` how long all of them last."""

    sku: str
    title: str
    units: Cell
    dead_units: Cell
    value: Cell
    weekly_units: Cell
    lasts: Cell | None = Field(default=None, description="None where none was sold in a quarter")


class DeadStock(ToolResult):
    """Dead stock, the costliest first, and all of it in sum."""

    currency: str
    products: Cell
    value: Cell
    quarter: Cell
    lines: list[DeadLine]


def dead_stock(session: BrandSession, env: ToolEnv, args: NoArguments) -> ToolAnswer:
    """List stock that hardly sells any more, at what it cost: products of which nothing was sold in a quarter, or of
    which more lies there than a year sells; without what came in within the quarter. Twenty at most, the costliest
    first, with the sum of all."""
    places = [place.id for place in (*stocked.warehouses(session), *stocked.places_supplied(session))]
    on_hand = stocked.on_hand(session, places) if places else {}
    products, weekly = products_by_id(session), _weekly_units(session)
    lately, costs = _received_since(session), reads.unit_costs_minor(session, set(on_hand))
    currency, lines = brand_of(session).currency, list[tuple[float, UUID, DeadLine]]()
    for product_id, units in on_hand.items():
        cost, pace = costs.get(product_id), weekly.get(product_id, 0.0)
        dead = units - pace * LASTS_WEEKS
        if cost is None or dead <= 0 or product_id in lately or product_id not in products or not weekly:
            continue
        product = products[product_id]
        line = DeadLine(
            sku=product.sku,
            title=product.title,
            units=Cell(value=units, unit="units"),
            dead_units=Cell(value=round(dead), unit="units"),
            value=cells.money(round(dead * cost), currency),
            weekly_units=cells.units_a_week(pace),
            lasts=cells.weeks(round(units / pace)) if pace > 0 else None,
        )
        lines.append((dead * cost, product_id, line))
    lines.sort(key=lambda entry: (-entry[0], entry[2].sku))
    items = stocked.items_at(session, places) if places else {}
    shown = {product_id for _, product_id, _ in lines[:_LINES]}
    result = DeadStock(
        currency=currency,
        products=cells.count(len(lines)),
        value=cells.money(round(sum(value for value, _, _ in lines)), currency),
        quarter=cells.weeks(QUARTER_WEEKS),
        lines=[line for _, _, line in lines[:_LINES]],
    )
    return ToolAnswer(
        result,
        (
            sold_in(session, env, [channel.id for channel in reads.channels(session)]),
            selected(session, "product_cost", product_id=sorted(shown)),
            selected(
                session,
                "inventory_movement",
                stock_item_id=sorted(item for item, product in items.items() if product in shown),
            ),
        ),
    )


def _weekly_units(session: BrandSession) -> Mapping[UUID, float]:
    """Units of an average week of the last quarter over all channels, by product."""
    weekly: dict[UUID, float] = {}
    for channel in reads.channels(session):
        for product, (units, _) in weekly_contribution(session, channel.id, QUARTER_WEEKS).items():
            weekly[product] = weekly.get(product, 0.0) + max(units, 0.0)
    return weekly


@read_once
def _received_since(session: BrandSession) -> frozenset[UUID]:
    """The products that came in within the quarter."""
    since = session.ctx.known_until - timedelta(weeks=QUARTER_WEEKS)
    return frozenset(
        session.scalars(select(col(PurchaseOrder.product_id)).where(col(PurchaseOrder.received_at) > since))
    )
