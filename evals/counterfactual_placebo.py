"""Print how often the counterfactual's interval holds the truth, 0, at dates when nothing was done.

Run `python -m evals.counterfactual_placebo SALES.csv.gz [WEEKS_AFTER]`: each product's weekly gross profit over all
stores is the treated series in turn, the other products' are the controls.
"""

import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from analytics.pricing.panel import Floats
from analytics.statistics.counterfactual import EffectEstimate, measure_effect
from evals.weekly_sales import read_weekly_sales

_FIRST, _EVERY = 52, 4


def placebos(profits: Floats, product: int, weeks_after: int) -> list[EffectEstimate]:
    """Effects measured on `profits` (weeks, products) at every fourth week from the second year on."""
    controls = np.delete(profits, product, axis=1)
    ends = range(_FIRST + weeks_after, len(profits) + 1, _EVERY)
    return [measure_effect(profits[:end, product], controls[:end], end - weeks_after) for end in ends]


def main(path: str, weeks_after: int = 8) -> None:
    """Print coverage by product for the sales file at `path`."""
    sales = read_weekly_sales(Path(path))
    weeks = 1 + max(int(weekly_sales.panel.period.max()) for weekly_sales in sales.values())
    profits = np.column_stack([weekly_sales.profit_by_week(weeks) for weekly_sales in sales.values()])
    table = Table("sku", "dates", "measurable", "held 0 (aim 80 %)", "half-width / realised", "|effect| / realised")
    every: list[EffectEstimate] = []
    for product, sku in enumerate(sales):
        estimates = placebos(profits, product, weeks_after)
        table.add_row(sku, *_row(estimates))
        every += estimates
    table.add_section()
    table.add_row("all", *_row(every))
    Console().print(table)


def _row(estimates: list[EffectEstimate]) -> list[str]:
    measurable = [(e.effect, e.low, e.high, e.realised) for e in estimates if e.effect is not None]
    effect, low, high, realised = np.array(measurable, dtype=float).reshape(-1, 4).T
    if not measurable:
        return [str(len(estimates)), "0", "", "", ""]
    return [
        str(len(estimates)),
        str(len(measurable)),
        f"{np.mean((low <= 0) & (high >= 0)):.0%}",
        f"{np.median((high - low) / 2 / np.abs(realised)):.0%}",
        f"{np.median(np.abs(effect / realised)):.0%}",
    ]


if __name__ == "__main__":
    main(sys.argv[1], *(int(weeks) for weeks in sys.argv[2:3]))
