"""Brands that lack something, or have too much of it, as folders that `mhos import` takes."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

UNTIL = date(2026, 3, 2)
"""The day that the brands' weeks end with."""
PRICES = (10.0, 10.5, 9.5, 11.0)
COST = 4.0
Row = Sequence[Any]


def without_products(folder: Path) -> None:
    """A brand and its channels, nothing else."""
    _begin(folder)


def one_product(folder: Path, until: date = UNTIL) -> None:
    """One product in one channel, sold each week of a year and a half."""
    _begin(folder)
    _masters(folder, ["A"])
    _priced(folder, ["A"], until, 78)
    _sales(folder, _weekly(["A"], _weeks(until, 78)))
    _stocked(folder, ["A"], until)


def sold_once(folder: Path, until: date = UNTIL) -> None:
    """One product of which a single piece was sold, months ago."""
    _begin(folder)
    _masters(folder, ["A"])
    _priced(folder, ["A"], until, 30)
    _sales(folder, [(until - timedelta(weeks=20), "shop", "A", 1, PRICES[0], COST)])
    _stocked(folder, ["A"], until)


def year_of_gaps(folder: Path, until: date = UNTIL) -> None:
    """Half a year of sales, a year of none in any file, and half a year again."""
    _begin(folder)
    _masters(folder, ["A", "B"])
    _priced(folder, ["A", "B"], until, 104)
    weeks = _weeks(until, 104)
    _sales(folder, _weekly(["A", "B"], weeks[:26] + weeks[-26:]))
    _stocked(folder, ["A", "B"], until)


def prices_alone(folder: Path, until: date = UNTIL) -> None:
    """A price list without any sales."""
    _begin(folder)
    _masters(folder, ["A", "B"])
    _priced(folder, ["A", "B"], until, 52)


def without_costs(folder: Path, until: date = UNTIL) -> None:
    """Prices and sales, and not a word of what anything costs."""
    _begin(folder)
    _masters(folder, ["A", "B"], costs=False)
    _priced(folder, ["A", "B"], until, 78)
    _sales(folder, ((*row[:-1], "") for row in _weekly(["A", "B"], _weeks(until, 78))))
    _stocked(folder, ["A", "B"], until)


def silent_channel(folder: Path, until: date = UNTIL) -> None:
    """Two channels with the same price list, of which one never sold."""
    _begin(folder, ("shop", "market"))
    _masters(folder, ["A", "B"])
    _priced(folder, ["A", "B"], until, 78, ("shop", "market"))
    _sales(folder, _weekly(["A", "B"], _weeks(until, 78)))
    _stocked(folder, ["A", "B"], until)


def long_tail(folder: Path, until: date = UNTIL, products: int = 20_000, selling: int = 50) -> None:
    """A large catalogue of which a few products sell, for twelve weeks."""
    _begin(folder)
    skus = [f"S{number:05d}" for number in range(products)]
    _masters(folder, skus)
    _priced(folder, skus, until, 12)
    _sales(folder, _weekly(skus[:: products // selling], _weeks(until, 12)))
    _stocked(folder, skus, until)


SMALL: dict[str, Callable[[Path], None]] = {
    brand.__name__: brand
    for brand in (without_products, one_product, sold_once, year_of_gaps, prices_alone, without_costs, silent_channel)
}


def _begin(folder: Path, channels: Sequence[str] = ("shop",)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "brand.yaml").write_text("name: Odd\ncurrency: EUR\n")
    _write(folder, "channels", ("code", "title"), ((code, code.title()) for code in channels))


def _masters(folder: Path, skus: Sequence[str], *, costs: bool = True) -> None:
    _write(folder, "products", ("sku", "title"), ((sku, f"Item {sku}") for sku in skus))
    _write(folder, "locations", ("code", "title", "kind"), [("web", "Web", "region"), ("WH", "Warehouse", "warehouse")])
    if costs:
        known = ((sku, COST, "2023-01-02") for sku in skus)
        _write(folder, "product_costs", ("sku", "unit_cost", "valid_from"), known)


def _stocked(folder: Path, skus: Sequence[str], until: date) -> None:
    """A supplier for all products, and so many pieces of each in the warehouse."""
    _write(folder, "suppliers", ("code", "title", "lead_time_days"), [("SUP", "Supplier", 21)])
    offers = (("SUP", sku, 10, COST, "2023-01-02") for sku in skus)
    _write(folder, "supplier_offers", ("supplier", "sku", "from_quantity", "unit_cost", "valid_from"), offers)
    counts = (("WH", sku, 60, until) for sku in skus)
    _write(folder, "stock", ("location", "sku", "on_hand", "counted_at"), counts)


def _weeks(until: date, count: int) -> list[date]:
    return [until - timedelta(weeks=week) for week in range(count, 0, -1)]


def _price(week: date) -> float:
    """A price that stays for four weeks, whatever is sold."""
    return Random(week.toordinal() // 28).choice(PRICES)


def _priced(folder: Path, skus: Sequence[str], until: date, weeks: int, channels: Sequence[str] = ("shop",)) -> None:
    """The list prices of so many weeks, a row where one changes."""
    days = _weeks(until, weeks)
    changes = [
        day for before, day in zip([None, *days], days, strict=False) if not before or _price(before) != _price(day)
    ]
    rows = ((sku, channel, _price(day), day) for sku in skus for channel in channels for day in changes)
    _write(folder, "prices", ("sku", "channel", "price", "valid_from"), rows)


def _weekly(skus: Sequence[str], weeks: Sequence[date]) -> list[Row]:
    """Sales that answer to the price, with some noise that is the same each time."""
    return [
        (week, "shop", sku, _units(number, week), _price(week), COST)
        for number, sku in enumerate(skus)
        for week in weeks
    ]


def _units(number: int, week: date) -> int:
    noise = Random(f"{number} {week}").uniform(0.85, 1.15)
    return round((30 + number % 7) * (_price(week) / PRICES[0]) ** -2 * noise)


def _sales(folder: Path, rows: Iterable[Row]) -> None:
    """Rows of a week: its first day, channel, product, units, price, cost."""
    head = ("period_start", "channel", "sku", "units", "unit_price", "unit_cost", "period_days", "location")
    _write(folder, "sales", head, ((*row, 7, "web") for row in rows))


def _write(folder: Path, name: str, head: Row, rows: Iterable[Row]) -> None:
    with (folder / f"{name}.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
