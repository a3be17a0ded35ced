"""A small brand with stands: what each sells a week, when it was counted, and what a driver's trip costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.context import Context
from store.database import Database
from store.tables import BrandRules, Channel, InventoryMovement, Location, Product, ProductCost, SalesFact, StockItem

DAY = timedelta(days=1)
TRIP = {"trip_fixed_minor": 1_600, "trip_stop_minor": 1_200, "trip_most_stops": 12}


@dataclass(frozen=True)
class PlantedStand:
    """A stand that sells `weekly` units of the one product; it held `held` a week ago, when it was last called at."""

    code: str
    weekly: int = 14
    held: int = 40
    visit_every_days: int | None = 14


def plant_stands(
    database: Database, ctx: Context, stands: Sequence[PlantedStand], *, warehouse: int = 1_000, weeks: int = 12,
    margin_minor: int = 500, rules: dict[str, Any] | None = None, also: dict[str, int] | None = None,
) -> None:  # fmt: skip
    """Each stand was brought back to what it held last each week but the last; nothing came since the last call.

    They sell product A, and as much of `also`: other products, with their units in the warehouse.
    """
    now = ctx.now()
    long_ago = now - timedelta(days=900)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with database.begin(ctx) as session:
        made = TRIP if rules is None else rules
        session.add(BrandRules(version=2, author="test", reason="test", created_at=now, **made))
        channel = Channel(code="stands", title="Stands", prices_include_vat=False, known_at=long_ago)
        places = [Location(code="W", kind="warehouse", known_at=long_ago)]
        places += [Location(code=stand.code, title=stand.code, kind="stand", visit_every_days=stand.visit_every_days,
                            known_at=long_ago) for stand in stands]  # fmt: skip
        session.add_all([channel, *places])
        session.flush()

        def mark(item: StockItem, name: str, kind: str, units: int, at: Any) -> None:
            session.add(InventoryMovement(stock_item_id=item.id, external_id=f"{item.id} {name}", kind=kind,
                                          quantity=units, moved_at=at, known_at=at))  # fmt: skip

        for sku, in_warehouse in {"A": warehouse, **(also or {})}.items():
            product = Product(sku=sku, title="Balm", known_at=long_ago)
            session.add(product)
            session.flush()
            cost = {"unit_cost_minor": 400, "currency": "EUR", "valid_from": long_ago, "known_at": long_ago}
            session.add(ProductCost(product_id=product.id, **cost))
            items = [StockItem(product_id=product.id, location_id=place.id, known_at=long_ago) for place in places]
            session.add_all(items)
            session.flush()
            mark(items[0], "first", "count", in_warehouse, today - DAY)
            for place, item, stand in zip(places[1:], items[1:], stands, strict=True):
                for back in range(weeks, 0, -1):
                    start = today - 7 * back * DAY
                    mark(item, f"count {back}", "count", stand.held, start)
                    session.add(SalesFact(product_id=product.id, channel_id=channel.id, location_id=place.id,
                                          period_start=start, period_days=7, units=stand.weekly, currency="EUR",
                                          unit_price_minor=400 + margin_minor, known_at=start + 7 * DAY))  # fmt: skip
