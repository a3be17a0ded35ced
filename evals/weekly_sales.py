"""Reads a file of weekly sales by store and product into one panel a product."""

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from analytics.pricing.panel import Floats, SalesPanel


@dataclass(frozen=True)
class WeeklySales:
    """A product's panel, and each row's gross margin as a share of its price (n,)."""

    panel: SalesPanel
    margin: Floats

    def profit_by_week(self, weeks: int) -> Floats:
        """Gross profit over all stores, (weeks,), in the prices' money."""
        profit = self.panel.units * self.panel.price * self.margin
        return np.bincount(self.panel.period, profit, minlength=weeks).astype(np.float64)


def read_weekly_sales(path: Path) -> dict[str, WeeklySales]:
    """Panels by sku, in order of sku; weeks count from the file's first. Raises OSError, KeyError, ValueError."""
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    stores: dict[str, int] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            week = date.fromisoformat(row["week_start"]).toordinal() // 7
            numbers = [float(row[name]) for name in ("units", "unit_price", "deal", "feature", "gross_margin_pct")]
            rows[row["sku"]].append((week, stores.setdefault(row["store"], len(stores)), *numbers))
    first = min(week for product_rows in rows.values() for week, *_ in product_rows)
    return {sku: _sales(np.array(rows[sku]), int(first)) for sku in sorted(rows)}


def _sales(table: Floats, first_week: int) -> WeeklySales:
    week, store, units, price, deal, feature, margin_pct = table.T
    panel = SalesPanel(week.astype(np.int64) - first_week, store.astype(np.int64), units, price, deal, feature)
    return WeeklySales(panel, margin_pct / 100)
