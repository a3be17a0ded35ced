"""Exact 0-1 integer programs of a few hundred variables, checked in whole numbers."""

import contextlib
import ctypes
import os
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.pricing.panel import Floats

_ROUNDS = 40
_BITS = 30
_EXACT_BITS = 38
_STDOUT, _STDERR = 1, 2
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Constraint:
    """`uses` of the chosen things, by index, must not exceed `bound` together; a negative use brings something in."""

    uses: Mapping[int, int]
    bound: int

    def used(self, chosen: Collection[int]) -> int:
        """Total use by the chosen."""
        if len(chosen) < len(self.uses):
            return sum(self.uses.get(index, 0) for index in set(chosen))
        return sum(amount for index, amount in self.uses.items() if index in chosen)

    def holds(self, chosen: Collection[int]) -> bool:
        """True if the chosen stay within the bound, computed in whole numbers."""
        return self.used(chosen) <= self.bound


@dataclass(frozen=True)
class Effort:
    """Limits of a search: branches of one search, and seconds of all searches that share it, from `since` on."""

    nodes: int = 20_000
    seconds: float = 20.0
    since: float = 0.0

    def started(self) -> "Effort":
        """The same effort, counted from now."""
        return Effort(self.nodes, self.seconds, time.monotonic())

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.seconds - (time.monotonic() - self.since)


@dataclass(frozen=True)
class Solution:
    """The best choice known, None without one; `proven` if none is better; none is worth more than `at_most`.

    Where a single worth passes 2^38 the search, in floating point, cannot tell the last units apart: then a proven
    choice may still fall short of `at_most` by the largest worth / 2^38.
    """

    chosen: frozenset[int] | None
    proven: bool
    at_most: int


def maximise(worth: Sequence[int], rows: Sequence[Constraint], forced: Collection[int], effort: Effort) -> Solution:
    """The choice of highest total `worth` among those that hold every row and contain `forced`.

    HiGHS searches in floating point (Huangfu & Hall 2018; branch and cut). It has called choices optimal that break a
    constraint (scipy issue 24141), so its answer is checked in whole numbers, and where a row is broken the search
    goes on with the cover that broke it forbidden (Balas 1975: of a set that is too heavy, at least one must go).
    """
    ceiling = sum(max(value, 0) for value in worth) + sum(min(worth[index], 0) for index in forced)
    stated = [row for row in rows if sum(max(use, 0) for use in row.uses.values()) > row.bound]
    if any(sum(min(use, 0) for use in row.uses.values()) > row.bound for row in stated):
        return Solution(None, True, ceiling)
    if not worth:
        return Solution(frozenset(), True, 0)
    for _ in range(_ROUNDS):
        if effort.left <= 0:
            break
        answer = _searched(worth, stated, forced, effort)
        if answer.x is None:
            return Solution(None, answer.status == 2, ceiling)
        chosen = frozenset(int(index) for index in np.flatnonzero(np.asarray(answer.x) > 0.5))
        broken = [row for row in rows if not row.holds(chosen)]
        if not broken:
            return _checked(worth, chosen, answer, ceiling)
        stated += [_cover(row, chosen) for row in broken]
    return Solution(None, False, ceiling)


def _checked(worth: Sequence[int], chosen: frozenset[int], answer: Any, ceiling: int) -> Solution:
    total = sum(worth[index] for index in chosen)
    if answer.status == 0:
        return Solution(chosen, True, total + (_largest(worth) >> _EXACT_BITS))
    bound = -np.inf if answer.mip_dual_bound is None else float(answer.mip_dual_bound)
    at_most = min(ceiling, int(np.ceil(-bound * _scale(worth) * (1 + 1e-9)))) if np.isfinite(bound) else ceiling
    return Solution(chosen, False, max(total, at_most))


def _cover(row: Constraint, chosen: frozenset[int]) -> Constraint:
    """Not all that weigh in `chosen`, unless something more is brought in."""
    heavy = {index: 1 for index, use in row.uses.items() if use > 0 and index in chosen}
    bringing = {index: -1 for index, use in row.uses.items() if use < 0 and index not in chosen}
    return Constraint({**heavy, **bringing}, len(heavy) - 1)


def _searched(worth: Sequence[int], rows: Sequence[Constraint], forced: Collection[int], effort: Effort) -> Any:
    """scipy's answer. Rows and worth are scaled by powers of two, which is exact and keeps the search's tolerances."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    matrix, bounds = _matrix(rows, len(worth))
    within = LinearConstraint(csr_array(matrix), -np.inf, bounds)  # pyright: ignore[reportArgumentType]
    scaled = np.array([float(value) for value in worth]) / _scale(worth)
    lowest = np.zeros(len(worth))
    lowest[list(forced)] = 1.0
    with _stdout_kept_clean():
        return milp(
            -scaled,
            integrality=np.ones(len(worth)),
            bounds=Bounds(lowest, 1.0),  # pyright: ignore[reportArgumentType]
            constraints=within if rows else None,
            options={"mip_rel_gap": 0.0, "node_limit": effort.nodes, "time_limit": max(effort.left, 1e-3)},
        )


def _matrix(rows: Sequence[Constraint], count: int) -> tuple[Floats, Floats]:
    """The rows as (rows, count) and their bounds (rows,), each scaled."""
    matrix, bounds = np.zeros((len(rows), count)), np.zeros(len(rows))
    for number, row in enumerate(rows):
        scale = _scale(row.uses.values())
        matrix[number, list(row.uses)] = np.array([float(use) for use in row.uses.values()]) / scale
        bounds[number] = row.bound / scale
    return matrix, bounds


def _scale(numbers: Collection[int]) -> float:
    """The power of two by which the largest of some whole numbers is brought down to thirty bits; 1 if it has fewer."""
    return float(2 ** max(_largest(numbers).bit_length() - _BITS, 0))


def _largest(numbers: Collection[int]) -> int:
    return max((abs(value) for value in numbers), default=0)


@contextlib.contextmanager
def _stdout_kept_clean() -> Iterator[None]:
    """While HiGHS runs, what goes to stdout goes to stderr.

    It prints a line of its own making there even when told to be silent (HiGHS.jl issue 312), in the midst of what a
    caller may be reading as JSON.
    """
    with _one_at_a_time:
        try:
            kept = os.dup(_STDOUT)
        except OSError:  # there is no stdout to keep clean
            yield
            return
        flush = ctypes.CDLL(None).fflush
        try:
            flush(None)
            os.dup2(_STDERR, _STDOUT)
            yield
        finally:
            flush(None)
            os.dup2(kept, _STDOUT)
            os.close(kept)
