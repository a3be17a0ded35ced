"""Chance by seed, day and purpose: two worlds of one seed meet the same luck, whatever is done in them."""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
_EXACT_BELOW, _RAREST = 40.0, 1e-12
SEEDS = 2**32


class Draws:
    """Generators of one seed. The luck of a day for one purpose never depends on what was drawn for others."""

    def __init__(self, seed: int) -> None:
        if not 0 <= seed < SEEDS:
            raise ValueError(f"a seed lies between 0 and {SEEDS - 1}")
        self._seed = seed

    def stream(self, purpose: str, day: int = 0) -> np.random.Generator:
        """A counter-based generator (Salmon et al. 2011, Philox) of this seed, purpose and day."""
        key = self._seed << 32 | crc32(purpose.encode())
        return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, day + 1_000_000]))


def poisson(mean: Floats, chance: Floats) -> Counts:
    """The Poisson quantile of each `mean` at each `chance` (same shape, 0 to 1): more mean, never less outcome.

    Exact by summing probabilities up to a mean of 40; above by Cornish & Fisher 1938 to the skewness term.
    """
    mean, chance = np.maximum(mean, 0.0), np.clip(chance, _RAREST, 1 - _RAREST)
    large = mean > _EXACT_BELOW
    counts = _small(np.minimum(mean, _EXACT_BELOW), chance)
    if large.any():
        counts[large] = np.maximum(_large(mean[large], chance[large]), counts[large])
    return counts


def _small(mean: Floats, chance: Floats) -> Counts:
    probability = np.exp(-mean)
    reached = probability.copy()
    counts = np.zeros(mean.shape, dtype=np.int64)
    for count in range(1, 120):
        open_ = chance > reached
        if not open_.any():
            break
        counts += open_
        probability = probability * mean / count
        reached = reached + probability
    return counts


def _large(mean: Floats, chance: Floats) -> Counts:
    from scipy.special import ndtri

    normal = ndtri(chance)
    root = np.sqrt(mean)
    quantile = mean + normal * root + (normal**2 - 1) / 6
    return np.maximum(np.floor(quantile + 0.5), 0).astype(np.int64)
