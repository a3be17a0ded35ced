"""Makes the sample brand's CSV files: synthetic, seeded, the same bytes every time.

Run it from anywhere: `python examples/make_sample.py [FOLDER]`.
"""

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

SEED, WEEKS, LAST_MONDAY = 20260222, 80, date(2026, 2, 16)
FIRST_MONDAY = LAST_MONDAY - timedelta(weeks=WEEKS - 1)
LOCATIONS = ("BER", "HAM", "MUC", "CGN", "FRA", "LEJ")


@dataclass(frozen=True)
class Item:
    """A product and the truth about it that the files do not tell: base demand and elasticity."""

    sku: str
    title: str
    category: str
    pack: str
    cost: float
    price: float
    weekly: float
    elasticity: float
    moves: bool = True


ITEMS = (
    Item("HM-SH-01", "Daily Shampoo 250 ml", "shampoo", "250 ml", 2.90, 9.90, 34, -1.5),
    Item("HM-SH-02", "Anti-Dandruff Shampoo 250 ml", "shampoo", "250 ml", 3.40, 12.90, 22, -1.7),
    Item("HM-SH-03", "Caffeine Shampoo 250 ml", "shampoo", "250 ml", 3.80, 14.90, 26, -1.35),
    Item("HM-CO-01", "Conditioner 200 ml", "conditioner", "200 ml", 3.10, 10.90, 18, -2.2),
    Item("HM-ST-01", "Matte Clay 100 ml", "styling", "100 ml", 4.20, 17.90, 30, -1.4),
    Item("HM-ST-02", "Strong Gel 150 ml", "styling", "150 ml", 2.30, 7.90, 40, -3.4),
    Item("HM-ST-03", "Sea Salt Spray 200 ml", "styling", "200 ml", 3.60, 13.90, 15, -2.0),
    Item("HM-BE-01", "Beard Oil 50 ml", "beard", "50 ml", 4.90, 15.90, 24, -1.8),
    Item("HM-BE-02", "Beard Balm 60 ml", "beard", "60 ml", 5.20, 16.90, 14, -2.3),
    Item("HM-TR-01", "Scalp Serum 50 ml", "treatment", "50 ml", 9.80, 24.90, 12, -2.6),
    Item("HM-TR-02", "Hair Tonic 200 ml", "treatment", "200 ml", 12.40, 19.90, 10, -3.0),
    Item("HM-SE-01", "Gift Set", "sets", "3 pieces", 11.50, 39.90, 6, -2.0, moves=False),
)
CHANNELS = {"shop": ("Own shop", 0.0, 1.0, 1.0), "market": ("Marketplace", 12.0, 1.04, 0.45)}
VAT = 1.19


