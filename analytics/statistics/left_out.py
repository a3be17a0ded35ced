"""Least squares on absorbed columns with each block of rows left out in turn, from sums alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.pricing.panel import Codes, Floats
from analytics.statistics.fixed_effects import absorb, numbered, slopes_of, solve_coarser

_SURE = 1e-6
"""Share of a regressor's movement in all rows that must be its own without a block, for sums to tell its slope."""
_LEAST_MOVEMENT = 1e-10
_NO_MOVEMENT = 1e-24


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Rows (p,) and the block (p,) that each is left out with, in the order of blocks; a row may be in several."""

    rows: Codes
    blocks: Codes
    count: int

    def of(self, block: int) -> Codes:
        """The rows of one block."""
        first, last = np.searchsorted(self.blocks, [block, block + 1])
        return self.rows[first:last]


class BlockwiseFits:
    """Slopes of an outcome, the first of `columns` (n, 1 + k), with each block of rows left out in turn.

    `columns` are without the `effects` (at most two) of all rows. What is left of an effect's groups without a block
    is taken out of the sums of squares and products, as `absorb` would take it out of the rows.
    """

    def __init__(self, columns: Floats, effects: Sequence[Codes], left_out: LeftOut) -> None:
        self._columns, self._effects, self._left_out = columns, effects, left_out
        self._kept = len(columns) - np.bincount(left_out.blocks, minlength=left_out.count)
        self._products = _products(columns, effects, left_out) / np.maximum(self._kept, 1)[:, None, None]

    def slopes(self, regressors: int) -> Floats:
        """The slopes (blocks, regressors) of the first `regressors`; 0 of those that have no movement of their own.

        Raises NotIdentified when the first has none in some block's absence.
        """
        movement = (self._columns**2).mean(axis=0)[1 : 1 + regressors]
        used = 1 + np.flatnonzero(movement > _NO_MOVEMENT)
        slopes, known = np.zeros((self._left_out.count, regressors)), np.zeros(self._left_out.count, dtype=bool)
        if used.size and used[0] == 1:
            scale = np.sqrt(movement[used - 1])
            scaled = self._products[:, used[:, None], used] / (scale[:, None] * scale)
            least = np.linalg.eigvalsh(scaled)[:, 0]
            known = (least > _SURE) & (least * movement[used - 1].min() > _LEAST_MOVEMENT)
            target = self._products[known][:, used, :1] / scale[:, None]
            slopes[np.ix_(known, used - 1)] = np.linalg.solve(scaled[known], target)[..., 0] / scale
        for block in map(int, np.flatnonzero(~known)):
            slopes[block] = self._slopes_from_rows(block, regressors)
        return slopes

    def _slopes_from_rows(self, block: int, regressors: int) -> Floats:
        kept = np.ones(len(self._columns), dtype=bool)
        kept[self._left_out.of(block)] = False
        left = absorb(self._columns[kept, : 1 + regressors], [effect[kept] for effect in self._effects])
        return slopes_of(left[:, 0], left[:, 1:])


def _products(columns: Floats, effects: Sequence[Codes], left_out: LeftOut) -> Floats:
    """Sums of squares and products (blocks, k, k) without each block and, there, without the effects."""
    own = [columns[left_out.of(block)] for block in range(left_out.count)]
    products = columns.T @ columns - np.stack([rows.T @ rows for rows in own])
    groups = [numbered(effect) for effect in effects] or [np.zeros(len(columns), dtype=np.int64)]
    finest, *coarser = sorted(groups, key=lambda group: group.max(), reverse=True)
    sizes, sums = _without(columns, finest, left_out)
    products -= np.einsum("bgi,bgj->bij", sums / sizes[..., None], sums)
    for coarse in coarser:
        products -= _explained_by(coarse, finest, (sizes, sums), _without(columns, coarse, left_out), left_out)
    return products


def _without(columns: Floats, group: Codes, left_out: LeftOut) -> tuple[Floats, Floats]:
    """Rows by group (blocks, groups), at least 1 to divide by, and their sums (blocks, groups, k) without a block."""
    groups = int(group.max()) + 1
    cell, shape = left_out.blocks * groups + group[left_out.rows], (left_out.count, groups)
    length = left_out.count * groups
    sizes = np.bincount(group, minlength=groups) - np.bincount(cell, minlength=length).reshape(shape)
    sums = [
        np.bincount(group, column, groups) - np.bincount(cell, column[left_out.rows], length).reshape(shape)
        for column in columns.T
    ]
    return np.maximum(sizes, 1).astype(np.float64), np.stack(sums, axis=-1).astype(np.float64)


def _explained_by(
    coarse: Codes, fine: Codes, of_fine: tuple[Floats, Floats], of_coarse: tuple[Floats, Floats], left_out: LeftOut
) -> Floats:
    """Sums of squares and products (blocks, k, k) that the coarser effect explains beside the finer one."""
    groups, pair = int(coarse.max()) + 1, fine * (int(coarse.max()) + 1) + coarse
    length = (int(fine.max()) + 1) * groups
    every_pair = np.bincount(pair, minlength=length)
    explained: list[Floats] = []
    for block in range(left_out.count):
        own = left_out.of(block)
        cells = (every_pair - np.bincount(pair[own], minlength=length)).reshape(-1, groups)
        target = of_coarse[1][block] - cells.T @ (of_fine[1][block] / of_fine[0][block][:, None])
        explained.append(target.T @ solve_coarser(cells, target, len(fine) - len(own)))
    return np.stack(explained)
