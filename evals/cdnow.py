"""Reads the purchases of CDNOW's customers of early 1997 from a file."""

import csv
import gzip
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from analytics.customers.purchases import Purchases

CALIBRATION_END = date(1997, 9, 30).toordinal()
HOLDOUT_END = date(1998, 6, 30).toordinal()
CALIBRATION_WEEKS, HOLDOUT_WEEKS = 39, 39


@dataclass(frozen=True, eq=False)
class Cdnow:
    """Everybody's purchases, and those of the 2,357 customers on whom the published answers were taken."""

    everybody: Purchases
    sample: Purchases


def read_cdnow(path: Path) -> Cdnow:
    """The file's purchases, days as proleptic ordinals, amounts in dollars. Raises OSError, KeyError, ValueError."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [
            (int(row["customer_id"]), date.fromisoformat(row["date"]).toordinal(), row["amount_usd"], row["in_sample"])
            for row in csv.DictReader(lines)
        ]
    customers, days, amounts, in_sample = (np.array(column) for column in zip(*rows, strict=True))
    everybody = Purchases(customers, days, amounts.astype(np.float64))
    chosen = in_sample == "1"
    return Cdnow(everybody, Purchases(customers[chosen], days[chosen], everybody.amount[chosen]))