def main(folder: Path) -> None:
    """Write every file of the sample brand."""
    rng = np.random.default_rng(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    prices = {(item.sku, channel): _prices(item, channel, rng) for item in ITEMS for channel in CHANNELS}
    _write(folder, "products", "sku title category pack vat_percent", _products())
    _write(folder, "product_costs", "sku unit_cost valid_from", _costs())
    _write(folder, "channels", "code title fee_percent prices_include_vat", _channels())
    _write(
        folder, "locations", "code title kind zone", [(code, f"Region {code}", "region", "DE") for code in LOCATIONS]
    )
    _write(folder, "prices", "sku channel price valid_from", _price_list(prices))
    _write(folder, "competitor_prices", "sku competitor price observed_at", _competitors(rng))
    sales = list(_sales(prices, rng))
    columns = "period_start period_days channel location sku units unit_price unit_cost deal feature"
    _write(folder, "sales", columns, sales)
    _orders(folder, rng)
    _write(folder, "stock", "location sku on_hand counted_at", _stock(rng))


def _write(folder: Path, name: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split())
        writer.writerows(rows)


def _products() -> Iterable[Sequence[Any]]:
    return [(item.sku, item.title, item.category, item.pack, 19) for item in ITEMS]


def _costs() -> Iterable[Sequence[Any]]:
    for item in ITEMS:
        yield item.sku, f"{item.cost * 0.96:.2f}", FIRST_MONDAY
        yield item.sku, f"{item.cost:.2f}", FIRST_MONDAY + timedelta(weeks=40)


def _channels() -> Iterable[Sequence[Any]]:
    return [(code, title, fee, "yes") for code, (title, fee, _, _) in CHANNELS.items()]


def _prices(item: Item, channel: str, rng: np.random.Generator) -> np.ndarray:
    """List price by week and location: each region was tried at other prices now and then; all end where they are."""
    base = item.price * CHANNELS[channel][2]
    prices = np.full((WEEKS, len(LOCATIONS)), base)
    if item.moves:
        for place in range(len(LOCATIONS)):
            for start in range(0, WEEKS - 6, 6):
                prices[start : start + 6, place] = base * rng.choice((0.88, 0.94, 1.0, 1.0, 1.06, 1.12))
    return np.round(np.round(prices * 10) / 10 - 0.01 * (channel == "market"), 2)


def _price_list(prices: dict[tuple[str, str], np.ndarray]) -> Iterable[Sequence[Any]]:
    """The channel's list price: what it was in the first region, whenever that changed."""
    for (sku, channel), table in prices.items():
        last = None
        for week in range(WEEKS):
            if table[week, 0] != last:
                last = table[week, 0]
                yield sku, channel, f"{last:.2f}", FIRST_MONDAY + timedelta(weeks=week)


def _competitors(rng: np.random.Generator) -> Iterable[Sequence[Any]]:
    for item in ITEMS[:8]:
        for competitor in ("barberline", "mane-street"):
            for week in range(WEEKS - 8, WEEKS, 4):
                price = item.price * rng.uniform(0.92, 1.12)
                yield item.sku, competitor, f"{price:.2f}", FIRST_MONDAY + timedelta(weeks=week)


def _sales(prices: dict[tuple[str, str], np.ndarray], rng: np.random.Generator) -> Iterable[Sequence[Any]]:
    """Demand = base x season x trend x (price / base price)^elasticity x promotion, negative-binomial around that."""
    weeks = np.arange(WEEKS)
    season = 1 + 0.10 * np.sin(2 * np.pi * (weeks + 8) / 52)
    trend = 1 + 0.0015 * weeks
    shock = np.exp(rng.normal(0, 0.06, WEEKS))
    for item in ITEMS:
        for channel, (_, _, level, share) in CHANNELS.items():
            table = prices[item.sku, channel]
            deal = rng.random((WEEKS, len(LOCATIONS))) < (0.05 if item.moves else 0.0)
            deal[-10:] = False
            charged = np.round(np.where(deal, table * 0.9, table), 2)
            mean = (
                item.weekly
                * share
                * (season * trend * shock)[:, None]
                * (charged / (item.price * level)) ** item.elasticity
            )
            mean *= np.where(deal, 1.15, 1.0) * np.linspace(0.7, 1.3, len(LOCATIONS))
            units = rng.negative_binomial(30, 30 / (30 + mean))
            for week in range(WEEKS):
                cost = item.cost * (0.96 if week < 40 else 1.0)
                for place, location in enumerate(LOCATIONS):
                    start = FIRST_MONDAY + timedelta(weeks=week)
                    price = charged[week, place]
                    yield (
                        start, 7, channel, location, item.sku, units[week, place], f"{price:.2f}", f"{cost:.2f}",
                        int(deal[week, place]), 0,
                    )  # fmt: skip


def _orders(folder: Path, rng: np.random.Generator) -> None:
    customers = [f"C{number:04d}" for number in range(1, 201)]
    _write(folder, "customers", "code name", [(code, f"Customer {code[1:]}") for code in customers])
    orders, lines, invoices, payments = [], [], [], []
    for number in range(1, 401):
        day = LAST_MONDAY - timedelta(days=int(rng.integers(0, 180)))
        chosen = rng.choice(len(ITEMS), size=int(rng.integers(1, 4)), replace=False)
        amounts = [(ITEMS[index], int(rng.integers(1, 3))) for index in sorted(chosen)]
        total = sum(item.price * quantity for item, quantity in amounts)
        code = f"O{number:05d}"
        orders.append((code, customers[int(rng.integers(0, len(customers)))], "shop", f"{total:.2f}", day))
        lines += [
            (code, at, item.sku, count, f"{item.price * count:.2f}", day) for at, (item, count) in enumerate(amounts, 1)
        ]
        if number % 8 == 0:
            invoice = f"R{number:05d}"
            invoices.append((invoice, orders[-1][1], f"{total:.2f}", day, day + timedelta(days=14)))
            if number % 24:
                payments.append(
                    (f"Z{number:05d}", invoice, f"{total:.2f}", day + timedelta(days=int(rng.integers(3, 30))))
                )
    _write(folder, "orders", "number customer channel total ordered_at", orders)
    _write(folder, "order_lines", "order line sku quantity amount known_at", lines)
    _write(folder, "invoices", "number customer amount issued_at due_at", invoices)
    _write(folder, "payments", "id invoice amount paid_at", payments)


def _stock(rng: np.random.Generator) -> Iterable[Sequence[Any]]:
    for item in ITEMS:
        for location in LOCATIONS[:2]:
            yield location, item.sku, int(item.weekly * rng.uniform(3, 8)), LAST_MONDAY


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "hairoticmen_sample")
