"""Writes the files of a small brand whose prices and orders touch each other, so that its meetings challenge."""

import csv
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_PLACES = [f"L{number}" for number in range(6)]
_WEEKS, _STOCKED_WEEKS, _WEEKLY = 60, 30, 120
_BRAND = """\
name: Challenged
currency: EUR
zone: UTC
rules:
  max_price_change_percent_per_day: 8
"""


@dataclass(frozen=True)
class ChallengedProduct:
    """A product: what it costs and sells for, how its buyers answer to a price, and what the warehouse has of it."""

    sku: str
    price: float
    cost: float
    elasticity: float
    on_hand: int


PRODUCTS = (ChallengedProduct("DEAR", 15.0, 5.0, -3.2, 40), ChallengedProduct("CHEAP", 10.0, 4.0, -1.3, 320))
"""One is too dear, one too cheap, and of neither is there enough: prices and orders are recomputed."""


def write_challenged_brand(folder: Path, today: date) -> None:
    """Write a folder that `mhos import` takes, with sales up to `today`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "brand.yaml").write_text(_BRAND)
    since = (today - timedelta(days=200)).isoformat()
    files: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]] = {
        "products": (("sku", "title"), [(product.sku, product.sku) for product in PRODUCTS]),
        "channels": (("code", "title", "prices_include_vat"), [("shop", "Shop", "no")]),
        "locations": (("code", "kind"), [("W1", "warehouse"), *((place, "region") for place in _PLACES)]),
        "suppliers": (("code", "title", "lead_time_days", "payment_days"), [("S1", "Works", 14, 30)]),
        "supplier_offers": (
            ("supplier", "sku", "unit_cost", "valid_from"),
            [("S1", product.sku, product.cost, since) for product in PRODUCTS],
        ),
        "product_costs": (
            ("sku", "unit_cost", "valid_from"),
            [(product.sku, product.cost, since) for product in PRODUCTS],
        ),
        "prices": (
            ("sku", "channel", "price", "valid_from"),
            [(product.sku, "shop", f"{product.price:.2f}", since) for product in PRODUCTS],
        ),
        "sales": (
            ("period_start", "period_days", "channel", "location", "sku", "units", "unit_price"),
            [row for product in PRODUCTS for row in _sales(product, today)],
        ),
        "stock": (
            ("location", "sku", "on_hand", "counted_at"),
            [("W1", product.sku, product.on_hand, today - _STOCKED_WEEKS * _WEEK) for product in PRODUCTS],
        ),
        "inventory_movements": (
            ("id", "location", "sku", "kind", "quantity", "moved_at"),
            [row for product in PRODUCTS for row in _movements(product, today)],
        ),
    }
    for name, (columns, rows) in files.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([columns, *rows])


def _sales(product: ChallengedProduct, today: date) -> Iterator[Sequence[object]]:
    rng = random.Random(product.sku)
    for back in range(_WEEKS, 0, -1):
        for place in _PLACES:
            price = round(product.price * math.exp(rng.gauss(0, 0.12)), 2)
            asked = _WEEKLY / len(_PLACES) * (price / product.price) ** product.elasticity
            units = round(asked * math.exp(rng.gauss(0, 0.08)))
            yield today - back * _WEEK, 7, "shop", place, product.sku, units, f"{price:.2f}"


def _movements(product: ChallengedProduct, today: date) -> Iterator[Sequence[object]]:
    """Stock movements: a week's units arrive on its first day and are sold in sevenths."""
    for back in range(_STOCKED_WEEKS, 0, -1):
        first = today - back * _WEEK
        yield f"{product.sku} came {back}", "W1", product.sku, "receipt", _WEEKLY, f"{first}T01:00:00+00:00"
        for day in range(7):
            units = _WEEKLY * (day + 1) // 7 - _WEEKLY * day // 7
            name, at = f"{product.sku} sold {back} {day}", f"{first + day * _DAY}T09:00:00+00:00"
            yield name, "W1", product.sku, "sale", -units, at
