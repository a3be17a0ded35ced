"""An importable brand of any size: products in two channels, weekly sales, prices, costs, suppliers and stock."""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

SUPPLIERS = 12
CHANNELS = {"shop": 1.0, "market": 0.5}
"""How many buyers a channel has, the shop's counted as one."""
_CHANGES_A_WEEK = 0.06
_STEPS = (0.85, 0.9, 0.95, 1.0, 1.05, 1.1)
_SEASON_WEEKS = 8
_HEADS = {
    "prices": ("sku", "channel", "price", "valid_from"),
    "sales": ("period_start", "period_days", "channel", "location", "sku", "units", "unit_price", "unit_cost"),
}


@dataclass(frozen=True)
class PlannedProduct:
    """A product and how its buyers behave; amounts in the brand's currency."""

    sku: str
    cost: float
    price: float
    weekly_units: float
    elasticity: float


def write_brand(folder: Path, products: int, weeks: int, until: date) -> int:
    """Write the brand's files, the same for the same arguments; its weeks end with `until`. How many rows of sales."""
    folder.mkdir(parents=True, exist_ok=True)
    random = Random(products)
    start = until - timedelta(weeks=weeks)
    planned = [_product(random, number) for number in range(products)]
    (folder / "brand.yaml").write_text("name: Scale\ncurrency: EUR\nzone: Europe/Berlin\n")
    _write_masters(folder, planned, start, random)
    with ExitStack() as files:
        prices, sales = (
            csv.writer(files.enter_context((folder / f"{name}.csv").open("w", newline=""))) for name in _HEADS
        )
        for writer, head in zip((prices, sales), _HEADS.values(), strict=True):
            writer.writerow(head)
        for product in planned:
            for channel in CHANNELS:
                for day, price, units, changed in _sold(random, product, channel, start, weeks):
                    if changed:
                        prices.writerow((product.sku, channel, price, day))
                    sales.writerow((day, 7, channel, "web", product.sku, units, price, product.cost))
    stock = (("WH", product.sku, int(product.weekly_units * random.uniform(0, 8)), until) for product in planned)
    _write(folder, "stock", ("location", "sku", "on_hand", "counted_at"), stock)
    return products * len(CHANNELS) * weeks


def _product(random: Random, number: int) -> PlannedProduct:
    cost = random.uniform(2, 20)
    return PlannedProduct(
        sku=f"S{number:05d}",
        cost=round(cost, 2),
        price=cost * random.uniform(1.9, 3),
        weekly_units=random.uniform(1, 80) / (1 + number / 200),
        elasticity=random.uniform(-4, -1.2),
    )


def _sold(
    random: Random, product: PlannedProduct, channel: str, start: date, weeks: int
) -> Iterator[tuple[date, float, int, bool]]:
    """Each week's first day, price, units, and whether the price is another one than before."""
    price = product.price
    for week in range(weeks):
        changed = week == 0 or random.random() < _CHANGES_A_WEEK
        if changed:
            price = round(product.price * random.choice(_STEPS), 2)
        mean = product.weekly_units * CHANNELS[channel] * (price / product.price) ** product.elasticity
        mean *= 1 + 0.2 * math.sin(week / _SEASON_WEEKS)
        units = max(0, round(random.gauss(mean, math.sqrt(mean + 0.06 * mean * mean))))
        yield start + timedelta(weeks=week), price, units, changed


def _write_masters(folder: Path, planned: Sequence[PlannedProduct], start: date, random: Random) -> None:
    products = ((product.sku, f"Item {product.sku}", f"group {n % 25}", 19) for n, product in enumerate(planned))
    _write(folder, "products", ("sku", "title", "category", "vat_percent"), products)
    costs = ((product.sku, product.cost, start) for product in planned)
    _write(folder, "product_costs", ("sku", "unit_cost", "valid_from"), costs)
    channels = (("shop", "Shop", 0, "yes"), ("market", "Market", 12, "yes"))
    _write(folder, "channels", ("code", "title", "fee_percent", "prices_include_vat"), channels)
    places = (("WH", "Warehouse", "warehouse", "DE"), ("web", "Web", "region", "DE"))
    _write(folder, "locations", ("code", "title", "kind", "zone"), places)
    suppliers = ((f"SUP{n}", f"Supplier {n}", random.randint(7, 45), 30) for n in range(SUPPLIERS))
    _write(folder, "suppliers", ("code", "title", "lead_time_days", "payment_days"), suppliers)
    offers = ((f"SUP{n % SUPPLIERS}", product.sku, 10, product.cost, start) for n, product in enumerate(planned))
    _write(folder, "supplier_offers", ("supplier", "sku", "from_quantity", "unit_cost", "valid_from"), offers)


def _write(folder: Path, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with (folder / f"{name}.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
