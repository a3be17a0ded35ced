"""Rounding to whole numbers that keeps a sum exact."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

_Key = TypeVar("_Key")


def largest_remainders(exact: Mapping[_Key, Fraction], total: int) -> dict[_Key, int]:
    """Whole numbers that add up to `total`, each next to its exact value (Hamilton's method of largest remainders)."""
    whole = {key: value.numerator // value.denominator for key, value in exact.items()}
    rest = total - sum(whole.values())
    by_remainder = sorted(exact, key=lambda key: whole[key] - exact[key])
    for step in range(abs(rest)):
        key = by_remainder[step % len(by_remainder)] if rest > 0 else by_remainder[-1 - step % len(by_remainder)]
        whole[key] += 1 if rest > 0 else -1
    return whole
