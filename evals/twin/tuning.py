"""Tunes the baselines on seeds of their own, one setting at a time. Run: `python -m evals.twin.tuning`."""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from evals.twin.bare import new_world, play_bare
from evals.twin.crews import Nobody, Textbook
from simulation.practice import StandingRule

SEEDS = range(9_001, 9_007)
DAYS = 182


@dataclass(frozen=True)
class TunedSettings:
    """The settings that are tuned: the brand's standing rule, and the textbook."""

    standing: StandingRule
    textbook: Textbook | None = None


def worth(settings: TunedSettings, seed: int) -> float:
    """Net worth in euros after the run-out quarter."""
    world = new_world(seed, DAYS)
    world.standing_rule = settings.standing
    return play_bare(world, settings.textbook or Nobody(), DAYS).total_minor / 100


def climb(start: Any, steps: Sequence[tuple[str, Sequence[Any]]], score: Callable[[Any], float]) -> Any:
    """Take the best value of each setting in turn, the others held."""
    best, reached = start, score(start)
    for name, values in steps:
        for value in values:
            tried = replace(best, **{name: value})
            if tried != best and (reward := score(tried)) > reached:
                best, reached = tried, reward
        print(f"  {name}: {getattr(best, name)}  ({reached:,.0f} euros)", flush=True)
    return best


def main() -> int:
    with ProcessPoolExecutor(2) as pool:

        def mean(settings: TunedSettings) -> float:
            return sum(pool.map(worth, [settings] * len(SEEDS), SEEDS)) / len(SEEDS)

        print(f"the standing rule, over seeds {SEEDS.start} to {SEEDS.stop - 1}, {DAYS} days")
        standing = climb(
            StandingRule(),
            [("weeks", (4.0, 7.0, 13.0)), ("cover", (1.1, 1.7, 2.0))],
            lambda rule: mean(TunedSettings(rule)),
        )
        print("the textbook")
        usual = Textbook().markup
        markups = [tuple(round(markup * part, 3) for markup in usual) for part in (0.95, 1.05)]
        steps: list[tuple[str, Sequence[Any]]] = [
            ("order_weeks", (6.0, 12.0)),
            ("safety", (2.0, 3.0, 5.0)),
            ("average_weeks", (8, 13)),
            ("markup", markups),
        ]
        textbook = climb(Textbook(), steps, lambda textbook: mean(TunedSettings(standing, textbook)))
    print(standing, textbook, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
