"""Holds the product's analysis against the twin's truth. Run: `python -m evals.twin.truth_check --seeds 1:6`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

from evals.twin.comparisons import Compared, compare_analysis, compare_outcomes
from evals.twin.order_comparisons import compare_orders
from evals.twin.run import lived_history
from settings import Settings, load_settings
from simulation.catalog import CHANNELS

DAYS = 63
"""Eight weeks of a price, and one for its sales to be reported."""
ORDER_DAYS = 98
"""Until the outcomes of some weeks' orders, of the slowest supplier too, have fallen due."""


def check_seed(settings: Settings, seed: int) -> list[Compared]:
    """Everything that one seed's world can tell."""
    from bootstrap import Office

    office = Office.open(settings)
    try:
        with lived_history(office.database, settings, seed, ORDER_DAYS, []) as past:
            return [
                *compare_analysis(office.database, past),
                *compare_outcomes(office.database, past, DAYS),
                *compare_orders(office.database, past, ORDER_DAYS),
            ]
    finally:
        office.close()


def table(compared: Sequence[Compared]) -> list[dict[str, Any]]:
    """A line for each kind of answer, by channel and over all of them."""
    return [
        line for kind in dict.fromkeys(comparison.kind for comparison in compared) for line in _lines(kind, compared)
    ]


def _lines(kind: str, compared: Sequence[Compared]) -> Iterator[dict[str, Any]]:
    for channel in ("all", *CHANNELS):
        here = [
            comparison for comparison in compared if comparison.kind == kind and channel in ("all", comparison.channel)
        ]
        if here:
            yield {"kind": kind, "channel": channel, **_figures(here)}


def _figures(here: Sequence[Compared]) -> dict[str, Any]:
    answered = [comparison for comparison in here if comparison.value is not None]
    if not answered:
        return {"asked": len(here), "answered": 0}
    value, truth = (
        np.array([getattr(comparison, name) for comparison in answered], dtype=float) for name in ("value", "truth")
    )
    low, high = (
        np.array([getattr(comparison, name) for comparison in answered], dtype=float) for name in ("low", "high")
    )
    scale = np.abs(truth).mean()
    return {
        "asked": len(here),
        "answered": len(answered),
        "mean_truth": round(float(truth.mean()), 3),
        "mean_error": round(float((value - truth).mean()), 3),
        "root_mean_square_error": round(float(np.sqrt(((value - truth) ** 2).mean())), 3),
        "relative_error": round(float(np.abs(value - truth).mean() / scale), 3),
        "interval": answered[0].coverage,
        "covered": round(float(((low <= truth) & (truth <= high)).mean()), 3),
        "half_width_relative": round(float(((high - low) / 2).mean() / scale), 3),
        "right_sign": round(float((np.sign(value) == np.sign(truth)).mean()), 3),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1:6", help="A:B, both included")
    first, last = (int(part) for part in parser.parse_args().seeds.split(":"))
    settings = load_settings()
    seeds = range(first, last + 1)
    compared: list[Compared] = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for seed, comparisons in zip(seeds, pool.map(check_seed, [settings] * len(seeds), seeds), strict=True):
            compared += comparisons
            print(f"seed {seed} is done", file=sys.stderr, flush=True)
    lines = table(compared)
    names = list(lines[0])
    print("| " + " | ".join(name.replace("_", " ") for name in names) + " |")
    print("|" + "---|" * len(names))
    for line in lines:
        print("| " + " | ".join(str(line.get(name, "")) for name in names) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
