"""How fast the world turns without any crew or store. Run: `python -m evals.twin.world_speed`."""

import sys
from time import perf_counter

import numpy as np

from evals.twin.bare import new_world

DAYS, PEOPLE, ROUNDS = 365, 20_000, 3


def days_per_second(seed: int) -> float:
    """A year of the world, its warm-up left out."""
    world = new_world(seed, DAYS)
    world.step()
    began = perf_counter()
    for _ in range(DAYS):
        world.step()
    return DAYS / (perf_counter() - began)


def floor_days_per_second(seed: int) -> float:
    """The least that such a day costs in numpy: a draw for each customer, and for each product and place."""
    rng = np.random.default_rng(seed)
    means = rng.gamma(1.0, 1.0, (40, 93))
    began = perf_counter()
    for _ in range(DAYS):
        rng.random(PEOPLE)
        rng.poisson(means)
    return DAYS / (perf_counter() - began)


def main() -> int:
    world = sorted(days_per_second(seed) for seed in range(1, ROUNDS + 1))[ROUNDS // 2]
    floor = sorted(floor_days_per_second(seed) for seed in range(1, ROUNDS + 1))[ROUNDS // 2]
    print(f"world: {world:,.0f} days/s, a year in {DAYS / world:.1f} s")
    print(f"bare numpy draws of the same size: {floor:,.0f} days/s; the world costs {floor / world:.1f} times that")
    return 0


if __name__ == "__main__":
    sys.exit(main())
