"""The worth of each part of the crew: one agent, all of them, and all without challenges or without the solver.

`python -m evals.twin.ablations --seeds 1:6 --days 91 [--agents a,b] [--out FILE.json]` plays every variant on each seed
from the same past and prints net worth with paired differences, as intervals over the seeds.
"""

import argparse
import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from evals.twin.counted import CHALLENGE, SOLVER
from evals.twin.score import end_with, interval
from settings import Settings

ONE, CREW = "pricing_director alone", "the crew"
NO_CHALLENGE, NO_SOLVER = "the crew without challenges", "the crew without the solver"
PAIRS = (
    (ONE, "none"),
    (CREW, "none"),
    (CREW, "textbook"),
    (CREW, ONE),
    (CREW, NO_CHALLENGE),
    (CREW, NO_SOLVER),
    ("oracle", "none"),
)


@dataclass(frozen=True)
class Variant:
    """A crew of the twin, who of it attends, and what its meetings are held without."""

    crew: str
    agents: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def variants(agents: tuple[str, ...]) -> dict[str, Variant]:
    """By what they are called in the table."""
    return {
        "none": Variant("none"),
        "textbook": Variant("textbook"),
        ONE: Variant("rules", ("pricing_director",)),
        CREW: Variant("rules", agents),
        NO_CHALLENGE: Variant("rules", agents, (CHALLENGE,)),
        NO_SOLVER: Variant("rules", agents, (SOLVER,)),
        "oracle": Variant("oracle", agents),
    }


def play_seed(settings: Settings, seed: int, days: int, agents: tuple[str, ...]) -> tuple[int, dict[str, Any]]:
    """Every variant on one seed: its run as a document, without the curves."""
    from bootstrap import Office
    from evals.twin.run import lived_history, run_crew

    office, runs = Office.open(settings), dict[str, Any]()
    try:
        with lived_history(office.database, settings, seed, days, []) as past:
            for name, variant in variants(agents).items():
                run = run_crew(
                    office.database, past, variant.crew, days, [], agents=variant.agents, without=variant.without
                ).as_document()
                runs[name] = {key: value for key, value in run.items() if key not in ("curves", "tables")}
    finally:
        office.close()
    return seed, runs


def table(runs: dict[int, dict[str, Any]]) -> str:
    """Net worth of each variant, paired differences with 95 % intervals, and what the parts changed."""
    seeds = sorted(runs)
    names = [name for name in variants(()) if name in runs[seeds[0]]]
    worth = {name: np.array([runs[seed][name]["net_worth_minor"] / 100 for seed in seeds]) for name in names}
    lines = [f"{len(seeds)} seeds, {runs[seeds[0]][names[0]]['days']} days, euros", ""]
    for name in names:
        violations = sum(runs[seed][name]["violations"] for seed in seeds)
        lines.append(f"{name:32} {worth[name].mean():12,.0f}   stock-outs {_mean(runs, name, 'stockout_rate'):6.2%}"
                     f"   violations {violations}")  # fmt: skip
    lines.append("")
    for variant, other in PAIRS:
        mean, low, high = interval(worth[variant] - worth[other])
        lines.append(f"{variant} - {other}: {mean:+,.0f} ({low:+,.0f} to {high:+,.0f})")
    lines += ["", f"way from none to oracle: {_way(worth, CREW)}; alone {_way(worth, ONE)}"]
    counts = {key: sum(runs[seed][CREW]["decisions"].get(key, 0) for seed in seeds)
              for key in ("decisions", "challenged", "by_challenge", "amounts", "by_solver")}  # fmt: skip
    lines.append(
        f"of {counts['decisions']} decisions {counts['challenged']} had a challenge that changed a promise, which "
        f"changed the outcome of {counts['by_challenge']} ({counts['amounts']} amounts); the solver changed that of "
        f"{counts['by_solver']}"
    )
    return "\n".join(lines)


def _mean(runs: dict[int, dict[str, Any]], name: str, key: str) -> float:
    return float(np.mean([run[name][key] for run in runs.values()]))


def _way(worth: dict[str, np.ndarray], name: str) -> str:
    best = float((worth["oracle"] - worth["none"]).mean())
    return f"{float((worth[name] - worth['none']).mean()) / best:.1%}" if best > 0 else "the oracle gains nothing"


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1:4")
    parser.add_argument("--days", type=int, default=91)
    parser.add_argument("--agents", default="")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(given)
    first, last = map(int, options.seeds.split(":"))
    agents = tuple(name for name in options.agents.split(",") if name)
    by_seed: dict[int, dict[str, Any]] = {}
    alone: dict[str, Any] = {"mp_context": get_context("spawn"), "initializer": end_with, "initargs": (os.getpid(),)}
    with ProcessPoolExecutor(options.processes, **alone) as pool:
        jobs = [pool.submit(play_seed, Settings(), seed, options.days, agents) for seed in range(first, last + 1)]
        for done in as_completed(jobs):
            seed, runs = done.result()
            by_seed[seed] = runs
            if options.out:
                options.out.write_text(json.dumps(by_seed), encoding="utf-8")
            print(table(by_seed), "\n", flush=True)


if __name__ == "__main__":
    main()
