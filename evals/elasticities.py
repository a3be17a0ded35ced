"""Print every product's elasticity by every model, with held-out errors, the chosen one and why.

Run `python -m evals.elasticities SALES.csv.gz` on a file with the columns week_start, store, sku, units, unit_price,
deal and feature.
"""

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from analytics.pricing.elasticity_choice import Candidate, ElasticityChoice, choose_elasticity
from evals.weekly_sales import read_weekly_sales


def main(path: str) -> None:
    """Print the table for the sales file at `path`."""
    table = Table(box=None)
    for heading in ("sku", "model", "elasticity", "90 % interval", "held-out error", "gap ± s.e. (1e-3)", "verdict"):
        table.add_column(heading, no_wrap=heading != "verdict")
    for sku, sales in read_weekly_sales(Path(path)).items():
        choice = choose_elasticity(sales.panel)
        for candidate in choice.candidates:
            table.add_row(sku, *_row(candidate, choice))
        table.add_row(sku, *_summary(choice), end_section=True)
    console = Console(width=max(Console().width, 150))
    console.print(table)
    console.print("Held-out error in natural log of units, root mean square, on blocks of weeks no model saw.")


def _row(candidate: Candidate, choice: ElasticityChoice) -> list[str]:
    if candidate.estimate is None or candidate.heldout_error is None:
        return [candidate.model, "", "", "", "", candidate.excluded or ""]
    estimate = candidate.estimate
    verdict = "chosen" if candidate.model == choice.model else "defensible" if candidate.defensible else "not trusted"
    return [
        candidate.model,
        f"{estimate.elasticity:.2f}",
        f"{estimate.low:.2f} … {estimate.high:.2f}",
        f"{candidate.heldout_error:.4f}",
        f"{1e3 * (candidate.gap or 0):+.2f} ± {1e3 * (candidate.gap_standard_error or 0):.2f}",
        verdict,
    ]


def _summary(choice: ElasticityChoice) -> list[str]:
    why = ", ".join(choice.reasons)
    if choice.elasticity is None or choice.low is None or choice.high is None:
        return [f"[bold]{choice.status}", "", "", "", "", why]
    interval = f"[bold]{choice.low:.2f} … {choice.high:.2f}"
    return [f"[bold]{choice.status}", f"[bold]{choice.elasticity:.2f}", interval, "", "", why]


if __name__ == "__main__":
    main(sys.argv[1])
