"""Sample sizes for campaign holdouts, and the smallest effect that a holdout detects."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from analytics.statistics.errors import InvalidNumbers


@dataclass(frozen=True)
class HoldoutPlan:
    """The smallest holdout of `population` that detects `effect`, with `power`, at `coverage`.

    Where no split can, `status` says so, the split is the one that detects the least effect, and `detectable_effect`
    is that effect; otherwise it is the least effect that the chosen split detects, at most `effect`.
    """

    status: Literal["enough", "population_too_small"]
    population: int
    held_out: int
    treated: int
    effect: float
    detectable_effect: float
    coverage: float
    power: float

    @property
    def share(self) -> float:
        """The held-out share of the population."""
        return self.held_out / self.population


def plan_holdout(
    population: int, baseline_rate: float, effect: float, *, coverage: float = 0.90, power: float = 0.80
) -> HoldoutPlan:
    """The smallest random holdout that detects a change of `effect` in P(buy), up from `baseline_rate`.

    From z^2 (p1 (1 - p1) / treated + p0 (1 - p0) / held out) <= effect^2, z = z_coverage + z_power (Fleiss, Levin &
    Paik 2003, section 4, unpooled, without continuity). A holdout costs what the campaign would have earned from it.
    Raises InvalidNumbers for fewer than two customers, rates outside 0..1, or an effect of zero.
    """
    if population < 2 or not 0 < baseline_rate < 1 or not 0 <= baseline_rate + effect <= 1 or effect == 0:
        raise InvalidNumbers("Two customers, a baseline rate inside 0..1 and an effect that keeps it there are needed.")
    z = _both_quantiles(coverage, power)
    after = baseline_rate + effect
    treated_variance, variance = after * (1 - after), baseline_rate * (1 - baseline_rate)
    precision = population * effect**2 / z**2
    slope = treated_variance - variance - precision
    root = slope**2 - 4 * precision * variance
    held_out = int(np.ceil(population * (-slope - np.sqrt(root)) / (2 * precision))) if slope < 0 <= root else 0
    enough = 0 < held_out < population
    if not enough:
        deviation, treated_deviation = np.sqrt(variance), np.sqrt(treated_variance)
        held_out = round(population * float(deviation / (deviation + treated_deviation)))
        held_out = min(max(held_out, 1), population - 1)
    treated = population - held_out
    least = detectable_effect(treated, held_out, baseline_rate, coverage=coverage, power=power, down=effect < 0)
    status = "enough" if enough else "population_too_small"
    return HoldoutPlan(status, population, held_out, treated, effect, least, coverage, power)


def detectable_effect(
    treated: int,
    held_out: int,
    baseline_rate: float,
    *,
    coverage: float = 0.90,
    power: float = 0.80,
    down: bool = False,
) -> float:
    """The smallest change in P(buy) that groups of these sizes detect, upwards or `down`: `plan_holdout`'s rule solved.

    It may lead beyond 0 or 1: then nothing can be detected. Raises InvalidNumbers likewise.
    """
    if treated < 1 or held_out < 1 or not 0 < baseline_rate < 1:
        raise InvalidNumbers("A customer in either group and a baseline rate inside 0..1 are needed.")
    z2, p = _both_quantiles(coverage, power) ** 2, baseline_rate
    square, middle = 1 + z2 / treated, z2 * (1 - 2 * p) / treated
    rest = z2 * p * (1 - p) * (1 / treated + 1 / held_out)
    root = float(np.sqrt(middle**2 + 4 * square * rest))
    return (middle + (-root if down else root)) / (2 * square)


def customers_per_group(effect: float, deviation: float, *, coverage: float = 0.90, power: float = 0.80) -> int:
    """Customers in each of two equal groups that detect `effect` in a mean such as revenue: 2 (z deviation / effect)^2.

    `deviation` is one customer's standard deviation, non-buyers included. Raises InvalidNumbers for an effect of zero
    or a deviation that is not above zero.
    """
    if effect == 0 or not np.isfinite([effect, deviation]).all() or deviation <= 0:
        raise InvalidNumbers("An effect other than zero and a deviation above zero are needed.")
    return int(np.ceil(2 * (_both_quantiles(coverage, power) * deviation / effect) ** 2))


def _both_quantiles(coverage: float, power: float) -> float:
    if not 0 < coverage < 1 or not 0.5 <= power < 1:
        raise InvalidNumbers("A coverage lies between 0 and 1, a power between a half and 1.")
    return float(scipy.special.ndtri((1 + coverage) / 2) + scipy.special.ndtri(power))
